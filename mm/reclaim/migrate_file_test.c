/* mm/reclaim/migrate_file_test.c - pages of shared memory and of files move: who maps them keeps his entries, all their marks
 * and his counters; and who does something to an entry while its page moves has done it.
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
#define MAP_SHARED_FIXED	0x31	/* MAP_SHARED | MAP_FIXED | MAP_ANONYMOUS */
#define MARKS		(_PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_SOFT_DIRTY | _PAGE_NX)

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

/* Two processes that share 2 MB of memory, and the first nr pages of it written and mapped by both. */
struct scene {
	struct mm	*parent, *child;
	struct mapping	*mapping;
};

static pte_t *entry_at(struct mm *mm, unsigned long address)
{
	return pte_offset(pmdp_get(mm_find_pmd(mm, address)), address);
}

static pmd_t huge_entry(struct mm *mm)
{
	return pmdp_get(mm_find_pmd(mm, TEST_BASE));
}

static int nr_wrong(void)
{
	static char report[1024];
	int wrong = check_mm(report, sizeof(report));

	if (wrong)
		printk("%s", report);
	return wrong;
}

static bool set_scene(struct scene *s, unsigned int nr, enum shmem_huge policy)
{
	enum shmem_huge before = shmem_enabled;
	bool ok;

	shmem_enabled = policy;
	*s = (struct scene){ .parent = mm_alloc(), .child = mm_alloc() };
	ok = s->parent && s->child &&
	     do_mmap(s->parent, TEST_BASE, HPAGE_PMD_SIZE, TEST_PROT_RW, MAP_SHARED_FIXED, NULL, 0) == TEST_BASE &&
	     !test_touch(s->parent, TEST_BASE, nr) && !dup_mmap(s->child, s->parent) && !test_wrong(s->child, TEST_BASE, nr);
	if (ok) {
		struct vma *vma = find_vma(s->parent, TEST_BASE);

		s->mapping = vma->ops->mapping(vma);
	}
	shmem_enabled = before;
	return ok;
}

static void clear_scene(struct scene *s)
{
	mmput(s->child);
	mmput(s->parent);
}

static bool is_intact(struct scene *s, unsigned int nr)
{
	return !test_wrong(s->parent, TEST_BASE, nr) && !test_wrong(s->child, TEST_BASE, nr);
}

/* The first nr pages of the mapping, or its huge page. => pages that stayed */
static long move(struct mapping *mapping, unsigned int nr, enum migrate_mode mode)
{
	LIST_HEAD(list);
	long left;

	lru_add_drain_all();
	for (unsigned int i = 0; i < nr; i++) {
		struct page *page = find_get_page(mapping, i);

		if (page && isolate_lru_page(compound_head(page)))
			list_add_tail(&compound_head(page)->lru, &list);
		if (page)
			put_page(page);
	}
	left = migrate_pages(&list, &test_targets, mode, MR_SYSCALL, NULL);
	putback_movable_pages(&list);
	lru_add_drain_all();
	return left;
}

KTEST(migrate_file, both_who_map_a_page_keep_their_entries_marks_and_counters)
{
	unsigned long mapped, faults;
	pte_t before[4], after;
	struct scene s;
	struct page *page;

	KASSERT_TRUE(set_scene(&s, NR_PAGES, SHMEM_HUGE_NEVER));
	/* Not used, not written, not soft-dirty, not to be written. */
	ptep_test_and_clear_young(entry_at(s.parent, TEST_BASE));
	ptep_mkold_clean(entry_at(s.parent, TEST_BASE + PAGE_SIZE));
	ptep_clear_soft_dirty(entry_at(s.parent, TEST_BASE + 2 * PAGE_SIZE));
	for (unsigned int i = 0; i < 4; i++)
		before[i] = ptep_get(entry_at(s.parent, TEST_BASE + i * PAGE_SIZE));
	mapped = page_state(NR_FILE_MAPPED);
	faults = vm_event_total(PGFAULT);
	KEXPECT_EQ(move(s.mapping, NR_PAGES, MIGRATE_ASYNC), 0L);
	KEXPECT_EQ(vm_event_total(PGFAULT), faults);
	KEXPECT_EQ(page_state(NR_FILE_MAPPED), mapped);
	for (unsigned int i = 0; i < 4; i++) {
		after = ptep_get(entry_at(s.parent, TEST_BASE + i * PAGE_SIZE));
		KEXPECT_EQ(after.pte & MARKS, before[i].pte & MARKS);
		KEXPECT(pte_pfn(after) != pte_pfn(before[i]));
		KEXPECT_EQ(pte_pfn(after), pte_pfn(ptep_get(entry_at(s.child, TEST_BASE + i * PAGE_SIZE))));
	}
	page = test_page(s.child, TEST_BASE + 3 * PAGE_SIZE);
	KEXPECT_EQ(page_mapcount(page), 2);
	KEXPECT_EQ(page_count(page), 4);	/* two entries, the tree, and we */
	KEXPECT(page->mapping == s.mapping && page->index == 3 && PageLRU(page) && PageSwapBacked(page) && PageDirty(page));
	put_page(page);
	KEXPECT_EQ(get_mm_counter(s.parent, MM_SHMEMPAGES), (unsigned long)NR_PAGES);
	KEXPECT(is_intact(&s, NR_PAGES));
	KEXPECT_EQ(nr_wrong(), 0);
	clear_scene(&s);
}

