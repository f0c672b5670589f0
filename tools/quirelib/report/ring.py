"""Pages of the ring buffer to events.

A page: u64 time of its first event, u64 length of the data (with flags in the upper bits), the data. An event: a u32
whose low 5 bits are its type or length in words, the other 27 the time since the event before. The same as
kernel/trace/ring.h says, and as tracefs says of itself in events/header_page and events/header_event.
"""

import heapq
import struct

from .formats import Format

PADDING, TIME_EXTEND, TIME_STAMP = 29, 30, 31
MISSED, MISSED_STORED = 1 << 31, 1 << 30
U32 = struct.Struct("<I").unpack_from
HEADER = struct.Struct("<QQ").unpack_from
COMMON = struct.Struct("<HBBi").unpack_from


class Event:
    __slots__ = ("ns", "cpu", "pid", "name", "fields", "format", "flags")

    def __init__(self, ns, cpu, pid, name, fields, format=None, flags=0):
        self.ns, self.cpu, self.pid, self.name, self.fields = ns, cpu, pid, name, fields
        self.format, self.flags = format, flags


class Lost:
    """Pages whose header says that events before them were lost"""

    def __init__(self):
        self.times = 0


def records(page, lost):
    """=> (time, data of the record) of one page"""
    now, commit = HEADER(page, 0)
    if commit & MISSED:
        lost.times += 1
    at, end = 16, min(16 + (commit & 0xfffff), len(page))
    while at + 4 <= end:
        word = U32(page, at)[0]
        kind, delta = word & 31, word >> 5
        at += 4
        if kind == PADDING:
            if not delta or at + 4 > end:
                return
            now += delta
            at += U32(page, at)[0]
            continue
        if kind == TIME_EXTEND:
            now += delta + (U32(page, at)[0] << 27)
            at += 4
            continue
        if kind == TIME_STAMP:
            now = delta + (U32(page, at)[0] << 27) | now & ~((1 << 59) - 1)
            at += 4
            continue
        now += delta
        if kind:
            size = kind * 4
        else:
            size = U32(page, at)[0] - 4
            at += 4
        yield now, page[at:at + size]
        at += size


def of_one_cpu(cpu, pages, formats, lost):
    for page in pages:
        for now, data in records(page, lost):
            number, flags, _, pid = COMMON(data, 0)
            form = formats.get(number)
            if form:
                yield Event(now, cpu, pid, form.name, form.reader(data), form, flags)


def events(record):
    """All events of a record in the order of time. => (iterator, Lost)"""
    formats = {}
    for argument, text in record.formats:
        form = Format(argument.partition("/")[0], text)
        formats[form.id] = form
    lost = Lost()
    streams = [of_one_cpu(cpu, pages, formats, lost) for cpu, pages in sorted(record.rings.items())]
    return heapq.merge(*streams, key=lambda e: e.ns), lost
