"""Tests of the debugger's commands: gdb in batch mode, attached to a machine that runs `tour`."""

import os
import re
import shutil
import subprocess
import tempfile
import time

from . import host

SOCKET_SECONDS = 60
GUEST_SAYS = "--- the machine said:\n"
EVENT = re.compile(r"^ *\S.*-\d+ +\[\d+\] .{5} +\d+\.\d{6}: .*")
LEAST_EVENTS = 3000
OTHER_PARTS = [("docs/gdb.md", "from main into the kernel and back", "tour")]


class GdbScenario:
    """gdb runs a script of tools/gdb/tests on a machine, and says at the end whether all was good."""

    on_linux = False
    command = "tour"
    options = ["--append", "trace_event=huge_memory:*"]
    environment = {}
    needs = "gdb"

    def __init__(self, name, about, script, cpus, timeout=600):
        self.name, self.about, self.script, self.cpus, self.timeout = name, about, script, cpus, timeout
        self.possible = shutil.which("gdb") is not None

    def run(self, runner):
        """=> (problem or "", output)"""
        with tempfile.TemporaryDirectory(prefix="quire-gdb-") as directory:
            socket = os.path.join(directory, "gdb")
            line = runner.command_line(["--mem", "128", "--swap", "64", "--cpus", str(self.cpus), "--gdb-socket", socket,
                                        *self.options], self.timeout)
            with open(os.path.join(directory, "guest"), "w+") as guest_output:
                machine = subprocess.Popen(line + ["--", self.command], stdin=subprocess.DEVNULL, stdout=guest_output,
                                           stderr=subprocess.STDOUT)
                try:
                    output = self.gdb(runner, socket, machine)
                finally:
                    machine.terminate()
                    machine.wait()
                guest_output.seek(0)
                output += GUEST_SAYS + guest_output.read()
        self.output = output
        runner.keep_log("scenario-" + self.name, output)
        runner.complain_of_warnings(output, "scenario-" + self.name)
        return ("" if ", all good\n" in output else "gdb is not content"), failures(output)

    def gdb(self, runner, socket, machine):
        wait_for(socket, machine)
        done = subprocess.run([os.path.join(host.ROOT, "tools/gdb/attach"), runner.options.build, "-batch", "-x",
                               os.path.join(host.ROOT, "tools/gdb/tests", self.script)], text=True, errors="replace", cwd=host.ROOT,
                              env={**os.environ, "QUIRE_GDB_SOCKET": socket, **self.environment}, stdin=subprocess.DEVNULL,
                              timeout=self.timeout, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.stdout


class TraceScenario(GdbScenario):
    """A program runs with all events on; then they are off, the guest shows its file `trace`, and gdb its answer to vm-trace."""

    options = ["--append", "trace_buf_size=4194304"]
    command = ("cd /sys/kernel/tracing; echo '*:*' > set_event; tour > /tmp/out; echo a marker > trace_marker; echo 0 > tracing_on; "
               "cat trace; tour")

    def run(self, runner):
        problem, shown = super().run(runner)
        if problem:
            return problem, shown
        guest, debugger = (events_in(self.output.partition(GUEST_SAYS)[i]) for i in (2, 0))
        for number, (theirs, ours) in enumerate(zip(guest, debugger)):
            if theirs != ours:
                return "event %d is another one" % number, "trace:    %s\nvm-trace: %s" % (theirs, ours)
        if len(guest) != len(debugger) or len(guest) < LEAST_EVENTS:
            return "%d events in the file, %d in gdb" % (len(guest), len(debugger)), shown
        return "", ""


class PageScenario(GdbScenario):
    """The sessions of a page of docs/, each on a machine of its own, typed as the page says."""

    script = "page.py"
    QUESTIONS, PARTS = "docs/gdb-questions.md", re.compile(r"^\*\*(\d+\. .*?)\*\* Guest:\s*`(.*?)`", re.MULTILINE)
    options = []

    def run(self, runner):
        bad, shown, name = [], [], self.name
        with open(os.path.join(host.ROOT, self.QUESTIONS), encoding="utf-8") as f:
            parts = [(self.QUESTIONS, *found) for found in self.PARTS.findall(f.read())]
        for page, part, self.command in parts + OTHER_PARTS:
            self.environment = {"QUIRE_PAGE": os.path.join(host.ROOT, page), "QUIRE_PART": part}
            self.name = "%s-%s" % (name, part.split(".")[0])
            problem, output = super().run(runner)
            if problem:
                bad.append(part)
                shown.append(output)
        self.name = name
        return "; ".join(bad) if parts else "the page has no questions", "\n".join(shown)


class EditorScenario(GdbScenario):
    """The commands of .vscode/launch.json, through gdb's machine interface."""

    def gdb(self, runner, socket, machine):
        wait_for(socket, machine)
        done = subprocess.run([os.path.join(host.ROOT, "tools/gdb/tests", self.script), host.ROOT, runner.options.build], text=True,
                              errors="replace", env={**os.environ, "QUIRE_GDB_SOCKET": socket}, stdin=subprocess.DEVNULL,
                              timeout=self.timeout, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.stdout


class ReplayScenario(GdbScenario):
    """A recorded run: two replays print the same, and going back finds who changed an entry."""

    needs = "gdb, or no qemu-img,"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.possible = self.possible and shutil.which("qemu-img") is not None

    def run(self, runner):
        with tempfile.TemporaryDirectory(prefix="quire-replay-") as directory:
            recording = os.path.join(directory, "recording")
            status, output, errors = runner.quire(["--mem", "64", "--swap", "32", "--cpus", "1", "--record", recording], "tour", self.timeout,
                                                  "scenario-" + self.name)
            if status or "tour: the end" not in output:
                return "the recorded run ended with status %d" % status, output + errors
            quire = os.path.join(host.ROOT, "tools/quire")
            consoles = []
            for i in range(2):
                path = os.path.join(directory, "console%d" % i)
                subprocess.run([quire, "replay", recording, "--console", path], timeout=self.timeout, check=False)
                with open(path, "rb") as f:
                    consoles.append(f.read())
            with open(os.path.join(recording, "console.log"), "rb") as f:
                if not consoles[0] == consoles[1] == f.read():
                    return "the replays print something else", repr(consoles)
            return self.back(runner, quire, recording, directory)

    def back(self, runner, quire, recording, directory):
        socket = os.path.join(directory, "gdb")
        machine = subprocess.Popen([quire, "replay", recording, "--gdb-socket", socket], stdin=subprocess.DEVNULL)
        try:
            output = self.gdb(runner, socket, machine)
        finally:
            machine.terminate()
            machine.wait()
        runner.keep_log("scenario-" + self.name, output)
        return ("" if ", all good\n" in output else "gdb is not content"), failures(output)


def events_in(text):
    return [line.rstrip() for line in text.splitlines() if EVENT.match(line)]


def wait_for(socket, machine):
    deadline = time.monotonic() + SOCKET_SECONDS
    while not os.path.exists(socket):
        if machine.poll() is not None or time.monotonic() > deadline:
            raise OSError("the machine did not start")
        time.sleep(0.05)


def failures(output):
    """What a reader wants first: what failed, then the end."""
    lines = output.splitlines()
    return "\n".join([line for line in lines if line.startswith("FAIL")] + lines[-20:])


ALL = [
    GdbScenario("gdb-1-cpu", "every vm-* command at every kind of stop, its figures against the kernel's; 1 CPU",
                "everywhere.py", 1),
    GdbScenario("gdb-4-cpus", "the same with 4 CPUs", "everywhere.py", 4),
    GdbScenario("gdb-steps", "from main of a program into the fault handler and back; a watched entry", "steps.py", 2),
    GdbScenario("gdb-arguments", "wrong arguments, a panic, no machine: every command answers or refuses in a sentence", "arguments.py", 1),
    TraceScenario("gdb-trace", "vm-trace and the guest's file `trace` show the same events, letter for letter", "trace.py", 2),
    PageScenario("gdb-questions", "docs/gdb-questions.md and the session of docs/gdb.md, typed as they stand there", "page.py", 1),
    EditorScenario("gdb-editor", "what .vscode/launch.json does, through gdb's machine interface", "mi.py", 1),
    ReplayScenario("gdb-replay", "a recorded run twice again, and back in time: who changed this entry?", "back.py", 1),
]
