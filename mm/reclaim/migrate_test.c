/* mm/reclaim/migrate_test.c - pages move to other frames: who maps them sees the same data, and who holds one keeps it.
 */
#include <mm/reclaim/migrate.h>
#include <kernel/sched/task.h>
#include <kernel/sync/completion.h>
#include <mm/alloc/page_alloc.h>
#include <mm/check/check_mm.h>
#include <mm/check/test_mm.h>
#include <mm/file/page_cache.h>
#include <mm/frame/vmstat.h>
#include <mm/split/migration_entry.h>

#define NR_PAGES	64U

static bool no_targets;		/* for huge pages: none of their size */

static struct page *test_get(struct page *old, void *arg __unused)
{
	if (!PageHead(old))
		return alloc_page(GFP_HIGHUSER_MOVABLE);
	return no_targets ? NULL : alloc_pages(GFP_TRANSHUGE, HPAGE_PMD_ORDER);
}

static void test_put(struct page *new, void *arg __unused)
{
	put_page(new);
}

static const struct migrate_targets test_targets = { test_get, test_put, NULL };

/* Isolate the pages at nr addresses. => how many were */
static unsigned int isolate(struct mm *mm, unsigned long address, unsigned int nr, struct list_head *list)
{
	unsigned int isolated = 0;

	INIT_LIST_HEAD(list);
	lru_add_drain_all();
	for (unsigned int i = 0; i < nr; i++) {
		struct page *page = test_page(mm, address + i * PAGE_SIZE);

		if (page && isolate_lru_page(compound_head(page))) {
			list_add_tail(&compound_head(page)->lru, list);
			isolated++;
		}
		if (page)
			put_page(page);
	}
	return isolated;
}

/* => pages that stayed */
static long move(struct mm *mm, unsigned int nr, enum migrate_mode mode)
{
	struct list_head list;
	long left;

	isolate(mm, TEST_BASE, nr, &list);
	left = migrate_pages(&list, &test_targets, mode, MR_SYSCALL, NULL);
	putback_movable_pages(&list);
	lru_add_drain_all();
	return left;
}

static struct mm *small_mm(unsigned int nr)
{
	enum thp_enabled before = test_thp(THP_NEVER);
	struct mm *mm = test_mm(1);

	if (mm && test_touch(mm, TEST_BASE, nr)) {
		mmput(mm);
		mm = NULL;
	}
	test_thp(before);
	return mm;
}

static unsigned long frame_at(struct mm *mm, unsigned long address)
{
	struct page *page = test_page(mm, address);
	unsigned long pfn = page ? page_to_pfn(page) : 0;

	if (page)
		put_page(page);
	return pfn;
}

KTEST(migrate, pages_move_with_their_content_flags_and_rights)
{
	struct mm *mm = small_mm(NR_PAGES);
	unsigned long before, moved = vm_event_total(PGMIGRATE_SUCCESS);
	struct page *page;
	pte_t pte;

	KASSERT_TRUE(mm);
	before = frame_at(mm, TEST_BASE);
	KEXPECT_EQ(move(mm, NR_PAGES, MIGRATE_ASYNC), 0L);
	KEXPECT_EQ(vm_event_total(PGMIGRATE_SUCCESS), moved + NR_PAGES);
	KEXPECT(frame_at(mm, TEST_BASE) != before);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, NR_PAGES), 0U);
	page = test_page(mm, TEST_BASE);
	pte = ptep_get(pte_offset(pmdp_get(mm_find_pmd(mm, TEST_BASE)), TEST_BASE));
	KEXPECT(pte_write(pte) && pte_dirty(pte) && pte_young(pte));
	KEXPECT(PageAnonExclusive(page) && PageLRU(page) && PageUptodate(page) && PageSwapBacked(page));
	KEXPECT_EQ(page_count(page), 2);
	KEXPECT_EQ(page_mapcount(page), 1);
	put_page(page);
	mmput(mm);
}

