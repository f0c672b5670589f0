/* mm/reclaim/compact_scan.c - the two scanners of compaction: pages that can move, and free frames for them.
 *
 * Both look at pages without a lock and without a reference: what they see may be out of date, and only taking the page
 * (off its LRU list, off the free lists) proves it. Where a whole pageblock gave nothing, it is marked, and skipped until
 * the marks are worn out.
 *
 * A run for a task (asynchronous) looks only into pageblocks of movable pages: one page that can't be moved spoils a block.
 * Free frames are taken from those blocks, too, so that movable pages stay there.
 *
 * Linux: mm/compaction.c (isolate_migratepages_block, isolate_freepages).
 */
#include <mm/reclaim/compact_internal.h>
#include <kernel/lib/bitmap.h>
#include <kernel/sched/task.h>
#include <kernel/trace/trace.h>
#include <mm/frame/vmstat.h>

unsigned int sysctl_compact_unevictable_allowed = 1;

/* --- marks -------------------------------------------------------------------------------------------------------------- */

static bool is_skipped(const struct compact_control *cc, unsigned long pfn)
{
	const unsigned long *skip = compact_memory(cc->zone)->skip;

	return skip && !cc->ignore_skip && test_bit(compact_block_number(cc->zone, pfn), skip);
}

static void mark_skip(const struct compact_control *cc, unsigned long pfn)
{
	unsigned long *skip = compact_memory(cc->zone)->skip;

	if (skip)
		set_bit(compact_block_number(cc->zone, pfn), skip);
}

/* --- movable pages -------------------------------------------------------------------------------------------------------- */

/* So many are isolated already that those who look for pages would find none. => true: give up */
static bool too_many_isolated(struct compact_control *cc)
{
	for (;;) {
		unsigned long isolated = page_state(NR_ISOLATED_ANON) + page_state(NR_ISOLATED_FILE), listed = 0;

		for (enum lru_list lru = 0; lru < LRU_UNEVICTABLE; lru++)
			listed += lru_size(lru);
		if (isolated <= listed + COMPACT_CLUSTER_MAX)
			return false;
		if (cc->mode == MIGRATE_ASYNC || fatal_signal_pending(current))
			return true;
		schedule_timeout_uninterruptible(HZ / 10);
	}
}

/* How many pages to step over that can't be moved as single ones: free and compound ones. Racy: never beyond the block. */
static unsigned long pages_to_skip(const struct page *page)
{
	const struct page *head = compound_head(page);
	unsigned long order = 0;

	if (PageBuddy(page))
		order = READ_ONCE(page->private);
	else if (PageCompound(page))
		order = compound_order(head);
	else
		return 0;
	if (order > MAX_ORDER)
		return 1;
	return BIT(order) - (page_to_pfn(page) & (BIT(order) - 1));
}

/* More references than mappings and the cache explain: it would not move. */
static bool looks_pinned(const struct page *page)
{
	int known = page_mapcount_total(page) + (PageSwapCache(page) || (page->mapping && !PageAnon(page)));

	return page_count(page) > known;
}

static bool worth_isolating(const struct compact_control *cc, struct page *page)
{
	if (!PageLRU(page) || !page_is_movable(page) || looks_pinned(page))
		return false;
	if (PageUnevictable(page) && !READ_ONCE(sysctl_compact_unevictable_allowed))
		return false;
	return !(PageWriteback(page) && cc->mode != MIGRATE_SYNC);
}

/* => whether it was taken; who must not wait and finds the lock busy sets cc->contended */
static bool isolate_page(struct compact_control *cc, struct page *page)
{
	struct lruvec *lruvec = page_lruvec(page);
	unsigned long flags;
	bool isolated;

	if (cc->mode == MIGRATE_ASYNC) {
		if (should_fail_mm_step(MM_STEP_COMPACT_LOCK) || !spin_trylock_irqsave(&lruvec->lru_lock, flags)) {
			cc->contended = true;
			return false;
		}
	} else {
		spin_lock_irqsave(&lruvec->lru_lock, flags);
	}
	/* It may have become a part of a huge page since we looked. */
	isolated = !PageCompound(page) && lruvec_isolate_page(lruvec, page);
	spin_unlock_irqrestore(&lruvec->lru_lock, flags);
	return isolated;
}

