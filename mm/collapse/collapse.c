/* mm/collapse/collapse.c - 512 small pages become one huge page, at the same addresses.
 *
 * The steps:
 *	1. allocate the huge page, with no lock held
 *	2. mmap_lock for reading: look at the area again; bring in what is swapped out, by faults
 *	3. mmap_lock for writing: look again. No fault, no munmap, no mprotect from here on
 *	4. the anon_vma lock for writing: no walk of the reverse map, and so no reclaim, split or migration
 *	5. clear the PMD and flush: no CPU reads or writes the pages any more through a translation
 *	6. isolate each page: locked, off the LRU, and held by nobody else. If one can't be, the PMD gets its table back
 *	   (as a table: not as a leaf), and nothing has happened
 *	7. the anon_vma lock is released: walks find an empty PMD
 *	8. copy. Nobody can see or change the pages: neither through a table nor by a reference
 *	9. the old entries, mapping counts and references go; what was missing now counts as resident
 *	10. the huge page is up to date before it can be seen; the old table becomes its deposit; the PMD is set
 *
 * Linux: collapse_huge_page, __collapse_huge_page_isolate in mm/khugepaged.c.
 */
#include <mm/collapse/collapse_internal.h>
#include <mm/alloc/page_alloc.h>
#include <mm/frame/lru.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>
#include <mm/reclaim/reclaim.h>
#include <mm/rmap/rmap.h>
#include <mm/swap/swap.h>
#include <mm/table/tlb.h>
#include <kernel/sched/task.h>
#include <kernel/trace/trace.h>

/* One collapse on its way. */
struct collapse {
	struct mm	*mm;
	struct vma	*vma;
	unsigned long	address;
	pmd_t		*pmd;
	struct page	*table;		/* the page table that PMD named: ours alone after step 5 */
	struct page	*huge;
	struct list_head isolated;	/* locked pages (heads of compound ones) */
	unsigned int	nr_isolated;
	struct pte_tally tally;
};

/* --- looking again --------------------------------------------------------------------------------------------------------- */

/* => mmap_lock held, after a time without it; sets c->vma and c->pmd */
static enum scan_result revalidate(struct collapse *c)
{
	pmd_t entry;

	if (collapse_test_exit(c->mm))
		return SCAN_ANY_PROCESS;
	c->vma = find_vma(c->mm, c->address);
	if (!c->vma || c->vma->vm_start >= c->address + HPAGE_PMD_SIZE)
		return SCAN_VMA_NULL;
	if (c->vma->vm_start > c->address || c->vma->vm_end < c->address + HPAGE_PMD_SIZE)
		return SCAN_ADDRESS_RANGE;
	if (!vma_is_anonymous(c->vma) || !c->vma->anon_vma || !thp_vma_eligible(c->vma, c->address, c->tally.who))
		return SCAN_VMA_CHECK;
	c->pmd = mm_find_pmd(c->mm, c->address);
	if (!c->pmd)
		return SCAN_PMD_NULL;
	entry = pmdp_get(c->pmd);
	return pmd_is_table(entry) ? SCAN_SUCCEED : why_no_table(entry);
}

/* --- swap-in ---------------------------------------------------------------------------------------------------------------- */

/* => the entry at address, read without lock: the fault decides what it really is */
static bool is_swapped(struct collapse *c, unsigned long address)
{
	pmd_t entry = pmdp_get(c->pmd);
	pte_t pte = pmd_is_table(entry) ? ptep_get(pte_offset(entry, address)) : __pte(0);

	return is_swap_pte(pte) && !is_migration_entry(pte_to_swp_entry(pte));
}

/* => mmap_lock held for reading, before and after */
static enum scan_result swap_in(struct collapse *c, int referenced)
{
	enum scan_result result = SCAN_SUCCEED;
	unsigned int swapped_in = 0;

	for (unsigned int i = 0; i < PTRS_PER_TABLE && result == SCAN_SUCCEED; i++) {
		unsigned long address = c->address + i * PAGE_SIZE;

		if (!is_swapped(c, address))
			continue;
		if (handle_mm_fault(c->vma, address, FAULT_FLAG_REMOTE) & VM_FAULT_ERROR)
			result = SCAN_SWAPIN_FAIL;
		else
			swapped_in++;
		cond_resched();
	}
	trace(mm_collapse_huge_page_swapin, c->mm, swapped_in, referenced, result);
	return result;
}

/* --- isolation ----------------------------------------------------------------------------------------------------------------- */

static bool isolated_before(struct collapse *c, struct page *head)
{
	struct page *page;

	list_for_each_entry(page, &c->isolated, lru)
		if (page == head)
			return true;
	return false;
}

