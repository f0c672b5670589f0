/* mm/swap/unmap.c - a page disappears from all page tables: each entry becomes the name of its slot.
 *
 * The order for one entry: take it out of the table by an atomic exchange, so that the dirty bit that the hardware set
 * until that instant is not lost; make the flush sure (now, or noted in the batch); keep the dirty bit in the page;
 * write the swap entry; drop the mapping's count and reference. Until the flush a CPU may still read and write the
 * page through its TLB: nobody may write the page to a disk, or free it, before.
 *
 * Linux: try_to_unmap in mm/rmap.c.
 */
#include <mm/swap/slots.h>
#include <mm/frame/lru.h>
#include <mm/frame/vmstat.h>

struct unmap_request {
	enum unmap_flags flags;
	struct tlb_ubc	*ubc;		/* with TTU_BATCH_FLUSH */
};

static void mm_counter_add(struct mm *mm, enum mm_counter counter, long n)
{
	atomic_long_add(n, &mm->rss[counter]);
}

/* The resident set is about to shrink: remember how large it was (VmHWM). Not exact, as on Linux: nobody holds a lock. */
static void note_hiwater_rss(struct mm *mm)
{
	long rss = atomic_long_read(&mm->rss[MM_FILEPAGES]) + atomic_long_read(&mm->rss[MM_ANONPAGES]) +
		   atomic_long_read(&mm->rss[MM_SHMEMPAGES]);

	if (rss > 0 && READ_ONCE(mm->hiwater_rss) < (unsigned long)rss)
		WRITE_ONCE(mm->hiwater_rss, rss);
}

/* Take the entry out and see to the flush. A CPU that has a dirty translation goes on writing through it until then. */
static pte_t clear_pte(struct rmap_visit *v, const struct unmap_request *req)
{
	pte_t old = ptep_clear(v->pte);

	if (req->flags & TTU_BATCH_FLUSH)
		set_tlb_ubc_flush_pending(req->ubc, v->vma->vm_mm, pte_dirty(old));
	else
		flush_tlb_page(v->vma->vm_mm, v->address);
	if (pte_dirty(old))
		SetPageDirty(compound_head(v->page));
	return old;
}

/* => false: the slot's count is full; the entry is as it was */
static bool unmap_anon_pte(struct rmap_visit *v, const struct unmap_request *req)
{
	swp_entry_t entry = page_swap_entry(v->subpage);
	struct mm *mm = v->vma->vm_mm;
	pte_t old, pte;

	ASSERTF(PageSwapCache(compound_head(v->page)), "page 0x%lx is unmapped without a slot", page_to_pfn(v->page));
	if (swap_duplicate(entry))
		return false;
	old = clear_pte(v, req);
	pte = swp_entry_to_pte(entry);
	if (PageAnonExclusive(v->subpage)) {
		ClearPageAnonExclusive(v->subpage);
		pte = pte_swp_mkexclusive(pte);
	}
	if (pte_soft_dirty(old))
		pte = pte_swp_mksoft_dirty(pte);
	mm_counter_add(mm, MM_ANONPAGES, -1);
	mm_counter_add(mm, MM_SWAPENTS, 1);
	set_pte_at(v->pte, pte);
	return true;
}

static bool unmap_file_pte(struct rmap_visit *v, const struct unmap_request *req)
{
	clear_pte(v, req);
	mm_counter_add(v->vma->vm_mm, PageSwapBacked(v->page) ? MM_SHMEMPAGES : MM_FILEPAGES, -1);
	return true;
}

static bool unmap_visit(struct rmap_visit *v, void *arg)
{
	const struct unmap_request *req = arg;

	if (!(req->flags & TTU_IGNORE_MLOCK) && (v->vma->vm_flags & VM_LOCKED))
		return false;
	if (!v->pte)
		return false;	/* a huge page came together again since it was split: not ours to split here */
	note_hiwater_rss(v->vma->vm_mm);
	if (!(PageAnon(v->page) ? unmap_anon_pte(v, req) : unmap_file_pte(v, req)))
		return false;
	page_remove_rmap(v->subpage, v->vma, RMAP_PTE);
	put_page(v->page);
	return true;
}

static bool nothing_mapped(struct page *page)
{
	return !page_mapped(page);
}

bool try_to_unmap(struct page *page, enum unmap_flags flags, struct tlb_ubc *ubc)
{
	struct unmap_request req = { .flags = flags, .ubc = ubc };
	struct rmap_walk_control rwc = { .arg = &req, .visit = unmap_visit, .done = nothing_mapped };

	VM_ASSERT(PageLocked(page));
	ASSERT(!(flags & TTU_BATCH_FLUSH) || ubc);
	rmap_walk(page, &rwc);
	return !page_mapped(page);
}
