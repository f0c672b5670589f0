/* mm/fault/cow.c - a write to a page that this entry may not write: take the page over, or copy it.
 *
 * After fork both processes map each page read-only. Who writes gets a copy, unless he is alone with the page:
 *
 *	PG_anon_exclusive	no other process can map it. Cleared by fork (mm/map/copy.c), set here and by new pages
 *	no mark, one reference	all others are gone; then the mark is set again
 *
 * Counting mappings instead of references would not do: a page that somebody reads through a pin, or that waits
 * half-way to swap, is not ours to write ("COW vulnerability", CVE-2020-29374).
 *
 * Linux: mm/memory.c (do_wp_page, wp_can_reuse_anon_folio, wp_page_copy).
 */
#include <mm/fault/fault.h>

#include <kernel/trace/trace.h>
#include <mm/alloc/page_alloc.h>
#include <mm/fault/fault_internal.h>
#include <mm/frame/lru.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>
#include <mm/swap/swap.h>
#include <mm/table/tlb.h>

bool reuse_anon_page(struct page *page, struct vma *vma)
{
	struct page *head = compound_head(page);
	bool alone;

#ifdef BUG_cow_by_mapcount
	return page_mapcount(page) == 1;	/* who holds the page without mapping it sees what we write from now on */
#endif
	/* Ours, the swap cache's, and that of a batch on its way to the LRU: more can't go away in time. */
	if (page_count(head) > 3)
		return false;
	if (!PageLRU(head))
		lru_add_drain();
	if (page_count(head) > 1 + PageSwapCache(head) || !trylock_page(head))
		return false;
	if (PageSwapCache(head))
		try_to_free_swap(head);
	alone = page_count(head) == 1;
	if (alone) {
		page_move_anon_rmap(head, vma);
		SetPageAnonExclusive(page);
	}
	unlock_page(head);
	return alone;
}

/* => lock of the table held, dropped on return */
static vm_fault_t wp_page_reuse(struct vm_fault *vmf)
{
	u64 bits = _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_SOFT_DIRTY | _PAGE_RW;

	__atomic_fetch_or(&vmf->pte->pte, bits, __ATOMIC_SEQ_CST);
	trace(wp_fault, vmf->vma->vm_mm, vmf->address, pte_pfn(vmf->orig_pte), false);
	spin_unlock(vmf->ptl);
	count_vm_event(PGREUSE);
	return 0;
}

/* Put new in the place of old (NULL: the zero page). => false: the entry has changed meanwhile */
static bool install_copy(struct vm_fault *vmf, struct page *new, struct page *old)
{
	struct vma *vma = vmf->vma;

	if (!lock_unchanged_pte(vmf))
		return false;
	if (!old || !PageAnon(old)) {
		add_mm_counter(vma->vm_mm, MM_ANONPAGES, 1);
		if (old)
			add_mm_counter(vma->vm_mm, mm_counter_of(old), -1);
	}
	/*
	 * Clear, flush, install. If the new entry came first, a thread on another CPU could still read the old page
	 * after this one has written to the new.
	 */
	ptep_clear_flush(vma, vmf->address, vmf->pte);
	page_add_new_anon_rmap(new, vma, vmf->address, RMAP_PTE);
	lru_add_new_page(new, vma);
	set_pte_at(vmf->pte, mk_exclusive_pte(new, vma));
	trace(wp_fault, vma->vm_mm, vmf->address, pte_pfn(vmf->orig_pte), true);
	if (old)
		page_remove_rmap(old, vma, RMAP_PTE);
	spin_unlock(vmf->ptl);
	return true;
}

/* => old is referenced (the reference is dropped here), or NULL: the zero page; no lock of a table held */
static vm_fault_t wp_page_copy(struct vm_fault *vmf, struct page *old)
{
	struct page *new = NULL;
	vm_fault_t ret = VM_FAULT_OOM;

	if (likely(!anon_vma_prepare(vmf->vma)))
		new = alloc_page(GFP_HIGHUSER_MOVABLE | (old ? 0 : __GFP_ZERO));
	if (likely(new)) {
		if (old)
			copy_page(page_address(new), page_address(old));
		set_new_page_uptodate(new);
		ret = 0;
		if (!install_copy(vmf, new, old)) {
			put_page(new);
		} else if (old) {
			free_swap_if_unmapped(compound_head(old));
			put_page(old);		/* the entry's */
		}
	}
	if (old)
		put_page(old);
	return ret;
}

vm_fault_t do_wp_page(struct vm_fault *vmf)
{
	struct vma *vma = vmf->vma;
	struct page *page = pte_special(vmf->orig_pte) ? NULL : pte_page(vmf->orig_pte);

	if (vma->vm_flags & VM_SHARED) {
		if (page)
			SetPageDirty(compound_head(page));
		return wp_page_reuse(vmf);
	}
	if (page && PageAnon(page) && (PageAnonExclusive(page) || reuse_anon_page(page, vma)))
		return wp_page_reuse(vmf);
	if (page)
		get_page(page);
	spin_unlock(vmf->ptl);
	return wp_page_copy(vmf, page);
}
