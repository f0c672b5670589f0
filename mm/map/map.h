/* mm/map/map.h - the system calls that shape an address space, and the removal of pages from it.
 * Linux: mm/mmap.c, mprotect.c, mremap.c, madvise.c, mincore.c, memory.c (zap, copy).
 */
#ifndef MM_MAP_MAP_H
#define MM_MAP_MAP_H

#include <mm/space/space.h>

struct block_device;

void map_init(void);	/* registers exit_mmap with mm/space */

/* What mmap needs to know of a file; NULL for anonymous memory. attach sets vma->ops, file (counted), private; 0 or -errno */
struct mmap_source {
	struct file	*file;
	int (*attach)(struct mmap_source *source, struct vma *vma);
	unsigned long	may_flags;	/* VM_MAYREAD|MAYWRITE|MAYEXEC the file allows */
};
/* => takes mmap_lock itself; prot PROT_*, flags MAP_*; returns address or -errno (as unsigned long) */
unsigned long do_mmap(struct mm *mm, unsigned long addr, unsigned long len, unsigned long prot, unsigned long flags,
		      struct mmap_source *source, pgoff_t pgoff);
int do_munmap(struct mm *mm, unsigned long start, unsigned long len);			/* takes mmap_lock */
int do_mprotect(struct mm *mm, unsigned long start, unsigned long len, unsigned long prot);
unsigned long do_mremap(struct mm *mm, unsigned long addr, unsigned long old_len, unsigned long new_len,
			unsigned long flags, unsigned long new_addr);
unsigned long do_brk(struct mm *mm, unsigned long brk);					/* as brk(2): the new or the old break */
int do_madvise(struct mm *mm, unsigned long start, unsigned long len, int advice);
int do_mincore(struct mm *mm, unsigned long start, unsigned long len, u8 __user *vec);
int do_mlock(struct mm *mm, unsigned long start, unsigned long len, unsigned long vm_flags);
int do_munlock(struct mm *mm, unsigned long start, unsigned long len);
int do_mlockall(struct mm *mm, int flags);				/* MCL_* */
int do_munlockall(struct mm *mm);
int do_msync(struct mm *mm, unsigned long start, unsigned long len, int flags);
int do_swapon(const char *path, struct block_device *bdev, int swap_flags);
int do_swapoff(struct block_device *bdev);

/* exec: an area for the stack at the top, marked VM_STACK_TEMPORARY until it is final; 0 or -errno */
int map_stack_area(struct mm *mm, unsigned long top, unsigned long size, unsigned long vm_flags, struct vma **vmap);

/* fork: areas, tables, COW. => takes both mmap locks; 0 or -ENOMEM (the child is then put with mmput) */
int dup_mmap(struct mm *child, struct mm *parent);
int copy_page_range(struct vma *dst, struct vma *src);

/* => mmap_lock held (read is enough for DONTNEED). Clears entries, flushes, frees; tables stay */
void zap_page_range(struct vma *vma, unsigned long start, unsigned long end);
void exit_mmap(struct mm *mm);
/* the OOM reaper's part of it: anonymous memory only. => mmap_lock read */
void oom_reap_mm(struct mm *mm);
/* file truncation: zap [first, last] of all areas that map it. => i_mmap_rwsem not held */
void unmap_mapping_range(struct mapping *mapping, pgoff_t first, pgoff_t last);

/* Fault in what is missing in [start, end), as MAP_POPULATE and mlock do; stops at the first that fails. Takes mmap_lock */
int mm_populate(struct mm *mm, unsigned long start, unsigned long end);

#endif
