"""Pretty-printers: what `print` shows of entries, pages, areas, address spaces, tasks and of numbers that are flags."""

import gdb

from vm import entries, guest
from vm.constants import ALL as C, bits_text, names

VM_FLAGS = [(n[3:].lower(), v) for n, v in names(r"VM_(?!FAULT|ALLOC)\w+") if v and not v & (v - 1) and v < 1 << 32]
GFP_WHOLE = [(n, v) for n, v in names(r"GFP_\w+")]
GFP_BITS = [(n, v) for n, v in names(r"__GFP_\w+") if v and not v & (v - 1)]
FAULT_FLAGS = [(n, v) for n, v in names(r"FAULT_FLAG_\w+")]
VM_FAULTS = [(n, v) for n, v in names(r"VM_FAULT_\w+") if not v & (v - 1)]


def gfp_text(value):
    """The largest name that fits, and what is set besides."""
    best = max(((n, v) for n, v in GFP_WHOLE if v and value & v == v), key=lambda i: bin(i[1]).count("1"), default=("", 0))
    rest = bits_text(value & ~best[1], GFP_BITS, "")
    return "|".join(t for t in (best[0], rest) if t) or "0"


def page_flags(value):
    zone = value >> C["PAGE_ZONE_SHIFT"]
    bits = [(n[3:], 1 << v) for v, n in sorted(guest.enum_names("pageflags").items()) if n.startswith("PG_")]
    return "%s, zone %d" % (bits_text(value & (1 << C["PAGE_ZONE_SHIFT"]) - 1, bits), zone)


class Text:
    """A printer that only has words."""

    def __init__(self, value):
        self.value = value


class EntryText(Text):
    level = entries.PTE

    def to_string(self):
        value = guest.number(self.value[self.value.type.strip_typedefs().fields()[0].name])
        return "0x%x <%s>" % (value, entries.Entry(value, self.level).meaning())


class PmdText(EntryText):
    level = entries.PMD


class PudText(EntryText):
    level = 1


class PgdText(EntryText):
    level = 0


class SlotText(Text):
    def to_string(self):
        value = guest.number(self.value["val"])
        return "0x%x <area %d, slot %d>" % (value, value >> 58, value & (1 << 58) - 1)


class Fields(Text):
    """A structure whose flags come in words; the rest as ever."""

    words = {}

    def children(self):
        for field in self.value.type.strip_typedefs().fields():
            value = self.value[field]
            if field.name in self.words:
                yield field.name, self.words[field.name](guest.number(value))
            elif field.name:
                yield field.name, value
            else:
                yield "(one of)", value

    def to_string(self):
        return None


class PageText(Fields):
    words = {"flags": page_flags}


class VmaText(Fields):
    words = {"vm_start": hex, "vm_end": hex, "vm_flags": lambda v: bits_text(v, VM_FLAGS)}

    def to_string(self):
        return "[0x%x-0x%x]" % (guest.number(self.value["vm_start"]), guest.number(self.value["vm_end"]))


class MmText(Fields):
    words = {"flags": lambda v: bits_text(v, [(n, 1 << b) for b, n in guest.enum_names("mm_flags").items()])}

    def to_string(self):
        return "address space, %d areas, %d users" % (int(self.value["map_count"]), int(self.value["mm_users"]["counter"]))


class VmFaultText(Fields):
    words = {"address": hex, "real_address": hex, "flags": lambda v: bits_text(v, FAULT_FLAGS)}


class GfpText(Text):
    def to_string(self):
        return gfp_text(guest.number(self.value))


class FaultResultText(Text):
    def to_string(self):
        return bits_text(guest.number(self.value), VM_FAULTS, "0 (handled)")


BY_TYPEDEF = {"pte_t": EntryText, "pmd_t": PmdText, "pud_t": PudText, "pgd_t": PgdText, "swp_entry_t": SlotText,
              "gfp_t": GfpText, "vm_fault_t": FaultResultText}
BY_TAG = {"page": PageText, "vma": VmaText, "mm": MmText, "vm_fault": VmFaultText}


def find(value):
    """gdb asks for each value that it prints."""
    kind = value.type.unqualified()
    if kind.code == gdb.TYPE_CODE_TYPEDEF:
        while kind.code == gdb.TYPE_CODE_TYPEDEF:
            if kind.name in BY_TYPEDEF:
                return BY_TYPEDEF[kind.name](value)
            kind = kind.target().unqualified()
    if kind.code == gdb.TYPE_CODE_STRUCT and kind.tag in BY_TAG:
        return BY_TAG[kind.tag](value)
    return None


gdb.pretty_printers.append(find)
