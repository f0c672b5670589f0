"""What the host offers: its packages, KVM, the build."""

import ctypes
import errno
import glob
import os
import re
import signal
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "quire")


class Problem(Exception):
    """Something that the user has to know, and that ends the program."""


STOPPED = 130               # as a shell says of Ctrl-C


def program(name, main, failure=125):
    """main() as a command: what a user can get wrong is one line and a status, not a traceback. => the exit status

    Ctrl-C and SIGTERM raise KeyboardInterrupt, so that whoever has started a machine or made a file can clean up."""
    signal.signal(signal.SIGTERM, stop_once)
    try:
        return main()
    except Problem as problem:
        print("%s: %s" % (name, problem), file=sys.stderr)
    except subprocess.CalledProcessError as error:
        print("%s: %s" % (name, error), file=sys.stderr)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)    # whoever read our output has gone; nor is the rest written at the end
    except OSError as error:
        print("%s: %s" % (name, in_words(error)), file=sys.stderr)
    except KeyboardInterrupt:
        print("\n%s: stopped" % name, file=sys.stderr)
        return STOPPED
    return failure


def in_words(error):
    words = error.strerror or str(error)
    if error.filename:
        return "%s: %s" % (error.filename, words)
    if error.errno == errno.ENOSPC:
        return "%s (temporary files are in %s; TMPDIR chooses another place)" % (words, tempfile.gettempdir())
    return words


def stop_once(*_):
    """SIGTERM comes to us alone; Ctrl-C to all whom we have started, too."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for path in glob.glob("/proc/self/task/*/children"):
        with open(path) as f:
            for pid in f.read().split():
                os.kill(int(pid), signal.SIGTERM)
    raise KeyboardInterrupt


def die_with_parent():
    """For subprocess's preexec_fn: a machine does not outlive the program that has started it, however that ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)      # PR_SET_PDEATHSIG


def need(*purposes):
    """Install the packages for these purposes (see tools/host-packages), or fail with their names."""
    if subprocess.run([os.path.join(ROOT, "tools", "host-packages"), *purposes]).returncode:
        raise Problem("host packages are missing")


def make(options):
    """Bring the kernel and the user programs up to date."""
    directory, name = os.path.split(options.build)
    variant = re.fullmatch(r"(.+?)(-debug)?(-san)?(?:-bug-(\w+))?", name)
    arguments = ["O=" + os.path.join(directory, variant.group(1))]
    if variant.group(2):
        arguments.append("DEBUG=1")
    if variant.group(3):
        arguments.append("SAN=1")
    if variant.group(4):
        arguments.append("BUG=" + variant.group(4))
    goals = ["user"] if options.kernel == "linux" else ["kernel", "user"]
    # Its lines go to standard error: standard output belongs to the guest.
    if subprocess.run(["make", "--no-print-directory", "-C", ROOT, *arguments, *goals],
                      stdout=2, stdin=subprocess.DEVNULL, env=plain_environment()).returncode:
        raise Problem("the build failed")


def plain_environment():
    """Without the variables of a make that called us: its job server isn't ours."""
    return {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}


def has_kvm():
    """A /dev/kvm alone proves nothing: without vmx or svm it is an emulator, slower than TCG."""
    with open("/proc/cpuinfo") as f:
        if not re.search(r"^flags\s*:.*\b(vmx|svm)\b", f.read(), re.MULTILINE):
            return False
    try:
        os.close(os.open("/dev/kvm", os.O_RDWR))
        return True
    except OSError:
        return False


def gdb_port():
    """A port of one's own on a shared machine."""
    return 25000 + os.getuid() % 5000


def busybox():
    for path in (os.environ.get("BUSYBOX"), "/bin/busybox", "/usr/bin/busybox"):
        if path and os.path.exists(path):
            return path
    raise Problem("no busybox: install busybox-static, or set BUSYBOX to a static one")
