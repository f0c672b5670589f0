"""vm-thp: the ledger of every 2 MB range of an address space. vm-khugepaged: its limits, its place, and what it would find."""

import os

from vm import entries, frames, guest, tasks, trace
from vm.command import Command, conclude, plural, rows, runs
from vm.constants import ALL as C
from vm.guest import number
from vm.maps import kind_of
from vm.walk import area_name

HUGE = C["HPAGE_PMD_SIZE"]
PAGES = C["HPAGE_PMD_NR"]
LAST = 6
DECISIONS = ("mm_khugepaged_scan_pmd", "mm_collapse_huge_page", "mm_collapse_huge_page_isolate", "mm_collapse_huge_page_swapin")
EVENTS = ("thp_fault_alloc", "thp_fault_fallback", "thp_split_page", "thp_split_pmd", "thp_deferred_split_page", "thp_swpout",
          "thp_swpin", "thp_split_swap_pmd", "thp_collapse_alloc", "thp_collapse_alloc_failed")


def knob(name, enum):
    """The value of an enum knob, without what all of its names begin with."""
    names = {v: n for v, n in guest.enum_names(enum).items() if not n.startswith("NR_")}
    return names[int(guest.symbol(name))][len(os.path.commonprefix(list(names.values()))):].lower()


def ranges(mm):
    """(area, [(address, PMD entry or None)]) of each area that has at least one aligned 2 MB"""
    space = entries.Space(entries.root_of(mm))
    for area in tasks.areas(mm):
        start = (number(area["vm_start"]) + HUGE - 1) & ~(HUGE - 1)
        end = number(area["vm_end"]) & ~(HUGE - 1)
        if start < end:
            yield area, list(space.pmds(start, end)), space


def small_text(space, pmd):
    """What 512 PTEs hold, in words."""
    found = dict.fromkeys(("small", "zero", "in swap", "moving", "empty"), 0)
    for entry in space.ptes(pmd):
        found[kind_of(entry)[0] if entry.value else "empty"] += 1
    return ", ".join("%d %s" % (n, word) for word, n in found.items() if n)


def range_text(space, pmd):
    if pmd is None or not pmd.value:
        return "nothing"
    if pmd.maps:
        if pmd.special:
            return "huge zero page"
        return "huge" + (", being split now" if pmd.being_split else ", PROT_NONE" if pmd.protected else "")
    if pmd.migration:
        return "huge, being moved or split"
    if pmd.swapped:
        return "2 MB in swap as a whole"
    return small_text(space, pmd)


