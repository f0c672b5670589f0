/* mm/check/test_huge_swap.h - what the tests of huge pages in swap begin and end with.
 *
 * Included by *_test.c files only.
 */
#ifndef MM_CHECK_TEST_HUGE_SWAP_H
#define MM_CHECK_TEST_HUGE_SWAP_H

#include <drivers/block/block.h>
#include <kernel/sched/task.h>
#include <mm/check/check_mm.h>
#include <mm/check/test_mm.h>
#include <mm/frame/vmstat.h>
#include <mm/reclaim/reclaim.h>
#include <mm/swap/swap.h>

#define PAGE_AT(i)	(TEST_BASE + ((unsigned long)(i) << PAGE_SHIFT))
#define MADV_DONTNEED_	4
#define MADV_PAGEOUT_	21
#define MADV_WILLNEED_	3

static char report[2048];

/* What every test begins with: swap, the mode, and an address space with nr huge pages. */
struct stage {
	struct block_device *disk;
	enum thp_swap_mode mode_before;
	struct mm	*mm;
};

static inline bool stage_set(struct stage *s, enum thp_swap_mode mode, unsigned int nr)
{
	s->disk = NULL;
	while ((s->disk = block_next(s->disk)))
		if (!do_swapon(s->disk->name, s->disk, 0))
			break;
	if (!s->disk)
		return false;
	s->mm = test_huge_mm(nr);
	lru_add_drain_all();
	if (!s->mm) {
		do_swapoff(s->disk);
		return false;
	}
	s->mode_before = thp_swap_mode;
	thp_swap_mode = mode;
	return true;
}

/* => violations that the checker found, before and after everything has gone */
static inline int stage_strike(struct stage *s)
{
	int violations = check_mm(report, sizeof(report));

	if (s->mm)
		mmput(s->mm);
	if (do_swapoff(s->disk))
		violations++;
	thp_swap_mode = s->mode_before;
	if (!violations)
		violations = check_mm(report, sizeof(report));
	if (violations)
		printk("%s", report);
	return violations;
}

static inline pte_t entry_at(struct mm *mm, unsigned long address)
{
	pmd_t *pmd = mm_find_pmd(mm, address);

	return pmd && pmd_is_table(pmdp_get(pmd)) ? ptep_get(pte_offset(pmdp_get(pmd), address)) : __pte(0);
}

/* The huge page of the first 2 MB goes through reclaim, whatever maps it. => pages freed */
static inline unsigned long reclaim_first(struct mm *mm)
{
	struct page *page = test_page(mm, TEST_BASE);
	LIST_HEAD(list);

	if (!page)
		return 0;
	page = compound_head(page);
	lru_add_drain_all();
	if (!isolate_lru_page(page)) {
		put_page(page);
		return 0;
	}
	put_page(page);
	list_add(&page->lru, &list);
	return reclaim_pages(&list);
}

/* Its write (or read) will fail. After a write the page is then still in the swap cache. */
static inline void fail_next_io(void)
{
	fail_block_io.verbose = 0;
	atomic_set(&fail_block_io.times, 1);
	fail_block_io.probability = 100;
}

static inline void wait_for_writes(void)
{
	while (page_state(NR_WRITEBACK))
		schedule_timeout_uninterruptible(1);
	fail_block_io.probability = 0;
}

#endif
