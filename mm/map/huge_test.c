/* mm/map/huge_test.c - huge pages through everything that can happen to an address range. */
#include <mm/alloc/page_alloc.h>
#include <mm/map/map_test.h>

#include <mm/frame/page_lock.h>

#define PAGES(n) ((unsigned long)(n) << PAGE_SHIFT)
#define HUGE(n)	((unsigned long)(n) << HPAGE_PMD_SHIFT)

/* One PMD maps the page for the first time, with nothing missing. */
static bool huge_state_ok(struct mm *mm, unsigned long a)
{
	struct page *page = pmd_page(test_pmd(mm, a));

	lru_add_drain_all();
	return PageTransHuge(page) && page_count(page) == 1 && page_mapcount_total(page) == 1 && PageLRU(page) &&
	       PageAnonExclusive(page) && get_mm_counter(mm, MM_ANONPAGES) == HPAGE_PMD_NR &&
	       test_deposits(mm, a) == 1;
}

KTEST(huge, a_write_gets_two_megabytes_and_a_deposit)
{
	struct test_policy policy = test_set_policy();
	unsigned long thps = page_state(NR_ANON_THPS), tables = page_state(NR_PAGETABLE);
	struct mm *mm = mm_alloc();
	unsigned long a = test_map(mm, TEST_BASE, HUGE(2), 0);

	KEXPECT_EQ(a & ~HPAGE_PMD_MASK, 0UL);
	if (KEXPECT(test_huge(mm, a))) {
		KEXPECT(huge_state_ok(mm, a));
		KEXPECT(pmd_write(test_pmd(mm, a)) && pmd_dirty(test_pmd(mm, a)));
		KEXPECT_EQ(test_word(mm, a)[1], 0ULL);
		KEXPECT_EQ(*test_word(mm, a + HUGE(1) - 8), 0ULL);
		KEXPECT_EQ(page_state(NR_ANON_THPS), thps + HPAGE_PMD_NR);
	}
	mmput(mm);
	KEXPECT_EQ(page_state(NR_ANON_THPS), thps);
	KEXPECT_EQ(page_state(NR_PAGETABLE), tables);
	test_restore_policy(policy);
}

KTEST(huge, an_area_that_does_not_cover_it_gets_small_pages)
{
	struct test_policy policy = test_set_policy();
	struct mm *mm = mm_alloc();
	unsigned long a = test_map(mm, TEST_BASE + PAGES(1), HUGE(1), 0);

	KEXPECT_EQ(do_madvise(mm, a, HUGE(1), MADV_HUGEPAGE), 0);
	KEXPECT(test_write(mm, a + PAGES(7), 1));
	KEXPECT(pmd_is_table(test_pmd(mm, a)));
	mmput(mm);
	test_restore_policy(policy);
}

KTEST(huge, the_huge_zero_page_is_replaced_by_a_write)
{
	struct test_policy policy = test_set_policy();
	struct mm *mm = mm_alloc();
	unsigned long a = test_map(mm, TEST_BASE, HUGE(1), 0);

	KEXPECT_EQ(do_madvise(mm, a, HUGE(1), MADV_HUGEPAGE), 0);
	KEXPECT_EQ(test_touch(mm, a + PAGES(3), false), 0U);
	KASSERT_TRUE(pmd_special(test_pmd(mm, a)) && pmd_trans_huge(test_pmd(mm, a)));
	KEXPECT(is_huge_zero_page(pmd_page(test_pmd(mm, a))));
	KEXPECT_EQ(get_mm_rss(mm), 0UL);
	KEXPECT_EQ(test_deposits(mm, a), 1U);
	KEXPECT(test_write(mm, a + PAGES(3), 3));
	if (pmd_trans_huge(test_pmd(mm, a)))
		KEXPECT(huge_state_ok(mm, a));
	mmput(mm);
	test_restore_policy(policy);
}

KTEST(huge, the_huge_zero_page_splits_into_zero_pages)
{
	struct test_policy policy = test_set_policy();
	struct mm *mm = mm_alloc();
	unsigned long a = test_map(mm, TEST_BASE, HUGE(1), 0);

	KEXPECT_EQ(do_madvise(mm, a, HUGE(1), MADV_HUGEPAGE), 0);
	KEXPECT_EQ(test_touch(mm, a, false), 0U);
	KEXPECT(pmd_special(test_pmd(mm, a)));
	KEXPECT_EQ(do_munmap(mm, a, PAGES(1)), 0);
	KEXPECT(pmd_is_table(test_pmd(mm, a)));
	KEXPECT(pte_none(test_pte(mm, a)));
	KEXPECT(pte_special(test_pte(mm, a + PAGES(1))));
	KEXPECT_EQ(test_deposits(mm, a), 0U);
	KEXPECT(test_write(mm, a + PAGES(2), 2));
	KEXPECT_EQ(get_mm_rss(mm), 1UL);
	mmput(mm);
	test_restore_policy(policy);
}

