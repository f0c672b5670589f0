/* mm/space/table_alloc.c - page tables of user address spaces: new levels, and levels that nobody needs any more.
 *
 * A new table is allocated with no spinlock held and installed under one, if the entry is still empty then: two threads
 * that fault next to each other both bring a table, and one takes his home again.
 *
 * Linux: mm/memory.c (__pte_alloc, free_pgtables), arch/x86/mm/pgtable.c.
 */
#include <mm/space/space.h>

#include <mm/alloc/page_alloc.h>
#include <mm/frame/vmstat.h>
#include <mm/table/tlb.h>

#define TABLE_BITS	(_PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED)

struct page *pte_alloc_one(gfp_t gfp)
{
	struct page *page = alloc_page(gfp | __GFP_ZERO);

	if (page)
		table_page_init(page);
	return page;
}

void pte_free(struct mm *mm __unused, struct page *table)
{
	table_page_free(table);
}

void mm_inc_nr_ptes(struct mm *mm)
{
	atomic_long_add(PAGE_SIZE, &mm->pgtables_bytes);
	mod_page_state(NR_PAGETABLE, 1);
}

void mm_dec_nr_ptes(struct mm *mm)
{
	atomic_long_sub(PAGE_SIZE, &mm->pgtables_bytes);
	mod_page_state(NR_PAGETABLE, -1);
}

static void *table_of(u64 entry)
{
	return __va(entry & PTE_PFN_MASK);
}

/* The table that an entry of the PGD or of a PUD table names; a new one when it names none. NULL without memory. */
static void *table_below(struct mm *mm, u64 *entry)
{
	struct page *page;

	if (likely(READ_ONCE(*entry)))
		return table_of(READ_ONCE(*entry));
	page = pte_alloc_one(GFP_KERNEL);
	if (!page)
		return NULL;
	spin_lock(&mm->page_table_lock);
	if (!*entry) {
		WRITE_ONCE(*entry, page_to_phys(page) | TABLE_BITS);
		mm_inc_nr_ptes(mm);
		page = NULL;
	}
	spin_unlock(&mm->page_table_lock);
	if (page)
		table_page_free(page);
	return table_of(READ_ONCE(*entry));
}

pmd_t *pmd_alloc(struct mm *mm, unsigned long address)
{
	pud_t *puds = table_below(mm, &mm->pgd[pgd_index(address)].pgd);
	pmd_t *pmds = puds ? table_below(mm, &puds[pud_index(address)].pud) : NULL;

	return pmds ? pmds + pmd_index(address) : NULL;
}

int pte_alloc(struct mm *mm, pmd_t *pmd)
{
	struct page *table;
	spinlock_t *ptl;

	if (likely(!pmd_none(pmdp_get(pmd))))
		return 0;
	table = pte_alloc_one(GFP_KERNEL);
	if (!table)
		return -ENOMEM;
	ptl = pmd_lock(pmd);
	if (pmd_none(pmdp_get(pmd))) {
		mm_inc_nr_ptes(mm);
		pmd_populate(pmd, table);
		table = NULL;
	}
	spin_unlock(ptl);
	if (table)
		table_page_free(table);
	return 0;
}

/* --- the way back ----------------------------------------------------------------------------------------------------- */

/* What is to be freed, and the hole that it lies in. */
struct table_hole {
	struct mmu_gather *tlb;
	struct mm	*mm;
	unsigned long	floor, ceiling;
};

static void free_table(const struct table_hole *hole, u64 *entry, unsigned long address)
{
	struct page *table = pfn_to_page((*entry & PTE_PFN_MASK) >> PAGE_SHIFT);

	WRITE_ONCE(*entry, 0);
	mm_dec_nr_ptes(hole->mm);
	/* The CPU caches upper levels too: a flush of any address below the entry drops them. */
	tlb_track_range(hole->tlb, address, PAGE_SIZE);
	tlb_remove_table(hole->tlb, table);
}

/*
 * Free what the entries of one table lead to, for [start, end). shift: bytes that an entry covers, as a power of two.
 * An entry's table goes when everything it covers lies in the hole.
 */
static void free_tables_under(const struct table_hole *hole, u64 *table, unsigned int shift, unsigned long start,
			      unsigned long end)
{
	unsigned long size = 1UL << shift, address, next;

	for (address = start; address < end; address = next) {
		u64 *entry = table + (address >> shift & 511);
		unsigned long base = ALIGN_DOWN(address, size);

		next = min(base + size, end);
		if (!*entry)
			continue;
		ASSERTF((*entry & (_PAGE_PRESENT | _PAGE_PSE)) == _PAGE_PRESENT,
			"entry 0x%llx for 0x%lx was not zapped", *entry, base);
		if (shift > PMD_SHIFT)
			free_tables_under(hole, table_of(*entry), shift - 9, address, next);
		if (base >= hole->floor && base + size <= hole->ceiling)
			free_table(hole, entry, base);
	}
}

void free_page_tables(struct mmu_gather *tlb, struct mm *mm, unsigned long start, unsigned long end,
		      unsigned long floor, unsigned long ceiling)
{
	struct table_hole hole = { .tlb = tlb, .mm = mm, .floor = floor, .ceiling = ceiling };

	free_tables_under(&hole, (u64 *)mm->pgd, PGDIR_SHIFT, start, end);
}
