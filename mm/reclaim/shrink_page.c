/* mm/reclaim/shrink_page.c - one page after the other: may it go, and if so, the steps until its frame is free.
 *
 *	lock -> evictable? -> under write-back? -> used lately? -> split, if it is huge -> a slot in swap -> out of all
 *	page tables -> flush -> write, if it is newer than the disk -> freeze the count -> out of the cache -> free
 *
 * Each page gets one verdict with its reason. A page that is written is freed when the write has ended, unless it was
 * chosen by MADV_PAGEOUT and there is memory enough. Flushes and writes are done for 32 pages at a time.
 * A huge page gets a cluster of 512 slots, if that is the mode and there is one, and goes through all of it as one page;
 * it leaves one PMD-sized swap entry behind, or 512 small ones. Else it is split first, and its 512 parts join the end of the
 * list that we work on.
 *
 * Nothing here waits for a page lock, and nothing takes memory.
 *
 * Linux: shrink_folio_list in mm/vmscan.c.
 */
#include <mm/reclaim/scan.h>
#include <mm/reclaim/workingset.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>
#include <mm/split/split.h>
#include <mm/swap/swap.h>
#include <kernel/sched/task.h>
#include <kernel/trace/trace.h>

#define VERDICT_NAME(id, name) name,
const char *const page_verdict_names[NR_PAGE_VERDICTS] = { RECLAIM_VERDICTS(VERDICT_NAME) };
atomic_long_t page_verdicts[NR_PAGE_VERDICTS];
enum thp_swap_mode thp_swap_mode = THP_SWAP_WHOLE;	/* what measures best: make bench-swap */

/* What shrink_page_list carries from page to page. */
struct shrink_batch {
	struct scan_control *sc;
	struct list_head *list;		/* still to do, from its end; the parts of split pages join there */
	struct list_head kept;		/* locked no more: back to the LRU */
	struct list_head freed;		/* frozen: to the buddy after the flush */
	struct list_head to_write;	/* locked, unmapped, dirty: to the disk after the flush */
	unsigned long	nr_to_write;	/* in 4 KB pages */
	struct shrink_result *result;
	struct tlb_ubc	ubc;		/* mappings that were taken away, but not yet flushed */
	struct swap_plug plug;		/* neighbouring writes, gathered */
};

static bool mapping_unevictable(const struct page *page)
{
	const struct mapping *mapping = page->mapping;

	return mapping && !PageAnon(page) && (mapping->flags & BIT(AS_UNEVICTABLE));
}

/* munlock_page() takes the mark off, perhaps before we set it: so the mark is set first, and then the reason looked at again. */
static bool page_evictable(struct page *page)
{
	if (!PageMlocked(page) && !mapping_unevictable(page))
		return true;
	SetPageUnevictable(page);
	smp_mb();
	if (!PageMlocked(page) && !mapping_unevictable(page)) {
		ClearPageUnevictable(page);
		return true;
	}
	count_vm_event(UNEVICTABLE_PGCULLED);
	return false;
}

/* The second chance: used once, it stays where it is and is remembered; used again since, it becomes active. */
static enum page_verdict check_references(struct page *page)
{
	unsigned long vm_flags;
	int young = page_referenced(page, &vm_flags);
	bool was_referenced = TestClearPageReferenced(page);

	if (vm_flags & VM_LOCKED)
		return PAGE_ACTIVATE;
	if (young < 0)
		return PAGE_REFERENCED;
	if (young == 0)
		return PAGE_GO_ON;
	SetPageReferenced(page);
	if (was_referenced || young > 1)
		return PAGE_ACTIVATE;
	if ((vm_flags & VM_EXEC) && !PageSwapBacked(page))
		return PAGE_ACTIVATE;
	return PAGE_REFERENCED;
}

