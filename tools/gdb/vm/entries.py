"""What an entry of a page table means: the table at the head of mm/table/entry.h, and the way down to an address."""

import struct

import gdb

from vm import frames, guest
from vm.constants import ALL as C

LEVELS = (("PML4", C["PGDIR_SHIFT"]), ("PDPT", C["PUD_SHIFT"]), ("PMD", C["PMD_SHIFT"]), ("PTE", C["PAGE_SHIFT"]))
PMD, PTE = 2, 3
BITS = (("P", "_PAGE_PRESENT"), ("W", "_PAGE_RW"), ("U", "_PAGE_USER"), ("A", "_PAGE_ACCESSED"), ("D", "_PAGE_DIRTY"),
        ("PS", "_PAGE_PSE"), ("G", "_PAGE_GLOBAL"), ("special", "_PAGE_SPECIAL"), ("soft-dirty", "_PAGE_SOFT_DIRTY"),
        ("NX", "_PAGE_NX"))
ONLY_LEAVES = ("D", "PS", "G", "special", "soft-dirty")
SIZES = {C["PUD_SHIFT"]: "1 GB", C["PMD_SHIFT"]: "2 MB", C["PAGE_SHIFT"]: "4 KB"}


class Entry:
    """One entry: its level, its index in its table, where it lies and what it says."""

    def __init__(self, value, level, index=0, physical=None, address=None):
        self.value, self.level, self.index, self.physical, self.address = value, level, index, physical, address
        self.name, self.shift = LEVELS[level]

    @property
    def present(self):
        return bool(self.value & C["_PAGE_PRESENT"])

    @property
    def leaf(self):
        return self.level == PTE or (self.level in (1, PMD) and bool(self.value & C["_PAGE_PSE"]))

    @property
    def protected(self):
        """Not for the processor, but the page is there: PROT_NONE."""
        mask = C["_PAGE_PRESENT"] | C["_PAGE_PROTNONE"] | (C["_PAGE_PSE"] if self.level == PMD else 0)
        wanted = C["_PAGE_PROTNONE"] | (C["_PAGE_PSE"] if self.level == PMD else 0)
        return self.value & mask == wanted

    @property
    def being_split(self):
        return self.level == PMD and not self.present and not self.protected and bool(self.value & C["_PAGE_PSE"])

    @property
    def maps(self):
        """A page is there for software: the entry is a mapping and is counted as one."""
        return self.leaf and (self.present or self.protected or self.being_split)

    @property
    def swap_type(self):
        """Of an entry that is neither present nor none."""
        return self.value >> C["SWP_TYPE_SHIFT"]

    @property
    def swap_offset(self):
        return ~(self.value >> C["SWP_OFFSET_SHIFT"]) & (1 << C["SWP_OFFSET_BITS"]) - 1

    @property
    def is_other(self):
        return bool(self.value) and not self.present and not self.maps

    @property
    def migration(self):
        return self.is_other and self.swap_type >= C["SWP_MIGRATION_READ"]

    @property
    def swapped(self):
        return self.is_other and not self.migration

    @property
    def special(self):
        return self.maps and bool(self.value & C["_PAGE_SPECIAL"])

    @property
    def target(self):
        """Physical address of the table or page that it leads to."""
        return self.value & C["PTE_PFN_MASK"] & ~((1 << self.shift) - 1 if self.leaf else 0)

    @property
    def frame(self):
        return self.swap_offset if self.migration else self.target >> C["PAGE_SHIFT"]

    def bits(self):
        return " ".join(letter for letter, bit in BITS if self.value & C[bit] and (self.leaf or letter not in ONLY_LEAVES))

    def swap_flags(self):
        flags = [word for word, bit in (("exclusive", "_PAGE_SWP_EXCLUSIVE"), ("soft-dirty", "_PAGE_SWP_SOFT_DIRTY"))
                 if self.value & C[bit]]
        return " (%s)" % ", ".join(flags) if flags else ""

    def meaning(self):
        """What it says, without what the tables around it say."""
        if not self.value:
            return "none: nothing is mapped here"
        if self.present and not self.leaf:
            return "table 0x%x  %s" % (self.target, self.bits())
        size = SIZES.get(self.shift, "?")
        if self.present:
            return "%s  0x%x  %s" % (size, self.target, self.bits())
        if self.being_split:
            return "%s  0x%x  being split at this moment" % (size, self.target)
        if self.protected:
            return "%s  0x%x  PROT_NONE keeps everybody out" % (size, self.target)
        if self.migration:
            return "migration entry: frame 0x%x is being moved or split%s" % (
                self.swap_offset, "" if self.swap_type == C["SWP_MIGRATION_WRITE"] else ", read-only")
        if self.level == PMD:
            return "2 MB in swap: area %d, slots %d to %d%s" % (
                self.swap_type, self.swap_offset, self.swap_offset + C["HPAGE_PMD_NR"] - 1, self.swap_flags())
        return "not present: swap area %d, slot %d%s" % (self.swap_type, self.swap_offset, self.swap_flags())

    def line(self):
        value = "0x%016x  " % self.value if self.value else ""
        return "%-4s[%3d] %s%s" % (self.name, self.index, value, self.meaning())


