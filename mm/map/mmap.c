/* mm/map/mmap.c - a new area: where it lies, what it is, whether it may be.
 *
 * Linux: mm/mmap.c (do_mmap, mmap_region).
 */
#include <mm/map/map_internal.h>

#include <kernel/sched/task.h>
#include <mm/fault/fault.h>
#include <mm/file/page_cache.h>

#define LOW_32BIT_START	0x40000000UL	/* MAP_32BIT: the second GB */
#define LOW_32BIT_END	0x80000000UL

/* What is asked for, as it is worked out step by step. */
struct mmap_request {
	struct mm	*mm;
	unsigned long	addr, len;		/* bytes, page aligned */
	unsigned long	prot, flags;		/* PROT_*, MAP_* */
	unsigned long	vm_flags;
	struct mmap_source *source;		/* NULL: anonymous */
	pgoff_t		pgoff;
};

static unsigned long prot_to_vm_flags(unsigned long prot)
{
	return (prot & PROT_READ ? VM_READ : 0) | (prot & PROT_WRITE ? VM_WRITE : 0) | (prot & PROT_EXEC ? VM_EXEC : 0);
}

/* The address is the caller's: what is mapped there goes. Otherwise it is a hole. */
static bool is_fixed(const struct mmap_request *r)
{
	return r->flags & (MAP_FIXED | MAP_FIXED_NOREPLACE);
}

/* --- where ----------------------------------------------------------------------------------------------------------- */

static int check_fixed(struct mmap_request *r)
{
	if (r->addr > TASK_SIZE - r->len)
		return -ENOMEM;
	if (r->addr & ~PAGE_MASK)
		return -EINVAL;
	if (r->addr < MMAP_MIN_ADDR)
		return -EPERM;
	if (r->flags & MAP_FIXED_NOREPLACE && find_vma_intersection(r->mm, r->addr, r->addr + r->len))
		return -EEXIST;
	return 0;
}

/* Only an aligned 2 MB can be one huge page: large areas of memory that may be huge begin on such a border. */
static bool wants_huge_alignment(const struct mmap_request *r)
{
	if (r->len < HPAGE_PMD_SIZE)
		return false;
	if (r->source)
		return r->source->huge && IS_ALIGNED(r->pgoff, HPAGE_PMD_NR);
	return (r->flags & MAP_TYPE) == MAP_PRIVATE || shmem_knob_allows_huge();
}

/* r->addr becomes the address. 0 or -errno */
static int choose_address(struct mmap_request *r)
{
	unsigned long hint = r->addr & PAGE_MASK, address;

	if (r->len > TASK_SIZE)
		return -ENOMEM;
	if (is_fixed(r))
		return check_fixed(r);
	if (hint && hint < MMAP_MIN_ADDR)
		hint = MMAP_MIN_ADDR;
	if (r->flags & MAP_32BIT)
		address = find_free_range_in(r->mm, r->len, 0, LOW_32BIT_START, LOW_32BIT_END);
	else
		address = find_free_range(r->mm, r->len, wants_huge_alignment(r) ? HPAGE_PMD_SIZE : 0, hint);
	if (IS_ERR_VALUE(address) && wants_huge_alignment(r))
		address = find_free_range(r->mm, r->len, 0, hint);
	if (IS_ERR_VALUE(address))
		return (int)(long)address;
	r->addr = address;
	return 0;
}

/* --- what -------------------------------------------------------------------------------------------------------------- */

static int file_flags(struct mmap_request *r, bool shared)
{
	unsigned long may = r->source->may_flags;

	if (!(may & VM_MAYREAD) || (shared && r->prot & PROT_WRITE && !(may & VM_MAYWRITE)))
		return -EACCES;
	if (r->prot & PROT_EXEC && !(may & VM_MAYEXEC))
		return -EPERM;
	r->vm_flags &= ~VM_MAYEXEC | may;
	/* A shared mapping of what can't be written shares nothing that could differ. */
	if (shared)
		r->vm_flags |= may & VM_MAYWRITE ? VM_SHARED | VM_MAYSHARE : VM_MAYSHARE;
	if (shared && !(may & VM_MAYWRITE))
		r->vm_flags &= ~VM_MAYWRITE;
	return 0;
}

/* r->vm_flags and pgoff from prot, flags and the source. => the address is known; 0 or -errno */
static int choose_flags(struct mmap_request *r)
{
	unsigned long type = r->flags & MAP_TYPE;
	bool shared = type == MAP_SHARED || type == MAP_SHARED_VALIDATE;

	if (!shared && type != MAP_PRIVATE)
		return -EINVAL;
	r->vm_flags = prot_to_vm_flags(r->prot) | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_SOFTDIRTY | r->mm->def_flags;
	if (r->flags & MAP_GROWSDOWN)
		r->vm_flags |= VM_GROWSDOWN;
	if (r->flags & MAP_LOCKED)
		r->vm_flags |= VM_LOCKED;
	if (r->flags & MAP_STACK)
		r->vm_flags |= VM_NOHUGEPAGE;
	if (r->flags & MAP_NORESERVE && sysctl_overcommit_memory != OVERCOMMIT_NEVER)
		r->vm_flags |= VM_NORESERVE;
	if (r->source)
		return file_flags(r, shared);
	if (shared && type != MAP_SHARED)
		return -EINVAL;
	if (shared && r->flags & MAP_GROWSDOWN)
		return -EINVAL;
	if (shared)
		r->vm_flags |= VM_SHARED | VM_MAYSHARE;
	/* Neighbours in address are neighbours in offset, so that they can be joined. */
	r->pgoff = shared ? 0 : r->addr >> PAGE_SHIFT;
	return 0;
}

