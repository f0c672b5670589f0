"""tools/test: what is run, how often at once, and the verdict.

A user test says in a comment of its first lines what machine it needs:

    /* quire-test: mem=128 swap=128 cpus=2 thp=madvise timeout=60 */

Tests with the same machine share one boot (user/testrun runs them one after the other). If the kernel
dies, the test that ran is to blame; the others get a new boot. `on=quire` marks a test of something
that Linux doesn't have, `alone` one that needs a boot of its own.
"""

import argparse
import concurrent.futures
import fnmatch
import os
import re
import subprocess
import sys
import threading
import time

from . import gdb_scenarios, host, replay_scenarios, scenarios
from .mistakes import MistakesScenario

NEEDS = re.compile(r"/\*\s*quire-test:(.*?)\*/", re.DOTALL)
DEFAULTS = {"mem": "128", "swap": "0", "cpus": "2", "thp": "madvise", "timeout": "60", "args": "",
            "on": "both", "alone": ""}

BEGIN = re.compile(r"\x01test-begin (\S+)")
END = re.compile(r"\x01test-end (\S+) (\d+) (-?\d+) (-?\d+) (.*)")
WARNING = re.compile(r"\bWARNING at (.*)")
FUZZ_RUNS = 2000            # inputs for each target: the corpus, and a little new
SAN_SLOWER = 4              # time limits are not about speed
LINUX_SLOWER = 3            # it boots for ten seconds and more on a busy host
KTEST_SECONDS = 900         # all of them, in a debug build on a busy host; when one hangs the log tells which
SAN_EXTRA_MB = 6            # larger code and data
TOLERATED_LEAK_KB = 256     # as in user/testrun
SCENARIOS = scenarios.ALL + gdb_scenarios.ALL + replay_scenarios.ALL + [MistakesScenario()]
STOP = threading.Event()    # the user has had enough
LINUX_EXTRA_MB = 160        # its own code and tables, so that a test finds as much free memory


class UserTest:
    def __init__(self, path):
        self.name = os.path.splitext(os.path.basename(path))[0]
        with open(path) as f:
            found = NEEDS.search(f.read(4096))
        self.is_test = bool(found)
        self.needs = dict(DEFAULTS)
        for word in found.group(1).split() if found else ():
            key, _, value = word.partition("=")
            if key not in DEFAULTS:
                raise host.Problem("%s: unknown need %r" % (path, word))
            self.needs[key] = value or "yes"

    def machine(self):
        alone = self.name if self.needs["alone"] else ""
        return tuple(self.needs[k] for k in ("mem", "swap", "cpus")) + (alone,)

    def wish(self, slower):
        program = " ".join(["/tests/" + self.name, *self.needs["args"].split(",")]).strip()
        return "%d:%s:%s" % (int(self.needs["timeout"]) * slower, self.needs["thp"], program)


class Report:
    """Prints each result as it comes, and counts."""

    def __init__(self):
        self.passed = self.failed = 0
        self.lock = threading.Lock()

    def result(self, name, seconds, problem="", output=""):
        if STOP.is_set():
            return              # what fails now was stopped
        with self.lock:
            if problem:
                self.failed += 1
                print("FAIL  %-32s %s" % (name, problem))
                for line in interesting(output):
                    print("      | " + line)
            else:
                self.passed += 1
                print("ok    %-32s %6.1f s" % (name, seconds))
            sys.stdout.flush()

    def note(self, text):
        with self.lock:
            print("      %s" % text, flush=True)


def interesting(output, most=40):
    """What a reader of a failure wants: TAP's failures with their explanation, else the end."""
    lines = output.replace("\x01", "^A").splitlines()
    picked = [i for i, line in enumerate(lines) if line.startswith(("not ok", "Bail out!"))]
    if picked:
        wanted = sorted({j for i in picked for j in around(lines, i)})
        return [lines[j] for j in wanted][:most]
    return lines[-most:]