/* May it go at all, and now? */
static enum page_verdict may_reclaim(struct page *page, const struct scan_control *sc)
{
	if (!page_evictable(page))
		return PAGE_UNEVICTABLE;
	if (PageWriteback(page)) {
		SetPageReclaim(page);	/* to the end of the inactive list as soon as it is written */
		return PAGE_WRITEBACK;
	}
	return sc->ignore_references ? PAGE_GO_ON : check_references(page);
}

/* What was read ahead is in the swap cache, but belongs to no anon_vma until somebody maps it. */
static bool is_anonymous(struct page *page)
{
	return PageAnon(page) || PageSwapCache(page);
}

/*
 * Nobody maps it and no entry names its slot: its process is gone. The put of the isolator's reference frees it, so that
 * nothing is to be done here.
 */
static bool is_orphan(struct page *page)
{
	if (page_mapped(page) || !is_anonymous(page))
		return false;
	return !PageSwapCache(page) || try_to_free_swap(page);
}

/* Every 4 KB of it in use? A hole would be written too, and its memory not be free before all the rest is. */
static bool mapped_everywhere(const struct page *head)
{
	if (PagePartiallyMapped(head))
		return false;
	if (entire_mapcount(head))
		return true;
	for (unsigned long i = 0; i < HPAGE_PMD_NR; i++)
		if (!page_mapcount(head + i))
			return false;
	return true;
}

/* A huge page: 512 slots for the whole, or it becomes small and gets its one. */
static enum page_verdict give_cluster(struct page *page, struct shrink_batch *batch)
{
	if (READ_ONCE(thp_swap_mode) != THP_SWAP_SPLIT && mapped_everywhere(page)) {
		/* Beside the mappings only ours: or it would be written, and could not be freed. */
		if (page_count(page) != page_mapcount_total(page) + 1)
			return PAGE_HELD;
		if (add_to_swap(page) == SLOT_OK)
			return PAGE_GO_ON;
		count_vm_event(THP_SWPOUT_FALLBACK);
	}
	if (split_huge_page_to_list(page, batch->list) != SPLIT_OK)
		return PAGE_SPLIT_FAILED;
	return add_to_swap(page) == SLOT_OK ? PAGE_GO_ON : PAGE_NO_SWAP;
}

static enum page_verdict give_slot(struct page *page, struct shrink_batch *batch)
{
	/*
	 * A write to its slot failed. It can have another one when nobody names the old one any more. (What could not be
	 * read is not up to date, and just goes.) Of a huge page each part tries its own slot: one of them is bad, not all.
	 */
	if (PageSwapCache(page) && PageError(page) && PageUptodate(page) && !try_to_free_swap(page)) {
		if (!PageTransHuge(page))
			return PAGE_WRITE_ERROR;
		return split_huge_page_to_list(page, batch->list) == SPLIT_OK ? PAGE_GO_ON : PAGE_SPLIT_FAILED;
	}
	if (PageSwapCache(page))
		return PAGE_GO_ON;
	if (!batch->sc->may_io)
		return PAGE_NO_IO;
	if (!nr_swap_pages())
		return PAGE_NO_SWAP;
	if (PageTransHuge(page))
		return give_cluster(page, batch);
	return add_to_swap(page) == SLOT_OK ? PAGE_GO_ON : PAGE_NO_SWAP;
}

static bool is_shared_memory(const struct page *page)
{
	return PageSwapBacked(page) && !is_anonymous((struct page *)page) && page->mapping;
}

/* Looked at before the mappings are taken away: it would be in vain. */
static enum page_verdict may_swap_shared(struct page *page, struct shrink_batch *batch)
{
	if (!((struct mapping *)page->mapping)->ops->swap_out)
		return PAGE_DIRTY_FILE;
	if (!batch->sc->may_io)
		return PAGE_NO_IO;
	if (!nr_swap_pages())
		return PAGE_NO_SWAP;
	/* It goes in parts. */
	if (PageTransHuge(page) && split_huge_page_to_list(page, batch->list) != SPLIT_OK)
		return PAGE_SPLIT_FAILED;
	return PAGE_GO_ON;
}

