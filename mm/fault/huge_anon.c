/* mm/fault/huge_anon.c - the first touch of a 2 MB piece of anonymous memory that may be huge.
 *
 * With each huge PMD a page table is set aside, so that splitting it later needs no memory. Whatever can't be had here,
 * the fault falls back to 4 KB.
 *
 * Linux: mm/huge_memory.c (do_huge_pmd_anonymous_page).
 */
#include <mm/fault/fault.h>

#include <mm/alloc/page_alloc.h>
#include <mm/fault/fault_internal.h>
#include <mm/fault/huge_fault.h>
#include <mm/frame/vmstat.h>

static vm_fault_t fall_back(struct vm_fault *vmf)
{
	count_vm_event(THP_FAULT_FALLBACK);
	trace_huge_fault(vmf, HUGE_FAULT_NO_PAGE);
	return VM_FAULT_FALLBACK;
}

struct page *alloc_huge_page_for_fault(struct vm_fault *vmf)
{
	struct page *page = alloc_pages(thp_gfp_mask(vmf->vma), HPAGE_PMD_ORDER);

	if (page) {
		clear_huge_page(page, vmf->address);
		set_new_page_uptodate(page);
	}
	return page;
}

void map_new_huge_page(struct vm_fault *vmf, struct page *page, enum huge_fault_result result)
{
	struct vma *vma = vmf->vma;
	unsigned long start = vmf->address & HPAGE_PMD_MASK;
	pmd_t pmd = pmd_mkdirty(pmd_mkyoung(mk_huge_pmd(page, vm_get_page_prot(vma->vm_flags))));

	if (vma->vm_flags & VM_WRITE)
		pmd = pmd_mkwrite(pmd);
	add_mm_counter(vma->vm_mm, MM_ANONPAGES, HPAGE_PMD_NR);
	page_add_new_anon_rmap(page, vma, start, RMAP_PMD);
	lru_add_new_page(page, vma);
	deferred_split_watch(page);
	set_pmd(vmf->pmd, pmd);
	count_vm_event(THP_FAULT_ALLOC);
	trace_huge_fault(vmf, result);
}

/*
 * Lock the PMD, if it is still empty (*empty), and set the table aside behind it.
 * => the table is used up in any case. Not empty: nothing is locked; 0, another thread was faster, or VM_FAULT_SIGBUS: the OOM
 *    reaper is at work
 */
static vm_fault_t lock_empty_pmd(struct vm_fault *vmf, struct page *table, bool *empty)
{
	bool stable;

	vmf->ptl = pmd_lock(vmf->pmd);
	/* Under the lock: what the reaper takes it takes under it, after it has marked the mm. */
	stable = mm_is_stable(vmf->vma->vm_mm);
	*empty = stable && pmd_none(pmdp_get(vmf->pmd));
	if (likely(*empty)) {
		pgtable_trans_huge_deposit(vmf->pmd, table);
		mm_inc_nr_ptes(vmf->vma->vm_mm);
		return 0;
	}
	spin_unlock(vmf->ptl);
	table_page_free(table);
	trace_huge_fault(vmf, HUGE_FAULT_LOST);
	return stable ? 0 : VM_FAULT_SIGBUS;
}

static vm_fault_t map_huge_zero_page(struct vm_fault *vmf)
{
	struct vma *vma = vmf->vma;
	struct page *table = pte_alloc_one(GFP_KERNEL), *zero;
	vm_fault_t ret;
	bool empty;

	if (!table)
		return VM_FAULT_OOM;
	zero = mm_get_huge_zero_page(vma->vm_mm);
	if (!zero) {
		table_page_free(table);
		return fall_back(vmf);
	}
	ret = lock_empty_pmd(vmf, table, &empty);
	if (empty) {
		set_pmd(vmf->pmd, pmd_mkspecial(pmd_wrprotect(mk_huge_pmd(zero, vm_get_page_prot(vma->vm_flags)))));
		trace_huge_fault(vmf, HUGE_FAULT_ZERO_PAGE);
		spin_unlock(vmf->ptl);
	}
	return ret;
}

vm_fault_t do_huge_pmd_anonymous_page(struct vm_fault *vmf)
{
	struct vma *vma = vmf->vma;
	struct page *page, *table;
	vm_fault_t ret;
	bool empty;

	if (unlikely(anon_vma_prepare(vma)))
		return VM_FAULT_OOM;
	if (khugepaged_enter_hook)
		khugepaged_enter_hook(vma);
	if (!(vmf->flags & FAULT_FLAG_WRITE) && thp_use_zero_page)
		return map_huge_zero_page(vmf);
	page = alloc_huge_page_for_fault(vmf);
	if (!page)
		return fall_back(vmf);
	table = pte_alloc_one(GFP_KERNEL);
	if (!table) {
		put_page(page);
		return VM_FAULT_OOM;
	}
	ret = lock_empty_pmd(vmf, table, &empty);
	if (!empty) {
		put_page(page);
		return ret;
	}
	map_new_huge_page(vmf, page, HUGE_FAULT_MAPPED);
	spin_unlock(vmf->ptl);
	return 0;
}
