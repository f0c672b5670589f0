/* kernel/sync/lock_graph.c - classes of locks, and the orders in which they have been seen.
 *
 * One bit for each pair of classes says "seen"; where it was first seen is kept beside it for the report. The bits are
 * read without a lock on each taking; all else changes a few hundred times between boot and power-off.
 *
 * Linux: kernel/locking/lockdep.c.
 */
#include <kernel/sync/lock_internal.h>

#ifdef CONFIG_DEBUG
#include <kernel/lib/atomic.h>
#include <kernel/lib/bitmap.h>
#include <kernel/lib/string.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/report.h>

#define MAX_EDGES	4096		/* power of two; an open hash table */

struct lock_class_info lock_classes[MAX_LOCK_CLASSES] = {
	[LOCK_CLASS_PAGE]		= { .name = "page lock" },
	[LOCK_CLASS_WAIT_QUEUE]		= { .name = "wait queue" },
	[LOCK_CLASS_MUTEX_WAITERS]	= { .name = "mutex.wait_lock" },
	[LOCK_CLASS_RWSEM_WAITERS]	= { .name = "rw_semaphore.wait_lock" },
};

extern const struct static_lock __static_locks_start[], __static_locks_end[];	/* linker.ld */

static u32 graph_word;			/* a lock that the checker does not look at */
static unsigned int nr_classes = LOCK_CLASS_FIRST_FREE;	/* (graph lock) */
static DECLARE_BITMAP(seen, MAX_LOCK_CLASSES * MAX_LOCK_CLASSES);
static struct lock_edge edges[MAX_EDGES];	/* (graph lock) from 0: free */
static const struct lock_order_step *order;
static unsigned int nr_order;

void lock_graph_lock(void)
{
	while (xchg(&graph_word, 1))
		cpu_relax();
}

void lock_graph_unlock(void)
{
	smp_store_release(&graph_word, 0);
}

/* --- classes ------------------------------------------------------------------------------------------------ */

static const char *without_ampersand(const char *name)
{
	return name + (*name == '&');
}

static u8 rank_of(const char *name)
{
	for (unsigned int step = 0; name && step < nr_order; step++)
		for (unsigned int i = 0; i < LOCK_ORDER_NAMES && order[step].names[i]; i++) {
			const char *prefix = order[step].names[i];

			if (!strncmp(without_ampersand(name), prefix, strlen(prefix)))
				return step + 1;
		}
	return 0;
}

/* => graph lock held */
static u16 new_class(const char *name, u32 first_taken)
{
	u16 class = nr_classes;

	if (class == MAX_LOCK_CLASSES)
		x86_panic("lock checker: no place for the class %s", name ? name : "of a lock without a name");
	lock_classes[class] = (struct lock_class_info){
		.name = name, .first_taken = first_taken, .base = class, .rank = rank_of(name) };
	smp_store_release(&nr_classes, nr_classes + 1);
	return class;
}

static u16 find_class(const char *name, u32 first_taken)
{
	for (u16 class = 1; class < nr_classes; class++) {
		const struct lock_class_info *info = &lock_classes[class];

		if (info->subclass)
			continue;
		if (name ? info->name && !strcmp(info->name, name) : !info->name && info->first_taken == first_taken)
			return class;
	}
	return new_class(name, first_taken);
}

static u16 get_class(const char *name, u32 first_taken)
{
	unsigned long flags;
	u16 class;

	local_irq_save(flags);
	lock_graph_lock();
	class = find_class(name, first_taken);
	lock_graph_unlock();
	local_irq_restore(flags);
	return class;
}

u16 lock_class(u16 *cache, const char *name)
{
	if (!READ_ONCE(*cache))
		WRITE_ONCE(*cache, get_class(name, 0));
	return *cache;
}

u16 lock_class_of(const void *lock, u32 caller)
{
	for (const struct static_lock *s = __static_locks_start; s < __static_locks_end; s++)
		if (s->lock == lock)
			return get_class(s->name, 0);
	return get_class(NULL, caller);
}

