/* mm/reclaim/direct.c - who needs memory and finds none frees some for himself.
 *
 * A run begins with a small part of each list and takes larger parts until enough is free. Writes are asynchronous: the
 * first pages that are found are written, not freed, and freed when somebody comes by again. So starting writes counts
 * as progress, after a wait for them; only a run that frees nothing and starts nothing is a failed one.
 *
 * Before that, while kswapd is at work and the reserve is nearly used up, a direct reclaimer waits for kswapd: many at
 * once would take the frames that reclaim itself needs.
 *
 * Linux: try_to_free_pages, throttle_direct_reclaim in mm/vmscan.c.
 */
#include <mm/reclaim/scan.h>
#include <mm/frame/vmstat.h>
#include <mm/swap/swap.h>
#include <kernel/sched/task.h>
#include <kernel/trace/trace.h>

bool allow_direct_reclaim(struct node *node)
{
	unsigned long reserve = 0;
	long free = 0;
	struct zone *zone;

	if (node->kswapd_failures >= MAX_RECLAIM_RETRIES)
		return true;	/* waiting for it would be in vain */
	for_each_zone(zone) {
		reserve += zone->watermark[WMARK_MIN];
		free += atomic_long_read(&zone->free_pages);
	}
	return free > (long)(reserve / 2);
}

bool throttle_direct_reclaim(gfp_t gfp __unused)
{
	if ((current->flags & PF_KTHREAD) || allow_direct_reclaim(NODE0))
		return false;
	if (fatal_signal_pending(current))
		return true;
	count_vm_event(PGSCAN_DIRECT_THROTTLE);
	wake_up_interruptible(&NODE0->kswapd_wait);
	__wait_event_timeout(NODE0->pfmemalloc_wait, allow_direct_reclaim(NODE0), HZ, TASK_KILLABLE);
	return fatal_signal_pending(current);
}

/* => progress in pages, as try_to_free_pages returns it */
static unsigned long do_try_to_free_pages(struct scan_control *sc)
{
	for (sc->priority = DEF_PRIORITY; sc->priority >= 0; sc->priority--) {
		shrink_node(sc);
		if (sc->nr_reclaimed >= sc->nr_to_reclaim || fatal_signal_pending(current))
			break;
		consider_reclaim_throttle(NODE0, sc);
		/*
		 * Enough is on its way: let it arrive, instead of going for ever hotter pages. What is written is free when
		 * the write ends, and nobody adds it to nr_reclaimed: the caller sees it when he asks again.
		 */
		if (sc->nr_reclaimed + sc->nr_written >= 2 * sc->nr_to_reclaim) {
			reclaim_throttle(NODE0, VMSCAN_THROTTLE_WRITEBACK);
			break;
		}
	}
	if (sc->nr_reclaimed)
		return sc->nr_reclaimed;
	/* Somebody else's writes bring memory too, when they end. */
	if (reclaim_throttle(NODE0, VMSCAN_THROTTLE_WRITEBACK) && !sc->nr_written)
		return 1;
	return sc->nr_written;
}

/*
 * A large block is wanted, and there is free memory enough for many, only not in one piece. Taking more from others would
 * hardly bring one about.
 */
static bool is_fragmentation(unsigned int order)
{
	struct zone *zone;

	if (order < PAGEBLOCK_ORDER)
		return false;
	for_each_zone(zone)
		if (zone_watermark_ok(zone, 0, zone->watermark[WMARK_HIGH] + (2UL << order), 0))
			return true;
	return false;
}

/* By the zone that the request would like best; what may be moved would go to a zone of such pages. */
static void count_allocstall(gfp_t gfp)
{
	if (gfp & __GFP_DMA32)
		count_vm_event(ALLOCSTALL_DMA32);
	else
		count_vm_event(gfp & __GFP_MOVABLE ? ALLOCSTALL_MOVABLE : ALLOCSTALL_NORMAL);
}

unsigned long try_to_free_pages(unsigned int order, gfp_t gfp)
{
	struct scan_control sc = {
		.who = RECLAIM_DIRECT,
		.nr_to_reclaim = max(SWAP_CLUSTER_MAX, BIT(order)),
		.order = order,
		.may_io = gfp & __GFP_IO,
	};
	unsigned long progress;
	u32 flags = current->flags;

	might_sleep();
	if (is_fragmentation(order))
		return 0;
	count_allocstall(gfp);
	trace(mm_vmscan_direct_reclaim_begin, order, gfp);
	current->flags |= PF_MEMALLOC;
	progress = do_try_to_free_pages(&sc);
	current->flags = (current->flags & ~PF_MEMALLOC) | (flags & PF_MEMALLOC);
	/* Where we found something, kswapd may as well. */
	if (sc.nr_reclaimed)
		NODE0->kswapd_failures = 0;
	trace(mm_vmscan_direct_reclaim_end, sc.nr_reclaimed);
	return progress;
}
