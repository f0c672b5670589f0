"""vm-walk: the page-table entries on the way to an address, and what they add up to."""

from vm import entries, frames, guest, tasks
from vm.command import Command, conclude
from vm.count import tree_item
from vm.constants import ALL as C
from vm.guest import number

REGIONS = (("DIRECT_MAP_BASE", "the direct map of all RAM"), ("VMALLOC_START", "vmalloc"), ("VMALLOC_END", "nothing"),
           ("VMEMMAP_BASE", "the array of struct page"), ("KERNEL_IMAGE_BASE", "the kernel image"))


def region(address):
    """Which of the kernel's mappings an address of the upper half belongs to."""
    word = "nothing"
    for start, name in REGIONS:
        if address >= C[start]:
            word = name
    return word


def target_of(command, words, index=1):
    """=> (task or None, root): of the PID if one is given, else what the selected CPU has loaded"""
    if len(words) > index:
        task = tasks.argument(command, words, index)
        return task, entries.root_of(tasks.mm_of(task))
    return tasks.current(), guest.cr3()


def area_name(mm, area):
    start, end = number(area["vm_start"]), number(area["vm_end"])
    if number(area["ops"]):
        return "shared" if number(area["vm_flags"]) & C["VM_SHARED"] else "file"
    if start < number(mm["brk"]) and end > number(mm["start_brk"]):
        return "heap"
    return "stack" if start <= number(mm["start_stack"]) < end else "anon"


def tree_of(area):
    """The pages of the file or the shared memory that an area shows, or None."""
    if number(area["file"]):
        return area["file"]["inode"]["mapping"]["tree"]
    if number(area["ops"]) and number(area["ops"]) == number(guest.symbol("shmem_vma_ops").address):
        return area["private"].cast(guest.lookup_type("struct shmem_object").pointer())["mapping"]["tree"]
    return None


def deposits(pmd):
    """Tables set aside behind the PMD table in which an entry lies."""
    page = frames.pages().page(pmd.physical >> C["PAGE_SHIFT"])
    first = page.word("mapping")
    if not first:
        return []
    found, at = [], frames.pages().page(frames.pages().frame_of(first))
    while at is not None and at.frame not in found:
        found.append(at.frame)
        at = frames.pages().page(frames.pages().frame_of(at.word_at(frames.pages().lru)))
    return found


class Walk(Command):
    name = "vm-walk"
    usage = "ADDRESS [PID]"
    about = "the page-table entries on the way to an address"
    most_arguments = 2

    def run(self, words):
        if not words:
            self.wrong("no address")
        address = self.number(words[0], "address")
        task, root = target_of(self, words)
        print("%s   cr3 0x%x" % (tasks.label(task) if task is not None else "no task yet", root))
        steps = entries.walk(root, address)
        for step in steps:
            print(step.line())
        self.conclude(steps[-1], address, task, " " + words[1] if len(words) > 1 else "")

    def conclude(self, leaf, address, task, pid):
        if not leaf.maps:
            return self.nothing(leaf, address, task)
        phys = leaf.target + (address & (1 << leaf.shift) - 1)
        frame = phys >> C["PAGE_SHIFT"]
        print("  -> phys 0x%x   %s" % (phys, entries.frame_text(frame)))
        size = entries.SIZES[leaf.shift]
        if address >> 47:
            return conclude("A %s page of the kernel, in %s." % (size, region(address)), "vm-page 0x%x" % frame)
        if leaf.special:
            return conclude("The %s zero page, shared by all who have only read here%s." % (size, self.place(address, task)))
        more = ""
        if leaf.level == entries.PMD:
            more = "; a page table for its 512 parts is set aside, in case of a split"
            if not deposits(leaf):
                more = "; no page table is set aside in case of a split: a mistake, unless somebody is in the middle of a change"
        conclude("A %s page%s%s." % (size, self.place(address, task), more), "vm-page 0x%x" % frame,
                 "vm-watch 0x%x%s" % (address, pid))

    def place(self, address, task):
        if task is None or not number(task["mm"]):
            return ""
        area = tasks.area_of(task["mm"], address)
        if area is None:
            return ", and no area says that it may be here"
        return " of the area 0x%x-0x%x (%s)" % (number(area["vm_start"]), number(area["vm_end"]),
                                               area_name(task["mm"], area))

    def nothing(self, leaf, address, task):
        if address >> 47:
            return conclude("Nothing is mapped here, in %s: an access would be a bug." % region(address))
        area = task is not None and number(task["mm"]) and tasks.area_of(task["mm"], address)
        if not area:
            return conclude("No area holds this address: an access would be SIGSEGV.", "vm-maps")
        if leaf.migration:
            return conclude("Whoever touches it waits for the lock of frame 0x%x." % leaf.frame, "vm-page 0x%x" % leaf.frame)
        if leaf.swapped:
            slot = leaf.swap_offset + ((address >> C["PAGE_SHIFT"]) % C["HPAGE_PMD_NR"] if leaf.level == entries.PMD else 0)
            what = "The next access brings 2 MB back as one page" if leaf.level == entries.PMD else \
                "The next access brings it back from slot %d" % slot
            return conclude("%s%s." % (what, self.place(address, task)), "vm-swap %d %d" % (slot, leaf.swap_type))
        tree = tree_of(area)
        item = tree_item(tree, number(area["vm_pgoff"]) + (address - number(area["vm_start"]) >> C["PAGE_SHIFT"])) if tree else 0
        if item & 1:
            slot = item >> 1
            return conclude("Nothing here%s; shared memory has its page in slot %d, from where the next access brings it back."
                            % (self.place(address, task), slot & (1 << 58) - 1), "vm-swap %d %d" % (slot & (1 << 58) - 1, slot >> 58))
        if item:
            frame = frames.pages().frame_of(item)
            return conclude("Nothing here yet%s; its page is in memory, and the next access maps it." % self.place(address, task),
                            "vm-page 0x%x" % frame)
        conclude("Nothing here yet%s: the next access faults a page in." % self.place(address, task), "vm-maps")