/* How it leaves the page tables: what is mapped by a PMD leaves one swap entry there in the mode `whole` only. */
static enum unmap_flags unmap_flags(void)
{
	return TTU_BATCH_FLUSH | (READ_ONCE(thp_swap_mode) == THP_SWAP_WHOLE ? 0 : TTU_SPLIT_HUGE_PMD);
}

/* The cache's (one each 4 KB) and ours. */
static int references_when_alone(const struct page *page)
{
	return compound_nr(page) + 1;
}

/* Will it be written? Not here and now: one flush for many pages must come first (write_batch). */
static enum page_verdict may_write(struct page *page, const struct shrink_batch *batch)
{
	if (is_shared_memory(page))
		return ((struct mapping *)page->mapping)->ops->swap_out(page) ? PAGE_TO_WRITE : PAGE_HELD;
	if (!is_anonymous(page)) {
		SetPageReclaim(page);
		return PAGE_DIRTY_FILE;
	}
	/* Somebody looks at it: after the write we could not free it anyway. */
	if (page_count(page) != references_when_alone(page))
		return PAGE_HELD;
	return batch->sc->may_io ? PAGE_TO_WRITE : PAGE_NO_IO;
}

static void write_batch(struct shrink_batch *batch)
{
	struct page *page, *next;

#ifndef BUG_unmap_flush_after_write	/* a CPU goes on writing to the pages through its TLB, behind the disk's copy */
	try_to_unmap_flush_dirty(&batch->ubc);
#endif
	list_for_each_entry_safe(page, next, &batch->to_write, lru) {
		list_move(&page->lru, &batch->kept);
		SetPageReclaim(page);
		trace(mm_vmscan_write_folio, page_to_pfn(page), reclaim_flags(!PageSwapBacked(page)));
		trace(mm_vmscan_reclaim_page, page_to_pfn(page), PAGE_WRITTEN);
		swap_writepage(page, &batch->plug);	/* unlocks it */
	}
	batch->sc->nr_written += batch->nr_to_write;
	batch->result->nr[PAGE_WRITTEN] += batch->nr_to_write;
	batch->nr_to_write = 0;
}

/*
 * The cache's references and ours, and no other: from here on nobody can get the page. Only then the dirty bit is tested: whoever
 * had it before may have written to it and let go.
 */
static enum page_verdict freeze_page(struct page *page)
{
	int alone = references_when_alone(page);

	if (!page_ref_freeze(page, alone))
		return PAGE_HELD;
	if (PageDirty(page)) {
		page_ref_unfreeze(page, alone);
		return PAGE_REDIRTIED;
	}
	if (PageTransHuge(page))
		deferred_split_unqueue(page);
	return PAGE_FREED;
}

static enum page_verdict take_from_mapping(struct page *page)
{
	struct mapping *mapping = page->mapping;
	enum page_verdict verdict;

	if (!mapping || !mapping->ops->remove)
		return PAGE_HELD;
	spin_lock(&mapping->tree_lock);
	verdict = freeze_page(page);
	if (verdict == PAGE_FREED)
		mapping->ops->remove(page);
	spin_unlock(&mapping->tree_lock);
	return verdict;
}

static enum page_verdict take_from_cache(struct page *page)
{
	enum page_verdict verdict;

	if (!is_anonymous(page))
		return take_from_mapping(page);
	verdict = freeze_page(page);
	if (verdict == PAGE_FREED)
		swap_cache_remove_frozen(page, workingset_eviction(page));
	return verdict;
}

