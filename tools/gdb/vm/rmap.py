"""vm-rmap: from a frame to every entry that maps it, the way that the kernel's rmap_walk goes; and whether it finds all."""

import gdb

from vm import entries, frames, guest, tasks
from vm.command import Command, conclude, plural
from vm.constants import ALL as C
from vm.guest import number
from vm.page import frame_argument


def anon_areas(anon_vma):
    """The areas that an anon_vma lists, as (area, first page offset)."""
    for link in guest.tree_entries(guest.at("struct anon_vma", anon_vma)["areas"], "struct anon_vma_chain", "rb"):
        yield link["vma"].dereference()


def file_areas(mapping):
    return guest.list_entries(guest.at("struct mapping", mapping)["i_mmap"], "struct vma", "i_mmap_node")


def listed_areas(page):
    return anon_areas(page.anon_vma) if page.is_anon else file_areas(page.mapping)


def address_in(area, index):
    """Where the page of an offset lies in an area, or None."""
    first, size = number(area["vm_pgoff"]), (number(area["vm_end"]) - number(area["vm_start"])) // C["PAGE_SIZE"]
    return number(area["vm_start"]) + (index - first) * C["PAGE_SIZE"] if first <= index < first + size else None


def mapped_entry(area, address, page):
    """The entry that maps the frame at an address, present or waiting for it (migration), or None."""
    leaf = entries.walk(entries.root_of(area["vm_mm"]), address)[-1]
    if leaf.level not in (entries.PMD, entries.PTE) or not (leaf.maps or leaf.migration) or leaf.special:
        return None
    frame = leaf.frame + (page.frame - page.head.frame if leaf.level == entries.PMD else 0)
    return leaf if frame == page.frame else None


def swap_entry_there(area, address, page):
    """The entry that names the page's slot, or None."""
    if page.swap_entry is None:
        return None
    leaf = entries.walk(entries.root_of(area["vm_mm"]), address)[-1]
    if not leaf.swapped:
        return None
    slot = leaf.swap_offset + ((address >> C["PAGE_SHIFT"]) % C["HPAGE_PMD_NR"] if leaf.level == entries.PMD else 0)
    return leaf if (leaf.swap_type << 58 | slot) == page.swap_entry else None


class Rmap(Command):
    name = "vm-rmap"
    usage = "FRAME | ADDRESS"
    about = "every page-table entry that maps a frame, found through its anon_vma or mapping"

    def run(self, words):
        if not words:
            self.wrong("no frame")
        page = frames.pages().page(frame_argument(self, words[0]))
        if page is None:
            raise gdb.GdbError("there is no RAM at that frame")
        if page.head.is_kernels or not page.mapping:
            return conclude("Frame 0x%x belongs to no address space (%s): nothing leads from it to page tables."
                            % (page.frame, page.kind), "vm-page 0x%x" % page.frame)
        print("frame 0x%x: %s 0x%x, page offset 0x%x" % (
            page.frame, "anon_vma" if page.is_anon else "mapping", page.anon_vma or page.mapping, page.index))
        ptes = pmds = named = visited = 0
        for area in listed_areas(page):
            address = address_in(area, page.index)
            if address is None:
                continue
            visited += 1
            leaf = mapped_entry(area, address, page)
            out = None if leaf else swap_entry_there(area, address, page)
            print("%s 0x%x %s" % (tasks.owner_label(area["vm_mm"]), address, self.what(leaf or out)))
            ptes += leaf is not None and leaf.maps and leaf.level == entries.PTE
            pmds += leaf is not None and leaf.maps and leaf.level == entries.PMD
            named += out is not None
        self.compare(page, ptes, pmds, named, visited)

    def what(self, leaf):
        if leaf is None:
            return "maps something else there"
        return "%s[%d] %s" % (leaf.name, leaf.index, leaf.bits() if leaf.maps else leaf.meaning())

    def compare(self, page, ptes, pmds, named, visited):
        head = page.head
        expected = page.pte_maps + head.pmd_maps
        found = ptes + pmds
        sentence = "%s of it found in %s" % (plural(found, "mapping"), plural(visited, "area"))
        if named:
            sentence += ", and %s its slot" % plural(named, "entry names", "entries name")
        if found == expected:
            sentence += "; its mapcount says %d. They agree." % expected
        else:
            sentence += "; its mapcount says %d. They differ: somebody is in the middle of a change." % expected
        conclude(sentence, "vm-page 0x%x" % page.frame)
