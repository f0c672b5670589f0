"""vm-fault: the page fault that is being handled on this CPU: who, where, what access, and whether it is a bug."""

import gdb

from vm import entries, guest, tasks
from vm.command import Command, conclude
from vm.constants import ALL as C
from vm.guest import number
from vm.maps import rights
from vm.walk import area_name, region

HANDLERS = ("page_fault", "exception", "trap_dispatch")


def variable(frame, name):
    """A variable of a function on the stack, or None where the compiler has not kept it."""
    try:
        value = frame.read_var(name)
        return None if value.is_optimized_out else value
    except (ValueError, gdb.error):
        return None


def calls():
    """The frames of this CPU's stack, innermost first."""
    frame = gdb.newest_frame()
    while frame is not None and frame.is_valid():
        yield frame
        try:
            frame = frame.older()
        except gdb.error:
            return


class Fault:
    """What the innermost fault handler on the stack works on."""

    def __init__(self):
        self.regs = self.error = self.address = None
        self.under_way = False
        self.inside = []            # functions below the handler, innermost first
        for frame in calls():
            name = frame.name()
            if name in HANDLERS:
                self.under_way = self.take(frame) or self.under_way
            elif self.under_way:
                break
            elif name:
                self.inside.append(name)

    def take(self, frame):
        regs, error, address = (variable(frame, n) for n in ("regs", "error", "address"))
        if regs is not None and number(regs) >> 47:
            self.regs = regs
        if error is not None and self.error is None and frame.name() != "trap_dispatch":
            self.error = number(error)
        if address is not None and self.address is None:
            self.address = number(address)
        return frame.name() == "page_fault" or self.address is not None

    def from_registers(self, task):
        """Where the compiler has kept nothing: the program's registers lie at the top of its kernel stack."""
        if self.regs is None and task is not None:
            top = number(task["thread"]["stack_top"])
            self.regs = guest.pointer("struct pt_regs", top - guest.lookup_type("struct pt_regs").sizeof)
        if self.address is None:
            self.address = guest.selection.registers["cr2"]


def access(error):
    if error is None:
        return "an access"
    who = "user" if error & C["PF_USER"] else "kernel"
    what = "execution" if error & C["PF_INSTRUCTION"] else "write" if error & C["PF_WRITE"] else "read"
    why = "a reserved bit is set in the entry" if error & C["PF_RESERVED"] else \
        "page present, but not for this" if error & C["PF_PRESENT"] else "page not present"
    return "%s %s, %s" % (who, what, why)


def place(rip):
    """name+0x12 of a kernel or user instruction"""
    block = gdb.block_for_pc(rip)
    while block is not None and block.function is None:
        block = block.superblock
    return "0x%x%s" % (rip, " (%s+0x%x)" % (block.function.name, rip - block.start) if block is not None else "")


class FaultCommand(Command):
    name = "vm-fault"
    about = "the page fault that this CPU handles: address, access, area, and whether it is a bug"
    most_arguments = 0

    def run(self, words):
        task = tasks.current()
        if guest.in_user_mode():
            return conclude("A program runs: no page fault is being handled on this CPU. The last one was at 0x%x."
                            % guest.selection.registers["cr2"], "vm-walk $cr2")
        if guest.selection.away:
            return conclude("This CPU has not started: no page fault is being handled on it.")
        fault = Fault()
        if not fault.under_way:
            return conclude("No page fault is being handled on this CPU; the last one was at 0x%x."
                            % guest.selection.registers["cr2"], "break handle_mm_fault", "vm-walk $cr2")
        fault.from_registers(task)
        rip = number(fault.regs["rip"])
        print("#PF cr2 0x%x%s; rip %s" % (fault.address, " error 0x%x: %s" % (fault.error, access(fault.error))
                                          if fault.error is not None else "", place(rip)))
        print("%s, in %s" % (tasks.label(task) if task is not None else "no task", " < ".join(fault.inside[:4]) or "the handler itself"))
        self.judge(fault, task)

    def judge(self, fault, task):
        address, error = fault.address, fault.error
        if address >= C["TASK_SIZE"]:
            return conclude("The address is the kernel's (%s): a bug, unless a fixup is registered for 0x%x."
                            % (region(address), number(fault.regs["rip"])), "vm-walk 0x%x" % address, "bt")
        area = tasks.area_of(task["mm"], address) if task is not None and number(task["mm"]) else None
        see = ["vm-walk 0x%x" % address]
        if area is None:
            return conclude("No area holds the address: SIGSEGV, unless the stack grows down to it.", "vm-maps", *see)
        flags = number(area["vm_flags"])
        print("area 0x%x-0x%x %s %s" % (number(area["vm_start"]), number(area["vm_end"]), rights(flags), area_name(task["mm"], area)))
        leaf = entries.walk(entries.root_of(task["mm"]), address)[-1]
        print("entry: %s" % leaf.line())
        wanted = C["VM_EXEC"] if (error or 0) & C["PF_INSTRUCTION"] else C["VM_WRITE"] if (error or 0) & C["PF_WRITE"] else \
            C["VM_READ"] | C["VM_WRITE"] | C["VM_EXEC"]
        if not flags & wanted:
            return conclude("The area does not allow this access: SIGSEGV.", "vm-maps", *see)
        conclude("This is an ordinary fault, not a bug: %s." % self.outcome(leaf, error), *see)

    def outcome(self, leaf, error):
        if leaf.migration:
            return "it waits until frame 0x%x has been moved or split" % leaf.frame
        if leaf.swapped:
            return "the page comes back from swap"
        if leaf.maps and (error or 0) & C["PF_WRITE"] and not leaf.value & C["_PAGE_RW"]:
            return "a write to what may be shared, so it is copied or made writable"
        if leaf.maps:
            return "the page is there by now"
        return "a new page is needed"
