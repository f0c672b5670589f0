/* mm/map/whole_swap_test.c - one PMD-sized swap entry for 2 MB: kept where it can be, split where it must be, never lost.
 *
 * Needs a disk with a swap header; without one the tests are skipped.
 */
#include <mm/alloc/page_alloc.h>
#include <mm/check/test_huge_swap.h>
#include <mm/collapse/khugepaged.h>
#include <mm/fault/huge_fault.h>
#include <mm/frame/lru.h>
#include <mm/reclaim/workingset.h>
#include <mm/split/split.h>

#define MADV_FREE_	8
#define MADV_NOHUGEPAGE_	15
#define MADV_COLLAPSE_	25

static pmd_t huge_entry(struct mm *mm, unsigned int i)
{
	return pmdp_get(mm_find_pmd(mm, TEST_BASE + i * HPAGE_PMD_SIZE));
}

static bool is_out(struct mm *mm, unsigned int i)
{
	return pmd_swapped_out(huge_entry(mm, i));
}

static bool is_mapped_huge(struct mm *mm, unsigned int i)
{
	return pmd_trans_huge(huge_entry(mm, i));
}

/* What is clean and in the cache only goes, so that the disk has the only copy. */
static void drop_cached(struct mm *mm, unsigned int i)
{
	struct page *page = swap_cache_get(pmd_to_swp_entry(huge_entry(mm, i)));
	LIST_HEAD(list);

	if (!page)
		return;
	lru_add_drain_all();
	if (isolate_lru_page(page))
		list_add(&page->lru, &list);
	put_page(page);
	reclaim_pages(&list);
}

/* => nr huge pages, each one swap entry, and none in memory */
static bool whole_set(struct stage *s, unsigned int nr)
{
	bool out = true;

	if (!stage_set(s, THP_SWAP_WHOLE, nr))
		return false;
	do_madvise(s->mm, TEST_BASE, nr * HPAGE_PMD_SIZE, MADV_PAGEOUT_);
	wait_for_writes();
	for (unsigned int i = 0; i < nr; i++) {
		out &= is_out(s->mm, i);
		drop_cached(s->mm, i);
	}
	if (!out)
		stage_strike(s);
	return out;
}

#define WHOLE_SET(s, nr) do {					\
	if (!whole_set(s, nr))					\
		KSKIP("no swap, or no huge pages");		\
} while (0)

KTEST(whole_swap, khugepaged_has_a_word_of_its_own_for_it)
{
	unsigned long counted = khugepaged.results[SCAN_PMD_SWAPPED];
	enum thp_enabled before;
	bool locked = true;
	struct stage s;

	WHOLE_SET(&s, 1);
	before = test_thp(THP_ALWAYS);
	mmap_read_lock(s.mm);
	KEXPECT_EQ((int)khugepaged_scan_pmd(find_vma(s.mm, TEST_BASE), TEST_BASE, THP_ASK_KHUGEPAGED, &locked), SCAN_PMD_SWAPPED);
	KEXPECT(locked);
	if (locked)
		mmap_read_unlock(s.mm);
	test_thp(before);
	KEXPECT_GT(khugepaged.results[SCAN_PMD_SWAPPED], counted);
	KEXPECT(is_out(s.mm, 0));
	KEXPECT_EQ(stage_strike(&s), 0);
}

