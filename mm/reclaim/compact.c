/* mm/reclaim/compact.c - one run of compaction through a zone, and who starts one.
 *
 * A run isolates up to 32 movable pages, moves them into free frames from the other end of the zone, and looks whether a
 * block of the wanted size has come about. That block is captured for whoever asked: without this, others who need single
 * pages take it apart before he gets it.
 *
 * Huge pages are stepped over (they are what compaction wants to make room for); mlocked pages move, unless
 * compact_unevictable_allowed says no.
 *
 * Linux: mm/compaction.c (compact_zone, try_to_compact_pages, kcompactd_do_work).
 */
#include <mm/reclaim/compact_internal.h>
#include <kernel/debug/panic.h>
#include <kernel/sched/task.h>
#include <kernel/sync/wait.h>
#include <kernel/trace/trace.h>
#include <mm/frame/vmstat.h>

const char *const compact_result_names[NR_COMPACT_RESULTS] = {
	[COMPACT_NOT_SUITABLE_ZONE] = "not_suitable_zone", [COMPACT_SKIPPED] = "skipped", [COMPACT_DEFERRED] = "deferred",
	[COMPACT_NO_SUITABLE_PAGE] = "no_suitable_page", [COMPACT_CONTINUE] = "continue", [COMPACT_COMPLETE] = "complete",
	[COMPACT_PARTIAL_SKIPPED] = "partial_skipped", [COMPACT_CONTENDED] = "contended", [COMPACT_SUCCESS] = "success",
};

static const char *const mode_names[] = {
	[MIGRATE_ASYNC] = "async", [MIGRATE_SYNC_LIGHT] = "sync", [MIGRATE_SYNC] = "sync",
};
static const char *const priority_names[NR_COMPACT_PRIOS] = {
	[COMPACT_PRIO_SYNC_FULL] = "COMPACT_PRIO_SYNC_FULL", [COMPACT_PRIO_SYNC_LIGHT] = "COMPACT_PRIO_SYNC_LIGHT",
	[COMPACT_PRIO_ASYNC] = "COMPACT_PRIO_ASYNC",
};
static const char *const migrate_mode_names[] = {
	[MIGRATE_ASYNC] = "MIGRATE_ASYNC", [MIGRATE_SYNC_LIGHT] = "MIGRATE_SYNC_LIGHT", [MIGRATE_SYNC] = "MIGRATE_SYNC",
};
static const char *const migrate_reason_names[] = {
	[MR_COMPACTION] = "compaction", [MR_SYSCALL] = "syscall_or_cpuset",
};
static const char *zone_names[MAX_NR_ZONES];

static struct trace_symbols trace_names[] = {
	{ .name = "compact_result", .names = compact_result_names, .nr = NR_COMPACT_RESULTS },
	{ .name = "compact_priority", .names = priority_names, .nr = NR_COMPACT_PRIOS },
	{ .name = "compact_mode", .names = mode_names, .nr = ARRAY_SIZE(mode_names) },
	{ .name = "migrate_mode", .names = migrate_mode_names, .nr = ARRAY_SIZE(migrate_mode_names) },
	{ .name = "migrate_reason", .names = migrate_reason_names, .nr = ARRAY_SIZE(migrate_reason_names) },
	{ .name = "zone", .names = zone_names, .nr = MAX_NR_ZONES },
};

void compact_init(void)
{
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		zone_names[z] = NODE0->zones[z].name;
	for (unsigned int i = 0; i < ARRAY_SIZE(trace_names); i++)
		trace_symbols_register(&trace_names[i]);
	compact_memory_init();
}

/* --- is it worth while, is it done? ------------------------------------------------------------------------------------------ */

static unsigned long allocation_mark(const struct zone *zone, unsigned int order)
{
	return zone->watermark[order > PAGE_ALLOC_COSTLY_ORDER ? WMARK_LOW : WMARK_MIN];
}

static enum compact_result is_suitable(struct zone *zone, unsigned int order)
{
	/* Frames to move to: twice the block, because others take some meanwhile. */
	unsigned long mark = allocation_mark(zone, order) + (2UL << order);
	struct free_info info = zone_free_info(zone, order);
	int index;

