"""vm-swap: the swap areas, their clusters, and one slot: who names it, and is its page in memory?"""

import gdb

from vm import entries, frames, guest, tasks
from vm.command import Command, conclude, plural, rows, runs
from vm.constants import ALL as C
from vm.guest import number

SLOTS = C["SWAP_CLUSTER_SLOTS"]
TYPE_SHIFT = 58         # of a swp_entry_t: mm/types.h


def areas():
    table = guest.symbol("swap_areas")
    return [table[i] for i in range(C["MAX_SWAPFILES"]) if table[i]["active"]]


def area_of(kind):
    for area in areas():
        if int(area["type"]) == kind:
            return area
    raise gdb.GdbError("there is no swap area %d. See: vm-swap." % kind)


class Cluster:
    """The words of 512 slots, read at once."""

    def __init__(self, area, index):
        self.value = area["clusters"][index]
        self.first = index * SLOTS
        base = number(self.value.address)
        self.counts = guest.read(base + guest.offset_of("struct swap_cluster", "count"), SLOTS)
        self.cached = memoryview(guest.read(base + guest.offset_of("struct swap_cluster", "cache"), SLOTS * 8)).cast("Q")
        self.shadows = memoryview(guest.read(base + guest.offset_of("struct swap_cluster", "shadow"), SLOTS * 4)).cast("I")
        more = number(self.value["more"])
        self.more = memoryview(guest.read(more, SLOTS * 4)).cast("I") if more else None
        zero = self.value["zero"]
        self.zero = memoryview(guest.read(number(zero.address), SLOTS // 8))

    def bad(self, slot):
        return self.counts[slot] & C["SLOT_COUNT_MASK"] == C["SLOT_BAD"]

    def uses(self, slot):
        """Entries that name it."""
        if self.bad(slot):
            return 0
        uses = self.counts[slot] & C["SLOT_COUNT_MASK"]
        return uses + (self.more[slot] if self.more and uses else 0)

    def is_zero(self, slot):
        return bool(self.zero[slot >> 3] >> (slot & 7) & 1)

    def in_use(self, slot):
        return not self.bad(slot) and bool(self.counts[slot] or self.cached[slot])

    def word(self, slot):
        if self.bad(slot):
            return "header or bad"
        cached, uses = self.cached[slot], self.uses(slot)
        if not cached and not self.counts[slot]:
            return "free"
        text = "used by %s" % plural(uses, "entry", "entries") if uses else "used by no entry"
        text += ", also in memory" if cached else ""
        text += ", zeroes" if self.is_zero(slot) else ""
        return text + (", retired" if self.counts[slot] & C["SLOT_RETIRED"] else "")


def cluster_of(area, slot):
    if not 0 <= slot < int(area["nr_slots"]):
        raise gdb.GdbError("area %d has the slots 0 to %d" % (int(area["type"]), int(area["nr_slots"]) - 1))
    return Cluster(area, slot // SLOTS)


def describe_slot(entry):
    kind, slot = entry >> TYPE_SHIFT, entry & (1 << TYPE_SHIFT) - 1
    return "area %d slot %d, %s" % (kind, slot, cluster_of(area_of(kind), slot).word(slot % SLOTS))


def namers(kind, slot):
    """[(mm, Entry)] of all tables' entries that name a slot"""
    for mm in tasks.all_mms():
        if not tasks.counters(mm)["MM_SWAPENTS"]:
            continue
        for entry in entries.Space(entries.root_of(mm)).leaves():
            size = C["HPAGE_PMD_NR"] if entry.level == entries.PMD else 1
            if entry.swapped and entry.swap_type == kind and 0 <= slot - entry.swap_offset < size:
                yield mm, entry


class Swap(Command):
    name = "vm-swap"
    usage = "[SLOT [AREA]]"
    about = "the swap areas and their clusters; or one slot, and the entries that name it"
    most_arguments = 2

    def run(self, words):
        if not areas():
            return conclude("There is no swap area: swapon has not been called.", "vm-tasks")
        if words:
            return self.slot(self.number(words[0], "slot"), self.number(words[1], "area") if len(words) > 1 else 0)
        for area in areas():
            self.area(area)
        state = frames.states()
        used, usable = (sum(int(a[f]["counter"]) for a in areas()) for f in ("nr_used", "nr_usable"))
        conclude("%d of %d slots are in use, and %d pages are in the swap cache." % (used, usable, state["nr_swapcached"]),
                 "vm-swap SLOT [AREA]", "vm-tasks")

    def area(self, area):
        flags = [w for w in ("leaving", "dead", "rotational", "discard_freed") if area[w]]
        print("area %d %s   priority %d   %d of %d slots in use%s" % (
            int(area["type"]), guest.text(area["name"]), int(area["priority"]), int(area["nr_used"]["counter"]),
            int(area["nr_usable"]["counter"]), "   " + " ".join(flags) if flags else ""))
        names = guest.enum_names("cluster_state")
        clusters = []
        for i in range(int(area["nr_clusters"])):
            cluster = area["clusters"][i]
            state = int(cluster["state"])
            owner = ", CPU %d takes here" % (int(cluster["owner"]) - 1) if int(cluster["owner"]) else ""
            full = "" if state == guest.enum_value("cluster_state", "CLUSTER_NONFULL") or owner else None
            clusters.append((i, (names[state].replace("CLUSTER_", "").lower() + owner,
                                 int(cluster["nr_used"]) if full is not None else None)))
        table = [("CLUSTERS", "SLOTS", "STATE", "USED")]
        for (state, used), first, last in runs(clusters):
            table.append(("%d-%d" % (first, last) if last > first else str(first),
                          "%d-%d" % (first * SLOTS, last * SLOTS + SLOTS - 1), state, "" if used is None else used))
        rows(table)

    def slot(self, slot, kind):
        area = area_of(kind)
        cluster = cluster_of(area, slot)
        at = slot % SLOTS
        state = guest.enum_names("cluster_state")[int(cluster.value["state"])].replace("CLUSTER_", "").lower()
        print("area %d slot %d: %s   (cluster %d, %s, %d slots used)" % (kind, slot, cluster.word(at), slot // SLOTS, state,
                                                                        int(cluster.value["nr_used"])))
        if cluster.bad(at):
            return conclude("Never handed out: the area's header, a bad block, or one whose write failed.")
        see = ["vm-swap"]
        if cluster.cached[at]:
            frame = frames.pages().frame_of(cluster.cached[at])
            print("its page is in memory: %s" % entries.frame_text(frame))
            see.insert(0, "vm-page 0x%x" % frame)
        if cluster.shadows[at]:
            print("a shadow (0x%x) remembers when reclaim took the page out" % cluster.shadows[at])
        found = 0
        for mm, entry in namers(kind, slot):
            found += 1
            address = entry.address + (slot - entry.swap_offset) * C["PAGE_SIZE"]
            print("named by %s at 0x%x, %s[%d]%s" % (tasks.owner_label(mm), address, entry.name, entry.index, entry.swap_flags()))
        uses = cluster.uses(at)
        if found < uses:
            print("and by %s of shared memory" % plural(uses - found, "offset"))
        conclude("It counts %s, and %d found in page tables." % (plural(uses, "entry", "entries"), found)
                 if uses else "No entry names it: %s." % ("it is freed with its page" if cluster.cached[at] else "it is free"), *see)
