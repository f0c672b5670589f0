/* mm/reclaim/compact_memory.c - what is remembered of a zone between runs: what was in vain is not tried again at once.
 *
 * A run begins where the last one stopped, and steps over pageblocks where nothing was found, until these marks are worn out.
 * After a run through the whole zone that made no block, the next 1, 2, 4 ... 64 requests of that order or a larger one go
 * without compaction. A success of an order makes it, and all smaller ones, worth trying again.
 *
 * Linux: mm/compaction.c (defer_compaction, compaction_deferred).
 */
#include <mm/reclaim/compact_internal.h>
#include <kernel/lib/bitmap.h>
#include <kernel/trace/trace.h>

static struct compact_memory memories[MAX_NR_ZONES];

struct compact_memory *compact_memory(const struct zone *zone)
{
	return &memories[zone - NODE0->zones];
}

void compact_reset_zone(struct zone *zone)
{
	struct compact_memory *memory = compact_memory(zone);

	for (unsigned long i = 0; memory->skip && i <= compact_block_number(zone, zone->end_pfn - 1); i++)
		clear_bit(i, memory->skip);
	memory->migrate_pfn[0] = memory->migrate_pfn[1] = zone->start_pfn;
	memory->free_pfn = pageblock_start(zone->end_pfn - 1);
	memory->forget = false;
}

static void init_zone(struct zone *zone)
{
	unsigned long blocks = (pageblock_end(zone->end_pfn - 1) - pageblock_start(zone->start_pfn)) >> PAGEBLOCK_ORDER;
	unsigned int order = 0;
	struct page *page;

	while (((PAGE_SIZE * 8) << order) < blocks)
		order++;
	page = frame_alloc(order, __GFP_ZERO);
	if (page)
		compact_memory(zone)->skip = page_address(page);
	compact_memory(zone)->order_failed = MAX_ORDER + 1;
	compact_reset_zone(zone);
}

void compact_memory_init(void)
{
	struct zone *zone;

	for_each_zone(zone)
		init_zone(zone);
}

/* --- deferral --------------------------------------------------------------------------------------------------------- */

static unsigned int zone_number(const struct zone *zone)
{
	return zone - NODE0->zones;
}

void defer_compaction(struct zone *zone, unsigned int order)
{
	struct compact_memory *memory = compact_memory(zone);

	memory->considered = 0;
	if (memory->defer_shift < COMPACT_MAX_DEFER_SHIFT)
		memory->defer_shift++;
	memory->order_failed = min(memory->order_failed, order);
	trace(mm_compaction_defer_compaction, 0, zone_number(zone), order, memory->considered, memory->defer_shift,
	      memory->order_failed);
}

bool compaction_deferred(struct zone *zone, unsigned int order)
{
	struct compact_memory *memory = compact_memory(zone);
	unsigned int limit = BIT(memory->defer_shift);

	if (order < memory->order_failed)
		return false;
	/* It stops at the limit: so that it does not overflow, and compaction_restarting() sees it. */
	if (++memory->considered >= limit) {
		memory->considered = limit;
		return false;
	}
	trace(mm_compaction_deferred, 0, zone_number(zone), order, memory->considered, memory->defer_shift,
	      memory->order_failed);
	return true;
}

void compaction_defer_reset(struct zone *zone, unsigned int order, bool alloc_success)
{
	struct compact_memory *memory = compact_memory(zone);

	if (alloc_success) {
		memory->considered = 0;
		memory->defer_shift = 0;
	}
	memory->order_failed = max(memory->order_failed, order + 1);
	trace(mm_compaction_defer_reset, 0, zone_number(zone), order, memory->considered, memory->defer_shift,
	      memory->order_failed);
}

bool compaction_restarting(const struct zone *zone, unsigned int order)
{
	const struct compact_memory *memory = compact_memory(zone);

	return order >= memory->order_failed && memory->defer_shift == COMPACT_MAX_DEFER_SHIFT &&
	       memory->considered >= BIT(memory->defer_shift);
}
