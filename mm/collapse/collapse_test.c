/* mm/collapse/collapse_test.c - small pages come together; and every refusal that can be brought about.
 */
#include <mm/collapse/khugepaged.h>
#include <mm/alloc/page_alloc.h>
#include <mm/check/ram_disk.h>
#include <mm/check/test_mm.h>
#include <mm/check/test_swap.h>
#include <mm/frame/vmstat.h>
#include <mm/rmap/anon_vma.h>
#include <mm/split/migration_entry.h>
#include <kernel/sync/completion.h>
#include <kernel/trace/ring.h>

/* 4 KB pages: nr of them from the start of the 2 MB. */
static struct mm *small_mm(unsigned int nr)
{
	enum thp_enabled before = test_thp(THP_NEVER);
	struct mm *mm = test_mm(1);

	if (mm && test_touch(mm, TEST_BASE, nr)) {
		mmput(mm);
		mm = NULL;
	}
	test_thp(before);
	lru_add_drain_all();
	return mm;
}

/* => an enum scan_result, as the number that the constants are; -1: khugepaged_results does not know of it */
static int scan_as(struct mm *mm, unsigned long address, enum thp_asker who)
{
	enum thp_enabled before = test_thp(THP_ALWAYS);
	unsigned long counts[NR_SCAN_RESULTS];
	enum scan_result result;
	bool locked = true;

	memcpy(counts, khugepaged.results, sizeof(counts));
	mmap_read_lock(mm);
	result = khugepaged_scan_pmd(find_vma(mm, address), address, who, &locked);
	if (locked)
		mmap_read_unlock(mm);
	test_thp(before);
	return khugepaged.results[result] > counts[result] ? (int)result : -1;
}

static int scan(struct mm *mm, unsigned long address)
{
	return scan_as(mm, address, THP_ASK_KHUGEPAGED);
}

static bool is_huge(struct mm *mm)
{
	return pmd_trans_huge(pmdp_get(mm_find_pmd(mm, TEST_BASE)));
}

/* The PTE of page i, for a test that changes it behind everybody's back. */
static pte_t *pte_of(struct mm *mm, unsigned int i, spinlock_t **ptl)
{
	unsigned long address = TEST_BASE + i * PAGE_SIZE;

	return pte_offset_map_lock(mm_find_pmd(mm, address), address, ptl);
}

static void make_young(struct mm *mm)
{
	spinlock_t *ptl;
	pte_t *pte = pte_of(mm, 0, &ptl);

	set_pte_at(pte, pte_mkyoung(ptep_get(pte)));
	pte_unmap_unlock(pte, ptl);
}

KTEST(collapse, full_ranges_become_huge_with_the_same_data)
{
	struct mm *mm = small_mm(HPAGE_PMD_NR);
	unsigned long allocs = vm_event_total(THP_COLLAPSE_ALLOC), collapsed = khugepaged.pages_collapsed;

	KASSERT_TRUE(mm);
	KASSERT_EQ(scan(mm, TEST_BASE), SCAN_SUCCEED);
	KEXPECT(is_huge(mm));
	KEXPECT_EQ(vm_event_total(THP_COLLAPSE_ALLOC), allocs + 1);
	KEXPECT_EQ(khugepaged.pages_collapsed, collapsed + 1);
	KEXPECT_EQ(get_mm_counter(mm, MM_ANONPAGES), HPAGE_PMD_NR);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(scan(mm, TEST_BASE), SCAN_PMD_MAPPED);
	mmput(mm);
}

KTEST(collapse, what_is_missing_is_zero_and_counts_as_resident)
{
	struct mm *mm = small_mm(3);
	struct page *page;

	KASSERT_TRUE(mm);
	KASSERT_EQ(scan(mm, TEST_BASE), SCAN_SUCCEED);
	KEXPECT_EQ(get_mm_counter(mm, MM_ANONPAGES), HPAGE_PMD_NR);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, 3), 0U);
	page = test_page(mm, TEST_BASE + 100 * PAGE_SIZE);
	KASSERT_TRUE(page);
	KEXPECT(!memchr_inv(page_address(page), 0, PAGE_SIZE));
	put_page(page);
	mmput(mm);
}

KTEST(collapse, a_pte_mapped_huge_page_comes_together_again)
{
	struct mm *mm = test_huge_mm(1);

	KASSERT_TRUE(mm);
	mmap_write_lock(mm);
	split_huge_pmd(find_vma(mm, TEST_BASE), mm_find_pmd(mm, TEST_BASE), TEST_BASE);
	mmap_write_unlock(mm);
	lru_add_drain_all();
	KEXPECT_EQ(scan(mm, TEST_BASE), SCAN_SUCCEED);
	KEXPECT(is_huge(mm));
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	mmput(mm);
}

