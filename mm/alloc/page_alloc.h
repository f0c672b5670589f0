/* mm/alloc/page_alloc.h - the front desk: who needs memory asks here.
 *
 * Fast path: mm/frame's free lists. Slow path, in this order: wake kswapd, try again with lower marks, (costly orders:
 * compaction), direct reclaim with progress and throttling, retry rules, OOM. Linux: mm/page_alloc.c.
 */
#ifndef MM_ALLOC_PAGE_ALLOC_H
#define MM_ALLOC_PAGE_ALLOC_H

#include <kernel/debug/fault_inject.h>
#include <mm/frame/buddy.h>

/* => with __GFP_DIRECT_RECLAIM: sleeps, no spinlock held; NULL only when the caller is being killed, order is costly, or NORETRY */
struct page *alloc_pages(gfp_t gfp, unsigned int order);
static inline struct page *alloc_page(gfp_t gfp) { return alloc_pages(gfp, 0); }
/* compound or order 0: put_page(). Other blocks: __free_pages() of mm/frame/buddy.h */
void *get_free_page(gfp_t gfp);		/* address in the direct map, or NULL */
void free_page(void *addr);

/* What asks like this may sleep, though it seldom does: debug builds report who must not, each time. */
#ifdef CONFIG_DEBUG
void might_alloc(gfp_t gfp);
#else
static inline void might_alloc(gfp_t gfp __unused) { }
#endif

extern struct fault_attr fail_page_alloc, failslab;

/* => interrupt context allowed */
void wakeup_kswapd(unsigned int order, gfp_t gfp);
void kswapd_start(void);		/* the daemon, and kcompactd; listed in boot/main.c */
/* A block of this order was wanted and not there: kcompactd makes some. => any context */
void wakeup_kcompactd(unsigned int order);
/* compaction_proactiveness has changed: kcompactd looks at once whether there is something to do */
void wakeup_kcompactd_proactively(void);
/* The work itself, until free pages reach high, is in mm/reclaim (balance_pgdat); the thread and its sleep are here. */

unsigned long nr_available_pages(void);	/* MemAvailable */

#endif
