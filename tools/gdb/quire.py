"""Loaded into gdb by tools/gdb/attach (`make gdb`): the vm-* commands, functions and printers (docs/gdb.md).

They only read: nothing in the guest is called or changed, so they work wherever the machine stopped.
"""

import os
import sys

import gdb

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

from vm import (buddy, check, diff, fault, functions, guest, help, huge, locks, lru, maps, page, printers,  # noqa: E402,F401
                programs, rmap, stack, swap, tasks, trace, walk, watch)

for command in (walk.Walk, maps.Maps, page.PageCommand, rmap.Rmap, fault.FaultCommand, buddy.Buddy, lru.Lru, swap.Swap, huge.Thp,
                huge.Khugepaged, tasks.Tasks, trace.Trace, locks.Locks, check.Check, diff.Diff, watch.Watch, programs.User, programs.Connect,
                help.Help):
    command()
for function in functions.FUNCTIONS:
    function()
programs.follow_stops(getattr(sys.modules["__main__"], "quire_build", os.path.join(os.path.dirname(guest.kernel().filename))))

for setting in ("pagination off", "confirm off", "print pretty on", "disassemble-next-line off", "may-call-functions off"):
    gdb.execute("set " + setting)
print("vm-help lists the commands. Try: break do_huge_pmd_anonymous_page, then continue.")
