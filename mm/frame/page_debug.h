/* mm/frame/page_debug.h - what debug builds know about each frame, beside struct page: who locked it, who freed it.
 *
 * Linux: mm/page_ext.c, page_owner.c.
 */
#ifndef MM_FRAME_PAGE_DEBUG_H
#define MM_FRAME_PAGE_DEBUG_H

#include <mm/types.h>

#ifdef CONFIG_DEBUG
#define PAGE_TRACE	6	/* return addresses, innermost first; low halves, kernel text is in the top 2 GB */

/* (p) page lock (o) who frees or allocates the frame */
struct page_debug {
	u32	lock_owner;		/* (p) of the task, see page_lock.c; 0: not locked */
	u32	locked_at;		/* (p) return address, low half */
	u32	alloc_trace[PAGE_TRACE]; /* (o) */
	u32	free_trace[PAGE_TRACE];	/* (o) */
	pid_t	alloc_pid, free_pid;	/* (o) */
};

void page_debug_init(void);		/* before the first page is allocated; max_pfn is known */
/* => NULL before page_debug_init() */
struct page_debug *page_debug(const struct page *page);
/* The frames have this owner now, or none: where from, and by which task. */
void page_debug_allocated(struct page *page, unsigned int order);
void page_debug_freed(struct page *page, unsigned int order);
/* Who freed and who allocated it, in the log. */
void page_debug_show(const struct page *page);
#else
static inline void page_debug_init(void) { }
static inline void page_debug_allocated(struct page *page __unused, unsigned int order __unused) { }
static inline void page_debug_freed(struct page *page __unused, unsigned int order __unused) { }
static inline void page_debug_show(const struct page *page __unused) { }
#endif
#endif
