"""The timeline: what each task did, as spans and as bins.

Spans of one track nest or follow each other, never overlap: direct reclaim within a task, the waking hours of a daemon.
What is too many to be drawn one by one (disk requests) is counted by bins.
"""

BINS = 1500
MOST_SPANS = 6000           # of one track; the shortest are left out, and counted
MOST_POINTS = 3000

PAIRS = {                   # first event -> (last event, label); within one task
    "mm_vmscan_direct_reclaim_begin": ("mm_vmscan_direct_reclaim_end", "reclaim"),
    "mm_compaction_begin": ("mm_compaction_end", "compact"),
    "mm_vmscan_kswapd_wake": ("mm_vmscan_kswapd_sleep", "awake"),
    "mm_compaction_kcompactd_wake": ("mm_compaction_kcompactd_sleep", "awake"),
}
ENDS = {end: begin for begin, (end, _) in PAIRS.items()}
POINTS = ("mm_collapse_huge_page", "khugepaged_range", "split_huge_pmd", "split_huge_page", "huge_fault", "mark_victim",
          "mm_vmscan_throttled", "mm_vmscan_wakeup_kswapd", "sched_process_exit", "sched_process_fork")


def text_of(event):
    """The fields that a reader wants, short"""
    fields = event.fields
    words = []
    for name, value in fields.items():
        if name in ("mm", "pmd", "nid", "zid", "zone_start", "zone_end", "free_pfn", "migrate_pfn", "ip", "comm", "prio"):
            continue
        named = event.format.named(name, value) if event.format else value
        words.append("%s=%s" % (name, "0x%x" % named if name in ("address", "pfn") and isinstance(named, int) else named))
    return " ".join(words)


def result_name(event, field):
    """The name that the event prints for a field's value"""
    value = event.fields.get(field)
    return str(event.format.named(field, value)) if event.format else str(value)


class Track:
    def __init__(self, pid):
        self.pid = pid
        self.spans, self.points = [], []
        self.open = {}          # first event -> the event

    def begin(self, event):
        """A nap of kswapd that began before the record did is only known by its end."""
        self.open.setdefault(event.name, event)

    def end(self, event, clock, depth):
        first = self.open.pop(ENDS[event.name], None)
        if first:
            start = clock.us(first.ns)
            self.spans.append([start, max(clock.us(event.ns) - start, 1), PAIRS[first.name][1],
                               " ".join(filter(None, (text_of(first), text_of(event)))), depth])


def tracks(story):
    found = {}
    for event in story.inside:
        if event.name in PAIRS:
            track = found.setdefault(event.pid, Track(event.pid))
            track.begin(event)
        elif event.name in ENDS and event.pid in found:
            track = found[event.pid]
            track.end(event, story.clock, len(track.open) - 1)
        elif event.name in POINTS:
            track = found.setdefault(event.pid, Track(event.pid))
            track.points.append([story.clock.us(event.ns), event.name, text_of(event)])
    for track in found.values():
        close_all(track, story)
    out = [finish(track, story) for pid, track in sorted(found.items())]
    return {"tasks": [t for t in out if t["spans"] or t["points"]], "disks": disks(story), "bins": BINS}


def close_all(track, story):
    for first in track.open.values():
        start = story.clock.us(first.ns)
        track.spans.append([start, max(story.length - start, 1), PAIRS[first.name][1], text_of(first) + " (to the end)", 0])


def finish(track, story):
    left_out = max(0, len(track.spans) - MOST_SPANS)
    longest = sorted(track.spans, key=lambda s: -s[1])[:MOST_SPANS]
    step = max(1, -(-len(track.points) // MOST_POINTS))
    return {"pid": track.pid, "name": story.names.get(track.pid, "?"), "spans": sorted(longest),
            "stalled": sum(s[1] for s in track.spans if s[2] == "reclaim" and not s[4]),
            "points": track.points[::step], "leftOut": left_out, "pointsOf": len(track.points)}


# --- disks --------------------------------------------------------------------------------------------------------

def device_name(dev):
    return "%d:%d" % (dev >> 20, dev & 0xfffff) if isinstance(dev, int) else str(dev)


def disks(story):
    """=> for each disk: KB read and written by bins; how many requests, and how long they took together"""
    found, waiting = {}, {}
    for event in story.inside:
        if event.name not in ("block_rq_issue", "block_rq_complete"):
            continue
        dev = device_name(event.fields["dev"])
        disk = found.setdefault(dev, {"name": dev, "read": [0] * BINS, "written": [0] * BINS, "requests": 0, "us": 0,
                                      "recorder": True})
        at = min(story.clock.us(event.ns) * BINS // story.length, BINS - 1)
        key = (dev, event.fields["sector"], event.fields["rwbs"][:1])
        if event.name == "block_rq_issue":
            waiting[key] = event.ns
            disk["requests"] += 1
            disk["recorder"] &= event.fields.get("comm") == "recorder"
            what = "written" if "W" in event.fields["rwbs"] else "read"
            disk[what][at] += event.fields["nr_sector"] / 2
        elif key in waiting:
            disk["us"] += (event.ns - waiting.pop(key)) // 1000
    return sorted(found.values(), key=lambda d: d["name"])
