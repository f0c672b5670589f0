/* mm/alloc/slow_path_test.c - what a request does that finds no memory, in which order; and when kswapd gives up.
 */
#include <mm/alloc/page_alloc.h>
#include <kernel/sched/task.h>
#include <kernel/sync/wait.h>
#include <kernel/trace/ring.h>
#include <mm/check/test_mm.h>
#include <mm/frame/vmstat.h>
#include <mm/reclaim/compact.h>
#include <mm/reclaim/reclaim.h>

#define EVENTS		"mm_vmscan_wakeup_kswapd,mm_compaction_try_to_compact_pages,mm_vmscan_direct_reclaim_begin"
#define MAX_STEPS	64
#define PATIENCE	3000		/* ticks at most until kswapd has done what it must do */

static bool too_large(void)
{
	return totalram_pages() > (512UL << 20) >> PAGE_SHIFT;
}

/* All of memory but the reserve; chained by lru. */
static void take_all(struct list_head *taken)
{
	struct page *page;

	for (int round = 0; round < 2; round++) {
		while ((page = alloc_pages(__GFP_NOWARN, 0)))
			list_add(&page->lru, taken);
		drain_all_pages();
	}
}

static void give_back(struct list_head *taken)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, taken, lru) {
		list_del(&page->lru);
		put_page(page);
	}
	drain_all_pages();
}

/* --- the order of the steps -------------------------------------------------------------------------------------------- */

struct steps {
	struct trace_cursor cursor;
	unsigned int	nr;
	struct { enum trace_event_id event; int priority; } at[MAX_STEPS];
};

static struct trace_record record;

static void watch(struct steps *steps)
{
	steps->nr = 0;
	trace_set(EVENTS, true);
	trace_seek_oldest(&steps->cursor);
	while (trace_next(&steps->cursor, &record))
		;
}

/* Our own steps since watch(). */
static void stop_watching(struct steps *steps)
{
	const struct trace_entry_mm_compaction_try_to_compact_pages *compact = (const void *)record.data;
	enum trace_event_id event;

	trace_set(EVENTS, false);
	while (trace_next(&steps->cursor, &record)) {
		if (record.entry.pid != current->pid || steps->nr == MAX_STEPS)
			continue;
		event = trace_event_of(record.entry.type);
		steps->at[steps->nr].event = event;
		steps->at[steps->nr++].priority = event == TRACE_mm_compaction_try_to_compact_pages ? compact->prio : -1;
	}
}

/* => the place of the first such step from `from` on, or steps->nr. priority: of a compaction, or -1 */
static unsigned int find_step(const struct steps *steps, unsigned int from, enum trace_event_id event, int priority)
{
	unsigned int i = from;

	while (i < steps->nr && (steps->at[i].event != event || (priority >= 0 && steps->at[i].priority != priority)))
		i++;
	return i;
}

static struct steps steps;

KTEST(slow_path, a_costly_request_wakes_kswapd_compacts_reclaims_and_compacts_harder)
{
	unsigned int wake, compact, reclaim, harder;
	struct page *page;
	LIST_HEAD(taken);

	if (too_large())
		KSKIP("too much memory to use up");
	NODE0->kswapd_failures = 0;
	take_all(&taken);
	for (int i = 0; i < PATIENCE && !waitqueue_active(&NODE0->kswapd_wait); i++)
		msleep(10);
	watch(&steps);
	NODE0->kswapd_failures = 0;
	page = alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_NOWARN, PAGE_ALLOC_COSTLY_ORDER + 2);
	stop_watching(&steps);
	KEXPECT(!page);
	wake = find_step(&steps, 0, TRACE_mm_vmscan_wakeup_kswapd, -1);
	compact = find_step(&steps, 0, TRACE_mm_compaction_try_to_compact_pages, COMPACT_PRIO_ASYNC);
	reclaim = find_step(&steps, compact, TRACE_mm_vmscan_direct_reclaim_begin, -1);
	harder = find_step(&steps, reclaim, TRACE_mm_compaction_try_to_compact_pages, COMPACT_PRIO_SYNC_LIGHT);
	KEXPECT_LT(wake, compact);
	KEXPECT_LT(compact, reclaim);
	KEXPECT_LE(harder, steps.nr);
	/* For a costly block nobody goes on for long, and nobody is killed. */
	KEXPECT_EQ(find_step(&steps, reclaim + 1, TRACE_mm_vmscan_direct_reclaim_begin, -1), steps.nr);
	KEXPECT_EQ(find_step(&steps, 0, TRACE_mm_compaction_try_to_compact_pages, COMPACT_PRIO_SYNC_FULL), steps.nr);
	if (page)
		put_page(page);
	give_back(&taken);
	NODE0->kswapd_failures = 0;
}

