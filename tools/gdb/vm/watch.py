"""vm-watch: stop whenever the entry of an address changes, and say what it was and is."""

import gdb

from vm import entries, guest, tasks
from vm.command import Command, conclude
from vm.constants import ALL as C
from vm.walk import target_of

watched = {}            # number of the breakpoint: Watched


class Watched:
    def __init__(self, address, leaf, value):
        self.address, self.level, self.value = address, leaf.level, value
        self.where = C["DIRECT_MAP_BASE"] + leaf.physical

    def meaning(self, value):
        return entries.Entry(value, self.level).meaning()


def on_stop(event):
    """A watched entry has another value: both in words."""
    for known in watched.values():
        now = int.from_bytes(guest.physical(known.where - C["DIRECT_MAP_BASE"], 8), "little")
        if now == known.value:
            continue
        name = gdb.newest_frame().name() or "0x%x" % gdb.newest_frame().pc()
        print("%s of 0x%x, in %s:\n  before this stop: %s\n  now:              %s" % (
            entries.LEVELS[known.level][0], known.address, name, known.meaning(known.value), known.meaning(now)))
        known.value = now


def forget_deleted(breakpoint):
    watched.pop(breakpoint.number, None)


class Watch(Command):
    name = "vm-watch"
    usage = "ADDRESS [PID [LEVEL]]"
    about = "stop when the entry of an address changes (LEVEL: PTE, PMD; default: the one that it has)"
    most_arguments = 3

    def run(self, words):
        if not words:
            self.wrong("no address")
        address = self.number(words[0], "address")
        levels = {name: level for level, (name, _) in enumerate(entries.LEVELS)}
        level = None
        if len(words) > 1 and words[-1].upper() in levels:
            level = levels[words.pop().upper()]
        _, root = target_of(self, words)
        steps = entries.walk(root, address)
        if level is not None and level >= len(steps):
            self.wrong("there is no %s for 0x%x now: its last entry is a %s" % (words[-1], address, steps[-1].name))
        leaf = steps[-1] if level is None else steps[level]
        known = Watched(address, leaf, leaf.value)
        breakpoint = gdb.Breakpoint("*(unsigned long *) 0x%x" % known.where, gdb.BP_WATCHPOINT, gdb.WP_WRITE)
        watched[breakpoint.number] = known
        print(leaf.line())
        conclude("Continue: it stops when the kernel changes this %s (the processor's own accessed and dirty bits don't count). "
                 "On a replay, reverse-continue finds who wrote it last." % leaf.name, "delete %d" % breakpoint.number)


gdb.events.stop.connect(on_stop)
gdb.events.breakpoint_deleted.connect(forget_deleted)
