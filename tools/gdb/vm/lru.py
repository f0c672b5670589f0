"""vm-lru: the lists that reclaim scans: how long, what is on them, and who would go next."""

from vm import frames, guest
from vm.command import Command, conclude, rows
from vm.constants import ALL as C

KB = C["PAGE_SIZE"] >> 10
OLDEST = 4


def lists():
    """[(name, head, pages that it says it has)]"""
    lruvec = guest.symbol("node_data")[0]["lruvec"]
    return [(name.replace("LRU_", "").lower(), lruvec["lists"][value], int(lruvec["nr_pages"][value]))
            for value, name in sorted(guest.enum_names("lru_list").items()) if name.startswith("LRU_")]


class Lru(Command):
    name = "vm-lru"
    about = "the LRU lists: sizes, what is on them, and which pages go next"
    most_arguments = 0

    def run(self, words):
        array = frames.pages()
        table = [("LIST", "kB", "HUGE", "SMALL", "REFERENCED", "DIRTY", "IN SWAP CACHE", "OLDEST")]
        wrong = []
        for name, head, said in lists():
            pages = list(array.list_pages(head))
            size = sum(1 << p.order for p in pages)
            huge = sum(p.is_huge for p in pages)
            table.append((name, said * KB, huge, len(pages) - huge, *(sum(p.has(f) for p in pages) for f in (
                "PG_referenced", "PG_dirty", "PG_swapcache")), " ".join("0x%x" % p.frame for p in pages[:-OLDEST - 1:-1])))
            if size != said:
                wrong.append("%s holds %d pages and says %d" % (name, size, said))
        rows(table)
        batched = sum(int(guest.per_cpu(guest.symbol("lru_add_batch", "lru.c"), cpu)["nr"]) for cpu in range(guest.nr_cpus()))
        isolated = sum(frames.states()[n] for n in ("nr_isolated_anon", "nr_isolated_file"))
        print("on their way: %d new pages in the CPUs' batches, %d isolated; %d and %d huge pages wait to be split (with holes, "
              "not examined)" % (batched, isolated, int(guest.symbol("queue_length")), int(guest.symbol("nr_unexamined"))))
        if wrong:
            return conclude("%s: somebody is in the middle of a change." % "; ".join(wrong), "vm-check", "vm-locks")
        nodes = guest.symbol("node_data")[0]
        conclude("Every list holds what it counts; the oldest stand first. kswapd %s." % (
            "has given up after %d runs without a page" % int(nodes["kswapd_failures"])
            if int(nodes["kswapd_failures"]) >= C["MAX_RECLAIM_RETRIES"] else "has failed %d times in a row" % int(nodes["kswapd_failures"])),
            "vm-page FRAME", "vm-buddy")
