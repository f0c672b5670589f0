/* process/sys_mm.c - system calls about memory.
 *
 * Linux: mm/mmap.c, mprotect.c, mremap.c, madvise.c, mincore.c, mlock.c, msync.c.
 */
#include <process/syscalls.h>

#include <fs/iov_iter.h>
#include <kernel/lib/errno.h>
#include <kernel/sched/task.h>
#include <mm/alloc/slab.h>
#include <mm/map/map.h>
#include <process/pidfd.h>

#define MLOCK_ONFAULT	1

long sys_pidfd_open(pid_t pid, unsigned int flags)
{
	return do_pidfd_open(pid, flags);
}

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

/* Advice that another process may give: it changes where memory is, and not what it holds. */
static bool others_may_advise(int advice)
{
	return advice == MADV_COLD || advice == MADV_PAGEOUT || advice == MADV_WILLNEED || advice == MADV_COLLAPSE;
}

/* => bytes of the ranges before the first that failed; if that is the very first, its error */
static long advise_ranges(struct mm *mm, const struct iov_iter *ranges, int advice)
{
	long done = 0, error = 0;

	for (unsigned int i = 0; i < ranges->nr_segs && !error; i++) {
		error = do_madvise(mm, (unsigned long)ranges->iov[i].iov_base, ranges->iov[i].iov_len, advice);
		if (!error)
			done += ranges->iov[i].iov_len;
	}
	return done ? done : error;
}

long sys_process_madvise(int pidfd, const struct user_iovec __user *vec, unsigned long nr, int advice, unsigned int flags)
{
	struct user_iovec *array;
	struct iov_iter ranges;
	struct mm *mm;
	long ret;

	if (flags)
		return -EINVAL;
	ret = iov_iter_import(&ranges, vec, nr, &array);
	if (ret)
		goto out;
	mm = pidfd_get_mm(pidfd);
	ret = IS_ERR(mm) ? PTR_ERR(mm) : capable(CAP_SYS_NICE) ? 0 : -EPERM;
	/* Advice that nobody may give is told from advice that he may not give. */
	if ((!IS_ERR(mm) || ret == -EACCES) && !others_may_advise(advice))
		ret = -EINVAL;
	if (!ret)
		ret = advise_ranges(mm, &ranges, advice);
	if (!IS_ERR(mm))
		mmput(mm);
out:
	kfree(array);
	return ret;
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
