/* mm/split/pmd_split.c - one huge mapping becomes 512 small ones of the same frames. Never fails, moves no data.
 *
 * The steps, under the lock of the PMD:
 *	1. exchange the PMD for one that the hardware takes for not present, but that walkers without the lock still
 *	   take for huge; the exchange returns the accessed and dirty bits set until that instant
 *	2. flush on all CPUs: from now on no CPU has a translation of the 2 MB
 *	3. references and mapping counts: 511 more references, 512 PTE mappings, one PMD mapping less
 *	4. withdraw the page table that was set aside when the huge page was mapped, and fill it
 *	5. point the PMD to it. No second flush: nothing was cached of a PMD that was not present
 *
 * Not "point to the table, then flush": in between a CPU could hold a 2 MB and a 4 KB translation of one address at the
 * same time (AMD family 10h erratum 383: machine check), and a stale 2 MB translation would set its dirty bit in the
 * entry that is now a pointer.
 *
 * A PMD-sized swap or migration entry is split into 512 small ones in the same way. No CPU has a translation of it.
 *
 * Linux: __split_huge_pmd_locked in mm/huge_memory.c.
 */
#include <mm/split/split.h>
#include <mm/split/migration_entry.h>
#include <mm/frame/vmstat.h>
#include <mm/table/tlb.h>
#include <kernel/trace/trace.h>

/* Made by mm/fault, above; needed here to tell them from others, and to put the small one in the place of the huge one. */
unsigned long zero_pfn;
struct page *huge_zero_page;

/* What all 512 PTEs inherit from the PMD, and the page's own mark. */
struct huge_mapping {
	pmd_t	pmd;
	pte_t	pte;		/* as the PMD, of the first 4 KB */
	bool	exclusive;
};

static pte_t pte_of(const struct huge_mapping *old, unsigned int i)
{
	return __pte(old->pte.pte + i * PAGE_SIZE);
}

/*
 * The small form of a huge entry: all bits but one mean the same. The rights come from the entry and not from the area,
 * whose flags mprotect may be changing at this moment.
 */
static pte_t small_pte(pmd_t pmd)
{
	return __pte(pmd.pmd & ~_PAGE_PSE);
}

/* Nobody sees the table yet: no lock, no atomic operation. */
static void fill_table(struct page *table, const struct huge_mapping *old, struct page *page, bool freeze)
{
	pte_t *pte = page_address(table);

	for (unsigned int i = 0; i < PTRS_PER_TABLE; i++)
		set_pte(&pte[i], freeze ? make_migration_pte(page + i, pte_of(old, i), old->exclusive) : pte_of(old, i));
	table->table_used = PTRS_PER_TABLE;
}

/* One mapping of 2 MB becomes 512 of 4 KB, none of the page in between: it never looks unmapped. */
static void move_rmap(struct page *page, struct vma *vma, unsigned long address, bool exclusive)
{
	page_ref_add(page, HPAGE_PMD_NR - 1);
	for (unsigned long i = 0; i < HPAGE_PMD_NR; i++) {
		if (PageAnon(page))
			page_add_anon_rmap(page + i, vma, address + i * PAGE_SIZE, exclusive ? RMAP_EXCLUSIVE : 0, RMAP_PTE);
		else
			page_add_file_rmap(page + i, RMAP_PTE);
	}
	page_remove_rmap(page, vma, RMAP_PMD);
}

/* The page split counts references: migration entries hold none. */
static void drop_rmap(struct page *page, struct vma *vma, bool exclusive)
{
	if (exclusive)
		ClearPageAnonExclusive(page);
	page_remove_rmap(page, vma, RMAP_PMD);
	put_page(page);
}

/* Steps 1 and 2. */
static pmd_t invalidate(struct vma *vma __unused, pmd_t *pmd, unsigned long address __unused)
{
	pmd_t old = pmdp_invalidate(pmd);

#ifndef BUG_split_no_flush	/* a CPU keeps its 2 MB translation beside the new 4 KB ones */
	flush_tlb_range(vma->vm_mm, address, address + HPAGE_PMD_SIZE);
#endif
	return old;
}

/* What the huge zero page mapped reads as zeros again: 512 times the small one. */
static void split_huge_zero_pmd(struct vma *vma, pmd_t *pmd, unsigned long address)
{
	pte_t zero = pte_mkspecial(pte_wrprotect(pfn_pte(zero_pfn, vm_get_page_prot(vma->vm_flags))));
	struct page *table;
	pte_t *pte;

	invalidate(vma, pmd, address);
	table = pgtable_trans_huge_withdraw(pmd);
	pte = page_address(table);
	for (unsigned int i = 0; i < PTRS_PER_TABLE; i++)
		set_pte(&pte[i], zero);
	table->table_used = PTRS_PER_TABLE;
	smp_wmb();
	pmd_populate(pmd, table);
}

