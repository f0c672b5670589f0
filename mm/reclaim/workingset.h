/* mm/reclaim/workingset.h - a page comes back: was it put out too early?
 *
 * A shadow is what is remembered of an evicted page: 32 bits, never 0, and odd, so that it can stand where a pointer to
 * the page was. Linux: mm/workingset.c.
 */
#ifndef MM_RECLAIM_WORKINGSET_H
#define MM_RECLAIM_WORKINGSET_H

#include <mm/frame/page.h>

/* What time it is: pages evicted and activated since boot, in 30 bits. */
u32 workingset_clock(void);
/* Pages evicted and activated since that time. */
static inline u32 workingset_clock_since(u32 then) { return (workingset_clock() - then) << 2 >> 2; }
/* => page is locked and frozen, about to leave its cache: returns its shadow */
u32 workingset_eviction(struct page *page);
/*
 * workingset_refault - count the return, and decide on which list it begins
 *
 * => page is locked, in its cache, its kind (swapbacked) is set, and it is not on a list yet; shadow 0: nothing is known
 */
void workingset_refault(struct page *page, u32 shadow);

/* The decision alone, for the tests: pages evicted or activated since the shadow was made, against pages of the lists. */
bool workingset_test_recent(u32 shadow, bool file, bool *workingset);

#endif
