/* mm/reclaim/shrinker.c - caches that can give memory back: they register, and are asked in proportion to the need.
 *
 * At priority p a cache is asked for 1/2^p of its objects, as the lists of pages are, times 4 and divided by what an object
 * costs (seeks): a cache whose objects cost nothing gives half of them at once. Nothing is put off for the next time, as
 * there is no asker for whom a cache would have to refuse.
 *
 * A shrinker never waits for a lock that somebody may hold who allocates memory. One asker at a time: two would ask
 * for the same objects.
 *
 * Linux: mm/shrinker.c, fs/drop_caches.c (drop_slab).
 */
#include <mm/reclaim/reclaim.h>
#include <mm/frame/vmstat.h>
#include <kernel/sched/task.h>
#include <kernel/sync/mutex.h>
#include <kernel/trace/trace.h>

#define SHRINK_BATCH	128UL

static DEFINE_MUTEX(shrinker_mutex);
static LIST_HEAD(shrinkers);		/* (shrinker_mutex) */

void register_shrinker(struct shrinker *shrinker)
{
	mutex_lock(&shrinker_mutex);
	list_add_tail(&shrinker->list, &shrinkers);
	mutex_unlock(&shrinker_mutex);
}

void unregister_shrinker(struct shrinker *shrinker)
{
	mutex_lock(&shrinker_mutex);
	list_del(&shrinker->list);
	mutex_unlock(&shrinker_mutex);
}

/* How many of its objects to try. */
static unsigned long share_of(const struct shrinker *shrinker, unsigned long freeable, int priority)
{
	unsigned long share = shrinker->seeks ? (freeable >> priority) * 4 / shrinker->seeks : freeable / 2;

	/* At least one: what is here costs no write, and small caches would never have their turn. */
	return clamp(share, 1UL, freeable);
}

static unsigned long do_shrink_slab(struct shrinker *shrinker, int priority)
{
	unsigned long freeable = shrinker->count_objects(shrinker), freed = 0, left;

	if (!freeable)
		return 0;
	left = share_of(shrinker, freeable, priority);
	trace(mm_shrink_slab_start, shrinker, shrinker->scan_objects, 0, 0, 0, freeable, left, left, priority);
	while (left) {
		unsigned long batch = min(left, SHRINK_BATCH), got = shrinker->scan_objects(shrinker, batch);

		if (got == SHRINK_STOP)
			break;
		freed += got;
		count_vm_events(SLABS_SCANNED, batch);
		left -= batch;
		cond_resched();
	}
	trace(mm_shrink_slab_end, shrinker, 0, shrinker->scan_objects, left, 0, freed, left);
	return freed;
}

/* => shrinker_mutex held */
static unsigned long shrink_all(int priority)
{
	struct shrinker *shrinker;
	unsigned long freed = 0;

	list_for_each_entry(shrinker, &shrinkers, list)
		freed += do_shrink_slab(shrinker, priority);
	return freed;
}

unsigned long shrink_slab(int priority)
{
	unsigned long freed;

	if (!mutex_trylock(&shrinker_mutex))
		return 0;
	freed = shrink_all(priority);
	mutex_unlock(&shrinker_mutex);
	return freed;
}

/* Some objects can go only when others have gone. It ends when a round brings little, and the longer the less is enough. */
void drop_slab(void)
{
	unsigned int round = 0;
	unsigned long freed;

	do {
		mutex_lock(&shrinker_mutex);
		freed = shrink_all(0);
		mutex_unlock(&shrinker_mutex);
	} while (freed >> round++ > 1 && !fatal_signal_pending(current));
}
