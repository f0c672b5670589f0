/* mm/alloc/kernel_stack.c - the stacks of tasks: mapped areas, used again and again.
 *
 * To map a stack is dear, to unmap it dearer: all CPUs are interrupted to flush their TLBs. So a stack that is given
 * back stays mapped: a few wait at their CPU for the next fork, the others on one list, and go when memory is short or
 * their number gets out of hand. A free stack's first word links the list.
 *
 * Tasks die in finish_task_switch(), with interrupts off, where nothing may wait for other CPUs: freeing only puts the
 * stack on the list. What is too much is unmapped by the next who allocates, and by the shrinker.
 *
 * Linux: kernel/fork.c (cached_stacks, alloc_thread_stack_node).
 */
#include <mm/alloc/stack_internal.h>
#include <kernel/x86/percpu.h>
#include <kernel/x86/smp.h>
#include <mm/frame/vmstat.h>
#include <mm/reclaim/reclaim.h>

#define STACKS_PER_CPU	4
#define SPARE_MAX	32	/* more than these are unmapped at the next allocation */
#define FREE_BATCH	16
#define STACK_KB	(KERNEL_STACK_SIZE / 1024)

struct stack_cache {
	unsigned long	nr;	/* this CPU, irqs off */
	void		*stacks[STACKS_PER_CPU];
};
static DEFINE_PER_CPU(struct stack_cache, stack_cache);

static DEFINE_SPINLOCK(spare_lock);	/* irq-safe */
static void **spare;			/* (spare_lock) the first; its first word is the next */
static unsigned int nr_spare;		/* (spare_lock) */

static void push_spare(void *stack)
{
	unsigned long flags;

	spin_lock_irqsave(&spare_lock, flags);
	*(void **)stack = spare;
	spare = stack;
	nr_spare++;
	spin_unlock_irqrestore(&spare_lock, flags);
}

/* => NULL when there are no more than keep */
static void *pop_spare(unsigned int keep)
{
	void **stack = NULL;
	unsigned long flags;

	spin_lock_irqsave(&spare_lock, flags);
	if (nr_spare > keep) {
		stack = spare;
		spare = *stack;
		nr_spare--;
	}
	spin_unlock_irqrestore(&spare_lock, flags);
	return stack;
}

/* Unmap up to nr spare stacks, but leave keep. => the number */
static unsigned int unmap_spare(unsigned int keep, unsigned int nr)
{
	void *batch[FREE_BATCH];
	unsigned int n = 0;

	while (n < min_t(unsigned int, nr, FREE_BATCH) && (batch[n] = pop_spare(keep)))
		n++;
	if (n)
		vfree_many(batch, n);
	return n;
}

void *kernel_stack_alloc(void)
{
	struct stack_cache *cache;
	unsigned long flags;
	void *stack = NULL;

	if (unlikely(READ_ONCE(nr_spare) > SPARE_MAX))
		unmap_spare(SPARE_MAX, FREE_BATCH);
	local_irq_save(flags);
	cache = this_cpu_ptr(&stack_cache);
	if (cache->nr)
		stack = cache->stacks[--cache->nr];
	local_irq_restore(flags);
	if (!stack)
		stack = pop_spare(0);
	if (!stack)
		stack = vmalloc_gfp(KERNEL_STACK_SIZE, GFP_KERNEL);
	if (stack)
		mod_page_state(NR_KERNEL_STACK_KB, STACK_KB);
	return stack;
}

void kernel_stack_free(void *stack)
{
	struct stack_cache *cache;
	unsigned long flags;

	mod_page_state(NR_KERNEL_STACK_KB, -(long)STACK_KB);
	local_irq_save(flags);
	cache = this_cpu_ptr(&stack_cache);
	if (cache->nr < STACKS_PER_CPU) {
		cache->stacks[cache->nr++] = stack;
		stack = NULL;
	}
	local_irq_restore(flags);
	if (stack)
		push_spare(stack);
}

static void drain_call(void *arg __unused)
{
	struct stack_cache *cache = this_cpu_ptr(&stack_cache);

	while (cache->nr)
		push_spare(cache->stacks[--cache->nr]);
}

void kernel_stack_drain(void)
{
	on_each_cpu(drain_call, NULL);
	while (unmap_spare(0, FREE_BATCH))
		;
}

/* --- shrinker: objects are stacks -------------------------------------------------------------------------------------- */

static unsigned long count_stacks(struct shrinker *shrinker __unused)
{
	return READ_ONCE(nr_spare);
}

static unsigned long scan_stacks(struct shrinker *shrinker __unused, unsigned long nr)
{
	unsigned long freed = 0, n;

	while (freed < nr && (n = unmap_spare(0, min_t(unsigned long, nr - freed, FREE_BATCH))))
		freed += n;
	return freed;
}

static struct shrinker stack_shrinker = {
	.name = "kernel_stack", .count_objects = count_stacks, .scan_objects = scan_stacks, .seeks = DEFAULT_SEEKS,
};

void kernel_stack_register_shrinker(void)
{
	register_shrinker(&stack_shrinker);
}
