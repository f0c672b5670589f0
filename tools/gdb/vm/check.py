"""vm-check: do all views of memory agree? The same invariants as the kernel's own checker, proved from outside.

The kernel's checker stops everybody first. Here the machine stands wherever it was stopped, perhaps in the middle of a change:
what differs is said with who is at work at that moment.
"""

from vm import buddy, entries, frames, guest, lru, swap, tasks
from vm.command import Command, conclude, plural
from vm.count import Everything, shared_slots
from vm.constants import ALL as C
from vm.guest import number
from vm.page import batched, cache_references
from vm.rmap import address_in, listed_areas

SHOWN = 3               # examples of each invariant that does not hold


def mapcounts(e):
    """each frame is mapped by as many PTEs as it counts"""
    for page in e.array.all():
        found = e.pte_maps.get(page.frame, 0)
        if not page.head.is_kernels and page.pte_maps != found:
            yield "frame 0x%x counts %d, but %d PTEs map it" % (page.frame, page.pte_maps, found)
        elif page.head.is_kernels and found:
            yield "frame 0x%x is %s, but %d PTEs map it" % (page.frame, page.kind, found)


def huge_mapcounts(e):
    """each huge page is mapped by as many PMDs as it counts, and its sum is right"""
    for frame, found in e.pmd_maps.items():
        if not e.array.page(frame).is_huge:
            yield "frame 0x%x is mapped by %d PMDs, but not huge" % (frame, found)
    for page in e.array.all():
        if not page.is_huge or page.is_kernels:
            continue
        found = e.pmd_maps.get(page.frame, 0)
        total = page.pmd_maps + sum(page.next(i).pte_maps for i in range(C["HPAGE_PMD_NR"]))
        if page.pmd_maps != found:
            yield "huge frame 0x%x counts %d PMDs, but %d map it" % (page.frame, page.pmd_maps, found)
        if page.all_maps != total:
            yield "huge frame 0x%x counts %d mappings, but its parts add up to %d" % (page.frame, page.all_maps, total)


def references(e):
    """every reference of a page on an LRU list is known: mappings, caches, write-back"""
    for page in e.array.all():
        if page.is_tail or page.is_kernels or not page.has("PG_lru") or not page.is_anon:
            continue
        known = page.all_maps + cache_references(page) + page.has("PG_writeback") + page.has("PG_isolated")
        if page.count("_refcount") != known:
            yield "frame 0x%x has %d references, of which %d can be explained" % (page.frame, page.count("_refcount"), known)


def free_frames(e):
    """nobody maps a free frame, and it is on no LRU list"""
    for page in e.array.all():
        if page.kind == "free" and not page.is_tail:
            if e.pte_maps.get(page.frame) or e.pmd_maps.get(page.frame):
                yield "free frame 0x%x is mapped" % page.frame
            elif page.has("PG_lru") or page.has("PG_swapcache"):
                yield "free frame 0x%x has the flags %s" % (page.frame, "|".join(page.flag_names()))


def free_lists(e):
    """the free lists hold what they count, and only free blocks of their order"""
    for name, zone in frames.zones():
        pages = 0
        for order, counts in enumerate(buddy.orders(zone)):
            pages += sum(counts) << order
            if sum(counts) != int(zone["free_area"][order]["nr_free"]):
                yield "zone %s has %d blocks of order %d, and counts %d" % (name, sum(counts), order,
                                                                       int(zone["free_area"][order]["nr_free"]))
            for kind in range(len(counts)):
                for page in e.array.list_pages(zone["free_area"][order]["list"][kind]):
                    if not page.has("PG_buddy") or page.order != order or page.count("_refcount"):
                        yield "frame 0x%x stands on a free list of order %d with the flags %s" % (
                            page.frame, order, "|".join(page.flag_names()))
        if pages != int(zone["free_pages"]["counter"]):
            yield "zone %s has %d free pages, and counts %d" % (name, pages, int(zone["free_pages"]["counter"]))


def lru_lists(e):
    """a page that says so is on exactly one LRU list, and the lists hold what they count"""
    seen = {}
    for name, head, said in lru.lists():
        size = 0
        for page in e.array.list_pages(head):
            size += 1 << page.order
            seen[page.frame] = seen.get(page.frame, 0) + 1
        if size != said:
            yield "list %s holds %d pages, and says %d" % (name, size, said)
    for page in e.array.all():
        if not page.is_tail and not page.is_kernels and page.has("PG_lru") != (seen.get(page.frame, 0) == 1):
            yield "frame 0x%x with the flags %s is on %d lists" % (page.frame, "|".join(page.flag_names()), seen.get(page.frame, 0))


def deposits(e):
    """behind each table of PMDs, one page table is set aside for each huge entry"""
    for one in e.mms:
        for physical in one.tables:
            found = deposited(e, physical)
            huge = one.huge.get(physical, 0)
            if found is not None and found != huge:
                yield "table 0x%x of %s has %d huge entries, and %d tables are set aside" % (
                    physical, tasks.owner_label(one.mm), huge, found)


def deposited(e, physical):
    """=> tables in the ring of a table's page, None: not readable as one"""
    array, page = e.array, e.array.page(physical >> C["PAGE_SHIFT"])
    first = array.frame_of(page.word("mapping")) if page.word("mapping") else None
    ring, at = set(), first
    while at is not None and at not in ring:
        ring.add(at)
        at = array.frame_of(array.page(at).word_at(array.lru))
    return len(ring)


