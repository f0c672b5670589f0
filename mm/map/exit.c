/* mm/map/exit.c - the end of an address space, and the OOM reaper's way to it.
 *
 * Linux: mm/mmap.c (exit_mmap), mm/oom_kill.c (__oom_reap_task_mm).
 */
#include <mm/map/map_internal.h>

#include <kernel/lib/bitmap.h>
#include <mm/fault/fault.h>
#include <mm/file/page_cache.h>
#include <mm/reclaim/reclaim.h>

void map_init(void)
{
	exit_mmap_hook = exit_mmap;
	unmap_mapping_hook = unmap_mapping_range;
}

/* Areas go from the lowest up. A table that the next one uses too stays until that one goes. */
static void free_areas(struct mm *mm, struct mmu_gather *tlb)
{
	struct vma *vma = vma_first(mm), *next;

	for (; vma; vma = next) {
		unsigned long start = vma->vm_start, end = vma->vm_end;

		next = vma_next(vma);
		if (vma->vm_flags & VM_ACCOUNT)
			vm_unacct_memory(vma_pages(vma));
		vma_unlink(mm, vma);
		vma_free(vma);
		free_page_tables(tlb, mm, start, end, 0, next ? next->vm_start : TABLE_CEILING);
	}
}

void exit_mmap(struct mm *mm)
{
	struct mmu_gather tlb;
	struct vma *vma;

	if (khugepaged_exit_hook)
		khugepaged_exit_hook(mm);
	/* Nobody runs here any more, but the OOM reaper or a look from outside may still hold the lock. */
	mmap_write_lock(mm);
	tlb_gather_mmu(&tlb, mm, true);
	for_each_vma(mm, vma)
		unmap_page_range(&tlb, vma, vma->vm_start, vma->vm_end);
	free_areas(mm, &tlb);
	tlb_finish_mmu(&tlb);
	mm_put_huge_zero_page(mm);
	mm->locked_vm = 0;
	set_bit(MMF_OOM_SKIP, &mm->flags);
	mmap_write_unlock(mm);
	oom_victim_gone(mm);
}

/*
 * The mm is marked first: from then on no fault brings in a page, which would read as zeroes what had other content. Shared
 * pages stay, they would not be freed.
 */
void oom_reap_mm(struct mm *mm)
{
	struct vma *vma;

	set_bit(MMF_UNSTABLE, &mm->flags);
	for_each_vma(mm, vma)
		if (!(vma->vm_flags & (VM_SHARED | VM_PFNMAP)))
			zap_page_range(vma, vma->vm_start, vma->vm_end);
}
