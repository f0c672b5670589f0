"""The session of docs/gdb-transcript.md, run inside gdb by tools/gdb/transcript. A line is a heading, some words, or a command."""

import os

import gdb

SESSION = """\
## This address is huge
The program has written to its area. It stands in `stop_here`, in user mode.
> vm-user tour stop_here
> continue
> continue
> print seen.address
> vm-walk seen.address
> vm-page $pfn(seen.address)
> vm-rmap $pfn(seen.address)
> vm-thp
A child is born: the same frame, two mappings.
> continue
> vm-rmap $pfn(seen.address)
> vm-diff save
## The split
> break try_to_migrate if $runs("tour")
> continue
> bt 4
> vm-page $pfn(seen.address)
> vm-locks
> delete 2
> continue
After it: the same frame, another entry.
> vm-walk seen.address
> vm-page $pfn(seen.address)
> vm-diff
## Out to swap
> break try_to_unmap if $runs("tour")
> continue
> bt 4
> delete 3
> continue
> vm-walk seen.address
> vm-swap
> vm-thp
> continue
This is the beginning of the second range: it went out as a whole.
> vm-walk seen.address
## Back from swap
The entry is watched until somebody writes it.
> vm-watch area+77*4096
> continue
> vm-fault
> bt 5
> delete 4
> continue
> vm-walk seen.address
> continue
> vm-walk seen.address
## The collapse
> vm-khugepaged 9
> break copy_page if $runs("tour")
> continue
> bt 5
> vm-locks
> vm-walk area+77*4096 9
The PMD is empty, and who wants to change the address space waits. A moment later:
> delete 5
> continue
> vm-walk seen.address
> vm-khugepaged
> vm-trace -n 6
> vm-check
"""


def run(command):
    try:
        answer = gdb.execute(command, to_string=True)
        return gdb.execute("frame", to_string=True) if command == "continue" else answer
    except gdb.error as error:
        return str(error) + "\n"


def main():
    gdb.execute("set print frame-arguments none")
    gdb.execute("set print entry-values no")
    with open(os.environ["QUIRE_TRANSCRIPT"], "w") as out:
        block = False
        for line in SESSION.splitlines():
            if line.startswith("> "):
                out.write("" if block else "\n```\n")
                block = True
                answer = run(line[2:])
                out.write("(gdb) %s\n%s" % (line[2:], "".join(a.rstrip() + "\n" for a in answer.splitlines() if a.strip())))
                continue
            out.write("```\n" if block else "")
            block = False
            out.write("\n" + line + "\n")
        out.write("```\n" if block else "")


main()
gdb.execute("kill", to_string=True)
