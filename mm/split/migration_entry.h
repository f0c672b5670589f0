/* mm/split/migration_entry.h - entries that say "wait": the page behind them is being split or moved.
 *
 * A migration entry stands in the place of a PTE: not present, the frame number as offset, and in the type what the PTE
 * allowed. It keeps the accessed, dirty and soft-dirty bits, and holds neither a reference nor a mapping count, so that
 * the count of a page all of whose mappings are migration entries is exactly that of its other users. Who faults on one
 * waits for the lock of its page and looks again. The page still counts as resident in its mm.
 *
 * A huge page that moves as a whole has one such entry in the place of its PMD; the page table set aside for the PMD stays
 * where it is. Who has to cut it (munmap of a part, say) fills that table with 512 small ones: split_huge_pmd().
 *
 * Linux: include/linux/swapops.h, mm/migrate.c (remove_migration_ptes), mm/rmap.c (try_to_migrate).
 */
#ifndef MM_SPLIT_MIGRATION_ENTRY_H
#define MM_SPLIT_MIGRATION_ENTRY_H

#include <mm/rmap/rmap.h>
#include <mm/table/tlb.h>

/* make_migration_pte - what stands in for `old`, which mapped subpage; exclusive: only this mm could map it */
pte_t make_migration_pte(struct page *subpage, pte_t old, bool exclusive);
/* restore_migration_pte - the present PTE of page that a migration entry stands for */
pte_t restore_migration_pte(struct page *page, struct vma *vma, pte_t entry);
/* The same of 2 MB. */
pmd_t make_migration_pmd(struct page *page, pmd_t old, bool exclusive);
pmd_t restore_migration_pmd(struct page *page, struct vma *vma, pmd_t entry);
/* The entry with other rights: SWP_MIGRATION_READ (fork), or SWP_MIGRATION_READ_EXCLUSIVE (a write has to fault first). */
pte_t migration_pte_with(pte_t entry, unsigned int type);
static inline pmd_t migration_pmd_with(pmd_t entry, unsigned int type)
{ return __pmd(migration_pte_with(__pte(entry.pmd), type).pte); }

/*
 * try_to_migrate - replace every mapping of the page by migration entries
 *
 * => page locked and referenced. have_anon_vma: the caller holds its anon_vma lock
 * => split_pmds: huge PMDs become 512 entries, because the page is going to be 512 pages; else one
 * => batch NULL: flushes the TLB, so that after it no CPU reads or writes the page through an old translation; otherwise the
 *    caller does, by try_to_unmap_flush(batch), before he relies on that
 * => returns true when no mapping is left
 */
bool try_to_migrate(struct page *page, bool have_anon_vma, bool split_pmds, struct tlb_ubc *batch);

/*
 * remove_migration_ptes - the other way round: the entries that name `from` map page, which may be the same
 *
 * => page locked and referenced, its mapping and index right; the caller has a reference of its anon_vma, or its lock
 * => nr_pages: 0, or 512 for what a huge page was split into
 */
#define RMP_LOCKED		BIT(0)	/* the caller holds the lock of the anon_vma */
#define RMP_USE_SHARED_ZEROPAGE	BIT(1)	/* parts that are all zeroes: map the zero page instead, the part is then unmapped */
void remove_migration_ptes(const struct page *from, struct page *page, unsigned int nr_pages, unsigned int rmp_flags);

#endif