KTEST(migrate_file, a_held_page_stays_and_stays_mapped)
{
	struct scene s;
	struct page *held;

	KASSERT_TRUE(set_scene(&s, 4, SHMEM_HUGE_NEVER));
	held = test_page(s.parent, TEST_BASE + PAGE_SIZE);
	KEXPECT_EQ(move(s.mapping, 4, MIGRATE_SYNC), 1L);
	KEXPECT_EQ(page_mapcount(held), 2);
	KEXPECT(PageLRU(held) && !PageLocked(held) && held->mapping == s.mapping);
	KEXPECT(pte_write(ptep_get(entry_at(s.parent, TEST_BASE + PAGE_SIZE))));
	put_page(held);
	KEXPECT(is_intact(&s, 4));
	KEXPECT_EQ(nr_wrong(), 0);
	clear_scene(&s);
}

KTEST(migrate_file, an_mlocked_page_moves_and_stays_mlocked)
{
	unsigned long mlocked = page_state(NR_MLOCK);
	struct scene s;
	struct page *page;

	KASSERT_TRUE(set_scene(&s, 8, SHMEM_HUGE_NEVER));
	KEXPECT_EQ(do_mlock(s.child, TEST_BASE, 8 * PAGE_SIZE, VM_LOCKED), 0);
	lru_add_drain_all();
	KEXPECT_EQ(page_state(NR_MLOCK), mlocked + 8);
	KEXPECT_EQ(move(s.mapping, 8, MIGRATE_SYNC_LIGHT), 0L);
	KEXPECT_EQ(page_state(NR_MLOCK), mlocked + 8);
	page = test_page(s.parent, TEST_BASE);
	KEXPECT(PageMlocked(page) && PageUnevictable(page) && PageLRU(page));
	KEXPECT_EQ(page_mapcount(page), 2);
	put_page(page);
	KEXPECT(is_intact(&s, 8));
	clear_scene(&s);
	KEXPECT_EQ(page_state(NR_MLOCK), mlocked);
}

/* --- while it moves ------------------------------------------------------------------------------------------------- */

/* The page at index 0, locked, all its mappings migration entries. Ends with end_move(). */
static struct page *begin_move(struct ktest_run *ktest_run, struct scene *s)
{
	struct page *page = find_get_page(s->mapping, 0);

	lru_add_drain_all();
	lock_page(page);
	KEXPECT(try_to_migrate(page, false, false, NULL));
	/* What happens until end_move() is somebody else's doing, who knows nothing of our lock. */
	page_lock_hand_over(page);
	return page;
}

static void end_move(struct page *page)
{
	remove_migration_ptes(page, page, 0, 0);
	unlock_page(page);
	put_page(page);
}

