/* mm/map/map_internal.h - what the files of mm/map share. */
#ifndef MM_MAP_MAP_INTERNAL_H
#define MM_MAP_MAP_INTERNAL_H

#include <mm/map/map.h>
#include <mm/table/tlb.h>

/* One past the last user address that a table can cover: page tables above the last area have this ceiling. */
#define TABLE_CEILING	(1UL << 47)

/* Empty the entries of [start, end), give the pages to tlb. => any lock that keeps the tables (mmap_lock, i_mmap); sleeps */
void unmap_page_range(struct mmu_gather *tlb, struct vma *vma, unsigned long start, unsigned long end);

/* Give all entries of [start, end) the area's rights. => mmap_lock held for writing, flags are set already */
void change_protection(struct vma *vma, unsigned long start, unsigned long end);

/* Does such an area promise memory that may not be there? */
static inline bool accountable(unsigned long vm_flags)
{
	return (vm_flags & (VM_NORESERVE | VM_SHARED | VM_WRITE)) == VM_WRITE;
}

/* Fault in what is missing in one area's part. => mmap_lock held for reading; 0, -EFAULT (no such right), -ENOMEM, -EINTR */
int populate_area(struct vma *vma, unsigned long start, unsigned long end, unsigned int fault_flags);

/* MADV_COLD, MADV_PAGEOUT, MADV_FREE. => mmap_lock held for reading; AGE_FREE: the area is anonymous */
enum age_goal { AGE_COLD, AGE_PAGEOUT, AGE_FREE };
void age_range(struct vma *vma, unsigned long start, unsigned long end, enum age_goal goal);

/* May this task lock memory at all (RLIMIT_MEMLOCK is not 0, or CAP_IPC_LOCK)? May it lock so many pages more? */
bool can_do_mlock(void);
bool mlock_limit_allows(const struct mm *mm, unsigned long pages);

/* Where a walk by PMDs goes on when the table above the PMD at address is missing. */
static inline unsigned long pud_addr_end(unsigned long address, unsigned long end)
{
	unsigned long next = (address + PUD_SIZE) & PUD_MASK;

	return next - 1 < end - 1 ? next : end;
}

#endif
