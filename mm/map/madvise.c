/* mm/map/madvise.c - what a program knows about its memory.
 *
 * Four kinds of advice: flags of the areas (mmap_lock for writing), work on the pages (for reading), faults in advance, and
 * huge pages now (both take the lock piece by piece).
 * A hole in the range does not stop the others: the rest is done, and the answer is ENOMEM.
 *
 * Linux: mm/madvise.c.
 */
#include <mm/map/map_internal.h>

#include <kernel/sched/task.h>
#include <mm/collapse/khugepaged.h>
#include <mm/fault/fault.h>
#include <mm/file/page_cache.h>

enum advice_kind { ADVICE_UNKNOWN, ADVICE_FLAGS, ADVICE_PAGES, ADVICE_POPULATE, ADVICE_COLLAPSE };

static enum advice_kind advice_kind(int advice)
{
	switch (advice) {
	case MADV_NORMAL: case MADV_RANDOM: case MADV_SEQUENTIAL: case MADV_DONTFORK: case MADV_DOFORK:
	case MADV_HUGEPAGE: case MADV_NOHUGEPAGE: case MADV_DONTDUMP: case MADV_DODUMP:
	case MADV_WIPEONFORK: case MADV_KEEPONFORK:
		return ADVICE_FLAGS;
	case MADV_WILLNEED: case MADV_DONTNEED: case MADV_DONTNEED_LOCKED: case MADV_FREE: case MADV_REMOVE:
	case MADV_COLD: case MADV_PAGEOUT:
		return ADVICE_PAGES;
	case MADV_POPULATE_READ: case MADV_POPULATE_WRITE:
		return ADVICE_POPULATE;
	case MADV_COLLAPSE:
		return ADVICE_COLLAPSE;
	default:
		return ADVICE_UNKNOWN;
	}
}

/* --- flags ------------------------------------------------------------------------------------------------------------ */

/* The area's flags after the advice; or -EINVAL in *error. */
static unsigned long advised_flags(const struct vma *vma, int advice, int *error)
{
	unsigned long flags = vma->vm_flags;

	switch (advice) {
	case MADV_NORMAL:	return flags & ~(VM_RAND_READ | VM_SEQ_READ);
	case MADV_SEQUENTIAL:	return (flags & ~VM_RAND_READ) | VM_SEQ_READ;
	case MADV_RANDOM:	return (flags & ~VM_SEQ_READ) | VM_RAND_READ;
	case MADV_DONTFORK:	return flags | VM_DONTCOPY;
	case MADV_DONTDUMP:	return flags | VM_DONTDUMP;
	case MADV_KEEPONFORK:	return flags & ~VM_WIPEONFORK;
	case MADV_HUGEPAGE:	return (flags & ~VM_NOHUGEPAGE) | VM_HUGEPAGE;
	case MADV_NOHUGEPAGE:	return (flags & ~VM_HUGEPAGE) | VM_NOHUGEPAGE;
	case MADV_DOFORK:
		if (flags & VM_IO)
			break;
		return flags & ~VM_DONTCOPY;
	case MADV_DODUMP:
		if (flags & (VM_IO | VM_PFNMAP | VM_DONTEXPAND))
			break;
		return flags & ~VM_DONTDUMP;
	case MADV_WIPEONFORK:
		if (!vma_is_anonymous(vma) || flags & VM_SHARED)
			break;
		return flags | VM_WIPEONFORK;
	}
	*error = -EINVAL;
	return flags;
}

static int advise_flags(struct vma **vmap, unsigned long start, unsigned long end, int advice)
{
	int error = 0;
	unsigned long flags = advised_flags(*vmap, advice, &error);
	struct vma *vma = *vmap;

	if (error || flags == vma->vm_flags)
		return error;
	vma = vma_modify_flags(vma, start, end, flags);
	if (IS_ERR(vma))
		return PTR_ERR(vma) == -ENOMEM ? -EAGAIN : PTR_ERR(vma);
	*vmap = vma;
	if (advice == MADV_HUGEPAGE && khugepaged_enter_hook)
		khugepaged_enter_hook(vma);
	return 0;
}

/* --- pages ------------------------------------------------------------------------------------------------------------- */

/* Punch a hole into shared memory. => mmap_lock for reading */
static int remove_pages(struct vma *vma, unsigned long start, unsigned long end)
{
	struct mapping *mapping = vma->ops && vma->ops->mapping ? vma->ops->mapping(vma) : NULL;
	unsigned long shared_writable = VM_SHARED | VM_WRITE;

	if (!mapping || vma->vm_flags & VM_LOCKED)
		return -EINVAL;
	if ((vma->vm_flags & shared_writable) != shared_writable)
		return -EACCES;
	if (!(mapping->flags & BIT(AS_SHMEM)))
		return -EOPNOTSUPP;
	if (mapping->flags & BIT(AS_SEALED))
		return -EPERM;
	punch_pages(mapping, linear_page_index(vma, start), linear_page_index(vma, end) - 1);
	return 0;
}

static void bring_in_huge(struct vma *vma, unsigned long address, pmd_t pmd)
{
	bool did_io = false;
	struct page *page = NULL;

	if (pmd_swapped_out(pmd))
		page = swapin_huge_page(pmd_to_swp_entry(pmd), vma, address, &did_io);
	if (page)
		put_page(page);
}

