"""The page array: struct page of every frame, read in pieces and kept for one command."""

import gdb

from vm import guest
from vm.constants import ALL as C

PIECE = 1024            # frames that are read at once
WORD_FIELDS = ("flags", "mapping", "index", "private", "compound_head")
INT_FIELDS = ("_refcount", "_mapcount", "entire_mapcount", "large_mapcount", "table_used")

array = None


def forget():
    global array
    array = None


def pages():
    global array
    if array is None:
        array = PageArray()
    return array


class PageArray:
    def __init__(self):
        self.base = C["VMEMMAP_BASE"]
        self.size = guest.lookup_type("struct page").sizeof
        self.offset = {f: guest.offset_of("struct page", f) for f in WORD_FIELDS + INT_FIELDS}
        self.lru = guest.offset_of("struct page", "lru")
        self.order_at = guest.offset_of("struct page", "compound_order")
        self.bit = {name: 1 << value for value, name in guest.enum_names("pageflags").items()}
        self.kernels = sum(self.bit[n] for n in ("PG_reserved", "PG_slab", "PG_table", "PG_buddy", "PG_hole"))
        self.everyone = None
        self.max_pfn = int(guest.symbol("max_pfn"))
        self.pieces = {}
        if not self.max_pfn:
            raise guest.Unready("there is no page array yet: continue past frame_init")

    def piece(self, number):
        if number not in self.pieces:
            first = number * PIECE
            count = min(PIECE, self.max_pfn - first)
            try:
                data = guest.read(self.base + first * self.size, count * self.size)
            except gdb.MemoryError:
                data = None
            self.pieces[number] = (data, memoryview(data).cast("Q"), memoryview(data).cast("i")) if data else None
        return self.pieces[number]

    def page(self, frame):
        """=> None where there is no RAM"""
        if not 0 <= frame < self.max_pfn:
            return None
        piece = self.piece(frame // PIECE)
        return Page(self, frame, piece) if piece else None

    def all(self):
        if self.everyone is None:
            self.everyone = [page for page in map(self.page, range(self.max_pfn)) if page is not None]
        return self.everyone

    def frame_of(self, address):
        """=> the frame whose struct page (or a field of it) lies at an address, or None"""
        frame = (address - self.base) // self.size
        return frame if address >= self.base and frame < self.max_pfn else None

    def list_pages(self, head):
        """The pages on a list of the kernel's, by their lru links."""
        first = guest.number(head.address)
        link, seen = guest.number(head["next"]), set()
        while link and link != first:
            frame = self.frame_of(link)
            page = self.page(frame) if frame is not None and frame not in seen else None
            if page is None:
                raise gdb.GdbError("the list of pages at 0x%x leads to 0x%x, %s: it is damaged, or somebody is in the middle of a "
                                   "change. See: vm-locks, bt." % (first, link, "again" if frame in seen else "which is no page"))
            seen.add(frame)
            yield page
            link = page.word_at(self.lru)


class Page:
    """One frame's struct page. A huge page's head speaks for all of it."""

    __slots__ = ("array", "frame", "data", "words", "ints", "at")

    def __init__(self, array, frame, piece):
        self.array, self.frame = array, frame
        self.data, self.words, self.ints = piece
        self.at = frame % PIECE * array.size

    def word_at(self, offset):
        return self.words[(self.at + offset) >> 3]

    def word(self, field):
        return self.words[(self.at + self.array.offset[field]) >> 3]

    def count(self, field):
        return self.ints[(self.at + self.array.offset[field]) >> 2]

    @property
    def flags(self):
        return self.word("flags")

    def has(self, flag):
        return bool(self.flags & self.array.bit[flag])

    def flag_names(self):
        return [n[3:] for n, bit in sorted(self.array.bit.items(), key=lambda i: i[1])
                if n.startswith("PG_") and self.flags & bit]

    @property
    def zone(self):
        return self.flags >> C["PAGE_ZONE_SHIFT"]

    @property
    def is_tail(self):
        return bool(self.word("compound_head") & 1)

    @property
    def head(self):
        link = self.word("compound_head")
        return self.array.page(self.array.frame_of(link - 1)) if link & 1 else self

    def next(self, n=1):
        return self.array.page(self.frame + n)

    @property
    def order(self):
        """Of a head, or of a free block."""
        if self.has("PG_buddy"):
            return self.word("private")
        if not self.has("PG_head"):
            return 0
        following = self.next()
        return following.data[following.at + self.array.order_at]

    @property
    def is_huge(self):
        return self.has("PG_head") and self.order == C["HPAGE_PMD_ORDER"]

    @property
    def address(self):
        return self.array.base + self.frame * self.array.size

    # counts -------------------------------------------------------------------------------------

    @property
    def references(self):
        return self.head.count("_refcount")

    @property
    def pte_maps(self):
        """PTEs that map exactly this frame"""
        return self.count("_mapcount") + 1

    @property
    def pmd_maps(self):
        """PMDs that map the huge page; => a head"""
        return self.next().count("entire_mapcount") + 1 if self.is_huge else 0

    @property
    def all_maps(self):
        """All entries that map the page or a part of it; => a head"""
        return self.next().count("large_mapcount") + 1 if self.has("PG_head") else self.pte_maps

    # whose --------------------------------------------------------------------------------------

    @property
    def mapping(self):
        return self.head.word("mapping")

    @property
    def is_anon(self):
        return bool(self.mapping & C["PAGE_MAPPING_ANON"]) and not self.head.is_kernels

    @property
    def anon_vma(self):
        return self.mapping & ~C["PAGE_MAPPING_ANON"] if self.is_anon else 0

    @property
    def is_file(self):
        return bool(self.mapping) and not self.mapping & 1 and not self.head.is_kernels and self.references > 0

    @property
    def is_kernels(self):
        """Not for programs: the unions of struct page mean something else."""
        return bool(self.flags & self.array.kernels)

    @property
    def index(self):
        """Its offset in the anon_vma or mapping, in pages"""
        return self.head.word("index") + self.frame - self.head.frame

    @property
    def swap_entry(self):
        """Its slot, when it is in the swap cache"""
        head = self.head
        return head.word("private") + self.frame - head.frame if head.has("PG_swapcache") else None

    @property
    def kind(self):
        """One word for what the frame is used for."""
        head = self.head
        if head.has("PG_hole"):
            return "hole"
        for flag, word in (("PG_reserved", "reserved"), ("PG_buddy", "free"), ("PG_slab", "slab"), ("PG_table", "table")):
            if head.has(flag):
                return word
        if head.count("_refcount") == 0:
            return "free"       # inside a free block, or on a CPU's own stack
        if head.is_anon:
            return "huge" if head.is_huge else "anonymous"
        if head.mapping:
            shared = head.has("PG_swapbacked")
            return ("huge " if head.is_huge else "") + ("shared" if shared else "file")
        return "kernel"


# --- freed frames that are not in the buddy's hands ---------------------------------------------------

def on_cpu_stacks():
    """{frame: CPU} of the single frames that CPUs keep for themselves"""
    found = {}
    pcp, zones, kinds = guest.symbol("pcp"), range(nr_zones()), range(guest.enum_value("migratetype", "MIGRATE_TYPES"))
    for cpu in range(guest.nr_cpus()):
        own = guest.per_cpu(pcp, cpu)
        for zone in zones:
            for kind in kinds:
                stack = own["stacks"][zone][kind]
                for i in range(int(stack["nr"])):
                    found[pages().frame_of(guest.number(stack["pages"][i]))] = cpu
    return found


def nr_zones():
    return guest.enum_value("zone_type", "MAX_NR_ZONES")


def zones():
    """[(name, struct zone)] of those that have memory"""
    node = guest.symbol("node_data")[0]
    found = []
    for i in range(nr_zones()):
        zone = node["zones"][i]
        if int(zone["managed_pages"]):
            found.append((guest.text(zone["name"]), zone))
    return found


def states():
    """{Linux's name: pages} of the states of /proc/vmstat"""
    names, values = guest.symbol("vmstat_state_names"), guest.symbol("vmstat_states")
    return {guest.text(names[i]): int(values[i]["counter"])
            for i in range(guest.enum_value("vmstat_state", "NR_VMSTAT_STATES"))}


def events():
    """{Linux's name: count} of the events of /proc/vmstat, all CPUs added up"""
    names, template = guest.symbol("vmstat_event_names"), guest.symbol("vm_event_counts")
    nr = guest.enum_value("vmstat_event", "NR_VMSTAT_EVENTS")
    totals = [0] * nr
    for cpu in range(guest.nr_cpus()):
        address = guest.number(guest.per_cpu(template, cpu)["count"].address)
        for i, value in enumerate(memoryview(guest.read(address, nr * 8)).cast("Q")):
            totals[i] += value
    return {guest.text(names[i]): totals[i] for i in range(nr)}
