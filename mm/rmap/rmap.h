/* mm/rmap/rmap.h - from a frame to every entry that maps it.
 *
 * It finds entries; what to do there is the visitor's business (try_to_unmap in mm/swap, page_referenced in mm/reclaim,
 * migration entries in mm/split). A page is found at vm_start + (index - vm_pgoff) * 4 KB of each area in its anon_vma's
 * or mapping's list. Linux: mm/rmap.c.
 */
#ifndef MM_RMAP_RMAP_H
#define MM_RMAP_RMAP_H

#include <mm/table/walk.h>

/* --- mapping counts: called by whoever writes the entry, with its lock held ------------------------------------- */
enum rmap_level { RMAP_PTE, RMAP_PMD };
#define RMAP_EXCLUSIVE	BIT(0)	/* no other mm maps or can map it */
/* first mapping of a brand-new anonymous page (not yet visible): sets mapping and index, swapbacked, count */
void page_add_new_anon_rmap(struct page *page, struct vma *vma, unsigned long address, enum rmap_level level);
void page_add_anon_rmap(struct page *page, struct vma *vma, unsigned long address, unsigned int rmap_flags, enum rmap_level level);
void page_add_file_rmap(struct page *page, enum rmap_level level);
/* fork: one more of the same. Inline for the usual page, of which a fork copies thousands. */
void __page_dup_rmap(struct page *page, enum rmap_level level);
static inline void page_dup_rmap(struct page *page, enum rmap_level level)
{
	if (likely(!PageCompound(page)))
		atomic_inc(&page->_mapcount);
	else
		__page_dup_rmap(page, level);
}
/*
 * One entry less. When parts of a huge page lost their last mapping, it goes to the deferred split queue.
 * => does not drop the reference that the entry held
 */
void page_remove_rmap(struct page *page, struct vma *vma, enum rmap_level level);
/* mm/split stands above: parts of a huge page that nobody maps any more wait on its queue. => lock of the table held */
extern void (*deferred_split_hook)(struct page *head);
/* After COW found itself alone: from now on the page belongs to vma->anon_vma itself. => page locked */
void page_move_anon_rmap(struct page *page, struct vma *vma);

/* VM_LOCKED areas keep their pages from reclaim: PG_mlocked and the unevictable list. => page referenced, table lock may be held */
void mlock_page(struct page *page);
void munlock_page(struct page *page);

/* --- the walk --------------------------------------------------------------------------------------------------- */
struct rmap_visit {			/* what the visitor sees: exactly one of pmd leaf or pte, lock held */
	struct page	*page;		/* as given to rmap_walk */
	struct page	*subpage;	/* the 4 KB page that pte maps; page itself for a PMD */
	struct vma	*vma;
	unsigned long	address;
	pmd_t		*pmd;
	pte_t		*pte;		/* NULL: mapped by the PMD */
	spinlock_t	*ptl;		/* held; a visitor that drops it sets ptl = NULL, and its part of this area ends */
};
struct rmap_walk_control {
	void		*arg;
	bool (*visit)(struct rmap_visit *visit, void *arg);	/* false: stop the whole walk */
	bool (*done)(struct page *page);		/* optional: true ends the walk (nothing mapped any more) */
	bool (*skip_vma)(struct vma *vma, void *arg);	/* optional */
	/* visit migration entries that name this page (which may be another: it has moved to `page`) instead of present ones */
	const struct page *migrating;
	bool		locked;		/* anon_vma (or i_mmap) is already held by the caller */
	bool		trylock;	/* give up rather than wait for the anon_vma lock */
	unsigned int	nr_pages;	/* 0: all parts of the page. Else: these many pages, which were one until it was split */
};
/*
 * => page is locked and referenced; for a tail's sake pass the head; may sleep (lock of the anon_vma)
 * => every PTE of every subpage of a compound page is visited, PMDs once
 * => returns false when a visit stopped it or the trylock failed
 */
bool rmap_walk(struct page *page, struct rmap_walk_control *rwc);

/* address of page in vma, or -EFAULT (as unsigned long) when it is outside */
unsigned long page_address_in_vma(struct page *page, struct vma *vma);

#endif
