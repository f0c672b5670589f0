/* mm/reclaim/shrinker.c - caches that can give memory back: they register, and are asked in proportion to the need.
 *
 * A shrinker never waits for a lock that somebody may hold who allocates memory. One asker at a time: two would ask
 * for the same objects.
 *
 * Linux: mm/shrinker.c.
 */
#include <mm/reclaim/reclaim.h>
#include <mm/frame/vmstat.h>
#include <kernel/sched/task.h>
#include <kernel/sync/mutex.h>

#define SHRINK_BATCH	128UL

static DEFINE_MUTEX(shrinker_mutex);
static LIST_HEAD(shrinkers);		/* (shrinker_mutex) */

void register_shrinker(struct shrinker *shrinker)
{
	mutex_lock(&shrinker_mutex);
	list_add_tail(&shrinker->list, &shrinkers);
	mutex_unlock(&shrinker_mutex);
}

static unsigned long shrink_one(struct shrinker *shrinker, int priority)
{
	unsigned long freeable = shrinker->count(shrinker), freed = 0;
	/* At least one: what is here costs no write, and small caches would never have their turn. */
	unsigned long left = max(freeable >> priority, min(freeable, 1UL));

	while (left) {
		unsigned long batch = min(left, SHRINK_BATCH);

		freed += shrinker->scan(shrinker, batch);
		count_vm_events(SLABS_SCANNED, batch);
		left -= batch;
		cond_resched();
	}
	return freed;
}

unsigned long shrink_slab(int priority)
{
	struct shrinker *shrinker;
	unsigned long freed = 0;

	if (!mutex_trylock(&shrinker_mutex))
		return 0;
	list_for_each_entry(shrinker, &shrinkers, list)
		freed += shrink_one(shrinker, priority);
	mutex_unlock(&shrinker_mutex);
	return freed;
}