	if (zone_watermark_ok(zone, order, zone->watermark[WMARK_MIN], 0))
		return COMPACT_SUCCESS;
	if (!zone_watermark_ok(zone, 0, mark, 0))
		return COMPACT_SKIPPED;
	index = fragmentation_index(&info, order);
	if (order > PAGE_ALLOC_COSTLY_ORDER && index >= 0 && index <= (int)READ_ONCE(sysctl_extfrag_threshold))
		return COMPACT_NOT_SUITABLE_ZONE;
	return COMPACT_CONTINUE;
}

enum compact_result compaction_suitable(struct zone *zone, unsigned int order)
{
	enum compact_result result = is_suitable(zone, order);

	trace(mm_compaction_suitable, 0, zone - NODE0->zones, order, result);
	return result;
}

static bool kswapd_is_running(void)
{
	return NODE0->kswapd && !waitqueue_active(&NODE0->kswapd_wait);
}

/* A block for movable pages: for others the allocator may turn a whole pageblock. */
static bool has_block(const struct zone *zone, unsigned int order)
{
	for (unsigned int o = order; o <= MAX_ORDER; o++)
		if (READ_ONCE(zone->free_area[o].nr_free))
			return true;
	return false;
}

static enum compact_result met(struct compact_control *cc)
{
	struct compact_memory *memory = compact_memory(cc->zone);

	memory->migrate_pfn[0] = memory->migrate_pfn[1] = cc->zone->start_pfn;
	memory->free_pfn = pageblock_start(cc->zone->end_pfn - 1);
	/* The marks are worn out. kswapd clears them when it goes to sleep, or the next run that may wait. */
	if (cc->direct)
		memory->forget = true;
	return cc->whole_zone ? COMPACT_COMPLETE : COMPACT_PARTIAL_SKIPPED;
}

static enum compact_result compact_finished(struct compact_control *cc)
{
	if (cc->capture && READ_ONCE(cc->capture->page))
		return COMPACT_SUCCESS;
	if (scanners_met(cc))
		return met(cc);
	if (cc->proactive) {
		if (kswapd_is_running())
			return COMPACT_PARTIAL_SKIPPED;
		return fragmentation_score_node() <= fragmentation_score_wmark(true) ? COMPACT_SUCCESS : COMPACT_CONTINUE;
	}
	if (cc->contended || (cc->direct && fatal_signal_pending(current)))
		return COMPACT_CONTENDED;
	if (cc->order < 0)
		return COMPACT_CONTINUE;
	/* A pageblock that is half done is worth finishing. */
	if (cc->mode != MIGRATE_ASYNC && cc->migrate_pfn != pageblock_start(cc->migrate_pfn))
		return COMPACT_CONTINUE;
	return has_block(cc->zone, cc->order) ? COMPACT_SUCCESS : COMPACT_NO_SUITABLE_PAGE;
}

/* --- where pages go ------------------------------------------------------------------------------------------------------------ */

static struct page *compaction_alloc(struct page *old, void *arg)
{
	struct compact_control *cc = arg;
	struct page *page;

	if (PageHead(old) || should_fail_mm_step(MM_STEP_MIGRATE_TARGET))
		return NULL;
	if (list_empty(&cc->freepages))
		isolate_freepages(cc);
	page = list_first_entry_or_null(&cc->freepages, struct page, lru);
	if (!page)
		return NULL;
	list_del(&page->lru);
	cc->nr_freepages--;
	prep_isolated_page(page, 0, __GFP_MOVABLE);
	return page;
}

static void compaction_free(struct page *page, void *arg)
{
	struct compact_control *cc = arg;
	bool last = atomic_dec_and_test(&page->_refcount);

	ASSERT(last);			/* nobody has ever known it */
	page->private = 0;
	list_add(&page->lru, &cc->freepages);
	cc->nr_freepages++;
}

/* --- the run ---------------------------------------------------------------------------------------------------------------------- */

