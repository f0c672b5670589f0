/* mm/frame/buddy_internal.h - what the files of the allocator share: blocks (buddy.c), lists in front of them (pcp.c). */
#ifndef MM_FRAME_BUDDY_INTERNAL_H
#define MM_FRAME_BUDDY_INTERNAL_H

#include <mm/frame/buddy.h>

/*
 * All flags that a free page keeps: its zone. Everything else must be gone when it is allocated again.
 */
#define PAGE_ZONE_MASK	(3UL << PAGE_ZONE_SHIFT)

static inline enum zone_type zone_index(const struct zone *zone)
{
	return zone - zone->node->zones;
}

/* --- buddy.c: blocks. => the page is free in every respect but its place; takes zone->lock ------------------------- */
void buddy_free_block(struct page *page, unsigned int order);
struct page *buddy_alloc_block(struct zone *zone, unsigned int order, enum migratetype type);
/* Order 0, many under one lock. alloc: up to nr pages into pages[], the number it got. => irqs off */
unsigned int buddy_alloc_bulk(struct zone *zone, enum migratetype type, struct page **pages, unsigned int nr);
void buddy_free_bulk(struct zone *zone, struct page **pages, unsigned int nr);

/* --- pcp.c: this CPU's lists of order 0 ---------------------------------------------------------------------------- */
struct page *pcp_alloc(struct zone *zone, enum migratetype type);
void pcp_free(struct page *page);
unsigned long pcp_pages(void);		/* pages on the lists of all CPUs; a snapshot */

#endif
