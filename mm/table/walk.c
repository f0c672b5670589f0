/* mm/table/walk.c - from an address to its entry, and the lock of the table that the entry stands in.
 *
 * An entry's lock is found without knowing the address: the table is a page, and its struct page holds the lock.
 *
 * Linux: include/linux/mm.h (pte_lockptr and its relatives), mm/pgtable-generic.c.
 */
#include <mm/table/walk.h>

static inline struct page *table_of(const void *entry)
{
	return virt_to_page((void *)((unsigned long)entry & PAGE_MASK));
}

void table_page_init(struct page *page)
{
	VM_ASSERT(!PageTable(page));
	page->mapping = NULL;
	spin_lock_init(&page->ptl);
	page->table_used = 0;
	SetPageTable(page);
}

void table_page_free(struct page *page)
{
	ASSERTF(PageTable(page), "frame %lu is freed as a page table, but is none", page_to_pfn(page));
	ASSERTF(!page->mapping, "page table %lu is freed with deposited tables in it", page_to_pfn(page));
	VM_ASSERTF(!page->table_used, "page table %lu is freed with %u entries in use", page_to_pfn(page), page->table_used);
	page->index = 0;
	page->private = 0;
	ClearPageTable(page);
	put_page(page);
}

/* The table under an upper-level entry; NULL: none */
static inline void *next_level(u64 entry)
{
	return entry & _PAGE_PRESENT ? __va(entry & PTE_PFN_MASK) : NULL;
}

pmd_t *mm_find_pmd(struct mm *mm, unsigned long address)
{
	pud_t *puds = next_level(READ_ONCE(mm->pgd[pgd_index(address)].pgd));
	pmd_t *pmds = puds ? next_level(READ_ONCE(puds[pud_index(address)].pud)) : NULL;

	return pmds ? &pmds[pmd_index(address)] : NULL;
}

spinlock_t *pmd_lockptr(pmd_t *pmd)
{
	return &table_of(pmd)->ptl;
}

spinlock_t *pmd_lock(pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lockptr(pmd);

	spin_lock_nested(ptl, PTL_PMD);
	return ptl;
}

spinlock_t *pte_lockptr(pmd_t pmd)
{
	return &pmd_table_page(pmd)->ptl;
}

static __always_inline pte_t *lock_pte(pmd_t *pmd, unsigned long address, spinlock_t **ptlp, enum ptl_subclass which)
{
	for (;;) {
		pmd_t entry = pmdp_get(pmd);
		spinlock_t *ptl;

		if (unlikely(!pmd_is_table(entry)))
			return NULL;
		ptl = pte_lockptr(entry);
		spin_lock_nested(ptl, which);
		if (likely(pmd_same(entry, pmdp_get(pmd)))) {
			*ptlp = ptl;
			return pte_offset(entry, address);
		}
		spin_unlock(ptl);
	}
}

pte_t *pte_offset_map_lock(pmd_t *pmd, unsigned long address, spinlock_t **ptlp)
{
	return lock_pte(pmd, address, ptlp, PTL_PTE);
}

pte_t *pte_offset_map_lock_second(pmd_t *pmd, unsigned long address, spinlock_t **ptlp)
{
	return lock_pte(pmd, address, ptlp, PTL_PTE_SECOND);
}

static __always_inline spinlock_t *lock_if_huge(pmd_t *pmd, enum ptl_subclass which)
{
	spinlock_t *ptl = pmd_lockptr(pmd);
	pmd_t entry;

	spin_lock_nested(ptl, which);
	entry = pmdp_get(pmd);
	if (pmd_trans_huge(entry) || is_swap_pmd(entry))
		return ptl;
	spin_unlock(ptl);
	return NULL;
}

spinlock_t *pmd_trans_huge_lock(pmd_t *pmd)
{
	return lock_if_huge(pmd, PTL_PMD);
}

spinlock_t *pmd_trans_huge_lock_second(pmd_t *pmd)
{
	return lock_if_huge(pmd, PTL_PMD_SECOND);
}

void set_pte_at(pte_t *ptep, pte_t pte)
{
	struct page *table = table_of(ptep);

	assert_spin_locked(&table->ptl);
	table->table_used += !pte_none(pte) - !pte_none(ptep_get(ptep));
	set_pte(ptep, pte);
}

pte_t ptep_clear(pte_t *ptep)
{
	struct page *table = table_of(ptep);
	pte_t old = ptep_get_and_clear(ptep);

	assert_spin_locked(&table->ptl);
	table->table_used -= !pte_none(old);
	return old;
}
