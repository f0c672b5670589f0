/* mm/frame/page.c - the last reference: a page leaves its lists and goes back to the free ones.
 *
 * Linux: mm/swap.c (__folio_put, release_pages).
 */
#include <mm/frame/buddy.h>
#include <mm/frame/lru.h>

void (*deferred_split_unqueue_hook)(struct page *head);

struct zone *page_zone(const struct page *page)
{
	return &NODE0->zones[page_zone_type(page)];
}

struct node *page_node(const struct page *page __unused)
{
	return NODE0;
}

/* => count is 0 and the page is off the LRU */
static inline void free_unreferenced(struct page *head)
{
	unsigned int order = compound_order(head);

	if (order == HPAGE_PMD_ORDER && deferred_split_unqueue_hook)
		deferred_split_unqueue_hook(head);
	free_frozen_page(head, order);
}

/* With count 0 nobody can isolate the page any more, so that PG_lru cannot change but here. */
static void lru_del(struct lruvec *lruvec, struct page *head)
{
	lruvec_del_page(lruvec, head);
	ClearPageLRU(head);
}

static noinline void lru_del_locked(struct page *head)
{
	struct lruvec *lruvec = page_lruvec(head);
	unsigned long flags;

	spin_lock_irqsave(&lruvec->lru_lock, flags);
	lru_del(lruvec, head);
	spin_unlock_irqrestore(&lruvec->lru_lock, flags);
}

void put_page(struct page *page)
{
	page = compound_head(page);
	if (!refcount_dec_and_test(&page->_refcount, REF_PAGE))
		return;
	if (PageLRU(page))
		lru_del_locked(page);
	free_unreferenced(page);
}

void put_pages(struct page **pages, unsigned int nr)
{
	struct lruvec *locked = NULL;
	unsigned int nr_free = 0;
	unsigned long flags = 0;

	for (unsigned int i = 0; i < nr; i++) {
		struct page *head = compound_head(pages[i]);

		if (!refcount_dec_and_test(&head->_refcount, REF_PAGE))
			continue;
		if (PageLRU(head)) {
			if (!locked) {
				locked = page_lruvec(head);
				spin_lock_irqsave(&locked->lru_lock, flags);
			}
			lru_del(locked, head);
		}
		pages[nr_free++] = head;
	}
	if (locked)
		spin_unlock_irqrestore(&locked->lru_lock, flags);
	for (unsigned int i = 0; i < nr_free; i++)
		free_unreferenced(pages[i]);
}
