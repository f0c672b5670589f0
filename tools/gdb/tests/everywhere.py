"""Every vm-* command at every kind of stop: no paging yet, no page array yet, a fault handler, programs, a split, a collapse; on
each CPU. At the stops of `tour` their figures are compared with what the program has read in /proc at the same moment."""

import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

from harness import *  # noqa: E402,F403

import kinds  # noqa: E402
from seen import *  # noqa: E402,F403

from vm.constants import ALL as C  # noqa: E402

WRONG = (("vm-walk", "no address"), ("vm-walk nosuchname", "nosuchname"), ("vm-walk 0x1234 99999", "no process"),
         ("vm-walk 0x900000000000", "canonical"), ("vm-walk 1 2 3", "too many"), ("vm-maps 99999", "no process"),
         ("vm-page", "no frame"), ("vm-page 0x7fffffff000", "nothing is mapped"), ("vm-rmap", "no frame"),
         ("vm-swap 999999999", "has the slots"), ("vm-swap 1 20", "no swap area"), ("vm-diff nosuch", "nothing is saved"),
         ("vm-watch", "no address"), ("vm-user nosuch", "no program"), ("vm-help nosuch", "no command"),
         ("vm-tasks 1", "too many"), ("vm-trace -n nosuch", "nosuch"), ("vm-trace -x", "no option"), ("vm-khugepaged nosuch", "nosuch"))


# --- stops ------------------------------------------------------------------------------------------------

def before_paging():
    for each in command.ALL:
        if each.reads:
            message = refused(each.name)
            expect(is_plain(message) and "paging" in message, "%s before paging: %r" % (each.name, message))
    answers("vm-help", "reset")


def early():
    """In the first C function: nothing is there to be looked at, and that is said."""
    for each in command.ALL:
        if each.reads:
            message = refused(each.name)
            expect(message is None or is_plain(message), "%s in the first function: %r" % (each.name, message))
    answers("vm-walk $pc", "the first C function")


def all_commands(where, address, pid):
    frame = int(gdb.parse_and_eval("$pfn(0x%x, %d)" % (address, pid)))
    for text in ("vm-walk 0x%x %d" % (address, pid), "vm-maps %d" % pid, "vm-buddy", "vm-lru", "vm-swap", "vm-swap 1",
                 "vm-thp %d" % pid, "vm-khugepaged %d" % pid, "vm-tasks", "vm-trace -n 5", "vm-locks", "vm-check", "vm-diff", "vm-fault",
                 "vm-walk &task_list", "vm-page &task_list", "vm-rmap &task_list", "vm-page $page(%d)" % 0x100):
        if text != "vm-diff" or "saved" in sys.modules["vm.diff"].saved:
            answers(text, where)
    if frame >= 0:
        answers("vm-page 0x%x" % frame, where)
        answers("vm-rmap 0x%x" % frame, where)
    answers("vm-diff save", where)


def other_cpus(address, pid):
    """The same from where the other CPUs stand, which idle mostly."""
    here = gdb.selected_thread()
    for thread in gdb.selected_inferior().threads():
        if thread.num != here.num:
            thread.switch()
            for text in ("vm-walk 0x%x %d" % (address, pid), "vm-tasks", "vm-fault", "vm-maps %d" % pid, "vm-thp %d" % pid):
                answers(text, "CPU %d" % (thread.num - 1))
    here.switch()


# --- the tour --------------------------------------------------------------------------------------------------

def at_fault():
    go_on("handle_mm_fault")
    says("vm-fault", "#PF cr2 0x", "This is an ordinary fault", "entry:")
    says("vm-locks", "mmap_lock", "for reading by")
    pid = int(gdb.parse_and_eval("$pid()"))
    all_commands("a fault handler", int(gdb.parse_and_eval("address")) & ~0xfff, pid)


