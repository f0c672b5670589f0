"""vm-walk: the four levels of the page tables, and what an entry means."""

import gdb

import memory
from memory import number

LEVELS = (("PML4", 39), ("PDPT", 30), ("PMD ", 21), ("PTE ", 12))
BITS = ((0, "P"), (1, "W"), (2, "U"), (5, "A"), (6, "D"), (7, "PS"), (8, "G"), (63, "NX"))

SWAP_MIGRATION = 29     # types from here on are migration entries (mm/table/entry.h)


def names_of_bits(entry, leaf):
    return " ".join(name for bit, name in BITS if entry >> bit & 1 and (leaf or name not in ("D", "G", "PS")))


def not_present(entry, level):
    """What an entry that is not present means: the table at the head of mm/table/entry.h."""
    if entry == 0:
        return "none: nothing is mapped here"
    if level == 2 and entry & 1 << 7:
        return "a 2 MB page that is being split at this moment"
    if entry & 1 << 8 and level == 3:
        return "frame 0x%x, but PROT_NONE keeps everybody out" % ((entry & memory.PFN_MASK) >> 12)
    kind = entry >> 59
    offset = ~(entry >> 9) & (1 << 50) - 1
    if kind >= SWAP_MIGRATION:
        return "migration entry: frame 0x%x is being moved or split" % offset
    if level == 2:
        return "2 MB in swap: area %d, slots %d to %d" % (kind, offset, offset + 511)
    return "not present: swap area %d, slot %d" % (kind, offset)


def describe_frame(frame):
    head = memory.head_of(frame)
    if head != frame:
        return "frame 0x%x = tail %d of huge page 0x%x" % (frame, frame - head, head)
    page = memory.page(frame)
    if page is not None and memory.flag(page, "PG_head"):
        return "frame 0x%x, head of a huge page" % frame
    return "frame 0x%x" % frame


def walk(cr3, address):
    """[(level, index, entry)] down to the leaf or the first entry that leads nowhere."""
    table, steps = cr3 & memory.PFN_MASK, []
    for level, (_, shift) in enumerate(LEVELS):
        index = address >> shift & 511
        entry = int.from_bytes(memory.physical(table + index * 8, 8), "little")
        steps.append((level, index, entry))
        if not entry & 1 or (level in (1, 2) and entry & 1 << 7):
            break
        table = entry & memory.PFN_MASK
    return steps


def print_steps(steps):
    for level, index, entry in steps:
        name, shift = LEVELS[level]
        leaf = level == 3 or (level in (1, 2) and entry & 1 << 7)
        if not entry & 1:
            print("%s[%3d] %s" % (name, index, not_present(entry, level)))
            continue
        target = entry & memory.PFN_MASK & ~((1 << shift) - 1 if leaf else 0)
        size = {30: "1 GB", 21: "2 MB", 12: "4 KB"}[shift] if leaf else "table"
        print("%s[%3d] 0x%016x  %-5s 0x%x  %s" % (name, index, entry, size, target,
                                                 names_of_bits(entry, leaf)))


class Walk(gdb.Command):
    """vm-walk ADDRESS [PID]: the page-table entries on the way to an address"""

    def __init__(self):
        super().__init__("vm-walk", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        words = gdb.string_to_argv(argument)
        if not words:
            raise gdb.GdbError("vm-walk ADDRESS [PID]")
        address = memory.evaluate(words[0])
        task = memory.task_argument(words[1]) if len(words) > 1 else memory.current()
        cr3 = self.cr3(task if len(words) > 1 else None)
        if task is not None:
            print("pid %d %s   cr3 0x%x" % (task["pid"], memory.comm(task), cr3 & memory.PFN_MASK))
        steps = walk(cr3, address)
        print_steps(steps)
        self.conclude(steps, address, task)

    def cr3(self, task):
        if task is None:
            return memory.evaluate("$cr3")
        if not number(task["mm"]):
            raise gdb.GdbError("a kernel thread has no address space of its own")
        return number(task["mm"]["root"]["cr3"])

    def conclude(self, steps, address, task):
        level, _, entry = steps[-1]
        shift = LEVELS[level][1]
        if entry & 1:
            base = entry & memory.PFN_MASK & ~((1 << shift) - 1)
            phys = base + (address & (1 << shift) - 1)
            print("  -> phys 0x%x   %s" % (phys, describe_frame(phys >> 12)))
            print("%s. See: vm-page 0x%x" % (self.meaning(level, address, task, steps), phys >> 12))
        else:
            print("%s. The next access faults." % self.meaning(level, address, task, steps))

    def meaning(self, level, address, task, steps):
        size = {1: "A 1 GB page", 2: "A 2 MB page", 3: "A 4 KB page"}.get(level, "Nothing")
        size = size if steps[-1][2] & 1 else "Nothing present"
        if address >> 47:
            return "%s of the kernel" % size
        if task is None or not number(task["mm"]):
            return size
        area = memory.area_of(task["mm"], address)
        if area is None:
            return "%s, and no area: SIGSEGV" % size
        where = "%s in the area 0x%x-0x%x" % (size, number(area["vm_start"]), number(area["vm_end"]))
        if level == 2 and steps[-1][2] & 1:
            where += "; a table for its 512 entries is deposited, in case of a split"
        return where