/* --- may it be ----------------------------------------------------------------------------------------------------------- */

/* Pages of [start, end) that are mapped now: MAP_FIXED gives them back. */
static unsigned long count_mapped_pages(struct mm *mm, unsigned long start, unsigned long end)
{
	struct vma *vma = find_vma_intersection(mm, start, end);
	unsigned long pages = 0;

	for (; vma && vma->vm_start < end; vma = vma_next(vma))
		pages += (min(vma->vm_end, end) - max(vma->vm_start, start)) >> PAGE_SHIFT;
	return pages;
}

static int check_limits(const struct mmap_request *r)
{
	unsigned long pages = r->len >> PAGE_SHIFT;
	unsigned long replaced = is_fixed(r) ? count_mapped_pages(r->mm, r->addr, r->addr + r->len) : 0;

	if (r->flags & MAP_LOCKED && !can_do_mlock())
		return -EPERM;
	if (r->vm_flags & VM_LOCKED && !mlock_limit_allows(r->mm, pages))
		return -EAGAIN;
	return may_expand_vm(r->mm, r->vm_flags, pages - min(pages, replaced)) ? 0 : -ENOMEM;
}

/* --- making it ------------------------------------------------------------------------------------------------------------- */

/* ops, file and private: from the file, or from a new object for shared memory. */
static int attach(const struct mmap_request *r, struct vma *vma)
{
	int error = 0;

	if (r->source)
		error = r->source->attach(r->source, vma);
	else if (r->vm_flags & VM_SHARED)
		error = shmem_zero_setup(vma);
	if (error)
		vma->ops = NULL;	/* nothing to close */
	return error;
}

static int map_area(struct mmap_request *r)
{
	struct vma *vma = vma_alloc(r->mm);
	int error = -ENOMEM;

	if (!vma)
		return -ENOMEM;
	vma->vm_start = r->addr;
	vma->vm_end = r->addr + r->len;
	vma->vm_flags = r->vm_flags;
	vma->vm_pgoff = r->pgoff;
	if (is_fixed(r) && munmap_locked(r->mm, r->addr, r->addr + r->len))
		goto free;
	if (accountable(r->vm_flags)) {
		if (vm_enough_memory(vma_pages(vma)))
			goto free;
		vma->vm_flags |= VM_ACCOUNT;
	}
	error = attach(r, vma);
	if (error)
		goto unaccount;
	if (vma->vm_flags & VM_LOCKED)
		r->mm->locked_vm += vma_pages(vma);
	if (vma_merge(r->mm, vma))
		vma_free(vma);
	else
		vma_link(r->mm, vma);
	return 0;
unaccount:
	if (vma->vm_flags & VM_ACCOUNT)
		vm_unacct_memory(vma_pages(vma));
free:
	vma_free(vma);
	return error;
}

static int mmap_locked(struct mmap_request *r)
{
	int error;

	if (r->mm->map_count > sysctl_max_map_count)
		return -ENOMEM;
	error = choose_address(r);
	if (!error)
		error = choose_flags(r);
	if (!error)
		error = check_limits(r);
	return error ? error : map_area(r);
}

unsigned long do_mmap(struct mm *mm, unsigned long addr, unsigned long len, unsigned long prot, unsigned long flags,
		      struct mmap_source *source, pgoff_t pgoff)
{
	struct mmap_request r = {
		.mm = mm, .addr = addr, .len = PAGE_ALIGN(len), .prot = prot, .flags = flags, .source = source,
		.pgoff = pgoff,
	};
	bool populate;
	int error;

	if (!len)
		return -EINVAL;
	if (!r.len || flags & MAP_HUGETLB)
		return -ENOMEM;		/* there is no pool of huge pages to take from */
	if (pgoff + (r.len >> PAGE_SHIFT) < pgoff)
		return -EOVERFLOW;
	mmap_write_lock(mm);
	error = mmap_locked(&r);
	mmap_write_unlock(mm);
	if (error)
		return error;
	populate = (flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE ||
		   (r.vm_flags & VM_LOCKED && !(r.vm_flags & VM_LOCKONFAULT));
	if (populate)
		mm_populate(mm, r.addr, r.addr + r.len);
	return r.addr;
}

int map_stack_area(struct mm *mm, unsigned long top, unsigned long size, unsigned long vm_flags, struct vma **vmap)
{
	struct vma *vma = vma_alloc(mm);
	int error = -ENOMEM;

	if (!vma)
		return -ENOMEM;
	vma->vm_start = top - size;
	vma->vm_end = top;
	vma->vm_flags = vm_flags | VM_SOFTDIRTY;
	vma->vm_pgoff = vma->vm_start >> PAGE_SHIFT;
	mmap_write_lock(mm);
	if (find_vma_intersection(mm, vma->vm_start, top) || !may_expand_vm(mm, vm_flags, vma_pages(vma)))
		goto fail;
	if (vm_flags & VM_ACCOUNT && vm_enough_memory(vma_pages(vma)))
		goto fail;
	vma_link(mm, vma);
	mmap_write_unlock(mm);
	*vmap = vma;
	return 0;
fail:
	mmap_write_unlock(mm);
	vma_free(vma);
	return error;
}
