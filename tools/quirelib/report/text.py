"""Events as lines of text, as ftrace writes them: written, read, and checked.

	            bash-1234    [001] d..1.   123.456789: mm_vmscan_kswapd_wake: nid=0 order=0

Perfetto, trace-cmd and others find the parts of a line by this shape, and the arguments of an event by its format; what
must hold for that is in problems().
"""

import re

from .formats import number
from .ring import Event

LINE = re.compile(r"^\s*(?P<comm>.*)-(?P<pid>\d+)\s+(?:\(\s*(?:-+|\d+)\)\s+)?\[(?P<cpu>\d+)\]\s+"
                  r"(?:(?P<flags>[\w.#]{4,5})\s+)?(?P<s>\d+)\.(?P<fraction>\d{6,9}):\s+(?P<name>[\w.]+):\s?(?P<text>.*)$")
PAIR = re.compile(r"([\w.]+)=((?:\([^)]*\))|[^\s,]+)")
BLOCK_ISSUE = re.compile(r"(\d+),(\d+) (\w+) (\d+) \(.*?\) (\d+) \+ (\d+)")
BLOCK_COMPLETE = re.compile(r"(\d+),(\d+) (\w+) \(.*?\) (\d+) \+ (\d+)")
CONVERSION = re.compile(r"%[-+ 0#]*\d*(?:\.\d+)?(?:hh|h|ll|l|z)?([diuxXsc%]|p[sS]?)")
TEXT_FIELDS = ("comm", "prev_comm", "next_comm", "parent_comm", "child_comm")


# --- written ------------------------------------------------------------------------------------------------------

