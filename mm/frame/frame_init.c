/* mm/frame/frame_init.c - every frame gets its struct page, the zones their bounds, the buddy its memory.
 *
 * 16 GB have 4 million struct pages, so each is written exactly once, by a loop of eight stores: as a hole, as reserved
 * RAM (kernel image, boot memory), or as a free frame.
 *
 * Linux: mm/mm_init.c (memmap_init_range, memblock_free_all).
 */
#define pr_fmt(fmt) "frame: " fmt

#include <mm/frame/buddy.h>
#include <kernel/debug/kasan.h>
#include <kernel/debug/panic.h>
#include <kernel/lib/string.h>
#include <mm/frame/boot_mem.h>
#include <mm/frame/buddy_internal.h>
#include <mm/frame/lru.h>
#include <mm/frame/page_debug.h>
#include <mm/frame/page_lock.h>

#define DMA32_END_PFN	PHYS_PFN(4UL << 30)

struct node node_data[1];
unsigned long max_pfn;

static void fill_pages(struct page *page, unsigned long nr, unsigned long flags, int refcount)
{
	for (struct page *end = page + nr; page < end; page++) {
		page->flags = flags;
		page->lru.next = NULL;
		page->lru.prev = NULL;
		page->mapping = NULL;
		page->index = 0;
		page->private = 0;
		page->compound_head = 0;
		page->_refcount.counter = refcount;
		page->_mapcount.counter = -1;
	}
}

void page_array_init_holes(struct page *first, unsigned long nr)
{
	fill_pages(first, nr, BIT(PG_hole) | BIT(PG_reserved), 0);
}

static void fill_pfns(unsigned long pfn, unsigned long end, unsigned long flags, int refcount)
{
	while (pfn < end) {
		enum zone_type zone = pfn < DMA32_END_PFN ? ZONE_DMA32 : ZONE_NORMAL;
		unsigned long stop = zone == ZONE_DMA32 ? min(end, DMA32_END_PFN) : end;

		fill_pages(pfn_to_page(pfn), stop - pfn, flags | (unsigned long)zone << PAGE_ZONE_SHIFT, refcount);
		pfn = stop;
	}
}

/* Holes: only in the pieces of the page array that are really there. */
static void fill_hole(unsigned long pfn, unsigned long end)
{
	while (pfn < end) {
		unsigned long piece = rounddown(pfn, PAGE_ARRAY_PIECE_PAGES);
		unsigned long stop = min(end, piece + PAGE_ARRAY_PIECE_PAGES);

		if (boot_ram_intersects(PFN_PHYS(piece), PFN_PHYS(piece + PAGE_ARRAY_PIECE_PAGES)))
			fill_pfns(pfn, stop, BIT(PG_hole) | BIT(PG_reserved), 0);
		pfn = stop;
	}
}

/* One range of RAM: free pieces, and between them what boot_reserve() and boot_alloc() took. */
static void fill_ram(phys_addr_t start, phys_addr_t end)
{
	phys_addr_t from = start, to;

	while (from < end && boot_next_free(&from, &to) && from < end) {
		fill_pfns(PHYS_PFN(start), PHYS_PFN(from), BIT(PG_reserved), 1);
		fill_pfns(PHYS_PFN(from), PHYS_PFN(to), 0, 0);
		start = from = to;
	}
	fill_pfns(PHYS_PFN(start), PHYS_PFN(end), BIT(PG_reserved), 1);
}

static void fill_page_array(void)
{
	unsigned long done = 0;
	phys_addr_t start, end;

	for (unsigned int i = 0; boot_ram_range(i, &start, &end); i++) {
		fill_hole(done, PHYS_PFN(start));
		fill_ram(start, end);
		done = PHYS_PFN(end);
	}
	/* The last frame of the array is mapped as a whole. */
	fill_hole(done, roundup(done, PAGE_SIZE / sizeof(struct page)));
}