KTEST(slow_path, an_atomic_request_does_not_reclaim)
{
	unsigned int nr_reclaims;
	struct page *page;
	LIST_HEAD(taken);

	if (too_large())
		KSKIP("too much memory to use up");
	take_all(&taken);
	watch(&steps);
	page = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0);
	stop_watching(&steps);
	nr_reclaims = steps.nr - find_step(&steps, 0, TRACE_mm_vmscan_direct_reclaim_begin, -1);
	/* But it may have a part of the reserve. */
	KEXPECT(page);
	KEXPECT_EQ(nr_reclaims, 0U);
	if (page)
		put_page(page);
	give_back(&taken);
	NODE0->kswapd_failures = 0;
}

/*
 * Free memory in single pages, between ones that do not move; and pages that reclaim can free. What compaction can't do at
 * its first priority, it is asked to do with the next.
 */
KTEST(slow_path, a_small_block_is_worth_the_full_effort_of_compaction)
{
	enum thp_enabled before = test_thp(THP_NEVER);
	unsigned int light, full;
	struct page *page, *next;
	struct mm *mm;
	LIST_HEAD(taken);
	LIST_HEAD(kept);

	if (too_large())
		KSKIP("too much memory to use up");
	take_all(&taken);
	/* The reserve is in larger blocks. */
	while ((page = alloc_pages(__GFP_MEMALLOC | __GFP_COMP | __GFP_NOWARN, PAGE_ALLOC_COSTLY_ORDER)))
		list_add(&page->lru, &kept);
	list_for_each_entry_safe(page, next, &taken, lru)
		if (page_to_pfn(page) & 1)
			list_move(&page->lru, &kept);
	give_back(&taken);
	mm = test_mm(2);
	KEXPECT(mm && !test_touch(mm, TEST_BASE, 2 * HPAGE_PMD_NR));
	lru_add_drain_all();
	KEXPECT_EQ(do_madvise(mm, TEST_BASE, 2 * HPAGE_PMD_SIZE, MADV_FREE), 0);
	/* What can still be moved makes a few blocks: until there are no more. */
	do {
		watch(&steps);
		page = alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_NOWARN | __GFP_RETRY_MAYFAIL, PAGE_ALLOC_COSTLY_ORDER);
		stop_watching(&steps);
		if (page)
			list_add(&page->lru, &kept);
	} while (page);
	light = find_step(&steps, 0, TRACE_mm_compaction_try_to_compact_pages, COMPACT_PRIO_SYNC_LIGHT);
	full = find_step(&steps, light, TRACE_mm_compaction_try_to_compact_pages, COMPACT_PRIO_SYNC_FULL);
	KEXPECT_LT(light, full);
	KEXPECT_LT(full, steps.nr);
	give_back(&kept);
	mmput(mm);
	NODE0->kswapd_failures = 0;
	test_thp(before);
}

/* --- kswapd gives up, and hopes again ------------------------------------------------------------------------------------- */

static bool kswapd_gives_up(void)
{
	for (int i = 0; i < PATIENCE && READ_ONCE(NODE0->kswapd_failures) < MAX_RECLAIM_RETRIES; i++) {
		wakeup_kswapd(0, GFP_KERNEL);
		msleep(10);
	}
	return READ_ONCE(NODE0->kswapd_failures) >= MAX_RECLAIM_RETRIES;
}

static bool kswapd_sleeps(void)
{
	for (int i = 0; i < PATIENCE && !waitqueue_active(&NODE0->kswapd_wait); i++)
		msleep(10);
	return waitqueue_active(&NODE0->kswapd_wait);
}

