/* mm/swap/cluster.c - which cluster is on which list.
 *
 * Linux: mm/swapfile.c (move_cluster, free_cluster).
 */
#include <mm/swap/slots.h>

static enum cluster_state state_of(const struct swap_cluster *c)
{
	if (!c->nr_used)
		return CLUSTER_FREE;
	if (c->nr_used == SWAP_CLUSTER_SLOTS)
		return CLUSTER_FULL;
	return c->owner ? CLUSTER_OWNED : CLUSTER_NONFULL;
}

/* A CPU keeps its cluster while there is something in it, and something left in it. */
void cluster_relist(struct swap_area *area, struct swap_cluster *c)
{
	enum cluster_state state = state_of(c);

	if (state != CLUSTER_OWNED)
		c->owner = 0;
	if (state == c->state)
		return;
	spin_lock(&area->lock);
	if (c->state != CLUSTER_NEW)
		list_del(&c->list);
	list_add_tail(&c->list, &area->by_state[state]);
	c->state = state;
	spin_unlock(&area->lock);
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
