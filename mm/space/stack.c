/* mm/space/stack.c - a stack grows down when it is touched below its end.
 *
 * Between a stack and what lies below it STACK_GUARD_GAP stays free, so that a large frame can't step over the guard
 * into somebody else's memory ("stack clash", CVE-2017-1000364).
 *
 * Linux: mm/mmap.c (expand_downwards, acct_stack_growth).
 */
#include <mm/space/space.h>

#include <kernel/sync/lockdep.h>

/* Does the area below leave enough room for a stack that begins at address? */
static bool guard_is_free(const struct vma *prev, unsigned long address)
{
	if (!prev)
		return true;
	if (prev->vm_end > address)
		return false;
	if (!(prev->vm_flags & (VM_READ | VM_WRITE | VM_EXEC)) || (prev->vm_flags & VM_GROWSDOWN))
		return true;
	return address - prev->vm_end >= STACK_GUARD_GAP;
}

int expand_stack(struct vma *vma, unsigned long address)
{
	struct mm *mm = vma->vm_mm;
	unsigned long pages;

	lockdep_assert_held_write(&mm->mmap_lock);
	address &= PAGE_MASK;
	if (address >= vma->vm_start)
		return 0;
	if (!(vma->vm_flags & VM_GROWSDOWN) || address < MMAP_MIN_ADDR || !guard_is_free(vma_prev(vma), address))
		return -ENOMEM;
	pages = (vma->vm_start - address) >> PAGE_SHIFT;
	/* Page offsets go down with the addresses. A moved area may have small ones; the reverse map can't search beyond 0. */
	if (pages > vma->vm_pgoff)
		return -ENOMEM;
	if (vma->vm_end - address > rlimit(RLIMIT_STACK) || !may_expand_vm(mm, vma->vm_flags, pages))
		return -ENOMEM;
	if (vma->vm_flags & VM_LOCKED && (mm->locked_vm + pages) << PAGE_SHIFT > rlimit(RLIMIT_MEMLOCK) && !capable(CAP_IPC_LOCK))
		return -ENOMEM;
	if (vma->vm_flags & VM_ACCOUNT && vm_enough_memory(pages))
		return -ENOMEM;
	vma_set_range(vma, address, vma->vm_end);
	vm_stat_account(mm, vma->vm_flags, pages);
	if (vma->vm_flags & VM_LOCKED)
		mm->locked_vm += pages;
	return 0;
}
