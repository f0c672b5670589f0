/* mm/table/tlb_gather.c - clear many entries, flush once, then free what they mapped.
 *
 * A page must not be given to somebody else while any CPU can still reach it through an old translation. So zap gives its
 * pages here instead of freeing them, and page tables as well: the processor also caches the way through a table
 * (paging-structure caches), so they wait for the same flush. When the batch is full it is flushed in between.
 *
 * Linux: mm/mmu_gather.c.
 */
#include <mm/table/tlb.h>
#include <mm/table/walk.h>
#include <mm/frame/buddy.h>

void tlb_gather_mmu(struct mmu_gather *tlb, struct mm *mm, bool fullmm)
{
	atomic_inc(&mm->tlb_gathers);	/* a full barrier: before the first entry is cleared */
	tlb->mm = mm;
	tlb->fullmm = fullmm;
	tlb->start = ULONG_MAX;
	tlb->end = 0;
	tlb->nr = 0;
	tlb->max = ARRAY_SIZE(tlb->bundle);
	tlb->pages = tlb->bundle;
	INIT_LIST_HEAD(&tlb->tables);
}

void tlb_track_range(struct mmu_gather *tlb, unsigned long address, unsigned long size)
{
	tlb->start = min(tlb->start, address);
	tlb->end = max(tlb->end, address + size);
}

/* The few pointers are used up: get a frame of them, but leave the reserve alone. => false: there is none */
static bool enlarge_batch(struct mmu_gather *tlb)
{
	struct page *frame;

	if (tlb->pages != tlb->bundle)
		return false;
	frame = get_page_from_freelist(0, 0, ALLOC_WMARK_LOW);
	if (!frame)
		return false;
	tlb->pages = page_address(frame);
	for (unsigned int i = 0; i < tlb->nr; i++)
		tlb->pages[i] = tlb->bundle[i];
	tlb->max = TLB_BATCH;
	return true;
}

void tlb_remove_page(struct mmu_gather *tlb, struct page *page)
{
#ifdef BUG_zap_free_early
	put_page(page);		/* somebody else gets the frame while another CPU still writes to it */
	return;
#endif
	if (unlikely(tlb->nr == tlb->max) && !enlarge_batch(tlb))
		tlb_flush_mmu(tlb);
	tlb->pages[tlb->nr++] = page;
}

void tlb_remove_table(struct mmu_gather *tlb, struct page *table)
{
	list_add_tail(&table->lru, &tlb->tables);
}

static void flush_gathered(struct mmu_gather *tlb)
{
	/* The way through a freed table may be cached for any address under it. */
	if (tlb->fullmm || !list_empty(&tlb->tables))
		flush_tlb_mm(tlb->mm);
	else if (tlb->start < tlb->end)
		flush_tlb_range(tlb->mm, tlb->start, tlb->end);
	tlb->start = ULONG_MAX;
	tlb->end = 0;
}

void tlb_flush_mmu(struct mmu_gather *tlb)
{
	struct page *table, *next;

	flush_gathered(tlb);
	put_pages(tlb->pages, tlb->nr);
	tlb->nr = 0;
	list_for_each_entry_safe(table, next, &tlb->tables, lru) {
		list_del(&table->lru);
		table_page_free(table);
	}
}

/*
 * MADV_DONTNEED, truncation and the OOM reaper don't exclude each other. Where another one was first, we found an empty
 * entry and nothing to flush, but its flush may still be to come. Who asked us must not go on with old translations:
 * flush for both.
 */
void tlb_finish_mmu(struct mmu_gather *tlb)
{
	if (atomic_read(&tlb->mm->tlb_gathers) > 1)
		tlb->fullmm = true;
	tlb_flush_mmu(tlb);
	atomic_dec(&tlb->mm->tlb_gathers);
	if (tlb->pages != tlb->bundle)
		put_page(virt_to_page(tlb->pages));
}
