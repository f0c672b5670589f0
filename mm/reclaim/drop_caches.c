/* mm/reclaim/drop_caches.c - clean pages of files go, because somebody asked: drop_caches.
 *
 * Only what nobody maps and what is unchanged. What MADV_FREE has put on the same lists stays: it is mapped.
 *
 * Linux: fs/drop_caches.c (drop_pagecache_sb), which goes through the files instead of the lists.
 */
#include <mm/reclaim/scan.h>
#include <kernel/sched/task.h>

static bool may_drop(const struct page *page)
{
	return !PageAnon(page) && !page_mapped(page) && !PageDirty(page) && !PageWriteback(page);
}

/* => isolated pages on the list, none afterwards */
static void drop_batch(struct list_head *pages)
{
	struct scan_control sc = { .who = RECLAIM_MADVISE, .ignore_references = true };
	struct shrink_result result;
	struct page *page, *next;
	LIST_HEAD(kept);

	list_for_each_entry_safe(page, next, pages, lru) {
		if (may_drop(page))
			ClearPageActive(page);
		else
			list_move(&page->lru, &kept);
	}
	shrink_page_list(pages, &sc, &result);
	putback_list(pages);
	putback_list(&kept);
}

static void drop_list(enum lru_list lru)
{
	unsigned long left = lru_size(lru), scanned = 1;

	/* What is put back joins the other end, so that nothing is met twice. */
	while (left && scanned && !fatal_signal_pending(current)) {
		LIST_HEAD(pages);

		isolate_lru_pages(&NODE0->lruvec, lru, min(left, SWAP_CLUSTER_MAX), &pages, &scanned);
		left -= min(left, scanned);
		drop_batch(&pages);
		cond_resched();
	}
}

void drop_pagecache(void)
{
	lru_add_drain_all();
	drop_list(LRU_INACTIVE_FILE);
	drop_list(LRU_ACTIVE_FILE);
}
