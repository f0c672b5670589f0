"""vm-page: what the kernel knows of a frame."""

import gdb

import memory
import tables
from memory import number


def flag_names(page):
    flags = number(page["flags"])
    return [name[3:] for bit, name in sorted(memory.enum_names("pageflags").items())
            if name.startswith("PG_") and flags >> bit & 1]


def count(value):
    return int(value["counter"])


class Page(gdb.Command):
    """vm-page FRAME|ADDRESS: the flags, counts and owner of a frame"""

    def __init__(self):
        super().__init__("vm-page", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        if not argument.strip():
            raise gdb.GdbError("vm-page FRAME, or vm-page ADDRESS (virtual, of this task or the kernel)")
        value = memory.evaluate(argument)
        frame = value if value < 1 << 26 else self.frame_behind(value)
        page = memory.page(frame)
        if page is None:
            raise gdb.GdbError("there is no RAM at frame 0x%x" % frame)
        self.show(frame, page)

    def frame_behind(self, address):
        level, _, entry = tables.walk(memory.evaluate("$cr3"), address)[-1]
        shift = tables.LEVELS[level][1]
        if not entry & 1:
            raise gdb.GdbError("nothing is present there: vm-walk 0x%x" % address)
        return ((entry & memory.PFN_MASK & ~((1 << shift) - 1)) + (address & (1 << shift) - 1)) >> 12

    def show(self, frame, page):
        head_frame = memory.head_of(frame)
        head = memory.page(head_frame)
        huge = memory.flag(head, "PG_head")
        print("frame 0x%x phys 0x%x   flags %s" % (frame, frame << 12, "|".join(flag_names(page)) or "none"))
        if frame != head_frame:
            print("tail %d of huge page 0x%x, which has the flags %s"
                  % (frame - head_frame, head_frame, "|".join(flag_names(head))))
        references = count(head["_refcount"])
        line = "references %d   mapped by small entries %d" % (references, count(page["_mapcount"]) + 1)
        mappings = count(page["_mapcount"]) + 1
        if huge:
            second = memory.page(head_frame + 1)
            line += ", by huge ones %d" % (count(second["entire_mapcount"]) + 1)
            mappings = count(second["large_mapcount"]) + 1
            line += ", all of the huge page's %d" % mappings
        print(line)
        print(self.owner(frame, page, head))
        print(self.verdict(head, references, mappings))

    def owner(self, frame, page, head):
        if memory.flag(head, "PG_buddy"):
            return "the head of a free block of order %d" % number(head["private"])
        if memory.flag(head, "PG_slab"):
            return "belongs to the slab cache 0x%x" % number(head["mapping"])
        if memory.flag(head, "PG_table"):
            return "a page table with %d entries in use" % number(head["table_used"])
        mapping = number(head["mapping"])
        if mapping & 1:
            text = "anonymous: anon_vma 0x%x, page offset 0x%x" % (mapping - 1, number(head["index"]))
            if memory.flag(head, "PG_swapcache"):
                entry = number(head["private"])
                text += ", swap slot %d of area %d" % (entry & (1 << 58) - 1, entry >> 58)
            return text
        if mapping:
            return "of the file mapping 0x%x, page offset 0x%x" % (mapping, number(head["index"]))
        return "nobody's in particular"

    def verdict(self, head, references, mappings):
        if memory.flag(head, "PG_reserved") or memory.flag(head, "PG_slab") or memory.flag(head, "PG_table"):
            return "Memory of the kernel: it stays where it is."
        if references == 0:
            return "It is free."
        cached = (512 if memory.flag(head, "PG_head") else 1) if memory.flag(head, "PG_swapcache") else 0
        cached += 1 if number(head["mapping"]) and not number(head["mapping"]) & 1 else 0
        extra = references - mappings - cached
        if extra == 0:
            return "Its references are its mappings%s: it can be split, moved and reclaimed." % (
                " and the cache" if cached else "")
        return "%d of its references are neither mappings nor a cache: somebody has it in hand." % extra
