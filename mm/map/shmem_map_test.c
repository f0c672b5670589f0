/* mm/map/shmem_map_test.c - a huge page of shared memory in page tables: mapped by a PMD, or by PTEs, and taken away again.
 */
#include <mm/map/map_test.h>
#include <mm/check/check_mm.h>
#include <mm/file/page_cache.h>
#include <mm/frame/page_lock.h>
#include <mm/rmap/rmap.h>
#include <mm/split/split.h>

/* Where it is not aligned. */
#define OTHER	(TEST_BASE + 2 * HPAGE_PMD_SIZE + 4 * PAGE_SIZE)

struct scene {
	struct mm	*mm;
	struct mapping	*mapping;
	enum shmem_huge	knob;
};

static unsigned long map_shared(struct mm *mm, unsigned long addr)
{
	return do_mmap(mm, addr, HPAGE_PMD_SIZE, TEST_RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, NULL, 0);
}

static void clear_scene(struct scene *s)
{
	shmem_enabled = s->knob;
	if (s->mm)
		mmput(s->mm);
}

/* 2 MB of shared memory in one huge page. false: no memory, or no free 2 MB */
static bool set_scene(struct scene *s)
{
	struct vma *vma;

	*s = (struct scene){ .knob = shmem_enabled, .mm = mm_alloc() };
	shmem_enabled = SHMEM_HUGE_ALWAYS;
	if (!s->mm || map_shared(s->mm, TEST_BASE) != TEST_BASE || !test_write(s->mm, TEST_BASE + PAGE_SIZE, 4711) ||
	    !pmd_trans_huge(test_pmd(s->mm, TEST_BASE))) {
		clear_scene(s);
		return false;
	}
	vma = vma_lookup(s->mm, TEST_BASE);
	s->mapping = vma->ops->mapping(vma);
	return true;
}

static struct page *head_of(struct scene *s)
{
	return compound_head(test_page(s->mm, TEST_BASE));
}

static int nr_wrong(void)
{
	static char report[512];
	int wrong = check_mm(report, sizeof(report));

	if (wrong)
		printk("%s", report);
	return wrong;
}

static enum split_result split(struct page *head)
{
	enum split_result result;

	get_page(head);
	lock_page(head);
	result = split_huge_page(head);
	unlock_page(head);
	put_page(head);
	return result;
}

KTEST(shmem_map, one_pmd_maps_it_with_a_table_set_aside)
{
	unsigned long mapped = page_state(NR_SHMEM_PMDMAPPED);
	struct scene s;

	if (!set_scene(&s))
		KSKIP("no free 2 MB");
	KEXPECT_EQ(entire_mapcount(head_of(&s)), 1);
	KEXPECT_EQ(page_count(head_of(&s)), (int)HPAGE_PMD_NR + 1);
	KEXPECT_EQ(test_deposits(s.mm, TEST_BASE), 1U);
	KEXPECT_EQ(get_mm_counter(s.mm, MM_SHMEMPAGES), (unsigned long)HPAGE_PMD_NR);
	KEXPECT_EQ(page_state(NR_SHMEM_PMDMAPPED), mapped + HPAGE_PMD_NR);
	KEXPECT_EQ(nr_wrong(), 0);
	KEXPECT_EQ(do_munmap(s.mm, TEST_BASE, HPAGE_PMD_SIZE), 0);
	KEXPECT_EQ(get_mm_counter(s.mm, MM_SHMEMPAGES), 0UL);
	KEXPECT_EQ(page_state(NR_SHMEM_PMDMAPPED), mapped);
	clear_scene(&s);
}

KTEST(shmem_map, a_split_mapping_keeps_the_page_and_all_rights)
{
	struct scene s;
	struct page *head;

	if (!set_scene(&s))
		KSKIP("no free 2 MB");
	head = head_of(&s);
	split_huge_pmd(vma_lookup(s.mm, TEST_BASE), mm_find_pmd(s.mm, TEST_BASE), TEST_BASE);
	KEXPECT(PageTransHuge(head) && entire_mapcount(head) == 0);
	KEXPECT_EQ(page_mapcount_total(head), (int)HPAGE_PMD_NR);
	KEXPECT_EQ(page_count(head), 2 * (int)HPAGE_PMD_NR);
	KEXPECT(pte_present(test_pte(s.mm, TEST_BASE + 511 * PAGE_SIZE)) && pte_write(test_pte(s.mm, TEST_BASE)));
	KEXPECT_EQ(*test_word(s.mm, TEST_BASE + PAGE_SIZE), 4711ULL);
	KEXPECT_EQ(get_mm_counter(s.mm, MM_SHMEMPAGES), (unsigned long)HPAGE_PMD_NR);
	KEXPECT_EQ(nr_wrong(), 0);
	clear_scene(&s);
}

