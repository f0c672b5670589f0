/* mm/split/underused_test.c - huge pages that are mostly zeroes: which are split, and what becomes of their parts.
 */
#include <mm/check/check_mm.h>
#include <mm/check/test_mm.h>
#include <mm/frame/buddy.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>
#include <mm/split/split.h>

/* An mm with one huge page of which the first nr parts are used: the rest is zeroes. */
static struct mm *used_mm(unsigned int nr)
{
	struct mm *mm = test_huge_mm(1);

	if (!mm)
		return NULL;
	mmap_read_lock(mm);
	for (unsigned int i = nr; i < HPAGE_PMD_NR; i++) {
		struct page *page = get_user_page(mm, TEST_BASE + i * PAGE_SIZE, true);

		*(unsigned long *)page_address(page) = 0;
		put_page(page);
	}
	mmap_read_unlock(mm);
	lru_add_drain_all();
	return mm;
}

static pte_t pte_at(struct mm *mm, unsigned int i)
{
	pmd_t pmd = pmdp_get(mm_find_pmd(mm, TEST_BASE));

	return pmd_is_table(pmd) ? ptep_get(pte_offset(pmd, TEST_BASE + i * PAGE_SIZE)) : __pte(0);
}

/* All that wait are looked at, so that ours is among them. => how many were split */
static unsigned long scan_all(void)
{
	unsigned long before = vm_event_total(THP_UNDERUSED_SPLIT_PAGE);

	underused_scan(underused_count());
	return vm_event_total(THP_UNDERUSED_SPLIT_PAGE) - before;
}

KTEST(underused, one_page_more_than_the_limit_is_zeroes)
{
	static char report[1024];
	unsigned int limit = khugepaged_max_ptes_none, max = 200;
	struct mm *mm = used_mm(HPAGE_PMD_NR - max - 1);
	unsigned long free, i;

	KASSERT_TRUE(mm);
	khugepaged_max_ptes_none = max;
	free = nr_free_pages();
	KEXPECT_GE(underused_count(), 1UL);
	KEXPECT_EQ(scan_all(), 1UL);
	khugepaged_max_ptes_none = limit;
	KEXPECT_GE(nr_free_pages(), free + max / 2);
	KEXPECT_EQ(get_mm_counter(mm, MM_ANONPAGES), HPAGE_PMD_NR - max - 1);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, HPAGE_PMD_NR - max - 1), 0U);
	for (i = HPAGE_PMD_NR - max - 1; i < HPAGE_PMD_NR; i++)
		if (!pte_special(pte_at(mm, i)) || pte_pfn(pte_at(mm, i)) != zero_pfn || pte_write(pte_at(mm, i)))
			break;
	KEXPECT_EQ(i, HPAGE_PMD_NR);
	/* Its own again by a write. */
	KEXPECT_EQ(test_touch(mm, TEST_BASE + i * PAGE_SIZE - PAGE_SIZE, 1), 0);
	KEXPECT_EQ(get_mm_counter(mm, MM_ANONPAGES), HPAGE_PMD_NR - max);
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	mmput(mm);
}

KTEST(underused, as_many_zeroes_as_the_limit_are_left)
{
	unsigned int limit = khugepaged_max_ptes_none, max = 200;
	struct mm *mm = used_mm(HPAGE_PMD_NR - max - 1);

	KASSERT_TRUE(mm);
	/* The last one that is used comes behind all zeroes, so that these have been counted when it is seen. */
	KASSERT_EQ(test_touch(mm, TEST_BASE + (HPAGE_PMD_NR - 1) * PAGE_SIZE, 1), 0);
	lru_add_drain_all();
	khugepaged_max_ptes_none = max;
	KEXPECT_EQ(scan_all(), 0UL);
	KEXPECT(pmd_trans_huge(pmdp_get(mm_find_pmd(mm, TEST_BASE))));
	/* Once is enough: it is not looked at again. */
	KEXPECT_EQ(underused_count(), 0UL);
	khugepaged_max_ptes_none = limit;
	mmput(mm);
}

