"""vm-diff: remember what memory looks like now, and say later what has changed since."""

from vm import entries, frames, tasks
from vm.command import Command, conclude, plural, rows, runs
from vm.constants import ALL as C
from vm.guest import number
from vm.huge import range_text, ranges

saved = {}
HUGE = C["HPAGE_PMD_SIZE"]


class Picture:
    def __init__(self):
        self.events, self.states = frames.events(), frames.states()
        self.kinds = {}
        for page in frames.pages().all():
            self.kinds[page.kind] = self.kinds.get(page.kind, 0) + 1
        self.tasks, self.ranges = {}, {}
        for task in tasks.every():
            if not number(task["mm"]):
                continue
            pid = int(task["pid"])
            self.tasks[pid] = (tasks.comm(task), tasks.counters(task["mm"]))
            for _, pmds, space in ranges(task["mm"].dereference()):
                for address, pmd in pmds:
                    self.ranges[pid, address] = range_text(space, pmd)


def number_changes(old, new):
    return [(name, old.get(name, 0), new.get(name, 0), "%+d" % (new.get(name, 0) - old.get(name, 0)))
            for name in {**old, **new} if old.get(name, 0) != new.get(name, 0)]


class Diff(Command):
    name = "vm-diff"
    usage = "[save] [NAME]"
    about = "what has changed since `vm-diff save`: counters, frames by use, tasks, every 2 MB range"
    most_arguments = 2

    def run(self, words):
        saving = words[:1] == ["save"]
        words = words[1:] if saving else words
        if len(words) > 1:
            self.wrong("%s is one word too many" % words[1])
        name = words[0] if words else "saved"
        if saving:
            saved[name] = Picture()
            return conclude("Saved%s: continue, stop again, and ask what has changed." % (" as " + name if words else ""),
                            "vm-diff" + (" " + name if words else ""))
        if name not in saved:
            self.wrong("nothing is saved%s: vm-diff save %s first" % (" as " + name if words else "", name if words else ""))
        self.compare(saved[name], Picture())

    def compare(self, old, new):
        changed = number_changes(old.states, new.states) + number_changes(old.events, new.events)
        kinds = number_changes(old.kinds, new.kinds)
        if kinds:
            rows([("FRAMES", "WAS", "IS", "CHANGE"), *kinds])
        if changed:
            rows([("COUNTER", "WAS", "IS", "CHANGE"), *changed])
        moved = self.tasks(old, new)
        places = self.places(old, new)
        if not (changed or kinds or moved or places):
            return conclude("Nothing has changed.")
        conclude("%s, %s and %s have changed." % (plural(len(changed), "counter"), plural(moved, "process", "processes"),
                                                  plural(places, "2 MB range")), "vm-thp PID", "vm-check")

    def tasks(self, old, new):
        table = [("PID", "NAME", "CHANGE")]
        for pid in sorted({**old.tasks, **new.tasks}):
            if pid not in new.tasks:
                table.append((pid, old.tasks[pid][0], "gone"))
            elif pid not in old.tasks:
                table.append((pid, new.tasks[pid][0], "new, %d kB resident" % (tasks.resident(new.tasks[pid][1]) * 4)))
            else:
                text = ["%s %s pages" % (n, d) for n, _, _, d in number_changes(old.tasks[pid][1], new.tasks[pid][1])]
                if text:
                    table.append((pid, new.tasks[pid][0], ", ".join(text)))
        if len(table) > 1:
            rows(table)
        return len(table) - 1

    def places(self, old, new):
        table = [("PID", "START", "RANGES", "WAS", "IS")]
        keys = sorted({**old.ranges, **new.ranges})
        changed = [(k, (k[0], old.ranges.get(k, "no area"), new.ranges.get(k, "no area"))) for k in keys
                   if old.ranges.get(k, "no area") != new.ranges.get(k, "no area")]
        for (pid, was, now), first, last in runs(((k[1] // HUGE), v) for k, v in changed):
            table.append((pid, "%012x" % (first * HUGE), last - first + 1, was, now))
        if len(table) > 1:
            rows(table)
        return len(changed)