/* MADV_FREE: gone, without a place in swap, if it was not written to since. */
static enum page_verdict discard(struct page *page, struct shrink_batch *batch)
{
	/* Who holds it may be about to write. */
	if (page_count(page) != page_mapcount_total(page) + 1)
		return PAGE_HELD;
	if (PageDirty(page))
		unlazyfree_page(page);
	else if (page_mapped(page))
		try_to_unmap(page, TTU_BATCH_FLUSH, &batch->ubc);
	if (!page_is_lazyfree(page))
		return PAGE_WANTED_AGAIN;
	if (page_mapped(page))
		return PAGE_UNMAP_FAILED;
	if (!page_ref_freeze(page, 1))
		return PAGE_HELD;
	if (PageTransHuge(page))
		deferred_split_unqueue(page);
	count_vm_events(PGLAZYFREED, compound_nr(page));
	return PAGE_FREED;
}

/* => page locked; still locked afterwards */
static enum page_verdict shrink_page(struct page *page, struct shrink_batch *batch)
{
	enum page_verdict verdict = may_reclaim(page, batch->sc);

	if (verdict == PAGE_GO_ON && is_orphan(page))
		verdict = PAGE_ORPHAN;
	if (verdict == PAGE_GO_ON && page_is_lazyfree(page))
		return discard(page, batch);
	if (verdict == PAGE_GO_ON && is_anonymous(page))
		verdict = give_slot(page, batch);
	else if (verdict == PAGE_GO_ON && is_shared_memory(page))
		verdict = may_swap_shared(page, batch);
	if (verdict == PAGE_GO_ON && page_mapped(page) && !try_to_unmap(page, unmap_flags(), &batch->ubc))
		verdict = PAGE_UNMAP_FAILED;
	if (verdict == PAGE_GO_ON && PageDirty(page))
		verdict = may_write(page, batch);
	if (verdict == PAGE_GO_ON)
		verdict = take_from_cache(page);
	return verdict;
}

/*
 * It was taken out of page tables, stays in memory, and can be mapped again as soon as it is unlocked. A CPU that still
 * writes through the old entry would not set the dirty bit of the new one, and the next reclaimer would take the page
 * for clean.
 */
static bool unmapped_in_vain(enum page_verdict verdict)
{
	return verdict == PAGE_HELD || verdict == PAGE_REDIRTIED || verdict == PAGE_UNMAP_FAILED || verdict == PAGE_NO_IO ||
	       verdict == PAGE_WANTED_AGAIN;
}

static void finish_page(struct page *page, enum page_verdict verdict, struct shrink_batch *batch)
{
	if (verdict == PAGE_TO_WRITE) {
		list_add_tail(&page->lru, &batch->to_write);
		batch->nr_to_write += compound_nr(page);
		if (batch->nr_to_write >= SWAP_CLUSTER_MAX)
			write_batch(batch);
		return;
	}
	if (unmapped_in_vain(verdict))
		try_to_unmap_flush_dirty(&batch->ubc);
	trace(mm_vmscan_reclaim_page, page_to_pfn(page), verdict);
	batch->result->nr[verdict] += compound_nr(page);
	if (verdict >= PAGE_FIRST_ACTIVATED && verdict != PAGE_UNEVICTABLE) {
		SetPageActive(page);
		count_vm_events(PGACTIVATE, compound_nr(page));
		/* It stays in memory: while swap is scarce its slot is of more use to others. */
		if (PageSwapCache(page) && vm_swap_full())
			try_to_free_swap(page);
	}
	if (verdict != PAGE_LOCKED)
		unlock_page(page);
	list_add(&page->lru, verdict == PAGE_FREED ? &batch->freed : &batch->kept);
}

/*
 * What MADV_PAGEOUT chose was not chosen for want of memory. Written it stays in the swap cache, at the end of its list: if it
 * is wanted again it is mapped without a read, and when memory runs short it is the first to go, without a write.
 */
static bool stays_cached(enum reclaimer who)
{
	return who == RECLAIM_MADVISE && pgdat_balanced(NODE0, 0);
}

