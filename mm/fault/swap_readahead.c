/* mm/fault/swap_readahead.c - a slot is read in, and its neighbours with it.
 *
 * Pages that went out together have neighbouring slots and are often wanted together. So with one page the aligned
 * group of 2^page_cluster slots is read, as far as they are in use, usually in one request. What is read ahead waits in
 * the swap cache and the LRU, and is marked with PG_reclaim until somebody wants it. It must not cost anybody else his
 * memory: no reclaim is done for it.
 *
 * Linux: mm/swap_state.c (swap_cluster_readahead, __read_swap_cache_async).
 */
#include <mm/fault/fault.h>

#include <kernel/sched/task.h>
#include <mm/alloc/page_alloc.h>
#include <mm/frame/lru.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>
#include <mm/reclaim/workingset.h>
#include <mm/swap/swap.h>

int page_cluster = 3;

static struct page *lookup(swp_entry_t entry)
{
	struct page *page = swap_cache_get(entry);

	if (page && PageReclaim(page) && !PageWriteback(page) && TestClearPageReclaim(page))
		count_vm_event(SWAP_RA_HIT);
	return page;
}

/*
 * A new page for the slot, in the cache: locked, referenced, not uptodate, on the LRU.
 * => NULL: no memory (*error -ENOMEM), the slot was freed (-ENOENT), somebody else's page is there (-EEXIST)
 */
static struct page *new_cache_page(swp_entry_t entry, gfp_t gfp, int *error)
{
	struct page *page = alloc_page(gfp);

	*error = -ENOMEM;
	if (!page)
		return NULL;
	page->flags |= BIT(PG_locked) | BIT(PG_swapbacked);
	page_lock_adopt(page);
	*error = swap_cache_add(page, entry);
	if (*error) {
		unlock_page(page);
		put_page(page);
		return NULL;
	}
	workingset_refault(page, swap_take_shadow(entry));
	lru_add(page);
	return page;
}

/* => page locked, in the cache. Starts reading; the end of it unlocks. */
static void start_read(struct page *page, struct swap_plug *plug)
{
	if (!swap_read_page_async(page, plug))
		return;
	/* Nothing was started (no request is free): read it here and now. Not with an open request in hand, or all might be. */
	swap_unplug(plug);
	swap_read_page(page);
	unlock_page(page);
}

static void read_ahead(swp_entry_t entry, gfp_t gfp, struct swap_plug *plug)
{
	struct page *page;
	int error;

	if (!swap_entry_valid(entry) || !swap_count(entry))
		return;
	page = new_cache_page(entry, (gfp & ~__GFP_DIRECT_RECLAIM) | __GFP_NORETRY | __GFP_NOWARN, &error);
	if (!page)
		return;
	SetPageReclaim(page);
	count_vm_event(SWAP_RA);
	if (swap_read_page_async(page, plug)) {
		delete_from_swap_cache(page);
		unlock_page(page);
	}
	put_page(page);
}

/* The page of `entry` and what lies around it, in the order of the slots, so that neighbours travel in one request. */
static void read_cluster(struct page *page, swp_entry_t entry, gfp_t gfp)
{
	u64 nr = 1ULL << min(READ_ONCE(page_cluster), HPAGE_PMD_ORDER), offset = swp_offset(entry);
	u64 first = ALIGN_DOWN(offset, nr), i;
	struct swap_plug plug = { };

	for (i = max(first, 1ULL); i < first + nr; i++) {
		if (i == offset)
			start_read(page, &plug);
		else
			read_ahead(swp_entry(swp_type(entry), i), gfp, &plug);
	}
	swap_unplug(&plug);
}

struct page *swapin_readahead(swp_entry_t entry, gfp_t gfp, struct vma *vma __unused, unsigned long address __unused,
			      bool *did_io)
{
	struct page *page;
	int error;

	for (;;) {
		page = lookup(entry);
		if (page)
			return page;
		page = new_cache_page(entry, gfp, &error);
		if (page)
			break;
		if (error != -EEXIST)
			return NULL;
		cond_resched();
	}
	*did_io = true;
	read_cluster(page, entry, gfp);
	wait_on_page_locked(page);
	return page;
}
