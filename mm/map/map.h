/* mm/map/map.h - the system calls that shape an address space, and the removal of pages from it.
 * Linux: mm/mmap.c, mprotect.c, mremap.c, madvise.c, mincore.c, memory.c (zap, copy).
 */
#ifndef MM_MAP_MAP_H
#define MM_MAP_MAP_H

#include <mm/space/space.h>

struct block_device;

void map_init(void);	/* registers exit_mmap with mm/space, unmap_mapping_range with mm/file */

/* The numbers of the ABI. */
#define PROT_READ	0x1
#define PROT_WRITE	0x2
#define PROT_EXEC	0x4
#define PROT_NONE	0x0
#define PROT_GROWSDOWN	0x01000000
#define PROT_GROWSUP	0x02000000
#define MAP_SHARED	0x01
#define MAP_PRIVATE	0x02
#define MAP_SHARED_VALIDATE 0x03
#define MAP_TYPE	0x0f
#define MAP_FIXED	0x10
#define MAP_ANONYMOUS	0x20
#define MAP_32BIT	0x40
#define MAP_GROWSDOWN	0x0100
#define MAP_DENYWRITE	0x0800
#define MAP_EXECUTABLE	0x1000
#define MAP_LOCKED	0x2000
#define MAP_NORESERVE	0x4000
#define MAP_POPULATE	0x8000
#define MAP_NONBLOCK	0x10000
#define MAP_STACK	0x20000
#define MAP_HUGETLB	0x40000
#define MAP_FIXED_NOREPLACE 0x100000
#define MREMAP_MAYMOVE	1
#define MREMAP_FIXED	2
#define MREMAP_DONTUNMAP 4
#define MS_ASYNC	1
#define MS_INVALIDATE	2
#define MS_SYNC		4
#define MCL_CURRENT	1
#define MCL_FUTURE	2
#define MCL_ONFAULT	4
#define SWAP_FLAG_PREFER 0x8000
#define SWAP_FLAG_PRIO_MASK 0x7fff
#define SWAP_FLAG_DISCARD 0x10000		/* if the disk can: all of it now, and clusters that become free; or only: */
#define SWAP_FLAG_DISCARD_ONCE 0x20000		/* the one */
#define SWAP_FLAG_DISCARD_PAGES 0x40000		/* or the other */
#define SWAP_FLAGS_DISCARD (SWAP_FLAG_DISCARD | SWAP_FLAG_DISCARD_ONCE | SWAP_FLAG_DISCARD_PAGES)
#define SWAP_FLAGS_VALID (SWAP_FLAG_PREFER | SWAP_FLAG_PRIO_MASK | SWAP_FLAGS_DISCARD)
enum madvise_advice {
	MADV_NORMAL = 0, MADV_RANDOM = 1, MADV_SEQUENTIAL = 2, MADV_WILLNEED = 3, MADV_DONTNEED = 4, MADV_FREE = 8,
	MADV_REMOVE = 9, MADV_DONTFORK = 10, MADV_DOFORK = 11, MADV_MERGEABLE = 12, MADV_UNMERGEABLE = 13,
	MADV_HUGEPAGE = 14, MADV_NOHUGEPAGE = 15, MADV_DONTDUMP = 16, MADV_DODUMP = 17, MADV_WIPEONFORK = 18,
	MADV_KEEPONFORK = 19, MADV_COLD = 20, MADV_PAGEOUT = 21, MADV_POPULATE_READ = 22, MADV_POPULATE_WRITE = 23,
	MADV_DONTNEED_LOCKED = 24, MADV_COLLAPSE = 25,
};

/* What mmap needs to know of a file; NULL for anonymous memory. attach sets vma->ops, file (counted), private; 0 or -errno */
struct mmap_source {
	struct file	*file;
	int (*attach)(struct mmap_source *source, struct vma *vma);
	bool		huge;		/* huge pages may back it: aligned to 2 MB it is worth more */
	unsigned long	may_flags;	/* VM_MAYREAD|MAYWRITE|MAYEXEC the file allows */
};
/*
 * do_mmap - a new area; the order of checks and the errors are Linux's
 *
 * => anonymous: source NULL and MAP_ANONYMOUS in flags. With a source: process has checked the file's mode for MAP_SHARED
 *    only as far as may_flags does not say it
 */
/* => takes mmap_lock itself; prot PROT_*, flags MAP_*; returns address or -errno (as unsigned long) */
unsigned long do_mmap(struct mm *mm, unsigned long addr, unsigned long len, unsigned long prot, unsigned long flags,
		      struct mmap_source *source, pgoff_t pgoff);
int do_munmap(struct mm *mm, unsigned long start, unsigned long len);			/* takes mmap_lock */
/* the same. => mmap_lock held for writing, both page aligned, start < end; 0 or -ENOMEM */
int munmap_locked(struct mm *mm, unsigned long start, unsigned long end);
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
/* What /proc/PID/clear_refs forgets; the numbers are Linux's. => takes mmap_lock for writing */
enum clear_refs {
	CLEAR_REFS_ALL = 1, CLEAR_REFS_ANON, CLEAR_REFS_MAPPED, CLEAR_REFS_SOFT_DIRTY, CLEAR_REFS_HIWATER_RSS,
};
void clear_refs(struct mm *mm, enum clear_refs what);
int do_msync(struct mm *mm, unsigned long start, unsigned long len, int flags);
int do_swapon(const char *path, struct block_device *bdev, int swap_flags);
int do_swapoff(struct block_device *bdev);

/* exec: an area for the stack at the top, marked VM_STACK_TEMPORARY until it is final; 0 or -errno */
int map_stack_area(struct mm *mm, unsigned long top, unsigned long size, unsigned long vm_flags, struct vma **vmap);

/*
 * dup_mmap - fork's copy: areas, tables, COW, and the numbers of struct mm (code, data, brk, stack, arguments, auxv, limits)
 *
 * => child is new from mm_alloc; takes both mmap locks; exe_file is the caller's to copy
 * => 0 or -ENOMEM (the child is then put with mmput)
 */
int dup_mmap(struct mm *child, struct mm *parent);
int copy_page_range(struct vma *dst, struct vma *src);

/* => mmap_lock held (read is enough for DONTNEED). Clears entries, flushes, frees; tables stay */
void zap_page_range(struct vma *vma, unsigned long start, unsigned long end);
void exit_mmap(struct mm *mm);
/* the OOM reaper's part of it: anonymous memory only. => mmap_lock read */
void oom_reap_mm(struct mm *mm);
/* file truncation: zap [first, last] of all areas that map it; copies: also what private areas have made of it. => i_mmap_rwsem not held */
void unmap_mapping_range(struct mapping *mapping, pgoff_t first, pgoff_t last, bool copies);

/* Fault in what is missing in [start, end), as MAP_POPULATE and mlock do; stops at the first that fails. Takes mmap_lock */
int mm_populate(struct mm *mm, unsigned long start, unsigned long end);

#endif
