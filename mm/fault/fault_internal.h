/* mm/fault/fault_internal.h - what the files of mm/fault share. */
#ifndef MM_FAULT_FAULT_INTERNAL_H
#define MM_FAULT_FAULT_INTERNAL_H

#include <mm/fault/fault.h>

/* A new page, before anybody else can see it: content is there, no atomic operation needed. */
static inline void set_new_page_uptodate(struct page *page)
{
	page->flags |= BIT(PG_uptodate);
}

/* A new page of the area joins the LRU; one of a VM_LOCKED area the unevictable list. => just mapped, lock of the table held */
void lru_add_new_page(struct page *page, struct vma *vma);

/* The PTE that maps a private page which only this area can have: dirty, and writable if the area is. */
static inline pte_t mk_exclusive_pte(struct page *page, struct vma *vma)
{
	pte_t pte = pte_mkdirty(pte_mkyoung(mk_pte(page, vm_get_page_prot(vma->vm_flags))));

	return likely(vma->vm_flags & VM_WRITE) ? pte_mkwrite(pte) : pte;
}

/* Lock vmf->pte's table. => false, nothing locked: the entry is not vmf->orig_pte any more, whoever changed it has won */
static inline bool lock_unchanged_pte(struct vm_fault *vmf)
{
	vmf->pte = pte_offset_map_lock(vmf->pmd, vmf->address, &vmf->ptl);
	if (unlikely(!vmf->pte))
		return false;
	if (likely(pte_same(ptep_get(vmf->pte), vmf->orig_pte) && !should_fail_mm_step(MM_STEP_ENTRY_SAME)))
		return true;
	spin_unlock(vmf->ptl);
	return false;
}

/*
 * lock_empty_pte - lock the PTE that the fault has found empty
 *
 * => 0, locked; else not locked: VM_FAULT_RETRY, it is not empty any more; VM_FAULT_SIGBUS, the OOM reaper is at work, and
 *    what it takes from a private area must not come back as zeros, or as the file's where it was a copy
 */
vm_fault_t lock_empty_pte(struct vm_fault *vmf);

/*
 * reuse_anon_page - may the only mapping of this private page write to it, instead of to a copy?
 *
 * => lock of the table held; a page whose mark says so is not asked here
 * => true: nobody else has a reference; the page belongs to vma->anon_vma now
 */
bool reuse_anon_page(struct page *page, struct vma *vma);

/*
 * map_swapped_in - a swap entry becomes a present one; the reference of the caller becomes the entry's
 *
 * => lock of the table held; page locked, uptodate, in the swap cache under the entry's slot
 * => returns the new PTE: writable only if write, and nobody else can have the page
 */
pte_t map_swapped_in(struct vma *vma, unsigned long address, pte_t *ptep, struct page *page, bool write);

/* map_swapped_in_huge - the same for a PMD-sized swap entry; page is the huge page of its slots */
pmd_t map_swapped_in_huge(struct vma *vma, unsigned long address, pmd_t *pmdp, struct page *page, bool write);
/* Is a page that comes in better off without its slot? => page locked, referenced by the caller */
bool should_free_swap(struct page *page, struct vma *vma, bool write);

void huge_zero_init(void);
void thp_policy_init(void);

#endif
