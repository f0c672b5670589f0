/* mm/map/copy.c - fork: the child gets the parent's areas, and entries for the pages that faults could not bring back.
 *
 * Anonymous pages are shared read-only from now on, in both processes: PG_anon_exclusive goes, the write permission goes, the
 * next write copies. Pages of files are left out where the area has no anonymous page: the child faults them in.
 *
 * The child's area is in the reverse map before its entries are: a split or a move, which puts migration entries everywhere and
 * takes them away again, visits parent and child in this order, so that an entry copied from the parent meanwhile is found too.
 * In the list of a file's areas that is so because a new one is always its last.
 *
 * Linux: kernel/fork.c (dup_mmap), mm/memory.c (copy_page_range), mm/huge_memory.c (copy_huge_pmd).
 */
#include <mm/map/map_internal.h>

#include <kernel/lib/bitmap.h>
#include <kernel/lib/string.h>
#include <kernel/sched/task.h>
#include <kernel/x86/cpu.h>
#include <mm/fault/fault.h>
#include <mm/split/migration_entry.h>
#include <mm/swap/swap.h>

/* What the entries of one table added to the child. */
struct copied {
	int	rss[NR_MM_COUNTERS];
	int	entries;
};

/* --- small entries -------------------------------------------------------------------------------------------------- */

static void copy_present_pte(struct vma *src, pte_t *dst_pte, pte_t *src_pte, pte_t pte, struct copied *copied)
{
	struct page *page;

	if (likely(!pte_special(pte))) {
		page = pte_page(pte);
		get_page(page);
		page_dup_rmap(page, RMAP_PTE);
		if (likely(PageAnon(page))) {
			if (PageAnonExclusive(page))
				ClearPageAnonExclusive(page);
			copied->rss[MM_ANONPAGES]++;
		} else {
			copied->rss[mm_counter_of(page)]++;
		}
	}
	if (pte_write(pte) && !(src->vm_flags & VM_SHARED)) {
		ptep_set_wrprotect(src_pte);
		pte = pte_wrprotect(pte);
	}
	set_pte(dst_pte, pte_mkold(pte));
	copied->entries++;
}

/* A page under migration can be in two processes now: its entries must not let it come back as writable or exclusive. */
static pte_t share_migration_pte(pte_t *src_pte, pte_t pte)
{
#ifdef BUG_fork_migration_writable	/* when the page has moved, both may write to it, and each sees what the other writes */
	return pte;
#endif
	if (swp_type(pte_to_swp_entry(pte)) == SWP_MIGRATION_READ)
		return pte;
	pte = migration_pte_with(pte, SWP_MIGRATION_READ);
	set_pte(src_pte, pte);
	return pte;
}

/* 0, or -ENOMEM: no frame for a large count */
static int copy_swap_pte(struct vma *src, pte_t *dst_pte, pte_t *src_pte, pte_t pte, struct copied *copied)
{
	swp_entry_t entry = pte_to_swp_entry(pte);

	if (is_migration_entry(entry)) {
		copied->rss[mm_counter_of(migration_entry_to_page(entry))]++;
		if (!(src->vm_flags & VM_SHARED))
			pte = share_migration_pte(src_pte, pte);
	} else {
		if (swap_duplicate(entry) < 0)
			return -ENOMEM;
		copied->rss[MM_SWAPENTS]++;
#ifndef BUG_fork_swap_exclusive	/* both bring the page in as their own, and write to it */
		if (pte_swp_exclusive(pte)) {
			pte = pte_swp_clear_exclusive(pte);
			set_pte(src_pte, pte);
		}
#endif
	}
	set_pte(dst_pte, pte);
	copied->entries++;
	return 0;
}

static int copy_ptes(struct vma *src, pte_t *dst_pte, pte_t *src_pte, unsigned long nr, struct copied *copied)
{
	for (; nr; nr--, dst_pte++, src_pte++) {
		pte_t pte = ptep_get(src_pte);

		if (pte_none(pte))
			continue;
		if (likely(pte_present(pte)))
			copy_present_pte(src, dst_pte, src_pte, pte, copied);
		else if (copy_swap_pte(src, dst_pte, src_pte, pte, copied))
			return -ENOMEM;
	}
	return 0;
}