KTEST(migrate_file, what_is_done_to_an_entry_while_its_page_moves_is_done)
{
	struct scene s;
	struct page *page;

	KASSERT_TRUE(set_scene(&s, 1, SHMEM_HUGE_NEVER));
	page = begin_move(ktest_run, &s);
	KEXPECT(is_migration_entry(pte_to_swp_entry(ptep_get(entry_at(s.child, TEST_BASE)))));
	KEXPECT_EQ(get_mm_counter(s.child, MM_SHMEMPAGES), 1UL);
	KEXPECT_EQ(nr_wrong(), 0);
	KEXPECT_EQ(do_mprotect(s.parent, TEST_BASE, HPAGE_PMD_SIZE, 1), 0);
	KEXPECT_EQ(do_mprotect(s.parent, TEST_BASE, HPAGE_PMD_SIZE, TEST_PROT_RW), 0);
	KEXPECT_EQ(do_munmap(s.child, TEST_BASE, PAGE_SIZE), 0);
	KEXPECT_EQ(get_mm_counter(s.child, MM_SHMEMPAGES), 0UL);
	end_move(page);
	KEXPECT(pte_present(ptep_get(entry_at(s.parent, TEST_BASE))) && !pte_write(ptep_get(entry_at(s.parent, TEST_BASE))));
	KEXPECT_EQ(page_mapcount(page), 1);
	KEXPECT_EQ(test_touch(s.parent, TEST_BASE, 1), 0);
	KEXPECT(pte_write(ptep_get(entry_at(s.parent, TEST_BASE))));
	KEXPECT_EQ(nr_wrong(), 0);
	clear_scene(&s);
}

KTEST(migrate_file, a_hole_takes_the_entries_of_a_page_that_moves)
{
	struct scene s;
	struct page *page;

	KASSERT_TRUE(set_scene(&s, 2, SHMEM_HUGE_NEVER));
	page = begin_move(ktest_run, &s);
	/* The first step of a punch; the second would wait for the page. Private copies would stay. */
	unmap_mapping_hook(s.mapping, 0, 0, false);
	KEXPECT(pte_none(ptep_get(entry_at(s.parent, TEST_BASE))) && pte_none(ptep_get(entry_at(s.child, TEST_BASE))));
	KEXPECT_EQ(get_mm_counter(s.parent, MM_SHMEMPAGES), 1UL);
	end_move(page);
	KEXPECT_EQ(page_mapcount(page), 0);
	KEXPECT(is_intact(&s, 2));
	KEXPECT_EQ(nr_wrong(), 0);
	clear_scene(&s);
}

KTEST(migrate_file, a_private_area_is_forked_while_a_page_of_its_file_moves)
{
	struct mm *mm = mm_alloc(), *child = mm_alloc();
	struct scene s;
	struct page *page;
	struct vma *vma;

	KASSERT_TRUE(mm && child && set_scene(&s, 4, SHMEM_HUGE_NEVER));
	/* A private view of the shared memory, with a copy of one page: so that fork copies its entries. */
	KASSERT_EQ(dup_mmap(mm, s.parent), 0);
	vma = find_vma(mm, TEST_BASE);
	vma->vm_flags &= ~(VM_SHARED | VM_MAYSHARE);
	KEXPECT_EQ(test_touch(mm, TEST_BASE + PAGE_SIZE, 1), 0);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, 4), 0U);
	KEXPECT_EQ(get_mm_counter(mm, MM_ANONPAGES), 1UL);
	page = begin_move(ktest_run, &s);
	KEXPECT_EQ(dup_mmap(child, mm), 0);
	KEXPECT(is_swap_pte(ptep_get(entry_at(child, TEST_BASE))));
	KEXPECT_EQ(nr_wrong(), 0);
	end_move(page);
	KEXPECT_EQ(page_mapcount(page), 4);
	KEXPECT(pte_present(ptep_get(entry_at(child, TEST_BASE))) && !pte_write(ptep_get(entry_at(child, TEST_BASE))));
	KEXPECT_EQ(nr_wrong(), 0);
	mmput(child);
	mmput(mm);
	clear_scene(&s);
}

struct worker {
	struct scene	*scene;
	unsigned int	wrong, nr;
	bool		stop, punches;
	unsigned long	rounds;
	struct completion finished;
};

/* Reads and writes what is there; or makes holes behind it and fills them. */
static int work(void *arg)
{
	struct worker *w = arg;
	struct mm *mm = w->punches ? w->scene->child : w->scene->parent;

	do {
		if (w->punches) {
			w->wrong += test_touch(mm, TEST_BASE + w->nr * PAGE_SIZE, w->nr) != 0;
			punch_pages(w->scene->mapping, w->nr, 2 * w->nr - 1);
		} else {
			w->wrong += test_wrong(mm, TEST_BASE, w->nr);
			w->wrong += test_touch(mm, TEST_BASE + w->rounds % w->nr * PAGE_SIZE, 1) != 0;
		}
		w->rounds++;
		cond_resched();
	} while (!READ_ONCE(w->stop));
	complete(&w->finished);
	return 0;
}