KTEST(whole_swap, one_entry_one_write_one_fault_one_read)
{
	unsigned long out = vm_event_total(THP_SWPOUT), written = vm_event_total(PSWPOUT), cut = vm_event_total(THP_SPLIT_PMD);
	unsigned long in, read, faults;
	struct stage s;

	WHOLE_SET(&s, 2);
	KEXPECT_EQ(vm_event_total(THP_SWPOUT), out + 2);
	KEXPECT_EQ(vm_event_total(PSWPOUT), written + 2 * HPAGE_PMD_NR);
	KEXPECT_EQ(vm_event_total(THP_SPLIT_PMD), cut);
	KEXPECT_EQ(get_mm_counter(s.mm, MM_SWAPENTS), 2 * HPAGE_PMD_NR);
	KEXPECT_EQ(get_mm_counter(s.mm, MM_ANONPAGES), 0UL);
	KEXPECT_EQ(swap_count(pmd_to_swp_entry(huge_entry(s.mm, 0))), 1);
	KEXPECT(pmd_swp_exclusive(huge_entry(s.mm, 0)));
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	in = vm_event_total(THP_SWPIN);
	read = vm_event_total(PSWPIN);
	faults = vm_event_total(PGFAULT);
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(vm_event_total(THP_SWPIN), in + 1);
	KEXPECT_EQ(vm_event_total(PSWPIN), read + HPAGE_PMD_NR);
	KEXPECT_EQ(vm_event_total(PGFAULT), faults + 1);
	KEXPECT(is_mapped_huge(s.mm, 0) && is_out(s.mm, 1));
	KEXPECT_EQ(get_mm_counter(s.mm, MM_SWAPENTS), HPAGE_PMD_NR);
	KEXPECT_EQ(stage_strike(&s), 0);
}

KTEST(whole_swap, unchanged_it_goes_out_again_without_a_write_and_changed_with_one)
{
	unsigned long written;
	struct stage s;

	WHOLE_SET(&s, 1);
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, 1), 0U);
	written = vm_event_total(PSWPOUT);
	KEXPECT_EQ(reclaim_first(s.mm), HPAGE_PMD_NR);
	KEXPECT_EQ(vm_event_total(PSWPOUT), written);
	KEXPECT(is_out(s.mm, 0));
	KEXPECT_EQ(test_touch(s.mm, PAGE_AT(3), 1), 0);
	KEXPECT(pmd_write(huge_entry(s.mm, 0)) && pmd_dirty(huge_entry(s.mm, 0)));
	reclaim_first(s.mm);
	wait_for_writes();
	KEXPECT_EQ(vm_event_total(PSWPOUT), written + HPAGE_PMD_NR);
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(stage_strike(&s), 0);
}

KTEST(whole_swap, while_it_is_in_the_cache_it_is_mapped_again_without_a_read)
{
	unsigned long read = vm_event_total(PSWPIN);
	struct stage s;

	if (!stage_set(&s, THP_SWAP_WHOLE, 1))
		KSKIP("no swap, or no huge pages");
	/* What could not be written is still there. */
	fail_next_io();
	reclaim_first(s.mm);
	wait_for_writes();
	KEXPECT(is_out(s.mm, 0));
	KEXPECT_EQ(page_state(NR_SWAPCACHE), HPAGE_PMD_NR);
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT(is_mapped_huge(s.mm, 0));
	KEXPECT_EQ(vm_event_total(PSWPIN), read);
	KEXPECT_EQ(stage_strike(&s), 0);
}

KTEST(whole_swap, after_a_write_error_its_parts_are_written_and_the_entry_finds_them)
{
	unsigned long pages = vm_event_total(THP_SPLIT_PAGE);
	struct stage s;

	if (!stage_set(&s, THP_SWAP_WHOLE, 1))
		KSKIP("no swap, or no huge pages");
	fail_next_io();
	reclaim_first(s.mm);
	wait_for_writes();
	drop_cached(s.mm, 0);
	wait_for_writes();
	KEXPECT_EQ(vm_event_total(THP_SPLIT_PAGE), pages + 1);
	KEXPECT(is_out(s.mm, 0));
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	/* In the cache as small pages, or all of them out by now: then they come back as one. */
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(stage_strike(&s), 0);
}

KTEST(whole_swap, after_a_read_error_its_parts_are_read_and_nothing_is_lost)
{
	unsigned long fallbacks = vm_event_total(THP_SWPIN_FALLBACK);
	struct stage s;

	WHOLE_SET(&s, 1);
	fail_next_io();
	KEXPECT_EQ(test_wrong(s.mm, PAGE_AT(200), 1), 0U);
	fail_block_io.probability = 0;
	KEXPECT_EQ(vm_event_total(THP_SWPIN_FALLBACK), fallbacks + 1);
	KEXPECT(pmd_is_table(huge_entry(s.mm, 0)));
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(stage_strike(&s), 0);
}

