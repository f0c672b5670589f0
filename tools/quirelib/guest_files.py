"""Files between host and guest: the libraries that a program needs there, and what the guest made, back again."""

import os
import re
import shlex
import subprocess
import tarfile

from . import host

DISK_BYTES = 512 << 20          # sparse: only what the guest writes takes room


def libraries(program):
    """[path in the guest] of what a dynamically linked program needs; paths of the host mean the same file there."""
    with open(program, "rb") as f:
        if f.read(4) != b"\x7fELF":
            return []
    listed = subprocess.run(["ldd", program], capture_output=True, text=True)
    if listed.returncode:
        return []               # it is static
    return re.findall(r"(?:=> |^\s*)(/\S+) \(0x", listed.stdout, re.MULTILINE)


class Fetch:
    """--get: a tar archive on a disk of its own, which the guest writes when the command is done."""

    def __init__(self, options, workspace):
        self.wishes = [wish.partition(":")[::2] for wish in options.get]
        self.image = workspace.path("fetched.tar")
        if not self.wishes:
            return
        if options.command is None:
            raise host.Problem("--get needs a command: -- COMMAND")
        with open(self.image, "wb") as f:
            f.truncate(DISK_BYTES)
        disk = "/dev/vd%c" % (ord("a") + bool(options.swap) + len(options.disk))
        options.disk.append(self.image)
        files = " ".join(shlex.quote(source.lstrip("/")) for source, _ in self.wishes)
        # Linux finds its disks a moment after it has started the first program.
        options.command = ("(\n%s\n)\nstatus=$?\nwhile ! [ -b %s ]; do sleep 0.1; done\n"
                           "cd / && tar cf %s %s 2>/dev/null\nsync\nexit $status"
                           % (options.command, disk, disk, files))

    def bring(self):
        if not self.wishes:
            return
        try:
            with tarfile.open(self.image, "r:") as archive:
                for source, target in self.wishes:
                    self._one(archive, source.strip("/"), target or os.path.basename(source))
        except tarfile.TarError:
            raise host.Problem("the guest ended without giving its files")

    def _one(self, archive, source, target):
        try:
            data = archive.extractfile(source).read()
        except KeyError:
            raise host.Problem("the guest has no file /%s" % source)
        with open(target, "wb") as f:
            f.write(data)
