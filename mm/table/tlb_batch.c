/* mm/table/tlb_batch.c - reclaim's flushes, put off: many entries of many address spaces, one round of interrupts.
 *
 * Reclaim clears an entry and only writes down which CPUs may still know it; the page keeps its references until
 * try_to_unmap_flush(). Between, the entry reads as gone though a CPU can still write through it. Code that decides
 * by what it reads in an entry (mprotect, munmap, madvise, mremap) must not believe that: it calls
 * flush_tlb_batched_pending() first, under the page-table lock.
 *
 * An mm counts the entries that were put off in tlb_flush_pending, and remembers in tlb_flush_batched up to which of them it has
 * been flushed. Both change under one or another page-table lock of the mm, which orders them with the entries.
 *
 * Linux: mm/rmap.c (try_to_unmap_flush, set_tlb_ubc_flush_pending, flush_tlb_batched_pending).
 */
#include <mm/table/tlb.h>

void set_tlb_ubc_flush_pending(struct tlb_ubc *ubc, struct mm *mm, bool writable)
{
	/* The entry was cleared by an atomic exchange: a full barrier before the mask is read (see tlb.c). */
	cpumask_or(&ubc->cpus, &ubc->cpus, &mm->root.cpus);
	ubc->flush_required = true;
	ubc->writable |= writable;
	atomic_inc(&mm->tlb_flush_pending);
}

void try_to_unmap_flush(struct tlb_ubc *ubc)
{
	if (!ubc->flush_required)
		return;
	flush_tlb_cpus(&ubc->cpus);
	cpumask_clear(&ubc->cpus);
	ubc->flush_required = false;
	ubc->writable = false;
}

void try_to_unmap_flush_dirty(struct tlb_ubc *ubc)
{
	if (ubc->writable)
		try_to_unmap_flush(ubc);
}

void flush_tlb_batched_pending(struct mm *mm)
{
	int pending = atomic_read(&mm->tlb_flush_pending);
	int flushed = atomic_read(&mm->tlb_flush_batched);

	if (likely(pending == flushed))
		return;
	flush_tlb_mm(mm);
	/* What was put off after the read is not covered. Somebody else may have flushed more meanwhile: keep his. */
	atomic_cmpxchg(&mm->tlb_flush_batched, flushed, pending);
}
