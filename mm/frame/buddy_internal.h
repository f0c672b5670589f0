/* mm/frame/buddy_internal.h - what the files of the allocator share: blocks (buddy.c), lists in front of them (pcp.c). */
#ifndef MM_FRAME_BUDDY_INTERNAL_H
#define MM_FRAME_BUDDY_INTERNAL_H

#include <mm/frame/buddy.h>

/*
 * All flags that a free page keeps: its zone. Everything else must be gone when it is allocated again.
 */
#define PAGE_ZONE_MASK	(3UL << PAGE_ZONE_SHIFT)

static inline struct zone *zone_of(const struct page *page)
{
	return &NODE0->zones[page_zone_type(page)];
}

/* --- buddy.c: blocks. => the page is free in every respect but its place; takes zone->lock ------------------------- */
void buddy_free_block(struct page *page, unsigned int order);
struct page *buddy_alloc_block(struct zone *zone, unsigned int order, enum migratetype type);
/* Order 0, many under one lock. alloc: up to nr pages into pages[], the number it got. => irqs off */
unsigned int buddy_alloc_bulk(struct zone *zone, enum migratetype type, struct page **pages, unsigned int nr);
void buddy_free_bulk(struct zone *zone, struct page **pages, unsigned int nr);

/* --- pcp.c: this CPU's stacks of order 0 --------------------------------------------------------------------------- */
#define PCP_HIGH	63
#define PCP_BATCH	32

struct pcp_stack {
	unsigned long	nr;		/* this CPU, irqs off */
	struct page	*pages[PCP_HIGH]; /* the oldest first */
};
struct pcp {
	struct pcp_stack stacks[MAX_NR_ZONES][MIGRATE_TYPES];
};
DECLARE_PER_CPU(struct pcp, pcp);

/* => irqs off. fill: false when the zone has nothing; spill: the oldest batch goes back */
bool pcp_fill(struct pcp_stack *stack, enum zone_type zone, enum migratetype type);
void pcp_spill(struct pcp_stack *stack, enum zone_type zone);
unsigned long pcp_pages(void);		/* pages on the stacks of all CPUs; a snapshot */

/* The two halves of the fast paths; inline, because they run for every page. */
static __always_inline struct page *pcp_alloc(enum zone_type zone, enum migratetype type)
{
	struct page *page = NULL;
	struct pcp_stack *stack;
	unsigned long flags;

	local_irq_save(flags);
	stack = &this_cpu_ptr(&pcp)->stacks[zone][type];
	if (likely(stack->nr) || pcp_fill(stack, zone, type))
		page = stack->pages[--stack->nr];
	local_irq_restore(flags);
	return page;
}

static __always_inline void pcp_free(struct page *page)
{
	enum zone_type zone = page_zone_type(page);
	enum migratetype type = pageblock_type(&NODE0->zones[zone], page_to_pfn(page));
	struct pcp_stack *stack;
	unsigned long flags;

	local_irq_save(flags);
	stack = &this_cpu_ptr(&pcp)->stacks[zone][type];
	if (unlikely(stack->nr == PCP_HIGH))
		pcp_spill(stack, zone);
	stack->pages[stack->nr++] = page;
	local_irq_restore(flags);
}

/* trace_names.c */
void frame_register_trace_names(void);

#endif