static int copy_pte_range(struct vma *dst, struct vma *src, pmd_t *dst_pmd, pmd_t *src_pmd, unsigned long start,
			  unsigned long end)
{
	struct copied copied = { .entries = 0 };
	spinlock_t *dst_ptl, *src_ptl;
	pte_t *dst_pte, *src_pte;
	int error;

	if (pte_alloc(dst->vm_mm, dst_pmd))
		return -ENOMEM;
	dst_pte = pte_offset_map_lock(dst_pmd, start, &dst_ptl);
	src_pte = pte_offset_map_lock_second(src_pmd, start, &src_ptl);
	ASSERT(dst_pte && src_pte);	/* with both mmap_locks held for writing a table stays one */
	error = copy_ptes(src, dst_pte, src_pte, (end - start) >> PAGE_SHIFT, &copied);
	pmd_table_page(pmdp_get(dst_pmd))->table_used += copied.entries;
	spin_unlock(src_ptl);
	for (enum mm_counter c = 0; c < NR_MM_COUNTERS; c++)
		if (copied.rss[c])
			add_mm_counter(dst->vm_mm, c, copied.rss[c]);
	spin_unlock(dst_ptl);
	return error;
}

/* --- huge entries --------------------------------------------------------------------------------------------------- */

/* => both PMDs locked, *src_pmd a migration entry: as share_migration_pte() */
static void copy_migration_pmd(struct vma *dst, pmd_t *dst_pmd, pmd_t *src_pmd)
{
#ifdef BUG_fork_migration_writable
	pmd_t pmd = pmdp_get(src_pmd);
#else
	pmd_t pmd = migration_pmd_with(pmdp_get(src_pmd), SWP_MIGRATION_READ);
#endif

	set_pmd(src_pmd, pmd);
	set_pmd(dst_pmd, pmd);
	add_mm_counter(dst->vm_mm, mm_counter_of(migration_entry_to_page(pmd_to_swp_entry(pmd))), HPAGE_PMD_NR);
}

/* One more entry for each of the 512 slots, or for none: -ENOMEM. => both PMDs locked */
static int copy_swap_pmd(struct vma *dst, pmd_t *dst_pmd, pmd_t *src_pmd)
{
	pmd_t pmd = pmd_swp_clear_exclusive(pmdp_get(src_pmd));

#ifdef BUG_fork_swap_pmd_counts_one	/* the first of the two that goes frees the slots of 511 pages of the other */
	if (swap_duplicate_range(pmd_to_swp_entry(pmd), 1))
#else
	if (swap_duplicate_range(pmd_to_swp_entry(pmd), HPAGE_PMD_NR))
#endif
		return -ENOMEM;
	add_mm_counter(dst->vm_mm, MM_SWAPENTS, HPAGE_PMD_NR);
	set_pmd(src_pmd, pmd);
	set_pmd(dst_pmd, pmd);
	return 0;
}

/* => both PMDs locked, *src_pmd huge; 0 or -ENOMEM */
static int copy_huge_entry(struct vma *dst, pmd_t *dst_pmd, pmd_t *src_pmd)
{
	pmd_t pmd = pmdp_get(src_pmd);
	struct page *page;

	if (is_pmd_migration_entry(pmd)) {
		copy_migration_pmd(dst, dst_pmd, src_pmd);
		return 0;
	}
	if (is_swap_pmd(pmd))
		return copy_swap_pmd(dst, dst_pmd, src_pmd);
	if (pmd_special(pmd)) {
		/* The parent's count keeps the huge zero page: this only adds the child's. */
		mm_get_huge_zero_page(dst->vm_mm);
	} else {
		page = pmd_page(pmd);
		get_page(page);
		page_dup_rmap(page, RMAP_PMD);
		ClearPageAnonExclusive(page);
		add_mm_counter(dst->vm_mm, MM_ANONPAGES, HPAGE_PMD_NR);
		pmdp_set_wrprotect(src_pmd);
	}
	set_pmd(dst_pmd, pmd_mkold(pmd_wrprotect(pmd)));
	return 0;
}

/* 0; -ENOMEM: also for the counts of slots; -EAGAIN: the entry is not huge any more */
static int copy_huge_pmd(struct vma *dst, pmd_t *dst_pmd, pmd_t *src_pmd)
{
	struct page *deposit = pte_alloc_one(GFP_KERNEL);
	spinlock_t *dst_ptl, *src_ptl;
	int error = -EAGAIN;

	if (!deposit)
		return -ENOMEM;
	dst_ptl = pmd_lock(dst_pmd);
	src_ptl = pmd_trans_huge_lock_second(src_pmd);
	if (src_ptl) {
		error = copy_huge_entry(dst, dst_pmd, src_pmd);
		spin_unlock(src_ptl);
	}
	if (!error) {
		pgtable_trans_huge_deposit(dst_pmd, deposit);
		mm_inc_nr_ptes(dst->vm_mm);
	}
	spin_unlock(dst_ptl);
	if (error)
		table_page_free(deposit);
	return error;
}

