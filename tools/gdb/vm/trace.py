"""vm-trace: the last events of all CPUs' rings, in the order of time, as the file `trace` shows them.

The rings hold pages in Linux's binary format (kernel/trace/ring.h says how an event looks); what an event's fields are, the debug
information of struct trace_entry_NAME says; how it is shown, its format string in the kernel.
"""

import re
import struct

import gdb

from vm import guest
from vm.command import Command, conclude, plural
from vm.constants import ALL as C
from vm.guest import number

TYPE_EXTEND = 30        # a longer time delta, no record
DELTA_BITS = 27
CONVERSION = re.compile(r"%([-0-9]*)[lh]*(\{(\w+)\}|ps|[a-zA-Z])")
DEV_MINOR_BITS = 20
FLAGS = ((1, "d"), (4, "N"), (8, "h"))       # TRACE_FLAG_* in kernel/trace/trace.h, and their letters


class Record:
    def __init__(self, cpu, ns, data):
        self.cpu, self.ns, self.data = cpu, ns, data
        self.type, self.flags, _, self.pid = struct.unpack_from("<HBBi", data)


def ring_records(cpu, ring):
    """All that a ring still holds, oldest first; what trace_pipe has read is forgotten."""
    pages, count = number(ring["pages"]), int(ring["nr_pages"])
    if not pages:
        return
    size = guest.lookup_type("struct trace_page").sizeof
    data_at = guest.offset_of("struct trace_page", "data")
    consumed, oldest = ring["consumed"], int(ring["oldest"])
    for page in range(max(oldest, int(consumed["page"])), int(ring["newest"]) + 1):
        raw = guest.read(pages + page % count * size, size)
        stamp, commit = struct.unpack_from("<QQ", raw)
        skip = int(consumed["offset"]) if page == int(consumed["page"]) else 0
        yield from page_records(cpu, raw[data_at:data_at + (commit & 0x7fffffff)], stamp, skip)


def page_records(cpu, data, stamp, skip):
    at = 0
    while at + 4 <= len(data):
        word = struct.unpack_from("<I", data, at)[0]
        kind, header = word & 31, 4
        stamp += word >> 5
        if kind == TYPE_EXTEND:
            stamp += struct.unpack_from("<I", data, at + 4)[0] << DELTA_BITS
            at += 8
            continue
        size = 4 * kind
        if not kind:
            header, size = 8, struct.unpack_from("<I", data, at + 4)[0] - 4
        if at >= skip:
            yield Record(cpu, stamp, data[at + header:at + header + size])
        at += header + size


# --- text -------------------------------------------------------------------------------------------------

def signed(value, size):
    return value - (1 << size * 8) if value >> size * 8 - 1 else value


class Symbols:
    """The names that the kernel's rooms have registered for values: kernel/trace/trace.h"""

    def __init__(self):
        self.tables, at = {}, guest.symbol("all_symbols", "format.c")
        while number(at):
            self.tables[guest.text(at["name"])] = at.dereference()
            at = at["next"]

    def flags(self, table, value):
        words = [guest.text(table["none"])] if not value and number(table["none"]) else []
        for i in range(int(table["nr"])):
            mask = int(table["flags"][i]["mask"])
            if mask and value & mask == mask:
                words.append(guest.text(table["flags"][i]["name"]))
                value &= ~mask
        return "|".join(words + (["0x%x" % value] if value else [])) or "0"

    def is_flags(self, name):
        return name in self.tables and bool(number(self.tables[name]["flags"]))

    def name(self, name, value):
        """=> None: no name for this value"""
        table = self.tables.get(name)
        if table is None:
            return None
        if number(table["flags"]):
            return self.flags(table, value)
        if value < int(table["nr"]) and number(table["names"][value]):
            return guest.text(table["names"][value])
        return None


