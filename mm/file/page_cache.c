/* mm/file/page_cache.c - pages join and leave a mapping. See page_cache.h for the rules.
 *
 * Linux: mm/filemap.c.
 */
#include <mm/file/tree.h>
#include <kernel/lib/errno.h>
#include <mm/alloc/page_alloc.h>
#include <mm/frame/lru.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>
#include <mm/space/space.h>

void mapping_init(struct mapping *mapping, const struct mapping_ops *ops, void *host, unsigned long flags)
{
	mapping->ops = ops;
	spin_lock_init(&mapping->tree_lock);
	mapping->tree = NULL;
	mapping->nrpages = mapping->nrswapped = 0;
	INIT_LIST_HEAD(&mapping->swaplist);
	mapping->pins = 0;
	mapping->huge = SHMEM_HUGE_NEVER;
	init_rwsem(&mapping->i_mmap_rwsem);
	INIT_LIST_HEAD(&mapping->i_mmap);
	mapping->host = host;
	mapping->flags = flags;
}

gfp_t mapping_gfp(const struct mapping *mapping)
{
	bool movable = !(mapping->flags & BIT(AS_UNEVICTABLE)) || (mapping->ops && mapping->ops->migrate);

	/* What can neither be taken away nor moved must not spoil the pageblocks of movable pages. */
	return movable ? GFP_HIGHUSER_MOVABLE : GFP_USER;
}

struct page *find_get_page(struct mapping *mapping, pgoff_t index)
{
	struct page *page;

	spin_lock(&mapping->tree_lock);
	page = radix_lookup(mapping->tree, index);
	if (is_slot_item(page))
		page = NULL;
	if (page)
		get_page(page);
	spin_unlock(&mapping->tree_lock);
	return page;
}

/* => tree_lock held; item is what lies at entry->index */
static bool take_item(void *item, struct mapping_entry *entry)
{
	if (is_slot_item(item)) {
		entry->slot = item_to_slot(item);
	} else if (item) {
		entry->page = item;
		get_page(entry->page);
	}
	return item;
}

bool mapping_get_entry(struct mapping *mapping, pgoff_t index, struct mapping_entry *entry)
{
	bool found;

	*entry = (struct mapping_entry){ .index = index };
	spin_lock(&mapping->tree_lock);
	found = take_item(radix_lookup(mapping->tree, index), entry);
	spin_unlock(&mapping->tree_lock);
	return found;
}

bool mapping_next_entry(struct mapping *mapping, pgoff_t index, struct mapping_entry *entry)
{
	bool found;

	*entry = (struct mapping_entry){ .index = index };
	spin_lock(&mapping->tree_lock);
	found = take_item(radix_next(mapping->tree, &entry->index), entry);
	spin_unlock(&mapping->tree_lock);
	return found;
}

/* What the mount allows, and all promises together. => pages < 0: given back, never fails. 0 or -ENOSPC */
int mapping_charge(struct mapping *mapping, long pages)
{
	bool commit = mapping->flags & BIT(AS_COMMIT_PAGES);
	int error = 0;

	if (commit && pages > 0 && vm_enough_memory(pages))
		return -ENOSPC;
	if (mapping->ops && mapping->ops->charge)
		error = mapping->ops->charge(mapping, pages);
	if (commit && (pages < 0 || error))
		vm_unacct_memory(pages < 0 ? -pages : pages);
	return error;
}

void mapping_account(struct mapping *mapping, long pages)
{
	mod_page_state(NR_FILE_PAGES, pages);
	if (mapping->flags & BIT(AS_SHMEM))
		mod_page_state(NR_SHMEM, pages);
}

/* What kind of page it is must be visible before anybody can find it. */
void mapping_prepare_page(struct mapping *mapping, struct page *page, pgoff_t index)
{
	page->mapping = mapping;
	page->index = index;
	if (mapping->flags & BIT(AS_SHMEM)) {
		SetPageSwapBacked(page);
		SetPageDirty(page);
	}
	if (mapping->flags & BIT(AS_UNEVICTABLE))
		SetPageUnevictable(page);
}

int add_to_page_cache(struct mapping *mapping, struct page *page, pgoff_t index, gfp_t gfp)
{
	struct radix_pool pool = { 0 };
	unsigned int needed;
	int error;

	error = mapping_charge(mapping, 1);
	if (error)
		return error;
	mapping_prepare_page(mapping, page, index);
	spin_lock(&mapping->tree_lock);
	while ((needed = radix_nodes_needed(mapping->tree, index)) > pool.nr) {
		spin_unlock(&mapping->tree_lock);
		error = radix_pool_fill(&pool, needed, gfp & ~__GFP_MOVABLE);
		if (error)
			goto fail;
		spin_lock(&mapping->tree_lock);
	}
	error = radix_insert(&mapping->tree, index, page, &pool);
	if (error) {
		spin_unlock(&mapping->tree_lock);
		goto fail;
	}
	get_page(page);
	mapping->nrpages++;
	spin_unlock(&mapping->tree_lock);
	radix_pool_free(&pool);
	mapping_account(mapping, 1);
	lru_add(page);
	return 0;
fail:
	radix_pool_free(&pool);
	page->mapping = NULL;
	ClearPageUnevictable(page);
	mapping_charge(mapping, -1);
	return error;
}

void page_cache_delete(struct page *page)
{
	struct mapping *mapping = page->mapping;
	long nr = compound_nr(page);

	VM_ASSERT(!page_mapped(page));
	for (long i = 0; i < nr; i++) {
		struct page *found = radix_delete(&mapping->tree, page->index + i);

		ASSERTF(found == page + i, "index %llu holds %p, not %p", page->index + i, found, page + i);
	}
	mapping->nrpages -= nr;
	page->mapping = NULL;
	mapping_account(mapping, -nr);
	mapping_charge(mapping, -nr);
	if (nr > 1)
		mod_page_state(NR_SHMEM_THPS, -nr);
}

void page_cache_replace(struct page *old, struct page *new)
{
	struct mapping *mapping = old->mapping;

	new->mapping = mapping;
	new->index = old->index;
	for (unsigned long i = 0; i < compound_nr(old); i++) {
		struct page *found = radix_replace(mapping->tree, old->index + i, new + i);

		ASSERTF(found == old + i, "index %llu holds %p, not %p", old->index + i, found, old + i);
	}
	old->mapping = NULL;
}
