/* mm/swap/unmap.c - a page disappears from all page tables: each entry becomes the name of its slot.
 *
 * The order for one entry: take it out of the table by an atomic exchange, so that the dirty bit that the hardware set
 * until that instant is not lost; make the flush sure (now, or noted in the batch); keep the dirty bit in the page;
 * write the swap entry; drop the mapping's count and reference. Until the flush a CPU may still read and write the
 * page through its TLB: nobody may write the page to a disk, or free it, before.
 *
 * A huge page that has 512 slots of its own may be mapped by a PMD. In its place comes one PMD-sized swap entry, behind
 * which the page table stays that was set aside; or that table, with 512 swap entries: then the mapping is split and taken
 * away in one step, and the page stays huge. Either flush can't wait: in the next moment somebody may map a part of it
 * again, and no CPU may hold a 2 MB and a 4 KB translation of the same address.
 *
 * After MADV_FREE a page has no slot and needs none: its entries become empty, as long as they are clean.
 *
 * Linux: try_to_unmap in mm/rmap.c.
 */
#include <mm/swap/slots.h>
#include <kernel/trace/trace.h>
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

/* => false: no frame for a large count; the entry is as it was */
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

/* What all 512 entries say beside their slot. */
static pte_t huge_swap_pte(swp_entry_t entry, pmd_t old, bool exclusive)
{
	pte_t pte = swp_entry_to_pte(entry);

	if (exclusive)
		pte = pte_swp_mkexclusive(pte);
	return pmd_soft_dirty(old) ? pte_swp_mksoft_dirty(pte) : pte;
}

static void fill_swap_table(struct page *table, swp_entry_t entry, pmd_t old, bool exclusive)
{
	pte_t *pte = page_address(table);

	for (unsigned int i = 0; i < PTRS_PER_TABLE; i++)
		set_pte(&pte[i], huge_swap_pte((swp_entry_t){ entry.val + i }, old, exclusive));
	table->table_used = PTRS_PER_TABLE;
}

/* 512 swap entries in the table that was set aside. => the PMD as it was */
static pmd_t split_to_swap_ptes(struct rmap_visit *v, swp_entry_t entry, bool exclusive)
{
	struct mm *mm = v->vma->vm_mm;
	struct page *table;
	pmd_t old;

	count_vm_event(THP_SPLIT_PMD);
	trace(split_huge_pmd, mm, v->address, pmdp_get(v->pmd).pmd, false);
	old = pmdp_invalidate(v->pmd);
	flush_pmd_tlb_range(mm, v->address, v->address + HPAGE_PMD_SIZE);
	table = pgtable_trans_huge_withdraw(v->pmd);
	fill_swap_table(table, entry, old, exclusive);
	/* The table's content before the pointer to it: walkers follow it without a lock. */
	smp_wmb();
	pmd_populate(v->pmd, table);
	return old;
}

/* One swap entry for all. The hardware sets no bit in what is not present: it is complete only with the exchanged bits. */
static pmd_t exchange_for_swap_pmd(struct rmap_visit *v, swp_entry_t entry, bool exclusive)
{
	pmd_t pmd = swp_entry_to_pmd(entry), old = pmdp_invalidate(v->pmd);

	flush_pmd_tlb_range(v->vma->vm_mm, v->address, v->address + HPAGE_PMD_SIZE);
	if (exclusive)
		pmd = pmd_swp_mkexclusive(pmd);
	if (pmd_soft_dirty(old))
		pmd = pmd_swp_mksoft_dirty(pmd);
	set_pmd(v->pmd, pmd);
	return old;
}

/* => false: no frame for large counts; the mapping is as it was */
static bool unmap_huge_pmd(struct rmap_visit *v, const struct unmap_request *req)
{
	struct page *page = v->page;
	struct mm *mm = v->vma->vm_mm;
	swp_entry_t entry = page_swap_entry(page);
	bool exclusive = PageAnonExclusive(page);
	pmd_t old;

	ASSERTF(PageSwapCache(page), "huge page 0x%lx is unmapped without slots", page_to_pfn(page));
	if (swap_duplicate_range(entry, HPAGE_PMD_NR))
		return false;
	if (exclusive)
		ClearPageAnonExclusive(page);
	if (req->flags & TTU_SPLIT_HUGE_PMD)
		old = split_to_swap_ptes(v, entry, exclusive);
	else
		old = exchange_for_swap_pmd(v, entry, exclusive);
	if (pmd_dirty(old))
		SetPageDirty(page);
	mm_counter_add(mm, MM_ANONPAGES, -(long)HPAGE_PMD_NR);
	mm_counter_add(mm, MM_SWAPENTS, HPAGE_PMD_NR);
	page_remove_rmap(page, v->vma, RMAP_PMD);
	put_page(page);
	return true;
}

