/* mm/space/limits.c - how much a process, and all processes together, may promise themselves.
 *
 * Memory is committed when it is mapped private and writable, and used when it is touched. overcommit_memory 0 refuses
 * only what could never fit, 1 refuses nothing, 2 keeps the sum of all promises below the commit limit.
 *
 * Linux: mm/util.c (__vm_enough_memory), mm/mmap.c (may_expand_vm).
 */
#include <mm/space/space.h>

#include <kernel/sched/task.h>
#include <mm/frame/buddy.h>
#include <mm/swap/swap.h>

#define DEFAULT_STACK_LIMIT	(8UL << 20)
#define KB_TO_PAGES(kb)		((unsigned long)(kb) >> (PAGE_SHIFT - 10))
#define MAX_USER_RESERVE_KB	(128UL << 10)
#define MAX_ADMIN_RESERVE_KB	(8UL << 10)

int sysctl_overcommit_memory = OVERCOMMIT_GUESS;
int sysctl_overcommit_ratio = 50;
unsigned int sysctl_overcommit_kbytes, sysctl_user_reserve_kbytes, sysctl_admin_reserve_kbytes;
atomic_long_t vm_committed_as;
unsigned long (*rlimit_hook)(unsigned int resource, bool hard);

void limits_init_reserves(void)
{
	unsigned long free_kb = nr_free_pages() << (PAGE_SHIFT - 10);

	sysctl_user_reserve_kbytes = min(free_kb / 32, MAX_USER_RESERVE_KB);
	sysctl_admin_reserve_kbytes = min(free_kb / 32, MAX_ADMIN_RESERVE_KB);
}

unsigned long vm_commit_limit(void)
{
	unsigned long allowed = sysctl_overcommit_kbytes ? KB_TO_PAGES(sysctl_overcommit_kbytes) :
				totalram_pages() * (unsigned long)sysctl_overcommit_ratio / 100;

	return allowed + total_swap_pages();
}

/*
 * Mode 2. Two reserves stay below the limit: some MB so that root can still log in and kill, and a part of the caller's
 * own size (3 %, at most user_reserve_kbytes) so that one big program leaves room for another that ends it.
 */
static bool fits_limit(long committed)
{
	long allowed = vm_commit_limit();

	if (!capable(CAP_SYS_ADMIN))
		allowed -= KB_TO_PAGES(sysctl_admin_reserve_kbytes);
	if (current->mm)
		allowed -= min(current->mm->total_vm / 32, KB_TO_PAGES(sysctl_user_reserve_kbytes));
	return committed < allowed;
}

int vm_enough_memory(long pages)
{
	long committed = atomic_long_add_return(pages, &vm_committed_as);
	bool fits = true;

	if (sysctl_overcommit_memory == OVERCOMMIT_GUESS)
		fits = pages <= (long)(totalram_pages() + total_swap_pages());
	else if (sysctl_overcommit_memory == OVERCOMMIT_NEVER)
		fits = fits_limit(committed);
	if (fits)
		return 0;
	vm_unacct_memory(pages);
	return -ENOMEM;
}

unsigned long rlimit(unsigned int resource)
{
	if (rlimit_hook)
		return rlimit_hook(resource, false);
	return resource == RLIMIT_STACK ? DEFAULT_STACK_LIMIT : RLIM_INFINITY;
}

unsigned long rlimit_max(unsigned int resource)
{
	return rlimit_hook ? rlimit_hook(resource, true) : RLIM_INFINITY;
}

bool may_expand_vm(struct mm *mm, unsigned long vm_flags, unsigned long pages)
{
	bool data = (vm_flags & (VM_WRITE | VM_SHARED | VM_GROWSDOWN)) == VM_WRITE;

	if (mm->total_vm + pages > rlimit(RLIMIT_AS) >> PAGE_SHIFT)
		return false;
	if (!data || mm->data_vm + pages <= rlimit(RLIMIT_DATA) >> PAGE_SHIFT)
		return true;
	/* Programs of the time when RLIMIT_DATA counted the heap alone set it to 0; to them only the hard limit applies. */
	return !rlimit(RLIMIT_DATA) && mm->data_vm + pages <= rlimit_max(RLIMIT_DATA) >> PAGE_SHIFT;
}
