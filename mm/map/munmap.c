/* mm/map/munmap.c - an address range becomes a hole.
 *
 * The order: cut areas at the edges (the only step that needs memory), empty the entries, take the areas out of the reverse
 * map, then free page tables. No walk of the reverse map can be inside a table that is being freed.
 *
 * Linux: mm/mmap.c (do_vmi_munmap).
 */
#include <mm/map/map_internal.h>

#include <kernel/sync/lockdep.h>

/* Cut so that areas begin and end at the edges. => the first area in the range, NULL: none, ERR_PTR(-ENOMEM) */
static struct vma *cut_at_edges(struct mm *mm, unsigned long start, unsigned long end)
{
	struct vma *vma = find_vma_intersection(mm, start, end), *last;

	if (!vma)
		return NULL;
	if (start > vma->vm_start) {
		/* Only a hole in the middle of an area leaves more areas than before. */
		if (end < vma->vm_end && mm->map_count >= sysctl_max_map_count)
			return ERR_PTR(-ENOMEM);
		if (split_vma(mm, vma, start, true))
			return ERR_PTR(-ENOMEM);
	}
	last = find_vma_intersection(mm, end - 1, end);
	if (last && end < last->vm_end && split_vma(mm, last, end, false))
		return ERR_PTR(-ENOMEM);
	return vma;
}

static void account_unmapped(struct mm *mm, struct vma *vma)
{
	if (vma->vm_flags & VM_ACCOUNT)
		vm_unacct_memory(vma_pages(vma));
	if (vma->vm_flags & VM_LOCKED)
		mm->locked_vm -= vma_pages(vma);
}

int munmap_locked(struct mm *mm, unsigned long start, unsigned long end)
{
	struct vma *first, *vma, *next, *prev;
	struct mmu_gather tlb;

	lockdep_assert_held_write(&mm->mmap_lock);
	first = cut_at_edges(mm, start, end);
	if (IS_ERR_OR_NULL(first))
		return PTR_ERR_OR_ZERO(first);
	prev = vma_prev(first);
	update_hiwater_rss(mm);
	tlb_gather_mmu(&tlb, mm, false);
	for (vma = first; vma && vma->vm_start < end; vma = vma_next(vma))
		unmap_page_range(&tlb, vma, vma->vm_start, vma->vm_end);
	for (vma = first; vma && vma->vm_start < end; vma = next) {
		next = vma_next(vma);
		account_unmapped(mm, vma);
		vma_unlink(mm, vma);
		vma_free(vma);
	}
	free_page_tables(&tlb, mm, start, end, prev ? prev->vm_end : 0, vma ? vma->vm_start : TABLE_CEILING);
	tlb_finish_mmu(&tlb);
	return 0;
}

int do_munmap(struct mm *mm, unsigned long start, unsigned long len)
{
	int error;

	if (start & ~PAGE_MASK || start > TASK_SIZE || len > TASK_SIZE - start)
		return -EINVAL;
	len = PAGE_ALIGN(len);
	if (!len)
		return -EINVAL;
	mmap_write_lock(mm);
	error = munmap_locked(mm, start, start + len);
	mmap_write_unlock(mm);
	return error;
}
