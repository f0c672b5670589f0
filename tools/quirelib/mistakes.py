"""What a user can get wrong ends with one line that says so and a status, and who stops a machine leaves none behind."""

import os
import signal
import subprocess
import tempfile
import time

from . import host

QUIRE = os.path.join(host.ROOT, "tools", "quire")
COMMAND_LINE, PROBLEM = 2, 125
STOP_SECONDS = 60

# arguments, status, what must be said; {} is an empty folder
MISTAKES = (
    ("run --mem abc -- true", COMMAND_LINE, "'abc' is no number"),
    ("run --mem 0 -- true", COMMAND_LINE, "0 is not at least 1"),
    ("run --mem 20 -- true", PROBLEM, "is the least"),
    ("run --cpus 65 -- true", COMMAND_LINE, "65 is not 1 to 64"),
    ("run --swap -1 -- true", COMMAND_LINE, "-1 is not 0 to"),
    ("run --put {}/none -- true", PROBLEM, "/none: No such file or directory"),
    ("run --get /etc/motd", PROBLEM, "no terminal for a shell"),
    ("run --trace vmscan", PROBLEM, "no terminal for a shell"),
    ("run --record {}/.. --cpus 1 -- true", PROBLEM, "something else than a recording"),
    ("run --build {} -- true", PROBLEM, "nothing is built there"),
    ("replay {}", PROBLEM, "holds no recording"),
    ("report {}/none", PROBLEM, "/none: No such file or directory"),
    ("report {}", PROBLEM, "Is a directory"),
    ("report /bin/sh", PROBLEM, "neither a record nor an ftrace text"),
)


class MistakesScenario:
    name = "mistakes"
    about = "wrong options, missing files: one line and a status; stopped runs leave no machine behind"
    on_linux = False
    possible = True

    def run(self, runner):
        """=> (problem or "", output)"""
        with tempfile.TemporaryDirectory(prefix="quire-mistakes-") as folder:
            empty = os.path.join(folder, "empty")
            os.mkdir(empty)
            for mistake in MISTAKES:
                problem, output = self.one(runner, empty, *mistake)
                if problem:
                    return problem, output
            for number in (signal.SIGTERM, signal.SIGKILL):
                if self.outlives(runner, folder, number):
                    return "the machine goes on after signal %d to tools/quire" % number, ""
        return "", ""

    @staticmethod
    def one(runner, empty, arguments, status, words):
        kernel, *others = arguments.replace("{}", empty).split()
        if kernel == "run":
            others = ["--no-make"] + ([] if "--build" in others else ["--build", runner.options.build]) + others
        done = subprocess.run([QUIRE, kernel, *others], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        runner.keep_log("scenario-mistakes", "$ quire %s\n%s(status %d)\n" % (arguments, done.stderr, done.returncode))
        good = done.returncode == status and words in done.stderr and "Traceback" not in done.stderr
        return "" if good else "quire %s: status %d, not %d, or no %r" % (arguments, done.returncode, status, words), done.stderr

    @staticmethod
    def outlives(runner, folder, number):
        """Does the machine outlive the program that has started it? It says what its process is."""
        pidfile = os.path.join(folder, "pid")
        quire = subprocess.Popen([QUIRE, "run", "--no-make", "--build", runner.options.build, "--qemu=-pidfile", "--qemu=" + pidfile,
                                  "--", "echo up; sleep 1000"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        quire.stdout.readline()         # what is still to be said would end the machine for want of a reader
        machine = read_number(pidfile)
        quire.send_signal(number)
        quire.communicate()
        return not machine or not wait_for(lambda: has_ended(machine))


def has_ended(pid):
    """Perhaps nobody has asked for its status yet."""
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def read_number(path):
    try:
        with open(path) as f:
            return int(f.read())
    except (OSError, ValueError):
        return 0


def wait_for(condition):
    end = time.monotonic() + STOP_SECONDS
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    return None
