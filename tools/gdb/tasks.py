"""vm-tasks: who runs, who sleeps and where, and what memory they have."""

import gdb

import memory
from memory import number


def state_name(task, running):
    if int(task["pid"]) in running:
        return "on CPU %d" % running[int(task["pid"])]
    if int(task["exit_state"]):
        return "zombie"
    return {0: "runnable", 1: "sleeps", 2: "waits", 4: "stopped"}.get(int(task["state"]), "state %d" % task["state"])


def sleeping_in(task):
    """The function that called schedule(): the first one on its stack that is not the scheduler's."""
    rsp = number(task["thread"]["rsp"])
    top = number(task["thread"]["stack_top"])
    words = min((top - rsp) // 8, 64)
    try:
        stack = bytes(gdb.selected_inferior().read_memory(rsp, words * 8))
    except gdb.MemoryError:
        return ""
    for i in range(words):
        address = int.from_bytes(stack[i * 8:i * 8 + 8], "little")
        if address >> 31 != 0x1ffffffff:
            continue
        block = gdb.block_for_pc(address)
        while block is not None and block.function is None:
            block = block.superblock
        line = gdb.find_pc_line(address)
        if block is None or line.symtab is None:
            continue
        if "kernel/sched" not in line.symtab.filename and "kernel/x86" not in line.symtab.filename:
            return block.function.name
    return ""


class Tasks(gdb.Command):
    """vm-tasks: all tasks, with their memory and where they sleep"""

    def __init__(self):
        super().__init__("vm-tasks", gdb.COMMAND_DATA)

    def running(self):
        selected, found = gdb.selected_thread(), {}
        for thread in gdb.selected_inferior().threads():
            thread.switch()
            task = memory.current()
            if task is not None:
                found[int(task["pid"])] = thread.num - 1
        selected.switch()
        return found

    def invoke(self, argument, from_tty):
        running = self.running()
        print("  PID  PPID STATE       RSS kB  SWAP kB  NAME             IN")
        total = 0
        for task in memory.all_tasks():
            mm = task["mm"]
            rss = swap = 0
            if number(mm):
                rss = sum(int(mm["rss"][i]["counter"]) for i in (0, 1, 3)) * 4
                swap = int(mm["rss"][2]["counter"]) * 4
            parent = int(task["parent"]["pid"]) if number(task["parent"]) else 0
            asleep = "" if int(task["pid"]) in running else sleeping_in(task)
            print("%5d %5d %-10s %8d %8d  %-16s %s" % (task["pid"], parent, state_name(task, running), rss,
                                                       swap, memory.comm(task), asleep))
            total += 1
        print("%d tasks. See: vm-maps PID" % total)
