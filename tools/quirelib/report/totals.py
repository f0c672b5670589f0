"""The sums of the events beside the counters of /proc/vmstat.

Between two readings of vmstat both must have grown by the same. The marks before and behind each reading say which
events were certainly, and which were perhaps counted: equal is what lies between the two sums.
"""


def one(event):
    return 1


def field(name, **wanted):
    def value(event):
        for key, expected in wanted.items():
            got = event.fields.get(key)
            if event.format:
                got = event.format.named(key, got)
            if got not in (expected if isinstance(expected, tuple) else (expected,)):
                return 0
        return event.fields.get(name, 0) if name else 1
    value.needs = name
    return value


def inactive(name):
    plain = field(name)

    def value(event):
        lru = str(event.format.named("lru", event.fields["lru"])) if event.format else event.fields["lru"]
        return plain(event) if str(lru).startswith("inactive") else 0
    return value


KSWAPD, OTHERS, ALL = "kswapd", "others", "all"

STEAL = "mm_vmscan_lru_shrink_inactive"
WRITTEN = "mm_vmscan_written_freed"     # freed by the end of a write, in whoever's time

# counters (their sum), and what adds up to them: event, what one of them adds, by whom
RULES = (
    (("pswpout",), ("swap_writepage", field("nr"), ALL)),
    (("pswpin",), ("swap_readpage", field("nr"), ALL)),
    (("swpout_zero",), ("swap_zero", field("nr", write=1), ALL)),
    (("swpin_zero",), ("swap_zero", field("nr", write=0), ALL)),
    (("thp_fault_alloc",), ("huge_fault", field(None, result=("mapped", "copied")), ALL)),
    (("thp_split_pmd", "thp_split_swap_pmd"), ("split_huge_pmd", one, ALL)),
    (("thp_split_page",), ("split_huge_page", field(None, result="split"), ALL)),
    (("thp_deferred_split_page",), ("deferred_split_page", one, ALL)),
    (("allocstall_dma32", "allocstall_dma", "allocstall_normal", "allocstall_movable", "allocstall_device"),
     ("mm_vmscan_direct_reclaim_begin", one, ALL)),
    (("pgscan_kswapd",), ("mm_vmscan_lru_isolate", inactive("nr_scanned"), KSWAPD)),
    (("pgscan_direct", "pgscan_khugepaged"), ("mm_vmscan_lru_isolate", inactive("nr_scanned"), OTHERS)),
    (("pgsteal_kswapd",), (STEAL, field("nr_reclaimed"), KSWAPD), (WRITTEN, field("nr", direct=0), ALL)),
    (("pgsteal_direct", "pgsteal_khugepaged"), (STEAL, field("nr_reclaimed"), OTHERS), (WRITTEN, field("nr", direct=1), ALL)),
    (("pgmigrate_success",), ("mm_migrate_pages", field("succeeded"), ALL)),
    (("pgmigrate_success",), ("mm_migrate_pages", field("nr_succeeded"), ALL)),
    (("compact_daemon_wake",), ("mm_compaction_kcompactd_wake", one, ALL)),
    (("oom_kill",), ("mark_victim", one, ALL)),
)


def by(story, event, who):
    return who == ALL or story.names.get(event.pid, "").startswith("kswapd") == (who == KSWAPD)


def compare(story):
    """=> rows [counters, events, sum of the events, growth of the counters, are they equal]; none without samples"""
    if len(story.samples) < 2:
        return []
    first, last = story.samples[0], story.samples[-1]
    by_name = {}
    for event in story.events:
        by_name.setdefault(event.name, []).append(event)
    rows = []
    for counters, *parts in RULES:
        known = [c for c in counters if c in first.vmstat]
        used = [p for p in parts if p[0] in by_name and has_fields(by_name[p[0]][0], p[1])]
        if not known or not used:
            continue
        certain = possible = 0
        for name, value, who in used:
            for event in by_name[name]:
                if first.begin < event.ns < last.end and by(story, event, who):
                    possible += value(event)
                    certain += value(event) if first.end < event.ns < last.begin else 0
        growth = sum(last.vmstat.get(c, 0) - first.vmstat[c] for c in known)
        rows.append([" + ".join(known), " + ".join(label(*p) for p in used), certain, growth, certain <= growth <= possible])
    return rows


def label(name, _, who):
    return name + ("" if who == ALL else " (%s)" % who)


def has_fields(event, value):
    """Is it this kernel's form of the event? Names of fields change between versions."""
    wanted = getattr(value, "needs", None)
    return not wanted or wanted in event.fields
