"""Reading the guest: physical memory, structures, constants. Everything else stands on this."""

import struct

import gdb

PAGE = 4096
HUGE = 2 << 20
PFN_MASK = 0x000ffffffffff000
VMEMMAP = 0xffffea0000000000
DIRECT_MAP = 0xffff888000000000


def number(value):
    return int(value.cast(gdb.lookup_type("unsigned long")))


def evaluate(text):
    """=> the number that gdb's expression has, as an address or value of 64 bits"""
    return number(gdb.parse_and_eval(text)) & (1 << 64) - 1


def physical(address, length):
    """Bytes of physical memory, whatever page tables the CPU has loaded."""
    gdb.execute("maintenance packet Qqemu.PhyMemMode:1", to_string=True)
    try:
        return bytes(gdb.selected_inferior().read_memory(address, length))
    finally:
        gdb.execute("maintenance packet Qqemu.PhyMemMode:0", to_string=True)


def entries(table):
    """The 512 entries of the page table at a physical address."""
    return struct.unpack("<512Q", physical(table, PAGE))


def pointer(type_name, address):
    return gdb.Value(address).cast(gdb.lookup_type(type_name).pointer())


def container(value, type_name, member):
    """The structure in which an embedded one lies: container_of()."""
    structure = gdb.lookup_type(type_name)
    offset = next(f.bitpos // 8 for f in structure.fields() if f.name == member)
    return pointer(type_name, number(value.cast(gdb.lookup_type("unsigned long"))) - offset).dereference()


def list_entries(head, type_name, member):
    """Each entry of a struct list_head list."""
    first = head.address
    at = head["next"]
    while number(at) != number(first):
        yield container(at, type_name, member)
        at = at["next"]


def tree_entries(root, type_name, member):
    """Each entry of a struct rb_root tree, in order."""
    def visit(node):
        if number(node):
            yield from visit(node["rb_left"])
            yield container(node, type_name, member)
            yield from visit(node["rb_right"])
    yield from visit(root["rb_node"])


def enum_names(enum):
    """=> {value: name}"""
    return {f.enumval: f.name for f in gdb.lookup_type("enum " + enum).fields()}


def page(frame):
    """The struct page of a frame, or None where there is no RAM."""
    try:
        found = pointer("struct page", VMEMMAP + frame * 64).dereference()
        found["flags"].fetch_lazy()
        return found
    except gdb.MemoryError:
        return None


def flag(value, name):
    for number_, name_ in enum_names("pageflags").items():
        if name_ == name:
            return bool(number(value["flags"]) >> number_ & 1)
    return False


def head_of(frame):
    """=> the frame of the page's head: itself, unless it is a tail"""
    value = page(frame)
    link = number(value["compound_head"]) if value is not None else 0
    return (link - 1 - VMEMMAP) // 64 if link & 1 else frame


def cpu():
    """QEMU's threads are the CPUs, counted from 1."""
    return gdb.selected_thread().num - 1


def current():
    """The running task of the selected CPU, or None before there are tasks."""
    try:
        offset = number(gdb.parse_and_eval("per_cpu_offset[%d]" % cpu()))
        slot = (evaluate("&current_thread") + offset) & (1 << 64) - 1
        thread = number(pointer("unsigned long", slot).dereference())
        return pointer("struct task", thread).dereference() if thread else None
    except gdb.error:
        return None


def all_tasks():
    return list_entries(gdb.parse_and_eval("task_list"), "struct task", "tasks")


def task_by_pid(pid):
    for task in all_tasks():
        if int(task["pid"]) == pid:
            return task
    raise gdb.GdbError("there is no process %d: see vm-tasks" % pid)


def comm(task):
    return task["comm"].string(errors="replace")


def task_argument(text):
    """PID if there is one, else the task that runs on this CPU."""
    if text:
        return task_by_pid(int(text, 0))
    task = current()
    if task is None:
        raise gdb.GdbError("no task runs here yet")
    return task


def areas(mm):
    return tree_entries(mm["vma_tree"], "struct vma", "rb")


def area_of(mm, address):
    for area in areas(mm):
        if number(area["vm_start"]) <= address < number(area["vm_end"]):
            return area
    return None