KTEST(huge, unmapping_a_part_splits_the_mapping_and_queues_the_page)
{
	struct test_policy policy = test_set_policy();
	struct mm *mm = mm_alloc();
	unsigned long a = test_map(mm, TEST_BASE, HUGE(1), 0), queued = deferred_split_count();
	struct page *page;

	KASSERT_TRUE(test_huge(mm, a));
	page = pmd_page(test_pmd(mm, a));
	KEXPECT_EQ(do_madvise(mm, a + PAGES(8), PAGES(4), MADV_DONTNEED), 0);
	KEXPECT(pmd_is_table(test_pmd(mm, a)));
	KEXPECT_EQ(test_deposits(mm, a), 0U);
	KEXPECT_EQ(get_mm_rss(mm), HPAGE_PMD_NR - 4);
	KEXPECT_EQ(page_count(page), (int)HPAGE_PMD_NR - 4);
	KEXPECT_EQ(page_mapcount_total(page), (int)HPAGE_PMD_NR - 4);
	KEXPECT_EQ(page_mapcount(page + 8), 0);
	KEXPECT_EQ(page_mapcount(page + 7), 1);
	KEXPECT(pte_write(test_pte(mm, a)) && pte_dirty(test_pte(mm, a)));
	KEXPECT_EQ(deferred_split_count(), queued + 1);
	KEXPECT_EQ(*test_word(mm, a), a);
	mmput(mm);
	KEXPECT_EQ(deferred_split_count(), queued);
	test_restore_policy(policy);
}

KTEST(huge, fork_shares_it_and_a_write_splits_only_the_writers_mapping)
{
	struct test_policy policy = test_set_policy();
	struct mm *parent = mm_alloc(), *child = mm_alloc();
	unsigned long a = test_map(parent, TEST_BASE, HUGE(1), 0);
	struct page *page;

	KASSERT_TRUE(test_huge(parent, a));
	page = pmd_page(test_pmd(parent, a));
	*test_word(parent, a + PAGES(100)) = 0xaaaa;
	KEXPECT_EQ(dup_mmap(child, parent), 0);
	KEXPECT(pmd_page(test_pmd(child, a)) == page);
	KEXPECT(!pmd_write(test_pmd(parent, a)) && !pmd_write(test_pmd(child, a)));
	KEXPECT_EQ(page_mapcount_total(page), 2);
	KEXPECT_EQ(page_count(page), 2);
	KEXPECT_EQ(test_deposits(child, a), 1U);
	KEXPECT_EQ(get_mm_rss(child), HPAGE_PMD_NR);
	KEXPECT(test_write(child, a + PAGES(100), 0xbbbb));
	KEXPECT(pmd_is_table(test_pmd(child, a)) && pmd_trans_huge(test_pmd(parent, a)));
	KEXPECT(test_page(child, a + PAGES(100)) != page + 100);
	KEXPECT(test_page(child, a + PAGES(99)) == page + 99);
	KEXPECT_EQ(*test_word(parent, a + PAGES(100)), 0xaaaaULL);
	KEXPECT_EQ(page_mapcount_total(page), 1 + (int)HPAGE_PMD_NR - 1);
	KEXPECT_EQ(get_mm_rss(child), HPAGE_PMD_NR);
	mmput(child);
	/* the parent is alone again: it takes the page over as a whole */
	KEXPECT(test_write(parent, a + PAGES(5), 5));
	KEXPECT(pmd_trans_huge(test_pmd(parent, a)) && pmd_write(test_pmd(parent, a)));
	KEXPECT(huge_state_ok(parent, a));
	mmput(parent);
	test_restore_policy(policy);
}

