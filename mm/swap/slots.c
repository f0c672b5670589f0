/* mm/swap/slots.c - which slots are in use, by how many entries, and which are handed out next.
 *
 * See mm/swap/slots.h for the nouns. Every change of a slot happens under the lock of its cluster, with interrupts off,
 * because a failed write retires its slot from the completion interrupt.
 *
 * Linux: mm/swapfile.c.
 */
#include <mm/swap/slots.h>
#include <mm/frame/vmstat.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/errno.h>

struct swap_area swap_areas[MAX_SWAPFILES];

/* Where this CPU took its last slot of each area, plus 1: the place to go on. 0 is the header: no such place. */
DEFINE_PER_CPU(u32[MAX_SWAPFILES], swap_next_slot);

/*
 * The area may be released while we look: its tables are freed only after every CPU has had interrupts on for a moment
 * (swap_area_release), so that between here and unlock_cluster() they stay.
 */
struct swap_cluster *lock_cluster(swp_entry_t entry, unsigned int *slot, unsigned long *irqflags)
{
	struct swap_area *area = entry_area(entry);
	struct swap_cluster *clusters;

	if (swp_type(entry) >= MAX_SWAPFILES)
		return NULL;
	local_irq_save(*irqflags);
	clusters = READ_ONCE(area->clusters);
	if (!clusters || !swp_offset(entry) || swp_offset(entry) >= area->nr_slots) {
		local_irq_restore(*irqflags);
		return NULL;
	}
	*slot = swp_offset(entry) % SWAP_CLUSTER_SLOTS;
	clusters += swp_offset(entry) / SWAP_CLUSTER_SLOTS;
	spin_lock(&clusters->lock);
	return clusters;
}

static bool slot_is_free(const struct swap_cluster *c, unsigned int slot)
{
	return !c->count[slot] && !c->cache[slot];
}

/* After nr_used changed: to the list that it belongs on now. => cluster locked */
static void cluster_relist(struct swap_area *area, struct swap_cluster *c)
{
	u8 state = !c->nr_used ? CLUSTER_FREE : c->nr_used < SWAP_CLUSTER_SLOTS ? CLUSTER_NONFULL : CLUSTER_FULL;

	if (state == c->state)
		return;
	spin_lock(&area->lock);
	if (c->state != CLUSTER_FULL)
		list_del(&c->list);
	if (state != CLUSTER_FULL)
		list_add_tail(&c->list, state == CLUSTER_FREE ? &area->free : &area->nonfull);
	c->state = state;
	spin_unlock(&area->lock);
}

/* Entries and cache have let go of it: free, or never again when it was retired. => cluster locked */
static void slot_release(struct swap_area *area, struct swap_cluster *c, unsigned int slot)
{
	atomic_dec(&area->nr_used);
	c->shadow[slot] = 0;
	if (c->count[slot] & SLOT_RETIRED) {
		c->count[slot] = SLOT_BAD;
		return;
	}
	c->nr_used--;
	cluster_relist(area, c);
}

void cache_install(struct swap_cluster *c, unsigned int slot, struct page *page, swp_entry_t entry)
{
	unsigned long nr = compound_nr(page);

	/* Before the first word names it: who finds the page through the cache tests the flag and the entry. */
	page->private = entry.val;
	SetPageSwapCache(page);
	for (unsigned long i = 0; i < nr; i++) {
		VM_ASSERT(!c->cache[slot + i]);
		c->cache[slot + i] = page + i;
	}
	mod_page_state(NR_SWAPCACHE, nr);
}

void cache_clear(struct swap_area *area, struct swap_cluster *c, unsigned int slot, struct page *page)
{
	unsigned long nr = compound_nr(page);

	for (unsigned long i = 0; i < nr; i++) {
		ASSERTF(c->cache[slot + i] == page + i, "slot 0x%llx of page 0x%lx is held by another page",
			page_swap_entry(page).val + i, page_to_pfn(page));
		c->cache[slot + i] = NULL;
		if (!slot_uses(c->count[slot + i]))
			slot_release(area, c, slot + i);
	}
	ClearPageSwapCache(page);
	page->private = 0;
	mod_page_state(NR_SWAPCACHE, -(long)nr);
}

/* --- handing out ------------------------------------------------------------------------------------------------- */

