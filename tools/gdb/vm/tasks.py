"""Tasks and address spaces; vm-tasks: who runs, who sleeps and where, and what memory they have."""

import gdb

from vm import guest
from vm.command import Command, conclude, plural, rows
from vm.constants import ALL as C
from vm.guest import number


def on_cpu(cpu):
    """The task that runs on a CPU, or None before there are tasks."""
    thread = number(guest.per_cpu(guest.symbol("current_thread"), cpu))
    return guest.at("struct task", thread) if thread else None


def current():
    return on_cpu(guest.selection.cpu)


def every():
    return list(guest.list_entries(guest.symbol("task_list"), "struct task", "tasks"))


def by_pid(pid):
    for task in every():
        if int(task["pid"]) == pid:
            return task
    raise gdb.GdbError("there is no process %d. See: vm-tasks." % pid)


def comm(task):
    return guest.text(task["comm"])


def label(task):
    return "pid %d %s" % (int(task["pid"]), comm(task)) if int(task["pid"]) else "the idle task"


def argument(command, words, index=0):
    """The task that an argument names, by its pid; else the one that runs on this CPU."""
    if len(words) > index:
        return by_pid(command.number(words[index], "pid"))
    task = current()
    if task is None:
        raise guest.Unready("no task runs on this CPU yet: continue, or name a PID")
    return task


def mm_of(task):
    """Its address space, or a plain word why there is none."""
    if not number(task["mm"]):
        raise gdb.GdbError("%s has no address space of its own: it is the kernel's. Name a PID (see vm-tasks)."
                           % label(task))
    return task["mm"].dereference()


def all_mms():
    return guest.list_entries(guest.symbol("all_mm_list"), "struct mm", "all_mm")


def owner(mm):
    """The first task that runs in an address space (a struct mm, or a pointer to one), or None."""
    address = number(mm if mm.type.strip_typedefs().code == gdb.TYPE_CODE_PTR else mm.address)
    return next((t for t in every() if number(t["mm"]) == address), None)


def owner_label(mm):
    task = owner(mm)
    return label(task) if task is not None else "an address space in which nobody runs"


def areas(mm):
    return guest.tree_entries(mm["vma_tree"], "struct vma", "rb")


def area_of(mm, address):
    return next((a for a in areas(mm) if number(a["vm_start"]) <= address < number(a["vm_end"])), None)


def counters(mm):
    """{name: pages} of the mm's own counts: MM_FILEPAGES and so on"""
    return {name: int(mm["rss"][value]["counter"]) for value, name in guest.enum_names("mm_counter").items()
            if name.startswith("MM_")}


def resident(count):
    return count["MM_FILEPAGES"] + count["MM_ANONPAGES"] + count["MM_SHMEMPAGES"]


def running():
    """{address of the task: CPU}"""
    found = {}
    for cpu in range(guest.nr_cpus()):
        task = on_cpu(cpu)
        if task is not None:
            found[number(task.address)] = cpu
    return found


STATES = {C["TASK_RUNNING"]: "runnable", C["TASK_INTERRUPTIBLE"]: "sleeps", C["TASK_UNINTERRUPTIBLE"]: "waits",
          C["TASK_KILLABLE"]: "waits", C["TASK_STOPPED"]: "stopped", C["TASK_IDLE"]: "waits", C["TASK_NEW"]: "new"}


SWITCH_FRAME = 6 * 8    # what switch_stacks (kernel/x86/entry.asm) has pushed, rbp first


def word(address):
    return int.from_bytes(guest.read(address, 8), "little")


def state_name(task, where):
    if number(task.address) in where:
        return "on CPU %d" % where[number(task.address)]
    if int(task["exit_state"]):
        return "zombie" if int(task["exit_state"]) == C["EXIT_ZOMBIE"] else "dead"
    return STATES.get(int(task["state"]), "state 0x%x" % int(task["state"]))


def sleeping_in(task):
    """The function that called schedule(): the first one up its chain of frame pointers that is no scheduler's or lock's."""
    at, top = number(task["thread"]["rsp"]), number(task["thread"]["stack_top"])
    if not at or at + SWITCH_FRAME > top:
        return ""
    frame_pointer = word(at + SWITCH_FRAME - 8)
    while at < frame_pointer < top - 8:
        address = word(frame_pointer + 8)
        where = gdb.find_pc_line(address - 1).symtab
        if where is not None and not any(d in where.filename for d in ("kernel/sched", "kernel/x86", "kernel/sync")):
            return guest.function_at(address - 1).split("+")[0]
        at, frame_pointer = frame_pointer, word(frame_pointer)
    return ""


class Tasks(Command):
    name = "vm-tasks"
    about = "all tasks, with their memory, and where they sleep"
    most_arguments = 0

    def run(self, words):
        where, table = running(), [("PID", "PPID", "STATE", "RSS kB", "SWAP kB", "NAME", "IN")]
        tasks = every()
        if not tasks:
            raise guest.Unready("there are no tasks yet: continue")
        for task in tasks:
            count = counters(task["mm"]) if number(task["mm"]) else None
            parent = int(task["parent"]["pid"]) if number(task["parent"]) else 0
            asleep = "" if number(task.address) in where or int(task["exit_state"]) else sleeping_in(task)
            table.append((int(task["pid"]), parent, state_name(task, where),
                          resident(count) * 4 if count else "-", count["MM_SWAPENTS"] * 4 if count else "-",
                          comm(task), asleep))
        rows(table)
        programs = [t for t in tasks if number(t["mm"])]
        conclude("%s, %s of them with an address space." % (plural(len(tasks), "task"), len(programs)),
                 "vm-maps PID", "vm-thp PID")
