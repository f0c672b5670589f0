/* mm/table/walk.h - from an address to its entry, and the locks of tables.
 *
 * Nothing here allocates: a walk ends where a level is missing (mm/space/table_alloc.h fills in levels).
 * One lock a table page, in its struct page. Read an entry once, decide, take the lock, read it again, act.
 * A table stays where it is as long as the caller holds mmap_lock, or the anon_vma or i_mmap lock that covers the area:
 * only collapse and unmap take tables away, and both hold these for writing.
 */
#ifndef MM_TABLE_WALK_H
#define MM_TABLE_WALK_H

#include <kernel/lib/errno.h>
#include <mm/table/entry.h>

static inline unsigned int pgd_index(unsigned long a) { return a >> PGDIR_SHIFT & 511; }
static inline unsigned int pud_index(unsigned long a) { return a >> PUD_SHIFT & 511; }
static inline unsigned int pmd_index(unsigned long a) { return a >> PMD_SHIFT & 511; }
static inline unsigned int pte_index(unsigned long a) { return a >> PAGE_SHIFT & 511; }
static inline unsigned long pmd_addr_end(unsigned long a, unsigned long end)
{ unsigned long b = (a + PMD_SIZE) & PMD_MASK; return b - 1 < end - 1 ? b : end; }

/*
 * Locks of tables are one class for the lock checker; these tell them apart. A PMD table's before a PTE table's. Two of
 * one level are taken only by who holds mmap_lock for writing, so that nobody takes them the other way round.
 */
enum ptl_subclass { PTL_PTE, PTL_PMD, PTL_PTE_SECOND, PTL_PMD_SECOND };

pmd_t *mm_find_pmd(struct mm *mm, unsigned long address);	/* NULL when a level above is missing */
spinlock_t *pmd_lockptr(pmd_t *pmd);
spinlock_t *pmd_lock(pmd_t *pmd);				/* takes and returns it */
spinlock_t *pte_lockptr(pmd_t pmd);				/* of the table that a table entry names */
static inline pte_t *pte_offset(pmd_t pmd, unsigned long address)
{ return (pte_t *)page_address(pmd_table_page(pmd)) + pte_index(address); }
/*
 * pte_offset_map_lock - the PTE of address in the table under *pmd, locked
 * => returns NULL when *pmd is (or just became) no table: the caller looks at the PMD again
 */
pte_t *pte_offset_map_lock(pmd_t *pmd, unsigned long address, spinlock_t **ptlp);
pte_t *pte_offset_map_lock_second(pmd_t *pmd, unsigned long address, spinlock_t **ptlp);	/* another one is held */
static inline void pte_unmap_unlock(pte_t *pte, spinlock_t *ptl) { (void)pte; spin_unlock(ptl); }
/* When the entry stands for 2 MB, a leaf (or being split) or a swap or migration entry: its lock, held; NULL otherwise. */
spinlock_t *pmd_trans_huge_lock(pmd_t *pmd);
spinlock_t *pmd_trans_huge_lock_second(pmd_t *pmd);		/* another PMD table's is held */

/* set_pte_at also keeps table_used right: the entries of a PTE table that are not none. => lock of the table held */
void set_pte_at(pte_t *ptep, pte_t pte);
pte_t ptep_clear(pte_t *ptep);		/* get-and-clear with table_used */

/* The table page set aside for a huge PMD (a leaf, or a swap or migration entry), so that a split never allocates. First in, first
 * out per PMD table. => pmd lock held */
void pgtable_trans_huge_deposit(pmd_t *pmd, struct page *table);
struct page *pgtable_trans_huge_withdraw(pmd_t *pmd);

/* A page becomes a table of any level (zeroed already), and is freed again: PG_table, its lock, table_used. */
void table_page_init(struct page *page);
void table_page_free(struct page *page);	/* => no entry leads to it, flushed; no deposit left in it */

/*
 * kernel_page_table_init - the kernel's own table: direct map of all RAM, page array, vmalloc, image; W^X
 *
 * => after boot_mem_init, before frame_init; the boot CPU runs on it when it returns. NX must be on.
 * => all entries of the PGD's upper half are final: address spaces copy them once, and kernel mappings made later
 *    appear everywhere without a fault
 */
void kernel_page_table_init(void);
extern pgd_t *kernel_pgd;
void kernel_pgd_copy(pgd_t *pgd);		/* the upper half into a new, zeroed PGD */

/* kernel_map_prepare - make the tables for vmalloc addresses [start, end). Any context that may take a spinlock; 0 or -ENOMEM */
int kernel_map_prepare(unsigned long start, unsigned long end);
pte_t *kernel_pte(unsigned long va);		/* the PTE of a vmalloc address; NULL: not prepared */
extern const pgprot_t PAGE_KERNEL, PAGE_KERNEL_RO, PAGE_KERNEL_NOCACHE;	/* all NX, global */

#endif
