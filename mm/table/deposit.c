/* mm/table/deposit.c - the table page that waits behind each huge PMD for the day it is split.
 *
 * Splitting a huge mapping needs a page table, and it happens when memory is short. So the table is allocated when
 * the huge page is mapped, and kept here: a ring of table pages, whose oldest the PMD table's struct page points to. Which
 * one is withdrawn does not matter to the split, all are empty; the oldest is taken so that all are used in turn.
 *
 * Linux: mm/pgtable-generic.c (pgtable_trans_huge_deposit, _withdraw).
 */
#include <mm/table/walk.h>

static inline struct page *pmd_page_of(pmd_t *pmd)
{
	return virt_to_page((void *)((unsigned long)pmd & PAGE_MASK));
}

void pgtable_trans_huge_deposit(pmd_t *pmd, struct page *table)
{
	struct page *pmds = pmd_page_of(pmd);
	struct page *oldest = pmds->mapping;

	assert_spin_locked(&pmds->ptl);
	VM_ASSERT(PageTable(table) && !table->mapping && !table->table_used);
	if (oldest) {
		list_add_tail(&table->lru, &oldest->lru);
	} else {
		INIT_LIST_HEAD(&table->lru);
		pmds->mapping = table;
	}
}

struct page *pgtable_trans_huge_withdraw(pmd_t *pmd)
{
	struct page *pmds = pmd_page_of(pmd);
	struct page *oldest = pmds->mapping;

	assert_spin_locked(&pmds->ptl);
	ASSERTF(oldest, "huge PMD at %p has no deposited page table", pmd);
	pmds->mapping = list_empty(&oldest->lru) ? NULL : list_next_entry(oldest, lru);
	list_del(&oldest->lru);
	return oldest;
}
