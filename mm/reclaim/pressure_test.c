/* mm/reclaim/pressure_test.c - more memory is used than there is, with a disk in RAM: nothing may be lost.
 */
#include <mm/reclaim/reclaim.h>
#include <kernel/sync/completion.h>
#include <mm/check/check_mm.h>
#include <mm/check/ram_disk.h>
#include <mm/check/test_mm.h>
#include <mm/check/test_swap.h>
#include <mm/collapse/khugepaged.h>
#include <mm/frame/buddy.h>
#include <mm/frame/vmstat.h>
#include <mm/swap/swap.h>

static char report[2048];

/* --- who uses too much --------------------------------------------------------------------------------------------------------------- */

struct eater {
	struct mm	*mm;
	unsigned int	nr_huge, rounds;
	unsigned int	wrong;
	struct completion finished;
};

static int eat(void *arg)
{
	struct eater *e = arg;
	unsigned int pages = e->nr_huge * HPAGE_PMD_NR;

	e->mm = test_mm(e->nr_huge);
	e->wrong = !e->mm || test_touch(e->mm, TEST_BASE, pages);
	for (unsigned int i = 0; i < e->rounds && !e->wrong; i++)
		e->wrong = test_wrong(e->mm, TEST_BASE, pages);
	complete(&e->finished);
	return 0;
}

/* => pages that had lost their content */
static unsigned int eat_together(struct eater *eaters, unsigned int nr, unsigned long pages, unsigned int rounds)
{
	unsigned int wrong = 0;

	for (unsigned int i = 0; i < nr; i++) {
		eaters[i] = (struct eater){ .nr_huge = pages / nr / HPAGE_PMD_NR, .rounds = rounds };
		init_completion(&eaters[i].finished);
		kthread_run(eat, &eaters[i], "eater%u", i);
	}
	for (unsigned int i = 0; i < nr; i++) {
		wait_for_completion(&eaters[i].finished);
		wrong += eaters[i].wrong;
	}
	return wrong;
}

static void drop_all(struct eater *eaters, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		if (eaters[i].mm)
			mmput(eaters[i].mm);
}

/* A large machine would take minutes to fill. */
static bool too_large(void)
{
	return totalram_pages() > (1UL << (30 - PAGE_SHIFT));
}

/* Of what is left beside the disk, and an eighth of all memory more. */
static unsigned long too_much(void)
{
	return nr_free_pages() + totalram_pages() / 8;
}

static int checked(void)
{
	int violations = check_mm(report, sizeof(report));

	if (violations)
		printk("%s", report);
	return violations;
}

KTEST(pressure, one_uses_more_than_there_is)
{
	enum thp_enabled before = thp_enabled;
	unsigned long out = vm_event_total(PSWPOUT), in = vm_event_total(PSWPIN);
	unsigned long huge = vm_event_total(THP_SPLIT_PAGE) + vm_event_total(THP_SWPOUT);
	struct eater eater;

	if (too_large())
		KSKIP("too much memory to fill");
	KASSERT_TRUE(ram_disk_on());
	test_thp(THP_ALWAYS);
	KEXPECT_EQ(eat_together(&eater, 1, too_much(), 2), 0U);
	KEXPECT_EQ(checked(), 0);
	KEXPECT_GT(vm_event_total(THP_SPLIT_PAGE) + vm_event_total(THP_SWPOUT), huge);
	KEXPECT_GT(vm_event_total(PSWPOUT), out);
	KEXPECT_GT(vm_event_total(PSWPIN), in);
	drop_all(&eater, 1);
	KEXPECT_EQ(ram_disk_off(), 0);
	KEXPECT_EQ(checked(), 0);
	test_thp(before);
}

KTEST(pressure, several_and_khugepaged_at_once)
{
	enum thp_enabled before = thp_enabled;
	unsigned int sleep = khugepaged.scan_sleep_millisecs;
	struct eater eaters[4];

	if (too_large())
		KSKIP("too much memory to fill");
	KASSERT_TRUE(ram_disk_on());
	test_thp(THP_ALWAYS);
	khugepaged.scan_sleep_millisecs = 10;
	khugepaged_wake();
	KEXPECT_EQ(eat_together(eaters, 4, too_much(), 3), 0U);
	KEXPECT_EQ(checked(), 0);
	drop_all(eaters, 4);
	khugepaged.scan_sleep_millisecs = sleep;
	KEXPECT_EQ(ram_disk_off(), 0);
	KEXPECT_EQ(checked(), 0);
	test_thp(before);
}

