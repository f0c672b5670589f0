/* mm/reclaim/page_idle.c - was a page used since somebody marked it idle? /sys/kernel/mm/page_idle/bitmap asks.
 *
 * Marking clears the accessed bits of all mappings and sets PG_idle; a look finds the bits that were set since and then takes PG_idle
 * away. Reclaim lives on the same bits: whoever clears one for the tracking leaves PG_young behind, which reclaim counts as
 * a use; and reclaim, when it finds a bit set, takes PG_idle away. So neither hides a use from the other.
 *
 * Only pages on an LRU list are tracked, a huge page as one, by its head. No flush, as everywhere where bits age: a CPU that
 * still has the translation does not set the bit again.
 *
 * Linux: mm/page_idle.c.
 */
#include <mm/reclaim/reclaim.h>

#include <mm/frame/page_lock.h>
#include <mm/rmap/rmap.h>

/* The page of a frame, if it is tracked. => referenced, or NULL */
static struct page *get_idle_page(unsigned long pfn)
{
	struct page *page = pfn_valid(pfn) ? pfn_to_page(pfn) : NULL;

	if (!page || PageTail(page) || !PageLRU(page) || !get_page_unless_zero(page))
		return NULL;
	/* It may have been freed and used for something else in between. */
	if (!PageTail(page) && PageLRU(page))
		return page;
	put_page(page);
	return NULL;
}

static bool clear_young_visit(struct rmap_visit *v, void *arg)
{
	bool *used = arg;

	if (v->pte ? ptep_test_and_clear_young(v->pte) : pmdp_test_and_clear_young(v->pmd))
		*used = true;
	return true;
}

/* Turn accessed bits into PG_young, and "idle" into "used". => page referenced; sleeps */
static void collect_accessed_bits(struct page *page)
{
	bool used = false;
	struct rmap_walk_control rwc = { .arg = &used, .visit = clear_young_visit };

	if (!page_mapped(page))
		return;
	lock_page(page);
	if (page_mapped(page))
		rmap_walk(page, &rwc);
	if (used) {
		ClearPageIdle(page);
		SetPageYoung(page);
	}
	unlock_page(page);
}

bool page_is_idle(unsigned long pfn)
{
	struct page *page = get_idle_page(pfn);
	bool idle;

	if (!page)
		return false;
	if (PageIdle(page))
		collect_accessed_bits(page);
	idle = PageIdle(page);
	put_page(page);
	return idle;
}

void page_set_idle(unsigned long pfn)
{
	struct page *page = get_idle_page(pfn);

	if (!page)
		return;
	collect_accessed_bits(page);
	SetPageIdle(page);
	put_page(page);
}
