/* mm/split/migration_entry.h - entries that say "wait": the page behind them is being split or moved.
 *
 * A migration entry stands in the place of a PTE: not present, the frame number as offset, and in the type what the PTE
 * allowed. It keeps the accessed, dirty and soft-dirty bits, and holds neither a reference nor a mapping count, so that
 * the count of a page all of whose mappings are migration entries is exactly that of its other users. Who faults on one
 * waits for the lock of its page and looks again. The page still counts as resident in its mm.
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

/*
 * try_to_migrate - replace every mapping of the page by migration entries; huge PMDs are split on the way
 *
 * => page locked and referenced. have_anon_vma: the caller holds its anon_vma lock
 * => batch NULL: flushes the TLB, so that after it no CPU reads or writes the page through an old translation; otherwise the
 *    caller does, by try_to_unmap_flush(batch), before he relies on that
 * => returns true when no mapping is left
 */
bool try_to_migrate(struct page *page, bool have_anon_vma, struct tlb_ubc *batch);

/*
 * remove_migration_ptes - the other way round: the entries that name `from` map page, which may be the same
 *
 * => page locked and referenced, its mapping and index right; the caller has a reference of its anon_vma, or its lock
 * => nr_pages: 0, or 512 for what a huge page was split into
 */
void remove_migration_ptes(const struct page *from, struct page *page, unsigned int nr_pages, bool have_anon_vma);

#endif