/*
 * After MADV_FREE nothing takes its place. Unless it was written to since, or somebody is about to: then it is an ordinary
 * page again. => false: that is so, and the entry is as it was
 */
static bool unmap_lazyfree_pte(struct rmap_visit *v, const struct unmap_request *req)
{
	struct page *head = compound_head(v->page);
	pte_t old = clear_pte(v, req);

#ifndef BUG_lazyfree_forgets_writes	/* what was written after MADV_FREE is lost */
	if (PageDirty(head)) {
		set_pte_at(v->pte, old);
		unlazyfree_page(head);
		return false;
	}
#endif
	ClearPageAnonExclusive(v->subpage);
	mm_counter_add(v->vma->vm_mm, MM_ANONPAGES, -1);
	return true;
}

static bool unmap_lazyfree_pmd(struct rmap_visit *v)
{
	struct page *page = v->page, *table;
	pmd_t old = pmdp_invalidate(v->pmd);

	flush_tlb_range(v->vma->vm_mm, v->address, v->address + HPAGE_PMD_SIZE);
	if (pmd_dirty(old))
		SetPageDirty(page);
	if (PageDirty(page)) {
		set_pmd(v->pmd, old);
		unlazyfree_page(page);
		return false;
	}
	/* The table that was set aside is empty: it says what there is now. */
	table = pgtable_trans_huge_withdraw(v->pmd);
	ClearPageAnonExclusive(page);
	mm_counter_add(v->vma->vm_mm, MM_ANONPAGES, -(long)HPAGE_PMD_NR);
	smp_wmb();
	pmd_populate(v->pmd, table);
	page_remove_rmap(page, v->vma, RMAP_PMD);
	put_page(page);
	return true;
}

/* The table that was set aside is empty: faults fill it. The flush can't wait, as for other huge entries. */
static bool unmap_file_pmd(struct rmap_visit *v)
{
	struct page *page = v->page, *table;
	pmd_t old = pmdp_invalidate(v->pmd);

	flush_pmd_tlb_range(v->vma->vm_mm, v->address, v->address + HPAGE_PMD_SIZE);
	if (pmd_dirty(old))
		SetPageDirty(page);
	table = pgtable_trans_huge_withdraw(v->pmd);
	mm_counter_add(v->vma->vm_mm, MM_SHMEMPAGES, -(long)HPAGE_PMD_NR);
	smp_wmb();
	pmd_populate(v->pmd, table);
	page_remove_rmap(page, v->vma, RMAP_PMD);
	put_page(page);
	return true;
}

static bool unmap_file_pte(struct rmap_visit *v, const struct unmap_request *req)
{
	clear_pte(v, req);
	mm_counter_add(v->vma->vm_mm, PageSwapBacked(v->page) ? MM_SHMEMPAGES : MM_FILEPAGES, -1);
	return true;
}

static bool unmap_pte(struct rmap_visit *v, const struct unmap_request *req)
{
	if (!PageAnon(v->page))
		return unmap_file_pte(v, req);
	return page_is_lazyfree(v->page) ? unmap_lazyfree_pte(v, req) : unmap_anon_pte(v, req);
}

static bool unmap_visit(struct rmap_visit *v, void *arg)
{
	const struct unmap_request *req = arg;

	if (!(req->flags & TTU_IGNORE_MLOCK) && (v->vma->vm_flags & VM_LOCKED))
		return false;
	note_hiwater_rss(v->vma->vm_mm);
	if (!v->pte && !PageAnon(v->page))
		return unmap_file_pmd(v);
	if (!v->pte)
		return page_is_lazyfree(v->page) ? unmap_lazyfree_pmd(v) : unmap_huge_pmd(v, req);
	if (!unmap_pte(v, req))
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
