/* mm/file/shmem_swap.c - pages of shared memory go to swap, and come back.
 *
 *	out	a slot; the page joins the swap cache; in the tree the name of the slot takes its place. From then on it is a
 *		page of the swap cache like any other: it is written, and dropped
 *	in	the slot's page is looked for in the swap cache, or read; it takes its place in the tree again, and the slot
 *		is free
 *
 * So a page is in the tree, or its slot is: both only while the page's lock is held. Who finds a page in the tree takes a
 * reference under the tree's lock; it may write to the page as long as it has that. So no page goes out that somebody holds,
 * which is decided under the same lock. A slot in the tree may be replaced by nobody but who has locked its page, or who
 * truncates.
 *
 * swapoff has to find the slots: mappings of which a page was out stand in a list.
 *
 * Linux: mm/shmem.c (shmem_writeout, shmem_swapin_folio, shmem_unuse).
 */
#include <mm/file/tree.h>
#include <kernel/lib/bitmap.h>
#include <kernel/lib/errno.h>
#include <kernel/sched/task.h>
#include <mm/frame/lru.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>
#include <mm/swap/swap.h>

static DEFINE_SPINLOCK(shmem_swaplist_lock);
static LIST_HEAD(shmem_swaplist);		/* (shmem_swaplist_lock) mappings */
static DECLARE_WAIT_QUEUE_HEAD(pins_wait);	/* for the last pin of a mapping that ends */

/* --- out -------------------------------------------------------------------------------------------------------------- */

/* => page locked, so that its mapping can't end */
static void remember(struct mapping *mapping)
{
	if (!list_empty(&mapping->swaplist))
		return;
	spin_lock(&shmem_swaplist_lock);
	if (list_empty(&mapping->swaplist))
		list_add_tail(&mapping->swaplist, &shmem_swaplist);
	spin_unlock(&shmem_swaplist_lock);
}

/* => tree_lock held, page locked and in the swap cache. false: somebody holds the page, and may write to it */
static bool leave_for_slot(struct mapping *mapping, struct page *page, swp_entry_t slot)
{
	void *found;

#ifdef BUG_shmem_out_while_held	/* what the holder writes from now on never reaches the disk */
	if (swap_duplicate(slot))
#else
	/* The tree's reference, reclaim's, and the swap cache's. */
	if (page_count(page) != 3 || swap_duplicate(slot))
#endif
		return false;
	found = radix_replace(mapping->tree, page->index, slot_to_item(slot));
	ASSERTF(found == page, "index %llu holds %p, not %p", page->index, found, page);
	mapping->nrpages--;
	mapping->nrswapped++;
	page->mapping = NULL;
	mapping_account(mapping, -1);
	return true;
}

bool shmem_swap_out(struct page *page)
{
	struct mapping *mapping = page->mapping;
	bool left;

	VM_ASSERT(PageLocked(page) && !page_mapped(page) && mapping->flags & BIT(AS_SHMEM));
	if (add_to_swap(page) != SLOT_OK)
		return false;
	remember(mapping);
	spin_lock(&mapping->tree_lock);
	left = leave_for_slot(mapping, page, page_swap_entry(page));
	spin_unlock(&mapping->tree_lock);
	if (left)
		put_page(page);			/* the tree's */
	else
		delete_from_swap_cache(page);
	return left;
}

/* --- in --------------------------------------------------------------------------------------------------------------- */

static bool holds_slot(struct mapping *mapping, pgoff_t index, swp_entry_t slot)
{
	bool holds;

	spin_lock(&mapping->tree_lock);
	holds = radix_lookup(mapping->tree, index) == slot_to_item(slot);
	spin_unlock(&mapping->tree_lock);
	return holds;
}

