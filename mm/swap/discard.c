/* mm/swap/discard.c - the disk is told which clusters hold nothing any more (SWAP_FLAG_DISCARD_PAGES).
 *
 * A cluster that becomes free is put aside, and discarded in the background before it counts as free: one at a time in
 * each area, started by whoever drops the lock of a cluster, and by the end of the one before. While the disk is at it
 * nobody gets a slot of the cluster. What is only put aside is given out when nothing else is left: then the disk does
 * not hear of it.
 *
 * Linux: mm/swapfile.c (swap_do_scheduled_discard, swap_discard_work).
 */
#include <mm/swap/slots.h>

static void discard_done(struct block_request *request);

/* The next cluster to discard, out of everybody's reach; NULL: none, or one is under way. => irqs off */
static struct swap_cluster *take_discard(struct swap_area *area)
{
	struct swap_cluster *c;
	bool taken = false;

	if (!area_gives_slots(area) || atomic_xchg(&area->discard_busy, 1))
		return NULL;
	while (!taken && (c = cluster_next(area, CLUSTER_DISCARD))) {
		spin_lock(&c->lock);
		taken = c->state == CLUSTER_DISCARD;
		if (taken)
			cluster_move(area, c, CLUSTER_DISCARDING);
		spin_unlock(&c->lock);
	}
	if (taken)
		return c;
	atomic_set(&area->discard_busy, 0);
	return NULL;
}

static void start_discard(struct swap_area *area)
{
	struct swap_cluster *c = take_discard(area);

	if (!c)
		return;
	area->discarded = c;
	area->discard = (struct block_request){
		.device = area->bdev, .op = BLOCK_DISCARD, .done = discard_done, .private = area,
		.sector = (c - area->clusters) * SWAP_CLUSTER_SLOTS * SECTORS_PER_PAGE,
		.nr_sectors = SWAP_CLUSTER_SLOTS * SECTORS_PER_PAGE,
	};
	block_submit(&area->discard);
}

void swap_start_discards(void)
{
	unsigned long irqflags;

	/* swapoff waits for CPUs with interrupts off (swap_area_stop_alloc), and then for the discard under way. */
	local_irq_save(irqflags);
	for (unsigned int i = 0; i < MAX_SWAPFILES; i++)
		if (swap_areas[i].discard_freed && !atomic_read(&swap_areas[i].discard_busy))
			start_discard(&swap_areas[i]);
	local_irq_restore(irqflags);
}

/* => irqs off. Whether it worked or not: it was only a hint */
static void discard_done(struct block_request *request)
{
	struct swap_area *area = request->private;
	struct swap_cluster *c = area->discarded;

	if (request->status)
		WRITE_ONCE(area->discard_freed, false);
	spin_lock(&c->lock);
	cluster_move(area, c, CLUSTER_FREE);
	spin_unlock(&c->lock);
	atomic_set(&area->discard_busy, 0);
	wake_up_all(&area->discard_wait);
	if (atomic_read(&nr_clusters_to_discard))
		swap_start_discards();
}
