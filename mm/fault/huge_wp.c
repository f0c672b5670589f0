/* mm/fault/huge_wp.c - a write to a huge page that is mapped read-only.
 *
 * Who is alone with the page takes it over. Everybody else splits his mapping and copies 4 KB, as on Linux; or, if the knob
 * `cow` says so and memory is plentiful, copies the 2 MB and stays huge: one fault instead of 512, and the page of the others is
 * whole again when they are alone with it. The huge zero page is always replaced as a whole, since there is nothing to copy.
 *
 * Linux: mm/huge_memory.c (do_huge_pmd_wp_page).
 */
#include <mm/fault/fault.h>

#include <mm/alloc/page_alloc.h>
#include <mm/fault/fault_internal.h>
#include <mm/fault/huge_fault.h>
#include <mm/frame/lru.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>
#include <mm/swap/swap.h>
#include <mm/table/tlb.h>

/* => PMD locked, unlocked on return */
static vm_fault_t make_writable(struct vm_fault *vmf)
{
	u64 bits = _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_SOFT_DIRTY | _PAGE_RW;

	__atomic_fetch_or(&vmf->pmd->pmd, bits, __ATOMIC_SEQ_CST);
	trace_huge_fault(vmf, HUGE_FAULT_REUSED);
	spin_unlock(vmf->ptl);
	count_vm_event(PGREUSE);
	return 0;
}

static vm_fault_t split_and_fall_back(struct vm_fault *vmf, enum huge_fault_result why)
{
	trace_huge_fault(vmf, why);
	split_huge_pmd(vmf->vma, vmf->pmd, vmf->address);
	return VM_FAULT_FALLBACK;
}

static vm_fault_t replace_huge_zero_page(struct vm_fault *vmf)
{
	struct vma *vma = vmf->vma;
	struct page *page = NULL;

	if (thp_vma_eligible(vma, vmf->address, THP_ASK_FAULT))
		page = alloc_huge_page_for_fault(vmf);
	if (!page) {
		count_vm_event(THP_FAULT_FALLBACK);
		return split_and_fall_back(vmf, HUGE_FAULT_NO_PAGE);
	}
	if (!lock_unchanged_pmd(vmf)) {
		put_page(page);
		return 0;
	}
	if (!mm_is_stable(vma->vm_mm)) {
		spin_unlock(vmf->ptl);
		put_page(page);
		return VM_FAULT_SIGBUS;
	}
	/* The deposit of the old mapping serves the new one. */
	pmdp_huge_clear_flush(vma, vmf->address & HPAGE_PMD_MASK, vmf->pmd);
	map_new_huge_page(vmf, page, HUGE_FAULT_MAPPED);
	spin_unlock(vmf->ptl);
	return 0;
}

/* Is ours the only reference, but for the swap cache's? => page locked, lock of the PMD held; then it is marked ours */
static bool take_over(struct page *page, struct vma *vma)
{
	if (PageAnonExclusive(page))
		return true;
	if (!PageLRU(page))
		lru_add_drain();
	if (PageSwapCache(page))
		try_to_free_swap(page);
	if (page_count(page) != 1)
		return false;
	page_move_anon_rmap(page, vma);
	SetPageAnonExclusive(page);
	return true;
}

/* => old is referenced and read-only for all who map it, us among them, so that its content can't change */
static struct page *copy_for_cow(struct vm_fault *vmf, struct page *old)
{
	struct page *new = NULL;

	if (memory_is_plentiful() && thp_vma_eligible(vmf->vma, vmf->address, THP_ASK_FAULT))
		new = alloc_pages(GFP_TRANSHUGE_LIGHT, HPAGE_PMD_ORDER);
	if (new) {
		copy_huge_page(new, old);
		set_new_page_uptodate(new);
	}
	return new;
}

/* => old is referenced, the reference is dropped here; the PMD is not locked */
static vm_fault_t copy_whole(struct vm_fault *vmf, struct page *old)
{
	struct vma *vma = vmf->vma;
	struct page *new = copy_for_cow(vmf, old);

	if (!new) {
		count_vm_event(THP_COW_FALLBACK);
		put_page(old);
		return split_and_fall_back(vmf, HUGE_FAULT_SPLIT);
	}
	if (!lock_unchanged_pmd(vmf)) {
		put_page(new);
		put_page(old);
		return 0;
	}
	/* As for small pages: a thread elsewhere must not read the old page after this one has written to the new. */
	pmdp_huge_clear_flush(vma, vmf->address & HPAGE_PMD_MASK, vmf->pmd);
	add_mm_counter(vma->vm_mm, MM_ANONPAGES, -(long)HPAGE_PMD_NR);
	map_new_huge_page(vmf, new, HUGE_FAULT_COPIED);
	page_remove_rmap(old, vma, RMAP_PMD);
	spin_unlock(vmf->ptl);
	count_vm_event(THP_COW_COPY);
	free_swap_if_unmapped(old);
	put_page(old);		/* the entry's */
	put_page(old);
	return 0;
}

/* The page lock is above the PMD's. => false: PMD unlocked and changed meanwhile; true: both are held */
static bool lock_page_under_pmd(struct vm_fault *vmf, struct page *page)
{
	if (trylock_page(page))
		return true;
	get_page(page);
	spin_unlock(vmf->ptl);
	lock_page(page);
	if (!lock_unchanged_pmd(vmf)) {
		unlock_page(page);
		put_page(page);
		return false;
	}
	put_page(page);
	return true;
}

vm_fault_t do_huge_pmd_wp_page(struct vm_fault *vmf)
{
	struct page *page;
	bool ours;

	if (pmd_special(vmf->orig_pmd))
		return replace_huge_zero_page(vmf);
	if (!lock_unchanged_pmd(vmf))
		return 0;
	page = pmd_page(vmf->orig_pmd);
	if (PageAnonExclusive(page))
		return make_writable(vmf);
	if (!lock_page_under_pmd(vmf, page))
		return 0;
	ours = take_over(page, vmf->vma);
	unlock_page(page);
	if (ours)
		return make_writable(vmf);
	if (READ_ONCE(thp_cow) == THP_COW_HUGE) {
		get_page(page);
		spin_unlock(vmf->ptl);
		return copy_whole(vmf, page);
	}
	spin_unlock(vmf->ptl);
	return split_and_fall_back(vmf, HUGE_FAULT_SPLIT);
}