def states():
    go_on("stop_here")
    address = compare("nothing")
    says("vm-walk 0x%x" % address, "Nothing here yet")
    all_commands("user mode", address, int(gdb.parse_and_eval("$pid()")))
    go_on("stop_here")
    address, pid = compare("huge"), int(gdb.parse_and_eval("$pid()"))
    frame = says("vm-walk 0x%x" % address, "2 MB", "tail 77 of huge page", "set aside").split("frame 0x")[1].split()[0]
    says("vm-page 0x" + frame, "tail 77", "mapped by 0 PTEs and 1 PMDs", "1 reference = 1 of mappings: it can be split")
    says("vm-rmap 0x" + frame, "PMD[", "They agree")
    says("vm-fault", "A program runs")
    quiet()
    other_cpus(address, pid)
    for text, part in WRONG:
        message = refused(text)
        expect(is_plain(message) and part in message, "%s: a plain message with %r: %r" % (text, part, message))
    run("vm-diff save")
    go_on("stop_here")
    address = compare("shared with a child")
    says("vm-rmap 0x" + frame, "2 mappings of it found in 2 areas", "They agree", "pid %d tour 0x%x PMD[" % (
        int(gdb.parse_and_eval("$pid()")), address))
    says("vm-diff", "new,", "process")
    split(address, frame)


def split(address, frame):
    stop = gdb.Breakpoint("try_to_migrate")
    stop.condition = '$runs("tour")'
    go_on("try_to_migrate")
    pid = int(gdb.parse_and_eval("$pid()"))
    says("vm-fault", "No page fault")
    says("vm-page 0x" + frame, "locked")
    says("vm-locks", "page lock of 0x")
    all_commands("a split", address, pid)
    stop.delete()
    run("finish")
    says("vm-walk 0x%x %d" % (address, pid), "migration entry: frame 0x%s is being moved or split" % frame,
         "waits for the lock of frame 0x" + frame)
    says("vm-rmap 0x" + frame, "migration entry", "0 mappings of it", "They agree")
    says("vm-thp %d" % pid, "512 moving")
    says("vm-maps %d" % pid, "512 moving")
    all_commands("migration entries", address, pid)
    go_on("stop_here")
    compare("split")
    says("vm-walk 0x%x" % address, "4 KB", "frame 0x" + frame)
    says("vm-page 0x" + frame, "mapped by 1 PTEs")
    says("vm-thp", "512 small", "huge")
    says("vm-khugepaged %d" % int(gdb.parse_and_eval("$pid()")), "would collapse", "page_pmd_mapped")
    out_and_in(address)


def out_and_in(address):
    go_on("stop_here")
    compare("swapped out")
    slot = says("vm-walk 0x%x" % address, "swap area 0, slot", "brings it back from slot").split("from slot ")[1].split()[0]
    says("vm-swap " + slot, "used by 1 entry", "at 0x%x, PTE[77]" % address, "It counts 1 entry, and 1 found")
    says("vm-thp", "512 in swap", "2 MB in swap as a whole")
    quiet()
    go_on("stop_here")
    whole = compare("swapped out as a whole")
    says("vm-walk 0x%x" % whole, "PMD", "2 MB in swap: area 0", "brings 2 MB back")
    watch = says("vm-watch 0x%x" % address, "PTE [ 77]", "not present: swap area 0")
    go_on()
    expect("do_swap_page" in stack() and "handle_mm_fault" in stack(), "who changed the PTE: " + stack())
    says("vm-fault", "#PF cr2 0x%x" % address, "This is an ordinary fault")
    run("delete " + watch.split("delete ")[1].strip(". \n"))
    go_on("stop_here")
    compare("swapped in")
    says("vm-walk 0x%x" % address, "4 KB")
    go_on("stop_here")
    whole = compare("swapped in as a whole")
    says("vm-walk 0x%x" % whole, "2 MB")
    collapse(address)


def stack():
    found, frame = [], gdb.newest_frame()
    while frame is not None:
        found.append(frame.name() or "?")
        frame = frame.older()
    return " < ".join(found)


