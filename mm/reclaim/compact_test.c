/* mm/reclaim/compact_test.c - fragmented memory becomes whole again, for who asks and for nobody in particular.
 */
#include <mm/reclaim/compact_internal.h>
#include <mm/alloc/page_alloc.h>
#include <mm/check/check_mm.h>
#include <mm/check/test_fragment.h>
#include <mm/frame/vmstat.h>
#include <kernel/sched/task.h>

static struct zone *largest_zone(void)
{
	struct zone *zone, *largest = NULL;

	for_each_zone(zone)
		if (!largest || zone->managed_pages > largest->managed_pages)
			largest = zone;
	return largest;
}

KTEST(compact, the_index_tells_shortage_from_fragmentation)
{
	struct free_info none = { 0, 0, 0 }, there = { 600, 5, 1 }, short_of = { 4, 4, 0 }, pieces = { 4096, 4096, 0 };

	KEXPECT_EQ(fragmentation_index(&none, 9), 0);
	KEXPECT_EQ(fragmentation_index(&there, 9), -1000);
	KEXPECT_LE(fragmentation_index(&short_of, 3), 750);
	KEXPECT_GT(fragmentation_index(&pieces, 9), 990);
	KEXPECT_EQ(unusable_free_index(&none, 0), 1000);
	KEXPECT_EQ(unusable_free_index(&pieces, 9), 1000);
	KEXPECT_EQ(unusable_free_index(&there, 9), (600 - 512) * 1000 / 600);
}

KTEST(compact, the_score_marks_follow_proactiveness)
{
	unsigned int before = sysctl_compaction_proactiveness;

	sysctl_compaction_proactiveness = 20;
	KEXPECT_EQ(fragmentation_score_wmark(true), 80U);
	KEXPECT_EQ(fragmentation_score_wmark(false), 90U);
	sysctl_compaction_proactiveness = 100;
	KEXPECT_EQ(fragmentation_score_wmark(true), 5U);
	sysctl_compaction_proactiveness = 0;
	KEXPECT_EQ(fragmentation_score_wmark(false), 100U);
	sysctl_compaction_proactiveness = before;
}

/* => how many attempts in a row are put off */
static unsigned int attempts_deferred(struct zone *zone, unsigned int order)
{
	unsigned int nr = 0;

	while (compaction_deferred(zone, order))
		nr++;
	return nr;
}

KTEST(compact, each_failure_doubles_the_deferral_and_a_page_ends_it)
{
	struct zone *zone = largest_zone();
	struct compact_memory *memory = compact_memory(zone), before = *memory;

	*memory = (struct compact_memory){ .order_failed = MAX_ORDER + 1 };
	KEXPECT_EQ(attempts_deferred(zone, 9), 0U);
	defer_compaction(zone, 9);
	KEXPECT_EQ(attempts_deferred(zone, 8), 0U);
	KEXPECT_EQ(attempts_deferred(zone, 9), 1U);
	defer_compaction(zone, 9);
	KEXPECT_EQ(attempts_deferred(zone, 9), 3U);
	for (unsigned int i = 0; i < 10; i++)
		defer_compaction(zone, 5);
	KEXPECT_EQ(attempts_deferred(zone, 5), 63U);
	KEXPECT(compaction_restarting(zone, 5) && !compaction_restarting(zone, 4));
	compaction_defer_reset(zone, 5, false);
	KEXPECT_EQ(attempts_deferred(zone, 5), 0U);
	memory->considered = 0;
	KEXPECT_EQ(attempts_deferred(zone, 6), 63U);
	compaction_defer_reset(zone, 9, true);
	KEXPECT_EQ(attempts_deferred(zone, 9), 0U);
	*memory = before;
}

KTEST(compact, a_freed_block_is_captured_once_and_not_listed)
{
	struct zone *zone;
	struct page *page = alloc_pages(GFP_HIGHUSER_MOVABLE | __GFP_COMP, 4), *huge;
	struct block_capture capture = { .order = 4, .type = MIGRATE_MOVABLE }, other = { .order = 0 };
	long free;

	KASSERT_TRUE(page);
	zone = page_zone(page);
	huge = alloc_pages(GFP_HIGHUSER_MOVABLE | __GFP_COMP | __GFP_NOWARN, HPAGE_PMD_ORDER);
	KEXPECT(huge != NULL);
	put_page(page);
	KEXPECT(buddy_capture_start(zone, &capture));
	KEXPECT(!buddy_capture_start(zone, &other));
	free = atomic_long_read(&zone->free_pages);
	if (huge)
		put_page(huge);
	buddy_capture_end(zone, &capture);
	KASSERT_TRUE(capture.page);
	KEXPECT(!PageBuddy(capture.page));
	KEXPECT_GE(atomic_long_read(&zone->free_pages), free + (long)HPAGE_PMD_NR - 16 - 64);
	prep_isolated_page(capture.page, 4, __GFP_COMP | __GFP_MOVABLE);
	KEXPECT_EQ(page_count(capture.page), 1);
	put_page(capture.page);
}

KTEST(compact, pieces_become_blocks_and_nothing_is_lost)
{
	NO_PROACTIVE_COMPACTION();
	static char report[1024];
	unsigned long before, after;
	unsigned int pages;
	struct mm *mm = test_fragment(&pages);

	KASSERT_TRUE(mm);
	before = free_huge_blocks();
	KEXPECT_GT(fragmentation_score_node(), 50U);
	compact_node_fully();
	after = free_huge_blocks();
	/* A quarter of what the area took was to be had at least: half of it is free. */
	KEXPECT_GE(after, before + pages / HPAGE_PMD_NR / 4);
	KEXPECT_EQ(test_fragment_wrong(mm, pages), 0U);
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	mmput(mm);
}

