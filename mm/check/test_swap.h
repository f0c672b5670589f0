/* mm/check/test_swap.h - for tests that mean the disk: MADV_PAGEOUT leaves what it has written in the swap cache, too.
 *
 * Included by *_test.c files only.
 */
#ifndef MM_CHECK_TEST_SWAP_H
#define MM_CHECK_TEST_SWAP_H

#include <kernel/sched/task.h>
#include <mm/frame/lru.h>
#include <mm/frame/vmstat.h>
#include <mm/reclaim/reclaim.h>

/*
 * What has been written and stays in the swap cache goes from memory: the disk has the only copy. Waits for writes under way.
 * => pages freed
 */
static inline unsigned long test_drop_swap_cache(void)
{
	LIST_HEAD(pages);

	while (page_state(NR_WRITEBACK))
		schedule_timeout_uninterruptible(1);
	lru_add_drain_all();
	for (unsigned long pfn = 0; pfn < max_pfn; pfn++) {
		struct page *page = pfn_to_page(pfn);

		if (PageSwapCache(page) && !page_mapped(page) && isolate_lru_page(page))
			list_add(&page->lru, &pages);
	}
	return reclaim_pages(&pages);
}

#endif