KTEST(pressure, failed_writes_lose_nothing)
{
	enum thp_enabled before = thp_enabled;
	struct eater eater;

	if (too_large())
		KSKIP("too much memory to fill");
	KASSERT_TRUE(ram_disk_on());
	test_thp(THP_ALWAYS);
	ram_disk_failures = 20;
	KEXPECT_EQ(eat_together(&eater, 1, too_much(), 2), 0U);
	KEXPECT_EQ(ram_disk_failures, 0);
	KEXPECT_EQ(checked(), 0);
	drop_all(&eater, 1);
	KEXPECT_EQ(ram_disk_off(), 0);
	KEXPECT_EQ(checked(), 0);
	test_thp(before);
}

KTEST(pressure, swapoff_brings_everything_back)
{
	enum thp_enabled before = thp_enabled;
	unsigned long pages;
	struct mm *mm;

	if (too_large())
		KSKIP("too much memory to fill");
	KASSERT_TRUE(ram_disk_on());
	test_thp(THP_ALWAYS);
	/* Fits in memory, but most of it is out when it comes to swapoff. */
	pages = nr_free_pages() * 3 / 4;
	mm = test_mm(pages / HPAGE_PMD_NR);
	pages = pages / HPAGE_PMD_NR * HPAGE_PMD_NR;
	KASSERT_TRUE(mm);
	KEXPECT_EQ(test_touch(mm, TEST_BASE, pages), 0);
	KEXPECT_EQ(do_madvise(mm, TEST_BASE, pages << PAGE_SHIFT, TEST_MADV_PAGEOUT), 0);
	KEXPECT_GT(get_mm_counter(mm, MM_SWAPENTS), pages / 2);
	KEXPECT_EQ(ram_disk_off(), 0);
	KEXPECT_EQ(get_mm_counter(mm, MM_SWAPENTS), 0UL);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, pages), 0U);
	KEXPECT_EQ(checked(), 0);
	mmput(mm);
	test_thp(before);
}

KTEST(pressure, an_unreadable_slot_fails_the_access_and_nothing_else)
{
	struct page *page;
	struct mm *mm;

	KASSERT_TRUE(ram_disk_on());
	mm = test_mm(1);
	KASSERT_TRUE(mm);
	KEXPECT_EQ(test_touch(mm, TEST_BASE, 4), 0);
	KEXPECT_EQ(do_madvise(mm, TEST_BASE, HPAGE_PMD_SIZE, TEST_MADV_PAGEOUT), 0);
	test_drop_swap_cache();
	KEXPECT_GT(get_mm_counter(mm, MM_SWAPENTS), 0UL);
	ram_disk_unreadable = true;
	mmap_read_lock(mm);
	page = get_user_page(mm, TEST_BASE, false);
	mmap_read_unlock(mm);
	ram_disk_unreadable = false;
	KEXPECT(IS_ERR(page));
	KEXPECT_EQ(checked(), 0);
	/* The disk has recovered: the data is still there. */
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, 4), 0U);
	mmput(mm);
	KEXPECT_EQ(ram_disk_off(), 0);
}

KTEST(pressure, what_was_read_ahead_in_vain_can_go_again)
{
	struct page *page;
	LIST_HEAD(pages);
	struct mm *mm;

	KASSERT_TRUE(ram_disk_on());
	mm = test_mm(1);
	KASSERT_TRUE(mm);
	KEXPECT_EQ(test_touch(mm, TEST_BASE, 16), 0);
	KEXPECT_EQ(do_madvise(mm, TEST_BASE, HPAGE_PMD_SIZE, TEST_MADV_PAGEOUT), 0);
	test_drop_swap_cache();
	KEXPECT_EQ(get_mm_counter(mm, MM_ANONPAGES), 0UL);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE + 8 * PAGE_SIZE, 2), 0U);	/* two of a row: the third is read, too */
	lru_add_drain_all();
	for (u32 offset = 1; (offset = swap_area_next_used(swap_area_find(ram_disk), offset, &(bool){ 0 }, &(bool){ 0 })); offset++) {
		page = swap_cache_get(swp_entry(swap_area_type(swap_area_find(ram_disk)), offset));
		if (!page)
			continue;
		if (!page_mapped(page) && isolate_lru_page(page))
			list_add(&page->lru, &pages);
		put_page(page);
	}
	KEXPECT(!list_empty(&pages));
	KEXPECT_EQ(reclaim_pages(&pages), 1UL);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, 16), 0U);
	mmput(mm);
	KEXPECT_EQ(ram_disk_off(), 0);
}
