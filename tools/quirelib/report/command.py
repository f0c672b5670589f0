"""tools/quire report: from a record, or a trace as text, to a page; and the making of a record."""

import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile

from .. import host, machine
from . import page, record, ring, story, text

DESCRIPTION = """\
Draw a recorded run as one HTML file that needs nothing else.

RUN is what /bin/recorder has written (tools/quire report --record makes one), or the text of an ftrace trace.
Without RUN: record `crowd` for a minute, and draw that."""

DISK_MB = 2048              # sparse
TRACE_DAT = b"\x17\x08\x44tracing"


def parser():
    p = argparse.ArgumentParser(prog="quire report", description=DESCRIPTION,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("run", nargs="?", metavar="RUN", help="a record or a trace")
    p.add_argument("-o", "--output", metavar="FILE", help="the page (default: report.html)")
    p.add_argument("--compare", metavar="RUN", help="a second run, side by side")
    p.add_argument("--record", metavar="COMMAND", help="run this in the guest, and record it")
    p.add_argument("--linux", action="store_true", help="record it on Debian's Linux instead")
    p.add_argument("--keep", metavar="FILE", help="keep the record that was made here (packed by gzip)")
    p.add_argument("--mem", type=int, default=128, metavar="MB")
    p.add_argument("--swap", type=int, default=512, metavar="MB")
    p.add_argument("--cpus", type=int, default=2, metavar="N")
    p.add_argument("--append", default="", metavar="OPTIONS", help="more kernel options")
    p.add_argument("--interval", type=int, default=250, metavar="MS", help="between samples (default %(default)s)")
    p.add_argument("--timeout", type=float, default=900, metavar="S")
    p.add_argument("--text", metavar="FILE", help="write the trace as text, in ftrace's format")
    p.add_argument("--json", metavar="FILE", help="write the numbers that the page shows")
    p.add_argument("--check", action="store_true",
                   help="no page: are the sums of the events those of vmstat, and is the text what other tools read?")
    p.add_argument("--build", default=os.path.join(host.ROOT, "build"), metavar="DIR")
    p.add_argument("--no-make", action="store_true")
    return p


def say(words):
    print("report: " + words, file=sys.stderr, flush=True)


def make_record(options, command):
    """=> the bytes of a new record"""
    directory = tempfile.mkdtemp(prefix="quire-record-")
    disk = os.path.join(directory, "record.img")
    try:
        with open(disk, "wb") as f:
            f.truncate(DISK_MB << 20)
        line = [os.path.join(host.ROOT, "tools/quire"), "linux" if options.linux else "run", "--build", options.build,
                "--mem", str(options.mem), "--swap", str(options.swap), "--cpus", str(options.cpus),
                "--append", options.append, "--disk", disk, "--timeout", str(options.timeout)]
        line += ["--no-make"] if options.no_make else []
        line += ["--", "recorder -d %s -i %d %s" % ("/dev/vdb" if options.swap else "/dev/vda", options.interval,
                                                   quoted(command))]
        say("recording `%s`" % command)
        status = subprocess.run(line, stdout=2, stdin=subprocess.DEVNULL).returncode
        if status in (machine.TIME_LIMIT, machine.NO_KERNEL):
            raise host.Problem("there is no record: the machine did not come to its end")
        if status:
            say("the recorded command ended with status %d" % status)
        data = record.read_bytes(disk)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    if options.keep:
        with gzip.open(options.keep, "wb", 6) as f:
            f.write(data)
    return data


def quoted(command):
    return "'" + command.replace("'", "'\\''") + "'"


def tell(data, name):
    """=> the Story of a record or of a text"""
    if record.is_record(data):
        found = record.Record(data)
        events, lost = ring.events(found)
    else:
        found = record.Record(b"")
        events, lost = text.parse(data.decode(errors="replace"), found), ring.Lost()
    told = story.Story(found, events, lost)
    if not told.events:
        hint = "trace-cmd report makes a text of it" if data[:10] == TRACE_DAT else "it is neither a record nor an ftrace text"
        raise host.Problem("%s: no events in it: %s" % (name, hint))
    return told


def check(told):
    """=> 0, or 1 when something is not as it should be; says what"""
    lines = [text.line(e, told.names) for e in told.events]
    problems = text.problems(lines)
    for problem in problems[:20]:
        print("not readable: %s" % problem)
    unequal = 0
    lost = told.record.lost_events()
    for counters, event, events, growth, equal in story.totals.compare(told):
        print("%-44s %-46s %9d %9d  %s" % (counters, event, events, growth, "equal" if equal else "DIFFERENT"))
        unequal += not equal
    print("%d events, %d lost; %d lines of text, %d of them not readable" % (len(told.events), lost, len(lines),
                                                                            len(problems)))
    return 1 if problems or unequal and not lost else 0


def title(told, path):
    """What ran, on what, and from which file"""
    meta = told.record.meta
    what = "%s, on %s" % (meta["command"], meta.get("kernel", "?")) if "command" in meta else "a trace as text"
    return "%s (%s)" % (what, os.path.basename(path)) if path else what


def main(argv):
    options = parser().parse_args(argv)
    options.build = os.path.abspath(options.build)
    command = options.record or (None if options.run else "crowd 60")
    second = record.read_bytes(options.compare) if options.compare else None
    if command and not options.check:
        page.modules(options.build)     # a minute of recording is not to end in a page that can't be drawn
    data = make_record(options, command) if command else record.read_bytes(options.run)
    say("reading it (%.1f MB)" % (len(data) / 1e6))
    told = tell(data, options.run or command)
    if options.text:
        with open(options.text, "w") as f:
            f.writelines(text.line(e, told.names) + "\n" for e in told.events)
    if options.check:
        return check(told)
    model = told.model(title(told, options.run))
    other = None
    if second:
        other = tell(second, options.compare)
        other = other.model(title(other, options.compare))
    if options.json:
        with open(options.json, "w") as f:
            json.dump(model, f)
    output = options.output or "report.html"
    size = page.write(output, model, other, options.build)
    say("%s: %.2f MB, %d events, %d samples" % (output, size / 1e6, len(told.inside), len(told.samples)))
    return 0