def line(event, names):
    """One event as the file `trace` has it"""
    flags = ("d" if event.flags & 1 else ".") + ("N" if event.flags & 4 else ".") + ("h" if event.flags & 8 else ".") + ".."
    name = "tracing_mark_write" if event.name == "print" else event.name
    return "%16s-%-7d [%03d] %s %5d.%06d: %s: %s" % (
        names.get(event.pid, "<idle>" if not event.pid else "<...>"), event.pid, event.cpu, flags,
        event.ns // 1000000000, event.ns // 1000 % 1000000, name, arguments(event))


def arguments(event):
    if event.format is None:
        return " ".join("%s=%s" % pair for pair in event.fields.items())
    if event.name == "print":
        return event.fields["buf"].rstrip("\n")
    if event.format.printer is None:
        event.format.printer = make_printer(event.format)
    return event.format.printer(event.fields)


def make_printer(form):
    """=> a function of the fields, by the `print fmt`; field=value when that is more than we understand"""
    found = re.match(r'"((?:[^"\\]|\\.)*)"\s*,?\s*(.*)', form.print, re.DOTALL)
    plain = lambda fields: " ".join("%s=%s" % pair for pair in fields.items())  # noqa: E731
    if not found:
        return plain
    values = [argument(a, form) for a in split_arguments(found.group(2))]
    pattern = CONVERSION.sub(to_python, found.group(1)).replace('\\"', '"')
    if None in values or len(re.findall(r"%[^%]", pattern.replace("%%", ""))) != len(values):
        return plain
    kinds = [c.group(1) for c in CONVERSION.finditer(found.group(1)) if c.group(1) != "%"]

    def show(fields):
        return pattern % tuple(as_printf_does(v(fields), kind) for v, kind in zip(values, kinds))
    return show


def as_printf_does(value, kind):
    if kind[0] == "p" and isinstance(value, int):
        return ("%016x" if kind == "p" else "0x%x") % value     # the names of functions are the kernel's own
    return value & (1 << 64) - 1 if kind in "xX" and isinstance(value, int) else value


def to_python(conversion):
    text, kind = conversion.group(0), conversion.group(1)
    text = re.sub(r"hh|h|ll|l|z", "", text[:-len(kind)])
    return text + {"u": "d", "i": "d", "p": "s", "ps": "s", "pS": "s"}.get(kind, kind)


def split_arguments(text):
    """At the commas that stand outside of parentheses, braces and quotes"""
    parts, depth, quoted, start = [], 0, False, 0
    for at, c in enumerate(text):
        if c == '"':
            quoted = not quoted
        elif not quoted and c in "({":
            depth += 1
        elif not quoted and c in ")}":
            depth -= 1
        elif not quoted and c == "," and not depth:
            parts.append(text[start:at].strip())
            start = at + 1
    return parts + [text[start:].strip()] if text.strip() else parts


def argument(text, form):
    """One argument of the print fmt as a function of the fields; None: it is more than we understand"""
    text = text.strip()
    table = re.match(r"^(?:REC->\w+ \? )?(?:\(\s*REC->\w+\s*\)\s*\?\s*)?__print_(symbolic|flags)\s*\(\s*REC->(\w+)", text)
    if table:
        otherwise = re.search(r':\s*"(\w*)"\s*$', text)
        names = form.tables.get(table.group(2), {})
        if table.group(1) == "flags":
            return lambda f: flag_names(f[table.group(2)], names) or (otherwise.group(1) if otherwise else "0")
        return lambda f: names.get(f[table.group(2)], "0x%x" % f[table.group(2)])
    field = re.match(r"^(?:\([\w\s*]+\)\s*)?REC->(\w+)$", text) or re.match(r"^__get_str\((\w+)\)$", text)
    if field:
        return lambda f: f[field.group(1)]
    element = re.match(r"^REC->(\w+)\[(\d+)\]$", text)
    if element:
        return lambda f: f[element.group(1)][int(element.group(2))]
    if "dev) >> 20" in text or "(REC->dev)" in text:
        return (lambda f: f["dev"] >> 20) if ">>" in text else (lambda f: f["dev"] & 0xfffff)
    page = re.match(r"^\(\(void \*\)\((0x[0-9a-f]+)UL \+ \(REC->(\w+)\) \* (\d+)\)\)$", text)
    if page:
        return lambda f: "0x%x" % (int(page.group(1), 16) + f[page.group(2)] * int(page.group(3)))
    constant = number(text)
    return (lambda f: constant) if constant is not None else None


def flag_names(value, names):
    """Linux's __print_flags: the flags that are wholly set, in the order of the table, what is left as a number"""
    found = []
    for mask, name in names.items():
        if mask and value & mask == mask:
            found.append(name)
            value &= ~mask
    return "|".join(found + (["0x%x" % value] if value else []))


# --- read ---------------------------------------------------------------------------------------------------------

class TextFormat:
    """What a line tells instead of a Format: values are names already"""

    system = ""

    @staticmethod
    def named(field, value):
        return value


def parse(text, record):
    """=> the events of a trace as text; names of tasks go to the record"""
    events, names = [], {}
    for one in text.splitlines():
        found = LINE.match(one)
        if not found or one.startswith("#"):
            continue
        names[int(found.group("pid"))] = found.group("comm").strip()
        ns = int(found.group("s")) * 1000000000 + int(found.group("fraction").ljust(9, "0"))
        name = found.group("name")
        name = "print" if name == "tracing_mark_write" else name
        event = Event(ns, int(found.group("cpu")), int(found.group("pid")), name, fields_of(name, found.group("text")))
        event.format = TextFormat
        events.append(event)
    record.files["saved_cmdlines"] = "\n".join("%d %s" % pair for pair in names.items())
    return sorted(events, key=lambda e: e.ns)


def fields_of(name, text):
    if name == "print":
        return {"buf": text}
    if name in ("block_rq_issue", "block_rq_complete"):
        found = (BLOCK_ISSUE if name == "block_rq_issue" else BLOCK_COMPLETE).match(text)
        if not found:
            return {"dev": "?", "rwbs": "?", "sector": 0, "nr_sector": 0}
        words = found.groups()
        return {"dev": int(words[0]) << 20 | int(words[1]), "rwbs": words[2], "sector": int(words[-2]),
                "nr_sector": int(words[-1])}
    fields = {}
    for key, value in PAIR.findall(text.replace("==>", " ")):
        fields[key] = value_of(key, value)
    return fields


def value_of(key, value):
    if key in TEXT_FIELDS:
        return value
    try:
        return int(value, 16) if value.startswith("0x") or key == "mm" and re.fullmatch("[0-9a-f]{8,}", value) else int(value)
    except ValueError:
        return 0 if value.startswith("0x") else value       # a file may end in the middle of a number


# --- checked ------------------------------------------------------------------------------------------------------

# Arguments without which an importer drops the event
NEEDED = {
    "sched_switch": ("prev_comm", "prev_pid", "prev_prio", "prev_state", "next_comm", "next_pid", "next_prio"),
    "sched_wakeup": ("comm", "pid", "prio", "target_cpu"),
    "sched_process_exit": ("comm", "pid", "prio"),
    "mm_vmscan_direct_reclaim_begin": ("order", "gfp_flags"),
    "mm_vmscan_direct_reclaim_end": ("nr_reclaimed",),
    "mm_vmscan_kswapd_wake": ("nid", "order"),
    "mm_vmscan_kswapd_sleep": ("nid",),
}


def problems(lines):
    """=> what an importer of ftrace's text could not read, a line each: the shape, the order, the arguments"""
    out, last, times = [], {}, 0
    for at, one in enumerate(lines, 1):
        if one.startswith("#") or not one.strip():
            continue
        found = LINE.match(one)
        if not found or "\t" in one[:60]:
            out.append("line %d has not the shape of a trace line: %s" % (at, one[:90]))
            continue
        now = int(found.group("s")) * 1000000 + int(found.group("fraction")[:6])
        if now < last.get("t", 0):
            out.append("line %d is earlier than the one before" % at)
        last["t"] = now
        times += 1
        given = set(re.findall(r"(\w+)=", found.group("text")))
        missing = [a for a in NEEDED.get(found.group("name"), ()) if a not in given]
        if missing:
            out.append("line %d: %s without %s" % (at, found.group("name"), ", ".join(missing)))
        if found.group("name").startswith("block_rq_") and not (BLOCK_ISSUE.match(found.group("text")) or
                                                                BLOCK_COMPLETE.match(found.group("text"))):
            out.append("line %d: %s: %s" % (at, found.group("name"), found.group("text")[:60]))
    if not times:
        out.append("there is no event at all")
    return out
