"""vm-page: everything that the descriptor of a frame says, and what it means for split, move and reclaim."""

import gdb

from vm import entries, frames, guest
from vm.command import Command, conclude
from vm.constants import ALL as C
from vm.swap import describe_slot


def frame_argument(command, text):
    """A frame number; or an address, virtual or of a struct page, which is followed."""
    value = command.number(text, "frame or address")
    array = frames.pages()
    if value < array.max_pfn:
        return value
    if array.frame_of(value) is not None:
        return array.frame_of(value)
    leaf = entries.walk(guest.cr3(), value)[-1]
    if not leaf.maps:
        raise gdb.GdbError("nothing is mapped at 0x%x on this CPU, and there are only 0x%x frames. See: vm-walk 0x%x."
                           % (value, array.max_pfn, value))
    return (leaf.target + (value & (1 << leaf.shift) - 1)) >> C["PAGE_SHIFT"]


def cache_references(head):
    """References that the swap cache or the page cache holds: one for each 4 KB."""
    size = 1 << head.order
    cached = size if head.has("PG_swapcache") else 0
    if head.is_file and not head.has("PG_swapcache"):
        cached += size
    return cached


def batched(head):
    """CPUs whose batch of new LRU pages holds it, with a reference."""
    batch = guest.symbol("lru_add_batch", "lru.c")
    found = []
    for cpu in range(guest.nr_cpus()):
        own = guest.per_cpu(batch, cpu)
        if any(guest.number(own["pages"][i]) == head.address for i in range(int(own["nr"]))):
            found.append(cpu)
    return found


class PageCommand(Command):
    name = "vm-page"
    usage = "FRAME | ADDRESS"
    about = "a frame: flags, counts, whose it is, and whether it can be split, moved, reclaimed"

    def run(self, words):
        if not words:
            self.wrong("no frame")
        frame = frame_argument(self, words[0])
        page = frames.pages().page(frame)
        if page is None:
            raise gdb.GdbError("there is no RAM at frame 0x%x (there are 0x%x)" % (frame, frames.pages().max_pfn))
        head = page.head
        print("frame 0x%x phys 0x%x   flags %s" % (frame, frame << C["PAGE_SHIFT"], "|".join(page.flag_names()) or "none"))
        if head is not page:
            print("tail %d of page 0x%x of order %d, which has the flags %s"
                  % (frame - head.frame, head.frame, head.order, "|".join(head.flag_names())))
        elif page.has("PG_head"):
            print("head of a page of order %d: frames 0x%x to 0x%x" % (page.order, frame, frame + (1 << page.order) - 1))
        if not head.is_kernels:
            print(self.counts(page, head))
        print(self.owner(page, head))
        conclude(self.verdict(page, head), *self.see(page, head))

    def counts(self, page, head):
        line = "references %d   mapped by %d PTEs" % (head.count("_refcount"), page.pte_maps)
        if head.is_huge:
            line += " and %d PMDs; with all of its parts by %d entries" % (head.pmd_maps, head.all_maps)
        return line

    def owner(self, page, head):
        if head.has("PG_buddy"):
            return "the first of a free block of order %d" % head.order
        if head.has("PG_slab"):
            cache = guest.at("struct kmem_cache", head.word("mapping"))
            return "slab %s, %d objects in use" % (guest.text(cache["name"]), head.word("private"))
        if head.has("PG_table"):
            return "a page table with %d entries in use" % head.count("table_used")
        if head.has("PG_hole") or head.has("PG_reserved"):
            return "the kernel's image, boot memory, or a hole"
        line = "nobody's in particular"
        if head.is_anon:
            line = "anonymous: anon_vma 0x%x, page offset 0x%x" % (head.anon_vma, page.index)
        elif head.mapping and head.count("_refcount"):
            line = "%s mapping 0x%x, page offset 0x%x" % ("shared memory:" if head.has("PG_swapbacked") else "file:",
                                                          head.mapping, page.index)
        if page.swap_entry is not None:
            line += "\nin the swap cache: " + describe_slot(page.swap_entry)
        return line

    def verdict(self, page, head):
        if head.has("PG_buddy"):
            return "It is free."
        if head.is_kernels:
            return "Memory of the kernel: it stays where it is."
        references, mapped = head.count("_refcount"), head.all_maps
        if references == 0:
            return self.free_or_frozen(page)
        cached = cache_references(head)
        extra = references - mapped - cached
        sum_text = "%d %s = %s" % (references, "reference" if references == 1 else "references", " + ".join(
            ["%d of mappings" % mapped] + (["%d of the %s cache" % (cached, "swap" if head.has("PG_swapcache") else "page")] if cached else [])
            + (["%d of others" % extra] if extra else [])))
        if extra > 0:
            who = [word for flag, word in (("PG_isolated", "whoever isolated it"), ("PG_writeback", "the write under way"))
                   if head.has(flag)] + ["the LRU batch of CPU %d" % cpu for cpu in batched(head)]
            return "%s: %s, so a split or a move would refuse now." % (sum_text, " and ".join(who) + " has it in hand"
                                                                        if who else "somebody has it in hand")
        if extra < 0:
            return "%s: too few, a reference is missing!" % sum_text
        if not head.mapping:
            return "%s: the kernel's own." % sum_text
        return "%s: it can be split, moved and reclaimed." % sum_text if not head.has("PG_unevictable") \
            else "%s: it is mlocked." % sum_text

    def free_or_frozen(self, page):
        cpu = frames.on_cpu_stacks().get(page.frame)
        if cpu is not None:
            return "It is free, on the stack of CPU %d." % cpu
        if page.head.mapping:
            return "Its count is frozen: a split, a move or reclaim has it all to itself at this moment."
        return "It is free, inside a larger block."

    def see(self, page, head):
        if head.is_kernels or not head.count("_refcount"):
            return ["vm-buddy"]
        found = ["vm-rmap 0x%x" % page.frame] if head.mapping else []
        return found + (["vm-swap %d" % (page.swap_entry & (1 << 58) - 1)] if page.swap_entry is not None else []) or ["vm-buddy"]
