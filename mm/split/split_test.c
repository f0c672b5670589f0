/* mm/split/split_test.c - huge mappings and huge pages come apart, and what must not change when they do.
 */
#include <mm/split/split.h>
#include <mm/check/test_mm.h>
#include <mm/frame/buddy.h>
#include <mm/frame/vmstat.h>
#include <mm/split/migration_entry.h>

static void split_mapping(struct mm *mm, unsigned long address)
{
	mmap_write_lock(mm);
	split_huge_pmd(find_vma(mm, address), mm_find_pmd(mm, address), address);
	mmap_write_unlock(mm);
}

/* The head of the huge page at TEST_BASE, locked, with the one reference that a split wants. */
static struct page *lock_head(struct mm *mm)
{
	struct page *head;

	lru_add_drain_all();
	head = compound_head(test_page(mm, TEST_BASE));
	lock_page(head);
	return head;
}

static void unlock_and_put(struct page *page)
{
	unlock_page(page);
	put_page(page);
}

KTEST(split, a_pmd_split_keeps_page_data_and_counts)
{
	struct mm *mm = test_huge_mm(1);
	struct page *head;
	unsigned long splits = vm_event_total(THP_SPLIT_PMD), rss;

	KASSERT_TRUE(mm);
	head = test_page(mm, TEST_BASE);
	rss = get_mm_counter(mm, MM_ANONPAGES);
	split_mapping(mm, TEST_BASE + 5 * PAGE_SIZE);
	KEXPECT_EQ(vm_event_total(THP_SPLIT_PMD), splits + 1);
	KEXPECT(pmd_is_table(pmdp_get(mm_find_pmd(mm, TEST_BASE))));
	KEXPECT(PageTransHuge(head));
	KEXPECT_EQ(page_mapcount_total(head), (int)HPAGE_PMD_NR);
	KEXPECT_EQ(page_count(head), (int)HPAGE_PMD_NR + 1);
	KEXPECT_EQ(page_mapcount(head + 17), 1);
	KEXPECT(PageAnonExclusive(head + 17));
	KEXPECT_EQ(get_mm_counter(mm, MM_ANONPAGES), rss);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	put_page(head);
	mmput(mm);
}

KTEST(split, a_second_pmd_split_does_nothing)
{
	struct mm *mm = test_huge_mm(1);
	unsigned long splits;

	KASSERT_TRUE(mm);
	split_mapping(mm, TEST_BASE);
	splits = vm_event_total(THP_SPLIT_PMD);
	split_mapping(mm, TEST_BASE);
	KEXPECT_EQ(vm_event_total(THP_SPLIT_PMD), splits);
	mmput(mm);
}

KTEST(split, the_huge_zero_page_becomes_512_times_the_small_one)
{
	enum thp_enabled before = test_thp(THP_ALWAYS);
	struct mm *mm = test_mm(1);
	struct page *page;
	spinlock_t *ptl;
	pte_t *pte;

	KASSERT_TRUE(mm);
	mmap_read_lock(mm);
	page = get_user_page(mm, TEST_BASE, false);
	mmap_read_unlock(mm);
	test_thp(before);
	KASSERT_TRUE(!IS_ERR(page));
	put_page(page);
	KASSERT_TRUE(pmd_special(pmdp_get(mm_find_pmd(mm, TEST_BASE))));
	split_mapping(mm, TEST_BASE);
	pte = pte_offset_map_lock(mm_find_pmd(mm, TEST_BASE), TEST_BASE, &ptl);
	KASSERT_TRUE(pte);
	for (unsigned int i = 0; i < HPAGE_PMD_NR; i++)
		KEXPECT(pte_pfn(ptep_get(&pte[i])) == zero_pfn && pte_special(ptep_get(&pte[i])) && !pte_write(ptep_get(&pte[i])));
	pte_unmap_unlock(pte, ptl);
	KEXPECT_EQ(get_mm_counter(mm, MM_ANONPAGES), 0UL);
	mmput(mm);
}

KTEST(split, a_page_split_makes_512_pages_with_the_same_data)
{
	struct mm *mm = test_huge_mm(1);
	unsigned long splits = vm_event_total(THP_SPLIT_PAGE);
	struct page *head, *page;

	KASSERT_TRUE(mm);
	head = lock_head(mm);
	KEXPECT_EQ((int)split_huge_page(head), SPLIT_OK);
	KEXPECT_EQ(vm_event_total(THP_SPLIT_PAGE), splits + 1);
	KEXPECT(!PageCompound(head) && !PageCompound(head + 1) && !PageCompound(head + 511));
	KEXPECT(PageLocked(head) && !PageLocked(head + 1));
	KEXPECT_EQ(page_count(head), 2);
	KEXPECT_EQ(page_count(head + 3), 1);
	KEXPECT_EQ(page_mapcount(head + 3), 1);
	KEXPECT(PageLRU(head) && PageLRU(head + 511));
	KEXPECT(PageAnonExclusive(head + 5));
	KEXPECT_EQ((head + 9)->index, head->index + 9);
	unlock_and_put(head);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	page = test_page(mm, TEST_BASE + 100 * PAGE_SIZE);
	KEXPECT(page == head + 100);
	put_page(page);
	mmput(mm);
}

KTEST(split, a_pinned_page_stays_as_it_was)
{
	struct mm *mm = test_huge_mm(1);
	unsigned long failed = vm_event_total(THP_SPLIT_PAGE_FAILED);
	struct page *head;

	KASSERT_TRUE(mm);
	head = lock_head(mm);
	get_page(head);		/* the pin */
	KEXPECT_EQ((int)split_huge_page(head), SPLIT_PINNED);
	KEXPECT_EQ(vm_event_total(THP_SPLIT_PAGE_FAILED), failed + 1);
	KEXPECT(PageTransHuge(head) && PageLocked(head));
	KEXPECT_EQ(page_count(head), 2 + page_mapcount_total(head));
	put_page(head);
	unlock_and_put(head);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	mmput(mm);
}