KTEST(migrate_file, pages_move_again_and_again_under_readers_writers_forks_and_holes)
{
	unsigned long moved = vm_event_total(PGMIGRATE_SUCCESS);
	struct worker workers[2];
	struct scene s;

	KASSERT_TRUE(set_scene(&s, NR_PAGES, SHMEM_HUGE_NEVER));
	for (unsigned int i = 0; i < 2; i++) {
		workers[i] = (struct worker){ .scene = &s, .punches = i, .nr = NR_PAGES };
		init_completion(&workers[i].finished);
		kthread_run(work, &workers[i], "worker%u", i);
	}
	for (unsigned int i = 0; i < 60; i++) {
		struct mm *forked = mm_alloc();

		KEXPECT(forked && !dup_mmap(forked, s.parent));
		move(s.mapping, 2 * NR_PAGES, i % 3);
		if (forked)
			mmput(forked);
		cond_resched();
	}
	for (unsigned int i = 0; i < 2; i++) {
		WRITE_ONCE(workers[i].stop, true);
		wait_for_completion(&workers[i].finished);
		KEXPECT_EQ(workers[i].wrong, 0U);
		KEXPECT_GT(workers[i].rounds, 0UL);
	}
	KEXPECT_GT(vm_event_total(PGMIGRATE_SUCCESS), moved + NR_PAGES);
	KEXPECT(is_intact(&s, NR_PAGES));
	KEXPECT_EQ(nr_wrong(), 0);
	clear_scene(&s);
}

/* --- huge pages ------------------------------------------------------------------------------------------------------ */

KTEST(migrate_file, a_huge_page_moves_as_one)
{
	unsigned long thps, splits, mapped;
	struct scene s;
	struct page *page;
	pmd_t before, after;

	if (!set_scene(&s, HPAGE_PMD_NR, SHMEM_HUGE_ALWAYS) || !pmd_trans_huge(huge_entry(s.child)))
		KSKIP("no free 2 MB");
	thps = page_state(NR_SHMEM_THPS);
	mapped = page_state(NR_SHMEM_PMDMAPPED);
	splits = vm_event_total(THP_SPLIT_PMD);
	before = huge_entry(s.parent);
	KEXPECT_EQ(move(s.mapping, 1, MIGRATE_SYNC_LIGHT), 0L);
	after = huge_entry(s.parent);
	KEXPECT(pmd_trans_huge(after) && pmd_pfn(after) != pmd_pfn(before));
	KEXPECT_EQ(after.pmd & MARKS, before.pmd & MARKS);
	KEXPECT_EQ(pmd_pfn(huge_entry(s.child)), pmd_pfn(after));
	KEXPECT_EQ(page_state(NR_SHMEM_THPS), thps);
	KEXPECT_EQ(page_state(NR_SHMEM_PMDMAPPED), mapped);
	KEXPECT_EQ(vm_event_total(THP_SPLIT_PMD), splits);
	page = find_get_page(s.mapping, 300);
	KEXPECT(page == pmd_page(after) + 300 && page_offset_of(page) == 300 && page_mapping_of(page) == s.mapping);
	KEXPECT_EQ(entire_mapcount(compound_head(page)), 2);
	KEXPECT_EQ(page_count(page), (int)HPAGE_PMD_NR + 3);
	put_page(page);
	KEXPECT_EQ(get_mm_counter(s.parent, MM_SHMEMPAGES), (unsigned long)HPAGE_PMD_NR);
	KEXPECT(is_intact(&s, HPAGE_PMD_NR));
	KEXPECT_EQ(nr_wrong(), 0);
	clear_scene(&s);
}

