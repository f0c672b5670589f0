"""vm-program: symbols of the user programs. All lie at the same addresses, so one is loaded at a time."""

import os

import gdb

import memory

loaded = None
build = "build"


def find(name):
    for where, directories, files in os.walk(os.path.join(build, "user")):
        if "stripped" in directories:
            directories.remove("stripped")
        if name in files:
            return os.path.join(where, name)
    return None


def load(path):
    global loaded
    if path == loaded:
        return
    if loaded:
        gdb.execute("remove-symbol-file " + loaded, to_string=True)
    loaded = None
    gdb.execute("add-symbol-file " + path, to_string=True)
    loaded = path


def on_stop(event):
    """Stopped in one of our programs: its symbols, so that the source is shown."""
    try:
        if memory.evaluate("$cs") & 3 != 3:
            return
        task = memory.current()
        path = find(memory.comm(task)) if task is not None else None
        if path and path != loaded:
            load(path)
            print("(symbols of %s)" % path)
    except gdb.error:
        pass


def follow_stops(build_directory):
    global build
    build = build_directory
    gdb.events.stop.connect(on_stop)


class Program(gdb.Command):
    """vm-program NAME: load the symbols of a program of ours (init, demo, a test)"""

    def __init__(self):
        super().__init__("vm-program", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        name = argument.strip() or memory.comm(memory.task_argument(""))
        path = find(name)
        if not path:
            raise gdb.GdbError("no program %s in %s/user" % (name, build))
        load(path)
        print("Symbols of %s. For a breakpoint before it runs: hbreak main" % path)
