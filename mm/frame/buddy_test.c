/* mm/frame/buddy_test.c - blocks, pageblocks and watermarks, against a model. */
#include <mm/frame/buddy.h>
#include <kernel/debug/ktest.h>
#include <kernel/lib/math.h>
#include <kernel/lib/random.h>
#include <kernel/lib/string.h>

#define MODEL_BLOCKS	400

struct model_block {
	struct page	*page;
	unsigned int	order;
	u64		stamp;
};
static struct model_block model[MODEL_BLOCKS];

/* Daemons and dying tasks take and give a few pages meanwhile; 20,000 blocks that leak are more. */
#define BACKGROUND_PAGES	64

static unsigned long drained_free_pages(void)
{
	drain_all_pages();
	return nr_free_pages();
}

/* The words of a block, at its ends and in its middle: two blocks that overlap would write over each other's. */
static void stamp_block(struct model_block *b)
{
	for (unsigned long i = 0; i < BIT(b->order); i++)
		*(u64 *)page_address(b->page + i) = b->stamp + i;
}

static bool stamp_is_right(const struct model_block *b)
{
	for (unsigned long i = 0; i < BIT(b->order); i++)
		if (*(u64 *)page_address(b->page + i) != b->stamp + i)
			return false;
	return true;
}

static void model_alloc(struct model_block *b)
{
	static const gfp_t types[] = { 0, __GFP_MOVABLE, __GFP_RECLAIMABLE };

	b->order = get_random_below(4) ? get_random_below(3) : get_random_below(MAX_ORDER + 1);
	b->page = get_page_from_freelist(types[get_random_below(ARRAY_SIZE(types))], b->order, ALLOC_WMARK_HIGH);
	b->stamp = get_random_u64();
	if (b->page)
		stamp_block(b);
}

/* => false: the block was not ours alone, or is not aligned */
static bool model_free(struct model_block *b)
{
	bool right = stamp_is_right(b) && IS_ALIGNED(page_to_pfn(b->page), BIT(b->order));

	__free_pages(b->page, b->order);
	b->page = NULL;
	return right;
}

/* Every block of one free list: marked, aligned, of its pageblock's type, and not next to a free buddy of its size. */
static unsigned long bad_blocks_of_list(struct zone *zone, unsigned int order, enum migratetype type)
{
	unsigned long bad = 0;
	struct page *page;

	list_for_each_entry(page, &zone->free_area[order].list[type], lru) {
		unsigned long pfn = page_to_pfn(page), buddy = pfn ^ BIT(order);

		bad += !PageBuddy(page) || buddy_order(page) != order || !IS_ALIGNED(pfn, BIT(order)) ||
		       page_zone(page) != zone || page_count(page) != 0 || pageblock_type(zone, pfn) != type;
		if (order < MAX_ORDER && buddy < zone->end_pfn && PageBuddy(pfn_to_page(buddy)))
			bad += buddy_order(pfn_to_page(buddy)) == order;
	}
	return bad;
}

static unsigned long bad_free_blocks(struct zone *zone)
{
	unsigned long bad = 0, flags;

	spin_lock_irqsave(&zone->lock, flags);
	for (unsigned int o = 0; o <= MAX_ORDER; o++)
		for (unsigned int t = 0; t < MIGRATE_TYPES; t++)
			bad += bad_blocks_of_list(zone, o, t);
	spin_unlock_irqrestore(&zone->lock, flags);
	return bad;
}

KTEST(buddy, random_blocks_never_overlap_and_all_memory_merges_back)
{
	unsigned long before = drained_free_pages(), wrong = 0;
	struct zone *zone;

	for (unsigned int round = 0; round < 20000; round++) {
		struct model_block *b = &model[get_random_below(MODEL_BLOCKS)];

		if (b->page)
			wrong += !model_free(b);
		else
			model_alloc(b);
	}
	for (unsigned int i = 0; i < MODEL_BLOCKS; i++)
		if (model[i].page)
			wrong += !model_free(&model[i]);
	KEXPECT_EQ(wrong, 0UL);
	KEXPECT(drained_free_pages() + BACKGROUND_PAGES >= before);
	for_each_zone(zone)
		KEXPECT_EQ(bad_free_blocks(zone), 0UL);
}

static unsigned long sum_of_blocks(struct zone *zone)
{
	unsigned long sum = 0, flags;

	spin_lock_irqsave(&zone->lock, flags);
	for (unsigned int o = 0; o <= MAX_ORDER; o++)
		sum += zone->free_area[o].nr_free << o;
	sum -= atomic_long_read(&zone->free_pages);
	spin_unlock_irqrestore(&zone->lock, flags);
	return sum;
}

