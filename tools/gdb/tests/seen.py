"""At a stop of `tour` in stop_here: the commands' figures against what the program has read in /proc at the same moment."""

import sys

from harness import *  # noqa: F403

from vm import entries, maps, swap, tasks  # noqa: E402

KB = 4


def mm_here():
    return tasks.mm_of(tasks.current())


def compare(state):
    seen = variable("seen")
    equal(seen["state"].string(), state, "the state of this stop")
    address = int(seen["address"])
    inside(compare_area, seen, address)
    inside(compare_page, seen, address)
    inside(compare_counters, seen)
    equal(int(gdb.parse_and_eval("$pid()")), int(gdb.parse_and_eval("$current()->pid")), "$pid()")
    return address


def compare_area(seen, address):
    area = tasks.area_of(mm_here(), address)
    found = maps.count(entries.Space(entries.root_of(mm_here())), guest.number(area["vm_start"]), guest.number(area["vm_end"]))
    equal((found["huge"] + found["small"]) * KB, int(seen["rss_kb"]), "vm-maps' resident size of the area")
    if not guest.number(area["ops"]):      # else the page tables don't name the slots
        equal(found["in swap"] * KB, int(seen["swap_kb"]), "vm-maps' swapped size of the area")
        equal(found["huge"] * KB, int(seen["huge_kb"]), "vm-maps' huge pages of the area")


def compare_page(seen, address):
    leaf = entries.walk(guest.cr3(), address)[-1]
    frame = leaf.frame + (address >> 12 & (1 << leaf.shift - 12) - 1) if leaf.maps else 0
    equal(frame, int(seen["frame"]), "the frame behind the address")
    if not frame:
        return
    page = frames.pages().page(frame)
    flags = int(seen["kpageflags"])
    equal(page.head.is_huge, bool(flags >> 22 & 1), "that the page is huge")
    equal(page.is_anon, bool(flags >> 12 & 1), "that the page is anonymous")
    equal(page.head.has("PG_swapcache"), bool(flags >> 13 & 1), "that the page is in the swap cache")
    equal(page.pte_maps + page.head.pmd_maps, int(seen["map_count"]), "the map count")


def compare_counters(seen):
    events = frames.events()
    for name, field in (("pswpout", "vmstat_pswpout"), ("pswpin", "vmstat_pswpin"), ("thp_split_page", "thp_split_page"),
                        ("thp_collapse_alloc", "thp_collapse_alloc"), ("thp_fault_alloc", "thp_fault_alloc")):
        equal(events[name], int(seen[field]), name)
    used = sum(int(a["nr_used"]["counter"]) for a in swap.areas())
    equal(used * KB, int(seen["swap_used_kb"]), "vm-swap's slots in use")
    equal(frames.states()["nr_anon_transparent_hugepages"] * KB, int(seen["anon_huge_kb"]), "AnonHugePages")


def says(text, *wanted):
    """The command's answer has these words."""
    output = answers(text, "this stop")
    for word in wanted:
        expect(word in output, "%s says %r, it says:\n%s" % (text, word, output))
    return output


def quiet():
    """Nobody but the program of this CPU is at work: then everything must agree."""
    output = answers("vm-check", "user mode")
    busy = inside(sys.modules["vm.check"].busy)
    if len(busy) == 1:
        expect("invariants hold." in output and "FAIL" not in output, "vm-check in user mode:\n" + output)
