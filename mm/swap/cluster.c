/* mm/swap/cluster.c - which cluster is on which list.
 *
 * Linux: mm/swapfile.c (move_cluster, free_cluster).
 */
#include <mm/swap/slots.h>

struct swap_area swap_areas[MAX_SWAPFILES];
atomic_t nr_clusters_to_discard;

static enum cluster_state state_of(const struct swap_area *area, const struct swap_cluster *c)
{
	if (!c->nr_used)
		return area->discard_freed ? CLUSTER_DISCARD : CLUSTER_FREE;
	if (c->nr_used == SWAP_CLUSTER_SLOTS)
		return CLUSTER_FULL;
	return c->owner ? CLUSTER_OWNED : CLUSTER_NONFULL;
}

void cluster_move(struct swap_area *area, struct swap_cluster *c, enum cluster_state state)
{
	atomic_add((state == CLUSTER_DISCARD) - (c->state == CLUSTER_DISCARD), &nr_clusters_to_discard);
	spin_lock(&area->lock);
	if (c->state != CLUSTER_NEW)
		list_del(&c->list);
	list_add_tail(&c->list, &area->by_state[state]);
	c->state = state;
	spin_unlock(&area->lock);
}

/* A CPU keeps its cluster while there is something in it, and something left in it. */
void cluster_relist(struct swap_area *area, struct swap_cluster *c)
{
	enum cluster_state state = state_of(area, c);

	if (state != CLUSTER_OWNED)
		c->owner = 0;
	if (state != c->state)
		cluster_move(area, c, state);
}

struct swap_cluster *cluster_next(struct swap_area *area, enum cluster_state state)
{
	struct list_head *list = &area->by_state[state];
	struct swap_cluster *c;
	unsigned long irqflags;

	spin_lock_irqsave(&area->lock, irqflags);
	c = list_first_entry_or_null(list, struct swap_cluster, list);
	if (c)
		list_move_tail(&c->list, list);
	spin_unlock_irqrestore(&area->lock, irqflags);
	return c;
}
