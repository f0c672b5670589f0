"""Reading the guest: memory, variables, structures, the CPUs. Everything else stands on this.

A stop may be anywhere: in a program, in the first instructions of a CPU, with a frame selected in which a name means
something else. So names are looked up among the kernel's own, and memory is read on a CPU that has paging switched on.
"""

import gdb

from vm.constants import ALL as C

MASK = (1 << 64) - 1
TEXT = 0xffffffff80000000
vmlinux = None          # the kernel's objfile, as loaded by tools/gdb/attach


class Unready(gdb.GdbError):
    """The kernel has not come so far yet."""


# --- names and types -------------------------------------------------------------------------------

def kernel():
    for objfile in gdb.objfiles():
        if objfile.filename and objfile.filename.endswith("quire.elf"):
            return objfile
    raise gdb.GdbError("the kernel's symbols are not loaded: file build/quire.elf")


def kernel_block():
    return kernel().lookup_global_symbol("task_list").symtab.static_block()


types = {}


def lookup_type(name):
    if name not in types:
        types[name] = gdb.lookup_type(name, kernel_block())
    return types[name]


def symbol(name, file=None):
    """A variable or function of the kernel; static ones with the name of their file."""
    if file:
        return gdb.parse_and_eval("'%s'::%s" % (file, name))
    found = kernel().lookup_global_symbol(name) or kernel().lookup_static_symbol(name)
    if found is None:
        raise gdb.GdbError("the kernel has no %s" % name)
    return found.value()


def offset_of(type_name, field):
    """Byte offset of a field, also one of an unnamed union or structure inside."""
    def search(kind):
        for f in kind.fields():
            if f.name == field:
                return f.bitpos // 8
            if not f.name:
                inner = search(f.type)
                if inner is not None:
                    return f.bitpos // 8 + inner
        return None
    found = search(lookup_type(type_name).strip_typedefs())
    if found is None:
        raise gdb.GdbError("%s has no field %s" % (type_name, field))
    return found


def enum_names(enum):
    """=> {value: name}"""
    return {f.enumval: f.name for f in lookup_type("enum " + enum).fields()}


def enum_value(enum, name):
    return next(value for value, n in enum_names(enum).items() if n == name)


# --- values ----------------------------------------------------------------------------------------

def number(value):
    """The bits of an integer or a pointer, unsigned."""
    return int(value.cast(gdb.lookup_type("unsigned long"))) & MASK


def evaluate(text):
    """=> the number that gdb's expression has, as an address or value of 64 bits"""
    try:
        return number(gdb.parse_and_eval(text))
    except gdb.error as error:
        raise gdb.GdbError("%s: %s" % (text, error))


def pointer(type_name, address):
    return gdb.Value(address).cast(lookup_type(type_name).pointer())


def at(type_name, address):
    return pointer(type_name, address).dereference()


def container(address, type_name, member):
    """The structure in which an embedded one lies: container_of()."""
    return at(type_name, number(address) - offset_of(type_name, member))


def list_addresses(head):
    """The address of each link of a struct list_head; a list that was never initialised is empty."""
    first = number(head.address)
    link, seen = number(head["next"]), set()
    while link and link != first:
        if link in seen:
            raise gdb.GdbError("the list at 0x%x goes round in a circle from 0x%x on: it is damaged. See: bt." % (first, link))
        seen.add(link)
        yield link
        link = number(at("struct list_head", link)["next"])


def list_entries(head, type_name, member):
    for link in list_addresses(head):
        yield at(type_name, link - offset_of(type_name, member))


def tree_entries(root, type_name, member):
    """Each entry of a struct rb_root tree, in order."""
    stack, node = [], root["rb_node"]
    while stack or number(node):
        while number(node):
            stack.append(node)
            node = node["rb_left"]
        node = stack.pop()
        yield container(node, type_name, member)
        node = node["rb_right"]


def text(value):
    """A C string: an array of char, or a pointer to one."""
    return value.string(errors="replace") if value.type.strip_typedefs().code == gdb.TYPE_CODE_ARRAY or number(value) \
        else "?"


def function_at(address):
    """The function that contains an address of the kernel, as name+0xoffset; or the number."""
    block = gdb.block_for_pc(address) if address >= TEXT else None
    while block is not None and (block.function is None or block.function.is_variable):
        block = block.superblock
    if block is None:
        return "0x%x" % address
    return "%s+0x%x" % (block.function.name, address - block.start)


