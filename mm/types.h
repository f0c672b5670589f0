/* mm/types.h - the nouns of memory management on one page: read this first.
 *
 * A frame is 4 KB of physical memory; struct page describes one frame. 512 adjacent, aligned frames can be one
 * compound page of order 9, a "huge page", whose first struct page (the head) speaks for all. A page is reached from
 * three sides: by its frame number (page array), by whoever maps it (page tables), and by what it belongs to
 * (anon_vma or mapping: the reverse map). Everything in mm/ keeps these three views equal.
 *
 * Linux: include/linux/mm_types.h, mmzone.h, swap.h.
 */
#ifndef MM_TYPES_H
#define MM_TYPES_H

#include <kernel/lib/atomic.h>
#include <kernel/lib/compiler.h>
#include <kernel/lib/list.h>
#include <kernel/lib/rbtree.h>
#include <kernel/lib/types.h>
#include <kernel/sync/rwsem.h>
#include <kernel/sync/spinlock.h>
#include <kernel/sync/wait.h>
#include <kernel/x86/address.h>
#include <kernel/x86/page_table_root.h>

#define PAGE_MASK	(~(PAGE_SIZE - 1))
#define HPAGE_PMD_ORDER	9
#define HPAGE_PMD_NR	(1UL << HPAGE_PMD_ORDER)
#define HPAGE_PMD_SHIFT	(PAGE_SHIFT + HPAGE_PMD_ORDER)
#define HPAGE_PMD_SIZE	(1UL << HPAGE_PMD_SHIFT)
#define HPAGE_PMD_MASK	(~(HPAGE_PMD_SIZE - 1))
#define PAGE_ALIGN(x)	(((x) + PAGE_SIZE - 1) & PAGE_MASK)
#define PHYS_PFN(pa)	((unsigned long)((pa) >> PAGE_SHIFT))
#define PFN_PHYS(pfn)	((phys_addr_t)(pfn) << PAGE_SHIFT)

/* The address space, as on Linux. TASK_SIZE leaves one page so that sysret never sees a non-canonical address. */
#define TASK_SIZE		0x00007ffffffff000UL
#define VMALLOC_START		0xffffc90000000000UL
#define VMALLOC_END		0xffffc98000000000UL
#define VMEMMAP_BASE		0xffffea0000000000UL
#define MMAP_MIN_ADDR		0x10000UL

/* Who may be asked for memory, and how hard. */
#define __GFP_DMA32		BIT(0)	/* below 4 GB */
#define __GFP_MOVABLE		BIT(1)	/* user page: can be migrated, counts to MIGRATE_MOVABLE */
#define __GFP_RECLAIMABLE	BIT(2)	/* slab that a shrinker empties */
#define __GFP_HIGH		BIT(3)	/* may use half of the reserve below min */
#define __GFP_KSWAPD_RECLAIM	BIT(4)	/* may wake kswapd */
#define __GFP_DIRECT_RECLAIM	BIT(5)	/* may sleep and reclaim */
#define __GFP_ZERO		BIT(6)
#define __GFP_NOWARN		BIT(7)
#define __GFP_NORETRY		BIT(8)	/* one round of reclaim, no OOM kill */
#define __GFP_RETRY_MAYFAIL	BIT(9)
#define __GFP_NOFAIL		BIT(10)
#define __GFP_MEMALLOC		BIT(11)	/* frees memory soon: may use all of the reserve */
#define __GFP_NOMEMALLOC	BIT(12)
#define __GFP_COMP		BIT(13)	/* compound page */
#define __GFP_IO		BIT(14)
#define __GFP_RECLAIM		(__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)
#define GFP_ATOMIC		(__GFP_HIGH | __GFP_KSWAPD_RECLAIM)
#define GFP_NOWAIT		(__GFP_KSWAPD_RECLAIM)
#define GFP_KERNEL		(__GFP_RECLAIM | __GFP_IO)
#define GFP_USER		(GFP_KERNEL)
#define GFP_HIGHUSER_MOVABLE	(GFP_USER | __GFP_MOVABLE)
#define GFP_TRANSHUGE_LIGHT	((GFP_HIGHUSER_MOVABLE | __GFP_COMP | __GFP_NOMEMALLOC | __GFP_NOWARN) & ~__GFP_RECLAIM)
#define GFP_TRANSHUGE		(GFP_TRANSHUGE_LIGHT | __GFP_DIRECT_RECLAIM)