KTEST(shmem_map, a_split_page_leaves_the_tables_and_faults_bring_its_parts_back)
{
	unsigned long thps = page_state(NR_SHMEM_THPS);
	struct scene s;
	struct page *head;

	if (!set_scene(&s))
		KSKIP("no free 2 MB");
	head = head_of(&s);
	lru_add_drain_all();
	KEXPECT(split(head) == SPLIT_OK);
	KEXPECT_EQ(page_state(NR_SHMEM_THPS), thps);
	KEXPECT(!PageCompound(head) && !page_mapped(head));
	KEXPECT(pmd_is_table(test_pmd(s.mm, TEST_BASE)) && pte_none(test_pte(s.mm, TEST_BASE)));
	KEXPECT_EQ(test_deposits(s.mm, TEST_BASE), 0U);
	KEXPECT_EQ(get_mm_counter(s.mm, MM_SHMEMPAGES), 0UL);
	KEXPECT_EQ(test_touch(s.mm, TEST_BASE + PAGE_SIZE, false), 0U);
	KEXPECT(test_page(s.mm, TEST_BASE + PAGE_SIZE) == head + 1);
	KEXPECT_EQ(*test_word(s.mm, TEST_BASE + PAGE_SIZE), 4711ULL);
	KEXPECT_EQ(nr_wrong(), 0);
	clear_scene(&s);
}

KTEST(shmem_map, a_held_page_is_not_split_and_stays_mapped)
{
	struct scene s;
	struct page *head;

	if (!set_scene(&s))
		KSKIP("no free 2 MB");
	head = head_of(&s);
	lru_add_drain_all();
	get_page(head + 9);
	KEXPECT(split(head) == SPLIT_PINNED);
	KEXPECT(PageTransHuge(head) && entire_mapcount(head) == 1 && pmd_trans_huge(test_pmd(s.mm, TEST_BASE)));
	put_page(head + 9);
	KEXPECT(split(head) == SPLIT_OK);
	clear_scene(&s);
}

/* Stands for a fault that had seen the old size, and maps the page after truncation's first unmapping. */
static void (*real_unmap)(struct mapping *mapping, pgoff_t first, pgoff_t last, bool copies);
static struct mm *faulting;

static void unmap_then_fault(struct mapping *mapping, pgoff_t first, pgoff_t last, bool copies)
{
	real_unmap(mapping, first, last, copies);
	if (faulting)
		test_touch(faulting, TEST_BASE + PAGE_SIZE, true);
	faulting = NULL;
}

KTEST(shmem_map, cut_while_held_nothing_behind_the_end_stays_mapped)
{
	struct scene s;
	struct page *head;

	if (!set_scene(&s))
		KSKIP("no free 2 MB");
	head = head_of(&s);
	lru_add_drain_all();
	get_page(head);
	KEXPECT_EQ(do_madvise(s.mm, TEST_BASE, HPAGE_PMD_SIZE, MADV_DONTNEED), 0);
	faulting = s.mm;
	real_unmap = unmap_mapping_hook;
	unmap_mapping_hook = unmap_then_fault;
	truncate_pages(s.mapping, 256, ~0ULL);
	unmap_mapping_hook = real_unmap;
	KEXPECT(PageTransHuge(head) && !faulting);
	KEXPECT(pte_present(test_pte(s.mm, TEST_BASE + PAGE_SIZE)));
	KEXPECT(pte_none(test_pte(s.mm, TEST_BASE + 256 * PAGE_SIZE)) && pte_none(test_pte(s.mm, TEST_BASE + 511 * PAGE_SIZE)));
	KEXPECT_EQ(*(u64 *)page_address(head + 1), 4711ULL);
	KEXPECT_EQ(nr_wrong(), 0);
	put_page(head);
	clear_scene(&s);
}

KTEST(shmem_map, where_it_is_not_aligned_small_entries_map_it)
{
	struct scene s;
	struct mm *mm;
	struct page *head;

	if (!set_scene(&s))
		KSKIP("no free 2 MB");
	head = head_of(&s);
	mm = s.mm;
	KEXPECT_EQ(do_mremap(mm, TEST_BASE, HPAGE_PMD_SIZE, HPAGE_PMD_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, OTHER), OTHER);
	KEXPECT(PageTransHuge(head) && entire_mapcount(head) == 0);
	KEXPECT_EQ(do_madvise(mm, OTHER, HPAGE_PMD_SIZE, MADV_DONTNEED), 0);
	KEXPECT_EQ(page_mapcount_total(head), 0);
	KEXPECT_EQ(test_touch(mm, OTHER + PAGE_SIZE, true), 0U);
	KEXPECT_EQ(page_mapcount_total(head), 1);
	KEXPECT_EQ(*test_word(mm, OTHER + PAGE_SIZE), 4711ULL);
	KEXPECT_EQ(nr_wrong(), 0);
	clear_scene(&s);
}

KTEST(shmem_map, inside_a_larger_area_it_must_begin_where_a_pmd_begins)
{
	enum shmem_huge before = shmem_enabled;
	unsigned long off = TEST_BASE + 4 * PAGE_SIZE, len = 3 * HPAGE_PMD_SIZE;
	struct mm *mm = mm_alloc();

	KASSERT_TRUE(mm);
	shmem_enabled = SHMEM_HUGE_ALWAYS;
	KEXPECT_EQ(do_mmap(mm, off, len, TEST_RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, NULL, 0), off);
	/* The 2 MB of the table lie in the area as a whole, but are two halves of huge pages. */
	KEXPECT(test_write(mm, TEST_BASE + HPAGE_PMD_SIZE + 100 * PAGE_SIZE, 1));
	KEXPECT(pmd_is_table(test_pmd(mm, TEST_BASE + HPAGE_PMD_SIZE)));
	KEXPECT_EQ(get_mm_counter(mm, MM_SHMEMPAGES), 1UL);
	KEXPECT_EQ(nr_wrong(), 0);
	shmem_enabled = before;
	mmput(mm);
}
