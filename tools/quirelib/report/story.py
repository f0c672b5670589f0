"""A record's events and samples to what the page shows. Times are microseconds since the first sample."""

import re

from . import faults, ranges, spans, totals

WATERMARKS = ("min", "low", "high")
SERIES = ("nr_free_pages", "nr_active_anon", "nr_inactive_anon", "nr_active_file", "nr_inactive_file", "nr_unevictable",
          "nr_isolated_anon", "nr_writeback", "nr_slab_reclaimable", "nr_slab_unreclaimable", "nr_page_table_pages",
          "nr_anon_transparent_hugepages", "nr_swapcached")
INSTANTS = 200
SMALLEST_RANGE = 4          # a range of the page shows letters for 16 pages at a time


class Clock:
    """Trace time to microseconds of the run"""

    def __init__(self, start):
        self.start = start

    def us(self, ns):
        return (ns - self.start) // 1000


class Story:
    def __init__(self, record, events, lost):
        self.record = record
        self.events = [e for e in events if not self.is_mark(record, e)]
        self.lost = lost
        samples = [s for s in record.samples if s.begin is not None and s.end is not None]
        self.samples = samples
        first = samples[0].begin if samples else self.events[0].ns if self.events else 0
        last = samples[-1].end if samples else self.events[-1].ns if self.events else 0
        self.clock = Clock(first)
        self.length = max(self.clock.us(last), 1)
        self.inside = [e for e in self.events if first <= e.ns <= last]
        self.names = self.task_names()

    @staticmethod
    def is_mark(record, event):
        """Our own marks date the samples; the page does not show them."""
        if event.name != "print":
            return False
        found = re.match(r"quire-sample (\d+) (begin|end)", event.fields["buf"])
        if not found:
            return False
        for sample in record.samples:
            if sample.number == int(found.group(1)):
                setattr(sample, found.group(2), event.ns)
        return True

    def task_names(self):
        names = {}
        for line in self.record.files.get("saved_cmdlines", "").splitlines():
            pid, _, name = line.partition(" ")
            names[int(pid)] = name
        for event in self.events:
            if event.name == "sched_process_fork":
                names.setdefault(event.fields.get("child_pid"), event.fields.get("child_comm"))
        for sample in self.samples:
            for pid, status in sample.processes.items():
                names[pid] = status_field(status, "Name") or "?"
        return names

    # --- the parts of the page ----------------------------------------------------------------------

    def model(self, title):
        found_faults = faults.find(self)
        owners = ranges.mm_owners(self)
        return {
            "title": title,
            "about": self.about(),
            "length": self.length,
            "t": [self.clock.us(s.begin) for s in self.samples] or self.instants(),
            "sampled": bool(self.samples),
            "series": self.series(),
            "grown": self.grown(),
            "names": {str(p): n for p, n in self.names.items()},
            "spaces": self.spaces(),
            "frames": self.frames(),
            "tracks": spans.tracks(self),
            "faults": faults.listed(self, found_faults),
            "faultBins": faults.binned(self, found_faults),
            "ledger": ranges.ledger(self, owners),
            "why": ranges.why_not_huge(self),
            "totals": totals.compare(self),
            "counts": self.counts(),
        }

    def instants(self):
        """Times for the slider of a run without samples"""
        return [self.length * n // INSTANTS for n in range(INSTANTS + 1)]

    def grown(self):
        """=> {counter of vmstat: its growth}, of all that have changed"""
        if not self.samples:
            return {}
        first, last = self.samples[0].vmstat, self.samples[-1].vmstat
        return {name: n - first.get(name, 0) for name, n in last.items() if n != first.get(name, 0)}

    def about(self):
        files, meta = self.record.files, self.record.meta
        memory = re.search(r"MemTotal:\s+(\d+)", files.get("/proc/meminfo", ""))
        return {"kernel": meta.get("kernel", "?"), "cpus": int(meta.get("cpus", 0)) or max(e.cpu for e in self.events) + 1, "command": meta.get("command", ""),
                "memoryKB": int(memory.group(1)) if memory else 0, "events": len(self.inside),
                "lost": self.record.lost_events() if self.record.stats else None, "holes": self.lost.times,
                "thp": chosen(files.get("/sys/kernel/mm/transparent_hugepage/enabled", "")),
                "thpSwap": chosen(files.get("/sys/kernel/mm/transparent_hugepage/swap", ""))}

    def counts(self):
        counts = {}
        for event in self.inside:
            counts[event.name] = counts.get(event.name, 0) + 1
        return dict(sorted(counts.items()))

    def series(self):
        out = {name: [s.vmstat.get(name, 0) for s in self.samples] for name in SERIES}
        zones = [zone_sums(s.zoneinfo) for s in self.samples]
        for mark in WATERMARKS:
            out[mark] = [z.get(mark, 0) for z in zones]
        out["swap_used"] = [used_swap(s) for s in self.samples]
        out["free_huge"] = [free_blocks(s.buddyinfo) for s in self.samples]
        return out

    def spaces(self):
        found = {}
        for number, sample in enumerate(self.samples):
            for pid, status in sample.processes.items():
                space = found.setdefault(pid, {"pid": pid, "name": "", "first": number, "last": number, "ranges": {},
                                               "rss": {}, "areas": {}})
                space["name"], space["last"] = status_field(status, "Name"), number
                space["rss"][number] = [kilobytes(status, "VmRSS"), kilobytes(status, "VmSwap")]
                for line in sample.pages.get(pid, "").splitlines():
                    address, _, rest = line.partition(" ")
                    frame, _, letters = rest.partition(" ")
                    space["ranges"].setdefault(address, []).append(
                        [number, "", ""] if frame == "gone" else [number, letters, frame])
                add_area_names(space["areas"], space["ranges"], sample.maps.get(pid, ""))
        return [finish_space(s) for s in sorted(found.values(), key=lambda s: s["pid"])]

    def frames(self):
        blocks, owners = {}, []
        for number, sample in enumerate(self.samples):
            for line in sample.frames.splitlines():
                block, use, owner = line.split(" ")
                blocks.setdefault(int(block), []).append([number, use, owner])
            if sample.processes:        # looked at less often than the frames
                owners.append([number, {status_field(s, "QuireOwner"): pid for pid, s in sample.processes.items()}])
        return {"blocks": [blocks.get(b, []) for b in range(max(blocks, default=-1) + 1)], "owners": only_changes(owners)}


def chosen(knob):
    """always [madvise] never => madvise"""
    found = re.search(r"\[(\w+)\]", knob)
    return found.group(1) if found else ""


def free_blocks(buddyinfo):
    """=> free blocks of 2 MB and more, in units of 2 MB"""
    total = 0
    for line in buddyinfo.splitlines():
        counts = line.split()[4:]
        total += sum(int(n) << order - 9 for order, n in enumerate(counts) if order >= 9)
    return total


def only_changes(numbered):
    out = []
    for number, value in numbered:
        if not out or out[-1][1] != value:
            out.append([number, value])
    return out


def status_field(status, name):
    found = re.search(r"^%s:\s*(.*)$" % name, status, re.MULTILINE)
    return found.group(1).strip() if found else ""


def kilobytes(status, name):
    return int((status_field(status, name) or "0").split()[0])


def zone_sums(text):
    """=> {min, low, high: pages}, of all zones"""
    sums = {}
    for name, value in re.findall(r"^\s+(min|low|high)\s+(\d+)$", text, re.MULTILINE):
        sums[name] = sums.get(name, 0) + int(value)
    return sums


def used_swap(sample):
    """=> pages"""
    total, free = (re.search(r"^Swap%s:\s+(\d+)" % what, sample.meminfo, re.MULTILINE) for what in ("Total", "Free"))
    return (int(total.group(1)) - int(free.group(1))) // 4 if total and free else 0


def add_area_names(areas, known, maps):
    for line in maps.splitlines():
        words = line.split(None, 5)
        start, _, end = words[0].partition("-")
        name = words[5].strip() if len(words) > 5 else "anonymous"
        at = int(start, 16) & ~0x1fffff
        while at < int(end, 16):
            key = "%x" % at
            if key in known:
                names = areas.setdefault(key, [])
                if len(names) < SMALLEST_RANGE and name not in names:
                    names.append(name)
            at += 0x200000


def finish_space(space):
    order = sorted(space["ranges"], key=lambda a: int(a, 16))
    return {"pid": space["pid"], "name": space["name"], "first": space["first"], "last": space["last"],
            "rss": [[n] + v for n, v in only_changes(sorted(space["rss"].items()))],
            "ranges": [[a, ", ".join(space["areas"].get(a, [])), space["ranges"][a]] for a in order]}