KTEST(migrate, a_pinned_page_stays_as_it_was)
{
	struct mm *mm = small_mm(4);
	unsigned long failed = vm_event_total(PGMIGRATE_FAIL), before;
	struct page *pinned;

	KASSERT_TRUE(mm);
	before = frame_at(mm, TEST_BASE + PAGE_SIZE);
	pinned = test_page(mm, TEST_BASE + PAGE_SIZE);
	KEXPECT_EQ(move(mm, 4, MIGRATE_SYNC), 1L);
	KEXPECT_EQ(vm_event_total(PGMIGRATE_FAIL), failed + 1);
	KEXPECT_EQ(frame_at(mm, TEST_BASE + PAGE_SIZE), before);
	KEXPECT(PageLRU(pinned) && !PageLocked(pinned) && PageAnonExclusive(pinned));
	KEXPECT_EQ(page_count(pinned), 2);
	put_page(pinned);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, 4), 0U);
	mmput(mm);
}

KTEST(migrate, a_locked_page_is_left_by_who_must_not_wait)
{
	struct mm *mm = small_mm(1);
	struct page *page;

	KASSERT_TRUE(mm);
	page = test_page(mm, TEST_BASE);
	SetPageLocked(page);	/* as if by somebody else */
	put_page(page);
	KEXPECT_EQ(move(mm, 1, MIGRATE_ASYNC), 1L);
	KEXPECT(PageLRU(page));
	ClearPageLocked(page);
	KEXPECT_EQ(move(mm, 1, MIGRATE_ASYNC), 0L);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, 1), 0U);
	mmput(mm);
}

KTEST(migrate, a_page_of_parent_and_child_moves_for_both)
{
	struct mm *parent = small_mm(NR_PAGES), *child = mm_alloc();
	struct page *page;

	KASSERT_TRUE(parent && child);
	KASSERT_EQ(dup_mmap(child, parent), 0);
	KEXPECT_EQ(move(parent, NR_PAGES, MIGRATE_SYNC_LIGHT), 0L);
	KEXPECT_EQ(frame_at(parent, TEST_BASE), frame_at(child, TEST_BASE));
	page = test_page(child, TEST_BASE);
	KEXPECT_EQ(page_mapcount(page), 2);
	KEXPECT(!PageAnonExclusive(page));
	put_page(page);
	KEXPECT_EQ(test_wrong(parent, TEST_BASE, NR_PAGES), 0U);
	KEXPECT_EQ(test_wrong(child, TEST_BASE, NR_PAGES), 0U);
	mmput(child);
	mmput(parent);
}

struct faulter {
	struct mm	*mm;
	bool		stop, reads_only;
	unsigned int	wrong;
	unsigned long	rounds;
	struct completion finished;
};

static int fault_all_the_time(void *arg)
{
	struct faulter *f = arg;

	do {
		f->wrong += test_wrong(f->mm, TEST_BASE, NR_PAGES);
		/* A write in one of the two: it must go to his own copy, or to the moved page. */
		if (!f->reads_only)
			f->wrong += test_touch(f->mm, TEST_BASE + f->rounds % NR_PAGES * PAGE_SIZE, 1) != 0;
		f->rounds++;
		cond_resched();
	} while (!READ_ONCE(f->stop));
	complete(&f->finished);
	return 0;
}

KTEST(migrate, two_processes_fault_and_write_while_their_pages_move_again_and_again)
{
	static char report[1024];
	struct mm *parent = small_mm(NR_PAGES), *child = mm_alloc();
	struct faulter faulters[2];
	unsigned long moved = vm_event_total(PGMIGRATE_SUCCESS);

	KASSERT_TRUE(parent && child);
	KASSERT_EQ(dup_mmap(child, parent), 0);
	for (unsigned int i = 0; i < 2; i++) {
		faulters[i] = (struct faulter){ .mm = i ? child : parent };
		init_completion(&faulters[i].finished);
		kthread_run(fault_all_the_time, &faulters[i], "faulter%u", i);
	}
	for (unsigned int i = 0; i < 60; i++) {
		move(i & 1 ? child : parent, NR_PAGES, i % 3);
		cond_resched();
	}
	for (unsigned int i = 0; i < 2; i++) {
		WRITE_ONCE(faulters[i].stop, true);
		wait_for_completion(&faulters[i].finished);
		KEXPECT_EQ(faulters[i].wrong, 0U);
		KEXPECT_GT(faulters[i].rounds, 0UL);
	}
	KEXPECT_GT(vm_event_total(PGMIGRATE_SUCCESS), moved + NR_PAGES);
	KEXPECT_EQ(test_wrong(parent, TEST_BASE, NR_PAGES), 0U);
	KEXPECT_EQ(test_wrong(child, TEST_BASE, NR_PAGES), 0U);
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	mmput(child);
	mmput(parent);
}