/* => the table's lock held; on success the page's head is locked and on the list */
static enum scan_result isolate_page(struct collapse *c, struct page *page)
{
	struct page *head = compound_head(page);

	VM_ASSERT(PageAnon(head));
	c->tally.page = head;
	if (page_mapcount(page) > 1 && tally_shared(&c->tally) != SCAN_SUCCEED)
		return SCAN_EXCEED_SHARED_PTE;
	/* Several PTEs may map parts of the same huge page: the first of them isolates it. */
	if (PageCompound(page) && isolated_before(c, head))
		return SCAN_SUCCEED;
	if (!trylock_page(head))
		return SCAN_PAGE_LOCK;
	/* Now that no translation exists, nobody can come in addition: this count is the last word. */
	if (!refcount_suitable(head)) {
		unlock_page(head);
		return SCAN_PAGE_COUNT;
	}
	if (!isolate_lru_page(head)) {
		unlock_page(head);
		return SCAN_DEL_PAGE_LRU;
	}
	list_add_tail(&head->lru, &c->isolated);
	c->nr_isolated++;
	return SCAN_SUCCEED;
}

static enum scan_result isolate_pte(struct collapse *c, pte_t pte)
{
	enum scan_result result;

	if (pte_none(pte) || (pte_present(pte) && is_zero_pfn(pte_pfn(pte))))
		return tally_none(&c->tally);
#ifdef BUG_collapse_swap_is_none
	if (!pte_present(pte))
		return tally_none(&c->tally);	/* as in the scan: the data on the disk becomes zeros */
#endif
	if (!pte_present(pte))
		return SCAN_PTE_NON_PRESENT;
	VM_ASSERT(!pte_special(pte));
	c->tally.writable |= pte_write(pte);
	result = isolate_page(c, pte_page(pte));
	if (result == SCAN_SUCCEED && page_was_used(pte))
		c->tally.referenced++;
	return result;
}

/* The pages' locks, and the isolation's references. A page that nothing maps any more is freed here. */
static void release_isolated(struct collapse *c, bool collapsed)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &c->isolated, lru) {
		list_del(&page->lru);
		if (collapsed && !page_mapped(page))
			try_to_free_swap(page);
		unlock_page(page);
		putback_lru_page(page);
	}
}

/* => the PMD is clear and flushed, the anon_vma locked */
static enum scan_result isolate(struct collapse *c)
{
	enum scan_result result = SCAN_SUCCEED;
	pte_t *pte = page_address(c->table);

	spin_lock(&c->table->ptl);
	for (unsigned int i = 0; i < PTRS_PER_TABLE && result == SCAN_SUCCEED; i++)
		result = isolate_pte(c, ptep_get(&pte[i]));
	spin_unlock(&c->table->ptl);
	if (result == SCAN_SUCCEED)
		result = tally_used(&c->tally, 0);
	trace(mm_collapse_huge_page_isolate, tally_pfn(&c->tally), c->tally.none_or_zero, c->tally.referenced,
	      c->tally.writable, result);
	return result;
}

/* --- the PMD --------------------------------------------------------------------------------------------------------------------- */

static void clear_pmd(struct collapse *c)
{
	spinlock_t *ptl = pmd_lock(c->pmd);
	pmd_t old = pmdp_exchange(c->pmd, __pmd(0));

#ifndef BUG_collapse_no_flush	/* a CPU goes on writing to the old pages while they are copied */
	flush_tlb_range(c->mm, c->address, c->address + HPAGE_PMD_SIZE);
#endif
	spin_unlock(ptl);
	c->table = pmd_table_page(old);
}

static void put_table_back(struct collapse *c)
{
	spinlock_t *ptl = pmd_lock(c->pmd);

	ASSERT(pmd_none(pmdp_get(c->pmd)));
	pmd_populate(c->pmd, c->table);
	spin_unlock(ptl);
}

static void install_huge(struct collapse *c)
{
	pmd_t entry = pmd_mkyoung(pmd_mkdirty(mk_huge_pmd(c->huge, vm_get_page_prot(c->vma->vm_flags))));
	spinlock_t *ptl;

	if (c->vma->vm_flags & VM_WRITE)
		entry = pmd_mkwrite(entry);
	SetPageUptodate(c->huge);
	smp_wmb();
	ptl = pmd_lock(c->pmd);
	ASSERT(pmd_none(pmdp_get(c->pmd)));
	page_add_new_anon_rmap(c->huge, c->vma, c->address, RMAP_PMD);
#ifndef BUG_leak_deposit	/* the table is nobody's any more, and the day this page is split there is none */
	pgtable_trans_huge_deposit(c->pmd, c->table);
#endif
	deferred_split_watch(c->huge);
	set_pmd(c->pmd, entry);
	spin_unlock(ptl);
	lru_add(c->huge);
	if (c->vma->vm_flags & VM_LOCKED)
		mlock_page(c->huge);
}