KTEST(huge, with_the_knob_a_write_after_fork_copies_all_of_it)
{
	struct test_policy policy = test_set_policy();
	unsigned long copies = vm_event_total(THP_COW_COPY), splits = vm_event_total(THP_SPLIT_PMD);
	struct mm *parent = mm_alloc(), *child = mm_alloc();
	unsigned long a = test_map(parent, TEST_BASE, HUGE(1), 0);
	struct page *page;

	KASSERT_TRUE(test_huge(parent, a));
	page = pmd_page(test_pmd(parent, a));
	*test_word(parent, a + PAGES(100)) = 0xaaaa;
	KEXPECT_EQ(dup_mmap(child, parent), 0);
	thp_cow = THP_COW_HUGE;
	KEXPECT(test_write(child, a + PAGES(7), 0xbbbb));
	thp_cow = THP_COW_SMALL;
	KEXPECT_EQ(vm_event_total(THP_COW_COPY), copies + 1);
	KEXPECT_EQ(vm_event_total(THP_SPLIT_PMD), splits);
	KEXPECT(pmd_trans_huge(test_pmd(child, a)) && pmd_write(test_pmd(child, a)));
	KEXPECT(pmd_trans_huge(test_pmd(parent, a)) && !pmd_write(test_pmd(parent, a)));
	KEXPECT(pmd_page(test_pmd(child, a)) != page);
	KEXPECT_EQ(*test_word(child, a + PAGES(100)), 0xaaaaULL);
	KEXPECT_EQ(*test_word(child, a + PAGES(7)), 0xbbbbULL);
	KEXPECT_EQ(*test_word(parent, a + PAGES(7)), 0ULL);
	KEXPECT_EQ(get_mm_rss(child), HPAGE_PMD_NR);
	KEXPECT_EQ(page_mapcount_total(page), 1);
	KEXPECT_EQ(page_count(page), 1);
	KEXPECT_EQ(test_deposits(child, a), 1U);
	KEXPECT(huge_state_ok(child, a));
	/* the parent is alone now: nothing is copied */
	KEXPECT(test_write(parent, a, 1));
	KEXPECT(pmd_page(test_pmd(parent, a)) == page && pmd_write(test_pmd(parent, a)));
	mmput(child);
	mmput(parent);
	test_restore_policy(policy);
}

KTEST(huge, without_a_free_block_the_knob_falls_back_to_4_kb)
{
	struct test_policy policy = test_set_policy();
	unsigned long fallbacks = vm_event_total(THP_COW_FALLBACK);
	struct mm *parent = mm_alloc(), *child = mm_alloc();
	unsigned long a = test_map(parent, TEST_BASE, HUGE(1), 0);
	struct page *page;

	KASSERT_TRUE(test_huge(parent, a));
	page = pmd_page(test_pmd(parent, a));
	KEXPECT_EQ(dup_mmap(child, parent), 0);
	thp_cow = THP_COW_HUGE;
	atomic_set(&fail_page_alloc.times, 1);
	fail_page_alloc.verbose = 0;
	fail_page_alloc.probability = 100;
	KEXPECT(test_write(child, a + PAGES(7), 0xbbbb));
	fail_page_alloc.probability = 0;
	fail_page_alloc.verbose = 1;
	thp_cow = THP_COW_SMALL;
	KEXPECT_EQ(vm_event_total(THP_COW_FALLBACK), fallbacks + 1);
	KEXPECT(pmd_is_table(test_pmd(child, a)) && pmd_trans_huge(test_pmd(parent, a)));
	KEXPECT(test_page(child, a + PAGES(7)) != page + 7 && test_page(child, a + PAGES(8)) == page + 8);
	KEXPECT_EQ(get_mm_rss(child), HPAGE_PMD_NR);
	mmput(child);
	mmput(parent);
	test_restore_policy(policy);
}

KTEST(huge, mprotect_keeps_a_whole_one_and_splits_a_part)
{
	struct test_policy policy = test_set_policy();
	struct mm *mm = mm_alloc();
	unsigned long a = test_map(mm, TEST_BASE, HUGE(2), 0);

	KASSERT_TRUE(test_huge(mm, a));
	KEXPECT_EQ(do_mprotect(mm, a, HUGE(2), PROT_READ), 0);
	KEXPECT(pmd_trans_huge(test_pmd(mm, a)) && !pmd_write(test_pmd(mm, a)));
	KEXPECT_EQ(do_mprotect(mm, a, HUGE(2), PROT_NONE), 0);
	KEXPECT(pmd_trans_huge(test_pmd(mm, a)) && !(test_pmd(mm, a).pmd & _PAGE_PRESENT));
	KEXPECT(!pmd_is_invalid(test_pmd(mm, a)));
	KEXPECT_EQ(do_mprotect(mm, a, HUGE(2), TEST_RW), 0);
	KEXPECT(pmd_write(test_pmd(mm, a)));
	KEXPECT_EQ(do_mprotect(mm, a + PAGES(1), PAGES(1), PROT_READ), 0);
	KEXPECT(pmd_is_table(test_pmd(mm, a)));
	KEXPECT(pte_write(test_pte(mm, a)) && !pte_write(test_pte(mm, a + PAGES(1))));
	KEXPECT_EQ(*test_word(mm, a), a);
	KEXPECT_EQ(get_mm_rss(mm), HPAGE_PMD_NR);
	mmput(mm);
	test_restore_policy(policy);
}

