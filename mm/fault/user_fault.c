/* mm/fault/user_fault.c - an access to a user address faulted: find its area, check its rights, fault the page in.
 *
 * Linux: arch/x86/mm/fault.c (do_user_addr_fault), mm/mmap_lock.c (lock_mm_and_find_vma).
 */
#include <mm/fault/fault.h>

#include <kernel/sched/task.h>

#define OOM_RETRIES	16	/* ticks that one fault waits for memory before its own task is given up */

/* The stack must grow, which changes the area: back with mmap_lock held for reading, or NULL and not held. */
static struct vma *grow_stack(struct mm *mm, unsigned long address)
{
	struct vma *vma;

	mmap_read_unlock(mm);
	mmap_write_lock(mm);
	vma = find_vma(mm, address);
	if (!vma || (vma->vm_start > address && expand_stack(vma, address))) {
		mmap_write_unlock(mm);
		return NULL;
	}
	downgrade_write(&mm->mmap_lock);
	return vma;
}

/* => mmap_lock held for reading; or NULL, and not held */
static struct vma *lock_and_find_vma(struct mm *mm, unsigned long address)
{
	struct vma *vma;

	mmap_read_lock(mm);
	vma = find_vma(mm, address);
	if (likely(vma && vma->vm_start <= address))
		return vma;
	if (vma && vma->vm_flags & VM_GROWSDOWN)
		return grow_stack(mm, address);
	mmap_read_unlock(mm);
	return NULL;
}

static bool access_allowed(const struct vma *vma, unsigned int flags)
{
	if (flags & FAULT_FLAG_WRITE)
		return vma->vm_flags & VM_WRITE;
	if (flags & FAULT_FLAG_INSTRUCTION)
		return vma->vm_flags & VM_EXEC;
	return vma->vm_flags & (VM_READ | VM_WRITE | VM_EXEC);
}

static void count_for_task(vm_fault_t ret)
{
	if (ret & VM_FAULT_MAJOR)
		current->maj_flt++;
	else
		current->min_flt++;
}

int fault_in_user(struct mm *mm, unsigned long address, unsigned int flags, int *si_code)
{
	unsigned int ooms = 0;
	struct vma *vma;
	vm_fault_t ret;

	do {
		vma = lock_and_find_vma(mm, address);
		if (unlikely(!vma)) {
			*si_code = FAULT_SEGV_MAPERR;
			return FAULT_SIGSEGV;
		}
		if (unlikely(!access_allowed(vma, flags))) {
			mmap_read_unlock(mm);
			*si_code = FAULT_SEGV_ACCERR;
			return FAULT_SIGSEGV;
		}
		ret = handle_mm_fault(vma, address, flags);
		mmap_read_unlock(mm);
		if (likely(!(ret & (VM_FAULT_ERROR | VM_FAULT_RETRY)))) {
			count_for_task(ret);
			return 0;
		}
		if (ret & (VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV)) {
			*si_code = ret & VM_FAULT_SIGBUS ? FAULT_BUS_ADRERR : FAULT_SEGV_MAPERR;
			return ret & VM_FAULT_SIGBUS ? FAULT_SIGBUS : FAULT_SIGSEGV;
		}
		/*
		 * The allocator gives up only when this task is being killed, after it has chosen a victim itself; or
		 * when a test makes it fail. With no lock held now, whoever was chosen can exit.
		 */
		if (ret & VM_FAULT_OOM && ooms++)
			schedule_timeout_uninterruptible(1);
	} while (ooms < OOM_RETRIES && !fatal_signal_pending(current));
	return -ENOMEM;
}
