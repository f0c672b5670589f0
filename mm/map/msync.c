/* mm/map/msync.c - shared memory is the same for all at any time; the range is checked as Linux checks it.
 *
 * Writing back to a disk belongs to the file's own fsync.
 *
 * Linux: mm/msync.c.
 */
#include <mm/map/map_internal.h>

int do_msync(struct mm *mm, unsigned long start, unsigned long len, int flags)
{
	unsigned long end = start + PAGE_ALIGN(len);
	struct vma *vma;
	int error = 0;

	if (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC) || start & ~PAGE_MASK)
		return -EINVAL;
	if (flags & MS_ASYNC && flags & MS_SYNC)
		return -EINVAL;
	if (end < start)
		return -ENOMEM;
	mmap_read_lock(mm);
	while (start < end && !error) {
		vma = find_vma(mm, start);
		if (!vma || vma->vm_start > start)
			error = -ENOMEM;
		else if (flags & MS_INVALIDATE && vma->vm_flags & VM_LOCKED)
			error = -EBUSY;
		else
			start = vma->vm_end;
	}
	mmap_read_unlock(mm);
	return error;
}
