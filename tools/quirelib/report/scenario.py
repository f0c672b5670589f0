"""The test of the report: a run is recorded, added up, drawn, and the page is opened in a browser."""

import json
import os
import shutil
import subprocess

from .. import host
from . import command, faults, page, record, text, totals

COMMAND = "recorder -i 150 'crowd 6'"
NEEDED_ROWS = ("pswpout", "pswpin", "thp_fault_alloc", "pgsteal_kswapd")
BROWSER_SECONDS = 600           # it hangs; a slow machine needs a fifth of that


class ReportScenario:
    name = "report"
    about = "a recorded run: its sums are vmstat's, other tools can read it, its page says the same"
    on_linux = False
    possible = True

    def run(self, runner):
        """=> (problem or "", output)"""
        folder = os.path.join(runner.options.build, "report-test")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        disk = os.path.join(folder, "record.img")
        with open(disk, "wb") as f:
            f.truncate(512 << 20)
        status, output, errors = runner.quire(["--mem", "96", "--swap", "256", "--disk", disk], COMMAND, 240,
                                              "scenario-report")
        if status:
            return "status %d" % status, output + errors
        told = command.tell(record.read_bytes(disk), disk)
        os.remove(disk)
        problem = self.record_problem(told)
        return (problem, output) if problem else self.draw(runner, told, folder, output)

    @staticmethod
    def record_problem(told):
        lost = told.record.lost_events()
        if lost:
            return "%d events were lost" % lost
        found = faults.find(told)
        if any(f.us is None for f in found[:-8]):       # a task may be in the middle of one when the record ends
            return "a fault without an end"
        rows = totals.compare(told)
        unequal = [r for r in rows if not r[-1]]
        missing = [name for name in NEEDED_ROWS if not any(r[0] == name and r[3] for r in rows)]
        lines = [text.line(e, told.names) for e in told.events]
        unreadable = text.problems(lines)
        again = text.parse("\n".join(lines), record.Record(b""))
        if [(e.name, e.fields.get("address")) for e in again] != [(e.name, e.fields.get("address")) for e in told.events]:
            return "the trace as text is read as something else than it was"
        if unequal:
            return "the events sum up to something else than vmstat: %s" % unequal
        if missing:
            return "nothing was counted of %s" % ", ".join(missing)
        if unreadable:
            return "%d lines of text cannot be read: %s" % (len(unreadable), unreadable[0])
        broken = text.problems(["this is no line of a trace"])
        return "" if len(broken) == 2 else "the checker of lines takes anything"

    def draw(self, runner, told, folder, output):
        modules = browser_modules(runner)
        if not modules:
            return "", output
        model = told.model("the test's run")
        paths = [os.path.join(folder, n) for n in ("report.html", "report.json")]
        page.write(paths[0], model, None, runner.options.build)
        with open(paths[1], "w") as f:
            json.dump(model, f)
        done = subprocess.run(["node", os.path.join(page.SOURCES, "test.js"), *paths, folder], capture_output=True, text=True,
                              env=dict(os.environ, NODE_PATH=modules), timeout=BROWSER_SECONDS)
        runner.keep_log("scenario-report", done.stdout + done.stderr)
        return ("the page is wrong" if done.returncode else ""), done.stdout + done.stderr


def browser_modules(runner):
    """=> the folder with playwright-core; None, and a note, when the host has no browser to test with"""
    if not shutil.which("chromium") or not shutil.which("node"):
        runner.report.note("report: skip: no chromium or no node; the page was not opened")
        return None
    try:
        return page.modules(runner.options.build, development=True)
    except host.Problem as problem:
        runner.report.note("report: skip: %s; the page was not opened" % str(problem).splitlines()[0])
        return None
