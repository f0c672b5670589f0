/* mm/frame/buddy.c - free memory in aligned blocks of 2^order frames, each next to its buddy.
 *
 * The buddy of a block is found by flipping one bit of its frame number. A freed block merges with its buddy as long as
 * that is free and of the same size; an allocation splits the smallest block that is large enough. Every 2 MB pageblock
 * has a migrate type, and a free block stands on the list of its pageblock's type, always.
 *
 * When the lists of a type are empty, the request takes from another type: the largest block there is, and with it the
 * whole pageblock when at least half of that is free. So unmovable pages gather in few pageblocks, instead of putting one
 * page in each and making huge pages impossible for ever.
 *
 * Linux: mm/page_alloc.c (__free_one_page, __rmqueue_smallest, __rmqueue_fallback, steal_suitable_fallback).
 */
#include <mm/frame/buddy_internal.h>
#include <kernel/trace/trace.h>

/* A movable request takes smaller blocks of other types one by one: its pages can be moved away again. */
#define STEAL_MIN_ORDER	(PAGEBLOCK_ORDER / 2)

/* Where a type looks when its own lists are empty. */
static const u8 fallbacks[MIGRATE_TYPES][MIGRATE_TYPES - 1] = {
	[MIGRATE_UNMOVABLE]	= { MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE },
	[MIGRATE_MOVABLE]	= { MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE },
	[MIGRATE_RECLAIMABLE]	= { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE },
};

static inline u8 *pageblock(const struct zone *zone, unsigned long pfn)
{
	return &zone->pageblock_type[(pfn - zone->start_pfn) >> PAGEBLOCK_ORDER];
}

/* => zone->lock held, as for all that follows. The counter is atomic for its readers only. */
static inline void add_free_pages(struct zone *zone, long nr)
{
	atomic_long_set(&zone->free_pages, atomic_long_read(&zone->free_pages) + nr);
}

static inline void add_block(struct zone *zone, struct page *page, unsigned int order, enum migratetype type)
{
	struct free_area *area = &zone->free_area[order];

	page->private = order;
	page->flags |= BIT(PG_buddy);
	list_add(&page->lru, &area->list[type]);
	area->nr_free++;
}

static inline void del_block(struct zone *zone, struct page *page, unsigned int order)
{
	list_del(&page->lru);
	page->flags &= ~BIT(PG_buddy);
	zone->free_area[order].nr_free--;
}

/* A block larger than a pageblock is free as a whole: its parts take one type. */
static void set_block_type(struct zone *zone, unsigned long pfn, unsigned int order, enum migratetype type)
{
	for (unsigned long end = pfn + BIT(order); pfn < end; pfn += BIT(PAGEBLOCK_ORDER))
		*pageblock(zone, pfn) = type;
}

static void expand(struct zone *zone, struct page *page, unsigned int low, unsigned int high, enum migratetype type);

/* => the block, or what is wanted of it, is not to be added to the lists */
static bool capture_block(struct zone *zone, struct page *page, unsigned int order, enum migratetype type)
{
	struct block_capture *capture = zone->capture;

	if (capture->page || order < capture->order)
		return false;
	/* Small pieces of another type's pageblock would mix the types. */
	if (order >= PAGEBLOCK_ORDER)
		set_block_type(zone, page_to_pfn(page), order, type = capture->type);
	else if (type != capture->type)
		return false;
	expand(zone, page, capture->order, order, type);
	add_free_pages(zone, -(long)BIT(capture->order));
	capture->page = page;
	return true;
}

bool buddy_capture_start(struct zone *zone, struct block_capture *capture)
{
	unsigned long flags;
	bool ours;

	capture->page = NULL;
	spin_lock_irqsave(&zone->lock, flags);
	ours = !zone->capture;
	if (ours)
		zone->capture = capture;
	spin_unlock_irqrestore(&zone->lock, flags);
	return ours;
}

void buddy_capture_end(struct zone *zone, const struct block_capture *capture)
{
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	if (zone->capture == capture)
		zone->capture = NULL;
	spin_unlock_irqrestore(&zone->lock, flags);
}