KTEST(migrate, a_huge_page_moves_as_a_whole)
{
	struct mm *mm = test_huge_mm(1);
	unsigned long thps = vm_event_total(THP_MIGRATION_SUCCESS), splits = vm_event_total(THP_SPLIT_PMD);
	unsigned long mapped, before;
	struct page *page;
	pmd_t pmd;

	KASSERT_TRUE(mm);
	mapped = page_state(NR_ANON_THPS);
	before = frame_at(mm, TEST_BASE);
	KEXPECT_EQ(move(mm, 1, MIGRATE_SYNC_LIGHT), 0L);
	KEXPECT_EQ(vm_event_total(THP_MIGRATION_SUCCESS), thps + 1);
	KEXPECT_EQ(vm_event_total(THP_SPLIT_PMD), splits);
	KEXPECT_EQ(page_state(NR_ANON_THPS), mapped);
	KEXPECT(frame_at(mm, TEST_BASE) != before);
	pmd = pmdp_get(mm_find_pmd(mm, TEST_BASE));
	KEXPECT(pmd_trans_huge(pmd) && pmd_write(pmd) && pmd_dirty(pmd) && pmd_young(pmd));
	page = test_page(mm, TEST_BASE + 5 * PAGE_SIZE);
	KEXPECT(PageTransHuge(compound_head(page)) && PageAnonExclusive(compound_head(page)));
	KEXPECT_EQ(page_mapcount_total(page), 1);
	KEXPECT(!PagePartiallyMapped(compound_head(page)));
	put_page(page);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	mmput(mm);
}

/* The huge page of mm at TEST_BASE, locked, its mappings migration entries of 2 MB. Ends with end_move(). */
static struct page *begin_move(struct ktest_run *ktest_run, struct mm *mm)
{
	struct page *head = test_page(mm, TEST_BASE);

	lock_page(head);
	KEXPECT(try_to_migrate(head, false, false, NULL));
	KEXPECT(is_pmd_migration_entry(pmdp_get(mm_find_pmd(mm, TEST_BASE))));
	KEXPECT_EQ(page_count(head), 1);
	/* What happens until end_move() is somebody else's doing, who knows nothing of our lock. */
	page_lock_hand_over(head);
	return head;
}

static void end_move(struct page *head)
{
	remove_migration_ptes(head, head, 0, false);
	unlock_page(head);
	put_page(head);
}

KTEST(migrate, a_huge_page_is_forked_while_it_moves)
{
	struct mm *parent = test_huge_mm(1), *child = mm_alloc();
	struct page *head;

	KASSERT_TRUE(parent && child);
	head = begin_move(ktest_run, parent);
	KEXPECT_EQ(dup_mmap(child, parent), 0);
	KEXPECT(is_pmd_migration_entry(pmdp_get(mm_find_pmd(child, TEST_BASE))));
	end_move(head);
	KEXPECT_EQ(page_mapcount_total(head), 2);
	KEXPECT(!PageAnonExclusive(head));
	KEXPECT(!pmd_write(pmdp_get(mm_find_pmd(parent, TEST_BASE))) && !pmd_write(pmdp_get(mm_find_pmd(child, TEST_BASE))));
	KEXPECT_EQ(test_wrong(parent, TEST_BASE, HPAGE_PMD_NR) + test_wrong(child, TEST_BASE, HPAGE_PMD_NR), 0U);
	mmput(child);
	mmput(parent);
}

