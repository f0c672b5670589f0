"""Loaded into gdb by tools/gdb/attach (`make gdb`): the vm-* commands.

They only read: nothing in the guest is called or changed, so they work wherever the machine stopped.
`help user-defined`-like overview: vm-help.
"""

import os
import sys

import gdb

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import maps      # noqa: E402
import pages     # noqa: E402
import programs  # noqa: E402
import tables    # noqa: E402
import tasks     # noqa: E402

COMMANDS = [tables.Walk, maps.Maps, pages.Page, tasks.Tasks, programs.Program]


class Help(gdb.Command):
    """vm-help: the commands for looking at memory"""

    def __init__(self):
        super().__init__("vm-help", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        for command in COMMANDS:
            print(command.__doc__.splitlines()[0])


for command in COMMANDS:
    command()
Help()
programs.follow_stops(getattr(sys.modules["__main__"], "quire_build", "build"))

for setting in ("pagination off", "confirm off", "print pretty on", "disassemble-next-line off"):
    gdb.execute("set " + setting)
print("vm-help lists the commands. Try: break do_huge_pmd_anonymous_page, then continue.")