/* --- ranges ------------------------------------------------------------------------------------------------------------ */

static int copy_pmd(struct vma *dst, struct vma *src, pmd_t *src_pmd, unsigned long start, unsigned long end)
{
	pmd_t *dst_pmd = pmd_alloc(dst->vm_mm, start);
	int error = -EAGAIN;

	if (!dst_pmd)
		return -ENOMEM;
	if (!pmd_is_table(pmdp_get(src_pmd)))
		error = copy_huge_pmd(dst, dst_pmd, src_pmd);
	if (error == -EAGAIN)
		error = copy_pte_range(dst, src, dst_pmd, src_pmd, start, end);
	return error;
}

int copy_page_range(struct vma *dst, struct vma *src)
{
	unsigned long address, next;
	int error;

	if (!src->anon_vma)
		return 0;
	for (address = src->vm_start; address < src->vm_end; address = next) {
		pmd_t *pmd = mm_find_pmd(src->vm_mm, address);

		if (!pmd) {
			next = pud_addr_end(address, src->vm_end);
			continue;
		}
		next = pmd_addr_end(address, src->vm_end);
		if (pmd_none(pmdp_get(pmd)))
			continue;
		error = copy_pmd(dst, src, pmd, address, next);
		if (error)
			return error;
		cond_resched();
	}
	return 0;
}

/* --- areas --------------------------------------------------------------------------------------------------------------- */

static void copy_numbers(struct mm *child, const struct mm *parent)
{
	child->start_code = parent->start_code;
	child->end_code = parent->end_code;
	child->start_data = parent->start_data;
	child->end_data = parent->end_data;
	child->start_brk = parent->start_brk;
	child->brk = parent->brk;
	child->start_stack = parent->start_stack;
	child->arg_start = parent->arg_start;
	child->arg_end = parent->arg_end;
	child->env_start = parent->env_start;
	child->env_end = parent->env_end;
	child->mmap_base = parent->mmap_base;
	memcpy(child->saved_auxv, parent->saved_auxv, sizeof(child->saved_auxv));
	mm_inherit_flags(child, parent);
}

/* The child's area, linked; NULL without memory. */
static struct vma *dup_area(struct mm *child, struct vma *vma)
{
	struct vma *copy;

	if (vma->vm_flags & VM_ACCOUNT && vm_enough_memory(vma_pages(vma)))
		return NULL;
	copy = vma_dup(vma);
	if (!copy)
		goto unaccount;
	copy->vm_mm = child;
	copy->vm_flags &= ~(VM_LOCKED | VM_LOCKONFAULT);
	if (copy->ops && copy->ops->open)
		copy->ops->open(copy);
	if (!(vma->vm_flags & VM_WIPEONFORK) && anon_vma_fork(copy, vma)) {
		vma_free(copy);
		goto unaccount;
	}
	vma_link(child, copy);
	return copy;
unaccount:
	if (vma->vm_flags & VM_ACCOUNT)
		vm_unacct_memory(vma_pages(vma));
	return NULL;
}

static int dup_areas(struct mm *child, struct mm *parent)
{
	struct vma *vma, *copy;
	int error;

	for_each_vma(parent, vma) {
		if (vma->vm_flags & VM_DONTCOPY)
			continue;
		copy = dup_area(child, vma);
		if (!copy)
			return -ENOMEM;
		if (vma->vm_flags & VM_WIPEONFORK)
			continue;
		error = copy_page_range(copy, vma);
		if (error)
			return error;
		if (khugepaged_enter_hook && test_bit(MMF_VM_HUGEPAGE, &parent->flags) && copy->anon_vma)
			khugepaged_enter_hook(copy);
	}
	return 0;
}

int dup_mmap(struct mm *child, struct mm *parent)
{
	int error;

	mmap_write_lock(parent);
	down_write_nested(&child->mmap_lock, SINGLE_DEPTH_NESTING);	/* nobody knows the child yet */
	copy_numbers(child, parent);
	error = dup_areas(child, parent);
	/* The parent's CPUs may still write through what was writable until now. */
#ifdef BUG_fork_flush_local	/* the parent's other threads go on writing to pages that are the child's as well */
	write_cr3(read_cr3());
#else
	flush_tlb_mm(parent);
#endif
	mmap_write_unlock(child);
	mmap_write_unlock(parent);
	return error;
}
