/* mm/swap/slots.c - which slots are in use, and by how many entries.
 *
 * See mm/swap/slots.h for the nouns. Every change of a slot happens under the lock of its cluster, with interrupts off,
 * because a failed write retires its slot from the completion interrupt.
 *
 * Linux: mm/swapfile.c.
 */
#include <mm/swap/slots.h>
#include <mm/frame/buddy.h>
#include <mm/frame/vmstat.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/errno.h>

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

/* Entries and cache have let go of it: free, or never again when it was retired. => cluster locked */
static void slot_release(struct swap_area *area, struct swap_cluster *c, unsigned int slot)
{
	atomic_dec(&area->nr_used);
	c->shadow[slot] = 0;
	__clear_bit(slot, c->zero);
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
		if (!slot_has_uses(c->count[slot + i]))
			slot_release(area, c, slot + i);
	}
	ClearPageSwapCache(page);
	page->private = 0;
	mod_page_state(NR_SWAPCACHE, -(long)nr);
}

/* --- counts ------------------------------------------------------------------------------------------------------- */

/* May one more entry name it? => cluster locked */
static bool slot_refuses(const struct swap_cluster *c, unsigned int slot)
{
	/* Somebody must hold the slot already, or it may be handed out to another page at any time. */
	return slot_is_free(c, slot) || (c->count[slot] & SLOT_COUNT_MASK) == SLOT_BAD;
}

static bool count_is_full(const struct swap_cluster *c, unsigned int slot)
{
	return (c->count[slot] & SLOT_COUNT_MASK) == SLOT_COUNT_MAX;
}

/* The count is full: is there a place for what is above it? => cluster locked */
static bool count_continues(struct swap_cluster *c)
{
	static_assert(sizeof(c->more[0]) * SWAP_CLUSTER_SLOTS <= PAGE_SIZE);
	struct page *frame;

	if (c->more)
		return true;
	frame = frame_alloc(0, __GFP_ZERO);
	if (!frame)
		return false;
	c->more = page_address(frame);
	return true;
}

/* => cluster locked; the count is not full, or continues */
static void slot_get(struct swap_cluster *c, unsigned int slot)
{
	if (!count_is_full(c, slot))
		c->count[slot]++;
#ifndef BUG_swap_count_ends_at_62	/* the 63rd is not counted: the slot is free while one more has it */
	else if (!c->more[slot]++)
		c->nr_more++;
#endif
}

/* => cluster locked; an entry names it */
static void slot_unget(struct swap_cluster *c, unsigned int slot)
{
	if (!c->more || !c->more[slot]) {
		c->count[slot]--;
		return;
	}
	if (--c->more[slot] || --c->nr_more)
		return;
	put_page(virt_to_page(c->more));
	c->more = NULL;
}

int swap_duplicate_range(swp_entry_t entry, unsigned int nr)
{
	unsigned long irqflags;
	unsigned int slot;
	struct swap_cluster *c = lock_cluster(entry, &slot, &irqflags);
	int error = 0;

	if (!c)
		return -EINVAL;
	if (should_fail_mm_step(MM_STEP_SWAP_DUPLICATE))
		error = -ENOMEM;
	VM_ASSERT(slot + nr <= SWAP_CLUSTER_SLOTS);
	for (unsigned int i = 0; i < nr && !error; i++) {
		if (slot_refuses(c, slot + i))
			error = -EINVAL;
		else if (unlikely(count_is_full(c, slot + i)) && !count_continues(c))
			error = -ENOMEM;
	}
	for (unsigned int i = 0; i < nr && !error; i++)
		slot_get(c, slot + i);
	unlock_cluster(c, irqflags);
	return error;
}

int swap_duplicate(swp_entry_t entry)
{
	return swap_duplicate_range(entry, 1);
}

/* => cluster locked; true: only the cache holds it now */
static bool put_locked(struct swap_area *area, struct swap_cluster *c, unsigned int slot)
{
	/* Freed once too often: its next user would lose his page to a third one. It stays as it is. */
	if (unlikely(!slot_has_uses(c->count[slot]))) {
		refcount_report(REF_SWAP_SLOT, "dropped more often than taken");
		return false;
	}
	slot_unget(c, slot);
#ifdef BUG_swap_free_early
	if (!slot_has_uses(c->count[slot]))
		c->cache[slot] = NULL;	/* handed out again, while a page in memory still believes to have it */
#endif
	/*
	 * The cache may still hold the page, with newer data than the disk. Who drops the cache's reference frees the
	 * slot: freeing it here would let another page take it before that.
	 */
	if (!slot_has_uses(c->count[slot]) && !c->cache[slot])
		slot_release(area, c, slot);
	return !slot_has_uses(c->count[slot]) && c->cache[slot];
}

bool slots_put(swp_entry_t entry, unsigned int nr)
{
	unsigned long irqflags;
	unsigned int slot;
	struct swap_cluster *c = lock_cluster(entry, &slot, &irqflags);
	bool only_cached = false;

	ASSERTF(c, "swap entry 0x%llx is freed but names no slot", entry.val);
	VM_ASSERT(slot + nr <= SWAP_CLUSTER_SLOTS);
	for (unsigned int i = 0; i < nr; i++)
		only_cached |= put_locked(entry_area(entry), c, slot + i);
	unlock_cluster(c, irqflags);
	return only_cached;
}

void swap_free_range(swp_entry_t entry, unsigned int nr)
{
	slots_put(entry, nr);
}

void swap_free(swp_entry_t entry)
{
	slots_put(entry, 1);
}

int swap_count(swp_entry_t entry)
{
	unsigned long irqflags;
	unsigned int slot;
	struct swap_cluster *c = lock_cluster(entry, &slot, &irqflags);
	int count = 0;

	if (c) {
		count = slot_uses(c, slot);
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

/* --- zeros ---------------------------------------------------------------------------------------------------------- */

void slot_mark_zero(swp_entry_t entry, unsigned int nr, bool zero)
{
	unsigned long irqflags;
	unsigned int slot;
	struct swap_cluster *c = lock_cluster(entry, &slot, &irqflags);

	ASSERTF(c, "swap entry 0x%llx is written but names no slot", entry.val);
	for (unsigned int i = slot; i < slot + nr; i++) {
		if (zero)
			__set_bit(i, c->zero);
		else
			__clear_bit(i, c->zero);
	}
	unlock_cluster(c, irqflags);
}

unsigned int slot_count_zero(swp_entry_t entry, unsigned int nr)
{
	unsigned long irqflags;
	unsigned int slot, zeros = 0;
	struct swap_cluster *c = lock_cluster(entry, &slot, &irqflags);

	ASSERTF(c, "swap entry 0x%llx is read but names no slot", entry.val);
	for (unsigned int i = slot; i < slot + nr; i++)
		zeros += test_bit(i, c->zero);
	unlock_cluster(c, irqflags);
	return zeros;
}

/* --- the tables of a new area --------------------------------------------------------------------------------------- */

static void mark_bad(struct swap_area *area, u32 offset)
{
	struct swap_cluster *c = &area->clusters[offset / SWAP_CLUSTER_SLOTS];
	u8 *count = &c->count[offset % SWAP_CLUSTER_SLOTS];

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
	unsigned long irqflags;

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
		/* As everywhere: an interrupt handler takes a cluster's lock, and inside it the area's. */
		local_irq_save(irqflags);
		cluster_relist(area, c);
		local_irq_restore(irqflags);
	}
}
