"""bt ends where the kernel was entered: what lies above that on the stack are registers, not calls. (bt -no-filters shows all.)"""

import gdb

ENTRY = "kernel/x86/entry.asm"


class UpToTheEntry:
    name, priority, enabled = "up-to-the-entry", 100, True

    def __init__(self):
        gdb.frame_filters[self.name] = self

    def filter(self, frames):
        for each in frames:
            yield each
            where = each.inferior_frame().find_sal().symtab
            if where is not None and where.filename.endswith(ENTRY):
                return


UpToTheEntry()
