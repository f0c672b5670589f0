/* mm/map/lazy_free_test.c - MADV_FREE, seen from inside: what reclaim drops, what it keeps, and what it may not touch.
 */
#include <mm/check/check_mm.h>
#include <mm/check/ram_disk.h>
#include <mm/check/test_mm.h>
#include <mm/frame/vmstat.h>
#include <mm/reclaim/reclaim.h>
#include <mm/swap/swap.h>

#define PAGES	16

static char report[2048];

static int violations(void)
{
	int nr = check_mm(report, sizeof(report));

	if (nr)
		printk("%s", report);
	return nr;
}

static struct mm *touched_mm(unsigned int pages)
{
	struct mm *mm = test_mm(1);

	if (mm && test_touch(mm, TEST_BASE, pages)) {
		mmput(mm);
		return NULL;
	}
	lru_add_drain_all();
	return mm;
}

static int advise(struct mm *mm, unsigned int pages, int advice)
{
	return do_madvise(mm, TEST_BASE, pages * PAGE_SIZE, advice);
}

/* A write from outside, as by the program: the hardware sets the dirty bit. */
static void write_again(struct mm *mm, unsigned int i)
{
	unsigned long address = TEST_BASE + i * PAGE_SIZE;
	pmd_t *pmd = mm_find_pmd(mm, address);

	if (pmd_is_table(pmdp_get(pmd)))
		__atomic_fetch_or(&pte_offset(pmdp_get(pmd), address)->pte, _PAGE_DIRTY, __ATOMIC_SEQ_CST);
	else
		__atomic_fetch_or(&pmd->pmd, _PAGE_DIRTY, __ATOMIC_SEQ_CST);
}

KTEST(lazy_free, clean_pages_go_without_swap_and_written_ones_stay)
{
	enum thp_enabled before = test_thp(THP_NEVER);
	unsigned long freed = vm_event_total(PGLAZYFREED), out = vm_event_total(PSWPOUT);
	struct mm *mm = touched_mm(PAGES);

	KASSERT_TRUE(mm);
	KEXPECT_EQ(advise(mm, PAGES, MADV_FREE), 0);
	write_again(mm, 3);
	KEXPECT_EQ(advise(mm, PAGES, MADV_PAGEOUT), 0);
	KEXPECT_EQ(vm_event_total(PGLAZYFREED) - freed, PAGES - 1UL);
	KEXPECT_EQ(vm_event_total(PSWPOUT), out);
	KEXPECT_EQ(get_mm_counter(mm, MM_ANONPAGES), 1UL);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE + 3 * PAGE_SIZE, 1), 0U);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, 3), 3U);
	KEXPECT_EQ(violations(), 0);
	mmput(mm);
	test_thp(before);
}

KTEST(lazy_free, what_the_kernel_writes_counts_as_written)
{
	enum thp_enabled before = test_thp(THP_NEVER);
	struct mm *mm = touched_mm(PAGES);
	struct page *page;

	KASSERT_TRUE(mm);
	KEXPECT_EQ(advise(mm, PAGES, MADV_FREE), 0);
	KEXPECT_EQ(test_touch(mm, TEST_BASE, 1), 0);
	KEXPECT_EQ(advise(mm, PAGES, MADV_PAGEOUT), 0);
	page = test_page(mm, TEST_BASE);
	KASSERT_TRUE(page);
	KEXPECT(PageSwapBacked(page) && PageActive(page));
	put_page(page);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, 1), 0U);
	KEXPECT_EQ(violations(), 0);
	mmput(mm);
	test_thp(before);
}

KTEST(lazy_free, a_huge_page_goes_as_a_whole_or_stays_as_a_whole)
{
	unsigned long splits = vm_event_total(THP_SPLIT_PAGE);

	for (int written = 0; written < 2; written++) {
		unsigned long freed = vm_event_total(PGLAZYFREED);
		struct mm *mm = test_huge_mm(1);

		if (!mm)
			KSKIP("no huge page");
		KEXPECT_EQ(advise(mm, HPAGE_PMD_NR, MADV_FREE), 0);
		if (written)
			write_again(mm, 77);
		KEXPECT_EQ(advise(mm, HPAGE_PMD_NR, MADV_PAGEOUT), 0);
		KEXPECT_EQ(vm_event_total(PGLAZYFREED) - freed, written ? 0UL : HPAGE_PMD_NR);
		KEXPECT_EQ(get_mm_counter(mm, MM_ANONPAGES), written ? HPAGE_PMD_NR : 0UL);
		KEXPECT_EQ(test_wrong(mm, TEST_BASE, HPAGE_PMD_NR), written ? 0U : (unsigned int)HPAGE_PMD_NR);
		KEXPECT_EQ(violations(), 0);
		mmput(mm);
	}
	KEXPECT_EQ(vm_event_total(THP_SPLIT_PAGE), splits);
}

KTEST(lazy_free, a_held_page_is_not_freed_under_its_holder)
{
	enum thp_enabled before = test_thp(THP_NEVER);
	struct mm *mm = touched_mm(1);
	struct page *page;

	KASSERT_TRUE(mm);
	KEXPECT_EQ(advise(mm, 1, MADV_FREE), 0);
	page = test_page(mm, TEST_BASE);
	KASSERT_TRUE(page);
	KEXPECT_EQ(advise(mm, 1, MADV_PAGEOUT), 0);
	KEXPECT(page_mapped(page) && page_is_lazyfree(page));
	KEXPECT_EQ(*(unsigned long *)page_address(page), TEST_BASE);
	put_page(page);
	KEXPECT_EQ(violations(), 0);
	mmput(mm);
	test_thp(before);
}

KTEST(lazy_free, it_waits_on_the_list_of_file_pages_and_pressure_takes_it_first)
{
	enum thp_enabled before = test_thp(THP_NEVER);
	unsigned long files = lru_size(LRU_INACTIVE_FILE), freed = vm_event_total(PGLAZYFREED);
	struct mm *mm = touched_mm(HPAGE_PMD_NR);

	KASSERT_TRUE(mm);
	KEXPECT_EQ(advise(mm, HPAGE_PMD_NR, MADV_FREE), 0);
	KEXPECT_EQ(lru_size(LRU_INACTIVE_FILE) - files, HPAGE_PMD_NR);
	/* There is no swap: nothing else can go. */
	for (int i = 0; i < 50 && get_mm_counter(mm, MM_ANONPAGES); i++)
		try_to_free_pages(0, GFP_KERNEL);
	KEXPECT_EQ(get_mm_counter(mm, MM_ANONPAGES), 0UL);
	KEXPECT_EQ(vm_event_total(PGLAZYFREED) - freed, HPAGE_PMD_NR);
	KEXPECT_EQ(lru_size(LRU_INACTIVE_FILE), files);
	KEXPECT_EQ(violations(), 0);
	mmput(mm);
	test_thp(before);
}