KTEST(collapse, too_much_is_missing)
{
	unsigned int limit = khugepaged_max_ptes_none;
	unsigned long exceeded = vm_event_total(THP_SCAN_EXCEED_NONE_PTE);
	struct mm *mm = small_mm(HPAGE_PMD_NR - 9);

	KASSERT_TRUE(mm);
	khugepaged_max_ptes_none = 8;
	KEXPECT_EQ(scan(mm, TEST_BASE), SCAN_EXCEED_NONE_PTE);
	KEXPECT_EQ(vm_event_total(THP_SCAN_EXCEED_NONE_PTE), exceeded + 1);
	khugepaged_max_ptes_none = 9;
	KEXPECT_EQ(scan(mm, TEST_BASE), SCAN_SUCCEED);
	khugepaged_max_ptes_none = limit;
	mmput(mm);
}

KTEST(collapse, too_much_is_shared)
{
	unsigned int limit = khugepaged.max_ptes_shared;
	struct mm *mm = small_mm(HPAGE_PMD_NR), *child = mm_alloc();

	KASSERT_TRUE(mm && child);
	KASSERT_EQ(dup_mmap(child, mm), 0);
	khugepaged.max_ptes_shared = 100;
	KEXPECT_EQ(scan(child, TEST_BASE), SCAN_EXCEED_SHARED_PTE);
	khugepaged.max_ptes_shared = HPAGE_PMD_NR;
	make_young(child);	/* fork makes the child's entries old */
	/* The copy is the child's own; the parent keeps his pages. */
	KEXPECT_EQ(scan(child, TEST_BASE), SCAN_SUCCEED);
	KEXPECT_EQ(test_wrong(child, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT(!is_huge(mm));
	khugepaged.max_ptes_shared = limit;
	mmput(child);
	mmput(mm);
}

KTEST(collapse, somebody_holds_a_page)
{
	struct mm *mm = small_mm(HPAGE_PMD_NR);
	struct page *page;

	KASSERT_TRUE(mm);
	page = test_page(mm, TEST_BASE + 300 * PAGE_SIZE);
	KASSERT_TRUE(page);
	KEXPECT_EQ(scan(mm, TEST_BASE), SCAN_PAGE_COUNT);
	put_page(page);
	mmput(mm);
}

KTEST(collapse, a_page_is_locked)
{
	struct mm *mm = small_mm(HPAGE_PMD_NR);
	struct page *page;

	KASSERT_TRUE(mm);
	page = test_page(mm, TEST_BASE);
	SetPageLocked(page);	/* as if by somebody else */
	put_page(page);		/* the lock alone, or it would be the count that is refused */
	KEXPECT_EQ(scan(mm, TEST_BASE), SCAN_PAGE_LOCK);
	ClearPageLocked(page);
	mmput(mm);
}

KTEST(collapse, a_page_is_off_its_list)
{
	struct mm *mm = small_mm(HPAGE_PMD_NR);
	struct page *page;

	KASSERT_TRUE(mm);
	page = test_page(mm, TEST_BASE + 1 * PAGE_SIZE);
	KASSERT_TRUE(isolate_lru_page(page));
	KEXPECT_EQ(scan(mm, TEST_BASE), SCAN_PAGE_LRU);
	putback_lru_page(page);
	put_page(page);
	mmput(mm);
}

KTEST(collapse, a_page_leaves_its_list_after_the_scan)
{
	enum thp_enabled before = test_thp(THP_ALWAYS);
	struct mm *mm = small_mm(HPAGE_PMD_NR);
	struct page *page;

	KASSERT_TRUE(mm);
	page = test_page(mm, TEST_BASE + 511 * PAGE_SIZE);
	KASSERT_TRUE(isolate_lru_page(page));
	put_page(page);		/* the isolator's reference alone would be refused as a pin */
	put_page(page);
	KEXPECT_EQ((int)collapse_huge_page(mm, TEST_BASE, THP_ASK_KHUGEPAGED, 1, 0), SCAN_DEL_PAGE_LRU);
	/* The other 511 were isolated before, and are back: the next one finds nothing amiss. */
	get_page(page);
	putback_lru_page(page);
	KEXPECT(pmd_is_table(pmdp_get(mm_find_pmd(mm, TEST_BASE))));
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(scan(mm, TEST_BASE), SCAN_SUCCEED);
	mmput(mm);
	test_thp(before);
}

KTEST(collapse, a_page_is_being_moved)
{
	struct mm *mm = small_mm(HPAGE_PMD_NR);
	struct page *page;

	KASSERT_TRUE(mm);
	page = test_page(mm, TEST_BASE + 7 * PAGE_SIZE);
	KASSERT_TRUE(page);
	SetPageLocked(page);	/* as if by somebody else */
	KASSERT_TRUE(try_to_migrate(page, false, true, NULL));
	KEXPECT_EQ(scan(mm, TEST_BASE), SCAN_PTE_NON_PRESENT);
	KEXPECT_EQ(scan_as(mm, TEST_BASE, THP_ASK_ADVISED), SCAN_PTE_NON_PRESENT);
	remove_migration_ptes(page, page, 0, 0);
	ClearPageLocked(page);
	put_page(page);
	KEXPECT_EQ(scan(mm, TEST_BASE), SCAN_SUCCEED);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	mmput(mm);
}

KTEST(collapse, who_is_advised_has_no_limits)
{
	unsigned int none = khugepaged_max_ptes_none, shared = khugepaged.max_ptes_shared, swap = khugepaged.max_ptes_swap;
	struct mm *mm = small_mm(HPAGE_PMD_NR - 100), *child = mm_alloc();

	KASSERT_TRUE(mm && child && ram_disk_on());
	KEXPECT(!do_madvise(mm, TEST_BASE, 50 * PAGE_SIZE, TEST_MADV_PAGEOUT));
	KASSERT_EQ(dup_mmap(child, mm), 0);
	khugepaged_max_ptes_none = khugepaged.max_ptes_shared = khugepaged.max_ptes_swap = 0;
	/* All of it is old, too: fork makes the child's entries so. */
	KEXPECT_GT(scan(child, TEST_BASE), SCAN_SUCCEED);
	KEXPECT_EQ(scan_as(child, TEST_BASE, THP_ASK_ADVISED), SCAN_SUCCEED);
	khugepaged_max_ptes_none = none;
	khugepaged.max_ptes_shared = shared;
	khugepaged.max_ptes_swap = swap;
	KEXPECT(is_huge(child) && !is_huge(mm));
	KEXPECT_EQ(test_wrong(child, TEST_BASE, HPAGE_PMD_NR - 100), 0U);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, HPAGE_PMD_NR - 100), 0U);
	mmput(child);
	mmput(mm);
	KEXPECT_EQ(ram_disk_off(), 0);
}