class Formats:
    """How each event is written, by its number in records."""

    def __init__(self):
        self.symbols, self.known = Symbols(), {}
        self.events = guest.symbol("trace_events")
        self.count = guest.enum_value("trace_event_id", "NR_TRACE_EVENTS")
        self.print_id = guest.enum_value("trace_event_id", "TRACE_print")

    def event(self, record):
        """=> (name, format, [argument fields]) or None"""
        index = self.print_id if record.type == C["TRACE_PRINT_NUMBER"] else record.type - C["TRACE_FIRST_NUMBER"]
        if not 0 <= index < self.count:
            return None
        if index not in self.known:
            event = self.events[index]
            name = guest.text(event["name"])
            fields = {f.name: f for f in guest.lookup_type("struct trace_entry_" + name).fields()}
            self.known[index] = (name, guest.text(event["format"]), [fields[a] for a in guest.text(event["args"]).split(",") if a])
        return self.known[index]

    def text(self, record):
        """=> (name, the text behind the name)"""
        event = self.event(record)
        if event is None:
            return "unknown event %d" % record.type, ""
        name, form, fields = event
        left = list(fields)
        return name, CONVERSION.sub(lambda m: self.one(m, left.pop(0), record.data), form)

    def one(self, match, field, data):
        width, conversion, named = match.groups()
        at = field.bitpos // 8
        if conversion == "s":
            raw = data[at:at + field.type.sizeof] if field.type.sizeof else data[at:]
            return ("%" + width + "s") % raw.split(b"\0")[0].decode(errors="replace")
        kind = field.type.strip_typedefs()
        if kind.code == gdb.TYPE_CODE_ARRAY:
            return ", ".join("%x" % v for v in struct.unpack_from("<%dQ" % (kind.sizeof // 8), data, at))
        value = int.from_bytes(data[at:at + kind.sizeof], "little")
        if conversion == "ps":
            return guest.symbol_at(value)
        if named:
            return self.named(named, value, kind, width)
        if conversion == "d":
            value = signed(value, kind.sizeof)
        if conversion == "p":
            return "0x%016x" % value
        return ("%" + width + conversion.replace("u", "d")) % value

    def named(self, name, value, kind, width):
        if name == "dev":
            return "%d,%d" % (value >> DEV_MINOR_BITS, value & (1 << DEV_MINOR_BITS) - 1)
        if name == "bit":
            return "%d" % (1 << value)
        if name == "below_block":
            return "%d" % (value < C["PAGEBLOCK_ORDER"])
        if name == "page":
            return "0x%016x" % (C["VMEMMAP_BASE"] + value * guest.lookup_type("struct page").sizeof)
        word = self.symbols.name(name, value)
        if word is None:
            return str(signed(value, kind.sizeof))
        return word if self.symbols.is_flags(name) else ("%" + width + "s") % word

    def line(self, record, names):
        """As kernel/trace/format.c writes it, letter for letter."""
        name, text = self.text(record)
        us = (record.ns + 500) // 1000
        return "%16s-%-7d [%03d] %s.. %5d.%06d: %s%s" % (
            names.get(record.pid, "<...>") if record.pid else "<idle>", record.pid, record.cpu,
            "".join(letter if record.flags & flag else "." for flag, letter in FLAGS), us // 1000000, us % 1000000,
            name + ": " if record.type != C["TRACE_PRINT_NUMBER"] else "", text)


def records():
    """The records of all CPUs in the order of time."""
    rings = guest.symbol("trace_rings", "ring.c")
    found = [r for cpu in range(guest.nr_cpus()) for r in ring_records(cpu, rings[cpu])]
    return sorted(found, key=lambda r: r.ns)


def comms():
    """{pid: name} as the kernel has saved them for records, also of tasks that are gone."""
    saved = guest.symbol("saved_comms", "kernel/trace/tasks.c")
    return {int(saved[i]["pid"]): guest.text(saved[i]["comm"]) for i in range(saved.type.range()[1] + 1) if int(saved[i]["pid"])}


def compiled_in():
    return bool(guest.symbol("trace_is_compiled_in"))


class Trace(Command):
    name = "vm-trace"
    usage = "[-n COUNT] [-p PID] [-e NAME]"
    about = "the last events of the trace rings: of a process, or whose name contains NAME (default: 20 events)"
    most_arguments = 6

    def options(self, words):
        found = {"-n": "20", "-p": "", "-e": ""}
        while words:
            option = words.pop(0)
            if option not in found or not words:
                self.wrong("%s is no option, or lacks its value" % option)
            found[option] = words.pop(0)
        return self.number(found["-n"], "number"), self.number(found["-p"], "pid") if found["-p"] else None, found["-e"]

    def run(self, words):
        most, pid, part = self.options(list(words))
        if not compiled_in():
            return conclude("This kernel was built without events (TRACE=0): there is nothing to show. Build it with `make`.")
        formats, names = Formats(), comms()
        everything = records()
        chosen = [r for r in everything if (pid is None or r.pid == pid) and (not part or part in (formats.event(r) or ("?",))[0])]
        for record in chosen[-most:] if most else []:
            print(formats.line(record, names).rstrip("\n"))
        lost = sum(int(guest.symbol("trace_rings", "ring.c")[cpu]["overrun"]) for cpu in range(guest.nr_cpus()))
        if not everything:
            return conclude("The rings are empty: boot with trace_event=NAMES, or write them to /sys/kernel/tracing/set_event.")
        conclude("%d of %s, of which the rings hold %d; %d older ones were overwritten." % (
            min(most, len(chosen)), plural(len(chosen), "event that was asked for", "events that were asked for"), len(everything), lost),
            "vm-khugepaged", "vm-tasks")
