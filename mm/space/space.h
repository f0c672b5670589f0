/* mm/space/space.h - address spaces: what an address is meant to be.
 *
 * An mm is a set of areas (VMAs) that do not overlap, in a balanced tree by address. This room keeps the set right
 * (find, insert, split, merge, copy, link to the reverse map) and builds the upper levels of page tables. It does not
 * fill pages in (mm/fault) nor take them out (mm/map). Linux: mm/mmap.c, kernel/fork.c.
 *
 * LOCK ORDER (the authority; the lock checker enforces it):
 *	mmap_lock -> page lock -> anon_vma lock / i_mmap lock -> page-table lock (one a table page, PMD before PTE)
 *	-> mapping tree lock -> swap-area lock -> LRU lock -> zone lock
 * Every walker: read the entry once -> decide -> take the lock -> read again -> act.
 */
#ifndef MM_SPACE_SPACE_H
#define MM_SPACE_SPACE_H

#include <mm/table/walk.h>
#include <mm/rmap/anon_vma.h>

void space_init(void);				/* slab caches */

/* fork and exec: what prctl() has set for this process and its descendants */
void mm_inherit_flags(struct mm *mm, const struct mm *from);
struct mm *mm_alloc(void);			/* empty, mm_users = mm_count = 1; NULL without memory */
static inline void mmget(struct mm *mm) { refcount_inc(&mm->mm_users, REF_MM); }
static inline bool mmget_not_zero(struct mm *mm) { return refcount_inc_not_zero(&mm->mm_users, REF_MM); }
void mmput(struct mm *mm);			/* the last one: exit_mmap (through the pointer mm/map registers) and mmdrop; sleeps */
static inline void mmgrab(struct mm *mm) { refcount_inc(&mm->mm_count, REF_MM); }
void mmdrop(struct mm *mm);			/* the last one frees the struct and the PGD */
extern void (*exit_mmap_hook)(struct mm *mm);
extern void (*exe_file_put_hook)(struct file *file);	/* fs or process registers: drops mm->exe_file */

static inline void mmap_read_lock(struct mm *mm) { down_read(&mm->mmap_lock); }
static inline bool mmap_read_trylock(struct mm *mm) { return down_read_trylock(&mm->mmap_lock); }
static inline void mmap_read_unlock(struct mm *mm) { up_read(&mm->mmap_lock); }
static inline void mmap_write_lock(struct mm *mm) { down_write(&mm->mmap_lock); }
static inline bool mmap_write_trylock(struct mm *mm) { return down_write_trylock(&mm->mmap_lock); }
static inline void mmap_write_unlock(struct mm *mm) { up_write(&mm->mmap_lock); }

/* --- areas: => mmap_lock held, for writing where something changes ------------------------------------------------ */
struct vma *find_vma(struct mm *mm, unsigned long address);	/* first with end > address, or NULL */
struct vma *vma_lookup(struct mm *mm, unsigned long address);	/* the one that contains address, or NULL */
struct vma *find_vma_intersection(struct mm *mm, unsigned long start, unsigned long end);
struct vma *vma_first(struct mm *mm);
struct vma *vma_next(struct vma *vma);
struct vma *vma_prev(struct vma *vma);
#define for_each_vma(mm, vma) for ((vma) = vma_first(mm); (vma); (vma) = vma_next(vma))

struct vma *vma_alloc(struct mm *mm);
struct vma *vma_dup(struct vma *src);		/* a copy without links, its ops not yet opened; NULL without memory */
void vma_free(struct vma *vma);			/* unlinked already; closes ops */
void vma_link(struct mm *mm, struct vma *vma);	/* tree, i_mmap, counters; must not overlap */
void vma_unlink(struct mm *mm, struct vma *vma);/* tree, counters, reverse map links; caller frees pages before and tables after */
/* Grow or shrink at either end; pages keep their offsets. => accounting, and splitting what a new border cuts, is the caller's */
void vma_set_range(struct vma *vma, unsigned long start, unsigned long end);
/* total_vm, data_vm, stack_vm, exec_vm by the area's flags; pages may be negative */
void vm_stat_account(struct mm *mm, unsigned long vm_flags, long pages);
extern unsigned int sysctl_max_map_count;
/*
 * split_vma - two areas of one: vma keeps the part below addr (new_below: the part above)
 *
 * => splits a huge page that addr cuts; 0 or -ENOMEM; the caller has looked at sysctl_max_map_count
 */
int split_vma(struct mm *mm, struct vma *vma, unsigned long addr, bool new_below);
/*
 * vma_merge - instead of linking a new area like this one, extend a neighbour over its range
 *
 * => like: start, end, flags, pgoff, anon_vma, ops, file, private are read; its range is a hole; it is not linked
 * => returns the extended area (it may reach out on both sides), with the new pages accounted, or NULL: link it
 */
struct vma *vma_merge(struct mm *mm, const struct vma *like);
/*
 * vma_modify_flags - [start, end) of vma gets new flags: splits, moves borders and joins with neighbours as they fit
 *
 * => returns the area that contains the range now, or ERR_PTR(-ENOMEM). Accounts data_vm and friends
 */
struct vma *vma_modify_flags(struct vma *vma, unsigned long start, unsigned long end, unsigned long new_flags);
/*
 * expand_stack - a VM_GROWSDOWN area grows down to address
 *
 * => mmap_lock held for writing; 0 or -ENOMEM: over RLIMIT_STACK or the commit limit, or too near to the area below
 *    (STACK_GUARD_GAP stays free, unless that area is PROT_NONE, a guard of the program's own, or a stack as well)
 */