/* => page locked, in the swap cache under slot. false: the tree does not name the slot any more */
static bool return_to_tree(struct mapping *mapping, pgoff_t index, struct page *page, swp_entry_t slot)
{
	bool named;

	spin_lock(&mapping->tree_lock);
	named = radix_lookup(mapping->tree, index) == slot_to_item(slot);
	if (named) {
		mapping_prepare_page(mapping, page, index);
		radix_replace(mapping->tree, index, page);
		get_page(page);
		mapping->nrpages++;
		mapping->nrswapped--;
		mapping_account(mapping, 1);
	}
	spin_unlock(&mapping->tree_lock);
	return named;
}

/* => page locked, and the swap cache's page of the slot */
static int take_back(struct mapping *mapping, pgoff_t index, struct page *page, swp_entry_t slot, bool did_io)
{
	if (unlikely(!PageUptodate(page))) {
		/* Out of the cache, so that the next access tries the disk again. If it was somebody else's read, we do that now. */
		delete_from_swap_cache(page);
		return did_io ? -EIO : 0;
	}
	if (return_to_tree(mapping, index, page, slot)) {
		delete_from_swap_cache(page);
		swap_free(slot);
	} else {
		/* Truncated meanwhile, by somebody who could not have the page's lock. */
		try_to_free_swap(page);
	}
	return 0;
}

int shmem_swap_in(struct mapping *mapping, pgoff_t index, swp_entry_t slot, gfp_t gfp, bool *did_io)
{
	bool own_io = false;		/* for this slot; *did_io may be from another one */
	struct page *page = swapin_readahead(slot, gfp, NULL, 0, &own_io);
	int error = 0;

	*did_io |= own_io;
	if (!page) {
		if (!holds_slot(mapping, index, slot))
			return 0;
		return swap_entry_valid(slot) ? -ENOMEM : -EIO;
	}
	lock_page(page);
	/* The slot may have been freed, and be a part of a huge page by now: then it is not ours any more. */
	if (!PageCompound(page)) {
		wait_on_page_writeback(page);
		if (PageSwapCache(page) && page_swap_entry(page).val == slot.val)
			error = take_back(mapping, index, page, slot, own_io);
	}
	unlock_page(page);
	put_page(page);
	return error;
}

void shmem_will_need(struct mapping *mapping, pgoff_t first, pgoff_t last)
{
	struct mapping_entry entry;

	for (; mapping_next_entry(mapping, first, &entry) && entry.index <= last; first = entry.index + 1) {
		struct page *page = entry.page;
		bool did_io = false;

		/* Into the swap cache is enough: who touches it finds it there. */
		if (!page)
			page = swapin_readahead(entry.slot, GFP_HIGHUSER_MOVABLE, NULL, 0, &did_io);
		if (page)
			put_page(page);
		if (fatal_signal_pending(current))
			return;
		cond_resched();
	}
	if (entry.page)
		put_page(entry.page);
}

/* On the unevictable list without a reason any more: back to where reclaim looks. => referenced */
static void rescue(struct page *page)
{
	if (!PageUnevictable(page) || PageMlocked(page) || !isolate_lru_page(page))
		return;
	if (!PageMlocked(page)) {
		ClearPageUnevictable(page);
		count_vm_event(UNEVICTABLE_PGRESCUED);
	}
	putback_lru_page(page);
}

void shmem_lock(struct mapping *mapping, bool lock)
{
	struct mapping_entry entry;
	pgoff_t index = 0;

	if (lock) {
		/* Reclaim moves its pages to the unevictable list when it comes across them. */
		set_bit(AS_UNEVICTABLE, &mapping->flags);
		return;
	}
	clear_bit(AS_UNEVICTABLE, &mapping->flags);
	lru_add_drain_all();
	for (; mapping_next_entry(mapping, index, &entry); index = entry.index + 1) {
		if (!entry.page)
			continue;
		rescue(compound_head(entry.page));
		put_page(entry.page);
		cond_resched();
	}
}

/* --- the end ------------------------------------------------------------------------------------------------------------ */

