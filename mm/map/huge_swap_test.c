/* mm/map/huge_swap_test.c - a huge page goes out as a whole, and through everything that can happen to it meanwhile.
 *
 * Needs a disk with a swap header; without one the tests are skipped.
 */
#include <mm/check/test_huge_swap.h>
#include <mm/reclaim/scan.h>
#include <mm/split/split.h>

KTEST(huge_swap, a_huge_page_takes_one_cluster_and_one_write)
{
	unsigned long out = vm_event_total(THP_SWPOUT), splits = vm_event_total(THP_SPLIT_PAGE);
	struct stage s;
	swp_entry_t first;
	unsigned int in_order = 0;

	if (!stage_set(&s, THP_SWAP_DELAYED, 2))
		KSKIP("no swap, or no huge pages");
	KEXPECT_EQ(do_madvise(s.mm, TEST_BASE, 2 * HPAGE_PMD_SIZE, MADV_PAGEOUT_), 0);
	wait_for_writes();
	KEXPECT_EQ(vm_event_total(THP_SWPOUT), out + 2);
	KEXPECT_EQ(vm_event_total(THP_SPLIT_PAGE), splits);
	KEXPECT_EQ(get_mm_counter(s.mm, MM_SWAPENTS), 2 * HPAGE_PMD_NR);
	KEXPECT_EQ(get_mm_counter(s.mm, MM_ANONPAGES), 0UL);
	first = pte_to_swp_entry(entry_at(s.mm, TEST_BASE));
	KEXPECT_EQ(swp_offset(first) % SWAP_CLUSTER_SLOTS, 0ULL);
	for (unsigned int i = 0; i < HPAGE_PMD_NR; i++)
		in_order += pte_to_swp_entry(entry_at(s.mm, PAGE_AT(i))).val == first.val + i &&
			    pte_swp_exclusive(entry_at(s.mm, PAGE_AT(i)));
	KEXPECT_EQ(in_order, (unsigned int)HPAGE_PMD_NR);
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, 2 * HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(get_mm_counter(s.mm, MM_SWAPENTS), 0UL);
	KEXPECT_EQ(stage_strike(&s), 0);
}

KTEST(huge_swap, mapped_by_small_entries_it_goes_out_as_a_whole_all_the_same)
{
	unsigned long out = vm_event_total(THP_SWPOUT), splits = vm_event_total(THP_SPLIT_PAGE);
	struct stage s;

	for (enum thp_swap_mode mode = THP_SWAP_DELAYED; mode <= THP_SWAP_WHOLE; mode++) {
		if (!stage_set(&s, mode, 2))
			KSKIP("no swap, or no huge pages");
		split_huge_pmd(find_vma(s.mm, TEST_BASE), mm_find_pmd(s.mm, TEST_BASE), TEST_BASE);
		KEXPECT_EQ(do_madvise(s.mm, TEST_BASE, 2 * HPAGE_PMD_SIZE, MADV_PAGEOUT_), 0);
		wait_for_writes();
		KEXPECT_EQ(get_mm_counter(s.mm, MM_SWAPENTS), 2 * HPAGE_PMD_NR);
		KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, 2 * HPAGE_PMD_NR), 0U);
		KEXPECT_EQ(stage_strike(&s), 0);
	}
	KEXPECT_EQ(vm_event_total(THP_SWPOUT), out + 4);
	KEXPECT_EQ(vm_event_total(THP_SPLIT_PAGE), splits);
}

KTEST(huge_swap, what_is_written_leaves_the_cache_at_once_and_its_slots_stay)
{
	struct stage s;
	struct page *page;
	swp_entry_t first;

	if (!stage_set(&s, THP_SWAP_DELAYED, 1))
		KSKIP("no swap, or no huge pages");
	reclaim_first(s.mm);
	wait_for_writes();
	first = pte_to_swp_entry(entry_at(s.mm, TEST_BASE));
	page = swap_cache_get(first);
	if (page) {
		/* Reclaim still had it in its hands when the write ended. */
		lru_add_drain_all();
		free_written_page(page);
		put_page(page);
	}
	KEXPECT(!swap_cache_get(first));
	KEXPECT_EQ(page_state(NR_SWAPCACHE), 0UL);
	KEXPECT_EQ(swap_count(first), 1);
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(stage_strike(&s), 0);
}

KTEST(huge_swap, in_mode_split_its_parts_go_out_one_by_one)
{
	unsigned long out = vm_event_total(THP_SWPOUT), splits = vm_event_total(THP_SPLIT_PAGE);
	struct stage s;

	if (!stage_set(&s, THP_SWAP_SPLIT, 1))
		KSKIP("no swap, or no huge pages");
	KEXPECT_EQ(do_madvise(s.mm, TEST_BASE, HPAGE_PMD_SIZE, MADV_PAGEOUT_), 0);
	KEXPECT_EQ(vm_event_total(THP_SWPOUT), out);
	KEXPECT_EQ(vm_event_total(THP_SPLIT_PAGE), splits + 1);
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(stage_strike(&s), 0);
}

