/* mm/swap/slot_alloc.c - which slot is handed out next.
 *
 * For single slots, in this order: this CPU's own cluster, another one with holes, a free one, and in the end another
 * CPU's. A huge page takes a free cluster or none.
 *
 * Linux: mm/swapfile.c (cluster_alloc_swap_entry).
 */
#include <mm/swap/slots.h>
#include <kernel/x86/percpu.h>

/* The slot where this CPU goes on, as an entry, in the cluster that it owns; 0: it owns none. => irqs off */
static DEFINE_PER_CPU(swp_entry_t, swap_here);

static void take_slots(struct swap_area *area, struct swap_cluster *c, unsigned int slot, unsigned int nr,
		       struct page *page, swp_entry_t *entry)
{
	*entry = swp_entry(area->type, (c - area->clusters) * SWAP_CLUSTER_SLOTS + slot);
	cache_install(c, slot, page, *entry);
	c->nr_used += nr;
	cluster_relist(area, c);
	atomic_add(nr, &area->nr_used);
}

/* The first free slot of the cluster at or after `from`; SWAP_CLUSTER_SLOTS: none. => cluster locked */
static unsigned int find_free(const struct swap_cluster *c, unsigned int from)
{
	if (c->nr_used == SWAP_CLUSTER_SLOTS)
		return SWAP_CLUSTER_SLOTS;
	while (from < SWAP_CLUSTER_SLOTS && !slot_is_free(c, from))
		from++;
	return from;
}

/* => cluster locked, owned by this CPU */
static bool take_next(struct swap_area *area, struct swap_cluster *c, unsigned int from, struct page *page,
		      swp_entry_t *entry)
{
	unsigned int slot = find_free(c, from);
	swp_entry_t here = { 0 };

	if (slot < SWAP_CLUSTER_SLOTS) {
		take_slots(area, c, slot, 1, page, entry);
		if (slot + 1 < SWAP_CLUSTER_SLOTS)
			here.val = entry->val + 1;
	}
	*this_cpu_ptr(&swap_here) = here;
	if (!here.val) {	/* at its end: what has become free behind us is for whoever comes next */
		c->owner = 0;
		cluster_relist(area, c);
	}
	return slot < SWAP_CLUSTER_SLOTS;
}

/* From this CPU's cluster, if that lies in `only`, or NULL: in any area that gives out slots. */
static bool alloc_here(struct swap_area *only, struct page *page, swp_entry_t *entry)
{
	unsigned long irqflags;
	unsigned int slot;
	swp_entry_t here;
	struct swap_cluster *c;
	struct swap_area *area;
	bool found = false;

	local_irq_save(irqflags);
	here = *this_cpu_ptr(&swap_here);
	area = entry_area(here);
	if (here.val && (only ? area == only : area_gives_slots(area))) {
		unsigned long inner;

		c = lock_cluster(here, &slot, &inner);
		/* Another area may have come in the place of the one where we were, or our cluster was emptied. */
		if (c && c->owner == smp_processor_id() + 1)
			found = take_next(area, c, slot, page, entry);
		if (c)
			unlock_cluster(c, inner);
	}
	local_irq_restore(irqflags);
	return found;
}

bool slot_alloc_here(struct page *page, swp_entry_t *entry)
{
	return !PageTransHuge(page) && alloc_here(NULL, page, entry);
}

/* Make it this CPU's, and take its first free slot. */
static bool alloc_first(struct swap_area *area, struct swap_cluster *c, enum cluster_state state, struct page *page,
			swp_entry_t *entry)
{
	unsigned long irqflags;
	bool found = false;

	spin_lock_irqsave(&c->lock, irqflags);
	if (c->state == state) {
		c->owner = smp_processor_id() + 1;
		found = take_next(area, c, 0, page, entry);
	}
	spin_unlock_irqrestore(&c->lock, irqflags);
	return found;
}

/* Another CPU's last holes. */
static bool alloc_stolen(struct swap_area *area, struct swap_cluster *c, struct page *page, swp_entry_t *entry)
{
	unsigned long irqflags;
	unsigned int slot;

	spin_lock_irqsave(&c->lock, irqflags);
	slot = c->state == CLUSTER_OWNED ? find_free(c, 0) : SWAP_CLUSTER_SLOTS;
	if (slot < SWAP_CLUSTER_SLOTS)
		take_slots(area, c, slot, 1, page, entry);
	spin_unlock_irqrestore(&c->lock, irqflags);
	return slot < SWAP_CLUSTER_SLOTS;
}

static bool alloc_whole(struct swap_area *area, struct swap_cluster *c, enum cluster_state state, struct page *page,
			swp_entry_t *entry)
{
	unsigned long irqflags;
	bool found;

	spin_lock_irqsave(&c->lock, irqflags);
	found = c->state == state;
	if (found)
		take_slots(area, c, 0, SWAP_CLUSTER_SLOTS, page, entry);
	spin_unlock_irqrestore(&c->lock, irqflags);
	return found;
}

bool slot_alloc(struct swap_area *area, struct page *page, swp_entry_t *entry)
{
	static const enum cluster_state single[] = { CLUSTER_NONFULL, CLUSTER_FREE, CLUSTER_DISCARD };
	static const enum cluster_state whole[] = { CLUSTER_FREE, CLUSTER_DISCARD };
	bool huge = PageTransHuge(page);
	struct swap_cluster *c;

	if (!huge && alloc_here(area, page, entry))
		return true;
	for (unsigned int i = 0; i < (huge ? ARRAY_SIZE(whole) : ARRAY_SIZE(single)); i++) {
		enum cluster_state state = huge ? whole[i] : single[i];

		while ((c = cluster_next(area, state)))
			if (huge ? alloc_whole(area, c, state, page, entry) : alloc_first(area, c, state, page, entry))
				return true;
	}
	while (!huge && (c = cluster_next(area, CLUSTER_OWNED)))
		if (alloc_stolen(area, c, page, entry))
			return true;
	return false;
}