static bool take_slots(struct swap_area *area, struct swap_cluster *c, unsigned int slot, unsigned int nr,
		       struct page *page, swp_entry_t *entry)
{
	*entry = swp_entry(area->type, (c - area->clusters) * SWAP_CLUSTER_SLOTS + slot);
	cache_install(c, slot, page, *entry);
	c->nr_used += nr;
	cluster_relist(area, c);
	atomic_add(nr, &area->nr_used);
	return true;
}

/* The first free slot of the cluster at or after `from`, else before it. */
static bool alloc_single(struct swap_area *area, struct swap_cluster *c, unsigned int from, struct page *page,
			 swp_entry_t *entry)
{
	unsigned long irqflags;
	bool found = false;

	spin_lock_irqsave(&c->lock, irqflags);
	for (unsigned int i = 0; i < SWAP_CLUSTER_SLOTS && c->nr_used < SWAP_CLUSTER_SLOTS && !found; i++) {
		unsigned int slot = (from + i) % SWAP_CLUSTER_SLOTS;

		if (slot_is_free(c, slot))
			found = take_slots(area, c, slot, 1, page, entry);
	}
	spin_unlock_irqrestore(&c->lock, irqflags);
	if (found)
		(*this_cpu_ptr(&swap_next_slot))[area->type] = swp_offset(*entry) + 1;
	return found;
}

static bool alloc_whole(struct swap_area *area, struct swap_cluster *c, struct page *page, swp_entry_t *entry)
{
	unsigned long irqflags;
	bool found = false;

	spin_lock_irqsave(&c->lock, irqflags);
	if (!c->nr_used)
		found = take_slots(area, c, 0, SWAP_CLUSTER_SLOTS, page, entry);
	spin_unlock_irqrestore(&c->lock, irqflags);
	return found;
}

/*
 * A free cluster, else (for single slots) one with holes; NULL: none. The next caller is given another one, so that
 * CPUs spread out. Looked at without its lock: who takes it locks it and looks again.
 */
static struct swap_cluster *next_cluster(struct swap_area *area, bool whole)
{
	struct list_head *list = &area->free;
	struct swap_cluster *c = NULL;
	unsigned long irqflags;

	spin_lock_irqsave(&area->lock, irqflags);
	if (list_empty(list) && !whole)
		list = &area->nonfull;
	if (!list_empty(list)) {
		c = list_first_entry(list, struct swap_cluster, list);
		list_move_tail(&c->list, list);
	}
	spin_unlock_irqrestore(&area->lock, irqflags);
	return c;
}

bool slot_alloc(struct swap_area *area, struct page *page, swp_entry_t *entry)
{
	bool whole = PageTransHuge(page);
	u32 next = (*this_cpu_ptr(&swap_next_slot))[area->type];
	struct swap_cluster *c;

	/* Past the end of its cluster a CPU looks for a new one, rather than running into its neighbour's. */
	if (!whole && next % SWAP_CLUSTER_SLOTS && next < area->nr_slots &&
	    alloc_single(area, &area->clusters[next / SWAP_CLUSTER_SLOTS], next % SWAP_CLUSTER_SLOTS, page, entry))
		return true;
	while ((c = next_cluster(area, whole))) {
		if (whole ? alloc_whole(area, c, page, entry) : alloc_single(area, c, 0, page, entry))
			return true;
	}
	return false;
}

/* --- counts ------------------------------------------------------------------------------------------------------- */

/* May one more entry name it? 0, -EINVAL, -ENOMEM. => cluster locked */
static int slot_refuses(const struct swap_cluster *c, unsigned int slot)
{
	/* Somebody must hold the slot already, or it may be handed out to another page at any time. */
	if (slot_is_free(c, slot) || (c->count[slot] & SLOT_COUNT_MASK) == SLOT_BAD)
		return -EINVAL;
	return slot_uses(c->count[slot]) == SLOT_COUNT_MAX ? -ENOMEM : 0;
}

int swap_duplicate_range(swp_entry_t entry, unsigned int nr)
{
	unsigned long irqflags;
	unsigned int slot;
	struct swap_cluster *c = lock_cluster(entry, &slot, &irqflags);
	int error = 0;

	if (!c)
		return -EINVAL;
	VM_ASSERT(slot + nr <= SWAP_CLUSTER_SLOTS);
	for (unsigned int i = 0; i < nr && !error; i++)
		error = slot_refuses(c, slot + i);
	for (unsigned int i = 0; i < nr && !error; i++)
		c->count[slot + i]++;
	unlock_cluster(c, irqflags);
	return error;
}

