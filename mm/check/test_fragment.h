/* mm/check/test_fragment.h - memory in pieces, on purpose, for the tests of migration and compaction. Included by *_test.c only.
 */
#ifndef MM_CHECK_TEST_FRAGMENT_H
#define MM_CHECK_TEST_FRAGMENT_H

#include <mm/check/test_mm.h>
#include <mm/alloc/page_alloc.h>
#include <mm/frame/buddy.h>
#include <mm/reclaim/compact.h>

static inline unsigned long free_huge_blocks(void)
{
	unsigned long nr = 0;
	struct zone *zone;

	drain_all_pages();
	for_each_zone(zone)
		for (unsigned int o = HPAGE_PMD_ORDER; o <= MAX_ORDER; o++)
			nr += READ_ONCE(zone->free_area[o].nr_free) << (o - HPAGE_PMD_ORDER);
	return nr;
}

/*
 * Nearly all free memory in small pages of one area, and then every second page given back: no large block is left, and half
 * of the memory is free. => NULL: no memory. *pages: the size of the area; page i is there when i is odd
 */
static inline struct mm *test_fragment(unsigned int *pages)
{
	enum thp_enabled before = test_thp(THP_NEVER);
	unsigned long huge = (nr_free_pages() - NODE0->totalreserve_pages - 1024) / HPAGE_PMD_NR;
	struct mm *mm = test_mm(huge);

	*pages = huge * HPAGE_PMD_NR;
	if (mm && test_touch(mm, TEST_BASE, *pages)) {
		mmput(mm);
		mm = NULL;
	}
	test_thp(before);
	for (unsigned int i = 0; mm && i < *pages; i += 2) {
		mmap_read_lock(mm);
		zap_page_range(find_vma(mm, TEST_BASE), TEST_BASE + i * PAGE_SIZE, TEST_BASE + (i + 1) * PAGE_SIZE);
		mmap_read_unlock(mm);
	}
	lru_add_drain_all();
	return mm;
}

static inline void restore_proactiveness(const unsigned int *before)
{
	sysctl_compaction_proactiveness = *before;
}

/* Until the end of the test kcompactd does only what it is asked for: or it makes the blocks that the test means to make. */
#define NO_PROACTIVE_COMPACTION()								\
	unsigned int ___proactiveness __attribute__((cleanup(restore_proactiveness))) =	\
		xchg(&sysctl_compaction_proactiveness, 0)

/* Free blocks of 2 MB, out of the way. */
static inline void hold_blocks(struct list_head *held)
{
	struct page *page;

	while ((page = alloc_pages(GFP_TRANSHUGE_LIGHT, HPAGE_PMD_ORDER)))
		list_add(&page->lru, held);
}

static inline void put_blocks(struct list_head *held)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, held, lru) {
		list_del(&page->lru);
		put_page(page);
	}
}

/* What was in vain in an earlier test puts nothing off in this one. */
static inline void forget_compaction_failures(void)
{
	struct zone *zone;

	for_each_zone(zone)
		compaction_allocated(pfn_to_page(zone->start_pfn), HPAGE_PMD_ORDER);
}

/* => pages that are there and do not hold what was written */
static inline unsigned int test_fragment_wrong(struct mm *mm, unsigned int pages)
{
	unsigned int wrong = 0;

	for (unsigned int i = 1; i < pages; i += 2)
		wrong += test_wrong(mm, TEST_BASE + i * PAGE_SIZE, 1);
	return wrong;
}

#endif