def around(lines, failure):
    """A failure with the comments before and behind it, which are what its test has to say of it."""
    first = last = failure
    while first and lines[first - 1].startswith("#"):
        first -= 1
    while last + 1 < len(lines) and lines[last + 1].startswith("#"):
        last += 1
    return range(first, last + 1)


class Runner:
    def __init__(self, options):
        self.options = options
        self.report = Report()
        self.logs = os.path.join(options.build, "test-linux" if options.linux else "test")
        os.makedirs(self.logs, exist_ok=True)

    def command_line(self, arguments, timeout):
        kernel = "linux" if self.options.linux else "run"
        if self.options.linux:
            arguments, timeout = self.room_for_linux(arguments), timeout * LINUX_SLOWER
        if self.sanitized():
            arguments, timeout = self.room_for_shadow(arguments), timeout * SAN_SLOWER
        return [os.path.join(host.ROOT, "tools/quire"), kernel, "--no-make",
                "--build", self.options.build, "--timeout", str(timeout), *arguments]

    def sanitized(self):
        return self.options.build.endswith("-san") and not self.options.linux

    def room_for_shadow(self, arguments):
        """The same with as much memory for the tests as without the sanitizer, whose shadow is an eighth of it."""
        arguments = list(arguments)
        if "--mem" in arguments:
            at = arguments.index("--mem") + 1
            arguments[at] = str(int(arguments[at]) * 8 // 7 + SAN_EXTRA_MB)
        return arguments

    def room_for_linux(self, arguments):
        arguments = list(arguments)
        if "--mem" in arguments:
            at = arguments.index("--mem") + 1
            arguments[at] = str(int(arguments[at]) + LINUX_EXTRA_MB)
        return arguments

    def keep_log(self, name, text):
        with open(os.path.join(self.logs, name + ".log"), "a") as f:
            f.write(text)

    def quire(self, arguments, command, timeout, log):
        """=> (status, standard output, standard error); all of it is kept in the log."""
        line = self.command_line(arguments, timeout)
        if command is not None:
            line += ["--", command]
        done = subprocess.run(line, capture_output=True, text=True, errors="replace",
                              stdin=subprocess.DEVNULL)
        self.keep_log(log, "$ %s\n%s%s(status %d)\n" % (" ".join(line), done.stdout, done.stderr,
                                                        done.returncode))
        self.complain_of_warnings(done.stdout + done.stderr, log)
        return done.returncode, done.stdout, done.stderr

    def complain_of_warnings(self, output, log):
        """The kernel's own warnings (lock checker, poison, sanitizers ...) fail the run, whatever the tests say."""
        warning = None if self.options.linux else WARNING.search(output)
        if warning:
            self.report.result("warnings in " + log, 0, warning.group(1), output[warning.start():][:2500])

    # --- user tests -----------------------------------------------------------------------------

    def machine_arguments(self, test):
        return ["--mem", test.needs["mem"], "--swap", test.needs["swap"], "--cpus", test.needs["cpus"]]

    def user_tests(self, tests):
        """One boot for all of them, and another for the rest each time when one ends it."""
        while tests and not STOP.is_set():
            began = time.monotonic()
            limit = sum(int(t.needs["timeout"]) for t in tests) * 2 + 60
            status, output, errors = self.quire(
                self.machine_arguments(tests[0]),
                "exec testrun " + " ".join("'%s'" % t.wish(SAN_SLOWER if self.sanitized() else 1) for t in tests), limit,
                "user-" + "-".join(x for x in tests[0].machine() if x))
            ended, current, current_output = self.read_results(output)
            tests = [t for t in tests if t.name not in ended]
            if not tests:
                return
            victim = next((t for t in tests if t.name == current), tests[0])
            why = errors.strip().splitlines()[-1:] or ["the machine ended with status %d" % status]
            self.report.result(victim.name, time.monotonic() - began, why[0],
                               (current_output or output) + errors)
            tests = [t for t in tests if t is not victim]

    def read_results(self, output):
        """Reports each test that came to its end. => their names, the one that didn't, its output"""
        ended, current, lines = set(), None, []
        for line in output.splitlines():
            begin, end = BEGIN.search(line), END.search(line)
            if begin:
                current, lines = begin.group(1), []
            elif end:
                name, status, ms, leaked, check = end.groups()
                problem = self.judge(int(status), int(leaked), check, lines)
                self.report.result(name, int(ms) / 1000, problem, "\n".join(lines))
                ended.add(name)
                current, lines = None, []
            else:
                lines.append(line)
        return ended, current, "\n".join(lines)

    def judge(self, status, leaked, check, lines):
        if status == 124:
            return "TIMEOUT"
        if any(line.startswith(("not ok", "Bail out!")) for line in lines):
            return "status %d" % status
        if not any(re.match(r"1\.\.\d+", line) for line in lines):
            return "no plan, status %d" % status
        if status:
            return "status %d" % status
        if self.options.linux:
            return ""
        if check != "ok":
            return "check_mm: " + check
        if leaked > TOLERATED_LEAK_KB:
            return "%d kB of memory or swap did not come back" % leaked
        return ""

    # --- in-kernel tests ------------------------------------------------------------------------

    def kernel_tests(self):
        """KTAP lines of a boot that does nothing else."""
        began = time.monotonic()
        status, output, errors = self.quire(
            ["--bare", "--mem", "128", "--swap", "64", "--append",
             "ktest=%s" % (self.options.ktest or "*")], None, KTEST_SECONDS, "ktest")
        results = re.findall(r"^(?:\[[^\]]*\])?\s*(ok|not ok) \d+ (\w+\.\w+)(.*)$", output, re.MULTILINE)
        for verdict, name, rest in results:
            if "# SKIP" not in rest:
                about = self.ktest_explanation(output, name) if verdict == "not ok" else ""
                self.report.result("ktest " + name, 0, "failed" if about or verdict == "not ok" else "", about)
        if "# ktest: " not in output:
            last = results[-1][1] if results else "none"
            why = errors.strip().splitlines()[-1:] or ["status %d" % status]
            self.report.result("ktest", time.monotonic() - began,
                               "%s (after %s)" % (why[0], last), "\n".join(output.splitlines()[-30:]))

    def ktest_explanation(self, output, name):
        """The # lines right before the result: what was expected and found"""
        lines = output.splitlines()
        at = next(i for i, line in enumerate(lines) if re.search(r"not ok \d+ %s\b" % re.escape(name), line))
        first = at
        while first and re.search(r"(\]|^)\s+# ", lines[first - 1]):
            first -= 1
        return "\n".join(lines[first:at])

    # --- rules that need no boot ----------------------------------------------------------------

    def static_check(self, name, arguments):
        began = time.monotonic()
        done = subprocess.run([os.path.join(host.ROOT, "tools", name), *arguments], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        problem = "status %d" % done.returncode if done.returncode else ""
        self.report.result(name, time.monotonic() - began, problem, done.stdout)

    # --- scenarios ------------------------------------------------------------------------------

    def scenario(self, scenario):
        began = time.monotonic()
        try:
            problem, output = scenario.run(self)
        except subprocess.TimeoutExpired:
            problem, output = "TIMEOUT", ""
        except OSError as error:        # the host has no terminals, no disk space: one test fails, the others go on
            problem, output = str(error), ""
        self.report.result(scenario.name, time.monotonic() - began, problem, output)


def find_user_tests(linux, patterns):
    folder = os.path.join(host.ROOT, "user/tests")
    tests = [UserTest(os.path.join(folder, f)) for f in sorted(os.listdir(folder)) if f.endswith(".c")]
    other = "quire" if linux else "linux"
    return [t for t in tests if t.is_test and t.needs["on"] != other and wanted(t.name, patterns)]


def wanted(name, patterns):
    return not patterns or any(fnmatch.fnmatch(name, p) for p in patterns)


def jobs_for(runner, options):
    machines = {}
    for test in find_user_tests(options.linux, options.names):
        machines.setdefault(test.machine(), []).append(test)
    # Long ones first, so that the end is not one machine alone.
    groups = sorted(machines.values(), key=lambda g: -sum(int(t.needs["timeout"]) for t in g))
    jobs = [lambda g=group: runner.user_tests(g) for group in groups]
    for scenario in SCENARIOS:
        if not wanted(scenario.name, options.names) or options.linux and not scenario.on_linux:
            continue
        if not scenario.possible:
            runner.report.note("skipped: %s: there is no %s here" % (scenario.name, scenario.needs))
        else:
            jobs.append(lambda s=scenario: runner.scenario(s))
    if not options.linux:
        if wanted("floors", options.names):
            jobs.append(lambda: runner.static_check("floors", ["--build", options.build]))
        if wanted("style", options.names):
            jobs.append(lambda: runner.static_check("style", []))
        if wanted("bugs", options.names):
            jobs.append(lambda: runner.static_check("bugs", ["--check"]))
        if wanted("fuzz", options.names):
            if subprocess.run([os.path.join(host.ROOT, "tools/host-packages"), "--look", "fuzz"]).returncode:
                runner.report.note("skip: fuzz: no clang with libFuzzer")
            else:
                jobs.append(lambda: runner.static_check("fuzz", ["--build", options.build, "--runs", str(FUZZ_RUNS)]))
        if options.ktest or wanted("ktest", options.names):
            jobs.insert(0, runner.kernel_tests)
    return jobs


def parser():
    p = argparse.ArgumentParser(prog="tools/test", description="Run Quire's tests.")
    p.add_argument("names", nargs="*", metavar="NAME",
                   help="only these (patterns): user tests, scenarios, or `ktest`")
    p.add_argument("--linux", action="store_true", help="the user tests on Debian's Linux instead")
    p.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), metavar="N",
                   help="machines at once (default %(default)s)")
    p.add_argument("--build", default=os.path.join(host.ROOT, "build"), metavar="DIR")
    p.add_argument("--ktest", metavar="PATTERN", help="only these in-kernel tests")
    p.add_argument("--list", action="store_true", help="show the names of all tests")
    return p


