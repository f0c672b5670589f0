/* mm/fault/unuse.c - swapoff: what is out on a device comes back in.
 *
 * All address spaces are walked, and every entry of the area is replaced by its page. Processes go on meanwhile: fork
 * copies entries to a child that stands behind its parent in the list, so the walk still comes to it; a reader may be
 * bringing in a page that the walk has passed. Shared memory is walked by its mappings. So all of it is repeated until no
 * slot is in use, or nothing more can be done.
 *
 * Linux: mm/swapfile.c (try_to_unuse).
 */
#include <mm/fault/fault.h>

#include <kernel/sched/task.h>
#include <mm/fault/fault_internal.h>
#include <mm/frame/page_lock.h>
#include <mm/swap/swap.h>

int (*shmem_unuse_hook)(unsigned int type);

struct unuse {
	struct swap_area *area;
	unsigned int	type;
	int		error;
};

/* => page locked, in the cache under entry. Maps it if the entry is still there; the caller keeps his reference */
static void unuse_pte(struct vma *vma, pmd_t *pmd, unsigned long address, swp_entry_t entry, struct page *page)
{
	spinlock_t *ptl;
	pte_t *pte = pte_offset_map_lock(pmd, address, &ptl);

	if (!pte)
		return;
	if (pte_same(pte_swp_clear_flags(ptep_get(pte)), swp_entry_to_pte(entry))) {
		get_page(page);
		map_swapped_in(vma, address, pte, page, false);
	}
	spin_unlock(ptl);
}

/* One entry. 0, also when it has gone meanwhile; -ENOMEM, -EIO */
static int unuse_entry(struct vma *vma, pmd_t *pmd, unsigned long address, swp_entry_t entry)
{
	bool did_io = false;
	struct page *page = swapin_readahead(entry, GFP_UNUSE, vma, address, &did_io), *head;
	int error = 0;

	if (!page)
		return swap_count(entry) ? -ENOMEM : 0;
	lock_page(page);
	head = compound_head(page);	/* of a huge page that is still in memory; while it is locked nobody splits it */
	wait_on_page_writeback(head);
	if (PageSwapCache(head) && page_swap_entry(page).val == entry.val) {
		if (PageUptodate(head)) {
			unuse_pte(vma, pmd, address, entry, page);
			try_to_free_swap(head);
		} else {
			delete_from_swap_cache(head);
			/* If a neighbour's read failed, which had taken this one along, the next round reads it alone. */
			error = did_io ? -EIO : 0;
		}
	}
	unlock_page(page);
	put_page(page);
	return error;
}

/* 2 MB at once, if they can be had; else the entry becomes 512 small ones, which come in one by one. */
static void unuse_swap_pmd(struct vma *vma, pmd_t *pmd, unsigned long address, pmd_t old)
{
	bool did_io = false;
	struct page *page = swapin_huge_page(pmd_to_swp_entry(old), vma, address, &did_io);
	spinlock_t *ptl;

	if (!page) {
		split_swap_pmd(vma, pmd, address);
		return;
	}
	lock_page(page);
	wait_on_page_writeback(page);
	if (PageTransHuge(page) && PageSwapCache(page) && page_swap_entry(page).val == pmd_to_swp_entry(old).val) {
		ptl = pmd_lock(pmd);
		if (pmd_same(pmdp_get(pmd), old)) {
			get_page(page);
			map_swapped_in_huge(vma, address & HPAGE_PMD_MASK, pmd, page, false);
		}
		spin_unlock(ptl);
		try_to_free_swap(page);
	}
	unlock_page(page);
	put_page(page);
}

/* The entries under one PMD, read without a lock: each is looked at again under it. */
static int unuse_table(struct vma *vma, pmd_t *pmd, unsigned long address, unsigned long end, struct unuse *u)
{
	for (; address < end; address += PAGE_SIZE) {
		pmd_t table = pmdp_get(pmd);
		swp_entry_t entry;
		pte_t pte;
		int error;

		if (!pmd_is_table(table))
			break;
		pte = ptep_get(pte_offset(table, address));
		if (!is_swap_pte(pte))
			continue;
		entry = pte_to_swp_entry(pte);
		if (is_migration_entry(entry) || swp_type(entry) != u->type)
			continue;
		if (signal_pending(current))
			return -EINTR;
		error = unuse_entry(vma, pmd, address, entry);
		if (error)
			return error;
		cond_resched();
	}
	return 0;
}

static bool is_of_area(pmd_t pmd, const struct unuse *u)
{
	return pmd_swapped_out(pmd) && swp_type(pmd_to_swp_entry(pmd)) == u->type;
}

static bool unuse_mm(struct mm *mm, void *arg)
{
	struct unuse *u = arg;
	struct vma *vma;

	if (!get_mm_counter(mm, MM_SWAPENTS))
		return true;
	mmap_read_lock(mm);
	for_each_vma(mm, vma) {
		unsigned long address = vma->vm_start, next;

		if (!vma->anon_vma)
			continue;
		for (; address < vma->vm_end && !u->error; address = next) {
			pmd_t *pmd = mm_find_pmd(mm, address), entry;

			next = pmd_addr_end(address, vma->vm_end);
			if (!pmd)
				continue;
			entry = pmdp_get(pmd);
			if (is_of_area(entry, u))
				unuse_swap_pmd(vma, pmd, address, entry);
			u->error = unuse_table(vma, pmd, address, next, u);
		}
	}
	mmap_read_unlock(mm);
	return !u->error;
}

/* Pages that are in the cache though no entry names their slot any more. */
static void empty_cache(struct unuse *u)
{
	bool has_count, has_cache;
	struct page *page;
	u32 slot = 0;

	while ((slot = swap_area_next_used(u->area, slot + 1, &has_count, &has_cache))) {
		page = has_cache ? swap_cache_get(swp_entry(u->type, slot)) : NULL;
		if (!page)
			continue;
		lock_page(page);
		wait_on_page_writeback(compound_head(page));
		if (PageSwapCache(compound_head(page)))
			try_to_free_swap(compound_head(page));
		unlock_page(page);
		put_page(page);
		cond_resched();
	}
}

int swap_unuse_area(struct swap_area *area)
{
	struct unuse u = { .area = area, .type = swap_area_type(area) };
	bool has_count, has_cache;

	for (;;) {
		for_each_mm(unuse_mm, &u);
		if (!u.error && shmem_unuse_hook)
			u.error = shmem_unuse_hook(u.type);
		empty_cache(&u);
		if (!swap_area_next_used(area, 1, &has_count, &has_cache))
			return 0;
		if (u.error)
			return u.error;
		if (signal_pending(current))
			return -EINTR;
		/* Somebody holds a slot for a moment: a fault, or reclaim with an entry that it is about to write. */
		schedule_timeout_uninterruptible(1);
	}
}
