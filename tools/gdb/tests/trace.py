"""All that vm-trace shows, when nothing is recorded any more and the guest has shown its own file: the second main of `tour`."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

from harness import *  # noqa: E402,F403


def test():
    run("vm-user tour")
    stop = stop_in_tour("main")
    go_on("main")
    stop.ignore_count = 0
    go_on("main")
    expect(not int(gdb.parse_and_eval("tracing_on")), "the guest has stopped recording")
    text = answers("vm-trace -n 1000000", "the end")
    expect("0 older ones were overwritten" in text, "the rings were large enough: " + text[-200:])
    print(text)


main(test)