u16 lock_subclass(u16 class, unsigned int subclass)
{
	struct lock_class_info *info = &lock_classes[class];
	u16 sub;

	if (!subclass)
		return class;
	if (READ_ONCE(info->sub[subclass]))
		return info->sub[subclass];
	lock_graph_lock();
	if (!info->sub[subclass]) {
		sub = new_class(info->name, info->first_taken);
		lock_classes[sub].base = class;
		lock_classes[sub].subclass = subclass;
		smp_store_release(&info->sub[subclass], sub);
	}
	lock_graph_unlock();
	return info->sub[subclass];
}

const char *lock_class_name(u16 class)
{
	const char *name = lock_classes[class].name;

	return name ? without_ampersand(name) : "lock without a name";
}

void lock_order_register(const struct lock_order_step *steps, unsigned int nr)
{
	unsigned long flags;

	local_irq_save(flags);
	lock_graph_lock();
	order = steps;
	nr_order = nr;
	for (u16 class = 1; class < nr_classes; class++)
		lock_classes[class].rank = rank_of(lock_classes[class].name);
	lock_graph_unlock();
	local_irq_restore(flags);
}

const struct lock_order_step *lock_order_steps(unsigned int *nr)
{
	*nr = nr_order;
	return order;
}

/* --- orders that have been seen ------------------------------------------------------------------------------- */

static inline unsigned long pair(u16 from, u16 to)
{
	return (unsigned long)from * MAX_LOCK_CLASSES + to;
}

bool lock_edge_known(u16 from, u16 to)
{
	return test_bit(pair(from, to), seen);
}

static struct lock_edge *edge_slot(u16 from, u16 to)
{
	unsigned int i = (from * 2654435761U + to * 40503U) % MAX_EDGES;

	for (unsigned int tries = 0; tries < MAX_EDGES; tries++, i = (i + 1) % MAX_EDGES)
		if (!edges[i].from || (edges[i].from == from && edges[i].to == to))
			return &edges[i];
	return NULL;
}

void lock_edge_add(const struct held_lock *from, const struct held_lock *to)
{
	struct lock_edge *edge = edge_slot(from->class, to->class);

	set_bit(pair(from->class, to->class), seen);
	/* A full table costs the report its second half, not the check. */
	if (!edge || edge->from)
		return;
	edge->from = from->class;
	edge->to = to->class;
	memcpy(edge->from_trace, from->trace, sizeof(edge->from_trace));
	memcpy(edge->to_trace, to->trace, sizeof(edge->to_trace));
}

const struct lock_edge *lock_edge_find(u16 from, u16 to)
{
	const struct lock_edge *edge = edge_slot(from, to);

	return edge && edge->from ? edge : NULL;
}

/* (graph lock) A search by breadth: who led to each class that was reached, and whose turn is next. */
static struct {
	u16 reached_from[MAX_LOCK_CLASSES];
	u16 queue[MAX_LOCK_CLASSES];
	unsigned int head, tail;
} search;

static void search_begin(u16 from)
{
	memset(&search, 0, sizeof(search));
	search.queue[search.tail++] = from;
}

/* => the next class that is reached; 0: all have been */
static u16 search_next(void)
{
	u16 class;

	if (search.head == search.tail)
		return 0;
	class = search.queue[search.head++];
	for (u16 to = 1; to < nr_classes; to++)
		if (!search.reached_from[to] && test_bit(pair(class, to), seen)) {
			search.reached_from[to] = class;
			search.queue[search.tail++] = to;
		}
	return class;
}

unsigned int lock_graph_path(u16 from, u16 to, u16 *path, unsigned int max)
{
	unsigned int length = 1;
	u16 class;

	search_begin(from);
	while ((class = search_next()) && !search.reached_from[to])
		;
	if (!search.reached_from[to])
		return 0;
	for (class = to; class != from; class = search.reached_from[class])
		length++;
	if (length > max)
		length = max;
	/* Backwards, from its end; a way that is too long loses its beginning. */
	for (unsigned int i = length, at = to; i-- > 0; at = search.reached_from[at])
		path[i] = at;
	return length;
}

u16 lock_graph_reaches_unsafe(u16 from)
{
	u16 class;

	search_begin(from);
	while ((class = search_next()))
		if (class != from && lock_classes[class].taken_irqs_on && !lock_classes[class].irq_reported)
			return class;
	return 0;
}
#endif