static void begin_run(struct compact_control *cc)
{
	struct compact_memory *memory = compact_memory(cc->zone);

	INIT_LIST_HEAD(&cc->migratepages);
	INIT_LIST_HEAD(&cc->freepages);
	/*
	 * All of the zone was seen with these marks, and no block came of it. kswapd, which forgets them, may not run for long:
	 * with enough free pages nobody wakes it. That it is not done each time, deferral sees to.
	 */
	if (cc->order >= 0 && (compaction_restarting(cc->zone, cc->order) ||
			       (cc->mode != MIGRATE_ASYNC && READ_ONCE(memory->forget))))
		compact_reset_zone(cc->zone);
	cc->migrate_pfn = cc->zone->start_pfn;
	cc->free_pfn = pageblock_start(cc->zone->end_pfn - 1);
	if (!cc->whole_zone) {
		cc->migrate_pfn = max(cc->migrate_pfn, READ_ONCE(memory->migrate_pfn[cc->mode != MIGRATE_ASYNC]));
		cc->free_pfn = min(cc->free_pfn, READ_ONCE(memory->free_pfn));
		cc->whole_zone = cc->migrate_pfn == cc->zone->start_pfn;
	}
	/* References of pages that wait to join their list would look like pins. */
	if (cc->mode == MIGRATE_ASYNC)
		lru_add_drain();
	else
		lru_add_drain_all();
	trace(mm_compaction_begin, cc->zone->start_pfn, cc->migrate_pfn, cc->free_pfn, cc->zone->end_pfn, cc->mode);
}

/* Pages that we freed lie in this CPU's list: when all of a wanted block has been passed, let them merge. */
static void drain_passed_block(struct compact_control *cc)
{
	unsigned long align = cc->order > 0 ? BIT(cc->order) : BIT(PAGEBLOCK_ORDER);

	if (cc->last_migrated && cc->last_migrated < (cc->migrate_pfn & ~(align - 1))) {
		drain_local_pages();
		cc->last_migrated = 0;
	}
}

/* Move what was isolated. => false: no frames are left, or it was not worth while to go on */
static bool migrate_isolated(struct compact_control *cc)
{
	const struct migrate_targets targets = { compaction_alloc, compaction_free, cc };
	unsigned long moved = 0;
	long left = migrate_pages(&cc->migratepages, &targets, cc->mode, MR_COMPACTION, &moved);

	trace(mm_compaction_migratepages, moved, cc->nr_migratepages - moved);
	putback_movable_pages(&cc->migratepages);
	cc->nr_migratepages = 0;
	if (left == -ENOMEM && !scanners_met(cc)) {
		cc->contended = true;
		return false;
	}
	/* One page that stays spoils the block: who must not wait goes on to the next one. */
	if (left > 0 && cc->direct && cc->mode == MIGRATE_ASYNC)
		cc->migrate_pfn = min(ALIGN(cc->migrate_pfn, BIT(cc->order)), cc->zone->end_pfn);
	return true;
}

static enum compact_result run(struct compact_control *cc)
{
	enum compact_result result;

	for (;;) {
		result = compact_finished(cc);
		if (result != COMPACT_CONTINUE && result != COMPACT_NO_SUITABLE_PAGE)
			return result;
		if (!isolate_migratepages(cc)) {
			putback_movable_pages(&cc->migratepages);
			cc->nr_migratepages = 0;
			return COMPACT_CONTENDED;
		}
		if (cc->nr_migratepages && !migrate_isolated(cc))
			return COMPACT_CONTENDED;
		drain_passed_block(cc);
	}
}

enum compact_result compact_zone(struct compact_control *cc)
{
	enum compact_result result = COMPACT_CONTINUE;

	if (cc->order >= 0)
		result = compaction_suitable(cc->zone, cc->order);
	if (result != COMPACT_CONTINUE)
		return result;
	begin_run(cc);
	if (cc->capture && !buddy_capture_start(cc->zone, cc->capture))
		cc->capture = NULL;
	result = run(cc);
	drain_local_pages();
	release_freepages(cc);
	if (cc->capture) {
		buddy_capture_end(cc->zone, cc->capture);
		if (cc->capture->page)
			result = COMPACT_SUCCESS;
	}
	count_vm_events(COMPACTMIGRATE_SCANNED, cc->migrate_scanned);
	count_vm_events(COMPACTFREE_SCANNED, cc->free_scanned);
	trace(mm_compaction_end, cc->zone->start_pfn, cc->migrate_pfn, cc->free_pfn, cc->zone->end_pfn, cc->mode, result);
	trace(mm_compaction_finished, 0, cc->zone - NODE0->zones, cc->order, result);
	return result;
}

/* --- for a request ------------------------------------------------------------------------------------------------------------------ */

