"""vm-maps: the areas of an address space, and what their pages are at this moment."""

import gdb

import memory
import tables
from memory import HUGE, PAGE, number

RIGHTS = ((1, "r"), (2, "w"), (4, "x"))


def rights(flags):
    return "".join(letter if flags & bit else "-" for bit, letter in RIGHTS) + ("s" if flags & 8 else "p")


class Count:
    def __init__(self):
        self.huge = self.small = self.swap = self.moving = 0

    def add_pte(self, entry):
        if entry & 1 or entry & 1 << 8:
            self.small += 1
        elif entry and entry >> 59 >= tables.SWAP_MIGRATION:
            self.moving += 1
        elif entry:
            self.swap += 1

    def __str__(self):
        parts = [(self.huge, "huge"), (self.small, "small"), (self.swap, "in swap"), (self.moving, "moving")]
        return ", ".join("%d %s" % part for part in parts if part[0]) or "untouched"


def count_area(pgd, start, end):
    """What the entries of [start, end) are; tables that don't exist are skipped."""
    count, cache = Count(), {}

    def entry(table, address, shift):
        if table not in cache:
            cache[table] = memory.entries(table)
        return cache[table][address >> shift & 511]

    at = start
    while at < end:
        table, shift = pgd, 39
        while True:
            value = entry(table, at, shift)
            leaf = shift == 12 or (shift == 21 and value & 1 << 7)
            if leaf or not value & 1:
                break
            table, shift = value & memory.PFN_MASK, shift - 9
        if shift == 12:
            count.add_pte(value)
        elif shift == 21 and value & (1 | 1 << 7):
            count.huge += 1
        elif shift == 21 and value:
            for _ in range(512):
                count.add_pte(value)
        at = (at >> shift) + 1 << shift
    return count


class Maps(gdb.Command):
    """vm-maps [PID]: the areas of an address space, with their huge, small and swapped pages"""

    def __init__(self):
        super().__init__("vm-maps", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        task = memory.task_argument(argument.strip())
        if not number(task["mm"]):
            raise gdb.GdbError("%s is a kernel thread: it has no areas" % memory.comm(task))
        mm = task["mm"].dereference()
        pgd = number(mm["root"]["cr3"]) & memory.PFN_MASK
        print("pid %d %s   %d areas" % (task["pid"], memory.comm(task), mm["map_count"]))
        for area in memory.areas(mm):
            start, end, flags = (number(area[f]) for f in ("vm_start", "vm_end", "vm_flags"))
            kind = "file" if number(area["file"]) else "anon"
            if start <= number(mm["start_stack"]) < end:
                kind = "stack"
            elif number(mm["start_brk"]) <= start < number(mm["brk"]):
                kind = "heap"
            print("%012x-%012x %s %8d kB %-5s %s" % (start, end, rights(flags), (end - start) >> 10, kind,
                                                   count_area(pgd, start, end)))
        rss = [int(mm["rss"][i]["counter"]) for i in range(4)]
        print("resident %d kB (file %d, anonymous %d, shared %d), in swap %d kB. See: vm-walk ADDRESS %d"
              % tuple([sum(rss[i] for i in (0, 1, 3)) * 4, rss[0] * 4, rss[1] * 4, rss[3] * 4, rss[2] * 4,
                       int(task["pid"])]))