KTEST(whole_swap, without_a_huge_page_its_parts_come_in)
{
	unsigned long fallbacks = vm_event_total(THP_SWPIN_FALLBACK), in = vm_event_total(THP_SWPIN);
	struct stage s;

	WHOLE_SET(&s, 1);
	fail_page_alloc.verbose = 0;
	atomic_set(&fail_page_alloc.times, 1);
	fail_page_alloc.probability = 100;
	KEXPECT_EQ(test_wrong(s.mm, PAGE_AT(7), 1), 0U);
	fail_page_alloc.probability = 0;
	fail_page_alloc.verbose = 1;
	KEXPECT_EQ(vm_event_total(THP_SWPIN_FALLBACK), fallbacks + 1);
	KEXPECT_EQ(vm_event_total(THP_SWPIN), in);
	KEXPECT(pte_present(entry_at(s.mm, PAGE_AT(7))) && is_swap_pte(entry_at(s.mm, PAGE_AT(300))));
	KEXPECT(pte_swp_exclusive(entry_at(s.mm, PAGE_AT(300))));
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(stage_strike(&s), 0);
}

/* As far as it may go: so many reads out of order of 2 MB are worth their memory. */
static unsigned int reads_that_pay(struct vma *vma)
{
	unsigned int reads = 0;

	while (reads < 100 && swap_in_whole_pays(vma, TEST_BASE + 100 * PAGE_SIZE, false))
		reads++;
	return reads;
}

KTEST(whole_swap, who_jumps_about_in_more_than_memory_gets_parts_until_times_change)
{
	struct vma vma = { .vm_start = TEST_BASE, .vm_end = TEST_BASE + 10 * HPAGE_PMD_SIZE };

	vma.whole_since = workingset_clock();
	KEXPECT_EQ(reads_that_pay(&vma), 11U);
	KEXPECT(!swap_in_whole_pays(&vma, TEST_BASE + 8 * PAGE_SIZE, false));
	/* Who walks, upwards or downwards, and who pushes nobody out. */
	KEXPECT(swap_in_whole_pays(&vma, TEST_BASE + 7 * PAGE_SIZE, false));
	KEXPECT(swap_in_whole_pays(&vma, TEST_BASE + HPAGE_PMD_SIZE - 1, false));
	KEXPECT(swap_in_whole_pays(&vma, TEST_BASE + 100 * PAGE_SIZE, true));
	lru_age_nonresident(&NODE0->lruvec, 41 * HPAGE_PMD_NR);
	KEXPECT_EQ(reads_that_pay(&vma), 11U);
}

KTEST(whole_swap, an_area_that_wants_no_huge_pages_gets_parts)
{
	struct stage s;

	WHOLE_SET(&s, 1);
	KEXPECT_EQ(do_madvise(s.mm, TEST_BASE, HPAGE_PMD_SIZE, MADV_NOHUGEPAGE_), 0);
	KEXPECT(is_out(s.mm, 0));
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT(pmd_is_table(huge_entry(s.mm, 0)));
	KEXPECT_EQ(stage_strike(&s), 0);
}

KTEST(whole_swap, what_goes_as_a_whole_frees_all_slots)
{
	unsigned long cut = vm_event_total(THP_SPLIT_SWAP_PMD), free;
	struct stage s;

	WHOLE_SET(&s, 3);
	free = nr_swap_pages();
	KEXPECT_EQ(do_madvise(s.mm, TEST_BASE, HPAGE_PMD_SIZE, MADV_DONTNEED_), 0);
	KEXPECT_EQ(nr_swap_pages(), free + HPAGE_PMD_NR);
	KEXPECT_EQ(do_munmap(s.mm, TEST_BASE + HPAGE_PMD_SIZE, HPAGE_PMD_SIZE), 0);
	KEXPECT_EQ(nr_swap_pages(), free + 2 * HPAGE_PMD_NR);
	KEXPECT_EQ(get_mm_counter(s.mm, MM_SWAPENTS), HPAGE_PMD_NR);
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	mmput(s.mm);
	s.mm = NULL;
	KEXPECT_EQ(nr_swap_pages(), free + 3 * HPAGE_PMD_NR);
	KEXPECT_EQ(vm_event_total(THP_SPLIT_SWAP_PMD), cut);
	KEXPECT_EQ(stage_strike(&s), 0);
}