/*
 * Out in swap, or being moved as a whole: the table waits with 512 small entries for the same, with the same marks. Nothing to
 * flush, nothing is mapped; and nothing to count, each slot has been counted all the time.
 */
static void split_absent_pmd(pmd_t *pmd)
{
	pmd_t old = pmdp_get(pmd);
	swp_entry_t entry = pmd_to_swp_entry(old);
	u64 marks = old.pmd & (_PAGE_SWP_SOFT_DIRTY | _PAGE_SWP_EXCLUSIVE | _PAGE_MIG_YOUNG | _PAGE_MIG_DIRTY);
	struct page *table = pgtable_trans_huge_withdraw(pmd);
	pte_t *pte = page_address(table);

	for (unsigned int i = 0; i < PTRS_PER_TABLE; i++)
#ifdef BUG_split_swap_one_slot	/* all 512 pages come back as copies of the first */
		set_pte(&pte[i], __pte(swp_entry_to_pte(entry).pte | marks));
#else
		set_pte(&pte[i], __pte(swp_entry_to_pte((swp_entry_t){ entry.val + i }).pte | marks));
#endif
	table->table_used = PTRS_PER_TABLE;
	smp_wmb();
	pmd_populate(pmd, table);
}

void split_huge_pmd_locked(struct vma *vma, pmd_t *pmd, unsigned long address, bool freeze)
{
	struct huge_mapping old;
	struct page *page, *table;

	assert_spin_locked(pmd_lockptr(pmd));
	ASSERT(IS_ALIGNED(address, HPAGE_PMD_SIZE) && !pmd_none(pmdp_get(pmd)) && !pmd_is_table(pmdp_get(pmd)));
	count_vm_event(pmd_swapped_out(pmdp_get(pmd)) ? THP_SPLIT_SWAP_PMD : THP_SPLIT_PMD);
	trace(split_huge_pmd, vma->vm_mm, address, pmdp_get(pmd).pmd, freeze);
	if (is_swap_pmd(pmdp_get(pmd))) {
		ASSERT(!freeze);	/* a split of the page needs its lock, which a migration has; it passes swap entries by */
		split_absent_pmd(pmd);
		return;
	}
	if (pmd_special(pmdp_get(pmd))) {
		split_huge_zero_pmd(vma, pmd, address);
		return;
	}
	old.pmd = invalidate(vma, pmd, address);
	page = pmd_page(old.pmd);
	old.pte = small_pte(old.pmd);
	old.exclusive = PageAnonExclusive(page);
	if (pmd_dirty(old.pmd))
		SetPageDirty(page);

	table = pgtable_trans_huge_withdraw(pmd);
	fill_table(table, &old, page, freeze);
	if (freeze)
		drop_rmap(page, vma, old.exclusive);
	else
		move_rmap(page, vma, address, old.exclusive);
	/* The table's content before the pointer to it: walkers follow it without a lock. */
	smp_wmb();
	pmd_populate(pmd, table);
}

void split_huge_pmd(struct vma *vma, pmd_t *pmd, unsigned long address)
{
	spinlock_t *ptl = pmd_trans_huge_lock(pmd);

	if (!ptl)
		return;		/* somebody was first, or it never was huge */
	split_huge_pmd_locked(vma, pmd, address & HPAGE_PMD_MASK, false);
	spin_unlock(ptl);
}

bool split_swap_pmd(struct vma *vma, pmd_t *pmd, unsigned long address)
{
	spinlock_t *ptl = pmd_lock(pmd);
	bool swapped = pmd_swapped_out(pmdp_get(pmd));

	if (swapped)
		split_huge_pmd_locked(vma, pmd, address & HPAGE_PMD_MASK, false);
	spin_unlock(ptl);
	return swapped;
}

/* A huge page that a boundary at `address` would cut. */
static void split_at(struct vma *vma, unsigned long address)
{
	unsigned long start = address & HPAGE_PMD_MASK;
	pmd_t *pmd;

	if (address == start || start < vma->vm_start || start + HPAGE_PMD_SIZE > vma->vm_end)
		return;
	pmd = mm_find_pmd(vma->vm_mm, start);
	if (pmd)
		split_huge_pmd(vma, pmd, start);
}

void vma_adjust_trans_huge(struct vma *vma, unsigned long start, unsigned long end)
{
	split_at(vma, start);
	split_at(vma, end);
}
