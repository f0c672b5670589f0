"""On the replay of a recorded tour: who put the swap entry there, who brought the page back? Found by going back."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

from harness import *  # noqa: E402,F403

def names():
    found, frame = [], gdb.newest_frame()
    while frame is not None:
        found.append(frame.name() or "?")
        frame = frame.older()
    return found


def went_back_to(function):
    """One writer after the other, the last one first."""
    for _ in range(4):
        run("reverse-continue")
        print("who changed it: " + " < ".join(names()[:6]), flush=True)
        if function in names():
            return True
    return False


def to_the_stop():
    """On a replay every stop_here comes at its instruction; the last breakpoint goes, so that only the entry is watched."""
    stop = stop_in_tour("stop_here")
    for _ in range(40):
        go_on()
        if gdb.parse_and_eval("seen.state").string() == "swapped in":
            break
    state = gdb.parse_and_eval("seen.state").string()
    stop.delete()
    return equal(state, "swapped in", "the state of the stop")


def test():
    run("vm-user tour")
    to_the_stop()
    address = int(gdb.parse_and_eval("(unsigned long) seen.address"))
    there = int(gdb.parse_and_eval("$pc"))
    present = int(gdb.parse_and_eval("$pte(0x%x)" % address))
    expect(present & 1, "the page is there")
    run("vm-watch 0x%x" % address)
    # The program's += reads first: a read fault brought the page back, and a write fault made it writable.
    expect(went_back_to("do_swap_page"), "the page was brought back by do_swap_page")
    expect("This is an ordinary fault" in run("vm-fault"), "vm-fault, in the past")
    run("reverse-stepi")
    swapped = int(gdb.parse_and_eval("$pte(0x%x)" % address))
    expect(swapped and not swapped & 1, "one instruction before, it was in swap: 0x%x" % swapped)
    expect(went_back_to("try_to_unmap"), "before that, reclaim had put the swap entry there")
    expect(there < 1 << 47, "the program's own instruction")


main(test)
