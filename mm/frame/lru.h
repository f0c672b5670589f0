/* mm/frame/lru.h - the LRU lists: where a page stands in the queue for eviction.
 *
 * Pages join in per-CPU batches (each holds a reference until it is drained, so code that needs an exact reference
 * count drains first). A page on a list has PG_lru; who takes it off to work on it clears PG_lru first and owns its
 * list links until putback_lru_page(). PG_isolated says so, and NR_ISOLATED_* counts its pages: who splits an isolated
 * huge page sets PG_isolated in the tails that stay isolated, and the sum is right. Sizes are in 4 KB pages; a huge
 * page counts 512. Linux: mm/swap.c.
 */
#ifndef MM_FRAME_LRU_H
#define MM_FRAME_LRU_H

#include <mm/frame/page.h>

void lru_init(struct lruvec *lruvec);
void lru_add(struct page *page);		/* a new, referenced page: to the list its flags name; never sleeps */
void lru_add_drain(void);			/* this CPU's batch */
void lru_add_drain_all(void);			/* all CPUs' batches, by IPI; irqs on */

/*
 * => returns false when the page is not on a list (another isolator was first)
 * => on success: PG_lru clear, PG_isolated set, a reference taken
 */
bool isolate_lru_page(struct page *page);
/* The same for who holds lru_lock already (reclaim, page by page down a list). Also fails on a page that is being freed. */
bool lruvec_isolate_page(struct lruvec *lruvec, struct page *page);
/* PG_isolated goes, and NR_ISOLATED_* with it: putback and the freeing of a page do it. */
void page_clear_isolated(struct page *page);
void putback_lru_page(struct page *page);	/* back to the list its flags name; drops the isolator's reference */

void mark_page_accessed(struct page *page);	/* unreferenced -> referenced -> active */
bool activate_page(struct page *page);		/* => false: it is not on a list, or active already */
void deactivate_page(struct page *page);	/* MADV_COLD: to the inactive list, references forgotten */
/* MADV_FREE: to the inactive file list, since it needs no place in swap. => page locked, anonymous, clean, not in swap cache */
void lazyfree_page(struct page *page);
/* It was written to after MADV_FREE: an ordinary anonymous page again. => page locked, not on a list */
void unlazyfree_page(struct page *page);
static inline bool page_is_lazyfree(const struct page *page) { return PageAnon(page) && !PageSwapBacked(page); }
void lru_follow_mlocked(struct page *page);	/* PG_mlocked has changed: to or from the unevictable list */
void rotate_reclaimable_page(struct page *page);/* writeback is done: to the tail of inactive; irq context */

enum lru_list page_lru(const struct page *page);	/* from flags: unevictable, anon or file, active */
/* => lru_lock held. Add, delete, and keep nr_pages right. */
void lruvec_add_page(struct lruvec *lruvec, struct page *page, bool tail);
void lruvec_del_page(struct lruvec *lruvec, struct page *page);
/* split_huge_page: put the new tails behind the head. => lru_lock held, head on a list */
void lruvec_add_split_tail(struct lruvec *lruvec, struct page *head, struct page *tail);

unsigned long lru_size(enum lru_list lru);	/* in pages */
struct lruvec *page_lruvec(const struct page *page);
/* What it cost to find (nr_rotated: pages looked at in vain) or to bring back (nr_io) pages of this kind. => takes lru_lock */
void lru_note_cost(struct lruvec *lruvec, bool file, unsigned long nr_io, unsigned long nr_rotated);
/* The workingset clock moves: nr pages were evicted, or became active (mm/reclaim/workingset.c). */
static inline void lru_age_nonresident(struct lruvec *lruvec, unsigned long nr)
{
	atomic_long_add(nr, &lruvec->nonresident_age);
}
/* By where it is kept: anonymous pages without a place in swap (MADV_FREE) stand with the files' */
static inline bool page_is_file_lru(const struct page *page) { return !PageSwapBacked(page); }

#endif
