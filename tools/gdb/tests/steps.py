"""A program is stepped from main into the kernel's fault handler and back; an entry is watched; functions serve as conditions."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

from harness import *  # noqa: E402,F403


def to_main():
    run("vm-user tour")
    stop_in_tour("main", temporary=True)
    go_on("main")
    equal(gdb.selected_frame().find_sal().symtab.filename, "user/demo/tour.c", "the source that is shown")
    stop_in_tour("stop_here", temporary=True)
    go_on("stop_here")


def into_the_handler_and_back():
    """The first write to the area: from the instruction of the program into the handler, and back behind it."""
    pid = int(gdb.parse_and_eval("$pid()"))
    stop = gdb.Breakpoint("do_huge_pmd_anonymous_page")
    stop.condition = "$pid() == %d" % pid
    go_on("do_huge_pmd_anonymous_page")
    fault = int(gdb.parse_and_eval("vmf->real_address"))
    expect("#PF cr2 0x%x" % fault in run("vm-fault"), "vm-fault names the address that the kernel works on")
    rip = int(gdb.parse_and_eval("((struct pt_regs *) $current()->thread.stack_top)[-1].rip"))
    expect(rip < 1 << 47, "the program's next instruction lies at the top of its kernel stack")
    stop.delete()
    run("finish")
    equal(int(gdb.parse_and_eval("$pmd(0x%x)" % fault)) & 0x81, 0x81, "the PMD is present and huge after it")
    stop_in_tour("*0x%x" % rip, temporary=True)
    go_on()
    equal(int(gdb.parse_and_eval("$pc")), rip, "back in the program, at the instruction that faulted")
    expect("A program runs" in run("vm-fault"), "vm-fault says that a program runs")
    run("stepi")
    expect(int(gdb.parse_and_eval("$pc")) < 1 << 47, "one step further is still in the program")
    return fault


def watch_the_split(address):
    """The entry of 2 MB, watched until split_huge_page exchanges it."""
    output = run("vm-watch 0x%x" % address)
    expect("PMD [" in output and "2 MB" in output, "vm-watch tells the entry: " + output)
    for _ in range(20):
        go_on()
        frame, names = gdb.newest_frame(), []
        while frame is not None:
            names.append(frame.name())
            frame = frame.older()
        if "split_huge_page_to_list" in names or "try_to_migrate" in names:
            return expect(True, "the split changed the entry")
    expect(False, "the watched entry was never changed by a split")


def values():
    pid, area = int(gdb.parse_and_eval("$pid()")), int(gdb.parse_and_eval("(unsigned long) area"))
    phys, frame = (int(gdb.parse_and_eval("$%s(0x%x, %d)" % (f, area, pid))) for f in ("phys", "pfn"))
    equal(phys >> 12, frame, "$phys() and $pfn()")
    content = guest.read(area, 64)
    equal(guest.read(int(gdb.parse_and_eval("$virt(0x%x)" % phys)), 64), content, "what the program and the direct map hold there")
    equal(int(gdb.parse_and_eval("$task(%d)->pid" % pid)), pid, "$task()")
    equal(int(gdb.parse_and_eval("$mm(%d)" % pid)), int(gdb.parse_and_eval("$current()->mm")), "$mm()")
    expect(int(gdb.parse_and_eval("$vma(0x%x)->vm_start" % area)) <= area, "$vma()")
    equal(int(gdb.parse_and_eval("$page(%d)" % frame)), 0xffffea0000000000 + frame * 64, "$page()")
    equal(int(gdb.parse_and_eval("$vmstat(\"thp_fault_alloc\")")) > 0, True, "$vmstat()")
    equal(int(gdb.parse_and_eval("*(unsigned int *) $percpu(&cpu_number, 0)")), 0, "$percpu()")
    equal(int(gdb.parse_and_eval("$pte(0x%x)" % area)), 0, "$pte() of a huge page")


OTHER_CODE = 65536      # bytes


def another_kernel():
    """A machine that runs other code than the symbols say is named as such, once."""
    guest.compared = None
    expect("WARNING" not in run("vm-tasks"), "this kernel is the one whose symbols are loaded")
    place, inferior = int(gdb.parse_and_eval("(unsigned long) &_text")), gdb.selected_inferior()
    before = bytes(inferior.read_memory(place, OTHER_CODE))
    inferior.write_memory(place, bytes(byte ^ 1 for byte in before))
    guest.compared = None
    expect("WARNING: the machine runs another kernel than" in run("vm-tasks"), "another kernel is noticed")
    expect("WARNING" not in run("vm-tasks"), "and said once")
    inferior.write_memory(place, before)


def test():
    to_main()
    another_kernel()
    address = into_the_handler_and_back()
    values()
    watch_the_split(address)


main(test)
