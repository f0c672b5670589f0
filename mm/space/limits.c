/* mm/space/limits.c - how much a process, and all processes together, may promise themselves.
 *
 * Memory is committed when it is mapped private and writable, and used when it is touched. overcommit_memory 0 refuses
 * only what could never fit, 1 refuses nothing, 2 keeps the sum of all promises below the commit limit.
 *
 * Linux: mm/util.c (__vm_enough_memory), mm/mmap.c (may_expand_vm).
 */
#include <mm/space/space.h>

#include <mm/frame/buddy.h>
#include <mm/swap/swap.h>

int sysctl_overcommit_memory = OVERCOMMIT_GUESS;
int sysctl_overcommit_ratio = 50;	/* per cent of RAM that mode 2 lets commit, besides swap */
atomic_long_t vm_committed_as;
unsigned long (*rlimit_hook)(unsigned int resource);

#define DEFAULT_STACK_LIMIT	(8UL << 20)

unsigned long vm_commit_limit(void)
{
	return totalram_pages() * (unsigned long)sysctl_overcommit_ratio / 100 + total_swap_pages();
}

int vm_enough_memory(long pages)
{
	long committed = atomic_long_add_return(pages, &vm_committed_as);
	bool fits = true;

	if (sysctl_overcommit_memory == OVERCOMMIT_GUESS)
		fits = pages <= (long)(totalram_pages() + total_swap_pages());
	else if (sysctl_overcommit_memory == OVERCOMMIT_NEVER)
		fits = committed < (long)vm_commit_limit();
	if (fits)
		return 0;
	vm_unacct_memory(pages);
	return -ENOMEM;
}

unsigned long rlimit(unsigned int resource)
{
	if (rlimit_hook)
		return rlimit_hook(resource);
	return resource == RLIMIT_STACK ? DEFAULT_STACK_LIMIT : RLIM_INFINITY;
}

bool may_expand_vm(struct mm *mm, unsigned long vm_flags, unsigned long pages)
{
	bool data = (vm_flags & (VM_WRITE | VM_SHARED | VM_GROWSDOWN)) == VM_WRITE;

	if (mm->total_vm + pages > rlimit(RLIMIT_AS) >> PAGE_SHIFT)
		return false;
	return !data || mm->data_vm + pages <= rlimit(RLIMIT_DATA) >> PAGE_SHIFT;
}