/* Flags of a page. All are changed with atomic bit operations; who may change one is said behind it. */
enum pageflags {
	PG_locked,		/* the page lock; see mm/frame/page_lock.h */
	PG_referenced,		/* LRU second chance */
	PG_uptodate,		/* content is valid */
	PG_dirty,		/* memory is newer than the disk (page lock) */
	PG_lru,			/* on an LRU list (LRU lock) */
	PG_active,		/* on, or going to, an active list (LRU lock or the isolator) */
	PG_workingset,		/* has been on an active list: one of those who are missed when they go */
	PG_head,		/* head of a compound page */
	PG_slab,		/* belongs to the slab allocator */
	PG_buddy,		/* first page of a free block (zone lock) */
	PG_table,		/* page-table page */
	PG_reserved,		/* kernel image, boot memory, holes: never in the buddy */
	PG_swapbacked,		/* its backing store is swap (anonymous, shmem) */
	PG_swapcache,		/* page->private is its swap entry (page lock) */
	PG_writeback,		/* being written; see end_page_writeback() */
	PG_reclaim,		/* being written: free it, or make it the first to go, when that ends; else: read ahead */
	PG_unevictable,
	PG_mlocked,
	PG_error,		/* the last write or read of it failed */
	PG_anon_exclusive,	/* only one mm can map it: a write fault may reuse it (page-table lock) */
	PG_partially_mapped,	/* head: some PTEs of the huge page are gone: deferred split will free them */
	PG_unexamined,		/* head: nobody has looked yet how much of the huge page is zeroes */
	PG_isolated,		/* taken off its LRU list by reclaim, collapse or migration, not yet put back */
	PG_idle, PG_young,	/* idle page tracking */
	PG_hole,		/* no RAM behind it */
	__NR_PAGEFLAGS,
};
#define PAGE_ZONE_SHIFT	62	/* bits 62-63 of flags: the zone */

/*
 * One frame. 64 bytes, so that the descriptors of a 2 MB block fill 8 frames.
 *
 * Kind		lru		mapping			index		private			compound_head
 * free		free list	-			-		buddy order (PG_buddy)	0
 * anonymous	LRU list	anon_vma | PAGE_MAPPING_ANON	offset	swap entry (PG_swapcache) 0
 * file, shmem	LRU list	struct mapping		offset		-			0
 * page table	deposit list	deposit head (PMD table)	ptl, table_used			0
 * slab		slab list	kmem_cache		first free obj	objects in use		0
 * tail		t[1]: counts	as its head		as its head + i	-			head | 1
 *		t[2]: deferred split list: holes, or not examined
 * Locks: (a) atomic (p) page lock (l) LRU lock (z) zone lock (t) page-table lock (i) set when allocated
 */
struct page {
	unsigned long	flags;			/* (a) enum pageflags, zone in the top bits */
	union {
		struct list_head lru;		/* (l) (z) see the table above */
		struct {			/* t[1] of a compound page */
			atomic_t entire_mapcount; /* PMD mappings, minus 1 */
			atomic_t large_mapcount; /* all mappings, minus 1: a PMD counts once, a PTE once */
			u8	compound_order;	/* (i) */
		};
	};
	void		*mapping;		/* (p) low bit: PAGE_MAPPING_ANON */
	union {
		struct {
			pgoff_t	index;		/* (p) offset in the mapping or anon_vma, in pages */
			unsigned long private;	/* (p) (z) */
		};
		struct {			/* page-table page */
			spinlock_t ptl;		/* the lock of all entries in it */
			u32	table_used;	/* (t) entries that are not none; proved by the checker */
		};
	};
	unsigned long	compound_head;		/* (i) tail: head | 1 */
	atomic_t	_refcount;		/* (a) 0: free or frozen */
	atomic_t	_mapcount;		/* (t) PTE mappings of this 4 KB, minus 1 */
};
static_assert(sizeof(struct page) == 64);

