"""Which lines of the kernel were reached: QEMU's plugin (tools/coverage_plugin), and addresses turned into lines.

QUIRE_COVERAGE=FILE in the environment makes every machine that tools/quire starts write to FILE; `make coverage` sets it. It holds for
one kernel: another one is another file.
"""

import functools
import os
import re
import subprocess

from . import host, tlb

SOURCE = os.path.join(host.ROOT, "tools", "coverage_plugin", "coverage.c")


def build(directory):
    """=> the path of the plugin, compiled when it is older than its source"""
    path = os.path.join(directory, "coverage-%d.so" % tlb.plugin_version())
    if os.path.exists(path) and os.path.getmtime(SOURCE) <= os.path.getmtime(path):
        return path
    made = subprocess.run(["gcc", "-O2", "-fPIC", "-shared", "-fvisibility=hidden", "-Wall", "-Wextra",
                           "-DQUIRE_PLUGIN_VERSION=%d" % tlb.plugin_version(), SOURCE, "-o", path + ".%d" % os.getpid()])
    if made.returncode:
        raise host.Problem("the coverage plugin does not compile")
    os.rename(path + ".%d" % os.getpid(), path)     # several machines start at once
    return path


def text(elf):
    return tlb.symbols(elf, "_text", "_etext")


def plugin_arguments(options):
    """=> what QEMU is told when coverage is wanted of this kernel"""
    out = os.environ.get("QUIRE_COVERAGE")
    if not out or options.linux:
        return []
    elf = os.path.join(options.build, "quire.elf")
    start, end = text(elf)
    return ["-plugin", "%s,out=%s,start=%#x,end=%#x" % (build(options.build), out, start, end)]


class Lines:
    """Every line of the sources that has instructions, and whether one of them was reached."""

    def __init__(self, elf, reached):
        self.reached = {}           # (path, line) -> bool
        self.function = {}          # (path, line) -> name
        start, _ = text(elf)
        addresses = instructions(elf)
        for address, places in zip(addresses, places_of(elf, addresses)):
            hit = bool(reached[address - start])
            for function, path, line in places:
                key = (path, line)
                self.reached[key] = self.reached.get(key, False) or hit
                self.function.setdefault(key, function)


def instructions(elf):
    out = subprocess.run(["objdump", "-d", "--no-show-raw-insn", "-j", ".text", elf], check=True, capture_output=True,
                         text=True).stdout
    found = []
    for line in out.splitlines():
        at = re.match(r"\s*([0-9a-f]{8,}):\t(\S+)", line)
        # What fills the space between functions belongs to no line.
        if at and not at.group(2).startswith(("nop", "cs", "data16", "xchg", "int3")):
            found.append(int(at.group(1), 16))
    return found


@functools.lru_cache(maxsize=None)
def in_tree(path):
    """A compiler cache may have kept where another clone lies, and NASM says the folder twice: what is in this tree counts."""
    words = path.split("/")
    for at in range(len(words)):
        if os.path.isfile(os.path.join(host.ROOT, *words[at:])):
            return "/".join(words[at:])
    return path


def places_of(elf, addresses):
    """addr2line -i: for each address the line, and the lines that it was inlined into. => lists of (function, path, line)"""
    done = subprocess.run(["addr2line", "-e", elf, "-a", "-f", "-i"], check=True, text=True, capture_output=True,
                          input="".join("%#x\n" % a for a in addresses)).stdout.splitlines()
    places, name = [], None
    for line in done:
        if re.match(r"0x[0-9a-f]{16}$", line):
            current = []
            places.append(current)
            name = None
        elif name is None:
            name = line
        else:
            at = re.match(r"(.*):(\d+)", line)
            if at and at.group(2) != "0":
                current.append((name, in_tree(at.group(1)), int(at.group(2))))
            name = None
    return places