KTEST(huge, mremap_moves_it_whole_with_its_deposit)
{
	struct test_policy policy = test_set_policy();
	struct mm *mm = mm_alloc();
	unsigned long a = test_map(mm, TEST_BASE, HUGE(1), 0), b = TEST_BASE + PUD_SIZE, c = TEST_BASE + HUGE(7) + PAGES(3);
	struct page *page;

	KASSERT_TRUE(test_huge(mm, a));
	page = pmd_page(test_pmd(mm, a));
	/* another PMD table: the deposit has to go along */
	KEXPECT_EQ(do_mremap(mm, a, HUGE(1), HUGE(1), MREMAP_MAYMOVE | MREMAP_FIXED, b), b);
	KEXPECT(pmd_page(test_pmd(mm, b)) == page && pmd_trans_huge(test_pmd(mm, b)));
	KEXPECT_EQ(test_deposits(mm, b), 1U);
	KEXPECT(huge_state_ok(mm, b));
	/* a place that does not fit: small pages, the same frames */
	KEXPECT_EQ(do_mremap(mm, b, HUGE(1), HUGE(1), MREMAP_MAYMOVE | MREMAP_FIXED, c), c);
	KEXPECT(test_page(mm, c) == page && test_page(mm, c + PAGES(511)) == page + 511);
	KEXPECT_EQ(*test_word(mm, c), a);
	KEXPECT_EQ(page_mapcount_total(page), (int)HPAGE_PMD_NR);
	KEXPECT_EQ(get_mm_rss(mm), HPAGE_PMD_NR);
	mmput(mm);
	test_restore_policy(policy);
}

KTEST(huge, a_page_split_leaves_every_byte_in_place)
{
	struct test_policy policy = test_set_policy();
	struct mm *mm = mm_alloc(), *child = mm_alloc();
	unsigned long a = test_map(mm, TEST_BASE, HUGE(1), 0);
	struct page *page;
	bool ok = true;

	KASSERT_TRUE(test_huge(mm, a));
	page = pmd_page(test_pmd(mm, a));
	for (unsigned long i = 0; i < HPAGE_PMD_NR; i++)
		*test_word(mm, a + PAGES(i)) = i * 31 + 1;
	KEXPECT_EQ(dup_mmap(child, mm), 0);
	KEXPECT_EQ(do_madvise(child, a, PAGES(2), MADV_DONTNEED), 0);
	get_page(page);
	lock_page(page);
	KEXPECT(split_huge_page(page) == SPLIT_OK);
	unlock_page(page);
	put_page(page);
	for (unsigned long i = 0; i < HPAGE_PMD_NR; i++) {
		ok = ok && !PageCompound(page + i) && test_page(mm, a + PAGES(i)) == page + i &&
		     *test_word(mm, a + PAGES(i)) == i * 31 + 1;
		ok = ok && (i < 2 || test_page(child, a + PAGES(i)) == page + i);
	}
	KEXPECT(ok);
	KEXPECT_EQ(page_mapcount(page), 1);
	KEXPECT_EQ(page_mapcount(page + 2), 2);
	KEXPECT(test_write(child, a + PAGES(9), 1));
	KEXPECT_EQ(*test_word(mm, a + PAGES(9)), 9 * 31 + 1ULL);
	mmput(child);
	mmput(mm);
	test_restore_policy(policy);
}

KTEST(huge, populate_and_mincore_see_all_of_it)
{
	struct test_policy policy = test_set_policy();
	struct mm *mm = mm_alloc();
	unsigned long a = test_map(mm, TEST_BASE, HUGE(2), 0);

	KEXPECT_EQ(do_madvise(mm, a, HUGE(2), MADV_HUGEPAGE), 0);
	KEXPECT_EQ(do_madvise(mm, a, HUGE(2), MADV_POPULATE_WRITE), 0);
	KEXPECT_EQ(get_mm_rss(mm), 2 * HPAGE_PMD_NR);
	KEXPECT_EQ(do_mlock(mm, a, HUGE(1), VM_LOCKED), 0);
	KEXPECT_EQ(do_munlock(mm, a, HUGE(1)), 0);
	KEXPECT_EQ(do_madvise(mm, a, HUGE(2), MADV_POPULATE_READ), 0);
	mmput(mm);
	test_restore_policy(policy);
}
