"""Everything counted once, for vm-check and vm-diff: all page tables, all frames, all slots."""

from vm import entries, frames, guest, tasks
from vm.constants import ALL as C
from vm.guest import number

PAGES = C["HPAGE_PMD_NR"]


class OneMm:
    """What one address space's tables hold."""

    def __init__(self, mm, everything):
        self.mm = mm
        self.space = entries.Space(entries.root_of(mm))
        self.counts = dict.fromkeys(("MM_FILEPAGES", "MM_ANONPAGES", "MM_SWAPENTS", "MM_SHMEMPAGES"), 0)
        self.in_table = {}      # physical address of a table: entries that are not none
        self.huge = {}          # of a PMD table: huge entries of any kind
        for entry in self.space.leaves():
            self.take(entry, everything)
        self.tables = set(self.space.tables)

    def take(self, entry, everything):
        size = PAGES if entry.level == entries.PMD else 1
        where = entry.physical & ~(C["PAGE_SIZE"] - 1)
        into = self.huge if size > 1 else self.in_table
        into[where] = into.get(where, 0) + 1
        if entry.swapped:
            self.counts["MM_SWAPENTS"] += size
            for i in range(size):
                slot = (entry.swap_type, entry.swap_offset + i)
                everything.slots[slot] = everything.slots.get(slot, 0) + 1
            return
        if entry.special:
            return
        page = everything.array.page(entry.frame)
        if page is None or page.has("PG_reserved"):
            everything.strange.append("0x%x maps frame 0x%x, which is none of ours" % (entry.address, entry.frame))
            return
        kind = "MM_ANONPAGES" if page.is_anon else "MM_SHMEMPAGES" if page.head.has("PG_swapbacked") else "MM_FILEPAGES"
        self.counts[kind] += size
        if entry.maps:
            maps = everything.pmd_maps if size > 1 else everything.pte_maps
            maps[entry.frame] = maps.get(entry.frame, 0) + 1


class Everything:
    """One look at all of memory."""

    def __init__(self):
        self.array = frames.pages()
        self.pte_maps, self.pmd_maps, self.slots, self.strange = {}, {}, {}, []
        self.mms = [OneMm(mm, self) for mm in tasks.all_mms()]


def shared_slots():
    """{(area, slot): uses} by the trees of shared memory"""
    found = {}
    for mapping in guest.list_entries(guest.symbol("shmem_swaplist"), "struct mapping", "swaplist"):
        for item in tree_items(mapping["tree"]):
            if item & 1:
                slot = (item >> 1 >> 58, item >> 1 & (1 << 58) - 1)
                found[slot] = found.get(slot, 0) + 1
    return found


def tree_item(root, index):
    """What a radix tree (a pointer to its root) has at an index; 0: nothing."""
    item, first = number(root), True
    while item:
        node = guest.at("struct radix_node", item)
        shift, branches = int(node["shift"]), node["slots"].type.range()[1] + 1
        if first and index >= branches << shift:
            return 0
        item, first = number(node["slots"][(index >> shift) % branches]), False
        if not shift:
            return item
    return 0


def tree_items(root):
    """Each pointer of a radix tree."""
    if not number(root):
        return
    node = guest.at("struct radix_node", number(root))
    for i in range(node["slots"].type.range()[1] + 1):
        item = number(node["slots"][i])
        if item and int(node["shift"]):
            yield from tree_items(node["slots"][i])
        elif item:
            yield item