KTEST(whole_swap, madv_free_forgets_it_or_a_part_of_it_at_once)
{
	unsigned long free;
	struct stage s;

	WHOLE_SET(&s, 2);
	free = nr_swap_pages();
	KEXPECT_EQ(do_madvise(s.mm, TEST_BASE, HPAGE_PMD_SIZE + 5 * PAGE_SIZE, MADV_FREE_), 0);
	KEXPECT_EQ(nr_swap_pages(), free + HPAGE_PMD_NR + 5);
	KEXPECT(pmd_none(huge_entry(s.mm, 0)));
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	KEXPECT_EQ(test_wrong(s.mm, PAGE_AT(HPAGE_PMD_NR + 5), HPAGE_PMD_NR - 5), 0U);
	KEXPECT_EQ(stage_strike(&s), 0);
}

KTEST(whole_swap, a_part_that_goes_splits_the_entry_and_frees_its_slots)
{
	unsigned long cut = vm_event_total(THP_SPLIT_SWAP_PMD), free;
	struct stage s;

	WHOLE_SET(&s, 3);
	free = nr_swap_pages();
	KEXPECT_EQ(do_madvise(s.mm, PAGE_AT(10), 5 * PAGE_SIZE, MADV_DONTNEED_), 0);
	KEXPECT_EQ(do_munmap(s.mm, TEST_BASE + HPAGE_PMD_SIZE + 8 * PAGE_SIZE, 3 * PAGE_SIZE), 0);
	KEXPECT_EQ(do_mprotect(s.mm, TEST_BASE + 2 * HPAGE_PMD_SIZE, PAGE_SIZE, 1), 0);
	KEXPECT_EQ(vm_event_total(THP_SPLIT_SWAP_PMD), cut + 3);
	KEXPECT_EQ(nr_swap_pages(), free + 8);
	KEXPECT_EQ(get_mm_counter(s.mm, MM_SWAPENTS), 3 * HPAGE_PMD_NR - 8);
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, 10), 0U);
	KEXPECT_EQ(test_wrong(s.mm, PAGE_AT(10), 5), 5U);
	KEXPECT_EQ(test_wrong(s.mm, PAGE_AT(15), HPAGE_PMD_NR - 7), 0U);
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE + 2 * HPAGE_PMD_SIZE, HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(stage_strike(&s), 0);
}

KTEST(whole_swap, mprotect_of_all_of_it_leaves_the_entry_and_its_rights_hold)
{
	unsigned long cut = vm_event_total(THP_SPLIT_SWAP_PMD);
	struct stage s;

	WHOLE_SET(&s, 2);
	KEXPECT_EQ(do_mprotect(s.mm, TEST_BASE, HPAGE_PMD_SIZE, 1), 0);
	KEXPECT(is_out(s.mm, 0));
	KEXPECT_EQ(vm_event_total(THP_SPLIT_SWAP_PMD), cut);
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT(is_mapped_huge(s.mm, 0) && !pmd_write(huge_entry(s.mm, 0)));
	KEXPECT_EQ(test_touch(s.mm, TEST_BASE, 1), -EFAULT);
	KEXPECT_EQ(stage_strike(&s), 0);
}