KTEST(buddy, free_blocks_stand_on_the_list_of_their_pageblock_and_are_merged)
{
	struct zone *zone;

	for (unsigned int round = 0; round < 2000; round++) {
		struct model_block *b = &model[get_random_below(MODEL_BLOCKS)];

		if (b->page)
			model_free(b);
		else
			model_alloc(b);
	}
	for_each_zone(zone) {
		KEXPECT_EQ(bad_free_blocks(zone), 0UL);
		KEXPECT_EQ(sum_of_blocks(zone), 0UL);
	}
	for (unsigned int i = 0; i < MODEL_BLOCKS; i++)
		if (model[i].page)
			model_free(&model[i]);
	for_each_zone(zone)
		KEXPECT_EQ(bad_free_blocks(zone), 0UL);
}

KTEST(buddy, unmovable_requests_take_whole_pageblocks_from_the_movable)
{
	struct page *pages[16];
	unsigned int nr = 0;

	/* Halves of pageblocks: whichever list they come from, the pageblock must be unmovable afterwards. */
	while (nr < ARRAY_SIZE(pages)) {
		struct page *page = get_page_from_freelist(0, PAGEBLOCK_ORDER - 1, ALLOC_WMARK_HIGH);

		if (!page)
			break;
		KEXPECT(pageblock_type(page_zone(page), page_to_pfn(page)) == MIGRATE_UNMOVABLE);
		pages[nr++] = page;
	}
	KEXPECT_GT(nr, 1U);
	while (nr)
		__free_pages(pages[--nr], PAGEBLOCK_ORDER - 1);
}

KTEST(buddy, a_block_may_be_freed_in_pieces_of_other_orders)
{
	struct page *block = get_page_from_freelist(0, PAGEBLOCK_ORDER, ALLOC_WMARK_HIGH), *last;
	struct zone *zone;

	if (!block)
		KSKIP("no free pageblock");
	zone = page_zone(block);
	KEXPECT(pageblock_type(zone, page_to_pfn(block)) == MIGRATE_UNMOVABLE);
	/* Its last 16 frames as one block, the others one by one through the per-CPU lists. */
	last = block + BIT(PAGEBLOCK_ORDER) - 16;
	atomic_set(&last->_refcount, 1);
	__free_pages(last, 4);
	KEXPECT(PageBuddy(last));
	KEXPECT(pageblock_type(zone, page_to_pfn(block)) == MIGRATE_UNMOVABLE);
	KEXPECT_EQ(bad_free_blocks(zone), 0UL);
	for (unsigned int i = 0; i < BIT(PAGEBLOCK_ORDER) - 16; i++) {
		atomic_set(&block[i]._refcount, 1);
		put_page(&block[i]);
	}
	drain_all_pages();
	KEXPECT_EQ(bad_free_blocks(zone), 0UL);
}

KTEST(buddy, an_order_that_is_not_there_is_refused_and_a_smaller_one_is_not)
{
	struct zone zone = { .managed_pages = 1000 };

	atomic_long_set(&zone.free_pages, 100);
	zone.free_area[0].nr_free = 60;
	zone.free_area[3].nr_free = 5;
	KEXPECT(zone_watermark_ok(&zone, 0, 99, 0));
	KEXPECT(!zone_watermark_ok(&zone, 0, 100, 0));
	KEXPECT(zone_watermark_ok(&zone, 0, 198, ALLOC_HIGH));
	KEXPECT(!zone_watermark_ok(&zone, 0, 200, ALLOC_HIGH));
	KEXPECT(zone_watermark_ok(&zone, 3, 92, 0));
	KEXPECT(!zone_watermark_ok(&zone, 3, 93, 0));
	KEXPECT(!zone_watermark_ok(&zone, 4, 10, 0));
}

KTEST(buddy, watermarks_grow_with_the_square_root_of_memory)
{
	struct zone *zone;

	KEXPECT_EQ(calculate_min_free_kbytes(65536), 1024UL);
	KEXPECT_EQ(calculate_min_free_kbytes(16UL << 20), 16384UL);
	KEXPECT_EQ(calculate_min_free_kbytes(100), 128UL);
	KEXPECT_EQ(calculate_min_free_kbytes(1UL << 40), 262144UL);
	for_each_zone(zone) {
		unsigned long min = zone->watermark[WMARK_MIN], low = zone->watermark[WMARK_LOW];

		KEXPECT_GE(low - min, min / 4);
		KEXPECT_GE(low - min, zone->managed_pages * watermark_scale_factor / 10000);
		KEXPECT_EQ(zone->watermark[WMARK_HIGH] - low, low - min);
		KEXPECT_LE(zone->managed_pages, zone->present_pages);
		KEXPECT_LE(zone->present_pages, zone->end_pfn - zone->start_pfn);
	}
}

KTEST(buddy, every_frame_number_has_a_struct_page_and_holes_cannot_be_taken)
{
	unsigned long holes = 0, wrong = 0;

	for (unsigned long pfn = 0; pfn < max_pfn; pfn += 61) {
		struct page *page = pfn_to_page(pfn);

		if (!PageHole(page))
			continue;
		holes++;
		wrong += get_page_unless_zero(page) || !PageReserved(page) || PageBuddy(page) || PageLRU(page);
	}
	KEXPECT_EQ(wrong, 0UL);
	KEXPECT_GT(holes, 0UL);
}