/* --- the copy -------------------------------------------------------------------------------------------------------------------- */

static bool maps_page(pte_t pte)
{
	return pte_present(pte) && !is_zero_pfn(pte_pfn(pte));
}

static void copy_pages(struct collapse *c)
{
	const pte_t *pte = page_address(c->table);

	for (unsigned int i = 0; i < PTRS_PER_TABLE; i++) {
		if (maps_page(pte[i]))
			copy_page(page_address(c->huge + i), page_address(pte_page(pte[i])));
		else
			clear_page(page_address(c->huge + i));
		cond_resched();
	}
}

/* Nobody sees the table: entries are cleared without a flush. */
static void drop_old_entries(struct collapse *c)
{
	pte_t *pte = page_address(c->table);
	unsigned int filled = 0;

	spin_lock(&c->table->ptl);
	for (unsigned int i = 0; i < PTRS_PER_TABLE; i++) {
		pte_t old = ptep_clear(&pte[i]);

		if (!maps_page(old)) {
			filled++;
			continue;
		}
		/* An exclusive page may live on in the swap cache, or as a part of a huge page: it is ours no more. */
		ClearPageAnonExclusive(pte_page(old));
		page_remove_rmap(pte_page(old), c->vma, RMAP_PTE);
		put_page(pte_page(old));
	}
	spin_unlock(&c->table->ptl);
	add_mm_counter(c->mm, MM_ANONPAGES, filled);
}

/* --- all of it ------------------------------------------------------------------------------------------------------------------ */

/* Steps 4 to 10. => mmap_lock held for writing, everything looked at again */
static enum scan_result collapse_locked(struct collapse *c)
{
	struct anon_vma *anon_vma __unused = c->vma->anon_vma;
	enum scan_result result;

#ifndef BUG_collapse_no_anon_vma_lock	/* reclaim finds PTEs of a table that is about to become a deposit */
	anon_vma_lock_write(anon_vma);
#endif
	clear_pmd(c);
	result = isolate(c);
	if (result != SCAN_SUCCEED)
		put_table_back(c);
#ifndef BUG_collapse_no_anon_vma_lock
	anon_vma_unlock_write(anon_vma);
#endif
	if (result == SCAN_SUCCEED) {
		copy_pages(c);
		drop_old_entries(c);
		install_huge(c);
	}
	release_isolated(c, result == SCAN_SUCCEED);
	return result;
}

static enum scan_result prepare(struct collapse *c, int referenced, int unmapped)
{
	enum scan_result result;

	mmap_read_lock(c->mm);
	result = revalidate(c);
	if (result == SCAN_SUCCEED && unmapped)
		result = swap_in(c, referenced);
	mmap_read_unlock(c->mm);
	/* What was just faulted in waits in a batch, whose reference would look like a pin. */
	if (result == SCAN_SUCCEED)
		lru_add_drain_all();
	return result;
}

/*
 * While memory is short anyway, khugepaged pushes nobody out for a huge page: what it takes from others would be read back at
 * once, and most likely no 2 MB would come of it.
 */
static bool may_reclaim(enum thp_asker who)
{
	return who == THP_ASK_ADVISED || (khugepaged.defrag && pgdat_balanced(NODE0, 0));
}

enum scan_result collapse_huge_page(struct mm *mm, unsigned long address, enum thp_asker who, int referenced, int unmapped)
{
	struct collapse c = { .mm = mm, .address = address, .tally = { .who = who } };
	enum scan_result result = SCAN_ALLOC_HUGE_PAGE_FAIL;

	ASSERT(IS_ALIGNED(address, HPAGE_PMD_SIZE));
	INIT_LIST_HEAD(&c.isolated);
	c.huge = alloc_pages(may_reclaim(who) ? GFP_TRANSHUGE : GFP_TRANSHUGE_LIGHT, HPAGE_PMD_ORDER);
	if (!c.huge) {
		count_vm_event(THP_COLLAPSE_ALLOC_FAILED);
		goto out;
	}
	count_vm_event(THP_COLLAPSE_ALLOC);
	result = prepare(&c, referenced, unmapped);
	if (result == SCAN_SUCCEED) {
		mmap_write_lock(mm);
		result = revalidate(&c);
		if (result == SCAN_SUCCEED)
			result = collapse_locked(&c);
		mmap_write_unlock(mm);
	}
	if (result != SCAN_SUCCEED)
		put_page(c.huge);
out:
	trace(mm_collapse_huge_page, mm, c.nr_isolated, result);
	return result;
}
