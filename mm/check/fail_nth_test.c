/* mm/check/fail_nth_test.c - operations on pages, with each of their steps failing once: what did not happen left no trace.
 *
 * The same from outside, for all that a program can ask for: user/tests/fail_nth.c.
 */
#include <kernel/debug/fault_inject.h>
#include <kernel/sched/task.h>
#include <mm/check/check_mm.h>
#include <mm/check/test_fragment.h>
#include <mm/frame/fail_mm_step.h>
#include <mm/frame/vmstat.h>
#include <mm/reclaim/migrate.h>
#include <mm/split/split.h>

#define NR_PAGES	8U
#define MOST		400U	/* steps; no operation here has half as many */

static char report[1024];

static void arm(unsigned int n)
{
	fail_mm_step.verbose = fail_page_alloc.verbose = failslab.verbose = 0;
	WRITE_ONCE(fail_nth_used, true);
	current->fail_nth = n;
}

/* => the failure has happened */
static bool disarm(void)
{
	bool fired = !current->fail_nth;

	current->fail_nth = 0;
	return fired;
}

/* Nobody but its mappings holds it, and it lies on its list. */
static bool is_at_rest(struct page *head)
{
	lru_add_drain_all();
	return PageLRU(head) && !PageLocked(head) && !PageIsolated(head) &&
	       page_count(head) == page_mapcount_total(head) + 1;	/* and the caller */
}

/* => whether step n was reached */
static bool split_with_failure(struct ktest_run *ktest_run, unsigned int n)
{
	struct mm *mm = test_huge_mm(1);
	enum split_result result;
	struct page *page;
	bool fired;

	if (!KEXPECT(mm))
		return false;
	page = test_page(mm, TEST_BASE);
	lock_page(page);
	arm(n);
	result = split_huge_page(page);
	fired = disarm();
	unlock_page(page);
	KEXPECT(fired || result == SPLIT_OK);
	KEXPECT_EQ(PageTransHuge(page), result != SPLIT_OK);
	KEXPECT(is_at_rest(page));
	put_page(page);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	mmput(mm);
	return fired;
}

KTEST(fail_nth, a_split_happens_or_has_not_begun)
{
	unsigned int n = 1;

	while (n < MOST && split_with_failure(ktest_run, n))
		n++;
	KEXPECT(n > 2 && n < MOST);
}

static struct page *get_target(struct page *old, void *arg __unused)
{
	return PageHead(old) ? alloc_pages(GFP_TRANSHUGE, HPAGE_PMD_ORDER) : alloc_page(GFP_HIGHUSER_MOVABLE);
}

static void put_target(struct page *page, void *arg __unused)
{
	put_page(page);
}

/* The first nr pages of the area, or its huge page, are isolated and moved. */
static bool move_with_failure(struct ktest_run *ktest_run, bool huge, unsigned int n)
{
	const struct migrate_targets targets = { get_target, put_target, NULL };
	enum thp_enabled before = test_thp(THP_NEVER);
	struct mm *mm = huge ? test_huge_mm(1) : test_mm(1);
	unsigned int nr = huge ? 1 : NR_PAGES;
	struct page *page;
	LIST_HEAD(list);
	bool fired;

	if (!KEXPECT(mm) || (!huge && !KEXPECT_EQ(test_touch(mm, TEST_BASE, nr), 0)))
		return false;
	test_thp(before);
	lru_add_drain_all();
	arm(n);
	for (unsigned int i = 0; i < nr; i++) {
		page = test_page(mm, TEST_BASE + i * PAGE_SIZE);
		if (isolate_lru_page(page))
			list_add_tail(&page->lru, &list);
		put_page(page);
	}
	migrate_pages(&list, &targets, MIGRATE_SYNC, MR_SYSCALL, NULL);
	fired = disarm();
	KEXPECT(fired || list_empty(&list));
	putback_movable_pages(&list);
	for (unsigned int i = 0; i < nr; i++) {
		page = test_page(mm, TEST_BASE + i * PAGE_SIZE);
		KEXPECT(is_at_rest(compound_head(page)) && PageAnonExclusive(page));
		put_page(page);
	}
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, huge ? HPAGE_PMD_NR : nr), 0U);
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	mmput(mm);
	return fired;
}

KTEST(fail_nth, pages_move_or_stay_as_they_were)
{
	unsigned int n = 1;

	while (n < MOST && move_with_failure(ktest_run, false, n))
		n++;
	/* Off the list, target, lock, anon_vma and freeze of each. */
	KEXPECT(n > 5 * NR_PAGES && n < MOST);
}

KTEST(fail_nth, a_huge_page_moves_or_stays_as_it_was)
{
	unsigned int n = 1;

	while (n < MOST && move_with_failure(ktest_run, true, n))
		n++;
	KEXPECT(n > 5 && n < MOST);
}

/* A run has thousands of steps, one page's like the next one's: the first ones, and then some. */
KTEST(fail_nth, compaction_loses_nothing)
{
	NO_PROACTIVE_COMPACTION();
	unsigned int pages, fired = 0;
	struct mm *mm = test_fragment(&pages);
	struct page *block;
	LIST_HEAD(held);

	KASSERT_TRUE(mm);
	for (unsigned int n = 1; n < 4000; n += n < 20 ? 1 : n / 3) {
		/* A block that lies about ends a run before it begins. */
		hold_blocks(&held);
		forget_compaction_failures();
		arm(n);
		try_to_compact_pages(GFP_TRANSHUGE, HPAGE_PMD_ORDER, n & 1 ? COMPACT_PRIO_ASYNC : COMPACT_PRIO_SYNC_FULL, &block);
		fired += disarm();
		if (block) {
			prep_isolated_page(block, HPAGE_PMD_ORDER, GFP_TRANSHUGE);
			list_add(&block->lru, &held);
		}
	}
	/* Each success takes 2 MB out of the pieces: how many runs there are, depends on the memory. */
	KEXPECT_GT(fired, 3U);
	put_blocks(&held);
	KEXPECT_EQ(test_fragment_wrong(mm, pages), 0U);
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	mmput(mm);
}

/* A step that is not among those that may fail does not, and is not counted. */
KTEST(fail_nth, a_step_fails_only_if_it_is_selected)
{
	unsigned long steps = fail_mm_steps;

	fail_mm_steps = BIT(MM_STEP_SWAP_SLOT);
	arm(1);
	KEXPECT(!should_fail_mm_step(MM_STEP_LOCK_PAGE));
	KEXPECT(should_fail_mm_step(MM_STEP_SWAP_SLOT));
	KEXPECT(disarm());
	fail_mm_steps = steps;
}