static void free_one_block(struct zone *zone, struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);
	enum migratetype type = pageblock_type(zone, pfn);

	add_free_pages(zone, BIT(order));
	for (; order < MAX_ORDER; order++) {
		unsigned long buddy_pfn = pfn ^ BIT(order);
		struct page *buddy = pfn_to_page(buddy_pfn);

		/* The end of a zone need not be aligned; a hole is never PG_buddy. */
		if (buddy_pfn >= zone->end_pfn || !PageBuddy(buddy) || buddy_order(buddy) != order)
			break;
		del_block(zone, buddy, order);
		pfn &= buddy_pfn;
	}
	if (order > PAGEBLOCK_ORDER)
		set_block_type(zone, pfn, order, type);
	if (unlikely(zone->capture) && capture_block(zone, pfn_to_page(pfn), order, type))
		return;
	add_block(zone, pfn_to_page(pfn), order, type);
}

/* kswapd has given up, and now there is free memory again: the next time it may have more luck. => zone->lock held */
static inline void note_plenty(struct zone *zone)
{
	if (unlikely(READ_ONCE(NODE0->kswapd_failures) >= MAX_RECLAIM_RETRIES) &&
	    atomic_long_read(&zone->free_pages) > (long)READ_ONCE(zone->watermark[WMARK_HIGH]))
		WRITE_ONCE(NODE0->kswapd_failures, 0);
}

void buddy_free_block(struct page *page, unsigned int order)
{
	struct zone *zone = zone_of(page);
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	free_one_block(zone, page, order);
	note_plenty(zone);
	spin_unlock_irqrestore(&zone->lock, flags);
}

void buddy_free_bulk(struct zone *zone, struct page **pages, unsigned int nr)
{
	spin_lock(&zone->lock);
	while (nr--)
		free_one_block(zone, *pages++, 0);
	note_plenty(zone);
	spin_unlock(&zone->lock);
}

/* Give the upper halves of a block back until what is left has the order that was asked for. */
static void expand(struct zone *zone, struct page *page, unsigned int low, unsigned int high, enum migratetype type)
{
	while (high > low) {
		high--;
		add_block(zone, page + BIT(high), high, type);
	}
}

static inline struct page *first_block(struct zone *zone, unsigned int order, enum migratetype type)
{
	return list_first_entry_or_null(&zone->free_area[order].list[type], struct page, lru);
}

static struct page *take_block(struct zone *zone, struct page *page, unsigned int order, unsigned int have,
			       enum migratetype type)
{
	del_block(zone, page, have);
	expand(zone, page, order, have, type);
	add_free_pages(zone, -(long)BIT(order));
	return page;
}

static struct page *take_smallest(struct zone *zone, unsigned int order, enum migratetype type)
{
	for (unsigned int have = order; have <= MAX_ORDER; have++) {
		struct page *page = first_block(zone, have, type);

		if (page)
			return take_block(zone, page, order, have, type);
	}
	return NULL;
}

/* The free frames of the pageblock around pfn; their blocks go to the list of type when move is set. */
static unsigned long pageblock_free_pages(struct zone *zone, unsigned long pfn, enum migratetype type, bool move)
{
	unsigned long nr = 0, end;

	pfn &= ~(BIT(PAGEBLOCK_ORDER) - 1);
	end = min(pfn + BIT(PAGEBLOCK_ORDER), zone->end_pfn);
	while (pfn < end) {
		struct page *page = pfn_to_page(pfn);
		unsigned long step = 1;

		if (PageBuddy(page)) {
			step = BIT(buddy_order(page));
			nr += step;
			if (move)
				list_move(&page->lru, &zone->free_area[buddy_order(page)].list[type]);
		}
		pfn += step;
	}
	return nr;
}