KTEST(kswapd, gives_up_when_there_is_nothing_and_hopes_again_when_memory_was_freed)
{
	unsigned long runs;
	LIST_HEAD(taken);

	if (too_large())
		KSKIP("too much memory to use up");
	take_all(&taken);
	KEXPECT(kswapd_gives_up());
	KEXPECT(kswapd_sleeps());
	msleep(200);		/* the nap before it sleeps for good is a tenth of a second */
	runs = vm_event_total(PAGEOUTRUN);
	wakeup_kswapd(0, GFP_KERNEL);
	msleep(20);
	KEXPECT_EQ(vm_event_total(PAGEOUTRUN), runs);
	give_back(&taken);
	KEXPECT_EQ(NODE0->kswapd_failures, 0);
	KEXPECT(kswapd_sleeps());
	/* And it works again. */
	take_all(&taken);
	for (int i = 0; i < PATIENCE && vm_event_total(PAGEOUTRUN) == runs; i++) {
		wakeup_kswapd(0, GFP_KERNEL);
		msleep(10);
	}
	KEXPECT_GT(vm_event_total(PAGEOUTRUN), runs);
	give_back(&taken);
	NODE0->kswapd_failures = 0;
}

KTEST(kswapd, hopes_again_when_somebody_reclaims_with_success)
{
	enum thp_enabled before = test_thp(THP_NEVER);
	struct mm *mm = test_mm(1);

	KASSERT_TRUE(mm && !test_touch(mm, TEST_BASE, HPAGE_PMD_NR));
	lru_add_drain_all();
	KEXPECT_EQ(do_madvise(mm, TEST_BASE, HPAGE_PMD_SIZE, MADV_FREE), 0);
	NODE0->kswapd_failures = MAX_RECLAIM_RETRIES;
	KEXPECT_GT(try_to_free_pages(0, GFP_KERNEL), 0UL);
	KEXPECT_EQ(NODE0->kswapd_failures, 0);
	mmput(mm);
	test_thp(before);
}

/* --- kswapd is asked while it works ----------------------------------------------------------------------------------------- */

static LIST_HEAD(to_give);		/* what the shrinker gives back: pages that are no neighbours of each other */
static bool asked_meanwhile;

static unsigned long count_taken(struct shrinker *shrinker __unused)
{
	return current->flags & PF_KSWAPD && !list_empty(&to_give);
}

/* In kswapd's run for single pages somebody asks for a block, and finds nobody asleep; then the run succeeds. */
static unsigned long give_taken(struct shrinker *shrinker __unused, unsigned long nr __unused)
{
	struct page *page, *next;
	unsigned long given = 0;

	wakeup_kswapd(HPAGE_PMD_ORDER, GFP_KERNEL);
	WRITE_ONCE(asked_meanwhile, true);
	list_for_each_entry_safe(page, next, &to_give, lru) {
		list_del(&page->lru);
		put_page(page);
		given++;
	}
	return given;
}

KTEST(kswapd, what_is_asked_for_while_it_works_is_not_forgotten)
{
	struct shrinker shrinker = { .name = "ktest", .count_objects = count_taken, .scan_objects = give_taken };
	struct page *page, *next;
	LIST_HEAD(kept);

	if (too_large())
		KSKIP("too much memory to use up");
	KEXPECT(kswapd_sleeps());
	msleep(200);		/* for good */
	take_all(&kept);
	list_for_each_entry_safe(page, next, &kept, lru)
		if (page_to_pfn(page) & 1)
			list_move(&page->lru, &to_give);
	/* The reserve is in larger blocks. */
	while ((page = alloc_pages(__GFP_MEMALLOC | __GFP_COMP | __GFP_NOWARN, HPAGE_PMD_ORDER)))
		list_add(&page->lru, &kept);
	NODE0->kswapd_failures = 0;
	asked_meanwhile = false;
	register_shrinker(&shrinker);
	for (int i = 0; i < PATIENCE && !READ_ONCE(asked_meanwhile); i++) {
		wakeup_kswapd(0, GFP_KERNEL);
		msleep(10);
	}
	KEXPECT(asked_meanwhile);
	for (int i = 0; i < PATIENCE && READ_ONCE(NODE0->kswapd_order); i++)
		msleep(10);
	KEXPECT_EQ(NODE0->kswapd_order, 0);
	unregister_shrinker(&shrinker);
	give_back(&to_give);
	give_back(&kept);
	NODE0->kswapd_failures = 0;
}