int expand_stack(struct vma *vma, unsigned long address);
#define STACK_GUARD_GAP		(256UL << PAGE_SHIFT)
/*
 * find_free_range - a hole for len bytes: at hint when that is free (0: no hint), else the highest below mmap_base, else
 * the highest anywhere
 *
 * => align 0 or a power of two (a hint is used as it is); returns the address or -ENOMEM (as unsigned long)
 * => O(log areas)
 */
unsigned long find_free_range(struct mm *mm, unsigned long len, unsigned long align, unsigned long hint);
/* The same inside [low, high), without a hint. */
unsigned long find_free_range_in(struct mm *mm, unsigned long len, unsigned long align, unsigned long low, unsigned long high);

static inline bool vma_is_anonymous(const struct vma *vma) { return !vma->ops; }
static inline unsigned long vma_pages(const struct vma *vma) { return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT; }
/* Its writes are being watched (/proc/PID/clear_refs): what is not soft-dirty must stay read-only */
static inline bool vma_soft_dirty_enabled(const struct vma *vma) { return !(vma->vm_flags & VM_SOFTDIRTY); }
static inline pgoff_t linear_page_index(const struct vma *vma, unsigned long address)
{ return ((address - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff; }

/* --- limits: commit accounting and rlimits ------------------------------------------------------------------------ */
enum { OVERCOMMIT_GUESS, OVERCOMMIT_ALWAYS, OVERCOMMIT_NEVER };
extern int sysctl_overcommit_memory;
extern int sysctl_overcommit_ratio;		/* per cent of RAM, when overcommit_kbytes is 0 */
extern unsigned int sysctl_overcommit_kbytes, sysctl_user_reserve_kbytes, sysctl_admin_reserve_kbytes;
extern atomic_long_t vm_committed_as;		/* pages */
/* Charges pages: 0 or -ENOMEM. Give them back with vm_unacct_memory. */
int vm_enough_memory(long pages);
static inline void vm_unacct_memory(long pages) { atomic_long_sub(pages, &vm_committed_as); }
void limits_init_reserves(void);			/* once, when memory is counted: the defaults of both reserves */
unsigned long vm_commit_limit(void);		/* pages: CommitLimit of /proc/meminfo */

#define RLIMIT_DATA	2
#define RLIMIT_STACK	3
#define RLIMIT_MEMLOCK	8
#define RLIMIT_AS	9
#define RLIM_INFINITY	(~0UL)
/* The running task's limit in bytes. process/ registers it; until then nothing is limited but the stack (8 MB). */
extern unsigned long (*rlimit_hook)(unsigned int resource, bool hard);
unsigned long rlimit(unsigned int resource);
unsigned long rlimit_max(unsigned int resource);	/* the hard limit */
/* May the address space grow by pages of such an area (RLIMIT_AS, RLIMIT_DATA)? */
bool may_expand_vm(struct mm *mm, unsigned long vm_flags, unsigned long pages);

/* --- anon_vma that need memory ----------------------------------------------------------------------------------- */
int __anon_vma_prepare(struct vma *vma);
static inline int anon_vma_prepare(struct vma *vma)		/* => mmap_lock read is enough; 0 or -ENOMEM */
{ return likely(READ_ONCE(vma->anon_vma)) ? 0 : __anon_vma_prepare(vma); }
/* dst can hold the pages of src from now on (split, merge, mremap); 0 or -ENOMEM. Sets dst->anon_vma too */
int anon_vma_clone(struct vma *dst, struct vma *src);
int anon_vma_fork(struct vma *child, struct vma *parent);	/* the same, with an anon_vma of the child's own for new pages */
void unlink_anon_vmas(struct vma *vma);

/* --- tables that need memory: return NULL without memory. They recheck under the lock, two CPUs may race ----------- */
struct page *pte_alloc_one(gfp_t gfp);				/* a zeroed table page, counted; not yet anywhere */
void pte_free(struct mm *mm, struct page *table);
pmd_t *pmd_alloc(struct mm *mm, unsigned long address);		/* fills PGD and PUD levels */
int pte_alloc(struct mm *mm, pmd_t *pmd);			/* 0 or -ENOMEM; a huge PMD that appeared meanwhile is fine: look again */
void mm_inc_nr_ptes(struct mm *mm);				/* pgtables_bytes and NR_PAGETABLE, for a table of any level */
void mm_dec_nr_ptes(struct mm *mm);
/*
 * free_page_tables - take away the tables that only addresses in [start, end) used, of all levels
 *
 * => mmap_lock held for writing, no area overlaps the range any more, its pages are zapped and its areas unlinked from
 *    the reverse map. [floor, ceiling) is the hole that the range lies in: a table that reaches out of it stays
 * => the tables go to tlb, which frees them after the flush
 */
struct mmu_gather;
void free_page_tables(struct mmu_gather *tlb, struct mm *mm, unsigned long start, unsigned long end,
		      unsigned long floor, unsigned long ceiling);

static inline void add_mm_counter(struct mm *mm, enum mm_counter c, long n) { atomic_long_add(n, &mm->rss[c]); }
static inline unsigned long get_mm_counter(struct mm *mm, enum mm_counter c)
{ long n = atomic_long_read(&mm->rss[c]); return n < 0 ? 0 : n; }
/* Under which counter a mapped page counts. */
static inline enum mm_counter mm_counter_of(const struct page *page)
{ return PageAnon(page) ? MM_ANONPAGES : PageSwapBacked(compound_head(page)) ? MM_SHMEMPAGES : MM_FILEPAGES; }
unsigned long get_mm_rss(struct mm *mm);		/* pages: file, anonymous, shmem */
void update_hiwater_rss(struct mm *mm);		/* before RSS shrinks, and when it is shown */

/* all_mm list, for the checker, swapoff, gdb and ps: calls fn with the mm pinned (mm_users), until it returns false */
void for_each_mm(bool (*fn)(struct mm *mm, void *arg), void *arg);

#endif
