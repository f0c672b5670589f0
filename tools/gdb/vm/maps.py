"""vm-maps: the areas of an address space, and what their pages are at this moment."""

from vm import entries, tasks
from vm.command import Command, conclude, rows
from vm.constants import ALL as C
from vm.guest import number
from vm.walk import area_name

KINDS = ("huge", "small", "zero", "in swap", "moving")
PAGES = C["HPAGE_PMD_NR"]


def rights(flags):
    return "".join(letter if flags & C[bit] else "-" for letter, bit in (("r", "VM_READ"), ("w", "VM_WRITE"), ("x", "VM_EXEC"))) + \
        ("s" if flags & C["VM_SHARED"] else "p")


def kind_of(entry):
    """What one entry counts as, and for how many pages of 4 KB."""
    size = PAGES if entry.level == entries.PMD else 1
    if entry.maps:
        return ("zero" if entry.special else "huge" if size > 1 else "small"), size
    return ("moving" if entry.migration else "in swap"), size


def count(space, start, end):
    """{kind: pages of 4 KB} of [start, end)"""
    found = dict.fromkeys(KINDS, 0)
    for entry in space.leaves(start, end):
        kind, size = kind_of(entry)
        found[kind] += size
    return found


def count_text(found):
    """Huge pages are counted as such, all others in 4 KB."""
    parts = ["%d %s" % (found[k] // PAGES if k == "huge" else found[k], k) for k in KINDS if found[k]]
    return ", ".join(parts) or "untouched"


class Maps(Command):
    name = "vm-maps"
    usage = "[PID]"
    about = "the areas of an address space, with their huge, small and swapped pages"

    def run(self, words):
        task = tasks.argument(self, words)
        mm = tasks.mm_of(task)
        space = entries.Space(entries.root_of(mm))
        table, total = [("START", "END", "", "kB", "", "PAGES")], dict.fromkeys(KINDS, 0)
        for area in tasks.areas(mm):
            start, end = number(area["vm_start"]), number(area["vm_end"])
            found = count(space, start, end)
            total = {k: total[k] + found[k] for k in KINDS}
            table.append(("%012x" % start, "%012x" % end, rights(number(area["vm_flags"])), (end - start) >> 10,
                          area_name(mm, area), count_text(found)))
        print("%s   %d areas, page tables %d kB" % (tasks.label(task), int(mm["map_count"]),
                                                    int(mm["pgtables_bytes"]["counter"]) >> 10))
        rows(table)
        kept = tasks.counters(mm)
        print("its own counts: resident %d kB (anonymous %d, file %d, shared %d), in swap %d kB" % tuple(
            4 * n for n in (tasks.resident(kept), kept["MM_ANONPAGES"], kept["MM_FILEPAGES"], kept["MM_SHMEMPAGES"],
                            kept["MM_SWAPENTS"])))
        in_memory, out = total["huge"] + total["small"] + total["moving"], total["in swap"]
        agree = in_memory == tasks.resident(kept) and out == kept["MM_SWAPENTS"]
        conclude("Its tables map %d kB and name %d kB in swap%s." % (
            in_memory * 4, out * 4, ", as it counts" if agree else ": it counts otherwise, so somebody is in the middle of a change"),
            "vm-thp %d" % int(task["pid"]), "vm-walk ADDRESS %d" % int(task["pid"]))