/* Zeros can always go: they cost no read. => page locked, in the cache, clean */
static bool may_drop(struct page *page, const struct shrink_batch *batch)
{
	return !stays_cached(batch->sc->who) || swap_page_is_zero(page);
}

/* Writes that have ended while we were busy with other pages: these pages are free now. */
static void free_written(struct shrink_batch *batch)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &batch->kept, lru) {
		unsigned long nr = compound_nr(page);

		if (!PageSwapCache(page) || PageWriteback(page) || PageDirty(page) ||
		    PageActive(page) || page_mapped(page) || !trylock_page(page))
			continue;
		if (PageSwapCache(page) && !PageWriteback(page) && !page_mapped(page) &&
		    may_drop(page, batch) && take_from_cache(page) == PAGE_FREED) {
			list_move(&page->lru, &batch->freed);
			batch->result->nr[PAGE_FREED] += nr;
		}
		unlock_page(page);
	}
}

bool free_written_page(struct page *page)
{
	bool freed = false;

	if (PageDirty(page) || page_mapped(page) || !trylock_page(page))
		return false;
	if (PageSwapCache(page) && !PageWriteback(page) && !page_mapped(page) && take_from_cache(page) == PAGE_FREED) {
		atomic_long_add(compound_nr(page), &page_verdicts[PAGE_FREED]);
		page_ref_unfreeze(page, 1);
		freed = true;
	}
	unlock_page(page);
	return freed;
}

void count_stolen(bool file, enum reclaimer who, unsigned long nr)
{
	count_vm_events(who == RECLAIM_DIRECT ? PGSTEAL_DIRECT : PGSTEAL_KSWAPD, nr);
	count_vm_events(file ? PGSTEAL_FILE : PGSTEAL_ANON, nr);
}

/*
 * The same in the moment in which the write ends, for pages that have left our hands: the memory is free then, and not when
 * somebody comes by again. => interrupt context; the reference of the caller is the last one, and frees
 */
void page_written(struct page *page, unsigned int who)
{
	if (!PageSwapCache(page))
		return;
	if (stays_cached(who) || !free_written_page(page)) {
		rotate_reclaimable_page(page);
		return;
	}
	count_stolen(false, who, compound_nr(page));
	trace(mm_vmscan_written_freed, page_to_pfn(page), compound_nr(page), who == RECLAIM_DIRECT);
}

/* After the flush: until then a CPU may still use the frames through its TLB. */
static void free_batch(struct shrink_batch *batch)
{
	struct page *page, *next;

	try_to_unmap_flush(&batch->ubc);
	list_for_each_entry_safe(page, next, &batch->freed, lru) {
		list_del(&page->lru);
		free_frozen_page(page, compound_order(page));
	}
}

unsigned long shrink_page_list(struct list_head *list, struct scan_control *sc, struct shrink_result *result)
{
	struct shrink_batch batch = { .sc = sc, .list = list, .result = result, .plug.writer = sc->who };

	INIT_LIST_HEAD(&batch.kept);
	INIT_LIST_HEAD(&batch.freed);
	INIT_LIST_HEAD(&batch.to_write);
	*result = (struct shrink_result){ };
	while (!list_empty(list)) {
		struct page *page = list_last_entry(list, struct page, lru);

		cond_resched();
		list_del(&page->lru);
		finish_page(page, trylock_page(page) ? shrink_page(page, &batch) : PAGE_LOCKED, &batch);
	}
	write_batch(&batch);
	swap_unplug(&batch.plug);
	free_written(&batch);
	free_batch(&batch);
	list_splice(&batch.kept, list);
	for (unsigned int i = 0; i < NR_PAGE_VERDICTS; i++)
		if (result->nr[i])
			atomic_long_add(result->nr[i], &page_verdicts[i]);
	return result->nr[PAGE_FREED] + result->nr[PAGE_ORPHAN];
}

void putback_list(struct list_head *list)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, list, lru) {
		list_del(&page->lru);
		putback_lru_page(page);
	}
}
