"""events/SYSTEM/NAME/format: where an event's fields are in its record, and how the event is printed.

A `print fmt` is a printf format and arguments in C. Of C we understand what events use: REC->field, numbers, casts,
__print_symbolic, __print_flags, __get_str, a ? b : c, and operators; for what is left, "field=value" is printed.
"""

import re
import struct

FIELD = re.compile(r"\tfield:(.*?)\s*(\w+)(\[\w*\])?;\toffset:(\d+);\tsize:(\d+);\tsigned:(\d);")
TABLE = re.compile(r"__print_(symbolic|flags)\s*\(\s*REC->(\w+)")
PAIR = re.compile(r"\{\s*([^,{}]+?),\s*\"([^\"]*)\"\s*\}")
CODES = {(1, False): "B", (1, True): "b", (2, False): "H", (2, True): "h",
         (4, False): "I", (4, True): "i", (8, False): "Q", (8, True): "q"}
SUFFIX = re.compile(r"(?<=\d)[uUlL]+\b")


class Field:
    def __init__(self, found):
        self.type, self.name, array, offset, size, signed = found
        self.offset, self.size, self.signed = int(offset), int(size), signed == "1"
        self.is_dynamic = "__data_loc" in self.type
        self.is_text = (bool(array) and "char" in self.type) or self.is_dynamic
        self.code = None if array and not self.is_dynamic else CODES.get((self.size, self.signed and not self.is_dynamic))
        self.length = self.size // 8 if array and not self.is_text and self.size % 8 == 0 else 0


class Format:
    def __init__(self, system, text):
        self.system = system
        self.name = re.search(r"^name: (\S+)", text).group(1)
        self.id = int(re.search(r"^ID: (\d+)", text, re.MULTILINE).group(1))
        self.fields = [Field(f) for f in FIELD.findall(text)]
        self.own = [f for f in self.fields if not f.name.startswith("common_")]
        self.print = text.partition("\nprint fmt: ")[2].strip()
        self.tables = self.read_tables()
        self.reader = self.make_reader()
        self.printer = None

    def read_tables(self):
        """=> {field: {value: name}}, for values that the event prints by name"""
        tables = {}
        for found in TABLE.finditer(self.print):
            pairs = PAIR.findall(self.arguments_of(found.start()))
            tables[found.group(2)] = {number(value): name for value, name in pairs if number(value) is not None}
        return tables

    def arguments_of(self, start):
        depth = 0
        for at in range(self.print.index("(", start), len(self.print)):
            depth += {"(": 1, ")": -1}.get(self.print[at], 0)
            if not depth:
                break
        return self.print[start:at + 1]

    def make_reader(self):
        """=> a function of a record's bytes that returns {field: value}, with texts as str"""
        plain = [f for f in self.own if f.code and not f.is_text]
        texts = [f for f in self.own if f.is_text]
        arrays = [f for f in self.own if f.length]
        names = [f.name for f in plain]
        unpack = one_struct(plain)

        def read(data):
            values = dict(zip(names, unpack(data)))
            for f in texts:
                values[f.name] = read_text(f, data)
            for f in arrays:
                values[f.name] = list(struct.unpack_from("<%d%s" % (f.length, "q" if f.signed else "Q"), data, f.offset))
            return values
        return read

    def named(self, field, value):
        """The name that a value is printed by, or the value"""
        return self.tables.get(field, {}).get(value, value)


def one_struct(fields):
    layout, at = "<", 0
    for f in sorted(fields, key=lambda f: f.offset):
        layout += "%dx%s" % (f.offset - at, f.code)
        at = f.offset + f.size
    ordered = sorted(fields, key=lambda f: f.offset)
    fields.sort(key=lambda f: ordered.index(f))
    return struct.Struct(layout).unpack_from


def read_text(field, data):
    start, size = field.offset, field.size
    if field.is_dynamic:
        place = struct.unpack_from("<I", data, field.offset)[0]
        start, size = place & 0xffff, place >> 16
    end = start + size if size else len(data)
    return bytes(data[start:end]).split(b"\0", 1)[0].decode(errors="replace")


def number(text):
    """The value of a constant expression of C, None if it is none"""
    text = SUFFIX.sub("", text.strip())
    text = re.sub(r"\(\s*(?:\(?\s*gfp_t\s*\)?|unsigned\s+\w+|int|long)\s*\)", "", text)
    if not re.fullmatch(r"[\dxa-fA-F\s()|<>+*&~-]+", text):
        return None
    try:
        return int(eval(text.replace("~", " ~"), {"__builtins__": {}}))
    except (SyntaxError, TypeError, NameError, ValueError):
        return None