/* The free block at page, of another type, becomes type, with its whole pageblock. => false: too little of that is free */
static bool steal_pageblock(struct zone *zone, struct page *page, unsigned int order, enum migratetype type)
{
	unsigned long pfn = page_to_pfn(page);

	if (order >= PAGEBLOCK_ORDER) {
		set_block_type(zone, pfn, order, type);
		list_move(&page->lru, &zone->free_area[order].list[type]);
		return true;
	}
	if (pageblock_free_pages(zone, pfn, type, false) < BIT(PAGEBLOCK_ORDER - 1))
		return false;
	pageblock_free_pages(zone, pfn, type, true);
	*pageblock(zone, pfn) = type;
	return true;
}

static struct page *take_fallback(struct zone *zone, unsigned int order, enum migratetype type)
{
	unsigned int least = type == MIGRATE_MOVABLE ? max_t(unsigned int, order, STEAL_MIN_ORDER) : order;

	for (unsigned int have = MAX_ORDER + 1; have-- > least; ) {
		for (unsigned int i = 0; i < MIGRATE_TYPES - 1; i++) {
			enum migratetype other = fallbacks[type][i];
			struct page *page = first_block(zone, have, other);
			bool stolen;

			if (!page)
				continue;
			stolen = steal_pageblock(zone, page, have, type);
			trace(mm_page_alloc_extfrag, page_to_pfn(page), order, have, type, other, stolen);
			return take_block(zone, page, order, have, stolen ? type : other);
		}
	}
	for (unsigned int i = 0; type == MIGRATE_MOVABLE && i < MIGRATE_TYPES - 1; i++) {
		struct page *page = take_smallest(zone, order, fallbacks[type][i]);

		if (page)
			return page;
	}
	return NULL;
}

static struct page *take(struct zone *zone, unsigned int order, enum migratetype type)
{
	struct page *page = take_smallest(zone, order, type);

	return page ? page : take_fallback(zone, order, type);
}

struct page *buddy_alloc_block(struct zone *zone, unsigned int order, enum migratetype type)
{
	struct page *page;
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	page = take(zone, order, type);
	spin_unlock_irqrestore(&zone->lock, flags);
	return page;
}

/*
 * Whole blocks where they fit: 32 pages are usually one block of order 5, taken with one split instead of 32. Pages are
 * put so that pages[nr - 1], which is used first, has the lowest address of its block.
 */
unsigned int buddy_alloc_bulk(struct zone *zone, enum migratetype type, struct page **pages, unsigned int nr)
{
	unsigned int got = 0;

	spin_lock(&zone->lock);
	while (got < nr) {
		unsigned int order = 0;
		struct page *page;

		while (order < MAX_ORDER && BIT(order + 1) <= nr - got && !first_block(zone, order, type))
			order++;
		page = take(zone, order, type);
		if (!page && order)
			page = take(zone, order = 0, type);
		if (!page)
			break;
		for (unsigned int i = BIT(order); i-- > 0; )
			pages[got++] = page + i;
	}
	spin_unlock(&zone->lock);
	return got;
}

/* => zone->lock held; the block's frames join the list one by one */
static void isolate_block(struct zone *zone, struct page *page, struct list_head *list)
{
	unsigned int order = buddy_order(page);

	del_block(zone, page, order);
	add_free_pages(zone, -(long)BIT(order));
	for (unsigned long i = 0; i < BIT(order); i++)
		list_add_tail(&page[i].lru, list);
}

unsigned long buddy_isolate_range(struct zone *zone, unsigned long start, unsigned long end, unsigned long most,
				  struct list_head *list, bool *contended)
{
	unsigned long flags, taken = 0, step;

	if (!contended)
		spin_lock_irqsave(&zone->lock, flags);
	else if (should_fail_mm_step(MM_STEP_COMPACT_LOCK) || !spin_trylock_irqsave(&zone->lock, flags))
		return *contended = true, 0;
	for (unsigned long pfn = start; pfn < end && taken < most; pfn += step) {
		struct page *page = pfn_to_page(pfn);

		step = 1;
		if (PageBuddy(page)) {
			step = BIT(buddy_order(page));
			isolate_block(zone, page, list);
			taken += step;
		}
	}
	spin_unlock_irqrestore(&zone->lock, flags);
	return taken;
}

void buddy_release_page(struct page *page, unsigned int order)
{
	buddy_free_block(page, order);
}