def table_counts(e):
    """each page table has as many entries as it counts"""
    for one in e.mms:
        for physical, used in one.in_table.items():
            said = e.array.page(physical >> C["PAGE_SHIFT"]).count("table_used")
            if used != said:
                yield "page table 0x%x of %s has %d entries, and counts %d" % (physical, tasks.owner_label(one.mm), used, said)


def mm_counts(e):
    """each address space counts the pages, swap entries and tables that it has"""
    for one in e.mms:
        kept = tasks.counters(one.mm)
        for name, found in one.counts.items():
            if kept[name] != found:
                yield "%s counts %d of %s, and has %d" % (tasks.owner_label(one.mm), kept[name], name, found)
        set_aside = sum(deposited(e, p) or 0 for p in one.tables)
        have, said = (len(one.tables) + set_aside) * C["PAGE_SIZE"], int(one.mm["pgtables_bytes"]["counter"])
        if have - C["PAGE_SIZE"] != said:
            yield "%s counts %d bytes of page tables, and has %d" % (tasks.owner_label(one.mm), said, have - C["PAGE_SIZE"])


def slots(e):
    """each swap slot counts the entries that name it"""
    named = shared_slots()
    for slot, uses in e.slots.items():
        named[slot] = named.get(slot, 0) + uses
    for area in swap.areas():
        used = 0
        for i in range(int(area["nr_clusters"])):
            cluster = swap.Cluster(area, i)
            used += sum(cluster.in_use(s) for s in range(swap.SLOTS))
            for s in range(swap.SLOTS):
                found = named.pop((int(area["type"]), cluster.first + s), 0)
                if cluster.uses(s) != found:
                    yield "slot %d of area %d counts %d entries, and %d name it" % (cluster.first + s, int(area["type"]),
                                                                             cluster.uses(s), found)
        if used != int(area["nr_used"]["counter"]):
            yield "area %d has %d slots in use, and counts %d" % (int(area["type"]), used, int(area["nr_used"]["counter"]))
    for kind, slot in named:
        yield "an entry names slot %d of area %d, which there is not" % (slot, kind)


def swap_cache(e):
    """the cache word of a slot and the page in it name each other"""
    cached = 0
    for area in swap.areas():
        for i in range(int(area["nr_clusters"])):
            cluster = swap.Cluster(area, i)
            for s in range(swap.SLOTS):
                if not cluster.cached[s]:
                    continue
                cached += 1
                page = e.array.page(e.array.frame_of(cluster.cached[s]))
                if page.swap_entry != int(area["type"]) << swap.TYPE_SHIFT | cluster.first + s:
                    yield "slot %d of area %d caches frame 0x%x, which names another" % (cluster.first + s, int(area["type"]), page.frame)
    marked = sum(1 << p.order for p in e.array.all() if not p.is_tail and not p.is_kernels and p.has("PG_swapcache"))
    said = frames.states()["nr_swapcached"]
    if not cached == marked == said:
        yield "%d slots cache a page, %d pages say that they are cached, and nr_swapcached is %d" % (cached, marked, said)


def reverse_map(e):
    """from every anonymous page that is mapped, the reverse map leads to an area at its place"""
    known = {}
    for frame in set(e.pte_maps) | set(e.pmd_maps):
        page = e.array.page(frame)
        if not page.is_anon:
            continue
        if page.anon_vma not in known:
            known[page.anon_vma] = [(number(a["vm_pgoff"]), (number(a["vm_end"]) - number(a["vm_start"])) // C["PAGE_SIZE"])
                                    for a in listed_areas(page)]
        if not any(first <= page.index < first + size for first, size in known[page.anon_vma]):
            yield "frame 0x%x is mapped, but no area of its anon_vma holds the page offset 0x%x" % (frame, page.index)


def strange(e):
    """every entry maps a frame of ours"""
    yield from e.strange


INVARIANTS = (mapcounts, huge_mapcounts, references, free_frames, free_lists, lru_lists, deposits, table_counts, mm_counts,
              slots, swap_cache, reverse_map, strange)


def busy():
    """Tasks on CPUs that are in the kernel now: who may be in the middle of a change."""
    return ["%s on CPU %d" % (tasks.comm(tasks.on_cpu(c)), c) for c in range(guest.nr_cpus())
            if tasks.on_cpu(c) is not None and int(tasks.on_cpu(c)["pid"])]


class Check(Command):
    name = "vm-check"
    about = "the invariants of memory: do tables, frames, lists, slots and counts agree?"
    most_arguments = 0

    def run(self, words):
        everything, held = Everything(), 0
        for number_, invariant in enumerate(INVARIANTS, 1):
            broken = list(invariant(everything))
            held += not broken
            for text in broken[:SHOWN]:
                print("FAIL I%d: %s" % (number_, text))
            if broken:
                print("  I%d says: %s (%s)" % (number_, invariant.__doc__, plural(len(broken), "violation")))
        if held == len(INVARIANTS):
            return conclude("%d of %d invariants hold." % (held, held), "vm-buddy", "vm-lru", "vm-swap")
        conclude("%d of %d invariants hold; at work at this moment: %s. Look again when they are done." % (
            held, len(INVARIANTS), ", ".join(busy()) or "nobody"), "vm-locks", "vm-page FRAME")
