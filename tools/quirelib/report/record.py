"""A record on a disk: pieces with a line before them (user/recorder/recorder.h)."""

import gzip
import os
import re
import zlib

from .. import host

LINE = re.compile(rb"@ (\S+)(?: ([^\n]*?))? (\d+)\n")
GZIP = b"\x1f\x8b"


def is_record(data):
    return data[:2] == b"@ "


def read_bytes(path):
    """The whole file, unpacked if it is packed by gzip."""
    try:
        with open(path, "rb") as f:
            if f.read(2) == GZIP:
                f.seek(0)
                return gzip.decompress(f.read())
            f.seek(0)
            return f.read(max(os.fstat(f.fileno()).st_blocks * 512, 1 << 20)).rstrip(b"\0")    # a disk is sparse
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise host.Problem("%s is damaged: %s" % (path, error)) from None


def pieces(data):
    """=> (name, argument, bytes) one after the other, up to the end or to where the record breaks off"""
    at = 0
    while True:
        line = LINE.match(data, at)
        if not line or line.group(1) == b"end":
            return
        start = line.end()
        end = start + int(line.group(3))
        if end > len(data):
            return
        yield line.group(1).decode(), (line.group(2) or b"").decode(), data[start:end]
        at = end + 1


class Sample:
    """What the recorder saw at one time; `begin` and `end` are times of the trace."""

    def __init__(self, number):
        self.number = number
        self.begin = self.end = None
        self.vmstat = {}
        self.zoneinfo = ""
        self.buddyinfo = ""
        self.meminfo = ""
        self.frames = ""
        self.processes = {}         # pid -> text of status
        self.maps = {}
        self.pages = {}             # pid -> the ranges that have changed


class Record:
    def __init__(self, data):
        self.files = {}             # /proc/version, header_page, ...
        self.formats = []           # texts
        self.rings = {}             # cpu -> pages
        self.stats = {}             # cpu -> text
        self.samples = []
        for name, argument, body in pieces(data):
            self.add(name, argument, body)
        self.meta = dict(line.split(" ", 1) for line in self.files.get("meta", "").splitlines() if " " in line)

    def add(self, name, argument, body):
        if name == "ring":
            self.rings.setdefault(int(argument), []).append(body)
            return
        text = body.decode(errors="replace")
        if name == "format":
            self.formats.append((argument, text))
        elif name == "sample":
            self.samples.append(Sample(int(argument)))
        elif name == "stats":
            self.stats[int(argument)] = text
        elif not self.samples or name.startswith("/") or name in ("saved_cmdlines",):
            self.files[name] = text
        else:
            self.add_to_sample(self.samples[-1], name, argument, text)

    def add_to_sample(self, sample, name, argument, text):
        if name == "vmstat":
            sample.vmstat = {k: int(v) for k, v in (line.split() for line in text.splitlines())}
        elif name in ("zoneinfo", "buddyinfo", "meminfo", "frames"):
            setattr(sample, name, text)
        elif name == "process":
            sample.processes[int(argument)] = text
        elif name in ("maps", "pages"):
            getattr(sample, name)[int(argument)] = text

    def lost_events(self):
        """What did not fit the rings, as their statistics say"""
        return sum(int(n) for text in self.stats.values()
                   for n in re.findall(r"^(?:overrun|commit overrun|dropped events): (\d+)", text, re.MULTILINE))
