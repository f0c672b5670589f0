"""What a page of docs/ tells its reader to type, typed; and what it says that gdb answers, looked for. QUIRE_PAGE, QUIRE_PART: which.

In a part of the page, indented lines are the session: "(gdb) COMMAND", and below it lines of the answer, in their order, in which
"..." stands for anything.
"""

import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

from harness import *  # noqa: E402,F403


def session(page, part):
    """[(command, [lines of its answer])] of the part whose heading contains `part`"""
    found, inside = [], False
    with open(page, encoding="utf-8") as f:
        for line in f:
            if line.startswith(("**", "#")):
                inside = part in line
            elif inside and line.startswith("    (gdb) "):
                found.append((line.split("(gdb) ", 1)[1].split("      ")[0].strip(), []))
            elif inside and line.startswith("    ") and found:
                found[-1][1].append(line.strip())
    return found


def matches(wanted, line):
    return re.search(".*".join(re.escape(p.strip()) for p in wanted.split("...")), line) is not None


def typed(command):
    """=> what gdb prints, and at a stop vm-watch, whose words go past to_string, but not past a log"""
    log = os.environ["QUIRE_GDB_SOCKET"] + ".log"
    for setting in ("file " + log, "overwrite on", "redirect on", "enabled on"):
        run("set logging " + setting)
    try:
        answer = go_on() if command == "continue" else run(command)
    finally:
        run("set logging enabled off")
    with open(log, encoding="utf-8", errors="replace") as f:
        return f.read() + answer


def test():
    gdb.execute("set width 0")
    steps, rip = session(os.environ["QUIRE_PAGE"], os.environ["QUIRE_PART"]), ""
    expect(steps, "the page has a session under " + os.environ["QUIRE_PART"])
    for command, wanted in steps:
        command = command.replace("*0x...", "*" + rip)
        try:
            answer = typed(command)
        except gdb.error as error:
            return expect(False, "(gdb) %s: %s" % (command, error))
        print("(gdb) %s\n%s" % (command, answer), flush=True)
        expect(answer or not command.startswith(("vm-", "bt", "print", "break")), "(gdb) %s answers something" % command)
        found = re.search(r"rip (0x\w+)", answer)
        rip = found.group(1) if found else rip
        lines = iter(answer.splitlines())
        for each in wanted:
            expect(any(matches(each, line) for line in lines), "(gdb) %s is answered with: %s" % (command, each))


main(test)
