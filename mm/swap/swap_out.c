/* mm/swap/swap_out.c - a page is given a place on a disk.
 *
 * This is the first step of a swap-out; then come try_to_unmap and swap_writepage. After it the page is in the swap
 * cache and dirty: the slot holds nothing yet.
 *
 * Linux: add_to_swap in mm/swap_state.c, folio_alloc_swap in mm/swapfile.c.
 */
#include <mm/swap/slots.h>
#include <mm/frame/vmstat.h>
#include <kernel/trace/trace.h>

/* The area moves behind its equals, so that they share the load, cluster by cluster. => swap_list_lock held */
static void take_turns(struct swap_area *area)
{
	struct swap_area *last = area;

	list_for_each_entry_continue(last, &swap_by_priority, by_priority)
		if (last->priority < area->priority)
			break;
	list_move_tail(&area->by_priority, &last->by_priority);
}

static enum slot_result alloc_from_areas(struct page *page, swp_entry_t *entry)
{
	enum slot_result result = SLOT_NO_SPACE;
	struct swap_area *area;

	spin_lock(&swap_list_lock);
	list_for_each_entry(area, &swap_by_priority, by_priority) {
		if (!area->dead && slot_alloc(area, page, entry)) {
			take_turns(area);
			result = SLOT_OK;
			break;
		}
	}
	spin_unlock(&swap_list_lock);
	if (result != SLOT_OK && PageTransHuge(page) && nr_swap_pages() >= HPAGE_PMD_NR)
		result = SLOT_FRAGMENTED;
	return result;
}

/* The next full cluster of the area, as the offset behind its last slot; 0: none. */
static u32 next_full_cluster(struct swap_area *area)
{
	struct swap_cluster *c = NULL;
	u32 end = 0;

	spin_lock(&swap_list_lock);
	if (area_gives_slots(area))
		c = cluster_next(area, CLUSTER_FULL);
	if (c)
		end = (c - area->clusters + 1) * SWAP_CLUSTER_SLOTS;
	spin_unlock(&swap_list_lock);
	return end;
}

/*
 * A page that came back keeps its slot, in case that it goes out again unchanged. When slots are scarce such slots are
 * given up: each time that somebody needs a new cluster, those of one full cluster in each area.
 */
static void free_cached_slots(void)
{
	for (unsigned int type = 0; type < MAX_SWAPFILES; type++) {
		u32 end = next_full_cluster(&swap_areas[type]);

		for (u32 offset = end ? end - SWAP_CLUSTER_SLOTS : 0; offset < end; offset++)
			if (!swap_count(swp_entry(type, offset)))
				free_cached_slot(swp_entry(type, offset));
	}
}

enum slot_result add_to_swap(struct page *page)
{
	unsigned long nr = compound_nr(page);
	swp_entry_t entry = { 0 };
	enum slot_result result;

	VM_ASSERT(PageLocked(page) && PageUptodate(page) && PageSwapBacked(page) && !PageSwapCache(page));
	if (should_fail_mm_step(MM_STEP_SWAP_SLOT))
		return SLOT_NO_SPACE;
	/* The cache's references come first: once the words name the page, read-ahead may find it and drop it again. */
	page_ref_add(page, nr);
	if (slot_alloc_here(page, &entry)) {
		result = SLOT_OK;
	} else {
		if (vm_swap_full())
			free_cached_slots();
		result = alloc_from_areas(page, &entry);
	}
#ifdef BUG_swap_drop_clean
	if (result == SLOT_OK)
		return result;	/* the slot holds what it held for somebody else */
#endif
	if (result == SLOT_OK)
		SetPageDirty(page);
	else
		page_ref_add(page, -(int)nr);
	trace(swap_slot_alloc, page_to_pfn(page), nr, entry.val, result);
	return result;
}
