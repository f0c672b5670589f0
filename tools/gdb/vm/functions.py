"""Convenience functions, for expressions and for conditions of breakpoints: break do_swap_page if $pid() == 7."""

import gdb

from vm import entries, frames, guest, tasks
from vm.command import guarded
from vm.constants import ALL as C

ALL = []


class Function(gdb.Function):
    name = arguments = about = ""

    def __init__(self):
        self.__doc__ = "$%s(%s): %s" % (self.name, self.arguments, self.about)
        super().__init__(self.name)
        ALL.append(self)

    def invoke(self, *arguments):
        fewest, most = (len(part.split(",")) if part else 0 for part in (self.arguments.split(" [")[0], self.arguments))
        if not fewest <= len(arguments) <= most:
            raise gdb.GdbError("$%s(%s): %s" % (self.name, self.arguments, self.about))
        with guest.Selection() as guest.selection:
            frames.forget()
            return guarded(self.answer, *arguments)

    def answer(self, *arguments):
        return self.value(*(self.argument(a, guest.number) for a in arguments))

    def argument(self, value, taken):
        try:
            return taken(value)
        except gdb.error as error:
            raise gdb.GdbError("$%s(%s): %s (%s)" % (self.name, self.arguments, self.about, error))

    def value(self, *arguments):
        raise NotImplementedError


def root(pid):
    return entries.root_of(tasks.mm_of(tasks.by_pid(pid[0]))) if pid else guest.cr3()


def leaf(address, pid):
    return entries.walk(root(pid), address)[-1]


class Phys(Function):
    name, arguments, about = "phys", "ADDRESS [, PID]", "the physical address behind a virtual one; -1: nothing is mapped there"

    def value(self, address, *pid):
        found = leaf(address, pid)
        return found.target + (address & (1 << found.shift) - 1) if found.maps else -1


class Virt(Function):
    name, arguments, about = "virt", "PHYSICAL", "where the kernel sees a physical address: in the direct map"

    def value(self, physical):
        return C["DIRECT_MAP_BASE"] + physical & guest.MASK


class Level(Function):
    def value(self, address, *pid):
        steps = entries.walk(root(pid), address)
        return steps[self.level].value if len(steps) > self.level else 0


class Pte(Level):
    name, arguments, about, level = "pte", "ADDRESS [, PID]", "the PTE of an address; 0: none", entries.PTE


class Pmd(Level):
    name, arguments, about, level = "pmd", "ADDRESS [, PID]", "the PMD of an address; 0: none", entries.PMD


class Frame(Function):
    name, arguments, about = "pfn", "ADDRESS [, PID]", "the frame behind an address; -1: nothing is mapped there"

    def value(self, address, *pid):
        found = leaf(address, pid)
        return (found.target + (address & (1 << found.shift) - 1)) >> C["PAGE_SHIFT"] if found.maps else -1


class PageOf(Function):
    name, arguments, about = "page", "FRAME", "the struct page of a frame"

    def value(self, frame):
        return guest.pointer("struct page", frames.pages().base + frame * frames.pages().size & guest.MASK)


class Current(Function):
    name, arguments, about = "current", "", "the task that runs on this CPU; 0: none yet"

    def value(self):
        task = tasks.current()
        return task.address if task is not None else guest.pointer("struct task", 0)


class Pid(Function):
    name, arguments, about = "pid", "", "the pid of the task that runs on this CPU; -1: none yet"

    def value(self):
        task = tasks.current()
        return int(task["pid"]) if task is not None else -1


class TaskOf(Function):
    name, arguments, about = "task", "PID", "the struct task of a process"

    def value(self, pid):
        return tasks.by_pid(pid).address


class MmOf(Function):
    name, arguments, about = "mm", "PID", "the struct mm of a process"

    def value(self, pid):
        return tasks.mm_of(tasks.by_pid(pid)).address


class VmaOf(Function):
    name, arguments, about = "vma", "ADDRESS [, PID]", "the struct vma that holds an address"

    def value(self, address, *pid):
        task = tasks.by_pid(pid[0]) if pid else tasks.current()
        area = tasks.area_of(tasks.mm_of(task), address) if task is not None else None
        return area.address if area is not None else guest.pointer("struct vma", 0)


class PerCpu(Function):
    name, arguments, about = "percpu", "&VARIABLE, CPU", "the address of a CPU's own copy of a per-CPU variable"

    def value(self, address, cpu):
        return address + guest.number(guest.symbol("per_cpu_offset")[cpu]) & guest.MASK


class Vmstat(Function):
    name, arguments, about = "vmstat", '"NAME"', "a counter of /proc/vmstat"

    def answer(self, name):
        known, name = {**frames.states(), **frames.events()}, self.argument(name, gdb.Value.string)
        if name not in known:
            raise gdb.GdbError("no counter is called %s. See: vm-diff" % name)
        return known[name]


class Runs(Function):
    name, arguments, about = "runs", '"PROGRAM"', "1 when this CPU runs a program of that name, in user mode or in the kernel"

    def answer(self, name):
        task, name = tasks.current(), self.argument(name, gdb.Value.string)
        return int(task is not None and tasks.comm(task) == name)


FUNCTIONS = (Phys, Virt, Pte, Pmd, Frame, PageOf, Current, Pid, TaskOf, MmOf, VmaOf, PerCpu, Vmstat, Runs)