def collapse(address):
    stop = gdb.Breakpoint("copy_page")
    stop.condition = '$runs("tour")'
    go_on("copy_page")
    if expect("collapse_huge_page" in stack(), "copy_page is called by a collapse: " + stack()):
        says("vm-locks", "mmap_lock", "for writing by pid")
        says("vm-walk 0x%x" % address, "PMD", "none")
        all_commands("a collapse", address, int(gdb.parse_and_eval("$pid()")))
    stop.delete()
    go_on("stop_here")
    compare("collapsed")
    says("vm-walk 0x%x" % address, "2 MB", "huge page")
    says("vm-thp", "huge", "collapse_alloc 1")
    if int(gdb.parse_and_eval("trace_is_compiled_in")):
        says("vm-khugepaged", "mm_collapse_huge_page: ", "status=succeeded")
        says("vm-trace -n 400 -e mm_collapse -p %d" % int(gdb.parse_and_eval("$pid()")), "tour-", "mm_collapse_huge_page_isolate: ")
    else:
        says("vm-trace", "built without events (TRACE=0)")
    quiet()
    kinds.stops(address)


def printers():
    """At a fault: what print shows of the kernel's own types."""
    expect("GFP_" in run("print (gfp_t) 0x%x" % C["GFP_TRANSHUGE"]), "a gfp_t in words")
    text = run("print *vma")
    expect("read|" in text and "mayread" in text, "vm_flags in words: " + text)
    expect("address space" in run("print *vma->vm_mm"), "an mm in words")
    expect("zone" in run("print *$page(0x200)"), "the flags of a page in words")
    expect("area 0, slot 7>" in run("print (swp_entry_t) {7}"), "a swap entry in words")
    kinds.entries_in_words()


# Structures that have no name, by a variable that is one.
NAMELESS = (("cursor", "khugepaged.c"),)
STRUCTS = ("page", "zone", "node", "lruvec", "free_area", "vma", "mm", "anon_vma", "anon_vma_chain", "vm_fault", "mapping", "task",
           "x86_thread", "page_table_root", "rw_semaphore", "spinlock", "list_head", "rb_root", "rb_node", "pt_regs", "swap_area",
           "swap_cluster", "khugepaged_config", "mm_slot", "radix_node", "kmem_cache", "trace_ring", "trace_position", "trace_page",
           "trace_symbols", "trace_flag", "trace_event", "run_queue", "pcp", "pcp_stack", "lru_batch")


def field_names(kind):
    for field in kind.fields():
        if field.name:
            yield field.name
        else:
            yield from field_names(field.type)


def fields_exist():
    """Also those that the commands read only now and then: every name in brackets is a field of a structure of the kernel."""
    known = {"counter", "val"}
    for name in STRUCTS:
        known.update(field_names(guest.lookup_type("struct " + name)))
    if "held_locks" in known:       # a debug build
        for name in ("held_lock", "held_locks", "lock_class_info"):
            known.update(field_names(guest.lookup_type("struct " + name)))
    else:
        known.update(("held_locks", "entry", "class", "trace", "lock", "nr", "count"))
    for name in NAMELESS:
        known.update(field_names(guest.symbol(*name).type))
    rooms = os.path.dirname(sys.modules["vm.guest"].__file__)
    for name in sorted(os.listdir(rooms)):
        if name.endswith(".py"):
            with open(os.path.join(rooms, name), encoding="utf-8") as f:
                source = f.read()
            for field in re.findall(r'\w[\])]*\["([a-z]\w*)"\]', source):
                expect(field in known or field in OWN, "%s reads a field %s, which no structure has" % (name, field))


OWN = {"cr2", "cr3", "cs", "rip", "in swap", "moving", "huge", "small", "nr_swapcached", "thp_collapse_alloc_failed", "build"}   # dictionaries of the commands


def test():
    fields_exist()
    before_paging()
    gdb.Breakpoint("percpu_init_boot_cpu", type=gdb.BP_HARDWARE_BREAKPOINT, temporary=True)
    go_on("percpu_init_boot_cpu")
    early()
    run("vm-user tour")
    stop_in_tour("main", temporary=True)
    go_on("main")
    fault = gdb.Breakpoint("handle_mm_fault")
    fault.condition = '$runs("tour")'
    at_fault()
    printers()
    fault.delete()
    stop_in_tour("stop_here")
    states()


main(test)
