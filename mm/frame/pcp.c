/* mm/frame/pcp.c - each CPU's own stock of single frames, so that most allocations take no lock.
 *
 * One stack of page pointers for each zone and migrate type. The page freed last, whose content is still in this CPU's
 * cache, is given out first. An empty stack is filled with a batch from the buddy, a full one gives its oldest
 * batch back; both under one turn of the zone lock. Interrupts are off while a stack is touched: handlers free pages too.
 *
 * Linux: mm/page_alloc.c (rmqueue_pcplist, free_unref_page). Linux links the pages in lists; a stack of pointers
 * is filled with zeroes when a CPU starts and touches no page but the one it hands out.
 */
#include <mm/frame/buddy_internal.h>
#include <kernel/lib/string.h>
#include <kernel/trace/trace.h>
#include <kernel/x86/smp.h>

#define PCP_HIGH	63
#define PCP_BATCH	32

struct pcp_stack {
	unsigned long	nr;		/* this CPU, irqs off */
	struct page	*pages[PCP_HIGH]; /* the oldest first */
};
struct pcp {
	struct pcp_stack stacks[MAX_NR_ZONES][MIGRATE_TYPES];
};
static DEFINE_PER_CPU(struct pcp, pcp);

struct page *pcp_alloc(struct zone *zone, enum migratetype type)
{
	struct page *page = NULL;
	struct pcp_stack *stack;
	unsigned long flags;

	local_irq_save(flags);
	stack = &this_cpu_ptr(&pcp)->stacks[zone_index(zone)][type];
	if (unlikely(!stack->nr))
		stack->nr = buddy_alloc_bulk(zone, type, stack->pages, PCP_BATCH);
	if (likely(stack->nr))
		page = stack->pages[--stack->nr];
	local_irq_restore(flags);
	return page;
}

static noinline void give_batch_back(struct zone *zone, struct pcp_stack *stack, unsigned int nr)
{
	buddy_free_bulk(zone, stack->pages, nr);
	stack->nr -= nr;
	memmove(stack->pages, stack->pages + nr, stack->nr * sizeof(stack->pages[0]));
}

void pcp_free(struct page *page)
{
	struct zone *zone = page_zone(page);
	enum migratetype type = pageblock_type(zone, page_to_pfn(page));
	struct pcp_stack *stack;
	unsigned long flags;

	local_irq_save(flags);
	stack = &this_cpu_ptr(&pcp)->stacks[zone_index(zone)][type];
	if (unlikely(stack->nr == PCP_HIGH))
		give_batch_back(zone, stack, PCP_BATCH);
	stack->pages[stack->nr++] = page;
	local_irq_restore(flags);
}

void drain_local_pages(void)
{
	struct pcp *own;
	unsigned long flags;

	local_irq_save(flags);
	own = this_cpu_ptr(&pcp);
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		for (unsigned int t = 0; t < MIGRATE_TYPES; t++)
			if (own->stacks[z][t].nr)
				give_batch_back(&NODE0->zones[z], &own->stacks[z][t], own->stacks[z][t].nr);
	local_irq_restore(flags);
}

static void drain_call(void *arg __unused)
{
	drain_local_pages();
}

void drain_all_pages(void)
{
	trace(mm_page_pcpu_drain, pcp_pages());
	on_each_cpu(drain_call, NULL);
}

unsigned long pcp_pages(void)
{
	unsigned long nr = 0;
	unsigned int cpu;

	for_each_online_cpu(cpu)
		for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
			for (unsigned int t = 0; t < MIGRATE_TYPES; t++)
				nr += READ_ONCE(per_cpu_ptr(&pcp, cpu)->stacks[z][t].nr);
	return nr;
}