class Thp(Command):
    name = "vm-thp"
    usage = "[PID]"
    about = "every 2 MB range of an address space: huge, small, in swap, or nothing; policy and counters"

    def run(self, words):
        task = tasks.argument(self, words)
        mm = tasks.mm_of(task)
        print("%s   enabled %s, defrag %s, swap %s" % (tasks.label(task), knob("thp_enabled", "thp_enabled"),
                                                    knob("thp_defrag", "thp_defrag"), knob("thp_swap_mode", "thp_swap_mode")))
        table, total, huge = [("START", "END", "", "RANGES", "STATE")], 0, 0
        for area, pmds, space in ranges(mm):
            flags = number(area["vm_flags"])
            words = ["madvise"] if flags & C["VM_HUGEPAGE"] else ["nohuge"] if flags & C["VM_NOHUGEPAGE"] else []
            if number(area["ops"]) or not words:
                words.append(area_name(mm, area))
            advice = " ".join(words)
            for state, first, last in runs((a // HUGE, range_text(space, pmd)) for a, pmd in pmds):
                table.append(("%012x" % (first * HUGE), "%012x" % ((last + 1) * HUGE), advice, last - first + 1, state))
            total += len(pmds)
            huge += sum(p is not None and p.maps and not p.special for _, p in pmds)
        if total:
            rows(table)
        events = frames.events()
        print("since boot: " + ", ".join("%s %d" % (n[4:], events[n]) for n in EVENTS if events[n]))
        conclude("%d of %s are huge now (%d kB)." % (huge, plural(total, "aligned 2 MB range"), huge * HUGE >> 10),
                 "vm-khugepaged %d" % int(task["pid"]), "vm-walk ADDRESS")


class Tally:
    """What khugepaged's scan would count in a table, and its word for it: mm/collapse/scan.c and tally.c."""

    def __init__(self, entries_of_table):
        self.none = self.shared = self.swapped = self.referenced = 0
        self.limits = guest.symbol("khugepaged")
        self.word = ""
        for entry in entries_of_table:
            self.word = self.look(entry)
            if self.word:
                return
        if not self.referenced or (self.swapped and self.referenced < PAGES // 2):
            self.word = "lack_referenced_page: %d were used, of %d in swap" % (self.referenced, self.swapped) if self.swapped \
                else "lack_referenced_page: none was used"

    def over(self, count, limit, result):
        return "%s: %d > %d" % (result, count, limit) if count > limit else ""

    def look(self, entry):
        if not entry.value or entry.special:
            self.none += 1
            return self.over(self.none, int(guest.symbol("khugepaged_max_ptes_none")), "exceed_none_pte")
        if entry.migration:
            return "pte_non_present: an entry is being moved"
        if entry.swapped:
            self.swapped += 1
            return self.over(self.swapped, int(self.limits["max_ptes_swap"]), "exceed_swap_pte")
        return self.look_at_page(frames.pages().page(entry.frame), entry)

    def look_at_page(self, page, entry):
        head = page.head
        if page.pte_maps + head.pmd_maps > 1:
            self.shared += 1
            word = self.over(self.shared, int(self.limits["max_ptes_shared"]), "exceed_shared_pte")
            if word:
                return word
        if not head.has("PG_lru"):
            return "page_not_in_lru: frame 0x%x" % head.frame
        if head.has("PG_locked"):
            return "page_locked: frame 0x%x" % head.frame
        if head.count("_refcount") != head.all_maps + ((1 << head.order) if head.has("PG_swapcache") else 0):
            return "not_suitable_page_count: frame 0x%x has a pin" % head.frame
        self.referenced += head.has("PG_referenced")
        self.referenced += bool(entry.value & C["_PAGE_ACCESSED"]) or head.has("PG_young") or head.has("PG_referenced")
        return ""


NOTHING = ("pmd_null: no table of PMDs", "pmd_none: no page table")


def forecast(space, pmd):
    if pmd is None or not pmd.value:
        return NOTHING[pmd is not None]
    if pmd.maps or pmd.is_other:
        return "page_pmd_mapped: huge already" if pmd.maps else "pmd_swapped: in swap as a whole" if pmd.swapped else "pmd_null: being moved"
    tally = Tally(space.ptes(pmd))
    return tally.word or "would collapse (%d empty, %d in swap, %d used)" % (tally.none, tally.swapped, tally.referenced)


def slots():
    """The mms on khugepaged's list."""
    return [s["mm"].dereference() for s in guest.list_entries(guest.symbol("mm_slots"), "struct mm_slot", "node")]


class Khugepaged(Command):
    name = "vm-khugepaged"
    usage = "[PID]"
    about = "khugepaged: limits, where it is, how its scans ended, and what it would say of each 2 MB range"

    def run(self, words):
        config, events = guest.symbol("khugepaged"), frames.events()
        print("limits: max_ptes_none %d, max_ptes_swap %d, max_ptes_shared %d; %d entries every %d ms" % (
            int(guest.symbol("khugepaged_max_ptes_none")), *(int(config[f]) for f in (
                "max_ptes_swap", "max_ptes_shared", "pages_to_scan", "scan_sleep_millisecs"))))
        names = guest.symbol("scan_result_names")
        results = ["%s %d" % (guest.text(names[i]), int(config["results"][i]))
                   for i in range(guest.enum_value("scan_result", "NR_SCAN_RESULTS")) if int(config["results"][i])]
        print("scans so far: %s" % (", ".join(results) or "none"))
        mms = slots()
        cursor = guest.symbol("cursor", "khugepaged.c")
        here = number(cursor["slot"]) and "%s at 0x%x%s" % (
            tasks.owner_label(cursor["slot"]["mm"]), number(cursor["address"]), ", working" if cursor["busy"] else "")
        print("on its list: %s; it is %s" % (plural(len(mms), "address space"), "with " + here if here else "before the first"))
        shown = [tasks.mm_of(tasks.argument(self, words))] if words else mms
        for mm in shown:
            self.forecasts(mm)
        self.last_decisions()
        conclude("%d full rounds, %d ranges collapsed, %d huge pages could not be had." % (
            int(config["full_scans"]), int(config["pages_collapsed"]), events["thp_collapse_alloc_failed"]),
            "vm-thp PID", "break collapse_huge_page")

    def forecasts(self, mm):
        print("%s:" % tasks.owner_label(mm))
        table = []
        for area, pmds, space in ranges(mm):
            if number(area["ops"]) or number(area["vm_flags"]) & C["VM_NOHUGEPAGE"]:
                continue
            for word, first, last in runs((a // HUGE, forecast(space, pmd)) for a, pmd in pmds):
                if word not in NOTHING:
                    table.append(("  0x%012x" % (first * HUGE), plural(last - first + 1, "range"), word))
        if table:
            rows(table)


    def last_decisions(self):
        """What the trace rings remember of scans and collapses, if these events are on."""
        formats = trace.Formats()
        last = [r for r in trace.records() if (formats.event(r) or ("",))[0] in DECISIONS][-LAST:]
        for record in last:
            print("%12.6f %s: %s" % (record.ns / 1e9, *formats.text(record)))