KTEST(huge_swap, after_a_write_error_it_is_split_and_its_parts_are_written)
{
	unsigned long out = vm_event_total(THP_SWPOUT), splits = vm_event_total(THP_SPLIT_PAGE);
	struct stage s;
	struct page *page;
	LIST_HEAD(list);

	if (!stage_set(&s, THP_SWAP_DELAYED, 1))
		KSKIP("no swap, or no huge pages");
	page = compound_head(test_page(s.mm, TEST_BASE));
	fail_next_io();
	KEXPECT_EQ(do_madvise(s.mm, TEST_BASE, HPAGE_PMD_SIZE, MADV_PAGEOUT_), 0);
	put_page(page);
	/* Pinned by us, it stayed. Alone, it goes, and the write fails. */
	KEXPECT_EQ(get_mm_counter(s.mm, MM_SWAPENTS), 0UL);
	reclaim_first(s.mm);
	wait_for_writes();
	KEXPECT(PageTransHuge(page) && PageError(page) && PageDirty(page) && !page_mapped(page));
	lru_add_drain_all();
	KEXPECT(isolate_lru_page(page));
	list_add(&page->lru, &list);
	reclaim_pages(&list);
	wait_for_writes();
	KEXPECT_EQ(vm_event_total(THP_SWPOUT), out + 1);
	KEXPECT_EQ(vm_event_total(THP_SPLIT_PAGE), splits + 1);
	KEXPECT_EQ(get_mm_counter(s.mm, MM_SWAPENTS), HPAGE_PMD_NR);
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(stage_strike(&s), 0);
}

KTEST(huge_swap, after_a_write_error_its_parts_are_mapped_again_and_it_gets_other_slots)
{
	unsigned long out = vm_event_total(THP_SWPOUT);
	struct stage s;
	struct page *page;

	if (!stage_set(&s, THP_SWAP_DELAYED, 1))
		KSKIP("no swap, or no huge pages");
	fail_next_io();
	KEXPECT_EQ(reclaim_first(s.mm), 0UL);
	wait_for_writes();
	KEXPECT_EQ(get_mm_counter(s.mm, MM_SWAPENTS), HPAGE_PMD_NR);
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	/* A part of it: from memory, not from the disk. */
	KEXPECT_EQ(test_wrong(s.mm, PAGE_AT(5), 1), 0U);
	page = test_page(s.mm, PAGE_AT(5));
	KASSERT_TRUE(page);
	KEXPECT(PageTail(page) && PageSwapCache(compound_head(page)) && PageError(compound_head(page)));
	KEXPECT_EQ(page_mapcount(page), 1);
	KEXPECT_EQ(get_mm_counter(s.mm, MM_SWAPENTS), HPAGE_PMD_NR - 1);
	put_page(page);
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	/* Now that no entry names the bad slots, it goes out again: PTE-mapped, and still as a whole. */
	KEXPECT_EQ(vm_event_total(THP_SWPOUT), out + 1);
	reclaim_first(s.mm);
	wait_for_writes();
	KEXPECT_EQ(vm_event_total(THP_SWPOUT), out + 2);
	KEXPECT_EQ(get_mm_counter(s.mm, MM_SWAPENTS), HPAGE_PMD_NR);
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(stage_strike(&s), 0);
}

KTEST(huge_swap, swapoff_and_exit_while_it_is_in_the_cache)
{
	struct stage s;

	for (int exits = 0; exits < 2; exits++) {
		if (!stage_set(&s, THP_SWAP_DELAYED, 1))
			KSKIP("no swap, or no huge pages");
		fail_next_io();
		reclaim_first(s.mm);
		wait_for_writes();
		KEXPECT_EQ(test_touch(s.mm, PAGE_AT(17), 3), 0);
		if (exits) {
			mmput(s.mm);
			s.mm = NULL;
			KEXPECT_EQ(page_state(NR_SWAPCACHE), 0UL);
		} else {
			KEXPECT_EQ(do_swapoff(s.disk), 0);
			KEXPECT_EQ(get_mm_counter(s.mm, MM_SWAPENTS), 0UL);
			KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, HPAGE_PMD_NR), 0U);
			KEXPECT_EQ(do_swapon(s.disk->name, s.disk, 0), 0);
		}
		KEXPECT_EQ(stage_strike(&s), 0);
	}
}

