/* mm/frame/page_lock.c - waiting for a page: one of 256 queues, chosen by the page's address.
 *
 * Several pages share a queue, so a wake-up means "look again" and nothing more. No wake-up is lost: who waits joins the
 * queue before it tests the bit, who clears the bit does it with a full barrier before it looks whether anybody waits.
 *
 * Linux: mm/filemap.c (folio_wait_bit_common, folio_unlock).
 */
#include <mm/frame/page_lock.h>
#include <kernel/lib/hash.h>
#include <kernel/sync/wait.h>
#include <mm/frame/buddy.h>
#include <mm/frame/page_debug.h>
#include <mm/frame/vmstat.h>

#define QUEUE_BITS	8
#define PAGES_PER_THROTTLED	32UL	/* written, for each reclaimer that waits */

static wait_queue_head_t queues[1 << QUEUE_BITS];

void page_lock_init(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(queues); i++)
		init_waitqueue_head(&queues[i]);
}

static inline wait_queue_head_t *page_queue(const struct page *page)
{
	return &queues[hash_ptr(page, QUEUE_BITS)];
}

/* => the bit was cleared by an atomic operation just before */
static inline void wake_waiters(struct page *page)
{
	wait_queue_head_t *wq = page_queue(page);

	if (unlikely(waitqueue_active(wq)))
		wake_up_all(wq);
}

/* Sleep while the flag is set. => -EINTR when state is TASK_KILLABLE and the task is being killed, else 0 */
static int wait_while(struct page *page, enum pageflags flag, unsigned int state)
{
	wait_queue_head_t *wq = page_queue(page);
	DEFINE_WAIT(wait);
	int ret = 0;

	for (;;) {
		prepare_to_wait(wq, &wait, state);
		if (!(READ_ONCE(page->flags) & BIT(flag)))
			break;
		if (signal_pending_state(state, current)) {
			ret = -EINTR;
			break;
		}
		io_schedule();
	}
	finish_wait(wq, &wait);
	return ret;
}

#ifdef CONFIG_DEBUG
/*
 * The checker sees all page locks as one, and counts how many a task holds: collapse holds hundreds. Which task holds
 * which page is kept beside the page.
 */
#define HANDED_OVER	1U	/* the end of an I/O unlocks it */

static const char all_page_locks;
static u16 page_lock_class = LOCK_CLASS_PAGE;

/* Half of an address that is aligned to a cache line: unique among the tasks of one machine. */
static inline u32 current_owner(void)
{
	return (u32)((unsigned long)current >> 6);
}

static void check_before(struct page *page)
{
	struct page_debug *debug = page_debug(page);

	if (debug && debug->lock_owner == current_owner() && PageLocked(page))
		lock_check_fatal(page, LOCK_CLASS_PAGE, "taken again by the task that holds it");
	lock_check_acquire(&all_page_locks, &page_lock_class, LOCK_SLEEPS);
}

static __always_inline void note_locked(struct page *page, unsigned int how)
{
	struct page_debug *debug = page_debug(page);

	if (!debug)
		return;
	debug->lock_owner = current_owner();
	debug->locked_at = (u32)(unsigned long)__builtin_return_address(0);
	lock_check_acquired(&all_page_locks, &page_lock_class, LOCK_SLEEPS | how);
}

static void note_unlock(struct page *page)
{
	struct page_debug *debug = page_debug(page);
	u32 owner = debug ? xchg(&debug->lock_owner, 0) : HANDED_OVER;

	if (owner == HANDED_OVER)
		return;
	if (owner != current_owner())
		lock_check_fatal(page, LOCK_CLASS_PAGE, "unlocked by a task that does not hold it");
	lock_check_release(&all_page_locks, LOCK_SLEEPS);
}

void page_lock_adopt(struct page *page)
{
	note_locked(page, LOCK_TRY);
}

void page_lock_hand_over(struct page *page)
{
	note_unlock(page);
	if (page_debug(page))
		page_debug(page)->lock_owner = HANDED_OVER;
}

bool __trylock_page(struct page *page)
{
	page = compound_head(page);
	if (TestSetPageLocked(page))
		return false;
	note_locked(page, LOCK_TRY);
	return true;
}
#else
static inline void check_before(struct page *page __unused) { }
static inline void note_locked(struct page *page __unused, unsigned int how __unused) { }
static inline void note_unlock(struct page *page __unused) { }
#endif

void lock_page(struct page *page)
{
	might_sleep();
	page = compound_head(page);
	check_before(page);
	while (TestSetPageLocked(compound_head(page)))
		wait_while(page, PG_locked, TASK_UNINTERRUPTIBLE);
	note_locked(compound_head(page), 0);
}

int lock_page_killable(struct page *page)
{
	might_sleep();
	page = compound_head(page);
	check_before(page);
	while (TestSetPageLocked(compound_head(page)))
		if (wait_while(page, PG_locked, TASK_KILLABLE))
			return -EINTR;
	note_locked(compound_head(page), 0);
	return 0;
}

void unlock_page(struct page *page)
{
	page = compound_head(page);
	VM_ASSERT(PageLocked(page));
	note_unlock(page);
	ClearPageLocked(page);
	wake_waiters(page);
}

void wait_on_page_locked(struct page *page)
{
	wait_on_page_locked_drop(page, NULL);
}

/*
 * One sleep and no second look: without a reference the page may have been freed and locked by somebody else since.
 */
void wait_on_page_locked_drop(struct page *page, spinlock_t *ptl)
{
	wait_queue_head_t *wq;
	DEFINE_WAIT(wait);

	page = compound_head(page);
	wq = page_queue(page);
	prepare_to_wait(wq, &wait, TASK_UNINTERRUPTIBLE);
	if (ptl)
		spin_unlock(ptl);
	if (PageLocked(page))
		io_schedule();
	finish_wait(wq, &wait);
}

void wait_on_page_writeback(struct page *page)
{
	might_sleep();
	page = compound_head(page);
	if (PageWriteback(page))
		wait_while(page, PG_writeback, TASK_UNINTERRUPTIBLE);
}

void set_page_writeback(struct page *page)
{
	VM_ASSERT(PageLocked(page) && !PageTail(page));
	get_page(page);
	if (!TestSetPageWriteback(page))
		mod_page_state(NR_WRITEBACK, compound_nr(page));
}

/*
 * Reclaimers wait for writes (mm/reclaim/throttle.c): they go on when 32 pages have been written for each of them, or
 * nothing is under way any more.
 */
static noinline void acct_reclaim_writeback(struct node *node, long nr)
{
	unsigned long written, wanted = PAGES_PER_THROTTLED * atomic_read(&node->nr_writeback_throttled);

	mod_page_state(NR_THROTTLED_WRITTEN, nr);
	written = page_state(NR_THROTTLED_WRITTEN) - READ_ONCE(node->nr_reclaim_start);
	if (written > wanted || !page_state(NR_WRITEBACK))
		wake_up_all(&node->reclaim_wait[VMSCAN_THROTTLE_WRITEBACK]);
}

void end_page_writeback(struct page *page)
{
	long nr = compound_nr(page);

	VM_ASSERT(PageWriteback(page) && !PageTail(page));
	ClearPageWriteback(page);
	mod_page_state(NR_WRITEBACK, -nr);
	wake_waiters(page);
	if (unlikely(atomic_read(&NODE0->nr_writeback_throttled)))
		acct_reclaim_writeback(NODE0, nr);
	put_page(page);
}