def symbol_at(address):
    """The name of the kernel's function that contains an address, as its own table of symbols has it; or the number."""
    found = gdb.execute("info symbol 0x%x" % address, to_string=True) if address >= TEXT else "No symbol"
    return "0x%x" % address if found.startswith("No symbol") else found.split()[0]


# --- memory ----------------------------------------------------------------------------------------

def read(address, length):
    return bytes(gdb.selected_inferior().read_memory(address, length))


def physical(address, length):
    """Bytes of physical memory: through the direct map, and where a CPU has none yet, past its page tables."""
    try:
        return read(C["DIRECT_MAP_BASE"] + address, length)
    except gdb.MemoryError:
        pass
    gdb.execute("maintenance packet Qqemu.PhyMemMode:1", to_string=True)
    try:
        return read(address, length)
    finally:
        gdb.execute("maintenance packet Qqemu.PhyMemMode:0", to_string=True)


# --- CPUs ------------------------------------------------------------------------------------------

def cpu_of(thread):
    """QEMU's threads are the CPUs, counted from 1."""
    return thread.ptid[1] - 1


def threads():
    return sorted(gdb.selected_inferior().threads(), key=cpu_of)


def register(name):
    """Of the selected CPU, whatever frame is selected."""
    return number(gdb.newest_frame().read_register(name))


def sees_kernel():
    """Paging is on, and the kernel's page tables are loaded."""
    if not register("cr0") >> 31 & 1:
        return False
    try:
        read(number(symbol("task_list").address), 8)
        return True
    except gdb.MemoryError:
        return False


PATCHED = 100           # less than one byte of so many
compared = None         # the connection whose kernel has been compared with our symbols


def compare_kernels():
    """Once for each machine: is it the kernel whose symbols are loaded? Else all answers are wrong. At boot it changes a few bytes itself."""
    global compared
    machine = getattr(gdb.selected_inferior(), "connection_num", 0)
    if compared == machine:
        return
    compared = machine
    start, end = evaluate("(unsigned long) &_text"), evaluate("(unsigned long) &_etext")
    runs = read(start, end - start)
    gdb.execute("set trust-readonly-sections on")
    built = read(start, end - start)
    gdb.execute("set trust-readonly-sections off")
    if sum(a != b for a, b in zip(runs, built)) > len(built) // PATCHED:
        print("WARNING: the machine runs another kernel than %s, so nothing here is to be trusted: it was built anew meanwhile. Start the "
              "machine anew; to a recording attach with: tools/gdb/attach build/recording." % kernel().filename)


class Selection:
    """The CPU that the user has selected; memory is read on another one while it can't see the kernel yet."""

    def __init__(self):
        self.thread = gdb.selected_thread()
        if self.thread is None:
            raise gdb.GdbError("no machine is attached: `make run GDB=1` in one terminal, `make gdb` in another")
        self.frame = gdb.selected_frame()
        self.cpu = cpu_of(self.thread)
        self.registers = {name: register(name) for name in ("cr2", "cr3", "cs", "rip")}
        self.away = False

    def __enter__(self):
        if not sees_kernel():
            self.away = True
            for thread in threads():
                thread.switch()
                if sees_kernel():
                    compare_kernels()
                    return self
            self.__exit__()
            raise Unready("no CPU has switched paging on yet: continue to the kernel's first C function "
                          "(hbreak percpu_init_boot_cpu)")
        compare_kernels()
        return self

    def __exit__(self, *_):
        if self.away:
            self.thread.switch()
        self.thread.switch()
        self.frame.select()


selection = None        # of the command that runs; set by command.py


def cr3():
    return selection.registers["cr3"] & C["PTE_PFN_MASK"]


def in_user_mode():
    return selection.registers["cs"] & 3 == 3


def per_cpu(variable, cpu):
    """This CPU's copy of a per-CPU variable; the template's, which is all zeroes, before it has one."""
    offset = number(symbol("per_cpu_offset")[cpu])
    return gdb.Value((number(variable.address) + offset) & MASK).cast(variable.type.pointer()).dereference()


def nr_cpus():
    return max(1, int(symbol("nr_cpus")))