def show_names(options):
    for test in find_user_tests(options.linux, options.names):
        print("user     %-24s %s" % (test.name, " ".join(test.machine())))
    for scenario in SCENARIOS:
        if wanted(scenario.name, options.names):
            print("scenario %-24s %s" % (scenario.name, scenario.about))


def run_jobs(jobs, at_once):
    """Ctrl-C ends the machines, which are of our process group, and begins no others."""
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        try:
            for future in [pool.submit(job) for job in jobs]:
                future.result()
        except KeyboardInterrupt:
            STOP.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def main(argv):
    return host.program("tools/test", lambda: test(parser().parse_args(argv)), failure=2)


def test(options):
    options.build = os.path.abspath(options.build)
    began = time.monotonic()
    if options.list:
        show_names(options)
        return 0
    runner = Runner(options)
    jobs = jobs_for(runner, options)
    if not jobs:
        raise host.Problem("no test that can run here is called %s: tools/test --list" % " ".join(options.names))
    for log in os.listdir(runner.logs):
        os.remove(os.path.join(runner.logs, log))
    run_jobs(jobs, options.jobs)
    with open(os.path.join(runner.logs, "finished"), "w") as f:
        f.write("%d passed, %d failed\n" % (runner.report.passed, runner.report.failed))
    print("(%.0f s, logs in %s)" % (time.monotonic() - began, runner.logs))
    print("%d passed, %d failed" % (runner.report.passed, runner.report.failed))
    return 1 if runner.report.failed or not runner.report.passed else 0