#define PAGE_MAPPING_ANON	1UL

/* Page-table entries. Structs, so that the compiler tells them apart. Encodings: mm/table/entry.h. */
typedef struct { u64 pte; } pte_t;
typedef struct { u64 pmd; } pmd_t;
typedef struct { u64 pud; } pud_t;
typedef struct { u64 pgd; } pgd_t;
typedef struct { u64 val; } swp_entry_t;	/* area << 58 | offset; see mm/table/swap_entry.h */

/* --- Physical memory ------------------------------------------------------------------------------------------ */

enum migratetype { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE, MIGRATE_TYPES };
enum zone_type { ZONE_DMA32, ZONE_NORMAL, MAX_NR_ZONES };
enum lru_list { LRU_INACTIVE_ANON, LRU_ACTIVE_ANON, LRU_INACTIVE_FILE, LRU_ACTIVE_FILE, LRU_UNEVICTABLE, NR_LRU_LISTS };
enum zone_watermark { WMARK_MIN, WMARK_LOW, WMARK_HIGH, NR_WMARK };

#define MAX_ORDER	10	/* the largest block: 4 MB */
#define PAGEBLOCK_ORDER	HPAGE_PMD_ORDER

struct free_area {
	struct list_head list[MIGRATE_TYPES];
	unsigned long	nr_free;		/* blocks, all types */
};

struct zone {
	spinlock_t	lock;			/* irq-safe */
	const char	*name;
	struct node	*node;
	unsigned long	start_pfn, end_pfn;	/* spanned; there may be holes */
	unsigned long	managed_pages;		/* given to the buddy at boot */
	unsigned long	present_pages;
	unsigned long	watermark[NR_WMARK];	/* pages */
	atomic_long_t	free_pages;		/* changed under lock, read anywhere */
	struct free_area free_area[MAX_ORDER + 1]; /* (lock) */
	u8		*pageblock_type;	/* (lock) enum migratetype of each 2 MB block */
	struct block_capture *capture;		/* (lock) somebody makes a large block, and wants it for himself */
};

struct lruvec {
	spinlock_t	lru_lock;		/* irq-safe */
	struct list_head lists[NR_LRU_LISTS];
	unsigned long	nr_pages[NR_LRU_LISTS];	/* (lru_lock) in 4 KB pages */
	atomic_long_t	nonresident_age;	/* workingset clock: evictions + activations */
	unsigned long	anon_cost, file_cost;	/* (lru_lock) */
};

#define MAX_RECLAIM_RETRIES	16	/* fruitless rounds until kswapd gives up, or a request for memory ends */

/* Why a reclaimer waits: mm/reclaim/throttle.c */
enum vmscan_throttle_state {
	VMSCAN_THROTTLE_WRITEBACK,		/* what it finds is under way to the disk already */
	VMSCAN_THROTTLE_ISOLATED,		/* others have taken too much off the lists */
	VMSCAN_THROTTLE_NOPROGRESS,		/* nearly everything was looked at, and nothing freed */
	VMSCAN_THROTTLE_CONGESTED,		/* the disk has all the requests it can have */
	NR_VMSCAN_THROTTLE,
};

