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

/* The area moves behind its equals when it begins a new cluster, so that equals share the load. => swap_list_lock held */
static void take_turns(struct swap_area *area, swp_entry_t entry)
{
	struct swap_area *last = area;

	if (swp_offset(entry) % SWAP_CLUSTER_SLOTS)
		return;
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
		if (slot_alloc(area, page, entry)) {
			take_turns(area, *entry);
			result = SLOT_OK;
			break;
		}
	}
	spin_unlock(&swap_list_lock);
	if (result != SLOT_OK && PageTransHuge(page) && nr_swap_pages() >= HPAGE_PMD_NR)
		result = SLOT_FRAGMENTED;
	return result;
}

enum slot_result add_to_swap(struct page *page)
{
	unsigned long nr = compound_nr(page);
	swp_entry_t entry = { 0 };
	enum slot_result result;

	VM_ASSERT(PageLocked(page) && PageUptodate(page) && PageSwapBacked(page) && !PageSwapCache(page));
	/* The cache's references come first: once the words name the page, read-ahead may find it and drop it again. */
	page_ref_add(page, nr);
	result = alloc_from_areas(page, &entry);
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