int swap_duplicate(swp_entry_t entry)
{
	return swap_duplicate_range(entry, 1);
}

bool slot_put(swp_entry_t entry)
{
	unsigned long irqflags;
	unsigned int slot;
	struct swap_cluster *c = lock_cluster(entry, &slot, &irqflags);
	bool only_cached;

	ASSERTF(c, "swap entry 0x%llx is freed but names no slot", entry.val);
	ASSERTF(slot_uses(c->count[slot]) > 0, "swap entry 0x%llx is freed but not in use (count 0x%x)", entry.val,
		c->count[slot]);
	c->count[slot]--;
#ifdef BUG_swap_free_early
	if (!slot_uses(c->count[slot]))
		c->cache[slot] = NULL;	/* handed out again, while a page in memory still believes to have it */
#endif
	/*
	 * The cache may still hold the page, with newer data than the disk. Who drops the cache's reference frees the
	 * slot: freeing it here would let another page take it before that.
	 */
	if (!slot_uses(c->count[slot]) && !c->cache[slot])
		slot_release(entry_area(entry), c, slot);
	only_cached = !slot_uses(c->count[slot]) && c->cache[slot];
	unlock_cluster(c, irqflags);
	return only_cached;
}

void swap_free(swp_entry_t entry)
{
	slot_put(entry);
}

int swap_count(swp_entry_t entry)
{
	unsigned long irqflags;
	unsigned int slot;
	struct swap_cluster *c = lock_cluster(entry, &slot, &irqflags);
	int count = 0;

	if (c) {
		count = slot_uses(c->count[slot]);
		unlock_cluster(c, irqflags);
	}
	return count;
}

bool swap_entry_valid(swp_entry_t entry)
{
	unsigned long irqflags;
	unsigned int slot;
	struct swap_cluster *c = lock_cluster(entry, &slot, &irqflags);
	bool valid = false;

	if (c) {
		valid = (c->count[slot] & SLOT_COUNT_MASK) != SLOT_BAD;
		unlock_cluster(c, irqflags);
	}
	return valid;
}

bool slot_retire(swp_entry_t entry)
{
	unsigned long irqflags;
	unsigned int slot;
	struct swap_cluster *c = lock_cluster(entry, &slot, &irqflags);
	bool first;

	if (!c)
		return false;
	first = !(c->count[slot] & SLOT_RETIRED);
	c->count[slot] |= SLOT_RETIRED;
	if (first)
		atomic_dec(&entry_area(entry)->nr_usable);
	unlock_cluster(c, irqflags);
	return first;
}

/* --- the tables of a new area --------------------------------------------------------------------------------------- */

static void mark_bad(struct swap_area *area, u32 offset)
{
	struct swap_cluster *c = &area->clusters[offset / SWAP_CLUSTER_SLOTS];
	u16 *count = &c->count[offset % SWAP_CLUSTER_SLOTS];

	if (*count == SLOT_BAD)
		return;		/* listed twice */
	*count = SLOT_BAD;
	c->nr_used++;
	if (offset && offset < area->nr_slots)
		atomic_dec(&area->nr_usable);
}

void area_clusters_init(struct swap_area *area, const struct swap_header_info *info)
{
	u32 end = area->nr_clusters * SWAP_CLUSTER_SLOTS;
	unsigned int cpu;

	for_each_online_cpu(cpu)
		per_cpu(swap_next_slot, cpu)[area->type] = 0;
	atomic_set(&area->nr_usable, area->nr_slots - 1);
	atomic_set(&area->nr_used, 0);
	mark_bad(area, 0);
	for (u32 i = 0; i < info->nr_badpages; i++)
		mark_bad(area, info->badpages[i]);
	for (u32 offset = area->nr_slots; offset < end; offset++)
		mark_bad(area, offset);
	for (u32 i = 0; i < area->nr_clusters; i++) {
		struct swap_cluster *c = &area->clusters[i];

		spin_lock_init(&c->lock);
		c->state = CLUSTER_FULL;
		cluster_relist(area, c);
	}
}
