"""Whatever one types, wherever the machine stands: an answer in a sentence, or a refusal in one; never a traceback.

In a program, in a fault handler, after a panic, and when the machine has gone.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

from harness import *  # noqa: E402,F403

STRANGE = ("", "nosuchname", "0x900000000000", "1 2 3 4 5 6 7 8", "99999", "(", '"', '"text"', "-1", "$nosuch", "handle_mm_fault(1, 2, 3)",
           "1.5", "0xffffffffffffffff", "0x7fffffffffff", "0", "-n", "-n -1", "-p nosuch", "-e", "save save save", "*0", "task_list",
           "$pc 99999", "$pc 1 PTE", "0xffffea0000000000", "1 nosuch", "0x7fffffff 0 0")
FUNCTIONS = ("$pte()", "$pte(1, 2, 3)", "$pte(0x900000000000)", "$pfn(-1)", "$pid(1)", "$task(99999)", "$mm(99999)", '$vmstat("nosuch")',
             "$vmstat(1)", "$runs(1)", "$page(-1)", "$percpu(1, 99)", "$phys(\"x\")", "$vma(0)", "$virt(-1)", "$current(7)")


def answer_or_refusal(text, where):
    watched = len(gdb.breakpoints())
    try:
        output = run(text)
    except gdb.error as error:
        return expect(is_plain(str(error)), "%s at %s is refused plainly: %r" % (text, where, str(error)))
    for new in gdb.breakpoints()[watched:]:
        new.delete()
    return expect(text.startswith(("print", "vm-help")) or output.rstrip().endswith("."),
                  "%s at %s ends with a sentence: %r" % (text, where, output[-200:]))


def everything(where):
    for each in command.ALL:
        if each.name not in ("vm-connect", "vm-check"):
            for argument in STRANGE:
                answer_or_refusal(each.name + " " + argument, where)
    for text in FUNCTIONS:
        answer_or_refusal("print " + text, where)


def without_arguments(where):
    for each in command.ALL:
        if each.name != "vm-connect":
            answer_or_refusal(each.name, where)


def after_a_panic():
    """The program's fault becomes one: the kernel goes on in panic(), with any text."""
    gdb.execute("set $rdi = (unsigned long) vmstat_state_names[0]")
    gdb.execute("set $rip = (unsigned long) &panic")
    gdb.Breakpoint("machine_exit", temporary=True)
    go_on("machine_exit")
    without_arguments("the end of a panic")
    for text in ("vm-walk $rsp", "vm-page $rsp", "vm-trace -n 3", "vm-tasks"):
        answers(text, "the end of a panic")


def test():
    run("vm-user tour")
    stop_in_tour("stop_here", temporary=True)
    go_on("stop_here")
    everything("user mode")
    stop = gdb.Breakpoint("handle_mm_fault")
    stop.condition = '$runs("tour")'
    go_on("handle_mm_fault")
    everything("a fault handler")
    stop.delete()
    after_a_panic()
    refused("kill")         # QEMU goes at once: gdb may still want to tell it something
    for each in command.ALL:
        if each.reads:
            message = refused(each.name)
            expect(is_plain(message) and "no machine is attached" in message, "%s without a machine: %r" % (each.name, message))


main(test)