/* What is out on swap comes in; pages of a file are read when they are touched. */
static void bring_in(struct vma *vma, unsigned long start, unsigned long end)
{
	struct mapping *mapping = vma->ops && vma->ops->mapping ? vma->ops->mapping(vma) : NULL;

	if (mapping && mapping->flags & BIT(AS_SHMEM))
		shmem_will_need(mapping, linear_page_index(vma, start), linear_page_index(vma, end) - 1);
	for (; start < end && vma->anon_vma; start += PAGE_SIZE) {
		pmd_t *pmd = mm_find_pmd(vma->vm_mm, start);
		bool did_io = false;
		struct page *page;
		pte_t pte;

		if (!pmd || !pmd_is_table(pmdp_get(pmd))) {
			if (pmd)
				bring_in_huge(vma, start, pmdp_get(pmd));
			start = pmd_addr_end(start, end) - PAGE_SIZE;
			continue;
		}
		pte = ptep_get(pte_offset(pmdp_get(pmd), start));
		if (!is_swap_pte(pte) || is_migration_entry(pte_to_swp_entry(pte)))
			continue;
		page = swapin_readahead(pte_to_swp_entry(pte), GFP_HIGHUSER_MOVABLE, vma, start, &did_io);
		if (page)
			put_page(page);
		if (fatal_signal_pending(current))
			return;
	}
}

static int advise_pages(struct vma *vma, unsigned long start, unsigned long end, int advice)
{
	unsigned long untouchable = VM_PFNMAP | (advice == MADV_DONTNEED_LOCKED ? 0 : VM_LOCKED);

	if (advice == MADV_WILLNEED) {
		bring_in(vma, start, end);
		return 0;
	}
	if (advice == MADV_REMOVE)
		return remove_pages(vma, start, end);
	if (vma->vm_flags & untouchable)
		return -EINVAL;
	if (advice == MADV_FREE && !vma_is_anonymous(vma))
		return -EINVAL;
	if (advice == MADV_COLD)
		age_range(vma, start, end, AGE_COLD);
	else if (advice == MADV_PAGEOUT)
		age_range(vma, start, end, AGE_PAGEOUT);
	else if (advice == MADV_FREE)
		age_range(vma, start, end, AGE_FREE);
	else
		zap_page_range(vma, start, end);
	return 0;
}

/* --- the range ------------------------------------------------------------------------------------------------------------ */

static int advise_range(struct mm *mm, unsigned long start, unsigned long end, int advice)
{
	bool flags = advice_kind(advice) == ADVICE_FLAGS;
	struct vma *vma = find_vma(mm, start);
	int error = 0, hole = 0;

	while (start < end && !error) {
		unsigned long next;

		if (!vma || vma->vm_start >= end)
			return -ENOMEM;
		if (start < vma->vm_start) {
			hole = -ENOMEM;
			start = vma->vm_start;
		}
		next = min(vma->vm_end, end);
		error = flags ? advise_flags(&vma, start, next, advice) : advise_pages(vma, start, next, advice);
		start = next;
		vma = find_vma(mm, start);
	}
	return error ? error : hole;
}

static int populate_range(struct mm *mm, unsigned long start, unsigned long end, int advice)
{
	unsigned int flags = advice == MADV_POPULATE_WRITE ? FAULT_FLAG_WRITE : 0;
	int error = 0;

	while (start < end && !error) {
		unsigned long next = end;
		struct vma *vma;

		mmap_read_lock(mm);
		vma = vma_lookup(mm, start);
		if (!vma) {
			error = -ENOMEM;
		} else if (vma->vm_flags & (VM_PFNMAP | VM_IO)) {
			error = -EINVAL;
		} else {
			next = min(min(vma->vm_end, end), start + 16 * HPAGE_PMD_SIZE);
			error = populate_area(vma, start, next, flags);
		}
		mmap_read_unlock(mm);
		start = next;
	}
	return error;
}

/* Each area is looked up anew: while small pages are gathered the lock is not held. */
static int collapse_range(struct mm *mm, unsigned long start, unsigned long end)
{
	int error = 0, hole = 0;

	while (start < end && !error) {
		unsigned long next;
		struct vma *vma;

		mmap_read_lock(mm);
		vma = find_vma_intersection(mm, start, end);
		if (!vma) {
			mmap_read_unlock(mm);
			return -ENOMEM;
		}
		if (start < vma->vm_start)
			hole = -ENOMEM;
		next = min(vma->vm_end, end);
		error = madvise_collapse(vma, max(start, vma->vm_start), next);
		start = next;
	}
	return error ? error : hole;
}

int do_madvise(struct mm *mm, unsigned long start, unsigned long len, int advice)
{
	enum advice_kind kind = advice_kind(advice);
	unsigned long end = start + PAGE_ALIGN(len);
	int error;

	if (kind == ADVICE_UNKNOWN || start & ~PAGE_MASK || (len && !PAGE_ALIGN(len)) || end < start)
		return -EINVAL;
	if (end == start)
		return 0;
	if (kind == ADVICE_POPULATE)
		return populate_range(mm, start, end, advice);
	if (kind == ADVICE_COLLAPSE)
		return collapse_range(mm, start, end);
	if (kind == ADVICE_FLAGS)
		mmap_write_lock(mm);
	else
		mmap_read_lock(mm);
	error = advise_range(mm, start, end, advice);
	if (kind == ADVICE_FLAGS)
		mmap_write_unlock(mm);
	else
		mmap_read_unlock(mm);
	return error;
}