struct node {
	int		id;
	struct zone	zones[MAX_NR_ZONES];
	struct lruvec	lruvec;
	wait_queue_head_t kswapd_wait;		/* kswapd sleeps here */
	wait_queue_head_t pfmemalloc_wait;	/* direct reclaimers that wait for kswapd */
	wait_queue_head_t reclaim_wait[NR_VMSCAN_THROTTLE]; /* throttled, by reason */
	atomic_t	nr_writeback_throttled;	/* of these, who wait for writes to end */
	unsigned long	nr_reclaim_start;	/* nr_throttled_written when the first of them came */
	struct task	*kswapd;
	int		kswapd_order;		/* highest order asked for since it last ran */
	int		kswapd_failures;	/* runs in a row without a reclaimed page; from MAX_RECLAIM_RETRIES on it has given up */
	unsigned long	totalreserve_pages;
};

/* --- Address spaces ------------------------------------------------------------------------------------------- */

/* vm_flags of an area; VM_* values as on Linux where they show in smaps. */
#define VM_READ		0x00000001UL
#define VM_WRITE	0x00000002UL
#define VM_EXEC		0x00000004UL
#define VM_SHARED	0x00000008UL
#define VM_MAYREAD	0x00000010UL
#define VM_MAYWRITE	0x00000020UL
#define VM_MAYEXEC	0x00000040UL
#define VM_MAYSHARE	0x00000080UL
#define VM_GROWSDOWN	0x00000100UL
#define VM_PFNMAP	0x00000400UL
#define VM_LOCKED	0x00002000UL
#define VM_IO		0x00004000UL
#define VM_SEQ_READ	0x00008000UL
#define VM_RAND_READ	0x00010000UL
#define VM_DONTCOPY	0x00020000UL
#define VM_DONTEXPAND	0x00040000UL
#define VM_LOCKONFAULT	0x00080000UL
#define VM_ACCOUNT	0x00100000UL
#define VM_NORESERVE	0x00200000UL
#define VM_WIPEONFORK	0x02000000UL
#define VM_DONTDUMP	0x04000000UL
#define VM_SOFTDIRTY	0x08000000UL
#define VM_HUGEPAGE	0x20000000UL
#define VM_NOHUGEPAGE	0x40000000UL
#define VM_STACK_TEMPORARY 0x80000000UL	/* exec's stack before it is moved: no huge page */

enum mm_counter { MM_FILEPAGES, MM_ANONPAGES, MM_SWAPENTS, MM_SHMEMPAGES, NR_MM_COUNTERS };

struct vma_ops;
struct file;		/* fs: only its vma_ops know what it is */
struct mapping;

/*
 * One area of an address space: what the addresses [start, end) are meant to be.
 * Locks: (m) mmap_lock, for writing (r) anon_vma lock as well, or the mapping's i_mmap lock
 */
struct vma {
	unsigned long	vm_start, vm_end;	/* (m) (r) bytes, page aligned, end excluded */
	unsigned long	vm_flags;		/* (m) */
	pgoff_t		vm_pgoff;		/* (m) (r) file offset in pages; anonymous: start >> PAGE_SHIFT at birth */
	struct mm	*vm_mm;
	struct rb_node	rb;			/* (m) in mm->vma_tree */
	unsigned long	gap;			/* (m) usable hole right below this area, bytes */
	unsigned long	rb_max_gap;		/* (m) the largest gap in this subtree */
	struct list_head anon_vma_chain;	/* (m) our anon_vma_chain links */
	struct anon_vma	*anon_vma;		/* (m) where new anonymous pages go; NULL until the first */
	struct list_head i_mmap_node;		/* (r) in mapping->i_mmap when file-backed */
	const struct vma_ops *ops;		/* NULL: private anonymous */
	struct file	*file;			/* counted through ops->open and ops->close */
	void		*private;		/* for ops */
	unsigned long	swap_ra;		/* what read-ahead of swap has learned; a guess, no lock */
	unsigned int	whole_reads;		/* 2 MB that came in as one, out of order, */
	u32		whole_since;		/* since this time of the workingset's clock; guesses, no lock */
};

