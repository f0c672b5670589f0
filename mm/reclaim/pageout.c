/* mm/reclaim/pageout.c - pages that somebody chose go out now: MADV_PAGEOUT. And what this room sets up at boot.
 *
 * Linux: reclaim_pages in mm/vmscan.c.
 */
#include <mm/reclaim/scan.h>
#include <mm/reclaim/compact.h>
#include <mm/frame/lru.h>
#include <mm/frame/vmstat.h>
#include <mm/split/split.h>
#include <mm/swap/swap.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/cmdline.h>
#include <kernel/lib/string.h>
#include <kernel/sched/task.h>
#include <kernel/trace/trace.h>

/* Back to the lists; what was written meanwhile, and stays for now, to where reclaim looks first. */
static void putback_first(struct list_head *list)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, list, lru) {
		bool written = PageSwapCache(page) && !PageWriteback(page) && !PageDirty(page) && !page_mapped(page);

		list_del(&page->lru);
		get_page(page);
		putback_lru_page(page);
		if (written)
			rotate_reclaimable_page(page);
		put_page(page);
	}
}

unsigned long reclaim_pages(struct list_head *page_list)
{
	struct scan_control sc = { .who = RECLAIM_MADVISE, .may_io = true, .ignore_references = true };
	struct shrink_result result;
	unsigned long reclaimed;
	u32 flags = current->flags;
	struct page *page;

	/* Off the active list they are already; and what is marked so is not freed when its write ends. */
	list_for_each_entry(page, page_list, lru)
		ClearPageActive(page);
	current->flags |= PF_MEMALLOC;
	reclaimed = shrink_page_list(page_list, &sc, &result);
	putback_first(page_list);
	current->flags = (current->flags & ~PF_MEMALLOC) | (flags & PF_MEMALLOC);
	return reclaimed;
}

static unsigned long count_deferred(struct shrinker *shrinker __unused)
{
	return deferred_split_count();
}

static unsigned long scan_deferred(struct shrinker *shrinker __unused, unsigned long nr)
{
	return deferred_split_scan(nr);
}

static struct shrinker deferred_split_shrinker = {
	.name = "deferred_split", .count_objects = count_deferred, .scan_objects = scan_deferred, .seeks = DEFAULT_SEEKS,
};

static unsigned long count_underused(struct shrinker *shrinker __unused)
{
	return underused_count();
}

static unsigned long scan_underused(struct shrinker *shrinker __unused, unsigned long nr)
{
	return underused_scan(nr);
}

static struct shrinker underused_shrinker = {
	.name = "underused_huge_pages", .count_objects = count_underused, .scan_objects = scan_underused, .seeks = DEFAULT_SEEKS,
};

const char *const thp_swap_mode_names[NR_THP_SWAP_MODES] = {
	[THP_SWAP_SPLIT] = "split", [THP_SWAP_DELAYED] = "delayed", [THP_SWAP_WHOLE] = "whole",
};

static void choose_swap_mode(void)
{
	char name[16];

	if (!cmdline_get("thp_swap", name, sizeof(name)))
		return;
	for (unsigned int i = 0; i < NR_THP_SWAP_MODES; i++) {
		if (!strcmp(name, thp_swap_mode_names[i])) {
			thp_swap_mode = i;
			return;
		}
	}
	pr_warn("thp_swap=%s is none of split, delayed, whole\n", name);
}

static const struct trace_flag write_flags[] = {
	{ RECLAIM_WB_ANON, "RECLAIM_WB_ANON" }, { RECLAIM_WB_FILE, "RECLAIM_WB_FILE" }, { RECLAIM_WB_ASYNC, "RECLAIM_WB_ASYNC" },
};
static struct trace_symbols trace_names[] = {
	{ .name = "page_verdict", .names = page_verdict_names, .nr = NR_PAGE_VERDICTS },
	{ .name = "reclaim_flags", .flags = write_flags, .nr = ARRAY_SIZE(write_flags), .none = "RECLAIM_WB_NONE" },
};

void reclaim_init(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(trace_names); i++)
		trace_symbols_register(&trace_names[i]);
	choose_swap_mode();
	throttle_init();
	swap_written_hook = page_written;
	register_shrinker(&deferred_split_shrinker);
	register_shrinker(&underused_shrinker);
	compact_init();
}