KTEST(collapse, nothing_was_used_lately)
{
	struct mm *mm = small_mm(HPAGE_PMD_NR);

	KASSERT_TRUE(mm);
	for (unsigned int i = 0; i < HPAGE_PMD_NR; i++) {
		spinlock_t *ptl;
		pte_t *pte = pte_of(mm, i, &ptl);

		ptep_test_and_clear_young(pte);
		ClearPageReferenced(pte_page(ptep_get(pte)));
		pte_unmap_unlock(pte, ptl);
	}
	KEXPECT_EQ(scan(mm, TEST_BASE), SCAN_LACK_REFERENCED_PAGE);
	mmput(mm);
}

/* => pages [0, nr) of the 2 MB are on disk only */
static bool push_out(struct mm *mm, unsigned int nr)
{
	return !do_madvise(mm, TEST_BASE, nr * PAGE_SIZE, TEST_MADV_PAGEOUT) && test_drop_swap_cache() == nr &&
	       get_mm_counter(mm, MM_SWAPENTS) == nr;
}

KTEST(collapse, too_much_is_swapped_out)
{
	unsigned long exceeded = vm_event_total(THP_SCAN_EXCEED_SWAP_PTE);
	struct mm *mm = small_mm(HPAGE_PMD_NR);

	KASSERT_TRUE(mm && ram_disk_on());
	KEXPECT(push_out(mm, khugepaged.max_ptes_swap + 1));
	KEXPECT_EQ(scan(mm, TEST_BASE), SCAN_EXCEED_SWAP_PTE);
	KEXPECT_EQ(vm_event_total(THP_SCAN_EXCEED_SWAP_PTE), exceeded + 1);
	mmput(mm);
	KEXPECT_EQ(ram_disk_off(), 0);
}

KTEST(collapse, what_is_swapped_out_is_brought_in_first)
{
	struct mm *mm = small_mm(HPAGE_PMD_NR);

	KASSERT_TRUE(mm && ram_disk_on());
	KEXPECT(push_out(mm, khugepaged.max_ptes_swap));
	KEXPECT_EQ(scan(mm, TEST_BASE), SCAN_SUCCEED);
	KEXPECT(is_huge(mm));
	KEXPECT_EQ(get_mm_counter(mm, MM_SWAPENTS), 0UL);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	mmput(mm);
	KEXPECT_EQ(ram_disk_off(), 0);
}

