"""What the tools that compare Quire and Linux share: a run of a program in the guest, and how busy the host was."""

import os
import subprocess
import sys

from . import host


def run(kernel, machine, build, command):
    """The program on `run` (Quire) or `linux`. => what it printed; ends this tool when it failed"""
    done = subprocess.run([os.path.join(host.ROOT, "tools/quire"), kernel, *machine, "--no-make", "--build", build, "--",
                           "exec " + command], stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        sys.exit("%s: %s on %s ended with status %d\n%s" % (sys.argv[0], command, kernel, done.returncode, done.stdout))
    return done.stdout


class HostLoad:
    """How many others wanted the host's processors, from the making of this object to print()."""

    def __init__(self):
        self.seen = []
        self.look()

    def look(self):
        self.seen.append(os.getloadavg()[0])

    def text(self):
        self.look()
        return "host: %d processors, load %.1f to %.1f" % (os.cpu_count(), min(self.seen), max(self.seen))