KTEST(migrate_file, a_huge_page_mapped_in_parts_moves_with_all_of_them)
{
	unsigned long moved = vm_event_total(THP_MIGRATION_SUCCESS);
	struct scene s;
	struct page *page;

	if (!set_scene(&s, HPAGE_PMD_NR, SHMEM_HUGE_ALWAYS) || !pmd_trans_huge(huge_entry(s.child)))
		KSKIP("no free 2 MB");
	split_huge_pmd(find_vma(s.child, TEST_BASE), mm_find_pmd(s.child, TEST_BASE), TEST_BASE);
	KEXPECT_EQ(do_munmap(s.child, TEST_BASE, PAGE_SIZE), 0);
	KEXPECT_EQ(move(s.mapping, 1, MIGRATE_SYNC_LIGHT), 0L);
	KEXPECT_EQ(vm_event_total(THP_MIGRATION_SUCCESS), moved + 1);
	page = pmd_page(huge_entry(s.parent));
	KEXPECT_EQ(page_mapcount_total(page), (int)HPAGE_PMD_NR);	/* a PMD, and 511 */
	KEXPECT_EQ(pte_pfn(ptep_get(entry_at(s.child, TEST_BASE + 9 * PAGE_SIZE))), page_to_pfn(page) + 9);
	KEXPECT(!PagePartiallyMapped(page));
	KEXPECT_EQ(test_wrong(s.child, TEST_BASE + PAGE_SIZE, HPAGE_PMD_NR - 1), 0U);
	KEXPECT_EQ(nr_wrong(), 0);
	clear_scene(&s);
}

KTEST(migrate_file, a_huge_page_stays_whole_while_a_part_is_held)
{
	struct scene s;
	struct page *part;

	if (!set_scene(&s, HPAGE_PMD_NR, SHMEM_HUGE_ALWAYS) || !pmd_trans_huge(huge_entry(s.child)))
		KSKIP("no free 2 MB");
	part = find_get_page(s.mapping, 77);
	KEXPECT_EQ(move(s.mapping, 1, MIGRATE_SYNC), (long)HPAGE_PMD_NR);
	KEXPECT(PageTransHuge(compound_head(part)) && entire_mapcount(compound_head(part)) == 2);
	put_page(part);
	KEXPECT(is_intact(&s, HPAGE_PMD_NR));
	KEXPECT_EQ(nr_wrong(), 0);
	clear_scene(&s);
}

KTEST(migrate_file, a_huge_page_without_a_target_moves_in_parts)
{
	unsigned long splits = vm_event_total(THP_MIGRATION_SPLIT), thps = page_state(NR_SHMEM_THPS);
	struct scene s;

	if (!set_scene(&s, HPAGE_PMD_NR, SHMEM_HUGE_ALWAYS) || !pmd_trans_huge(huge_entry(s.child)))
		KSKIP("no free 2 MB");
	no_targets = true;
	KEXPECT_EQ(move(s.mapping, 1, MIGRATE_SYNC_LIGHT), 0L);
	no_targets = false;
	KEXPECT_EQ(vm_event_total(THP_MIGRATION_SPLIT), splits + 1);
	KEXPECT_EQ(page_state(NR_SHMEM_THPS), thps);
	KEXPECT(is_intact(&s, HPAGE_PMD_NR));
	KEXPECT_EQ(nr_wrong(), 0);
	clear_scene(&s);
}

KTEST(migrate_file, a_huge_page_moves_again_and_again_under_a_reader_who_writes)
{
	unsigned long moved = vm_event_total(THP_MIGRATION_SUCCESS);
	struct worker worker;
	struct scene s;

	if (!set_scene(&s, HPAGE_PMD_NR, SHMEM_HUGE_ALWAYS) || !pmd_trans_huge(huge_entry(s.child)))
		KSKIP("no free 2 MB");
	worker = (struct worker){ .scene = &s, .nr = NR_PAGES };
	init_completion(&worker.finished);
	kthread_run(work, &worker, "worker");
	/* A worker that loses its CPU while it holds the page makes a move fail, as often as it is tried meanwhile. */
	while (vm_event_total(THP_MIGRATION_SUCCESS) < moved + 10) {
		move(s.mapping, 1, MIGRATE_SYNC_LIGHT);
		cond_resched();
	}
	WRITE_ONCE(worker.stop, true);
	wait_for_completion(&worker.finished);
	KEXPECT_EQ(worker.wrong, 0U);
	KEXPECT(pmd_trans_huge(huge_entry(s.parent)) && pmd_trans_huge(huge_entry(s.child)));
	KEXPECT(is_intact(&s, HPAGE_PMD_NR));
	KEXPECT_EQ(nr_wrong(), 0);
	clear_scene(&s);
}
