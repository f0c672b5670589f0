/* mm/swap/swap_cache.c - pages that are in memory and have a slot: one word per slot.
 *
 * The swap cache is where everybody meets who looks for the content of a slot: two processes that fault on the same
 * entry, a fault and the write that is still under way, read-ahead and swapoff. The cache holds one reference for each
 * 4 KB; page lock before cluster lock.
 *
 * A look-up holds no reference while it reads the word. It tries to get one, which fails while reclaim or a split has
 * frozen the count; a page found this way may leave the cache again before the finder has locked it.
 *
 * Linux: mm/swap_state.c.
 */
#include <mm/swap/slots.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>
#include <kernel/lib/errno.h>

struct page *swap_cache_get(swp_entry_t entry)
{
	unsigned long irqflags;
	unsigned int slot;

	for (;;) {
		struct swap_cluster *c = lock_cluster(entry, &slot, &irqflags);
		struct page *page, *head;
		bool got, same;

		if (!c)
			return NULL;
		page = c->cache[slot];
		head = page ? compound_head(page) : NULL;
		got = page && get_page_unless_zero(head);
		same = got && head == compound_head(page);
		unlock_cluster(c, irqflags);
		if (!got)
			return NULL;
		if (same)
			return page;
		/* A split has cut this part from its head between the two looks: the reference is on the wrong page. */
		put_page(head);
	}
}

/* Why page can't have these slots, or 0. => cluster locked */
static int slots_refuse(struct swap_cluster *c, unsigned int slot, unsigned long nr)
{
	for (unsigned long i = 0; i < nr; i++) {
		if (c->cache[slot + i])
			return -EEXIST;
		if (!slot_has_uses(c->count[slot + i]))
			return -ENOENT;
	}
	return 0;
}

int swap_cache_add(struct page *page, swp_entry_t entry)
{
	unsigned long irqflags, nr = compound_nr(page);
	unsigned int slot;
	struct swap_cluster *c;
	int error;

	VM_ASSERT(PageLocked(page) && !PageSwapCache(page));
	if (should_fail_mm_step(MM_STEP_SWAP_CACHE))
		return -EEXIST;
	page_ref_add(page, nr);
	c = lock_cluster(entry, &slot, &irqflags);
	error = c ? slots_refuse(c, slot, nr) : -ENOENT;
	if (!error)
		cache_install(c, slot, page, entry);
	if (c)
		unlock_cluster(c, irqflags);
	if (error)
		page_ref_add(page, -(int)nr);
	return error;
}

static void cache_remove(struct page *page, u32 shadow)
{
	swp_entry_t entry = page_swap_entry(page);
	unsigned long irqflags;
	unsigned int slot;
	struct swap_cluster *c = lock_cluster(entry, &slot, &irqflags);

	ASSERTF(c, "page 0x%lx is in the swap cache, but its entry 0x%llx names no slot", page_to_pfn(page), entry.val);
	for (unsigned long i = 0; i < compound_nr(page); i++)
		c->shadow[slot + i] = shadow;
	cache_clear(entry_area(entry), c, slot, page);
	unlock_cluster(c, irqflags);
}

void delete_from_swap_cache(struct page *page)
{
	unsigned long nr = compound_nr(page);

	VM_ASSERT(PageLocked(page) && PageSwapCache(page) && !PageWriteback(page));
	cache_remove(page, 0);
	/* The error was the slot's. With the slot gone, the page may try another one. */
	ClearPageError(page);
	page_ref_add(page, -(int)(nr - 1));
	put_page(page);
}

void swap_cache_remove_frozen(struct page *page, u32 shadow)
{
	VM_ASSERT(PageLocked(page) && page_count(page) == 0);
	cache_remove(page, shadow);
}

u32 swap_take_shadow(swp_entry_t entry)
{
	unsigned long irqflags;
	unsigned int slot;
	struct swap_cluster *c = lock_cluster(entry, &slot, &irqflags);
	u32 shadow = 0;

	if (c) {
		swap(shadow, c->shadow[slot]);
		unlock_cluster(c, irqflags);
	}
	return shadow;
}

bool page_swapped(struct page *page)
{
	unsigned long irqflags, nr = compound_nr(page);
	unsigned int slot;
	struct swap_cluster *c = lock_cluster(page_swap_entry(page), &slot, &irqflags);

	VM_ASSERT(!PageTail(page) && c);
	/* From the end: whoever puts all entries of a huge page one by one begins at the start, and each time we are asked. */
	while (nr && !slot_has_uses(c->count[slot + nr - 1]))
		nr--;
	unlock_cluster(c, irqflags);
	return nr;
}

bool try_to_free_swap(struct page *page)
{
	VM_ASSERT(PageLocked(page));
	if (!PageSwapCache(page) || PageWriteback(page) || page_swapped(page))
		return false;
	/* The disk will no longer have it: memory holds the only copy. */
#ifndef BUG_swap_drop_clean	/* it counts as unchanged: the next time it is dropped without a write */
	SetPageDirty(page);
#endif
	delete_from_swap_cache(page);
	return true;
}

/*
 * A page that is locked or being written stays: somebody else finds it later. => the slots that this was about: all up to
 * the end of a huge page
 */
static unsigned int drop_cached(swp_entry_t entry)
{
	struct page *page = swap_cache_get(entry), *head;
	unsigned int nr = 1;

	if (!page)
		return 1;
	if (trylock_page(page)) {
		head = compound_head(page);
		if (PageSwapCache(head) && page_swap_entry(page).val == entry.val) {
			nr = compound_nr(head) - (page - head);
			try_to_free_swap(head);
		}
		unlock_page(page);
	}
	put_page(page);
	return nr;
}

void free_cached_slot(swp_entry_t entry)
{
	drop_cached(entry);
}

/* The caller holds a page-table lock and can't wait. */
void free_swap_and_cache_range(swp_entry_t entry, unsigned int nr)
{
	if (!slots_put(entry, nr))
		return;
	for (unsigned int i = 0; i < nr; )
		i += drop_cached((swp_entry_t){ entry.val + i });
}

void free_swap_and_cache(swp_entry_t entry)
{
	free_swap_and_cache_range(entry, 1);
}

void swap_cache_replace(struct page *old, struct page *new)
{
	swp_entry_t entry = page_swap_entry(old);
	unsigned long irqflags, nr = compound_nr(old);
	unsigned int slot;
	struct swap_cluster *c;

	VM_ASSERT(PageLocked(old) && PageLocked(new) && page_count(old) == 0 && compound_nr(new) == nr);
	c = lock_cluster(entry, &slot, &irqflags);
	ASSERTF(c, "page 0x%lx is in the swap cache, but its entry 0x%llx names no slot", page_to_pfn(old), entry.val);
	new->private = old->private;
	SetPageSwapCache(new);
	for (unsigned long i = 0; i < nr; i++) {
		ASSERT(c->cache[slot + i] == old + i);
		c->cache[slot + i] = new + i;
	}
	unlock_cluster(c, irqflags);
	ClearPageSwapCache(old);
	old->private = 0;
}

/*
 * The cache words name the 4 KB parts already, so that they stay as they are. Nobody gets a part through them before
 * the split unfreezes it.
 */
void swap_cache_split(struct page *head)
{
	for (unsigned long i = 1; i < HPAGE_PMD_NR; i++)
		head[i].private = head->private + i;
}
