/* mm/frame/buddy.h - free frames in blocks of 2^order, and the per-CPU lists in front of them.
 *
 * The lower half of allocation: it takes what is there and never reclaims, sleeps or kills. The front desk with the
 * slow path is mm/alloc/page_alloc.h. Each 2 MB pageblock has a migrate type, so that movable pages (users') stay
 * apart from what cannot move. Linux: mm/page_alloc.c (rmqueue, __free_one_page).
 */
#ifndef MM_FRAME_BUDDY_H
#define MM_FRAME_BUDDY_H

#include <mm/frame/page.h>

extern struct node node_data[];		/* one today */
#define NODE0 (&node_data[0])
#define for_each_zone(zone) \
	for ((zone) = &NODE0->zones[0]; (zone) < &NODE0->zones[MAX_NR_ZONES]; (zone)++) if ((zone)->managed_pages)

/* Larger blocks are hard to get: who asks for one gets less patience, and nobody is killed for it. */
#define PAGE_ALLOC_COSTLY_ORDER 3

/* frame_init - fill the page array, build zones, give all free boot memory to the buddy. => kernel_page_table_init() has run */
void frame_init(void);

/*
 * The page array has 2 MB pieces, each for 128 MB of addresses. mm/table maps a piece of its own where there is RAM, and one
 * shared frame of holes (read-only) everywhere else below max_pfn: so every pfn < max_pfn can be looked at.
 */
#define PAGE_ARRAY_PIECE_PAGES	(HPAGE_PMD_SIZE / sizeof(struct page))
/* Make nr struct pages of what has no RAM behind it: reserved, never free, with a count that nobody can raise from 0. */
void page_array_init_holes(struct page *first, unsigned long nr);

enum { ALLOC_WMARK_MIN, ALLOC_WMARK_LOW, ALLOC_WMARK_HIGH, ALLOC_NO_WATERMARKS, ALLOC_WMARK_MASK = 3,
       ALLOC_HIGH = BIT(2) /* may dip into half of the min reserve */ };

/*
 * get_page_from_freelist - first fit over the zones whose watermark holds afterwards
 *
 * => order 0..MAX_ORDER; gfp gives zone, migrate type, __GFP_COMP and __GFP_ZERO
 * => never sleeps; any context but NMI
 * => returns a page with refcount 1, or NULL
 */
struct page *get_page_from_freelist(gfp_t gfp, unsigned int order, unsigned int alloc_flags);

/*
 * get_page_fast - one page from this CPU's stack, if the first zone of the request is above its low mark
 *
 * => NULL says nothing: go on with get_page_from_freelist()
 */
struct page *get_page_fast(gfp_t gfp);

/* frame_alloc - for the floors that may not reclaim (drivers, page tables at boot, reclaim's own pools); may use the reserve */
struct page *frame_alloc(unsigned int order, gfp_t gfp);

/*
 * free_frozen_page - the end of a page: its refcount is 0 already, it is on no list; order as allocated
 *
 * => a page that is still in use as its flags say is reported ("bad page state") and never given out again
 * => any context but NMI. put_page() and reclaim end here.
 */
void free_frozen_page(struct page *page, unsigned int order);
/* __free_pages - the last reference to a block of order > 0 that is not compound. => refcount of the first page is 1 */
void __free_pages(struct page *page, unsigned int order);

/* Would the mark hold after a request of this order, and is there a block for it? with: if `more` pages were free */
bool zone_watermark_ok(struct zone *zone, unsigned int order, unsigned long mark, unsigned int alloc_flags);
bool zone_watermark_ok_with(struct zone *zone, unsigned int order, unsigned long mark, unsigned int alloc_flags,
			    unsigned long more);
/* One zone above its high mark is enough: requests find it. kswapd has nothing to do then. */
bool pgdat_balanced(struct node *node, unsigned int order);
/*
 * nr_free_pages - all zones, and the per-CPU lists: a page counts as free from free_frozen_page() to
 * get_page_from_freelist(). Watermarks look at the zones alone, so they never rely on another CPU's list.
 */
unsigned long nr_free_pages(void);
unsigned long totalram_pages(void);
void drain_local_pages(void);			/* this CPU's per-CPU lists back to the buddy */
void drain_all_pages(void);			/* every CPU's; sleeps not, waits for IPIs */

/* setup_watermarks - from min_free_kbytes and watermark_scale_factor; called at boot and when either changes */
void setup_watermarks(void);
extern unsigned long min_free_kbytes, watermark_scale_factor;
unsigned long calculate_min_free_kbytes(unsigned long total_kbytes);	/* sqrt(16 * total), 128 to 262144 */
/* khugepaged raises min_free_kbytes to keep whole pageblocks free. Never lowers it. */
void raise_min_free_kbytes(unsigned long kbytes);
/* As somebody has written to the file. */
void choose_min_free_kbytes(unsigned long kbytes);
/* As memory asks for, unless somebody has asked for more: what khugepaged had raised is not needed any longer. */
void restore_min_free_kbytes(void);

/* --- compaction: blocks taken out of their place -------------------------------------------------------------------- */

/*
 * Who moves pages to make a free block wants that block, and not that somebody else gets it: the first one of at least
 * this order that comes about in the zone is handed to him instead of the free lists. One such wish a zone at a time.
 * Locks: (z) zone lock
 */
struct block_capture {
	unsigned int	order;
	enum migratetype type;		/* what its pageblocks become, when they are free as a whole */
	struct page	*page;		/* (z) NULL until there is one; for prep_isolated_page() */
};
/* => false: somebody else has a wish in this zone */
bool buddy_capture_start(struct zone *zone, struct block_capture *capture);
void buddy_capture_end(struct zone *zone, const struct block_capture *capture);
/*
 * buddy_isolate_range - all free blocks that begin in [start, end) leave their lists, as pages of order 0
 *
 * => at most `most` pages, and one block's more; they are added to the list with count 0: prep_isolated_page() makes them
 *    usable, buddy_release_page() gives one back
 * => returns the pages taken; *contended: trylock only, and the zone lock was busy
 */
unsigned long buddy_isolate_range(struct zone *zone, unsigned long start, unsigned long end, unsigned long most,
				  struct list_head *list, bool *contended);
void prep_isolated_page(struct page *page, unsigned int order, gfp_t gfp);	/* as get_page_from_freelist would give it */
void buddy_release_page(struct page *page, unsigned int order);			/* nobody used it */

/* For the checker, /proc/buddyinfo, /proc/pagetypeinfo and compaction: walk with zone->lock held. */
static inline enum migratetype pageblock_type(const struct zone *zone, unsigned long pfn)
{
	return zone->pageblock_type[(pfn - zone->start_pfn) >> PAGEBLOCK_ORDER];
}
static inline unsigned int buddy_order(const struct page *page) { return page->private; }
/* show_mem - how memory stands, to the log: zones, lists, states. For allocation failures and OOM. */
void show_mem(void);

#endif
