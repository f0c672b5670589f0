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

void (*unmap_mapping_hook)(struct mapping *mapping, pgoff_t first, pgoff_t last, bool copies);

/*
 * => page referenced; it may have left the mapping while we waited for its lock: then false. If it has only moved, another
 *    page is in its place.
 */
static bool truncate_page(struct mapping *mapping, struct page *page)
{
	lock_page(page);
	if (page->mapping != mapping) {
		unlock_page(page);
		return false;
	}
	wait_on_page_writeback(page);
	/* A fault that had checked the size before it was lowered may have mapped the page after the first unmap. */
#ifndef BUG_truncate_unmaps_once	/* it stays mapped, and is nobody's */
	if (page_mapped(page))
		unmap_mapping_hook(mapping, page->index, page->index, false);
#endif
	spin_lock(&mapping->tree_lock);
	page_cache_delete(page);
	spin_unlock(&mapping->tree_lock);
	ClearPageDirty(page);
	unlock_page(page);
	put_page(page);			/* the tree's */
	return true;
}

static void unmap_pages(struct mapping *mapping, pgoff_t first, pgoff_t last, bool copies)
{
	if (!list_empty(&mapping->i_mmap))
		unmap_mapping_hook(mapping, first, last, copies);
}

static void remove_pages(struct mapping *mapping, pgoff_t first, pgoff_t last)
{
	struct mapping_entry entry;
	pgoff_t index = first;

	while (mapping_next_entry(mapping, index, &entry)) {
		bool gone = false;

		index = entry.index;
		if (index <= last)
			gone = entry.page ? truncate_page(mapping, entry.page) :
					    shmem_free_slot(mapping, index, entry.slot);
		if (entry.page)
			put_page(entry.page);
		if (index > last || (gone && ++index == 0))
			break;
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
	/* A fault that had found its page before it was removed may have made a copy of it after the first look. */
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
