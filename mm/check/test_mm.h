/* mm/check/test_mm.h - an address space of the tests' own: nobody runs in it, but all rooms work on it as on any other.
 *
 * Included by *_test.c files only.
 */
#ifndef MM_CHECK_TEST_MM_H
#define MM_CHECK_TEST_MM_H

#include <kernel/debug/ktest.h>
#include <kernel/lib/string.h>
#include <mm/fault/fault.h>
#include <mm/frame/lru.h>
#include <mm/frame/page_lock.h>
#include <mm/map/map.h>
#include <mm/rmap/rmap.h>
#include <mm/space/space.h>

#define TEST_BASE	0x10000000UL	/* aligned to 2 MB */
#define TEST_PROT_RW	3
#define TEST_MADV_PAGEOUT	21
#define TEST_MAP_ANON_FIXED	0x32	/* MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS */

/* An mm with one anonymous area of nr 2 MB units at TEST_BASE; NULL without memory. Drop it with mmput(). */
static inline struct mm *test_mm(unsigned int nr)
{
	struct mm *mm = mm_alloc();

	if (mm && IS_ERR_VALUE(do_mmap(mm, TEST_BASE, nr * HPAGE_PMD_SIZE, TEST_PROT_RW, TEST_MAP_ANON_FIXED, NULL, 0))) {
		mmput(mm);
		return NULL;
	}
	return mm;
}

/* Writes to nr pages from address on, 4 KB or 2 MB ones as the policy says; the number of the page in each. => 0 or an error */
static inline int test_touch(struct mm *mm, unsigned long address, unsigned int nr)
{
	int error = 0;

	mmap_read_lock(mm);
	for (unsigned int i = 0; i < nr && !error; i++, address += PAGE_SIZE) {
		struct page *page = get_user_page(mm, address, true);

		if (IS_ERR(page)) {
			error = PTR_ERR(page);
			break;
		}
		*(unsigned long *)page_address(page) = address;
		put_page(page);
	}
	mmap_read_unlock(mm);
	return error;
}

/* => pages of the range that do not hold what test_touch() wrote */
static inline unsigned int test_wrong(struct mm *mm, unsigned long address, unsigned int nr)
{
	unsigned int wrong = 0;

	mmap_read_lock(mm);
	for (unsigned int i = 0; i < nr; i++, address += PAGE_SIZE) {
		struct page *page = get_user_page(mm, address, false);

		if (IS_ERR(page)) {
			wrong++;
			continue;
		}
		wrong += *(unsigned long *)page_address(page) != address;
		put_page(page);
	}
	mmap_read_unlock(mm);
	return wrong;
}

/* The page mapped at address, referenced, or NULL. */
static inline struct page *test_page(struct mm *mm, unsigned long address)
{
	struct page *page;

	mmap_read_lock(mm);
	page = follow_page(find_vma(mm, address), address);
	mmap_read_unlock(mm);
	return page;
}

/* Huge pages on fault, or never, during a test; give back what it returned. */
static inline enum thp_enabled test_thp(enum thp_enabled policy)
{
	enum thp_enabled before = thp_enabled;

	thp_enabled = policy;
	return before;
}

/* An mm with nr huge pages, all written; NULL: no memory, or the machine has no free 2 MB blocks */
static inline struct mm *test_huge_mm(unsigned int nr)
{
	enum thp_enabled before = test_thp(THP_ALWAYS);
	struct mm *mm = test_mm(nr);
	bool ok = mm && !test_touch(mm, TEST_BASE, nr * HPAGE_PMD_NR);

	test_thp(before);
	for (unsigned int i = 0; ok && i < nr; i++)
		ok = pmd_trans_huge(pmdp_get(mm_find_pmd(mm, TEST_BASE + i * HPAGE_PMD_SIZE)));
	if (mm && !ok) {
		mmput(mm);
		mm = NULL;
	}
	return mm;
}

#endif
