"""--trace: a command runs while trace-cmd records, in the guest; the record and two snapshots come to the host."""

import os
import re
import subprocess

from . import host

TRACE_CMD = "/usr/bin/trace-cmd"
SNAPSHOTS = ("vmstat", "meminfo", "swaps")


class Tracing:
    def __init__(self, options):
        self.directory = options.trace_out
        self.wanted = bool(options.trace)
        if not self.wanted:
            return
        if options.command is None:
            raise host.Problem("--trace needs a command: -- COMMAND")
        host.need("trace")
        os.makedirs(self.directory, exist_ok=True)
        options.put.append(TRACE_CMD)
        options.script = options.command
        events = " ".join("-e '%s'" % event for event in options.trace.split(","))
        # -q: what the command prints is all that is to be seen.
        options.command = (
            "%s\ntrace-cmd record -q %s -b %d -o /tmp/trace.dat sh -c "
            "'sh /etc/quire/script; echo $? >/tmp/trace.status' >/dev/console 2>&1\n%s\nexit $(cat /tmp/trace.status)"
            % (snapshot("before"), events, options.trace_buffer, snapshot("after")))
        self.fetch(options, "trace.dat")
        for name in SNAPSHOTS:
            self.fetch(options, name + ".before")
            self.fetch(options, name + ".after")

    def fetch(self, options, name):
        options.get.append("/tmp/%s:%s" % (name, os.path.join(self.directory, name)))

    def finish(self):
        """trace.txt: what trace-cmd makes of the record, here."""
        if self.wanted:
            report(os.path.join(self.directory, "trace.dat"), os.path.join(self.directory, "trace.txt"))


def snapshot(when):
    return "for f in %s; do cat /proc/$f >/tmp/$f.%s; done" % (" ".join(SNAPSHOTS), when)


# --- the same events as two programs show them ----------------------------------------------------

LINE = re.compile(r"\s*(.+)-(\d+)\s+\[(\d+)\](?: [^\s\d]\S+)?\s+(\d+\.\d+): (\w+):\s+(.*)")


def event(line):
    """=> (task, pid, CPU, time, event, text), whether the kernel's file `trace` or trace-cmd has written it; None"""
    found = LINE.match(line)
    if not found:
        return None
    task, pid, cpu, time, name, text = found.groups()
    if name == "print":         # the file has only its text
        name, _, text = text.partition(": ")
    return task, pid, cpu, time, name, text.strip()


def read_events(path):
    with open(path) as f:
        return [event(line) for line in f if not line.startswith(("#", "cpus="))]


def report(path, text):
    """The host's trace-cmd reads a record; without its plugins, which have formats of their own."""
    with open(text, "w") as f:
        if subprocess.run(["trace-cmd", "report", "-N", "-i", path], stdout=f).returncode:
            raise host.Problem("trace-cmd can't read " + path)


def difference(directory, shown, record, least):
    """=> what is wrong with a file `trace` and a record of the same events, or "" """
    report(os.path.join(directory, record), os.path.join(directory, "report"))
    ours, theirs = (read_events(os.path.join(directory, name)) for name in (shown, "report"))
    if None in ours + theirs:
        return "a line that is no event"
    if len(ours) < least:
        return "only %d events" % len(ours)
    for one, other in zip(ours, theirs):
        if one != other:
            return "%s is %s for trace-cmd" % (one, other)
    return "" if len(ours) == len(theirs) else "%d events, %d for trace-cmd" % (len(ours), len(theirs))
