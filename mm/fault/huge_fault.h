/* mm/fault/huge_fault.h - what the kinds of huge faults share. */
#ifndef MM_FAULT_HUGE_FAULT_H
#define MM_FAULT_HUGE_FAULT_H

#include <kernel/trace/trace.h>
#include <mm/fault/fault.h>

static inline void trace_huge_fault(const struct vm_fault *vmf, enum huge_fault_result result)
{
	trace(huge_fault, vmf->vma->vm_mm, vmf->address, vmf->flags & FAULT_FLAG_WRITE, pmd_pfn(pmdp_get(vmf->pmd)),
	      result);
}

/* Lock the PMD if it is still as it was read. */
static inline bool lock_unchanged_pmd(struct vm_fault *vmf)
{
	vmf->ptl = pmd_lock(vmf->pmd);
	if (likely(pmd_same(pmdp_get(vmf->pmd), vmf->orig_pmd) && !should_fail_mm_step(MM_STEP_ENTRY_SAME)))
		return true;
	spin_unlock(vmf->ptl);
	return false;
}

/* Enough for 2 MB that are not strictly needed: nobody is pushed out for them, now or a moment later. */
bool memory_is_plentiful(void);
/*
 * swap_in_whole_pays - shall a PMD-sized entry come in by one read of 2 MB, or split and 4 KB at a time? Learns from each call
 *
 * => address: the one that is wanted; plentiful: nobody has to go for it; mmap_lock held
 */
bool swap_in_whole_pays(struct vma *vma, unsigned long address, bool plentiful);
/* A zeroed huge page as the area's defrag policy allows, not yet visible; NULL: fall back to 4 KB. Sleeps. */
struct page *alloc_huge_page_for_fault(struct vm_fault *vmf);
/* => vmf->pmd locked and empty (flushed, if it was not before), its page table deposited */
void map_new_huge_page(struct vm_fault *vmf, struct page *page, enum huge_fault_result result);

/* The huge page behind vmf->orig_pmd is being moved: wait, and let the program try again. */
vm_fault_t pmd_migration_entry_wait(struct vm_fault *vmf);

#endif
