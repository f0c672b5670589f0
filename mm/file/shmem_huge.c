/* mm/file/shmem_huge.c - huge pages of shared memory: who gets them, and how they come into the tree.
 *
 * A huge page takes the place of 512 small ones that are not there yet. It is mapped by PMDs where an area is aligned to it
 * (mm/fault/file.c), by PTEs elsewhere. It comes apart when a part of it is truncated, and before it goes to swap.
 *
 * Linux: mm/shmem.c (shmem_is_huge, shmem_alloc_and_add_folio).
 */
#include <mm/file/tree.h>
#include <kernel/lib/errno.h>
#include <mm/alloc/page_alloc.h>
#include <mm/frame/lru.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>

enum shmem_huge shmem_enabled = SHMEM_HUGE_NEVER;

static enum shmem_huge policy_of(const struct mapping *mapping)
{
	enum shmem_huge knob = READ_ONCE(shmem_enabled);

	if (!(mapping->flags & BIT(AS_SHMEM)))
		return SHMEM_HUGE_NEVER;
	if (knob == SHMEM_HUGE_DENY || knob == SHMEM_HUGE_FORCE || mapping->huge == SHMEM_HUGE_KNOB)
		return knob;
	return READ_ONCE(mapping->huge);
}

bool shmem_knob_allows_huge(void)
{
	enum shmem_huge knob = READ_ONCE(shmem_enabled);

	return knob != SHMEM_HUGE_NEVER && knob != SHMEM_HUGE_DENY;
}

bool shmem_may_be_huge(const struct mapping *mapping)
{
	enum shmem_huge policy = policy_of(mapping);

	return policy != SHMEM_HUGE_NEVER && policy != SHMEM_HUGE_DENY;
}

bool shmem_is_huge(const struct mapping *mapping, pgoff_t index, u64 size, const struct vma *vma)
{
	if (vma && (vma->vm_flags & VM_NOHUGEPAGE || !thp_allowed_in(vma)))
		return false;
	switch (policy_of(mapping)) {
	case SHMEM_HUGE_ALWAYS:
	case SHMEM_HUGE_FORCE:
		return true;
	case SHMEM_HUGE_WITHIN_SIZE:
		if (ALIGN_DOWN(index, HPAGE_PMD_NR) + HPAGE_PMD_NR <= DIV_ROUND_UP(size, PAGE_SIZE))
			return true;
		fallthrough;
	case SHMEM_HUGE_ADVISE:
		return vma && vma->vm_flags & VM_HUGEPAGE;
	default:
		return false;
	}
}

/* Is there nothing in the 2 MB, neither pages nor slots? => tree_lock held */
static bool range_is_empty(struct mapping *mapping, pgoff_t first)
{
	pgoff_t index = first;

	return !radix_next(mapping->tree, &index) || index >= first + HPAGE_PMD_NR;
}

/* => tree_lock held and dropped for a moment, the pool has nodes enough for 512 places. 0 or -ENOMEM */
static int fill_pool(struct mapping *mapping, pgoff_t first, struct radix_pool *pool, gfp_t gfp)
{
	/* What the first place needs, and at most a leaf for each 64 of the others. */
	const unsigned int leaves = HPAGE_PMD_NR / RADIX_SLOTS;
	unsigned int needed;
	int error = 0;

	while (!error && (needed = radix_nodes_needed(mapping->tree, first) + leaves) > pool->nr) {
		spin_unlock(&mapping->tree_lock);
		error = radix_pool_fill(pool, needed, gfp & ~(__GFP_MOVABLE | __GFP_COMP));
		spin_lock(&mapping->tree_lock);
	}
	return error;
}

/* => page locked. 0, -EEXIST, -ENOMEM */
static int insert_huge(struct mapping *mapping, struct page *page, pgoff_t first)
{
	struct radix_pool pool = { 0 };
	int error, failed = 0;

	mapping_prepare_page(mapping, page, first);
	spin_lock(&mapping->tree_lock);
	error = fill_pool(mapping, first, &pool, mapping_gfp(mapping));
	if (!error && !range_is_empty(mapping, first))
		error = -EEXIST;
	if (!error) {
		page_ref_add(page, HPAGE_PMD_NR);
		for (unsigned long i = 0; i < HPAGE_PMD_NR; i++)
			failed |= radix_insert(&mapping->tree, first + i, page + i, &pool);
		ASSERT(!failed);	/* the places are empty, and the pool has enough */
		mapping->nrpages += HPAGE_PMD_NR;
		mapping_account(mapping, HPAGE_PMD_NR);
		mod_page_state(NR_SHMEM_THPS, HPAGE_PMD_NR);
	}
	spin_unlock(&mapping->tree_lock);
	radix_pool_free(&pool);
	if (error) {
		page->mapping = NULL;
		ClearPageUnevictable(page);
	}
	return error;
}

static int add_huge(struct mapping *mapping, struct page *page, pgoff_t first)
{
	bool locked = __trylock_page(page);	/* nobody else knows a new page */
	int error = mapping_charge(mapping, HPAGE_PMD_NR);

	ASSERT(locked);
	if (!error) {
		error = insert_huge(mapping, page, first);
		if (error)
			mapping_charge(mapping, -(long)HPAGE_PMD_NR);
	}
	if (!error)
		lru_add(page);
	unlock_page(page);
	return error;
}

bool shmem_create_huge(struct mapping *mapping, pgoff_t index, const struct vma *vma)
{
	pgoff_t first = ALIGN_DOWN(index, HPAGE_PMD_NR);
	struct page *page;
	bool empty;
	int error;

	spin_lock(&mapping->tree_lock);
	empty = range_is_empty(mapping, first);
	spin_unlock(&mapping->tree_lock);
	if (!empty)
		return false;
	page = alloc_pages(vma ? thp_gfp_mask((struct vma *)vma) : GFP_TRANSHUGE_LIGHT, HPAGE_PMD_ORDER);
	if (!page) {
		count_vm_event(THP_FILE_FALLBACK);
		return false;
	}
	clear_huge_page(page, 0);
	SetPageUptodate(page);
	error = add_huge(mapping, page, first);
	put_page(page);			/* in place, the tree holds it; else it is freed */
	if (!error)
		count_vm_event(THP_FILE_ALLOC);
	else if (error != -EEXIST)
		count_vm_event(THP_FILE_FALLBACK);
	return !error;
}