def table(physical):
    """The 512 entries of the table at a physical address."""
    return struct.unpack("<512Q", guest.physical(physical, C["PAGE_SIZE"]))


def walk(root, address):
    """[Entry] down to the leaf or the first entry that leads nowhere."""
    if 0x7fffffffffff < address < 0xffff800000000000:
        raise gdb.GdbError("0x%x is not canonical: no address of this processor. See: vm-maps." % address)
    steps = []
    for level, (_, shift) in enumerate(LEVELS):
        index = address >> shift & 511
        where = root + index * 8
        entry = Entry(int.from_bytes(guest.physical(where, 8), "little"), level, index, where, address)
        steps.append(entry)
        if not entry.present or entry.leaf:
            break
        root = entry.target
    return steps


def root_of(mm):
    return guest.number(mm["root"]["cr3"]) & C["PTE_PFN_MASK"]


class Space:
    """The lower half of one address space's tables, each read once."""

    def __init__(self, root):
        self.root = root
        self.tables = {}
        self.nr_tables = 0

    def entries_of(self, physical):
        if physical not in self.tables:
            self.tables[physical] = table(physical)
        return self.tables[physical]

    def leaves(self, start=0, end=C["TASK_SIZE"]):
        """Each entry in [start, end) that is not none and no table, in order of addresses."""
        yield from self.descend(self.root, 0, 0, start, end)

    def descend(self, physical, level, base, start, end):
        shift = LEVELS[level][1]
        first = max(0, (start - base) >> shift)
        values = self.entries_of(physical)
        for index in range(first, 512):
            address = base + (index << shift)
            if address >= end:
                return
            value = values[index]
            if not value:
                continue
            entry = Entry(value, level, index, physical + index * 8, address)
            if entry.present and not entry.leaf:
                yield from self.descend(entry.target, level + 1, address, start, end)
            else:
                yield entry

    def pmds(self, start, end):
        """(address, Entry or None) of each 2 MB that begins in [start, end); None: there is no table for it."""
        size = 1 << LEVELS[PMD][1]
        for address in range(start & ~(size - 1), end, size):
            physical, found = self.root, None
            for level in range(3):
                index = address >> LEVELS[level][1] & 511
                found = Entry(self.entries_of(physical)[index], level, index, physical + index * 8, address)
                if level == PMD or not found.present or found.leaf:
                    break
                physical = found.target
            yield address, found if found.level == PMD else None

    def ptes(self, pmd):
        """The 512 entries of the table that a PMD names."""
        physical = pmd.target
        return [Entry(v, PTE, i, physical + i * 8, pmd.address + i * C["PAGE_SIZE"])
                for i, v in enumerate(self.entries_of(physical))]


def is_zero(entry):
    """Does it map one of the zero pages, which nobody counts?"""
    return entry.special


def frame_text(frame):
    try:
        page = frames.pages().page(frame)
    except guest.Unready:
        return "frame 0x%x" % frame
    if page is None:
        return "frame 0x%x, which is no RAM" % frame
    head = page.head
    if head is not page:
        return "frame 0x%x = tail %d of huge page 0x%x" % (frame, frame - head.frame, head.frame)
    return "frame 0x%x%s" % (frame, ", head of a huge page" if page.is_huge else "")