KTEST(collapse, what_is_swapped_out_cannot_be_read)
{
	struct mm *mm = small_mm(HPAGE_PMD_NR);

	KASSERT_TRUE(mm && ram_disk_on());
	KEXPECT(push_out(mm, 1));
	ram_disk_unreadable = true;
	KEXPECT_EQ(scan(mm, TEST_BASE), SCAN_SWAPIN_FAIL);
	ram_disk_unreadable = false;
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	mmput(mm);
	KEXPECT_EQ(ram_disk_off(), 0);
}

KTEST(collapse, there_is_no_huge_page_to_be_had)
{
	unsigned long failed = vm_event_total(THP_COLLAPSE_ALLOC_FAILED);
	struct mm *mm = small_mm(HPAGE_PMD_NR);

	KASSERT_TRUE(mm);
	atomic_set(&fail_page_alloc.times, 1);
	fail_page_alloc.verbose = 0;
	fail_page_alloc.probability = 100;
	KEXPECT_EQ(scan(mm, TEST_BASE), SCAN_ALLOC_HUGE_PAGE_FAIL);
	fail_page_alloc.probability = 0;
	fail_page_alloc.verbose = 1;
	KEXPECT_EQ(vm_event_total(THP_COLLAPSE_ALLOC_FAILED), failed + 1);
	mmput(mm);
}

KTEST(collapse, nothing_is_there)
{
	struct mm *mm = test_mm(1);

	KASSERT_TRUE(mm);
	KEXPECT_EQ(scan(mm, TEST_BASE), SCAN_PMD_NULL);		/* not even a table of PMDs */
	mmput(mm);
	mm = test_mm(2);
	KASSERT_TRUE(mm && !test_touch(mm, TEST_BASE + HPAGE_PMD_SIZE, 1));
	KEXPECT_EQ(scan(mm, TEST_BASE), SCAN_PMD_NONE);
	mmput(mm);
}

KTEST(collapse, a_huge_page_is_being_moved)
{
	struct mm *mm = test_huge_mm(1);
	struct page *page;

	KASSERT_TRUE(mm);
	page = test_page(mm, TEST_BASE);
	KASSERT_TRUE(page);
	SetPageLocked(page);
	KASSERT_TRUE(try_to_migrate(page, false, false, NULL));
	KEXPECT_EQ(scan(mm, TEST_BASE), SCAN_PMD_NULL);
	remove_migration_ptes(page, page, 0, 0);
	ClearPageLocked(page);
	put_page(page);
	KEXPECT_EQ(scan(mm, TEST_BASE), SCAN_PMD_MAPPED);
	mmput(mm);
}

/* Scans, and looks what the events of this task said of it: the frame number, and the last record of each event. */
static struct {
	unsigned long scan, isolate;	/* 0: no record */
} traced;

static int scan_traced(struct mm *mm)
{
	static struct trace_cursor cursor;
	static struct trace_record record;
	int result;

	traced.scan = traced.isolate = 0;
	trace_set("mm_khugepaged_scan_pmd,mm_collapse_huge_page_isolate", true);
	result = scan(mm, TEST_BASE);
	trace_set("mm_khugepaged_scan_pmd,mm_collapse_huge_page_isolate", false);
	trace_seek_oldest(&cursor);
	while (trace_next(&cursor, &record)) {
		if (record.entry.pid != trace_current_pid())
			continue;
		if (trace_event_of(record.entry.type) == TRACE_mm_khugepaged_scan_pmd)
			traced.scan = ((const struct trace_entry_mm_khugepaged_scan_pmd *)record.data)->pfn;
		else if (trace_event_of(record.entry.type) == TRACE_mm_collapse_huge_page_isolate)
			traced.isolate = ((const struct trace_entry_mm_collapse_huge_page_isolate *)record.data)->pfn;
	}
	return result;
}

static unsigned long frame_at(struct mm *mm, unsigned int i)
{
	spinlock_t *ptl;
	pte_t *pte = pte_of(mm, i, &ptl);
	unsigned long pfn = pte_pfn(ptep_get(pte));

	pte_unmap_unlock(pte, ptl);
	return pfn;
}

