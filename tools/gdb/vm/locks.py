"""vm-locks: which locks are held, by whom, and who waits for them.

Every build: the locks of all address spaces, of zones, lists, queues and swap, and page locks, from the lock words. Debug builds
know all held locks by name, with the place where each was taken.
"""

import gdb

from vm import frames, guest, swap, tasks
from vm.command import Command, conclude, plural, rows
from vm.constants import ALL as C
from vm.guest import number

HALF = guest.TEXT & ~0xffffffff


def spinlocks():
    """(name, struct spinlock) of those that can be named without the lock checker"""
    for name in ("tasklist_lock", "all_mm_lock", "khugepaged_mm_lock", "swap_list_lock", "queue_lock"):
        yield name, guest.symbol(name)
    for name, zone in frames.zones():
        yield "zone %s" % name, zone["lock"]
    yield "LRU lists", guest.symbol("node_data")[0]["lruvec"]["lru_lock"]
    for cpu in range(guest.nr_cpus()):
        yield "run queue of CPU %d" % cpu, guest.per_cpu(guest.symbol("run_queues"), cpu)["lock"]
    for area in swap.areas():
        yield "swap area %d" % int(area["type"]), area["lock"]
        for i in range(int(area["nr_clusters"])):
            yield "swap area %d, cluster %d" % (int(area["type"]), i), area["clusters"][i]["lock"]


def table_locks():
    """(name, holder's CPU + 1) of page tables whose lock is taken"""
    offset = guest.offset_of("struct page", "ptl") + guest.offset_of("struct spinlock", "owner")
    for page in frames.pages().all():
        if page.has("PG_table") and page.ints[(page.at + offset) >> 2]:
            yield "page table 0x%x" % (page.frame << C["PAGE_SHIFT"]), page.ints[(page.at + offset) >> 2]


def waiters(lock):
    """Tasks in the queue of a mutex or rwsem; every waiter's entry lies on its own stack."""
    stacks = [(number(t["stack"]), number(t["thread"]["stack_top"]), t) for t in tasks.every()]
    return [tasks.label(t) for link in guest.list_addresses(lock["waiters"]) for low, high, t in stacks if low <= link < high]


def rwsem_text(sem):
    """How a rwsem is held, or '' when it is free."""
    count = number(sem["count"])
    if count & C["RWSEM_WRITER"]:
        owner = number(sem["owner"])
        return "for writing by %s" % (tasks.label(guest.at("struct task", owner)) if owner else "somebody")
    readers = count // C["RWSEM_READER"]
    return "for reading by %s" % plural(readers, "task") if readers else ""


class Locks(Command):
    name = "vm-locks"
    about = "locks that are held, who holds them, who waits"
    most_arguments = 0

    def run(self, words):
        table = [("LOCK", "HELD", "WAITING")]
        for mm in tasks.all_mms():
            held, waiting = rwsem_text(mm["mmap_lock"]), waiters(mm["mmap_lock"])
            if held or waiting:
                table.append(("mmap_lock of %s" % tasks.owner_label(mm), held or "by nobody", ", ".join(waiting)))
        for name, lock in spinlocks():
            if int(lock["owner"]):
                table.append((name, "by CPU %d" % (int(lock["owner"]) - 1), ""))
        for name, owner in table_locks():
            table.append((name, "by CPU %d" % (owner - 1), ""))
        locked = ["0x%x" % p.frame for p in frames.pages().all() if p.has("PG_locked") and not p.is_kernels]
        if locked:
            table.append(("page lock of " + ", ".join(locked[:8]) + (" and others" if len(locked) > 8 else ""),
                          "%s locked" % plural(len(locked), "page"), ""))
        if len(table) > 1:
            rows(table)
        known = self.checker()
        conclude("%s held%s." % (plural(len(table) - 1, "lock or group of locks is", "locks or groups of locks are") if len(table) > 1
                                 else "None of the locks of memory management is", known), "vm-tasks", "bt")

    def checker(self):
        """What the lock checker of a debug build knows. => text for the last line"""
        if "held_locks" not in [f.name for f in guest.lookup_type("struct task").fields()]:
            return "; a debug build (make DEBUG=1) names every lock and where it was taken"
        table = [("HOLDER", "LOCK", "TAKEN AT")]
        for cpu in range(guest.nr_cpus()):
            self.held("CPU %d" % cpu, guest.per_cpu(guest.symbol("cpu_locks", "lock_check.c"), cpu), table)
        for task in tasks.every():
            self.held(tasks.label(task), task["held_locks"], table)
        if len(table) > 1:
            rows(table)
        return "; the lock checker knows of %s" % plural(len(table) - 1, "held lock")

    def held(self, holder, locks, table):
        for i in range(int(locks["nr"])):
            entry = locks["entry"][i]
            info = guest.symbol("lock_classes")[int(entry["class"])]
            name = guest.text(info["name"]) if number(info["name"]) else "lock 0x%x" % number(entry["lock"])
            times = " (%d)" % int(entry["count"]) if int(entry["count"]) > 1 else ""
            table.append((holder, name + times, self.place(entry["trace"])))

    def place(self, trace):
        """The first caller that is no lock's own code."""
        calls = [HALF | int(trace[i]) for i in range(trace.type.range()[1] + 1) if int(trace[i])]
        for address in calls:
            where = gdb.find_pc_line(address - 1).symtab
            if where is not None and "kernel/sync" not in where.filename:
                return guest.function_at(address)
        return guest.function_at(calls[0]) if calls else "?"
