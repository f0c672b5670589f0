/* mm/table/tlb.h - telling every CPU that an entry has changed.
 *
 * The rule: entry changed -> flush on every CPU that may have loaded this address space -> only then reuse the page.
 * All functions wait until the last CPU has flushed. They are called with irqs on, spinlocks may be held (who waits
 * serves flushes of others), but no irq-safe lock. Linux: arch/x86/mm/tlb.c.
 */
#ifndef MM_TABLE_TLB_H
#define MM_TABLE_TLB_H

#include <mm/table/entry.h>

void flush_tlb_page(struct mm *mm, unsigned long address);
void flush_tlb_range(struct mm *mm, unsigned long start, unsigned long end);	/* bytes; over 33 pages: everything */
/* The same for PMD leaves: one invalidation a 2 MB page. => [start, end) held no 4 KB translations */
void flush_pmd_tlb_range(struct mm *mm, unsigned long start, unsigned long end);
void flush_tlb_mm(struct mm *mm);
/* Everything but global translations, on these CPUs. */
void flush_tlb_cpus(const cpumask_t *cpus);
void flush_tlb_kernel_range(unsigned long start, unsigned long end);
static inline void flush_tlb_fix_spurious_fault(unsigned long address) { invlpg(address); }

/* Get and clear, flush on all CPUs. => lock of the table held */
pte_t ptep_clear_flush(struct vma *vma, unsigned long address, pte_t *ptep);
/* *pmdp may also be a table (collapse): then all 512 translations under it are flushed */
pmd_t pmdp_huge_clear_flush(struct vma *vma, unsigned long address, pmd_t *pmdp);

/*
 * Gathering: many entries are cleared, one flush, then the pages are freed. Used by zap.
 *	tlb_gather_mmu -> tlb_remove_page (several) -> tlb_finish_mmu
 */
#define TLB_BATCH 508
struct mmu_gather {
	struct mm	*mm;
	unsigned long	start, end;		/* range that was cleared */
	bool		fullmm;
	unsigned int	nr, max;
	struct page	**pages;		/* a frame of pointers, or the few below when there is none */
	struct page	*bundle[16];
	struct list_head tables;		/* table pages to free after the flush */
};
void tlb_gather_mmu(struct mmu_gather *tlb, struct mm *mm, bool fullmm);
void tlb_track_range(struct mmu_gather *tlb, unsigned long address, unsigned long size);
void tlb_remove_page(struct mmu_gather *tlb, struct page *page);	/* takes over the mapping's reference; may flush */
/* => the table is unreachable already; freed by table_page_free() after the flush. The caller has counted it out (mm_dec_nr_ptes) */
void tlb_remove_table(struct mmu_gather *tlb, struct page *table);
void tlb_flush_mmu(struct mmu_gather *tlb);
void tlb_finish_mmu(struct mmu_gather *tlb);

/*
 * Reclaim's batching: PTEs are cleared one by one, CPUs collected, one IPI round before the I/O starts or a page is freed.
 * mprotect and friends, entering an mm with a pending batch, must flush first (flush_tlb_batched_pending).
 */
struct tlb_ubc { cpumask_t cpus; bool flush_required, writable; };
void set_tlb_ubc_flush_pending(struct tlb_ubc *ubc, struct mm *mm, bool writable);
void try_to_unmap_flush(struct tlb_ubc *ubc);
void try_to_unmap_flush_dirty(struct tlb_ubc *ubc);	/* only when a writable entry was in it */
void flush_tlb_batched_pending(struct mm *mm);		/* => page-table lock held */

/* Once, at boot: what the event tlb_flush calls its reasons. */
void tlb_register_trace_names(void);

#endif
