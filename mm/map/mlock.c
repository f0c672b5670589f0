/* mm/map/mlock.c - areas whose pages stay in memory.
 *
 * VM_LOCKED on the area is what counts: reclaim finds it through the reverse map and keeps the page. PG_mlocked and the
 * unevictable list only spare reclaim the look. A page of a huge page that is mapped in parts is therefore left where it is.
 *
 * Linux: mm/mlock.c.
 */
#include <mm/map/map_internal.h>

#include <kernel/sched/task.h>
#include <mm/rmap/rmap.h>

bool can_do_mlock(void)
{
	return rlimit(RLIMIT_MEMLOCK) || capable(CAP_IPC_LOCK);
}

bool mlock_limit_allows(const struct mm *mm, unsigned long pages)
{
	return mm->locked_vm + pages <= rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT || capable(CAP_IPC_LOCK);
}

/* --- pages that are there already --------------------------------------------------------------------------------------- */

static void mark_ptes(pmd_t *pmd, unsigned long start, unsigned long end, void (*mark)(struct page *page))
{
	spinlock_t *ptl;
	pte_t *pte = pte_offset_map_lock(pmd, start, &ptl);
	unsigned long address;

	if (!pte)
		return;
	for (address = start; address < end; address += PAGE_SIZE, pte++) {
		pte_t entry = ptep_get(pte);

		if (pte_present(entry) && !pte_special(entry) && !PageCompound(pte_page(entry)))
			mark(pte_page(entry));
	}
	spin_unlock(ptl);
}

static void mark_pages(struct vma *vma, unsigned long start, unsigned long end, void (*mark)(struct page *page))
{
	unsigned long address, next;

	for (address = start; address < end; address = next) {
		pmd_t *pmd = mm_find_pmd(vma->vm_mm, address);
		spinlock_t *ptl;

		next = pmd ? pmd_addr_end(address, end) : pud_addr_end(address, end);
		if (!pmd || pmd_none(pmdp_get(pmd)))
			continue;
		ptl = pmd_trans_huge_lock(pmd);
		if (ptl) {
			if (pmd_present(pmdp_get(pmd)) && !pmd_special(pmdp_get(pmd)))
				mark(pmd_page(pmdp_get(pmd)));
			spin_unlock(ptl);
		} else {
			mark_ptes(pmd, address, next, mark);
		}
		cond_resched();
	}
}

/* --- areas ------------------------------------------------------------------------------------------------------------------ */

/* lock: VM_LOCKED, perhaps with VM_LOCKONFAULT; 0: unlock. 0 or -ENOMEM. *vmap is the area that has the range afterwards */
static int lock_area(struct vma **vmap, unsigned long start, unsigned long end, unsigned long lock)
{
	struct vma *vma = *vmap;
	unsigned long old = vma->vm_flags, new = (old & ~(VM_LOCKED | VM_LOCKONFAULT)) | lock;
	long pages = (end - start) >> PAGE_SHIFT;

	if (new == old || old & (VM_PFNMAP | VM_IO))
		return 0;
	vma = vma_modify_flags(vma, start, end, new);
	if (IS_ERR(vma))
		return PTR_ERR(vma);
	*vmap = vma;
	if ((old ^ new) & VM_LOCKED) {
		vma->vm_mm->locked_vm += lock ? pages : -pages;
		mark_pages(vma, start, end, lock ? mlock_page : munlock_page);
	}
	return 0;
}

/* => mmap_lock held for writing; 0 or -ENOMEM (also when there is a hole) */
static int lock_range(struct mm *mm, unsigned long start, unsigned long end, unsigned long lock)
{
	struct vma *vma = vma_lookup(mm, start);
	int error;

	if (!vma)
		return -ENOMEM;
	for (;;) {
		unsigned long next = min(vma->vm_end, end);

		error = lock_area(&vma, start, next, lock);
		start = next;
		if (error || start >= end)
			return error;
		vma = vma_lookup(mm, start);
		if (!vma)
			return -ENOMEM;
	}
}

/* Pages of the range that are locked already and do not count again. */
static unsigned long count_locked(struct mm *mm, unsigned long start, unsigned long end)
{
	struct vma *vma = find_vma_intersection(mm, start, end);
	unsigned long pages = 0;

	for (; vma && vma->vm_start < end; vma = vma_next(vma))
		if (vma->vm_flags & VM_LOCKED)
			pages += (min(vma->vm_end, end) - max(vma->vm_start, start)) >> PAGE_SHIFT;
	return pages;
}

/* What mlock(2) says when pages can't be brought in. */
static int mlock_error(int error)
{
	return error == -EFAULT ? -ENOMEM : error == -ENOMEM ? -EAGAIN : error;
}

int do_mlock(struct mm *mm, unsigned long start, unsigned long len, unsigned long vm_flags)
{
	unsigned long end;
	int error;

	len = PAGE_ALIGN(len + (start & ~PAGE_MASK));
	start &= PAGE_MASK;
	end = start + len;
	if (!can_do_mlock())
		return -EPERM;
	if (end < start)
		return -EINVAL;
	if (end == start)
		return 0;
	mmap_write_lock(mm);
	error = -ENOMEM;
	if (mlock_limit_allows(mm, (len >> PAGE_SHIFT) - count_locked(mm, start, end)))
		error = lock_range(mm, start, end, vm_flags);
	mmap_write_unlock(mm);
	if (error || vm_flags & VM_LOCKONFAULT)
		return error;
	return mlock_error(mm_populate(mm, start, end));
}

int do_munlock(struct mm *mm, unsigned long start, unsigned long len)
{
	unsigned long end;
	int error;

	len = PAGE_ALIGN(len + (start & ~PAGE_MASK));
	start &= PAGE_MASK;
	end = start + len;
	if (end < start)
		return -EINVAL;
	if (end == start)
		return 0;
	mmap_write_lock(mm);
	error = lock_range(mm, start, end, 0);
	mmap_write_unlock(mm);
	return error;
}

static void lock_all_areas(struct mm *mm, unsigned long lock)
{
	struct vma *vma = vma_first(mm);

	for (; vma; vma = vma_next(vma)) {
		lock_area(&vma, vma->vm_start, vma->vm_end, lock);
		cond_resched();
	}
}

int do_mlockall(struct mm *mm, int flags)
{
	unsigned long lock = VM_LOCKED | (flags & MCL_ONFAULT ? VM_LOCKONFAULT : 0);
	int error = 0;

	if (!flags || flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) || flags == MCL_ONFAULT)
		return -EINVAL;
	if (!can_do_mlock())
		return -EPERM;
	mmap_write_lock(mm);
	if (flags & MCL_CURRENT && !mlock_limit_allows(mm, mm->total_vm - mm->locked_vm))
		error = -ENOMEM;
	if (!error) {
		mm->def_flags = flags & MCL_FUTURE ? lock : 0;
		if (flags & MCL_CURRENT)
			lock_all_areas(mm, lock);
	}
	mmap_write_unlock(mm);
	/* Areas without rights can't be populated, and that is no error here. */
	if (!error && flags & MCL_CURRENT && !(flags & MCL_ONFAULT))
		mm_populate(mm, 0, TASK_SIZE);
	return error;
}

int do_munlockall(struct mm *mm)
{
	mmap_write_lock(mm);
	mm->def_flags = 0;
	lock_all_areas(mm, 0);
	mmap_write_unlock(mm);
	return 0;
}
