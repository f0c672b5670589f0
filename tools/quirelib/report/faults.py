"""Page faults: from their begin to their end, and what kind they were.

The kind is what the events between the two say: swap-in, huge, a copy on write. What none of them explains is a first
touch. A kernel whose trace does not tell the end (Linux's does not) leaves the latency open.
"""

from .spans import BINS, result_name

KINDS = ("small", "huge", "swap-in", "read", "copy", "reuse", "fallback", "huge-swap", "signal")
SLOWEST, EVENLY = 1500, 1500
HUGE_RESULTS = {"mapped": "huge", "zero_page": "huge", "no_page": "fallback", "swapped_in": "huge-swap",
                "reused": "reuse", "copied": "copy", "split": "copy", "swap_split": "read"}


class Fault:
    __slots__ = ("ns", "pid", "address", "kind", "us", "reclaim", "write")

    def __init__(self, event):
        self.ns, self.pid = event.ns, event.pid
        self.address = event.fields["address"]
        self.write = bool(event.fields.get("error_code", 0) & 2)
        self.kind, self.us, self.reclaim = "small", None, False


def find(story):
    found, open_faults = [], {}
    for event in story.inside:
        if event.name == "page_fault_user" and isinstance(event.fields.get("address"), int):
            fault = open_faults[event.pid] = Fault(event)
            found.append(fault)
            continue
        fault = open_faults.get(event.pid)
        if not fault:
            continue
        if event.name == "user_fault_end":
            fault.us = (event.ns - fault.ns) // 1000
            if event.fields.get("signal"):
                fault.kind = "signal"
            del open_faults[event.pid]
        else:
            note(fault, event)
    return found


def note(fault, event):
    name, fields = event.name, event.fields
    if name == "mm_vmscan_direct_reclaim_begin":
        fault.reclaim = True
    elif name == "swap_readpage":
        fault.kind = "read"
    elif name == "swap_in" and fault.kind != "read":
        fault.kind = "swap-in"
    elif name == "wp_fault":
        fault.kind = "copy" if fields.get("copied") else "reuse"
    elif name == "huge_fault":
        fault.kind = HUGE_RESULTS.get(result_name(event, "result"), fault.kind)


def listed(story, found):
    """The slowest, and an even choice of the others: a page of some thousand lines, not of a million"""
    slowest = sorted(range(len(found)), key=lambda i: -(found[i].us or 0))[:SLOWEST]
    step = max(1, len(found) // EVENLY)
    chosen = sorted(set(slowest) | set(range(0, len(found), step)))
    return {"of": len(found), "kinds": KINDS,
            "rows": [[story.clock.us(f.ns), f.pid, "%x" % f.address, KINDS.index(f.kind), f.us, int(f.reclaim),
                      int(f.write)] for f in (found[i] for i in chosen)]}


def binned(story, found):
    """=> by task: how many faults of each kind a bin has, and how long they took"""
    tasks = {}
    for fault in found:
        task = tasks.setdefault(fault.pid, {"pid": fault.pid, "name": story.names.get(fault.pid, "?"), "total": 0, "us": 0,
                                            "kinds": [0] * len(KINDS), "bins": {}})
        task["total"] += 1
        task["us"] += fault.us or 0
        task["kinds"][KINDS.index(fault.kind)] += 1
        at = min(story.clock.us(fault.ns) * BINS // story.length, BINS - 1)
        cell = task["bins"].setdefault(at, [0, 0, 0])
        cell[0] += 1
        cell[1] += fault.us or 0
        cell[2] += fault.kind in ("read", "huge-swap")
    for task in tasks.values():
        task["bins"] = [[at] + cell for at, cell in sorted(task["bins"].items())]
    return sorted(tasks.values(), key=lambda t: t["pid"])
