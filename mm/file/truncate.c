/* mm/file/truncate.c - pages leave a mapping for good: the file becomes shorter, gets a hole, or ends.
 *
 * First the pages are unmapped from all areas, then taken out one by one, each with its lock held. A page that is
 * out on a disk has no lock; its slot leaves the tree under the tree's, and who is just bringing it in finds that
 * it is gone.
 *
 * Linux: mm/truncate.c, mm/shmem.c (shmem_undo_range).
 */
#include <mm/file/tree.h>
#include <kernel/sched/task.h>
#include <mm/frame/page_lock.h>
#include <mm/split/split.h>

void (*unmap_mapping_hook)(struct mapping *mapping, pgoff_t first, pgoff_t last, bool copies);

/* => page locked, in the mapping; unlocked afterwards, and out of the mapping */
static void take_out(struct mapping *mapping, struct page *page)
{
	unsigned long nr = compound_nr(page);

	wait_on_page_writeback(page);
	/* A fault that had checked the size before it was lowered may have mapped the page after the first unmap. */
#ifndef BUG_truncate_unmaps_once	/* it stays mapped, and is nobody's */
	if (page_mapped(page))
		unmap_mapping_hook(mapping, page->index, page->index + nr - 1, false);
#endif
	spin_lock(&mapping->tree_lock);
	page_cache_delete(page);
	spin_unlock(&mapping->tree_lock);
	ClearPageDirty(page);
	unlock_page(page);
	page_ref_add(page, -(int)(nr - 1));
	put_page(page);			/* the tree's */
}

/*
 * A huge page of which more than [first, last] is asked for. It comes apart; or, if somebody holds it, stays, and what is to go
 * becomes zeroes. => page, a part of it, referenced, and locked; it is unlocked. false: done as far as it goes. true: small
 * pages now, look again
 */
static bool split_at_edge(struct page *page, pgoff_t first, pgoff_t last)
{
	struct page *head = compound_head(page);
	pgoff_t start = head->index, from = max(first, start), to = min(last, start + HPAGE_PMD_NR - 1);
	/* The reference goes with the part, if it is split. */
	bool split = split_huge_page(page) == SPLIT_OK;

	for (pgoff_t i = from; !split && i <= to; i++)
		clear_page(page_address(head + (i - start)));
	unlock_page(page);
	return split;
}

/*
 * => page referenced, found at index. Returns the next index to look at: the same, when the page has left or moved while we waited
 *    for its lock, or has come apart; then something else may be in its place
 */
static pgoff_t truncate_page(struct mapping *mapping, struct page *page, pgoff_t index, pgoff_t first, pgoff_t last)
{
	struct page *head;
	pgoff_t next;

	lock_page(page);
	head = compound_head(page);
	if (head->mapping != mapping || page_offset_of(page) != index) {
		unlock_page(page);
		return index;
	}
	next = head->index + compound_nr(head);
	if (head->index >= first && next - 1 <= last)
		take_out(mapping, head);
	else if (split_at_edge(page, first, last))
		return index;
	return next;
}

static void unmap_pages(struct mapping *mapping, pgoff_t first, pgoff_t last, bool copies)
{
	if (!list_empty(&mapping->i_mmap))
		unmap_mapping_hook(mapping, first, last, copies);
}

static void remove_pages(struct mapping *mapping, pgoff_t first, pgoff_t last)
{
	struct mapping_entry entry;
	pgoff_t index = first, next;

	while (mapping_next_entry(mapping, index, &entry)) {
		next = index = entry.index;
		if (index <= last && entry.page)
			next = truncate_page(mapping, entry.page, index, first, last);
		else if (index <= last)
			next += shmem_free_slot(mapping, index, entry.slot);
		if (entry.page)
			put_page(entry.page);
		if (index > last || next < index)
			break;
		index = next;
		cond_resched();
	}
}

void punch_pages(struct mapping *mapping, pgoff_t first, pgoff_t last)
{
	if (first > last)
		return;
	unmap_pages(mapping, first, last, false);
	remove_pages(mapping, first, last);
}

void truncate_pages(struct mapping *mapping, pgoff_t first, pgoff_t last)
{
	if (first > last)
		return;
	unmap_pages(mapping, first, last, true);
	remove_pages(mapping, first, last);
	/*
	 * A fault that had found its page before it was removed may have made a copy of it after the first look; or mapped all of
	 * a huge page that could not be split.
	 */
	unmap_pages(mapping, first, last, true);
}

void mapping_destroy(struct mapping *mapping)
{
	truncate_pages(mapping, 0, ~0ULL);
	shmem_forget(mapping);
	ASSERTF(!mapping->tree && !mapping->nrpages && !mapping->nrswapped, "%lu pages and %lu slots left", mapping->nrpages,
		mapping->nrswapped);
	ASSERT(list_empty(&mapping->i_mmap));
}
