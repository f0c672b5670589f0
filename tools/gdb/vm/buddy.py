"""vm-buddy: free memory by zone, order and migrate type, the watermarks, and what the CPUs keep for themselves."""

from vm import frames, guest
from vm.command import Command, conclude, plural, rows
from vm.constants import ALL as C
from vm.guest import number

KB = C["PAGE_SIZE"] >> 10


def orders(zone):
    """[[blocks of each migrate type] by order], counted on the lists"""
    array, types = frames.pages(), guest.enum_value("migratetype", "MIGRATE_TYPES")
    return [[sum(1 for _ in array.list_pages(zone["free_area"][order]["list"][kind])) for kind in range(types)]
            for order in range(C["MAX_ORDER"] + 1)]


def below(free, marks):
    """The lowest watermark that free memory is under, or ''."""
    return next((name for name in ("WMARK_MIN", "WMARK_LOW", "WMARK_HIGH") if free < marks[name]), "")


class Buddy(Command):
    name = "vm-buddy"
    about = "free blocks by order and migrate type, watermarks, and the CPUs' own stacks"
    most_arguments = 0

    def run(self, words):
        frames.pages()
        wrong, huge, verdicts = [], 0, []
        for name, zone in frames.zones():
            wrong += self.zone(name, zone)
            huge += self.huge_blocks
            verdicts.append("%s is %s" % (name, self.level))
        stacks = frames.on_cpu_stacks()
        per_cpu = ["CPU %d: %d" % (cpu, list(stacks.values()).count(cpu)) for cpu in range(guest.nr_cpus())]
        print("frames on the CPUs' own stacks: %s" % ", ".join(per_cpu))
        if wrong:
            return conclude("The lists don't hold what the counts say: %s. Somebody is in the middle of a change."
                            % "; ".join(wrong), "vm-check")
        conclude("%s; %s." % ("There is room for %s" % plural(huge, "huge page") if huge else "No huge page can be had without compaction",
                              ", ".join(verdicts)), "vm-lru", "vm-check")

    def zone(self, name, zone):
        free = int(zone["free_pages"]["counter"])
        marks = {n: int(zone["watermark"][v]) for v, n in guest.enum_names("zone_watermark").items() if n.startswith("WMARK")}
        print("zone %s   frames 0x%x-0x%x, %d kB managed, %d kB free   min %d low %d high %d kB" % (
            name, int(zone["start_pfn"]), int(zone["end_pfn"]), int(zone["managed_pages"]) * KB, free * KB,
            *(marks[n] * KB for n in ("WMARK_MIN", "WMARK_LOW", "WMARK_HIGH"))))
        types = [n.replace("MIGRATE_", "").lower() for v, n in sorted(guest.enum_names("migratetype").items())][:-1]
        table, pages, wrong = [("ORDER", "SIZE kB", *types, "BLOCKS")], 0, []
        self.huge_blocks = 0
        for order, counts in enumerate(orders(zone)):
            said = int(zone["free_area"][order]["nr_free"])
            table.append((order, KB << order, *counts, said))
            pages += sum(counts) << order
            if order >= C["HPAGE_PMD_ORDER"]:
                self.huge_blocks += sum(counts) << order - C["HPAGE_PMD_ORDER"]
            if sum(counts) != said:
                wrong.append("zone %s has %d blocks of order %d and counts %d" % (name, sum(counts), order, said))
        rows(table)
        if pages != free:
            wrong.append("zone %s has %d free pages and counts %d" % (name, pages, free))
        mark = below(free, marks)
        self.level = {"": "above its high mark", "WMARK_HIGH": "below high: kswapd, once awake, goes on",
                      "WMARK_LOW": "below low: kswapd works", "WMARK_MIN": "below min: who asks for memory must reclaim"}[mark]
        return wrong