KTEST(whole_swap, mremap_moves_the_entry_or_splits_it)
{
	unsigned long cut = vm_event_total(THP_SPLIT_SWAP_PMD), to = TEST_BASE + (1UL << 31), at;
	struct stage s;

	WHOLE_SET(&s, 2);
	at = do_mremap(s.mm, TEST_BASE, HPAGE_PMD_SIZE, HPAGE_PMD_SIZE, 3 /* MAYMOVE, FIXED */, to);
	KEXPECT_EQ(at, to);
	KEXPECT(pmd_swapped_out(pmdp_get(mm_find_pmd(s.mm, to))) && pmd_none(huge_entry(s.mm, 0)));
	KEXPECT_EQ(vm_event_total(THP_SPLIT_SWAP_PMD), cut);
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	at = do_mremap(s.mm, TEST_BASE + HPAGE_PMD_SIZE, 9 * PAGE_SIZE, 9 * PAGE_SIZE, 3, to + HPAGE_PMD_SIZE);
	KEXPECT_EQ(vm_event_total(THP_SPLIT_SWAP_PMD), cut + 1);
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE + HPAGE_PMD_SIZE + 9 * PAGE_SIZE, HPAGE_PMD_NR - 9), 0U);
	/* It says where it was before: the first words of its pages are their old addresses. */
	KEXPECT_EQ(test_wrong(s.mm, to, HPAGE_PMD_NR), (unsigned int)HPAGE_PMD_NR);
	KEXPECT(pmd_trans_huge(pmdp_get(mm_find_pmd(s.mm, to))));
	KEXPECT_EQ(stage_strike(&s), 0);
}

KTEST(whole_swap, fork_shares_the_entry_and_each_has_its_own_copy_after_a_write)
{
	struct mm *child = mm_alloc();
	struct stage s;

	KASSERT_TRUE(child);
	if (!whole_set(&s, 1)) {
		mmput(child);
		KSKIP("no swap, or no huge pages");
	}
	KEXPECT_EQ(dup_mmap(child, s.mm), 0);
	KEXPECT(is_out(child, 0) && is_out(s.mm, 0));
	KEXPECT_EQ(swap_count(pmd_to_swp_entry(huge_entry(s.mm, 0))), 2);
	KEXPECT(!pmd_swp_exclusive(huge_entry(s.mm, 0)) && !pmd_swp_exclusive(huge_entry(child, 0)));
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	KEXPECT_EQ(test_wrong(child, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT(is_mapped_huge(child, 0) && !pmd_write(huge_entry(child, 0)));
	KEXPECT_EQ(test_touch(s.mm, PAGE_AT(4), 1), 0);
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(test_wrong(child, TEST_BASE, HPAGE_PMD_NR), 0U);
	mmput(child);
	KEXPECT_EQ(stage_strike(&s), 0);
}

KTEST(whole_swap, fork_counts_each_slot_also_one_that_many_others_name)
{
	struct mm *child = mm_alloc();
	struct stage s;
	swp_entry_t middle;

	KASSERT_TRUE(child);
	if (!whole_set(&s, 1)) {
		mmput(child);
		KSKIP("no swap, or no huge pages");
	}
	middle = (swp_entry_t){ pmd_to_swp_entry(huge_entry(s.mm, 0)).val + 100 };
	for (unsigned int i = 0; i < 100; i++)
		KEXPECT_EQ(swap_duplicate(middle), 0);
	KEXPECT_EQ(dup_mmap(child, s.mm), 0);
	KEXPECT_EQ(swap_count((swp_entry_t){ middle.val - 1 }), 2);
	KEXPECT_EQ(swap_count(middle), 102);
	mmput(child);
	KEXPECT_EQ(swap_count(middle), 101);
	for (unsigned int i = 0; i < 100; i++)
		swap_free(middle);
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(stage_strike(&s), 0);
}

KTEST(whole_swap, of_nothing_but_zeros_it_costs_no_transfer)
{
	unsigned long out = vm_event_total(PSWPOUT), in = vm_event_total(PSWPIN), wrong;
	struct page *page;
	struct stage s;

	if (!stage_set(&s, THP_SWAP_WHOLE, 1))
		KSKIP("no swap, or no huge pages");
	page = compound_head(test_page(s.mm, TEST_BASE));
	memset(page_address(page), 0, HPAGE_PMD_SIZE);
	put_page(page);
	reclaim_first(s.mm);
	KEXPECT(is_out(s.mm, 0));
	drop_cached(s.mm, 0);
	wrong = test_wrong(s.mm, TEST_BASE, HPAGE_PMD_NR);
	KEXPECT_EQ(wrong, HPAGE_PMD_NR);
	KEXPECT(is_mapped_huge(s.mm, 0));
	KEXPECT_EQ(vm_event_total(PSWPOUT), out);
	KEXPECT_EQ(vm_event_total(PSWPIN), in);
	page = test_page(s.mm, TEST_BASE);
	KEXPECT(page && !*(u64 *)page_address(page));
	put_page(page);
	KEXPECT_EQ(stage_strike(&s), 0);
}

KTEST(whole_swap, small_pages_of_another_process_in_the_cache_split_the_entry)
{
	struct mm *child = mm_alloc();
	struct stage s;

	KASSERT_TRUE(child);
	if (!whole_set(&s, 1)) {
		mmput(child);
		KSKIP("no swap, or no huge pages");
	}
	KEXPECT_EQ(dup_mmap(child, s.mm), 0);
	split_huge_pmd(find_vma(child, TEST_BASE), mm_find_pmd(child, TEST_BASE), TEST_BASE);
	KEXPECT_EQ(test_wrong(child, PAGE_AT(40), 1), 0U);
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, 1), 0U);
	KEXPECT(pmd_is_table(huge_entry(s.mm, 0)));
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(test_wrong(child, TEST_BASE, HPAGE_PMD_NR), 0U);
	mmput(child);
	KEXPECT_EQ(stage_strike(&s), 0);
}

