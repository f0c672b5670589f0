/* mm/check/check_test.c - the checker is quiet when all is well, and finds what is put wrong on purpose.
 */
#include <mm/check/check_mm.h>
#include <mm/check/test_mm.h>
#include <mm/split/split.h>

static char report[2048];

/* => the number of violations; a report of the right kind names the invariant */
static int check_for(const char *invariant)
{
	int violations = check_mm(report, sizeof(report));

	return strstr(report, invariant) ? violations : 0;
}

static struct mm *mixed_mm(void)
{
	struct mm *mm = test_huge_mm(2);
	enum thp_enabled before = test_thp(THP_NEVER);

	if (mm) {
		mmap_write_lock(mm);
		split_huge_pmd(find_vma(mm, TEST_BASE), mm_find_pmd(mm, TEST_BASE), TEST_BASE);
		mmap_write_unlock(mm);
		do_munmap(mm, TEST_BASE, 7 * PAGE_SIZE);
	}
	test_thp(before);
	return mm;
}

KTEST(check_mm, all_is_well)
{
	struct mm *mm = mixed_mm(), *child = mm_alloc();
	int violations;

	KASSERT_TRUE(mm && child);
	KEXPECT_EQ(dup_mmap(child, mm), 0);
	violations = check_mm(report, sizeof(report));
	KEXPECT_EQ(violations, 0);
	if (violations)
		printk("%s", report);
	mmput(child);
	mmput(mm);
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
}

KTEST(check_mm, a_wrong_rss_counter_is_found)
{
	struct mm *mm = mixed_mm();

	KASSERT_TRUE(mm);
	add_mm_counter(mm, MM_ANONPAGES, 1);
	KEXPECT_EQ(check_for("I7: "), 1);
	add_mm_counter(mm, MM_ANONPAGES, -1);
	mmput(mm);
}

KTEST(check_mm, a_lost_deposit_is_found)
{
	struct mm *mm = mixed_mm();
	pmd_t *pmd = mm_find_pmd(mm, TEST_BASE + HPAGE_PMD_SIZE);
	struct page *table;
	spinlock_t *ptl;

	KASSERT_TRUE(mm);
	ptl = pmd_lock(pmd);
	table = pgtable_trans_huge_withdraw(pmd);
	spin_unlock(ptl);
	KEXPECT_GE(check_for("I4: "), 1);
	ptl = pmd_lock(pmd);
	pgtable_trans_huge_deposit(pmd, table);
	spin_unlock(ptl);
	mmput(mm);
}

KTEST(check_mm, a_wrong_mapcount_is_found)
{
	struct mm *mm = mixed_mm();
	struct page *page;

	KASSERT_TRUE(mm);
	page = test_page(mm, TEST_BASE + 9 * PAGE_SIZE);
	KASSERT_TRUE(page);
	atomic_inc(&page->_mapcount);
	KEXPECT_GE(check_for("I2: "), 1);
	atomic_dec(&page->_mapcount);
	put_page(page);
	mmput(mm);
}

KTEST(check_mm, a_reference_that_nobody_explains_is_found)
{
	struct mm *mm = mixed_mm();
	struct page *page;

	KASSERT_TRUE(mm);
	page = test_page(mm, TEST_BASE + HPAGE_PMD_SIZE);
	KASSERT_TRUE(page);
	KEXPECT_EQ(check_for("I1: "), 1);
	put_page(page);
	mmput(mm);
}

KTEST(check_mm, a_page_that_its_reverse_map_does_not_find_is_found)
{
	struct mm *mm = mixed_mm();
	struct page *page;

	KASSERT_TRUE(mm);
	page = compound_head(test_page(mm, TEST_BASE + HPAGE_PMD_SIZE));
	page->index++;
	put_page(page);
	KEXPECT_EQ(check_for("I9: "), 1);
	page->index--;
	mmput(mm);
}

KTEST(check_mm, a_flag_that_names_another_list_is_found)
{
	struct mm *mm = mixed_mm();
	struct page *page;

	KASSERT_TRUE(mm);
	page = compound_head(test_page(mm, TEST_BASE + HPAGE_PMD_SIZE));
	put_page(page);
	page->flags ^= BIT(PG_active);
	KEXPECT_GE(check_for("I6: "), 1);
	page->flags ^= BIT(PG_active);
	mmput(mm);
}
