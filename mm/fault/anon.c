/* mm/fault/anon.c - the first touch of anonymous memory: the zero page for a read, a page of its own for a write.
 *
 * Linux: mm/memory.c (do_anonymous_page).
 */
#include <mm/fault/fault.h>

#include <mm/alloc/page_alloc.h>
#include <mm/fault/fault_internal.h>
#include <mm/frame/lru.h>
#include <mm/frame/vmstat.h>

void lru_add_new_page(struct page *page, struct vma *vma)
{
	if (unlikely(vma->vm_flags & VM_LOCKED)) {
		page->flags |= BIT(PG_mlocked) | BIT(PG_unevictable);
		mod_page_state(NR_MLOCK, compound_nr(page));
		count_vm_events(UNEVICTABLE_PGMLOCKED, compound_nr(page));
		count_vm_events(UNEVICTABLE_PGCULLED, compound_nr(page));
	}
	lru_add(page);
}

vm_fault_t lock_empty_pte(struct vm_fault *vmf)
{
#ifdef BUG_anon_no_recheck	/* two threads touch it first: one page covers the other, with what was written to it */
	if (!(vmf->pte = pte_offset_map_lock(vmf->pmd, vmf->address, &vmf->ptl)))
#else
	if (!lock_unchanged_pte(vmf))
#endif
		return VM_FAULT_RETRY;
	if (vmf->vma->vm_flags & VM_SHARED || mm_is_stable(vmf->vma->vm_mm))
		return 0;
	spin_unlock(vmf->ptl);
	return VM_FAULT_SIGBUS;
}

/* The zero page is not counted: no reference, no mapping, no RSS. */
static vm_fault_t map_zero_page(struct vm_fault *vmf)
{
	pte_t pte = pte_mkspecial(pte_wrprotect(pfn_pte(zero_pfn, vm_get_page_prot(vmf->vma->vm_flags))));
	vm_fault_t ret = lock_empty_pte(vmf);

	if (ret)
		return ret & ~VM_FAULT_RETRY;
	set_pte_at(vmf->pte, pte);
	spin_unlock(vmf->ptl);
	return 0;
}

vm_fault_t do_anonymous_page(struct vm_fault *vmf)
{
	struct vma *vma = vmf->vma;
	struct page *page;
	vm_fault_t ret;

	if (unlikely(pte_alloc(vma->vm_mm, vmf->pmd)))
		return VM_FAULT_OOM;
	if (!(vmf->flags & FAULT_FLAG_WRITE))
		return map_zero_page(vmf);
	if (unlikely(anon_vma_prepare(vma)))
		return VM_FAULT_OOM;
	page = alloc_page(GFP_HIGHUSER_MOVABLE | __GFP_ZERO);
	if (unlikely(!page))
		return VM_FAULT_OOM;
	set_new_page_uptodate(page);

	ret = lock_empty_pte(vmf);
	if (unlikely(ret)) {
		put_page(page);
		return ret & ~VM_FAULT_RETRY;
	}
	add_mm_counter(vma->vm_mm, MM_ANONPAGES, 1);
	page_add_new_anon_rmap(page, vma, vmf->address, RMAP_PTE);
	lru_add_new_page(page, vma);
	set_pte_at(vmf->pte, mk_exclusive_pte(page, vma));
	spin_unlock(vmf->ptl);
	return 0;
}
