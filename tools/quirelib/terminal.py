"""A person at the terminal of a machine: types, waits for what appears."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time


class Gone(Exception):
    """What should have appeared did not."""


class Terminal:
    def __init__(self, arguments):
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(arguments, stdin=slave, stdout=slave, stderr=slave,
                                        start_new_session=True)
        os.close(slave)
        self.master = master
        self.seen = b""         # everything
        self.fresh = b""        # since the last wait_for, without carriage returns

    def type(self, keys):
        os.write(self.master, keys.encode())

    def wait_for(self, pattern, seconds=30):
        """=> the match of a regular expression in what has appeared since the last call"""
        compiled = re.compile(pattern.encode(), re.MULTILINE)
        end = time.monotonic() + seconds
        while True:
            found = compiled.search(self.fresh)
            if found:
                self.fresh = self.fresh[found.end():]
                return found
            if not self._read(end - time.monotonic()):
                raise Gone("no %r" % pattern)

    def _read(self, seconds):
        if seconds <= 0 or not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False        # the other end is closed
        self.seen += data
        self.fresh += data.replace(b"\r", b"")
        return bool(data)

    def end(self, seconds=15):
        """=> the exit status, after the machine has switched itself off; None if it has not"""
        end = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < end:
            self._read(0.2)
        status = self.process.poll()
        if status is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self.master)
        return status

    def text(self):
        return self.seen.decode(errors="replace").replace("\r", "")
