/* mm/reclaim/balance.c - kswapd's work: reclaim until enough is free, or until it is sure that it can't.
 *
 * The thread, and how it sleeps and is woken, are in mm/alloc. Runs that bring nothing are counted; after
 * MAX_RECLAIM_RETRIES of them kswapd is left asleep until somebody makes progress, so that a full or absent swap
 * does not keep a CPU busy for ever.
 *
 * Linux: balance_pgdat in mm/vmscan.c.
 */
#include <mm/reclaim/scan.h>
#include <mm/frame/vmstat.h>
#include <mm/swap/swap.h>
#include <kernel/sched/task.h>

static unsigned long high_marks(void)
{
	unsigned long pages = 0;
	struct zone *zone;

	for_each_zone(zone)
		pages += max(zone->watermark[WMARK_HIGH], SWAP_CLUSTER_MAX);
	return pages;
}

/*
 * One round at sc->priority. => whether the next round must look at more: nothing came of this one, or there was little to
 * look at
 */
static bool balance_round(struct node *node, struct scan_control *sc)
{
	unsigned long reclaimed = sc->nr_reclaimed, written = sc->nr_written;

	age_active_anon(sc);
	sc->nr_scanned = 0;
	sc->nr_to_reclaim = reclaimed + high_marks();
	shrink_node(sc);
	/* Single pages in plenty, and still no large block: more of the same would empty the machine. */
	if (sc->order && sc->nr_reclaimed >= 2UL << sc->order)
		sc->order = 0;
	if (allow_direct_reclaim(node))
		wake_up_all(&node->pfmemalloc_wait);
	if (sc->nr_reclaimed == reclaimed && sc->nr_written != written)
		return !reclaim_throttle(node, VMSCAN_THROTTLE_WRITEBACK);
	return sc->nr_reclaimed == reclaimed || sc->nr_scanned < high_marks();
}

int balance_pgdat(struct node *node, unsigned int order)
{
	struct scan_control sc = { .who = RECLAIM_KSWAPD, .order = order, .priority = DEF_PRIORITY, .may_io = true };
	bool balanced;

	count_vm_event(PAGEOUTRUN);
	for (;;) {
		balanced = pgdat_balanced(node, sc.order);
		if (balanced || sc.priority < 1 || kthread_should_stop())
			break;
		if (balance_round(node, &sc))
			sc.priority--;
	}
	if (sc.nr_reclaimed || sc.nr_written || balanced)
		node->kswapd_failures = 0;
	else
		node->kswapd_failures++;
	/* Hopeless or not: nobody waits for us any longer than needed. */
	if (allow_direct_reclaim(node))
		wake_up_all(&node->pfmemalloc_wait);
	return sc.order;
}
