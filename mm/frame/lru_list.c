/* mm/frame/lru_list.c - five queues for eviction: which one a page stands in, and how many pages each has.
 *
 * PG_lru, the list links and nr_pages change together, under the LRU lock. The flags that name a page's list change
 * only while it is on none of them.
 *
 * Linux: include/linux/mm_inline.h.
 */
#include <mm/frame/lru.h>
#include <mm/frame/buddy.h>
#include <mm/frame/vmstat.h>

void lru_init(struct lruvec *lruvec)
{
	spin_lock_init(&lruvec->lru_lock);
	for (unsigned int i = 0; i < NR_LRU_LISTS; i++)
		INIT_LIST_HEAD(&lruvec->lists[i]);
}

struct lruvec *page_lruvec(const struct page *page __unused)
{
	return &NODE0->lruvec;
}

unsigned long lru_size(enum lru_list lru)
{
	return READ_ONCE(NODE0->lruvec.nr_pages[lru]);
}

enum lru_list page_lru(const struct page *page)
{
	unsigned long flags = READ_ONCE(page->flags);
	enum lru_list lru = flags & BIT(PG_swapbacked) ? LRU_INACTIVE_ANON : LRU_INACTIVE_FILE;

	if (flags & BIT(PG_unevictable))
		return LRU_UNEVICTABLE;
	return flags & BIT(PG_active) ? lru + LRU_ACTIVE_ANON - LRU_INACTIVE_ANON : lru;
}

void lruvec_add_page(struct lruvec *lruvec, struct page *page, bool tail)
{
	enum lru_list lru = page_lru(page);

	assert_spin_locked(&lruvec->lru_lock);
	if (tail)
		list_add_tail(&page->lru, &lruvec->lists[lru]);
	else
		list_add(&page->lru, &lruvec->lists[lru]);
	lruvec->nr_pages[lru] += compound_nr(page);
}

void lruvec_del_page(struct lruvec *lruvec, struct page *page)
{
	assert_spin_locked(&lruvec->lru_lock);
	list_del(&page->lru);
	lruvec->nr_pages[page_lru(page)] -= compound_nr(page);
}

/*
 * The head, still counted with all of its pages, is being split: its tails join behind it and the sum stays the same.
 */
void lruvec_add_split_tail(struct lruvec *lruvec, struct page *head, struct page *tail)
{
	assert_spin_locked(&lruvec->lru_lock);
	VM_ASSERT(PageLRU(head) && !PageLRU(tail));
	SetPageLRU(tail);
	list_add(&tail->lru, &head->lru);
}

static inline enum vmstat_state isolated_state(const struct page *page)
{
	return PageSwapBacked(page) ? NR_ISOLATED_ANON : NR_ISOLATED_FILE;
}

void unlazyfree_page(struct page *page)
{
	bool isolated = PageIsolated(page);

	VM_ASSERT(PageLocked(page) && !PageLRU(page));
	/* It is counted by its kind, which changes. */
	if (isolated)
		mod_page_state(isolated_state(page), -(long)compound_nr(page));
	SetPageSwapBacked(page);
	if (isolated)
		mod_page_state(isolated_state(page), compound_nr(page));
}

void page_clear_isolated(struct page *page)
{
	if (PageIsolated(page)) {
		ClearPageIsolated(page);
		mod_page_state(isolated_state(page), -(long)compound_nr(page));
	}
}

bool lruvec_isolate_page(struct lruvec *lruvec, struct page *page)
{
	assert_spin_locked(&lruvec->lru_lock);
	if (!PageLRU(page) || should_fail_mm_step(MM_STEP_ISOLATE_LRU) || !get_page_unless_zero(page))
		return false;
	ClearPageLRU(page);
	lruvec_del_page(lruvec, page);
	SetPageIsolated(page);
	mod_page_state(isolated_state(page), compound_nr(page));
	return true;
}