KTEST(huge_swap, one_with_a_hole_is_split_first)
{
	unsigned long out = vm_event_total(THP_SWPOUT), splits = vm_event_total(THP_SPLIT_PAGE);
	struct stage s;

	if (!stage_set(&s, THP_SWAP_DELAYED, 1))
		KSKIP("no swap, or no huge pages");
	KEXPECT_EQ(do_madvise(s.mm, PAGE_AT(100), 7 * PAGE_SIZE, MADV_DONTNEED_), 0);
	reclaim_first(s.mm);
	wait_for_writes();
	KEXPECT_EQ(vm_event_total(THP_SWPOUT), out);
	KEXPECT_EQ(vm_event_total(THP_SPLIT_PAGE), splits + 1);
	KEXPECT_EQ(get_mm_counter(s.mm, MM_SWAPENTS), HPAGE_PMD_NR - 7);
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, 100), 0U);
	KEXPECT_EQ(test_wrong(s.mm, PAGE_AT(107), HPAGE_PMD_NR - 107), 0U);
	KEXPECT_EQ(stage_strike(&s), 0);
}

KTEST(huge_swap, a_pinned_one_stays)
{
	struct stage s;
	struct page *page;

	if (!stage_set(&s, THP_SWAP_DELAYED, 1))
		KSKIP("no swap, or no huge pages");
	page = test_page(s.mm, PAGE_AT(9));
	KASSERT_TRUE(page);
	KEXPECT_EQ(do_madvise(s.mm, TEST_BASE, HPAGE_PMD_SIZE, MADV_PAGEOUT_), 0);
	KEXPECT_EQ(get_mm_counter(s.mm, MM_SWAPENTS), 0UL);
	KEXPECT(pmd_trans_huge(pmdp_get(mm_find_pmd(s.mm, TEST_BASE))));
	put_page(page);
	KEXPECT_EQ(stage_strike(&s), 0);
}

KTEST(huge_swap, shared_after_fork_it_goes_out_of_all_tables)
{
	struct mm *child = mm_alloc();
	struct stage s;

	KASSERT_TRUE(child);
	if (!stage_set(&s, THP_SWAP_DELAYED, 1)) {
		mmput(child);
		KSKIP("no swap, or no huge pages");
	}
	KEXPECT_EQ(dup_mmap(child, s.mm), 0);
	/* The child's mapping is of small entries, the parent's is huge. */
	split_huge_pmd(find_vma(child, TEST_BASE), mm_find_pmd(child, TEST_BASE), TEST_BASE);
	reclaim_first(s.mm);
	wait_for_writes();
	KEXPECT_EQ(get_mm_counter(s.mm, MM_SWAPENTS), HPAGE_PMD_NR);
	KEXPECT_EQ(get_mm_counter(child, MM_SWAPENTS), HPAGE_PMD_NR);
	KEXPECT(!pte_swp_exclusive(entry_at(s.mm, TEST_BASE)));
	KEXPECT_EQ(test_touch(child, TEST_BASE, 3), 0);
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(test_wrong(child, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	mmput(child);
	KEXPECT_EQ(stage_strike(&s), 0);
}

/* => it had no cluster, was split, and lost nothing */
static bool falls_back(struct ktest_run *ktest_run, struct mm *mm)
{
	unsigned long out = vm_event_total(THP_SWPOUT), fallbacks = vm_event_total(THP_SWPOUT_FALLBACK);

	lru_add_drain_all();
	do_madvise(mm, TEST_BASE, HPAGE_PMD_SIZE, MADV_PAGEOUT_);
	wait_for_writes();
	if (vm_event_total(THP_SWPOUT_FALLBACK) == fallbacks)
		return false;
	KEXPECT_EQ(vm_event_total(THP_SWPOUT), out);
	KEXPECT_EQ(get_mm_counter(mm, MM_SWAPENTS), HPAGE_PMD_NR);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	return true;
}

KTEST(huge_swap, without_a_free_cluster_it_is_split_and_written_singly)
{
	struct mm *mms[64] = { };
	unsigned long written;
	bool fell_back = false;
	struct stage s;

	if (!stage_set(&s, THP_SWAP_DELAYED, 1))
		KSKIP("no swap, or no huge pages");
	/* One page stays out of each cluster: there is room for many pages, but for no huge one. */
	for (unsigned int i = 0; i < ARRAY_SIZE(mms); i++) {
		mms[i] = test_huge_mm(1);
		KASSERT_TRUE(mms[i]);
		fell_back = falls_back(ktest_run, mms[i]);
		if (fell_back)
			break;
		do_madvise(mms[i], PAGE_AT(1), HPAGE_PMD_SIZE - PAGE_SIZE, MADV_DONTNEED_);
		/* If it is still in the cache, that has all 512 slots. Clean, it goes without another write. */
		written = vm_event_total(PSWPOUT);
		KEXPECT_EQ(test_wrong(mms[i], TEST_BASE, 1), 0U);
		reclaim_first(mms[i]);
		KEXPECT_EQ(vm_event_total(PSWPOUT), written);
	}
	KEXPECT(fell_back);
	KEXPECT_GT(nr_swap_pages(), HPAGE_PMD_NR);
	for (unsigned int i = 0; i < ARRAY_SIZE(mms) && mms[i]; i++) {
		KEXPECT_EQ(test_wrong(mms[i], TEST_BASE, 1), 0U);
		mmput(mms[i]);
	}
	KEXPECT_EQ(stage_strike(&s), 0);
}
