/* process/sys_mm.c - system calls about memory.
 *
 * Linux: mm/mmap.c, mprotect.c, mremap.c, madvise.c, mincore.c, mlock.c, msync.c.
 */
#include <process/syscalls.h>

#include <kernel/lib/errno.h>
#include <kernel/sched/task.h>
#include <mm/map/map.h>

#define MLOCK_ONFAULT	1

long sys_mmap(unsigned long addr, unsigned long len, unsigned long prot, unsigned long flags, unsigned long fd,
	      unsigned long offset)
{
	if (offset & ~PAGE_MASK)
		return -EINVAL;
	return ksys_mmap_pgoff(addr, len, prot, flags, fd, offset >> PAGE_SHIFT);
}

long sys_munmap(unsigned long addr, unsigned long len)
{
	return do_munmap(current->mm, addr, len);
}

long sys_mprotect(unsigned long addr, unsigned long len, unsigned long prot)
{
	return do_mprotect(current->mm, addr, len, prot);
}

long sys_mremap(unsigned long addr, unsigned long old_len, unsigned long new_len, unsigned long flags,
		unsigned long new_addr)
{
	return do_mremap(current->mm, addr, old_len, new_len, flags, new_addr);
}

long sys_brk(unsigned long brk)
{
	return do_brk(current->mm, brk);
}

long sys_madvise(unsigned long addr, unsigned long len, int advice)
{
	return do_madvise(current->mm, addr, len, advice);
}

long sys_mincore(unsigned long addr, unsigned long len, u8 __user *vec)
{
	return do_mincore(current->mm, addr, len, vec);
}

long sys_msync(unsigned long addr, unsigned long len, int flags)
{
	return do_msync(current->mm, addr, len, flags);
}

long sys_mlock(unsigned long addr, unsigned long len)
{
	return do_mlock(current->mm, addr, len, VM_LOCKED);
}

long sys_mlock2(unsigned long addr, unsigned long len, int flags)
{
	if (flags & ~MLOCK_ONFAULT)
		return -EINVAL;
	return do_mlock(current->mm, addr, len, VM_LOCKED | (flags & MLOCK_ONFAULT ? VM_LOCKONFAULT : 0));
}

long sys_munlock(unsigned long addr, unsigned long len)
{
	return do_munlock(current->mm, addr, len);
}

long sys_mlockall(int flags)
{
	return do_mlockall(current->mm, flags);
}

long sys_munlockall(void)
{
	return do_munlockall(current->mm);
}