/* One pageblock, or what of it is left. => the next pfn to look at */
static unsigned long isolate_migratepages_block(struct compact_control *cc, unsigned long pfn, unsigned long end)
{
	unsigned long start = pfn, taken = 0;

	while (pfn < end && cc->nr_migratepages < COMPACT_CLUSTER_MAX && !cc->contended) {
		struct page *page = pfn_to_page(pfn);
		unsigned long skip = pages_to_skip(page);

		cc->migrate_scanned++;
		if (skip) {
			pfn = min(pfn + skip, end);
			continue;
		}
		pfn++;
		if (!worth_isolating(cc, page) || !isolate_page(cc, page))
			continue;
		list_add_tail(&page->lru, &cc->migratepages);
		cc->nr_migratepages++;
		taken++;
		if (!cc->last_migrated)
			cc->last_migrated = pfn - 1;
	}
	if (pfn == end && !taken && start == pageblock_start(start))
		mark_skip(cc, start);
	count_vm_events(COMPACTISOLATED, taken);
	trace(mm_compaction_isolate_migratepages, start, pfn, pfn - start, taken);
	return pfn;
}

/* In front of this many free pages at once nothing needs to be moved. */
static bool is_free_block(unsigned long pfn)
{
	const struct page *page = pfn_to_page(pfn);

	return PageBuddy(page) && READ_ONCE(page->private) >= PAGEBLOCK_ORDER;
}

static bool suitable_source(const struct compact_control *cc, unsigned long pfn)
{
	if (is_skipped(cc, pfn) || is_free_block(pageblock_start(pfn)))
		return false;
	return cc->mode != MIGRATE_ASYNC || !cc->direct || pageblock_type(cc->zone, pfn) == MIGRATE_MOVABLE;
}

/* The next run begins here, unless another one got further. */
static void remember_migrate_pfn(const struct compact_control *cc)
{
	struct compact_memory *memory = compact_memory(cc->zone);

	if (cc->ignore_skip)
		return;
	memory->migrate_pfn[0] = max(memory->migrate_pfn[0], pageblock_start(cc->migrate_pfn));
	/* A synchronous run can move what an asynchronous one had to leave. */
	if (cc->mode != MIGRATE_ASYNC)
		memory->migrate_pfn[1] = max(memory->migrate_pfn[1], pageblock_start(cc->migrate_pfn));
}

bool isolate_migratepages(struct compact_control *cc)
{
	if (too_many_isolated(cc))
		cc->contended = true;
	while (!cc->nr_migratepages && !cc->contended && !scanners_met(cc)) {
		unsigned long end = min(pageblock_end(cc->migrate_pfn), cc->zone->end_pfn);

		cond_resched();
		if (fatal_signal_pending(current) && cc->direct)
			cc->contended = true;
		else if (pageblock_start(cc->migrate_pfn) == cc->migrate_pfn && !suitable_source(cc, cc->migrate_pfn))
			cc->migrate_pfn = end;
		else
			cc->migrate_pfn = isolate_migratepages_block(cc, cc->migrate_pfn, end);
	}
	remember_migrate_pfn(cc);
	return !cc->contended;
}

/* --- free frames -------------------------------------------------------------------------------------------------------------- */

static bool suitable_target(const struct compact_control *cc, unsigned long start)
{
	if (is_skipped(cc, start) || is_free_block(start))
		return false;
	return cc->ignore_type || pageblock_type(cc->zone, start) == MIGRATE_MOVABLE;
}

/* => pages taken from one block */
static unsigned long isolate_from_block(struct compact_control *cc, unsigned long start)
{
	unsigned long first = max(start, cc->zone->start_pfn), end = min(pageblock_end(start), cc->zone->end_pfn), taken;
	unsigned long wanted = cc->nr_migratepages - cc->nr_freepages;

	taken = buddy_isolate_range(cc->zone, first, end, wanted, &cc->freepages,
				    cc->mode == MIGRATE_ASYNC ? &cc->contended : NULL);
	cc->free_scanned += end - first;
	cc->nr_freepages += taken;
	count_vm_events(COMPACTISOLATED, taken);
	trace(mm_compaction_isolate_freepages, first, end, end - first, taken);
	if (!taken && !cc->contended)
		mark_skip(cc, start);
	return taken;
}

void isolate_freepages(struct compact_control *cc)
{
	unsigned long low = pageblock_end(cc->migrate_pfn);

	while (cc->nr_freepages < cc->nr_migratepages && !cc->contended && cc->free_pfn >= low) {
		cond_resched();
		if (suitable_target(cc, cc->free_pfn))
			isolate_from_block(cc, cc->free_pfn);
		/* With enough taken there may be more in this block. */
		if (cc->nr_freepages < cc->nr_migratepages)
			cc->free_pfn -= BIT(PAGEBLOCK_ORDER);
	}
	if (!cc->ignore_skip)
		compact_memory(cc->zone)->free_pfn = min(compact_memory(cc->zone)->free_pfn, cc->free_pfn);
}

void release_freepages(struct compact_control *cc)
{
	struct compact_memory *memory = compact_memory(cc->zone);
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &cc->freepages, lru) {
		list_del(&page->lru);
		memory->free_pfn = max(memory->free_pfn, pageblock_start(page_to_pfn(page)));
		buddy_release_page(page, 0);
	}
	cc->nr_freepages = 0;
}
