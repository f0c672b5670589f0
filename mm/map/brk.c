/* mm/map/brk.c - the heap: one anonymous area behind the program's data, that grows and shrinks at its end.
 *
 * Linux: mm/mmap.c (brk, do_brk_flags).
 */
#include <mm/map/map_internal.h>

/* Is [start, end) free, and a page behind it, so that the heap does not touch what comes next? */
static bool room_for_heap(struct mm *mm, unsigned long start, unsigned long end)
{
	struct vma *next = find_vma(mm, start);

	if (!next)
		return end <= TASK_SIZE;
	if (next->vm_flags & VM_GROWSDOWN)
		return end + PAGE_SIZE + STACK_GUARD_GAP <= next->vm_start;
	return end + PAGE_SIZE <= next->vm_start;
}

/* 0 or -errno. => mmap_lock held for writing */
static int expand_heap(struct mm *mm, unsigned long start, unsigned long end)
{
	unsigned long flags = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_ACCOUNT | VM_SOFTDIRTY |
			      mm->def_flags;
	unsigned long pages = (end - start) >> PAGE_SHIFT;
	struct vma *vma;

	if (!room_for_heap(mm, start, end) || !may_expand_vm(mm, flags, pages) || mm->map_count > sysctl_max_map_count)
		return -ENOMEM;
	if (flags & VM_LOCKED && !mlock_limit_allows(mm, pages))
		return -EAGAIN;
	if (vm_enough_memory(pages))
		return -ENOMEM;
	vma = vma_alloc(mm);
	if (!vma) {
		vm_unacct_memory(pages);
		return -ENOMEM;
	}
	vma->vm_start = start;
	vma->vm_end = end;
	vma->vm_flags = flags;
	vma->vm_pgoff = start >> PAGE_SHIFT;
	if (vma_merge(mm, vma))
		vma_free(vma);
	else
		vma_link(mm, vma);
	if (flags & VM_LOCKED)
		mm->locked_vm += pages;
	return 0;
}

/* => mmap_lock held for writing. false: the break stays where it is */
static bool set_break(struct mm *mm, unsigned long brk)
{
	unsigned long old_end = PAGE_ALIGN(mm->brk), new_end = PAGE_ALIGN(brk);
	unsigned long data = brk - mm->start_brk + (mm->end_data - mm->start_data);

	if (brk < mm->start_brk || brk > TASK_SIZE)
		return false;
	if (data > rlimit(RLIMIT_DATA))
		return false;
	if (new_end < old_end && munmap_locked(mm, new_end, old_end))
		return false;
	if (new_end > old_end && expand_heap(mm, old_end, new_end))
		return false;
	mm->brk = brk;
	return true;
}

unsigned long do_brk(struct mm *mm, unsigned long brk)
{
	unsigned long old, result;
	bool populate;

	mmap_write_lock(mm);
	old = mm->brk;
	populate = set_break(mm, brk) && brk > old && mm->def_flags & VM_LOCKED;
	result = mm->brk;
	mmap_write_unlock(mm);
	if (populate)
		mm_populate(mm, PAGE_ALIGN(old), PAGE_ALIGN(brk));
	return result;
}
