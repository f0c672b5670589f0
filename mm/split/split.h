/* mm/split/split.h - huge pages come apart.
 *
 * Two different things: a PMD split changes one mapping (512 PTEs instead of one PMD, same frames, never fails), a page
 * split makes 512 pages of one (all mappings, may fail on a pin, leaves everything as it was then).
 * Linux: mm/huge_memory.c.
 */
#ifndef MM_SPLIT_SPLIT_H
#define MM_SPLIT_SPLIT_H

#include <mm/rmap/rmap.h>

void split_init(void);		/* hooks of the rooms below */

/* => no lock of the table held; after it *pmd is a table or none (never a leaf of the old page, unless refaulted); also of a
 *    PMD-sized swap or migration entry, which becomes 512 small ones */
void split_huge_pmd(struct vma *vma, pmd_t *pmd, unsigned long address);
/* The same, but only if it still is a swap entry. => true: it was */
bool split_swap_pmd(struct vma *vma, pmd_t *pmd, unsigned long address);
/* => pmd lock held; address 2 MB aligned; freeze: install migration entries of the page instead of present PTEs */
void split_huge_pmd_locked(struct vma *vma, pmd_t *pmd, unsigned long address, bool freeze);
/* Splits what a new VMA boundary would cut: called before start/end of an area change. => mmap_lock for writing */
void vma_adjust_trans_huge(struct vma *vma, unsigned long start, unsigned long end);

/* shared by the code, the trace event split_huge_page, and the tests */
enum split_result { SPLIT_OK, SPLIT_BUSY_WRITEBACK, SPLIT_ZERO_PAGE, SPLIT_NO_ANON_VMA, SPLIT_PINNED };
/*
 * split_huge_page - 512 pages of one
 * => page (any part) is locked (the head's lock) and the caller holds exactly one reference, on the head
 * => on SPLIT_OK every part is an ordinary page; page stays locked and referenced, the others are unlocked and on the
 *    LRU right behind the head, or on *list (isolated, one reference each) when list is given. Parts nobody maps die.
 * => otherwise nothing has changed. Sleeps. Never allocates.
 */
enum split_result split_huge_page_to_list(struct page *page, struct list_head *list);
static inline enum split_result split_huge_page(struct page *page) { return split_huge_page_to_list(page, NULL); }

/* Huge pages of which parts were unmapped, or never used: split when memory is short. */
void deferred_split_page(struct page *head);		/* => called by page_remove_rmap with ptl held; takes an irq-safe lock */
void deferred_split_unqueue(struct page *head);		/* the page is being freed; fine when it is not queued */
unsigned long deferred_split_count(void);		/* huge pages that wait, and have holes */
unsigned long deferred_split_scan(unsigned long nr_to_scan);	/* shrinker: huge pages to try; returns 4 KB pages freed; sleeps */

void deferred_split_watch(struct page *head);		/* a new one: the shrinker shall see how much of it is used. => not visible yet */
/*
 * Underused: more than max_ptes_none of its 512 parts are zeroes. Then it is split, and these parts become the zero page.
 * With 511, the default, none is. => as deferred_split_count and _scan
 */
unsigned long unexamined_count(void);			/* huge pages whose use nobody has looked at yet */
unsigned long underused_count(void);
unsigned long underused_scan(unsigned long nr_to_scan);
extern bool split_underused_thp;			/* transparent_hugepage/shrink_underused */
/*
 * So many of 512 may be missing where khugepaged makes a huge page; one with more zeroes than that is underused. One number,
 * so that the two don't undo each other's work; here, because khugepaged stands above.
 */
extern unsigned int khugepaged_max_ptes_none;		/* 0..511 */

/* Zeroes shared by all read faults: the 4 KB and, when there is one, the 2 MB. Both are made by mm/fault. */
extern unsigned long zero_pfn;
extern struct page *huge_zero_page;
static inline bool is_huge_zero_page(const struct page *page) { return page && READ_ONCE(huge_zero_page) == page; }

#endif
