"""The numbers of the kernel's headers: #defines are in no debug information, so they are read where they are written."""

import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__)))))
HEADERS = ("kernel/x86/address.h", "kernel/sync/rwsem.h", "kernel/sched/task.h", "kernel/x86/trap.h", "mm/types.h",
           "mm/table/entry.h", "mm/swap/swap.h", "mm/swap/slots.h", "mm/frame/page.h",
           "kernel/trace/trace.h")
DEFINE = re.compile(r"^#define\s+(\w+)[ \t]+([^/\n]+)", re.MULTILINE)
PLAIN = re.compile(r"[\w\s()|&~<>+*-]+")


def value_of(text, known):
    """=> the number, or None for what is no constant expression of what came before"""
    text = re.sub(r"\b(0x[0-9a-fA-F]+|\d+)(?:U|L)+\b", r"\1", text.strip())
    if not PLAIN.fullmatch(text):
        return None
    try:
        found = eval(text, {"__builtins__": {}, "BIT": lambda n: 1 << n}, known)
    except (NameError, SyntaxError, TypeError, ValueError):
        return None
    return found & (1 << 64) - 1 if isinstance(found, int) else None


def load():
    known = {}
    for header in HEADERS:
        with open(os.path.join(ROOT, header), encoding="utf-8") as f:
            for name, text in DEFINE.findall(f.read()):
                found = value_of(text, known)
                if found is not None:
                    known[name] = found
    return known


ALL = load()


def names(pattern):
    """[(name, value)] of the #defines whose names match, in the order of the headers"""
    return [(n, v) for n, v in ALL.items() if re.fullmatch(pattern, n)]


def bits_text(value, named, otherwise="none"):
    """The names of the bits that are set; what has no name comes as a number at the end."""
    parts = []
    for name, mask in named:
        if mask and value & mask == mask:
            parts.append(name)
            value &= ~mask
    if value:
        parts.append("0x%x" % value)
    return "|".join(parts) or otherwise