KTEST(compact, a_request_compacts_for_itself)
{
	NO_PROACTIVE_COMPACTION();
	unsigned long stalls = vm_event_total(COMPACTSTALL), won = vm_event_total(COMPACTSUCCESS), nr = 0, wanted;
	unsigned int pages;
	struct mm *mm = test_fragment(&pages);
	LIST_HEAD(held);
	LIST_HEAD(taken);
	struct page *page;

	KASSERT_TRUE(mm);
	hold_blocks(&held);
	forget_compaction_failures();
	wanted = pages / HPAGE_PMD_NR / 6;
	while (nr < wanted && (page = alloc_pages(GFP_TRANSHUGE, HPAGE_PMD_ORDER))) {
		list_add(&page->lru, &taken);
		nr++;
	}
	KEXPECT_GE(nr, wanted * 3 / 4);
	KEXPECT_GT(vm_event_total(COMPACTSTALL), stalls);
	KEXPECT_GT(vm_event_total(COMPACTSUCCESS), won);
	put_blocks(&taken);
	put_blocks(&held);
	KEXPECT_EQ(test_fragment_wrong(mm, pages), 0U);
	mmput(mm);
}

KTEST(compact, the_block_that_was_made_is_kept_for_who_asked)
{
	NO_PROACTIVE_COMPACTION();
	enum compact_result result = COMPACT_SKIPPED;
	struct page *captured = NULL;
	LIST_HEAD(held);
	unsigned int pages;
	struct mm *mm = test_fragment(&pages);

	KASSERT_TRUE(mm);
	hold_blocks(&held);
	for (unsigned int i = 0; i <= BIT(COMPACT_MAX_DEFER_SHIFT) && !captured; i++)
		result = try_to_compact_pages(GFP_TRANSHUGE, HPAGE_PMD_ORDER, COMPACT_PRIO_SYNC_LIGHT, &captured);
	KEXPECT_EQ((int)result, COMPACT_SUCCESS);
	KEXPECT(captured != NULL);
	if (captured) {
		KEXPECT(!PageBuddy(captured) && page_count(captured) == 0);
		KEXPECT(IS_ALIGNED(page_to_pfn(captured), HPAGE_PMD_NR));
		prep_isolated_page(captured, HPAGE_PMD_ORDER, GFP_TRANSHUGE);
		KEXPECT(PageTransHuge(captured));
		put_page(captured);
	}
	put_blocks(&held);
	KEXPECT_EQ(test_fragment_wrong(mm, pages), 0U);
	mmput(mm);
}

/* All pageblocks are said to be for what can't move: their free frames are not for movable pages, but in need. */
KTEST(compact, full_priority_takes_free_frames_of_any_pageblock)
{
	NO_PROACTIVE_COMPACTION();
	static u8 types[1024];
	struct zone *zone = largest_zone();
	unsigned long nr = compact_block_number(zone, zone->end_pfn - 1) + 1;
	struct page *light = NULL, *full = NULL;
	LIST_HEAD(held);
	unsigned int pages;
	struct mm *mm;

	if (nr > ARRAY_SIZE(types))
		KSKIP("the zone is too large");
	mm = test_fragment(&pages);
	KASSERT_TRUE(mm);
	hold_blocks(&held);
	forget_compaction_failures();
	memcpy(types, zone->pageblock_type, nr);
	memset(zone->pageblock_type, MIGRATE_UNMOVABLE, nr);
	try_to_compact_pages(GFP_TRANSHUGE, HPAGE_PMD_ORDER, COMPACT_PRIO_SYNC_LIGHT, &light);
	KEXPECT_EQ((int)try_to_compact_pages(GFP_TRANSHUGE, HPAGE_PMD_ORDER, COMPACT_PRIO_SYNC_FULL, &full), COMPACT_SUCCESS);
	memcpy(zone->pageblock_type, types, nr);
	KEXPECT(!light && full);
	if (full) {
		prep_isolated_page(full, HPAGE_PMD_ORDER, GFP_TRANSHUGE);
		put_page(full);
	}
	put_blocks(&held);
	KEXPECT_EQ(test_fragment_wrong(mm, pages), 0U);
	mmput(mm);
}

KTEST(compact, proactive_work_lowers_the_score)
{
	unsigned int pages, before, knob = sysctl_compaction_proactiveness;
	struct mm *mm = test_fragment(&pages);

	KASSERT_TRUE(mm);
	before = fragmentation_score_node();
	sysctl_compaction_proactiveness = 100;
	/* It stops at once while kswapd is at work. */
	for (unsigned int i = 0; i < 20 && fragmentation_score_node() >= before; i++) {
		compact_node_proactively();
		schedule_timeout_uninterruptible(HZ / 10);
	}
	sysctl_compaction_proactiveness = knob;
	KEXPECT_LT(fragmentation_score_node(), before);
	KEXPECT_EQ(test_fragment_wrong(mm, pages), 0U);
	mmput(mm);
}

KTEST(compact, suitable_only_where_memory_is_in_pieces)
{
	NO_PROACTIVE_COMPACTION();
	struct zone *zone = largest_zone();
	LIST_HEAD(held);
	unsigned int pages;
	struct mm *mm;

	KEXPECT_EQ((int)compaction_suitable(zone, 0), COMPACT_SUCCESS);
	mm = test_fragment(&pages);
	KASSERT_TRUE(mm);
	hold_blocks(&held);
	KEXPECT_EQ((int)compaction_suitable(zone, HPAGE_PMD_ORDER), COMPACT_CONTINUE);
	put_blocks(&held);
	mmput(mm);
}
