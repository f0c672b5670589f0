/* mm/frame/lru_test.c - a page is on exactly one list, and its list is what its flags say. */
#include <mm/frame/lru.h>
#include <kernel/debug/ktest.h>
#include <mm/frame/buddy.h>
#include <mm/frame/vmstat.h>

static struct page *new_anon_page(unsigned int order)
{
	struct page *page = get_page_from_freelist(__GFP_MOVABLE | __GFP_COMP, order, ALLOC_WMARK_MIN);

	if (page)
		SetPageSwapBacked(page);
	return page;
}

KTEST(lru, a_new_page_waits_in_its_batch_with_a_reference)
{
	struct page *page = new_anon_page(0);
	unsigned long size;

	KASSERT_TRUE(page);
	lru_add_drain();
	size = lru_size(LRU_INACTIVE_ANON);
	lru_add(page);
	KEXPECT_EQ(page_count(page), 2);
	KEXPECT(!PageLRU(page));
	lru_add_drain_all();
	KEXPECT_EQ(page_count(page), 1);
	KEXPECT(PageLRU(page));
	KEXPECT_EQ(lru_size(LRU_INACTIVE_ANON) - size, 1UL);
	put_page(page);
	KEXPECT_EQ(lru_size(LRU_INACTIVE_ANON), size);
}

KTEST(lru, a_huge_page_joins_at_once_and_counts_512)
{
	unsigned long size = lru_size(LRU_INACTIVE_ANON), free;
	struct page *page = new_anon_page(HPAGE_PMD_ORDER);

	if (!page)
		KSKIP("no free 2 MB");
	lru_add_drain();
	size = lru_size(LRU_INACTIVE_ANON);
	lru_add(page);
	KEXPECT(PageLRU(page));
	KEXPECT_EQ(lru_size(LRU_INACTIVE_ANON) - size, 512UL);
	free = nr_free_pages();
	put_page(page);
	KEXPECT_EQ(lru_size(LRU_INACTIVE_ANON), size);
	KEXPECT_EQ(nr_free_pages() - free, 512UL);
}

KTEST(lru, only_one_isolator_gets_a_page_and_putback_undoes_it)
{
	struct page *page = new_anon_page(0);
	unsigned long isolated = page_state(NR_ISOLATED_ANON), size;

	KASSERT_TRUE(page);
	KEXPECT(!isolate_lru_page(page));
	lru_add(page);
	lru_add_drain();
	size = lru_size(LRU_INACTIVE_ANON);
	KEXPECT(isolate_lru_page(page));
	KEXPECT(!isolate_lru_page(page));
	KEXPECT(PageIsolated(page) && !PageLRU(page));
	KEXPECT_EQ(page_count(page), 2);
	KEXPECT_EQ(page_state(NR_ISOLATED_ANON) - isolated, 1UL);
	KEXPECT_EQ(size - lru_size(LRU_INACTIVE_ANON), 1UL);
	putback_lru_page(page);
	KEXPECT(!PageIsolated(page) && PageLRU(page));
	KEXPECT_EQ(page_count(page), 1);
	KEXPECT_EQ(page_state(NR_ISOLATED_ANON), isolated);
	KEXPECT_EQ(lru_size(LRU_INACTIVE_ANON), size);

	/* An isolated page that dies is not counted as isolated for ever. */
	KEXPECT(isolate_lru_page(page));
	put_page(page);
	put_page(page);
	KEXPECT_EQ(page_state(NR_ISOLATED_ANON), isolated);
}

KTEST(lru, the_second_access_activates_and_deactivation_forgets_both)
{
	struct page *page = new_anon_page(0);
	unsigned long active = lru_size(LRU_ACTIVE_ANON);

	KASSERT_TRUE(page);
	lru_add(page);
	lru_add_drain();
	mark_page_accessed(page);
	KEXPECT(PageReferenced(page) && !PageActive(page));
	mark_page_accessed(page);
	KEXPECT(!PageReferenced(page) && PageActive(page));
	KEXPECT(page_lru(page) == LRU_ACTIVE_ANON);
	KEXPECT_EQ(lru_size(LRU_ACTIVE_ANON) - active, 1UL);
	mark_page_accessed(page);
	deactivate_page(page);
	KEXPECT(!PageReferenced(page) && !PageActive(page));
	KEXPECT_EQ(lru_size(LRU_ACTIVE_ANON), active);
	put_page(page);
}

KTEST(lru, a_page_to_be_reclaimed_after_its_write_goes_to_the_tail)
{
	struct page *first = new_anon_page(0), *second = new_anon_page(0);
	struct list_head *list = &NODE0->lruvec.lists[LRU_INACTIVE_ANON];

	KASSERT_TRUE(first && second);
	lru_add(first);
	lru_add(second);
	lru_add_drain();
	KEXPECT(list->next == &second->lru);
	rotate_reclaimable_page(second);
	KEXPECT(list->prev == &second->lru);
	KEXPECT(list->next == &first->lru);
	put_page(first);
	put_page(second);
}

KTEST(lru, flags_name_the_list)
{
	struct page page = { .flags = 0 };

	KEXPECT(page_lru(&page) == LRU_INACTIVE_FILE);
	page.flags = BIT(PG_active);
	KEXPECT(page_lru(&page) == LRU_ACTIVE_FILE);
	page.flags = BIT(PG_swapbacked);
	KEXPECT(page_lru(&page) == LRU_INACTIVE_ANON);
	page.flags = BIT(PG_swapbacked) | BIT(PG_active);
	KEXPECT(page_lru(&page) == LRU_ACTIVE_ANON);
	page.flags |= BIT(PG_unevictable);
	KEXPECT(page_lru(&page) == LRU_UNEVICTABLE);
}

KTEST(lru, a_page_in_somebodys_hands_joins_the_list_that_mlock_says)
{
	struct page *page = new_anon_page(0);

	KASSERT_TRUE(page);
	lru_add(page);
	SetPageMlocked(page);
	lru_follow_mlocked(page);	/* it waits in a batch */
	lru_add_drain();
	KEXPECT(page_lru(page) == LRU_UNEVICTABLE);
	KASSERT_TRUE(isolate_lru_page(page));
	ClearPageMlocked(page);
	lru_follow_mlocked(page);
	putback_lru_page(page);
	KEXPECT(page_lru(page) == LRU_INACTIVE_ANON);
	SetPageMlocked(page);
	lru_follow_mlocked(page);
	KEXPECT(page_lru(page) == LRU_UNEVICTABLE);
	ClearPageMlocked(page);
	lru_follow_mlocked(page);
	KEXPECT(page_lru(page) == LRU_INACTIVE_ANON);
	put_page(page);
}