static enum compact_result compact_zone_order(struct zone *zone, gfp_t gfp, unsigned int order,
					      enum compact_priority priority, struct page **captured)
{
	bool full = priority == COMPACT_PRIO_SYNC_FULL;
	struct block_capture capture = {
		.order = order, .type = gfp & __GFP_MOVABLE ? MIGRATE_MOVABLE :
				gfp & __GFP_RECLAIMABLE ? MIGRATE_RECLAIMABLE : MIGRATE_UNMOVABLE,
	};
	struct compact_control cc = {
		.zone = zone, .order = order, .direct = true, .capture = &capture,
		.mode = priority == COMPACT_PRIO_ASYNC ? MIGRATE_ASYNC : MIGRATE_SYNC_LIGHT,
		.whole_zone = full, .ignore_skip = full, .ignore_type = full,
	};
	enum compact_result result = compact_zone(&cc);

	*captured = capture.page;
	return result;
}

/* => what came of one zone, with the deferral of what was in vain */
static enum compact_result compact_for_request(struct zone *zone, gfp_t gfp, unsigned int order,
					       enum compact_priority priority, struct page **captured)
{
	enum compact_result result;

	if (priority != COMPACT_PRIO_SYNC_FULL && compaction_deferred(zone, order))
		return COMPACT_DEFERRED;
	result = compact_zone_order(zone, gfp, order, priority, captured);
	if (result == COMPACT_SUCCESS)
		compaction_defer_reset(zone, order, false);
	else if (priority != COMPACT_PRIO_ASYNC && (result == COMPACT_COMPLETE || result == COMPACT_PARTIAL_SKIPPED))
		defer_compaction(zone, order);
	return result;
}

enum compact_result try_to_compact_pages(gfp_t gfp, unsigned int order, enum compact_priority priority,
					 struct page **captured)
{
	enum compact_result best = COMPACT_SKIPPED, result;
	u32 memalloc = current->flags & PF_MEMALLOC;

	*captured = NULL;
	trace(mm_compaction_try_to_compact_pages, order, gfp, priority);
	current->flags |= PF_MEMALLOC;
	for (int z = MAX_NR_ZONES - 1; z >= 0; z--) {
		struct zone *zone = &NODE0->zones[z];

		if (!zone->managed_pages || ((gfp & __GFP_DMA32) && z != ZONE_DMA32))
			continue;
		result = compact_for_request(zone, gfp, order, priority, captured);
		best = max(best, result);
		if (result == COMPACT_SUCCESS || fatal_signal_pending(current))
			break;
	}
	current->flags = (current->flags & ~PF_MEMALLOC) | memalloc;
	return best;
}

void compaction_allocated(struct page *page, unsigned int order)
{
	compaction_defer_reset(page_zone(page), order, true);
}

/* --- kcompactd's work ---------------------------------------------------------------------------------------------------------------- */

static void count_daemon(const struct compact_control *cc)
{
	count_vm_events(KCOMPACTD_MIGRATE_SCANNED, cc->migrate_scanned);
	count_vm_events(KCOMPACTD_FREE_SCANNED, cc->free_scanned);
}

void compact_node_for_order(unsigned int order)
{
	struct zone *zone;

	for_each_zone(zone) {
		struct compact_control cc = { .zone = zone, .order = order, .mode = MIGRATE_SYNC_LIGHT };
		enum compact_result result;

		if (kthread_should_stop() || compaction_deferred(zone, order) ||
		    compaction_suitable(zone, order) != COMPACT_CONTINUE)
			continue;
		result = compact_zone(&cc);
		if (result == COMPACT_SUCCESS) {
			compaction_defer_reset(zone, order, false);
		} else if (result == COMPACT_COMPLETE || result == COMPACT_PARTIAL_SKIPPED) {
			/* What we freed, other CPUs may hold the missing pieces of. */
			drain_all_pages();
			defer_compaction(zone, order);
		}
		count_daemon(&cc);
	}
}

static void compact_all(bool proactive)
{
	struct zone *zone;

	for_each_zone(zone) {
		struct compact_control cc = {
			.zone = zone, .order = -1, .whole_zone = true, .ignore_skip = true, .proactive = proactive,
			.mode = proactive ? MIGRATE_SYNC_LIGHT : MIGRATE_SYNC,
		};

		compact_zone(&cc);
		if (proactive)
			count_daemon(&cc);
	}
}

void compact_node_proactively(void)
{
	compact_all(true);
}

void compact_node_fully(void)
{
	lru_add_drain_all();
	drain_all_pages();
	compact_all(false);
	drain_all_pages();
}

void compaction_forget_skipped(void)
{
	struct zone *zone;

	for_each_zone(zone)
		if (READ_ONCE(compact_memory(zone)->forget))
			compact_reset_zone(zone);
}