KTEST(whole_swap, swapoff_brings_it_back_huge_or_in_parts)
{
	struct stage s;

	for (int parts = 0; parts < 2; parts++) {
		WHOLE_SET(&s, 2);
		fail_page_alloc.verbose = 0;
		atomic_set(&fail_page_alloc.times, 1);
		fail_page_alloc.probability = parts ? 100 : 0;
		KEXPECT_EQ(do_swapoff(s.disk), 0);
		fail_page_alloc.probability = 0;
		fail_page_alloc.verbose = 1;
		KEXPECT_EQ(get_mm_counter(s.mm, MM_SWAPENTS), 0UL);
		KEXPECT(is_mapped_huge(s.mm, 1));
		KEXPECT_EQ(is_mapped_huge(s.mm, 0), !parts);
		KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, 2 * HPAGE_PMD_NR), 0U);
		KEXPECT_EQ(do_swapon(s.disk->name, s.disk, 0), 0);
		KEXPECT_EQ(stage_strike(&s), 0);
	}
}

KTEST(whole_swap, willneed_reads_it_and_the_fault_does_not)
{
	struct stage s;
	unsigned long read;

	WHOLE_SET(&s, 1);
	KEXPECT_EQ(do_madvise(s.mm, TEST_BASE, HPAGE_PMD_SIZE, MADV_WILLNEED_), 0);
	KEXPECT(is_out(s.mm, 0));
	read = vm_event_total(PSWPIN);
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(vm_event_total(PSWPIN), read);
	KEXPECT(is_mapped_huge(s.mm, 0));
	KEXPECT_EQ(stage_strike(&s), 0);
}

KTEST(whole_swap, madv_collapse_brings_it_back)
{
	struct stage s;

	WHOLE_SET(&s, 2);
	KEXPECT_EQ(do_madvise(s.mm, TEST_BASE, 2 * HPAGE_PMD_SIZE, MADV_COLLAPSE_), 0);
	KEXPECT(is_mapped_huge(s.mm, 0) && is_mapped_huge(s.mm, 1));
	KEXPECT_EQ(test_wrong(s.mm, TEST_BASE, 2 * HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(stage_strike(&s), 0);
}