KTEST(split, parts_that_are_unmapped_while_a_split_fails_make_the_page_wait_for_another)
{
	struct mm *mm = test_huge_mm(1);
	unsigned long queued = deferred_split_count();
	struct page *head;

	KASSERT_TRUE(mm);
	head = lock_head(mm);
	KEXPECT(try_to_migrate(head, false, true, NULL));
	lock_check_pause();	/* it plays another task: we hold the page lock */
	KEXPECT_EQ(do_madvise(mm, TEST_BASE + 9 * PAGE_SIZE, 7 * PAGE_SIZE, 4 /* MADV_DONTNEED */), 0);
	lock_check_resume();
	remove_migration_ptes(head, head, HPAGE_PMD_NR, false);
	KEXPECT_EQ(page_mapcount_total(head), (int)HPAGE_PMD_NR - 7);
	KEXPECT_EQ(deferred_split_count(), queued);
	get_page(head);		/* the pin that the split fails at */
	KEXPECT_EQ((int)split_huge_page(head), SPLIT_PINNED);
	put_page(head);
	KEXPECT_EQ(deferred_split_count(), queued + 1);
	unlock_and_put(head);
	KEXPECT_EQ(deferred_split_scan(1), 7UL);
	mmput(mm);
}

KTEST(split, mappings_come_back_when_the_count_cannot_be_frozen)
{
	struct mm *mm = test_huge_mm(1);
	struct page *head;

	KASSERT_TRUE(mm);
	head = lock_head(mm);
	/* The steps of a split up to the freeze, and back: as if a pin had come between the first look and the freeze. */
	KEXPECT(try_to_migrate(head, false, true, NULL));
	KEXPECT(!page_mapped(head));
	KEXPECT_EQ(page_count(head), 1);
	KEXPECT_EQ(get_mm_counter(mm, MM_ANONPAGES), HPAGE_PMD_NR);
	remove_migration_ptes(head, head, 0, 0);
	KEXPECT_EQ(page_mapcount_total(head), (int)HPAGE_PMD_NR);
	KEXPECT(PageAnonExclusive(head + 200));
	unlock_and_put(head);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	mmput(mm);
}

KTEST(split, a_page_of_parent_and_child_is_split_for_both)
{
	struct mm *parent = test_huge_mm(1), *child = mm_alloc();
	struct page *head;

	KASSERT_TRUE(parent && child);
	KASSERT_EQ(dup_mmap(child, parent), 0);
	head = lock_head(parent);
	KEXPECT_EQ(page_mapcount_total(head), 2);
	KEXPECT_EQ((int)split_huge_page(head), SPLIT_OK);
	KEXPECT_EQ(page_mapcount(head + 77), 2);
	KEXPECT(!PageAnonExclusive(head + 77));
	unlock_and_put(head);
	KEXPECT_EQ(test_wrong(parent, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(test_wrong(child, TEST_BASE, HPAGE_PMD_NR), 0U);
	mmput(child);
	mmput(parent);
}

KTEST(split, a_hole_queues_the_page_and_the_shrinker_frees_it)
{
	unsigned long before = deferred_split_count(), hole = 100;
	struct mm *mm = test_huge_mm(1);

	KASSERT_TRUE(mm);
	KEXPECT_EQ(do_munmap(mm, TEST_BASE + 10 * PAGE_SIZE, hole * PAGE_SIZE), 0);
	KEXPECT_EQ(deferred_split_count(), before + 1);
	lru_add_drain_all();
	KEXPECT_GE(deferred_split_scan(deferred_split_count()), hole);
	KEXPECT_LE(deferred_split_count(), before);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, 10), 0U);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE + 110 * PAGE_SIZE, HPAGE_PMD_NR - 110), 0U);
	mmput(mm);
}

KTEST(split, a_queued_page_that_dies_leaves_the_queue)
{
	unsigned long before = deferred_split_count();
	struct mm *mm = test_huge_mm(1);

	KASSERT_TRUE(mm);
	KEXPECT_EQ(do_munmap(mm, TEST_BASE, PAGE_SIZE), 0);
	KEXPECT_EQ(deferred_split_count(), before + 1);
	mmput(mm);
	KEXPECT_EQ(deferred_split_count(), before);
}

KTEST(split, migration_entries_keep_what_the_pte_knew)
{
	struct page *page = pfn_to_page(4096);
	struct vma vma = { .vm_flags = VM_READ | VM_WRITE };
	pte_t pte = mk_pte(page, vm_get_page_prot(vma.vm_flags)), back;

	pte = pte_mkold(pte_mkclean(pte));
	back = restore_migration_pte(page, &vma, make_migration_pte(page, pte, false));
	KEXPECT(!pte_young(back) && !pte_dirty(back) && !pte_write(back));
	back = restore_migration_pte(page, &vma, make_migration_pte(page, pte_mkwrite(pte_mkdirty(pte_mkyoung(pte))), true));
	KEXPECT(pte_young(back) && pte_dirty(back) && pte_write(back) && pte_soft_dirty(back));
	KEXPECT(pte_page(back) == page);
	vma.vm_flags = VM_READ;		/* mprotect was here */
	back = restore_migration_pte(page, &vma, make_migration_pte(page, pte_mkwrite(pte), true));
	KEXPECT(!pte_write(back));
}