static void zone_init(enum zone_type type, const char *name, unsigned long start, unsigned long end)
{
	struct zone *zone = &NODE0->zones[type];
	phys_addr_t from, to;

	spin_lock_init(&zone->lock);
	zone->name = name;
	zone->node = NODE0;
	zone->start_pfn = start;
	zone->end_pfn = end;
	for (unsigned int order = 0; order <= MAX_ORDER; order++)
		for (unsigned int t = 0; t < MIGRATE_TYPES; t++)
			INIT_LIST_HEAD(&zone->free_area[order].list[t]);
	if (start >= end)
		return;
	for (unsigned int i = 0; boot_ram_range(i, &from, &to); i++) {
		unsigned long first = max(start, PHYS_PFN(from)), last = min(end, PHYS_PFN(to));

		zone->present_pages += first < last ? last - first : 0;
	}
	/* Movable until somebody else needs them: most memory will be the users'. */
	zone->pageblock_type = boot_alloc_raw(DIV_ROUND_UP(end - start, BIT(PAGEBLOCK_ORDER)), 64);
	memset(zone->pageblock_type, MIGRATE_MOVABLE, DIV_ROUND_UP(end - start, BIT(PAGEBLOCK_ORDER)));
}

/* Frames [pfn, end) are marked free already: to the buddy in the largest aligned blocks. */
static void release_pfns(unsigned long pfn, unsigned long end)
{
	while (pfn < end) {
		struct page *page = pfn_to_page(pfn);
		unsigned int order = pfn ? min_t(unsigned int, __ffs(pfn), MAX_ORDER) : MAX_ORDER;

		while (pfn + BIT(order) > end)
			order--;
		kasan_poison(page_address(page), PAGE_SIZE << order, KASAN_FREE_PAGE);
		page_zone(page)->managed_pages += BIT(order);
		buddy_free_block(page, order);
		pfn += BIT(order);
	}
}

static void release_free_memory(void)
{
	phys_addr_t start = 0, end;

	for (; boot_next_free(&start, &end); start = end)
		release_pfns(PHYS_PFN(start), PHYS_PFN(end));
}

void frame_init(void)
{
	struct node *node = NODE0;
	struct zone *zone;

	max_pfn = PHYS_PFN(boot_ram_end());
	init_waitqueue_head(&node->kswapd_wait);
	init_waitqueue_head(&node->pfmemalloc_wait);
	for (unsigned int i = 0; i < NR_VMSCAN_THROTTLE; i++)
		init_waitqueue_head(&node->reclaim_wait[i]);
	lru_init(&node->lruvec);
	page_debug_init();
	page_lock_init();
	frame_register_trace_names();
	zone_init(ZONE_DMA32, "DMA32", 0, min(max_pfn, DMA32_END_PFN));
	zone_init(ZONE_NORMAL, "Normal", DMA32_END_PFN, max_pfn);

	fill_page_array();
	release_free_memory();
	setup_watermarks();
	for_each_zone(zone)
		pr_info("%s: %lu of %lu MB managed, watermarks %lu/%lu/%lu pages\n", zone->name,
			zone->managed_pages >> (20 - PAGE_SHIFT), zone->present_pages >> (20 - PAGE_SHIFT),
			zone->watermark[WMARK_MIN], zone->watermark[WMARK_LOW], zone->watermark[WMARK_HIGH]);
}

void boot_free_late(phys_addr_t start, u64 size)
{
	unsigned long pfn = PHYS_PFN(PAGE_ALIGN(start)), end = PHYS_PFN(start + size);

	for (unsigned long i = pfn; i < end; i++)
		ASSERTF(PageReserved(pfn_to_page(i)) && !PageHole(pfn_to_page(i)), "frame %lu is not boot memory", i);
	if (pfn >= end)
		return;
	fill_pfns(pfn, end, 0, 0);
	release_pfns(pfn, end);
	setup_watermarks();
}
