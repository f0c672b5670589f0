/* mm/file/page_cache.c - pages join and leave a mapping. See page_cache.h for the rules.
 *
 * Linux: mm/filemap.c.
 */
#include <mm/file/page_cache.h>
#include <kernel/lib/errno.h>
#include <mm/alloc/page_alloc.h>
#include <mm/file/radix_tree.h>
#include <mm/frame/lru.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>

void (*unmap_mapping_hook)(struct mapping *mapping, pgoff_t first, pgoff_t last, bool copies);

void page_cache_init(void)
{
	radix_tree_init();
}

void mapping_init(struct mapping *mapping, const struct mapping_ops *ops, void *host, unsigned long flags)
{
	mapping->ops = ops;
	spin_lock_init(&mapping->tree_lock);
	mapping->tree = NULL;
	mapping->nrpages = 0;
	init_rwsem(&mapping->i_mmap_rwsem);
	INIT_LIST_HEAD(&mapping->i_mmap);
	mapping->host = host;
	mapping->flags = flags;
}

void mapping_destroy(struct mapping *mapping)
{
	truncate_pages(mapping, 0, ~0ULL);
	ASSERTF(!mapping->tree && !mapping->nrpages, "%lu pages left", mapping->nrpages);
	ASSERT(list_empty(&mapping->i_mmap));
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
	if (page)
		get_page(page);
	spin_unlock(&mapping->tree_lock);
	return page;
}

struct page *mapping_next_page(struct mapping *mapping, pgoff_t index)
{
	struct page *page;

	spin_lock(&mapping->tree_lock);
	page = radix_next(mapping->tree, &index);
	if (page)
		get_page(page);
	spin_unlock(&mapping->tree_lock);
	return page;
}

static int charge(struct mapping *mapping, long pages)
{
	return mapping->ops && mapping->ops->charge ? mapping->ops->charge(mapping, pages) : 0;
}

static void account(struct mapping *mapping, long pages)
{
	mod_page_state(NR_FILE_PAGES, pages);
	if (mapping->flags & BIT(AS_SHMEM))
		mod_page_state(NR_SHMEM, pages);
}

/* What kind of page it is must be visible before anybody can find it. */
static void prepare_page(struct mapping *mapping, struct page *page, pgoff_t index)
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

	error = charge(mapping, 1);
	if (error)
		return error;
	prepare_page(mapping, page, index);
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
	account(mapping, 1);
	lru_add(page);
	return 0;
fail:
	radix_pool_free(&pool);
	page->mapping = NULL;
	ClearPageUnevictable(page);
	charge(mapping, -1);
	return error;
}

struct page *find_or_create_page(struct mapping *mapping, pgoff_t index, gfp_t gfp)
{
	for (;;) {
		struct page *page = find_get_page(mapping, index);
		int error;

		if (page)
			return page;
		page = alloc_page(gfp | __GFP_ZERO);
		if (!page)
			return ERR_PTR(-ENOMEM);
		SetPageUptodate(page);
		error = trylock_page(page) ? add_to_page_cache(mapping, page, index, gfp) : -EBUSY;
		ASSERT(error != -EBUSY);	/* nobody else knows a new page */
		unlock_page(page);
		if (!error)
			return page;
		put_page(page);
		if (error != -EEXIST)
			return ERR_PTR(error);
	}
}

void page_cache_delete(struct page *page)
{
	struct mapping *mapping = page->mapping;
	struct page *found = radix_delete(&mapping->tree, page->index);

	ASSERTF(found == page, "index %llu holds %p, not %p", page->index, found, page);
	VM_ASSERT(!page_mapped(page));
	mapping->nrpages--;
	page->mapping = NULL;
	account(mapping, -1);
	charge(mapping, -1);
}

void page_cache_replace(struct page *old, struct page *new)
{
	struct mapping *mapping = old->mapping;
	struct page *found;

	new->mapping = mapping;
	new->index = old->index;
	found = radix_replace(mapping->tree, old->index, new);
	ASSERTF(found == old, "index %llu holds %p, not %p", old->index, found, old);
	old->mapping = NULL;
}

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
	if (page_mapped(page))
		unmap_mapping_hook(mapping, page->index, page->index, false);
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
	pgoff_t index = first;
	struct page *page;

	while ((page = mapping_next_page(mapping, index))) {
		index = page->index;
		if (index > last) {
			put_page(page);
			break;
		}
		index += truncate_page(mapping, page);
		put_page(page);
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
