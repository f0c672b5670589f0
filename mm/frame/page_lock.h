/* mm/frame/page_lock.h - the page lock and waiting for writeback, on hashed wait queues.
 *
 * The page lock is a sleeping bit lock: it covers the page's content while it is read in, its place in the swap or page
 * cache, and its mapping. Linux: mm/filemap.c (folio_lock, folio_wait_bit).
 */
#ifndef MM_FRAME_PAGE_LOCK_H
#define MM_FRAME_PAGE_LOCK_H

#include <mm/frame/page.h>

void page_lock_init(void);	/* called by frame_init */

/* All of them work on the head of a compound page. */
#ifdef CONFIG_DEBUG
bool __trylock_page(struct page *page);
/* The lock is set by other means than lock_page() and trylock_page() (a new page, a part of a split): it is ours. */
void page_lock_adopt(struct page *page);
/* The end of an I/O, not this task, will unlock it. => locked by this task; before the I/O is submitted */
void page_lock_hand_over(struct page *page);
#else
static inline bool __trylock_page(struct page *page) { return !TestSetPageLocked(compound_head(page)); }
static inline void page_lock_adopt(struct page *page __unused) { }
static inline void page_lock_hand_over(struct page *page __unused) { }
#endif
/* For who can do without: a page that nobody else can know is locked by __trylock_page(). */
static inline bool trylock_page(struct page *page)
{
	return !should_fail_mm_step(MM_STEP_LOCK_PAGE) && __trylock_page(page);
}
void lock_page(struct page *page);			/* sleeps */
int lock_page_killable(struct page *page);		/* 0, or -EINTR when the task is being killed */
void unlock_page(struct page *page);			/* any context: block completions use it */

/* wait_on_page_locked - until somebody else's lock is gone
 * => the page may be freed meanwhile: no reference is needed; the caller looks again at everything afterwards */
void wait_on_page_locked(struct page *page);
/* As above, and drops ptl after it has queued itself, so that no wake-up is lost (migration entries). */
void wait_on_page_locked_drop(struct page *page, spinlock_t *ptl);

void wait_on_page_writeback(struct page *page);		/* => caller holds a reference; sleeps */
void set_page_writeback(struct page *page);		/* => page is locked; takes a reference for the I/O */
/* => interrupt context allowed; drops the reference */
void end_page_writeback(struct page *page);

#endif