/* An address space. mm_users: tasks that run in it; mm_count: 1 for all of these, and others that hold the struct. */
struct mm {
	struct page_table_root root;		/* CR3 and the CPUs that have it loaded */
	pgd_t		*pgd;
	atomic_t	mm_users, mm_count;
	struct rw_semaphore mmap_lock;
	struct rb_root	vma_tree;		/* (mmap_lock) by address */
	unsigned int	map_count;		/* (mmap_lock) */
	spinlock_t	page_table_lock;	/* PGD and PUD entries */
	atomic_long_t	rss[NR_MM_COUNTERS];	/* pages */
	atomic_long_t	pgtables_bytes;
	unsigned long	hiwater_rss, hiwater_vm, total_vm, locked_vm, data_vm, exec_vm, stack_vm; /* (mmap_lock) pages */
	unsigned long	start_code, end_code, start_data, end_data, start_brk, brk, start_stack;
	unsigned long	arg_start, arg_end, env_start, env_end;
	unsigned long	mmap_base;		/* mappings grow down from here */
	unsigned long	saved_auxv[48];
	struct file	*exe_file;
	unsigned long	flags;			/* (atomic bits) MMF_* */
	atomic_t	tlb_flush_pending;	/* reclaim cleared entries and has not flushed yet */
	atomic_t	tlb_flush_batched;
	atomic_t	tlb_gathers;		/* mmu_gathers under way: cleared entries, perhaps not flushed yet */
	struct list_head mmlist;		/* all address spaces that may have swap entries (mmlist_lock) */
	struct list_head all_mm;		/* every mm (all_mm_lock): the checker and gdb walk it */
	void		*khugepaged_slot;	/* (khugepaged_mm_lock) */
	unsigned long	def_flags;		/* VM_LOCKED after mlockall(MCL_FUTURE) */
};
enum mm_flags { MMF_VM_HUGEPAGE, MMF_OOM_SKIP, MMF_UNSTABLE, MMF_DISABLE_THP, MMF_HAS_PINNED, MMF_VM_MERGEABLE,
		MMF_DISABLE_THP_EXCEPT_ADVISED, /* huge pages only where madvise asks for them */
		MMF_HUGE_ZERO_PAGE /* holds one reference to the huge zero page */ };

/*
 * All areas whose anonymous pages may be found through one page->mapping. Memory of this type is never given back
 * (SLAB_TYPESAFE): who holds a stale pointer may still take the lock, and then looks again (mm/rmap/anon_vma.h).
 */
struct anon_vma {
	struct anon_vma	*root;			/* the lock of a whole fork family */
	struct rw_semaphore rwsem;		/* used in the root only */
	atomic_t	refcount;		/* chains on us, children whose root or parent we are, other holders */
	unsigned int	num_children, num_active_vmas; /* (rwsem) */
	struct anon_vma	*parent;
	struct rb_root	areas;			/* (rwsem) anon_vma_chain.rb, an interval tree by page offset */
};

/* A link between one area and one anon_vma that its pages may belong to. */
struct anon_vma_chain {
	struct vma	*vma;
	struct anon_vma	*anon_vma;
	struct list_head same_vma;		/* (mmap_lock) */
	struct rb_node	rb;			/* (anon_vma lock) in anon_vma->areas, by the area's vm_pgoff */
	pgoff_t		rb_last;		/* (anon_vma lock) the highest page offset in this subtree */
};

/* What a fault is about, from the entry to the handler that ends it. */
struct vm_fault {
	struct vma	*vma;
	unsigned long	address;		/* page aligned */
	unsigned long	real_address;
	pgoff_t		pgoff;
	unsigned int	flags;			/* FAULT_FLAG_* */
	pmd_t		*pmd;
	pmd_t		orig_pmd;		/* as read once at the start */
	pte_t		*pte;			/* mapped and locked where a function says so */
	pte_t		orig_pte;
	spinlock_t	*ptl;
	struct page	*page;			/* ops->fault returns a locked, referenced page here */
};
#define FAULT_FLAG_WRITE	BIT(0)
#define FAULT_FLAG_USER		BIT(1)
#define FAULT_FLAG_INSTRUCTION	BIT(2)
#define FAULT_FLAG_SMALL	BIT(7)	/* set by ops->fault: the huge page ends behind the file, so that only a part may be mapped */
#define FAULT_FLAG_REMOTE	BIT(3)	/* on behalf of another: khugepaged, swapoff, /proc/PID/mem */

