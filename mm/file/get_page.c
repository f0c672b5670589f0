/* mm/file/get_page.c - the page at an offset: from memory, from swap, or new.
 *
 * Linux: mm/shmem.c (shmem_get_folio), mm/filemap.c.
 */
#include <mm/file/tree.h>
#include <kernel/lib/errno.h>
#include <mm/alloc/page_alloc.h>
#include <mm/frame/page_lock.h>

void page_cache_init(void)
{
	radix_tree_init();
	shmem_swap_init();
}

struct page *shmem_get_page(struct mapping *mapping, pgoff_t index, gfp_t gfp, bool *did_io)
{
	for (;;) {
		struct mapping_entry entry;
		int error;

		if (!mapping_get_entry(mapping, index, &entry))
			return NULL;
		if (entry.page)
			return entry.page;
		error = shmem_swap_in(mapping, index, entry.slot, gfp, did_io);
		if (error)
			return ERR_PTR(error);
		cond_resched();
	}
}

/* A new page, zeroed and in its place. => referenced and unlocked; ERR_PTR(-EEXIST): somebody was faster; -ENOMEM, -ENOSPC */
static struct page *create_page(struct mapping *mapping, pgoff_t index, gfp_t gfp)
{
	struct page *page = alloc_page(gfp | __GFP_ZERO);
	int error;

	if (!page)
		return ERR_PTR(-ENOMEM);
	SetPageUptodate(page);
	error = __trylock_page(page) ? add_to_page_cache(mapping, page, index, gfp) : -EBUSY;
	ASSERT(error != -EBUSY);	/* nobody else knows a new page */
	unlock_page(page);
	if (!error)
		return page;
	put_page(page);
	return ERR_PTR(error);
}

struct page *shmem_get_or_create_page(struct mapping *mapping, pgoff_t index, gfp_t gfp, bool *did_io)
{
	struct page *page;

	do {
		page = shmem_get_page(mapping, index, gfp, did_io);
		if (!page)
			page = create_page(mapping, index, gfp);
	} while (IS_ERR(page) && PTR_ERR(page) == -EEXIST);
	return page;
}

struct page *shmem_get_page_for_write(struct mapping *mapping, pgoff_t index, u64 size)
{
	if (shmem_is_huge(mapping, index, size, NULL))
		shmem_create_huge(mapping, index, NULL);
	return find_or_create_page(mapping, index, mapping_gfp(mapping));
}

struct page *find_or_create_page(struct mapping *mapping, pgoff_t index, gfp_t gfp)
{
	bool did_io = false;

	return shmem_get_or_create_page(mapping, index, gfp, &did_io);
}
