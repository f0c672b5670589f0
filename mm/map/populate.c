/* mm/map/populate.c - faults before they happen: MAP_POPULATE, mlock, MADV_POPULATE_*.
 *
 * Linux: mm/gup.c (__mm_populate, faultin_page_range).
 */
#include <mm/map/map_internal.h>

#include <kernel/sched/task.h>
#include <mm/fault/fault.h>

#define POPULATE_STEP	(16 * HPAGE_PMD_SIZE)	/* bytes between two chances for others to take mmap_lock */

int populate_area(struct vma *vma, unsigned long start, unsigned long end, unsigned int fault_flags)
{
	unsigned long needed = fault_flags & FAULT_FLAG_WRITE ? VM_WRITE : VM_READ | VM_WRITE | VM_EXEC;
	unsigned long address = start;
	int error;

	if (!(vma->vm_flags & needed))
		return -EFAULT;
	while (address < end) {
		pmd_t *pmd;

		error = fault_in_page(vma, address, fault_flags);
		if (error)
			return error;
		pmd = mm_find_pmd(vma->vm_mm, address);
		if (pmd && pmd_trans_huge(pmdp_get(pmd)))
			address = pmd_addr_end(address, end);
		else
			address += PAGE_SIZE;
	}
	return 0;
}

/* Private writable areas get pages of their own, not the zero page. */
static unsigned int populate_flags(const struct vma *vma)
{
	return (vma->vm_flags & (VM_WRITE | VM_SHARED)) == VM_WRITE ? FAULT_FLAG_WRITE : 0;
}

int mm_populate(struct mm *mm, unsigned long start, unsigned long end)
{
	int error = 0;

	while (start < end && !error) {
		unsigned long stop;
		struct vma *vma;

		mmap_read_lock(mm);
		vma = find_vma_intersection(mm, start, end);
		if (!vma) {
			mmap_read_unlock(mm);
			break;
		}
		start = max(start, vma->vm_start);
		stop = min(min(vma->vm_end, end), start + POPULATE_STEP);
		if (!(vma->vm_flags & (VM_PFNMAP | VM_IO)))
			error = populate_area(vma, start, stop, populate_flags(vma));
		mmap_read_unlock(mm);
		start = stop;
	}
	return error;
}