KTEST(collapse, its_events_name_the_frame_that_was_looked_at_last)
{
	struct mm *mm = small_mm(HPAGE_PMD_NR);
	unsigned long pfn;
	struct page *page;

	KASSERT_TRUE(mm);
	page = test_page(mm, TEST_BASE + 300 * PAGE_SIZE);
	KASSERT_TRUE(page);
	KEXPECT_EQ(scan_traced(mm), SCAN_PAGE_COUNT);		/* we hold it */
	KEXPECT_EQ(traced.scan, frame_at(mm, 300));
	KEXPECT_EQ(traced.isolate, 0UL);
	put_page(page);
	pfn = frame_at(mm, HPAGE_PMD_NR - 1);
	KEXPECT_EQ(scan_traced(mm), SCAN_SUCCEED);
	KEXPECT_EQ(traced.scan, pfn);
	KEXPECT_EQ(traced.isolate, pfn);
	KEXPECT_EQ(scan_traced(mm), SCAN_PMD_MAPPED);
	KEXPECT_EQ(traced.scan, ~0UL);				/* it looked at no page */
	mmput(mm);
}

KTEST(collapse, the_area_went_or_changed_before_the_lock_was_ours)
{
	enum thp_enabled before = test_thp(THP_ALWAYS);
	struct mm *mm = small_mm(HPAGE_PMD_NR);

	KASSERT_TRUE(mm);
	KEXPECT_EQ((int)collapse_huge_page(mm, TEST_BASE + HPAGE_PMD_SIZE, THP_ASK_KHUGEPAGED, 1, 0), SCAN_VMA_NULL);
	KEXPECT_EQ(do_munmap(mm, TEST_BASE + HPAGE_PMD_SIZE - PAGE_SIZE, PAGE_SIZE), 0);
	KEXPECT_EQ((int)collapse_huge_page(mm, TEST_BASE, THP_ASK_KHUGEPAGED, 1, 0), SCAN_ADDRESS_RANGE);
	KEXPECT_EQ(do_munmap(mm, TEST_BASE, HPAGE_PMD_SIZE), 0);
	KEXPECT_EQ((int)collapse_huge_page(mm, TEST_BASE, THP_ASK_KHUGEPAGED, 1, 0), SCAN_VMA_NULL);
	mmput(mm);
	test_thp(before);
}

KTEST(collapse, the_area_does_not_want_it)
{
	struct mm *mm = small_mm(HPAGE_PMD_NR);
	enum thp_enabled before;

	KASSERT_TRUE(mm);
	before = test_thp(THP_NEVER);
	KEXPECT_EQ((int)collapse_huge_page(mm, TEST_BASE, THP_ASK_KHUGEPAGED, 1, 0), SCAN_VMA_CHECK);
	test_thp(before);
	mmput(mm);
}

KTEST(collapse, nobody_runs_there_any_more)
{
	struct mm *mm = small_mm(HPAGE_PMD_NR);

	KASSERT_TRUE(mm);
	mmgrab(mm);
	mmput(mm);
	KEXPECT_EQ((int)collapse_huge_page(mm, TEST_BASE, THP_ASK_KHUGEPAGED, 1, 0), SCAN_ANY_PROCESS);
	mmdrop(mm);
}

/* A collapse in a thread of its own. */
struct collapse_thread {
	struct mm	*mm;
	int		result;		/* enum scan_result */
	struct completion finished;
};

static int collapse_in_thread(void *arg)
{
	struct collapse_thread *t = arg;

	t->result = scan(t->mm, TEST_BASE);
	complete(&t->finished);
	return 0;
}

KTEST(collapse, a_walk_of_the_reverse_map_keeps_it_out)
{
	struct mm *mm = small_mm(HPAGE_PMD_NR);
	struct collapse_thread t = { .mm = mm, .result = -1 };
	struct anon_vma *anon_vma;

	KASSERT_TRUE(mm);
	init_completion(&t.finished);
	anon_vma = find_vma(mm, TEST_BASE)->anon_vma;
	anon_vma_lock_read(anon_vma);
	KASSERT_TRUE(!IS_ERR(kthread_run(collapse_in_thread, &t, "collapse_test")));
	KEXPECT(!wait_for_completion_timeout(&t.finished, HZ / 2));
	KEXPECT(pmd_is_table(pmdp_get(mm_find_pmd(mm, TEST_BASE))));
	anon_vma_unlock_read(anon_vma);
	if (t.result < 0)
		wait_for_completion(&t.finished);
	KEXPECT_EQ(t.result, SCAN_SUCCEED);
	KEXPECT(is_huge(mm));
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	mmput(mm);
}

KTEST(collapse, every_outcome_has_its_own_name)
{
	for (unsigned int i = 0; i < NR_SCAN_RESULTS; i++) {
		KEXPECT(scan_result_names[i]);
		for (unsigned int j = 0; j < i; j++)
			KEXPECT(strcmp(scan_result_names[i], scan_result_names[j]));
	}
}