KTEST(migrate, a_huge_page_is_cut_and_unmapped_while_it_moves)
{
	static char report[1024];
	struct mm *mm = test_huge_mm(2);
	struct page *head;

	KASSERT_TRUE(mm);
	head = begin_move(ktest_run, mm);
	/* The first 4 KB go: its entry is cut into 512. */
	mmap_read_lock(mm);
	zap_page_range(find_vma(mm, TEST_BASE), TEST_BASE, TEST_BASE + PAGE_SIZE);
	mmap_read_unlock(mm);
	KEXPECT(pmd_is_table(pmdp_get(mm_find_pmd(mm, TEST_BASE))));
	KEXPECT_EQ(get_mm_counter(mm, MM_ANONPAGES), 2 * HPAGE_PMD_NR - 1);
	end_move(head);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE + PAGE_SIZE, 2 * HPAGE_PMD_NR - 1), 0U);
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	mmput(mm);

	mm = test_huge_mm(1);
	KASSERT_TRUE(mm);
	head = begin_move(ktest_run, mm);
	/* All of it goes: nothing is left to restore, and the page with its last reference. */
	mmap_read_lock(mm);
	zap_page_range(find_vma(mm, TEST_BASE), TEST_BASE, TEST_BASE + HPAGE_PMD_SIZE);
	mmap_read_unlock(mm);
	KEXPECT(pmd_none(pmdp_get(mm_find_pmd(mm, TEST_BASE))));
	KEXPECT_EQ(get_mm_counter(mm, MM_ANONPAGES), 0UL);
	end_move(head);
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	mmput(mm);
}

KTEST(migrate, a_huge_page_loses_its_write_permission_while_it_moves)
{
	struct mm *mm = test_huge_mm(1);
	struct page *head;

	KASSERT_TRUE(mm);
	head = begin_move(ktest_run, mm);
	KEXPECT_EQ(do_mprotect(mm, TEST_BASE, HPAGE_PMD_SIZE, 1), 0);
	KEXPECT_EQ(do_mprotect(mm, TEST_BASE, HPAGE_PMD_SIZE, TEST_PROT_RW), 0);
	end_move(head);
	KEXPECT(!pmd_write(pmdp_get(mm_find_pmd(mm, TEST_BASE))));
	KEXPECT_EQ(test_touch(mm, TEST_BASE, HPAGE_PMD_NR), 0);
	KEXPECT(pmd_write(pmdp_get(mm_find_pmd(mm, TEST_BASE))));
	mmput(mm);
}

/*
 * Until the huge page has moved 20 times: a faulter that loses its CPU while it holds the page makes a move fail, as often as
 * it is tried meanwhile. => false: it is not huge any more
 */
static bool move_huge_while_faulting(struct mm *a, struct mm *b, struct faulter *faulters, bool writes)
{
	unsigned long moved = vm_event_total(THP_MIGRATION_SUCCESS);
	bool huge = true;

	for (unsigned int i = 0; i < 2; i++) {
		faulters[i] = (struct faulter){ .mm = i ? b : a, .reads_only = !writes };
		init_completion(&faulters[i].finished);
		kthread_run(fault_all_the_time, &faulters[i], "faulter%u", i);
	}
	while (huge && vm_event_total(THP_MIGRATION_SUCCESS) < moved + 20) {
		move(a, 1, MIGRATE_SYNC_LIGHT);
		huge = !pmd_is_table(pmdp_get(mm_find_pmd(a, TEST_BASE)));
		cond_resched();
	}
	for (unsigned int i = 0; i < 2; i++) {
		WRITE_ONCE(faulters[i].stop, true);
		wait_for_completion(&faulters[i].finished);
	}
	return huge;
}