KTEST(underused, nothing_is_with_the_default_or_when_it_is_off)
{
	unsigned int limit = khugepaged_max_ptes_none;
	struct mm *mm = used_mm(1);

	KASSERT_TRUE(mm);
	khugepaged_max_ptes_none = HPAGE_PMD_NR - 1;
	KEXPECT_EQ(underused_count(), 0UL);
	khugepaged_max_ptes_none = 0;
	split_underused_thp = false;
	KEXPECT_EQ(underused_count(), 0UL);
	KEXPECT_EQ(scan_all(), 0UL);
	split_underused_thp = true;
	KEXPECT_EQ(scan_all(), 1UL);
	khugepaged_max_ptes_none = limit;
	mmput(mm);
}

KTEST(underused, one_that_is_held_is_left_and_looked_at_again)
{
	unsigned int limit = khugepaged_max_ptes_none;
	unsigned long failed = vm_event_total(THP_SPLIT_PAGE_FAILED), waiting;
	struct mm *mm = used_mm(1);
	struct page *page;

	KASSERT_TRUE(mm);
	khugepaged_max_ptes_none = 0;
	waiting = underused_count();
	page = test_page(mm, TEST_BASE + 100 * PAGE_SIZE);
	KASSERT_TRUE(page);
	KEXPECT_EQ(scan_all(), 0UL);
	KEXPECT_EQ(vm_event_total(THP_SPLIT_PAGE_FAILED), failed + 1);
	KEXPECT(pmd_trans_huge(pmdp_get(mm_find_pmd(mm, TEST_BASE))) || page_mapcount(page) == 1);
	KEXPECT_GE(underused_count(), 1UL);
	KEXPECT_LE(underused_count(), waiting);
	put_page(page);
	KEXPECT_EQ(scan_all(), 1UL);
	khugepaged_max_ptes_none = limit;
	KEXPECT_EQ(get_mm_counter(mm, MM_ANONPAGES), 1UL);
	mmput(mm);
}

KTEST(underused, what_two_share_becomes_the_zero_page_for_both)
{
	unsigned int limit = khugepaged_max_ptes_none;
	struct mm *mm = used_mm(2), *child = mm_alloc();

	KASSERT_TRUE(mm && child);
	KASSERT_EQ(dup_mmap(child, mm), 0);
	khugepaged_max_ptes_none = 0;
	KEXPECT_EQ(scan_all(), 1UL);
	khugepaged_max_ptes_none = limit;
	KEXPECT_EQ(get_mm_counter(mm, MM_ANONPAGES), 2UL);
	KEXPECT_EQ(get_mm_counter(child, MM_ANONPAGES), 2UL);
	KEXPECT(pte_pfn(pte_at(mm, 300)) == zero_pfn && pte_pfn(pte_at(child, 300)) == zero_pfn);
	KEXPECT_EQ(test_wrong(child, TEST_BASE, 2), 0U);
	mmput(child);
	mmput(mm);
}

KTEST(underused, mlocked_memory_keeps_its_pages)
{
	struct mm *mm = used_mm(2);
	struct page *head;

	KASSERT_TRUE(mm);
	KASSERT_EQ(do_mlock(mm, TEST_BASE, HPAGE_PMD_SIZE, VM_LOCKED), 0);
	lru_add_drain_all();
	head = test_page(mm, TEST_BASE);
	KASSERT_TRUE(head);
	lock_page(head);
	KEXPECT_EQ((int)split_huge_page(head), SPLIT_OK);
	unlock_page(head);
	put_page(head);
	KEXPECT_EQ(get_mm_counter(mm, MM_ANONPAGES), HPAGE_PMD_NR);
	KEXPECT(pte_pfn(pte_at(mm, 300)) != zero_pfn);
	mmput(mm);
}

KTEST(underused, one_that_gets_holes_waits_for_these)
{
	unsigned int limit = khugepaged_max_ptes_none;
	unsigned long holes = deferred_split_count(), waiting;
	struct mm *mm = used_mm(HPAGE_PMD_NR);

	KASSERT_TRUE(mm);
	khugepaged_max_ptes_none = 0;
	waiting = underused_count();
	KEXPECT_EQ(do_munmap(mm, TEST_BASE, 3 * PAGE_SIZE), 0);
	KEXPECT_EQ(deferred_split_count(), holes + 1);
	KEXPECT_EQ(underused_count(), waiting - 1);
	khugepaged_max_ptes_none = limit;
	mmput(mm);
	KEXPECT_EQ(deferred_split_count(), holes);
}