typedef unsigned int vm_fault_t;
#define VM_FAULT_OOM		BIT(0)
#define VM_FAULT_SIGBUS		BIT(1)
#define VM_FAULT_SIGSEGV	BIT(2)
#define VM_FAULT_MAJOR		BIT(3)	/* had to read from a device */
#define VM_FAULT_FALLBACK	BIT(4)	/* no huge page: take the 4 KB way */
#define VM_FAULT_RETRY		BIT(5)	/* the entry changed: fault again (mmap_lock still held) */
#define VM_FAULT_LOCKED		BIT(6)	/* ops->fault returned its page locked */
#define VM_FAULT_ERROR		(VM_FAULT_OOM | VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV)

/*
 * What a file or shared-memory area does that an anonymous one does not. Registered by fs and mm/file.
 * open/close keep vma->file counted when areas are copied, split and removed.
 */
struct vma_ops {
	void (*open)(struct vma *vma);
	void (*close)(struct vma *vma);
	vm_fault_t (*fault)(struct vm_fault *vmf);	/* => page in vmf->page: referenced; LOCKED or not */
	struct mapping *(*mapping)(struct vma *vma);	/* whose i_mmap lists the area; NULL: none */
	int (*name)(struct vma *vma, char *buf, size_t size);	/* for /proc/PID/maps: dev, inode and path see vma_file_info */
	void (*info)(struct vma *vma, u32 *dev_major, u32 *dev_minor, u64 *ino);
};

/* The pages of a file or shared object, by offset. The container itself is mm/file's. */
struct mapping_ops {
	/*
	 * reclaim: the page goes to the swap cache, and the name of its slot stays in the tree. => page locked, not mapped, dirty;
	 * true: in the swap cache, with the mapping's use of the slot counted; false: as it was. Takes no memory. NULL: has to stay
	 */
	bool (*swap_out)(struct page *page);
	void (*remove)(struct page *page);		/* reclaim: clean page leaves (page locked, tree lock held) */
	/* pages (> 0) want to join, or (< 0) have left: 0 or -ENOSPC. NULL: no limit. Never sleeps */
	int (*charge)(struct mapping *mapping, long pages);
	/*
	 * migration: new, locked, stands for old from now on, and takes over the reference of the tree. NULL: pages can't move
	 * => both locked, tree lock held, old unmapped, its count frozen; the content and flags are copied
	 */
	void (*migrate)(struct page *old, struct page *new);
};
struct mapping {
	const struct mapping_ops *ops;
	spinlock_t	tree_lock;
	void		*tree;			/* (tree_lock) mm/file/page_cache.c */
	unsigned long	nrpages;		/* (tree_lock) in memory */
	unsigned long	nrswapped;		/* (tree_lock) shared memory: out on a disk */
	struct list_head swaplist;		/* (shmem_swaplist_lock) on it from the first page that went out until the end */
	unsigned int	huge;			/* shared memory: enum shmem_huge, what its mount says of huge pages */
	unsigned int	pins;			/* (shmem_swaplist_lock) swapoff is looking through it */
	struct rw_semaphore i_mmap_rwsem;
	struct list_head i_mmap;		/* (i_mmap_rwsem) vma.i_mmap_node */
	void		*host;			/* inode */
	unsigned long	flags;
};
enum mapping_flags {
	AS_UNEVICTABLE,
	AS_SHMEM,
	AS_COMMIT_PAGES,	/* (set before the first page) each page is promised when it comes, not all when it was made */
	AS_SEALED,		/* nobody may change the content but by old mappings: no holes */
};

#endif
