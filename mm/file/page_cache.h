/* mm/file/page_cache.h - the pages of a file or shared object, by offset.
 *
 * A mapping is a tree of pages. The tree holds one reference on each page it names. Who finds a
 * page takes a reference under tree_lock; who needs to be sure that it still belongs here locks it
 * and looks at page->mapping again. Truncation locks each page before it takes it out, so a fault
 * that holds the page lock and has seen the page in place cannot map what is gone.
 *
 * Shared memory (tmpfs, MAP_SHARED | MAP_ANONYMOUS) has no other place for its pages than swap: as
 * long as they are in the tree they are dirty and swap backed, and counted in nr_shmem. A page that
 * goes out leaves the tree for the swap cache, and the tree keeps the name of its slot (shmem_swap.c).
 *
 * Linux: mm/filemap.c, mm/shmem.c, mm/truncate.c.
 */
#ifndef MM_FILE_PAGE_CACHE_H
#define MM_FILE_PAGE_CACHE_H

#include <mm/fault/fault.h>

void page_cache_init(void);			/* slab caches; after slab_init */

/* => flags: BIT(AS_*) */
void mapping_init(struct mapping *mapping, const struct mapping_ops *ops, void *host, unsigned long flags);
void mapping_destroy(struct mapping *mapping);			/* truncates to 0 first; frees the tree */
/* the page, if it is in memory, referenced; NULL: it is out, or there is none */
struct page *find_get_page(struct mapping *mapping, pgoff_t index);
/*
 * the page, from memory or from swap, referenced and unlocked; NULL: none, a hole;
 * ERR_PTR(-ENOMEM), ERR_PTR(-EIO)
 * => sleeps; *did_io: it came from a disk
 */
struct page *shmem_get_page(struct mapping *mapping, pgoff_t index, gfp_t gfp, bool *did_io);
/* the same, and a hole gets a new page (zeroed, uptodate); or what ops->charge said (-ENOSPC) */
struct page *shmem_get_or_create_page(struct mapping *mapping, pgoff_t index, gfp_t gfp, bool *did_io);
/* the same for a write(2) to a file of this size: it may be a huge page */
struct page *shmem_get_page_for_write(struct mapping *mapping, pgoff_t index, u64 size);
struct page *find_or_create_page(struct mapping *mapping, pgoff_t index, gfp_t gfp);
/*
 * Huge pages: a compound page has 512 places in the tree, each naming its 4 KB part, and the tree holds 512 references.
 * What a look-up finds is the part; mapping and index are the whole's.
 */
static inline struct mapping *page_mapping_of(const struct page *page)
{
	return compound_head(page)->mapping;
}
static inline pgoff_t page_offset_of(const struct page *page)
{
	const struct page *head = compound_head(page);

	return head->index + (page - head);
}

/* Who gets them: the mount option huge= of tmpfs, the knob shmem_enabled for everything without a mount. */
enum shmem_huge { SHMEM_HUGE_NEVER, SHMEM_HUGE_ALWAYS, SHMEM_HUGE_WITHIN_SIZE, SHMEM_HUGE_ADVISE, SHMEM_HUGE_DENY, SHMEM_HUGE_FORCE,
		  SHMEM_HUGE_KNOB /* of a mapping: the knob decides */ };
extern enum shmem_huge shmem_enabled;	/* deny and force stand above what a mount says */
/* Does the mapping want a huge page at index? size: bytes of the file; vma: NULL if it is a write. advised areas may lie anywhere */
bool shmem_is_huge(const struct mapping *mapping, pgoff_t index, u64 size, const struct vma *vma);
bool shmem_knob_allows_huge(void);	/* where it is the knob that decides, may there be any? */
/* May it ever? Then an area of it is worth aligning. */
bool shmem_may_be_huge(const struct mapping *mapping);
/*
 * shmem_create_huge - a huge page, zeroed, for the 2 MB around index
 *
 * => nothing may be there yet; true: it is in place. false: something is, or no page was to be had, or no space: a small one
 *    will do. Sleeps
 */
bool shmem_create_huge(struct mapping *mapping, pgoff_t index, const struct vma *vma);

/*
 * put a new page of the caller's in: locked, referenced, content to be read in. 0, -EEXIST,
 * -ENOMEM, -ENOSPC.
 * => sleeps
 */
int add_to_page_cache(struct mapping *mapping, struct page *page, pgoff_t index, gfp_t gfp);
/*
 * take a page (as a whole, when it is huge) out of its mapping's tree; the tree's references are the caller's now.
 * => page and tree_lock locked, not mapped
 */
void page_cache_delete(struct page *page);
/* mapping_ops.migrate: new takes the place of old, with its index. => as there */
void page_cache_replace(struct page *old, struct page *new);
/* how to allocate pages of this mapping */
gfp_t mapping_gfp(const struct mapping *mapping);
/*
 * drop pages [first, last] (last inclusive): unmapped from all areas first, then removed. => sleeps
 * => truncate: behind the end of the file, so that the copies that private areas have made of the pages go too;
 *    punch: a hole, which is a change of the file like others, and the copies stay
 */
void truncate_pages(struct mapping *mapping, pgoff_t first, pgoff_t last);
void punch_pages(struct mapping *mapping, pgoff_t first, pgoff_t last);

/* What is at an offset: a page in memory, or the slot of one that is out. */
struct mapping_entry {
	pgoff_t		index;
	struct page	*page;		/* referenced; NULL: it is out */
	swp_entry_t	slot;		/* where */
};
/* => false: nothing there */
bool mapping_get_entry(struct mapping *mapping, pgoff_t index, struct mapping_entry *entry);
/* the first at or after index. => false: none */
bool mapping_next_entry(struct mapping *mapping, pgoff_t index, struct mapping_entry *entry);

/* mapping_ops.swap_out of shared memory. => as there */
bool shmem_swap_out(struct page *page);
/* bring in what is out of [first, last], as far as there is memory: advice, so nobody waits for an answer */
void shmem_will_need(struct mapping *mapping, pgoff_t first, pgoff_t last);
/* SHM_LOCK: no page of it goes out any more, until it is unlocked. What is out comes in when it is touched. => sleeps */
void shmem_lock(struct mapping *mapping, bool lock);
/* pages of [first, last] that are out */
unsigned long shmem_swapped(struct mapping *mapping, pgoff_t first, pgoff_t last);
/* fn for every slot that a mapping names: the checker counts them. => fn must not sleep */
void shmem_for_each_slot(void (*fn)(swp_entry_t slot, void *arg), void *arg);

/*
 * mapping_fault - the fault of a shared or private mapping whose pages live here: used by vma_ops
 * of tmpfs and shmem
 *
 * => mmap_lock held; create: a hole gets a zeroed page
 * => VM_FAULT_LOCKED with vmf->page locked and referenced; VM_FAULT_SIGBUS beyond *size_bytes or
 *    without space, VM_FAULT_OOM
 * => *size_bytes is read again after the page is locked: truncation lowers it before it looks for pages
 */
vm_fault_t mapping_fault(struct vm_fault *vmf, struct mapping *mapping, const u64 *size_bytes, bool create);

/* zap [first, last] of all areas that map it, with or without private copies: mm/map's, registered at start-up */
extern void (*unmap_mapping_hook)(struct mapping *mapping, pgoff_t first, pgoff_t last, bool copies);

/* MAP_SHARED | MAP_ANONYMOUS: an object of its own. Sets vma->ops, file, private; 0 or -ENOMEM */
int shmem_zero_setup(struct vma *vma);

#endif