bool shmem_free_slot(struct mapping *mapping, pgoff_t index, swp_entry_t slot)
{
	bool named;

	spin_lock(&mapping->tree_lock);
	named = radix_lookup(mapping->tree, index) == slot_to_item(slot);
	if (named) {
		radix_delete(&mapping->tree, index);
		mapping->nrswapped--;
		mapping_charge(mapping, -1);
	}
	spin_unlock(&mapping->tree_lock);
	if (named)
		free_swap_and_cache(slot);
	return named;
}

static bool try_to_forget(struct mapping *mapping)
{
	bool free;

	spin_lock(&shmem_swaplist_lock);
	free = !mapping->pins;
	if (free)
		list_del_init(&mapping->swaplist);
	spin_unlock(&shmem_swaplist_lock);
	return free;
}

void shmem_forget(struct mapping *mapping)
{
	if (!list_empty(&mapping->swaplist))
		wait_event(pins_wait, try_to_forget(mapping));
}

/* --- all mappings: swapoff, and the checker ------------------------------------------------------------------------------- */

/* The next mapping of the list, pinned; the pin of the last one is dropped. => NULL: no more */
static struct mapping *next_remembered(struct mapping *last)
{
	struct list_head *next;
	struct mapping *mapping = NULL;
	bool wake = false;

	spin_lock(&shmem_swaplist_lock);
	next = last ? last->swaplist.next : shmem_swaplist.next;
	if (next != &shmem_swaplist) {
		mapping = list_entry(next, struct mapping, swaplist);
		mapping->pins++;
	}
	if (last)
		wake = !--last->pins;
	spin_unlock(&shmem_swaplist_lock);
	if (wake)
		wake_up_all(&pins_wait);
	return mapping;
}

static int unuse_mapping(struct mapping *mapping, unsigned int type)
{
	struct mapping_entry entry;
	pgoff_t index = 0;
	int error = 0;

	while (!error && READ_ONCE(mapping->nrswapped) && mapping_next_entry(mapping, index, &entry)) {
		bool did_io = false;

		if (entry.page)
			put_page(entry.page);
		else if (swp_type(entry.slot) == type)
			error = shmem_swap_in(mapping, entry.index, entry.slot, GFP_UNUSE, &did_io);
		if (!error && signal_pending(current))
			error = -EINTR;
		/* A read that failed for a neighbour's sake, and the like: the next round comes by again. */
		index = entry.index + 1;
		if (!index)
			break;
		cond_resched();
	}
	return error;
}

/* swapoff: all pages that are out on the area of this type come in. => 0, -ENOMEM, -EIO, -EINTR */
static int shmem_unuse(unsigned int type)
{
	struct mapping *mapping = NULL;
	int error = 0;

	while ((mapping = next_remembered(mapping)))
		if (!error)
			error = unuse_mapping(mapping, type);
	return error;
}

void shmem_for_each_slot(void (*fn)(swp_entry_t slot, void *arg), void *arg)
{
	struct mapping *mapping = NULL;

	while ((mapping = next_remembered(mapping))) {
		pgoff_t index = 0;
		void *item;

		spin_lock(&mapping->tree_lock);
		for (; (item = radix_next(mapping->tree, &index)); index++)
			if (is_slot_item(item))
				fn(item_to_slot(item), arg);
		spin_unlock(&mapping->tree_lock);
		cond_resched();
	}
}

unsigned long shmem_swapped(struct mapping *mapping, pgoff_t first, pgoff_t last)
{
	unsigned long nr = 0;
	void *item;

	if (!READ_ONCE(mapping->nrswapped))
		return 0;
	spin_lock(&mapping->tree_lock);
	for (; (item = radix_next(mapping->tree, &first)) && first <= last; first++)
		nr += is_slot_item(item);
	spin_unlock(&mapping->tree_lock);
	return nr;
}

void shmem_swap_init(void)
{
	shmem_unuse_hook = shmem_unuse;
}
