"""The ledger of the 2 MB ranges: what happened to each, and why some of them are not huge."""

from .spans import result_name, text_of

MOST_LINES = 60             # of one range; the last ones
MOST_RANGES = 3000

# event -> column of the ledger
COLUMNS = ("fault", "fallback", "swapin", "split", "collapse", "refuse")
HUGE_FAULT_KINDS = {"mapped": "fault", "zero_page": "fault", "swapped_in": "swapin", "no_page": "fallback",
                    "swap_split": "fallback", "copied": "fault"}
SUCCESS = ("succeeded", "pmd_mapped", "page_pmd_mapped")

EXPLAIN = {
    "no_page": "a fault found no free 2 MB block and took 4 KB",
    "swap_split": "swapped out whole, it came back in parts",
    "exceed_none_pte": "more holes and zero pages than max_ptes_none",
    "exceed_swap_pte": "more pages in swap than max_ptes_swap",
    "exceed_shared_pte": "more shared pages than max_ptes_shared",
    "lack_referenced_page": "too little of it was used lately",
    "alloc_huge_page_failed": "khugepaged got no free 2 MB block",
    "page_locked": "a page was locked by somebody else",
    "page_count": "a page was pinned: more references than mappings",
    "not_suitable_page_count": "a page was pinned: more references than mappings",
    "page_not_in_lru": "a page was on no LRU list",
    "page_null": "a hole where a page was expected",
    "pte_non_present": "an entry that was neither a page nor in swap",
    "pmd_none": "no page table there: nothing was mapped yet",
    "pmd_null": "nothing was mapped in the whole gigabyte, or the huge page was just being moved",
    "pmd_swapped": "it is in swap as one 2 MB entry: the next fault brings it back whole",
    "no_writable_page": "none of its entries may be written (a rule of older Linux)",
    "vma_check_failed": "the area may not hold huge pages",
    "vma_null": "the area is gone",
    "not_suitable_address_range": "the area does not cover the 2 MB",
    "no_process_for_page": "the process ended",
    "could_not_delete_page_from_lru": "a page was being reclaimed",
    "page_compound": "part of a larger page",
    "pte_mapped_hugepage": "a huge page that small entries map",
    "failed": "it failed",
}


def mm_owners(story):
    """=> {mm: pid}: the address of an mm names it in events; who faults in it owns it"""
    processes = {pid for sample in story.samples for pid in sample.processes}
    owners = {}
    for event in story.inside:
        mm = event.fields.get("mm")
        if mm and event.name in ("huge_fault", "wp_fault", "swap_in") and event.pid in processes:
            owners[mm] = event.pid
    return owners


class Range:
    def __init__(self, pid, address):
        self.pid, self.address = pid, address
        self.counts = dict.fromkeys(COLUMNS, 0)
        self.lines = []
        self.dropped = 0

    def add(self, column, us, text):
        self.counts[column] += 1
        self.lines.append([us, text])
        if len(self.lines) > MOST_LINES:
            del self.lines[0]
            self.dropped += 1


def column_of(event):
    name, fields = event.name, event.fields
    if name == "huge_fault":
        return HUGE_FAULT_KINDS.get(result_name(event, "result"))
    if name == "split_huge_pmd":
        return "split"
    if name == "khugepaged_range":
        status = result_name(event, "status")
        return "collapse" if status == "succeeded" else None if status in SUCCESS else "refuse"
    if name == "swap_in":
        return "swapin"
    return None


def ledger(story, owners):
    found = {}
    for event in story.inside:
        column = column_of(event)
        if not column or "address" not in event.fields:
            continue
        pid = owners.get(event.fields.get("mm"), event.pid)
        address = event.fields["address"] & ~0x1fffff
        entry = found.get((pid, address))
        if not entry:
            entry = found[(pid, address)] = Range(pid, address)
        if event.name == "swap_in" and entry.counts["swapin"] % 64:
            entry.counts["swapin"] += 1         # one line for 64 of them
            continue
        entry.add(column, story.clock.us(event.ns), "%s %s" % (event.name, text_of(event)))
    eventful = sorted(found.values(), key=lambda r: -sum(r.counts.values()))[:MOST_RANGES]
    rows = [[r.pid, "%x" % r.address, [r.counts[c] for c in COLUMNS], r.lines, r.dropped]
            for r in sorted(eventful, key=lambda r: (r.pid, r.address))]
    sums = [sum(r.counts[c] for r in found.values()) for c in COLUMNS]
    return {"columns": COLUMNS, "rows": rows, "of": len(found), "sums": sums}


def why_not_huge(story):
    """=> [reason, explanation, how often], the most frequent first"""
    own = any(e.name == "khugepaged_range" for e in story.inside)
    counts = {}
    for event in story.inside:
        reason = None
        if event.name == "huge_fault":
            reason = result_name(event, "result")
            reason = reason if HUGE_FAULT_KINDS.get(reason) == "fallback" else None
        elif event.name == "khugepaged_range" or not own and event.name in ("mm_khugepaged_scan_pmd",
                                                                             "mm_collapse_huge_page"):
            reason = result_name(event, "status")
        if reason and reason not in SUCCESS:
            counts[reason] = counts.get(reason, 0) + 1
    return [[reason, EXPLAIN.get(reason, ""), n] for reason, n in sorted(counts.items(), key=lambda c: -c[1])]
