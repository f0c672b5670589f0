/* mm/map/rmap_test.c - the reverse map finds every entry of a page, in every process, and nothing else. */
#include <mm/map/map_test.h>

#include <mm/frame/page_lock.h>

#define PAGES(n) ((unsigned long)(n) << PAGE_SHIFT)
#define HUGE(n)	((unsigned long)(n) << HPAGE_PMD_SHIFT)

struct seen {
	unsigned int ptes, pmds, wrong;
};

static bool look(struct rmap_visit *v, void *arg)
{
	struct seen *seen = arg;

	if (v->pte) {
		seen->ptes++;
		seen->wrong += pte_page(ptep_get(v->pte)) != v->subpage || test_page(v->vma->vm_mm, v->address) != v->subpage;
	} else {
		seen->pmds++;
		seen->wrong += pmd_page(pmdp_get(v->pmd)) != v->page || v->address & ~HPAGE_PMD_MASK;
	}
	return true;
}

static struct seen walk(struct page *page)
{
	struct seen seen = { 0 };
	struct rmap_walk_control rwc = { .visit = look, .arg = &seen };

	lock_page(page);
	rmap_walk(page, &rwc);
	unlock_page(page);
	return seen;
}

static void free_all(struct mm **mms, unsigned int nr)
{
	while (nr--)
		mmput(mms[nr]);
}

KTEST(rmap, a_page_is_found_in_every_descendant)
{
	struct mm *mms[6] = { mm_alloc() };
	unsigned long a = test_map(mms[0], TEST_BASE, PAGES(8), 0);
	struct page *page;
	struct seen seen;

	KEXPECT(test_write(mms[0], a + PAGES(2), 1));
	page = test_page(mms[0], a + PAGES(2));
	/* a child, two grandchildren, one of them with a child of its own, and another child */
	for (unsigned int i = 1; i < 6; i++) {
		static const unsigned int parent_of[] = { 0, 0, 1, 1, 2, 0 };

		mms[i] = mm_alloc();
		KEXPECT_EQ(dup_mmap(mms[i], mms[parent_of[i]]), 0);
	}
	seen = walk(page);
	KEXPECT_EQ(seen.ptes, 6U);
	KEXPECT_EQ(seen.wrong, 0U);
	/* a copy belongs to its writer's line only */
	KEXPECT(test_write(mms[2], a + PAGES(2), 2));
	KEXPECT_EQ(walk(page).ptes, 5U);
	KEXPECT_EQ(walk(test_page(mms[2], a + PAGES(2))).ptes, 1U);
	/* cut, changed and moved areas are still found */
	KEXPECT_EQ(do_mprotect(mms[1], a + PAGES(1), PAGES(2), PROT_READ), 0);
	KEXPECT_EQ(do_mremap(mms[3], a, PAGES(4), PAGES(4), MREMAP_MAYMOVE | MREMAP_FIXED, a + PAGES(1000)), a + PAGES(1000));
	seen = walk(page);
	KEXPECT_EQ(seen.ptes, 5U);
	KEXPECT_EQ(seen.wrong, 0U);
	KEXPECT_EQ(do_munmap(mms[0], a, PAGES(8)), 0);
	KEXPECT_EQ(walk(page).ptes, 4U);
	free_all(mms, 6);
}

KTEST(rmap, a_huge_page_is_found_by_its_pmds_and_by_each_of_its_ptes)
{
	struct test_policy policy = test_set_policy();
	struct mm *mms[3] = { mm_alloc(), mm_alloc(), mm_alloc() };
	unsigned long a = test_map(mms[0], TEST_BASE, HUGE(1), 0);
	struct page *page;
	struct seen seen;

	KASSERT_TRUE(test_huge(mms[0], a));
	page = pmd_page(test_pmd(mms[0], a));
	KEXPECT_EQ(dup_mmap(mms[1], mms[0]), 0);
	KEXPECT_EQ(dup_mmap(mms[2], mms[1]), 0);
	KEXPECT_EQ(walk(page).pmds, 3U);
	KEXPECT_EQ(do_munmap(mms[1], a + PAGES(10), PAGES(2)), 0);
	/* across a border of 2 MB: entries under two PMDs */
	KEXPECT_EQ(do_mremap(mms[2], a, HUGE(1), HUGE(1), MREMAP_MAYMOVE | MREMAP_FIXED, a + HUGE(5) + PAGES(100)),
		   a + HUGE(5) + PAGES(100));
	seen = walk(page);
	KEXPECT_EQ(seen.pmds, 1U);
	KEXPECT_EQ(seen.ptes, 510U + 512U);
	KEXPECT_EQ(seen.wrong, 0U);
	KEXPECT_EQ(page_mapcount_total(page), 1 + 510 + 512);
	free_all(mms, 3);
	test_restore_policy(policy);
}

KTEST(rmap, a_region_cut_into_a_thousand_areas_is_walked_at_one_of_them)
{
	struct mm *mm = mm_alloc();
	unsigned long a = test_map(mm, TEST_BASE, PAGES(2000), 0);
	struct seen seen;
	bool ok = true;

	for (unsigned long i = 0; i < 2000; i += 2)
		ok = ok && test_write(mm, a + PAGES(i), i) && !do_mprotect(mm, a + PAGES(i), PAGES(1), PROT_READ);
	KEXPECT(ok);
	KEXPECT_EQ(mm->map_count, 2000U);
	seen = walk(test_page(mm, a + PAGES(998)));
	KEXPECT_EQ(seen.ptes, 1U);
	KEXPECT_EQ(seen.wrong, 0U);
	mmput(mm);
}
