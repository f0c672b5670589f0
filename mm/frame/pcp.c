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

DEFINE_PER_CPU(struct pcp, pcp);

noinline bool pcp_fill(struct pcp_stack *stack, enum zone_type zone, enum migratetype type)
{
	stack->nr = buddy_alloc_bulk(&NODE0->zones[zone], type, stack->pages, PCP_BATCH);
	return stack->nr;
}

static void give_back(struct pcp_stack *stack, enum zone_type zone, unsigned int nr)
{
	buddy_free_bulk(&NODE0->zones[zone], stack->pages, nr);
	stack->nr -= nr;
	memmove(stack->pages, stack->pages + nr, stack->nr * sizeof(stack->pages[0]));
}

noinline void pcp_spill(struct pcp_stack *stack, enum zone_type zone)
{
	give_back(stack, zone, PCP_BATCH);
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
				give_back(&own->stacks[z][t], z, own->stacks[z][t].nr);
	local_irq_restore(flags);
}

static void drain_call(void *arg __unused)
{
	drain_local_pages();
}

void drain_all_pages(void)
{
	trace(mm_page_pcpu_drain_all, pcp_pages());
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
