"""Each kind of entry and page: in words as `print` has them, and at the last stops of `tour`, where the kernel has made them."""

from seen import *  # noqa: F403

from vm.constants import ALL as C  # noqa: E402

PRESENT = C["_PAGE_PRESENT"] | C["_PAGE_USER"]


def not_present(kind, offset, more=0):
    """An entry of swap or migration, as mm/table/entry.h has it: the offset is inverted."""
    return kind << C["SWP_TYPE_SHIFT"] | (~offset & (1 << C["SWP_OFFSET_BITS"]) - 1) << C["SWP_OFFSET_SHIFT"] | more


def entries_in_words():
    for kind, value, words in (
            ("pte_t", 0, "none: nothing is mapped here"),
            ("pte_t", 0x1234000 | PRESENT | C["_PAGE_RW"] | C["_PAGE_DIRTY"], "4 KB  0x1234000  P W U D"),
            ("pte_t", 0x1234000 | PRESENT, "4 KB  0x1234000  P U>"),
            ("pte_t", 0x1234000 | C["_PAGE_PROTNONE"], "PROT_NONE"),
            ("pte_t", not_present(3, 99, C["_PAGE_SWP_EXCLUSIVE"]), "not present: swap area 3, slot 99 (exclusive)"),
            ("pte_t", not_present(C["SWP_MIGRATION_READ"], 0x1234), "migration entry: frame 0x1234 is being moved or split, read-only"),
            ("pte_t", not_present(C["SWP_MIGRATION_WRITE"], 0x1234), "migration entry: frame 0x1234 is being moved or split>"),
            ("pmd_t", 0x1234000 | PRESENT, "table 0x1234000"),
            ("pmd_t", 0x1200000 | PRESENT | C["_PAGE_PSE"], "2 MB  0x1200000  P U PS"),
            ("pmd_t", 0x1200000 | C["_PAGE_PSE"], "2 MB  0x1200000  being split at this moment"),
            ("pmd_t", 0x1200000 | C["_PAGE_PSE"] | C["_PAGE_PROTNONE"], "2 MB  0x1200000  PROT_NONE"),
            ("pmd_t", not_present(1, 1024), "2 MB in swap: area 1, slots 1024 to 1535"),
            ("pmd_t", not_present(C["SWP_MIGRATION_WRITE"], 0x1200), "migration entry: frame 0x1200 is being moved or split")):
        text = run("print (%s) {0x%x}" % (kind, value))
        expect(words in text, "a %s 0x%x is %r, printed as: %s" % (kind, value, words, text))


def stops(address):
    """The stops of other_kinds() in user/demo/tour.c."""
    go_on("stop_here")
    shared = compare("shared memory")
    says("vm-walk 0x%x" % shared, "4 KB", "(shared)")
    says("vm-rmap $pfn(0x%x)" % shared, "mapping 0x", "They agree")
    go_on("stop_here")
    at = compare("shared memory, swapped out")
    slot = says("vm-walk 0x%x" % at, "PTE", "none", "has its page in slot").split("vm-swap ")[1].strip(". \n")
    says("vm-swap " + slot, "used by 1 entry", "1 offset of shared memory", "0 found in page tables")
    quiet()
    huge_shared()
    go_on("stop_here")
    zero = compare("huge zero page")
    says("vm-walk 0x%x" % zero, "PMD", "special", "The 2 MB zero page, shared by all who have only read here")
    says("vm-thp", "huge zero page")
    says("vm-maps", "512 zero")
    says("vm-khugepaged %d" % int(gdb.parse_and_eval("$pid()")), "page_pmd_mapped")
    quiet()
    go_on("stop_here")
    read_only = compare("read only")
    equal(read_only, address, "the address that is read only")
    line = says("vm-walk 0x%x" % address, "A 4 KB page").split("PTE [")[1].splitlines()[0]
    expect(" P U " in line and " W " not in line, "the entry is read-only: " + line)
    says("vm-rmap $pfn(0x%x)" % address, "They agree")
    says("vm-maps", "r--p")
    quiet()


def huge_shared():
    go_on("stop_here")
    at, pid = compare("huge shared memory"), int(gdb.parse_and_eval("$pid()"))
    says("vm-walk 0x%x" % at, "PMD", "2 MB", "tail 77 of huge page", "(shared)", "a page table for its 512 parts is set aside")
    says("vm-page $pfn(0x%x)" % at, "and 1 PMDs", "shared memory: mapping 0x", "1 of mappings + 512 of the page cache",
         "can be split, moved and reclaimed")
    says("vm-rmap $pfn(0x%x)" % at, "mapping 0x", "PMD[", "1 mapping of it found in 1 area; its mapcount says 1. They agree")
    says("vm-maps %d" % pid, "1 huge")
    table = says("vm-thp %d" % pid)
    expect(any("madvise shared" in line and line.endswith("huge") for line in table.splitlines()), "vm-thp lists it as huge:\n" + table)
    says("vm-watch 0x%x" % at, "PMD [")
    run("delete " + str(gdb.breakpoints()[-1].number))
    quiet()
