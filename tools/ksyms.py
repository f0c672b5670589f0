#!/usr/bin/env python3
"""Write the kernel's symbol table as a C file: `ksyms.py FIRST-LINK.elf > ksyms.c`.

The kernel is linked twice. The first link has an empty table; this program reads the functions from
it and writes the table for the second. The table lies in .rodata, behind the text, so that adding it
moves no function; `ksyms.py --check FIRST.elf SECOND.elf` proves it.
"""

import subprocess
import sys


def functions(nm, elf):
    """[(address, name)] of all functions at or after _text, sorted; one name an address."""
    out = subprocess.run([nm, "-n", elf], check=True, capture_output=True, text=True).stdout
    symbols = [line.split() for line in out.splitlines()]
    symbols = [(int(s[0], 16), s[1], s[2]) for s in symbols if len(s) == 3]
    text = next((a for a, _, name in symbols if name == "_text"), None)
    if text is None:
        sys.exit("ksyms.py: %s has no symbol _text" % elf)
    found = {}
    for address, kind, name in symbols:
        if kind in "tTwW" and address >= text and name != "_text" and not name.startswith(".L"):
            found.setdefault(address, name)
    return text, sorted(found.items())


def c_string(names):
    return "\n".join('\t"%s\\0"' % name for name in names)


def c_numbers(numbers):
    lines = [numbers[i:i + 8] for i in range(0, len(numbers), 8)]
    return "\n".join("\t" + " ".join("%d," % n for n in line) for line in lines)


def write_table(text, symbols):
    offsets, name_offsets, at = [], [], 0
    for address, name in symbols:
        offsets.append(address - text)
        name_offsets.append(at)
        at += len(name) + 1
    print("/* Written by tools/ksyms.py. */")
    print("const unsigned int ksym_count = %d;" % len(symbols))
    print("const unsigned int ksym_offsets[] = {\n%s\n};" % (c_numbers(offsets) or "\t0,"))
    print("const unsigned int ksym_name_off[] = {\n%s\n};" % (c_numbers(name_offsets) or "\t0,"))
    print("const char ksym_names[] =\n%s;" % (c_string([n for _, n in symbols]) or '\t""'))


def main(argv):
    nm = "nm"
    if len(argv) > 1 and argv[0] == "--nm":
        nm, argv = argv[1], argv[2:]
    if argv == ["--empty"]:
        write_table(0, [])
    elif len(argv) == 3 and argv[0] == "--check":
        if functions(nm, argv[1]) != functions(nm, argv[2]):
            sys.exit("ksyms.py: the second link moved a function: is the table in front of the text?")
    elif len(argv) == 1:
        write_table(*functions(nm, argv[0]))
    else:
        sys.exit(__doc__)


main(sys.argv[1:])
