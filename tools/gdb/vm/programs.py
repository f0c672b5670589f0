"""vm-user: symbols of user programs, so that one steps from main into the kernel and back.

All programs lie at the same addresses, so those of one are loaded at a time. A breakpoint in a program is a hardware one: a
software one would be written into whatever program happens to be mapped. The processor stops at its address in every program, so
it has the condition $runs("PROGRAM").
"""

import json
import os

import gdb

from vm import guest, tasks
from vm.command import Command, conclude

loaded = None
build = "build"


def folder():
    """Where the programs are: of a recording, in the build that it was made from."""
    try:
        with open(os.path.join(build, "call.json"), encoding="utf-8") as f:
            return os.path.join(json.load(f)["build"], "user")
    except (OSError, ValueError, KeyError):
        return os.path.join(build, "user")


def find(name):
    for where, directories, files in os.walk(folder()):
        if "stripped" in directories:
            directories.remove("stripped")
        if name in files and not name.endswith(".d"):
            return os.path.join(where, name)
    return None


def programs():
    try:
        return sorted(f for f in os.listdir(os.path.join(folder(), "bin")) if not f.endswith(".d"))
    except OSError:
        return []


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
    if gdb.selected_thread() is None or guest.register("cs") & 3 != 3:
        return
    try:
        with guest.Selection() as guest.selection:
            task = tasks.current()
            path = find(tasks.comm(task)) if task is not None else None
    except guest.Unready:
        return
    if path and path != loaded:
        load(path)
        print("(symbols of %s)" % path)


def follow_stops(build_directory):
    global build
    build = build_directory
    gdb.events.stop.connect(on_stop)


def stop_at(function, program, temporary=False):
    """A breakpoint in one program."""
    if gdb.lookup_global_symbol(function) is None and not function.startswith("*"):
        raise gdb.GdbError("%s has no function %s" % (program, function))
    breakpoint = gdb.Breakpoint(function, type=gdb.BP_HARDWARE_BREAKPOINT, temporary=temporary)
    breakpoint.condition = '$runs("%s")' % program
    return breakpoint


class User(Command):
    name = "vm-user"
    usage = "[PROGRAM [FUNCTION]]"
    about = "load the symbols of a program (init, demo, a test), and stop at a function of it; default: the one that runs"
    most_arguments = 2

    reads = False

    def run(self, words):
        name = words[0] if words else self.who_runs()
        path = find(name)
        if not path:
            raise gdb.GdbError("there is no program %s in %s. Those that there are: %s" % (name, folder(), " ".join(programs()) or "none"))
        load(path)
        if len(words) > 1:
            breakpoint = stop_at(words[1], name)
            return conclude("Symbols of %s are loaded; breakpoint %d stops at %s of it, in no other program."
                            % (path, breakpoint.number, words[1]), "continue")
        conclude("Symbols of %s are loaded." % path, "vm-user %s main" % name, "break handle_mm_fault")

    def who_runs(self):
        with guest.Selection() as guest.selection:
            return tasks.comm(tasks.argument(self, []))


class Connect(Command):
    name = "vm-connect"
    usage = "[ADDRESS]"
    about = "attach to the machine that waits: `make run GDB=1`, or `make replay`"
    reads = False

    def run(self, words):
        port = os.environ.get("QUIRE_GDB_PORT") or str(25000 + os.getuid() % 5000)
        gdb.execute("target remote " + (words[0] if words else os.environ.get("QUIRE_GDB_SOCKET") or "localhost:" + port))
        conclude("The machine stands before its next instruction.", "vm-help", "break handle_mm_fault")