KTEST(migrate, two_processes_read_while_their_huge_page_moves_again_and_again)
{
	static char report[1024];
	struct mm *parent = test_huge_mm(1), *child = mm_alloc();
	struct faulter faulters[2];

	KASSERT_TRUE(parent && child);
	KASSERT_EQ(dup_mmap(child, parent), 0);
	KEXPECT(move_huge_while_faulting(parent, child, faulters, false));
	KEXPECT_EQ(faulters[0].wrong + faulters[1].wrong, 0U);
	KEXPECT_EQ(test_wrong(parent, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(test_wrong(child, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	mmput(child);
	mmput(parent);
}

KTEST(migrate, two_threads_write_to_a_huge_page_while_it_moves_again_and_again)
{
	static char report[1024];
	struct mm *mm = test_huge_mm(1);
	struct faulter faulters[2];

	KASSERT_TRUE(mm);
	KEXPECT(move_huge_while_faulting(mm, mm, faulters, true));
	KEXPECT_EQ(faulters[0].wrong + faulters[1].wrong, 0U);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	KEXPECT_EQ(check_mm(report, sizeof(report)), 0);
	mmput(mm);
}

KTEST(migrate, a_huge_page_without_a_target_moves_in_parts)
{
	struct mm *mm = test_huge_mm(1);
	unsigned long splits = vm_event_total(THP_MIGRATION_SPLIT), moved = vm_event_total(PGMIGRATE_SUCCESS);

	KASSERT_TRUE(mm);
	no_targets = true;
	KEXPECT_EQ(move(mm, 1, MIGRATE_SYNC_LIGHT), 0L);
	no_targets = false;
	KEXPECT_EQ(vm_event_total(THP_MIGRATION_SPLIT), splits + 1);
	KEXPECT_EQ(vm_event_total(PGMIGRATE_SUCCESS), moved + HPAGE_PMD_NR);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, HPAGE_PMD_NR), 0U);
	mmput(mm);
}

KTEST(migrate, an_mlocked_page_stays_mlocked)
{
	struct mm *mm = small_mm(8);
	unsigned long mlocked = page_state(NR_MLOCK);
	struct page *page;

	KASSERT_TRUE(mm);
	find_vma(mm, TEST_BASE)->vm_flags |= VM_LOCKED;
	lru_add_drain_all();
	for (unsigned int i = 0; i < 8; i++) {
		page = test_page(mm, TEST_BASE + i * PAGE_SIZE);
		mlock_page(page);
		put_page(page);
	}
	KEXPECT_EQ(move(mm, 8, MIGRATE_SYNC_LIGHT), 0L);
	KEXPECT_EQ(page_state(NR_MLOCK), mlocked + 8);
	page = test_page(mm, TEST_BASE);
	KEXPECT(PageMlocked(page) && PageUnevictable(page) && PageLRU(page));
	put_page(page);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, 8), 0U);
	mmput(mm);
	KEXPECT_EQ(page_state(NR_MLOCK), mlocked);
}

static void charge_nothing(struct page *page)
{
	page_cache_delete(page);
}
static const struct mapping_ops movable_ops = { .remove = charge_nothing, .migrate = page_cache_replace };
static const struct mapping_ops rigid_ops = { .remove = charge_nothing };

/* => pages that stayed; *found: the page that is in the mapping afterwards holds what was written */
static long move_file_page(const struct mapping_ops *ops, bool *found)
{
	struct mapping mapping;
	struct page *page;
	LIST_HEAD(list);
	long left = -1;

	mapping_init(&mapping, ops, NULL, BIT(AS_UNEVICTABLE) | BIT(AS_SHMEM));
	page = find_or_create_page(&mapping, 77, GFP_HIGHUSER_MOVABLE);
	*found = false;
	if (!IS_ERR(page)) {
		*(unsigned long *)page_address(page) = 4711;
		lru_add_drain_all();
		isolate_lru_page(page);
		list_add(&page->lru, &list);
		put_page(page);
		left = migrate_pages(&list, &test_targets, MIGRATE_SYNC, MR_SYSCALL, NULL);
		putback_movable_pages(&list);
		page = find_get_page(&mapping, 77);
		*found = page && *(unsigned long *)page_address(page) == 4711 && PageUnevictable(page) &&
			 page->mapping == &mapping;
		if (page)
			put_page(page);
	}
	mapping_destroy(&mapping);
	return left;
}

KTEST(migrate, a_page_of_a_mapping_moves_if_the_mapping_can)
{
	bool found;

	KEXPECT_EQ(move_file_page(&movable_ops, &found), 0L);
	KEXPECT(found);
	KEXPECT_EQ(move_file_page(&rigid_ops, &found), 1L);
	KEXPECT(found);
}
