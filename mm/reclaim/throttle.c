/* mm/reclaim/throttle.c - who reclaims in vain waits for what can make it less vain.
 *
 *	reason		at most		until
 *	WRITEBACK	100 ms		32 pages have been written for each who waits, or no write is under way
 *	ISOLATED	20 ms		others have put pages back on the lists
 *	NOPROGRESS	a tick		somebody's reclaim goes well
 *	CONGESTED	a tick		the disk can take more requests
 *
 * Kernel threads are throttled like everybody: nothing here needs one of them to make progress, since writes end in
 * interrupt handlers.
 *
 * Waits while the disk is congested are also told by the events of older kernels, which many tools know.
 *
 * Linux: reclaim_throttle, consider_reclaim_throttle in mm/vmscan.c; before 5.16 mm/backing-dev.c.
 */
#include <mm/reclaim/scan.h>
#include <mm/frame/vmstat.h>
#include <mm/swap/swap.h>
#include <kernel/sync/wait.h>
#include <kernel/trace/trace.h>

#define USEC_PER_TICK	(1000000UL / HZ)

static const struct trace_flag reason_names[NR_VMSCAN_THROTTLE] = {
	{ BIT(VMSCAN_THROTTLE_WRITEBACK), "VMSCAN_THROTTLE_WRITEBACK" }, { BIT(VMSCAN_THROTTLE_ISOLATED), "VMSCAN_THROTTLE_ISOLATED" },
	{ BIT(VMSCAN_THROTTLE_NOPROGRESS), "VMSCAN_THROTTLE_NOPROGRESS" }, { BIT(VMSCAN_THROTTLE_CONGESTED), "VMSCAN_THROTTLE_CONGESTED" },
};
static struct trace_symbols trace_reasons = {
	.name = "vmscan_throttle", .flags = reason_names, .nr = NR_VMSCAN_THROTTLE, .none = "VMSCAN_THROTTLE_NONE",
};

static const long timeouts[NR_VMSCAN_THROTTLE] = {
	[VMSCAN_THROTTLE_WRITEBACK] = HZ / 10, [VMSCAN_THROTTLE_ISOLATED] = HZ / 50,
	[VMSCAN_THROTTLE_NOPROGRESS] = 1, [VMSCAN_THROTTLE_CONGESTED] = 1,
};

/* A pause would bring nothing: kswapd has given up, or little of what could be reclaimed waits for the disk. */
static bool pause_is_vain(const struct node *node)
{
	unsigned long reclaimable = lru_size(LRU_INACTIVE_FILE) + lru_size(LRU_ACTIVE_FILE);

	if (node->kswapd_failures >= MAX_RECLAIM_RETRIES)
		return true;
	if (nr_swap_pages())
		reclaimable += lru_size(LRU_INACTIVE_ANON) + lru_size(LRU_ACTIVE_ANON);
	return 2 * page_state(NR_WRITEBACK) <= reclaimable;
}

/* Looked at again by who has joined the queue: what he waits for may have happened just before. */
static bool worth_waiting(enum vmscan_throttle_state reason)
{
	if (reason == VMSCAN_THROTTLE_WRITEBACK)
		return page_state(NR_WRITEBACK);
	return reason != VMSCAN_THROTTLE_CONGESTED || swap_write_congested();
}

static void trace_wait(struct node *node, enum vmscan_throttle_state reason, long timeout, long left, bool congested)
{
	unsigned long delayed = (timeout - left) * USEC_PER_TICK;

	timeout *= USEC_PER_TICK;
	trace(mm_vmscan_throttled, node->id, timeout, delayed, BIT(reason));
	if (congested && reason == VMSCAN_THROTTLE_CONGESTED)
		trace(writeback_wait_iff_congested, timeout, delayed);
	else if (congested)
		trace(writeback_congestion_wait, timeout, delayed);
}

/* => ticks left; 0: time is up */
static long wait_for(struct node *node, enum vmscan_throttle_state reason)
{
	wait_queue_head_t *wq = &node->reclaim_wait[reason];
	bool congested = swap_write_congested();
	long timeout = timeouts[reason], left;
	DEFINE_WAIT(wait);

	prepare_to_wait(wq, &wait, TASK_UNINTERRUPTIBLE);
	left = worth_waiting(reason) ? schedule_timeout(timeout) : timeout;
	finish_wait(wq, &wait);
	trace_wait(node, reason, timeout, left, congested);
	return left;
}

bool reclaim_throttle(struct node *node, enum vmscan_throttle_state reason)
{
	long left;

	if (reason == VMSCAN_THROTTLE_NOPROGRESS && pause_is_vain(node)) {
		cond_resched();
		return false;
	}
	if (!worth_waiting(reason))
		return false;
	if (reason != VMSCAN_THROTTLE_WRITEBACK)
		return wait_for(node, reason);
	if (atomic_inc_return(&node->nr_writeback_throttled) == 1)
		WRITE_ONCE(node->nr_reclaim_start, page_state(NR_THROTTLED_WRITTEN));
	left = wait_for(node, reason);
	atomic_dec(&node->nr_writeback_throttled);
	return left;
}

void consider_reclaim_throttle(struct node *node, const struct scan_control *sc)
{
	wait_queue_head_t *wq = &node->reclaim_wait[VMSCAN_THROTTLE_NOPROGRESS];

	/* An eighth of what is looked at can be freed: it goes well. */
	if (sc->nr_reclaimed > sc->nr_scanned / 8) {
		if (waitqueue_active(wq))
			wake_up_all(wq);
	} else if (sc->who != RECLAIM_KSWAPD && sc->priority == 1 && !sc->nr_reclaimed) {
		reclaim_throttle(node, VMSCAN_THROTTLE_NOPROGRESS);
	}
}

void throttle_init(void)
{
	trace_symbols_register(&trace_reasons);
}
