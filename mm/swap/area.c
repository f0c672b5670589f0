/* mm/swap/area.c - swap areas: which devices there are, in which order they are used, how full they are.
 *
 * Areas of equal priority take turns, cluster by cluster. An area that swapoff empties gives out no slot any more, but
 * stays readable until nothing names it.
 *
 * Linux: mm/swapfile.c (swapon, swapoff, /proc/swaps).
 */
#include <mm/swap/slots.h>
#include <kernel/debug/assert.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/math.h>
#include <kernel/lib/string.h>
#include <kernel/x86/smp.h>

DEFINE_SPINLOCK(swap_list_lock);
LIST_HEAD(swap_by_priority);

static int least_priority;		/* (l) the last one that was given without being asked for */
static unsigned int nr_swapons;		/* (l) */

size_t swap_area_table_bytes(u32 nr_slots)
{
	return DIV_ROUND_UP((size_t)nr_slots, SWAP_CLUSTER_SLOTS) * sizeof(struct swap_cluster);
}

/* A free type, marked taken, or NULL and *error. */
static struct swap_area *area_reserve(struct block_device *bdev, int *error)
{
	struct swap_area *area = NULL;

	spin_lock(&swap_list_lock);
	*error = -EPERM;
	for (unsigned int i = 0; i < MAX_SWAPFILES && *error != -EBUSY; i++) {
		if (swap_areas[i].active && swap_areas[i].bdev == bdev)
			*error = -EBUSY;
		else if (!swap_areas[i].active && !area)
			area = &swap_areas[i];
	}
	if (*error == -EBUSY)
		area = NULL;
	if (area) {
		*area = (struct swap_area){ .active = true, .leaving = true, .bdev = bdev,
					    .type = area - swap_areas, .order_on = ++nr_swapons };
		spin_lock_init(&area->lock);
		for (unsigned int i = 0; i < NR_CLUSTER_STATES; i++)
			INIT_LIST_HEAD(&area->by_state[i]);
		INIT_LIST_HEAD(&area->by_priority);
		init_waitqueue_head(&area->discard_wait);
	}
	spin_unlock(&swap_list_lock);
	return area;
}

/* Behind all areas of the same or a higher priority. => swap_list_lock held */
static void list_by_priority(struct swap_area *area)
{
	struct swap_area *other;

	list_for_each_entry(other, &swap_by_priority, by_priority)
		if (other->priority < area->priority)
			break;
	list_add_tail(&area->by_priority, &other->by_priority);
}

int swap_area_activate(struct block_device *bdev, const char *name, const struct swap_header_info *info, int priority,
		       void *tables)
{
	int error;
	struct swap_area *area = area_reserve(bdev, &error);

	if (!area)
		return error;
	strscpy(area->name, name, sizeof(area->name));
	area->nr_slots = info->last_page + 1;
	area->nr_clusters = DIV_ROUND_UP(area->nr_slots, SWAP_CLUSTER_SLOTS);
	smp_store_release(&area->clusters, tables);
	area_clusters_init(area, info);

	spin_lock(&swap_list_lock);
	area->priority = priority >= 0 ? priority : --least_priority;
	area->leaving = false;
	list_by_priority(area);
	spin_unlock(&swap_list_lock);
	return area->type;
}

struct swap_area *swap_area_find(const struct block_device *bdev)
{
	for (unsigned int i = 0; i < MAX_SWAPFILES; i++)
		if (swap_areas[i].active && swap_areas[i].bdev == bdev)
			return &swap_areas[i];
	return NULL;
}

static void nothing(void *arg __unused)
{
}

/* Once this returns no allocation from the area is under way: they happen under swap_list_lock, or with interrupts off. */
void swap_area_stop_alloc(struct swap_area *area)
{
	spin_lock(&swap_list_lock);
	WRITE_ONCE(area->leaving, true);
	list_del_init(&area->by_priority);
	spin_unlock(&swap_list_lock);
	on_each_cpu(nothing, NULL);
}

void swap_area_restart_alloc(struct swap_area *area)
{
	spin_lock(&swap_list_lock);
	area->leaving = false;
	list_by_priority(area);
	spin_unlock(&swap_list_lock);
}

static atomic_t nr_rotational;

void swap_area_tune(unsigned int type, bool discard_freed, bool rotational)
{
	WRITE_ONCE(swap_areas[type].discard_freed, discard_freed);
	swap_areas[type].rotational = rotational;
	atomic_add(rotational, &nr_rotational);
}

bool swap_is_rotational(void)
{
	return atomic_read(&nr_rotational);
}

/* What the disk was not told yet, it need not know. => all slots are free, and nothing is under way */
static void forget_discards(struct swap_area *area)
{
	struct swap_cluster *c;

	area->discard_freed = false;
	while ((c = cluster_next(area, CLUSTER_DISCARD))) {
		spin_lock_irq(&c->lock);
		cluster_move(area, c, CLUSTER_FREE);
		spin_unlock_irq(&c->lock);
	}
}

void *swap_area_release(struct swap_area *area)
{
	void *tables = area->clusters;

	ASSERT(area->leaving);
	ASSERTF(atomic_read(&area->nr_used) == 0, "swapoff of %s: %d slots are in use", area->name,
		atomic_read(&area->nr_used));
	wait_event(area->discard_wait, !atomic_read(&area->discard_busy));
	forget_discards(area);
	WRITE_ONCE(area->clusters, NULL);
	/* Who read the pointer before has interrupts off until he is done (lock_cluster): wait for every CPU to answer. */
	on_each_cpu(nothing, NULL);
	atomic_sub(area->rotational, &nr_rotational);
	spin_lock(&swap_list_lock);
	area->active = false;
	spin_unlock(&swap_list_lock);
	return tables;
}

u32 swap_area_next_used(struct swap_area *area, u32 from, bool *has_count, bool *has_cache)
{
	for (u32 offset = max(from, 1U); offset < area->nr_slots; offset++) {
		struct swap_cluster *c = &area->clusters[offset / SWAP_CLUSTER_SLOTS];
		unsigned int slot = offset % SWAP_CLUSTER_SLOTS;

		*has_count = slot_has_uses(READ_ONCE(c->count[slot]));
		*has_cache = READ_ONCE(c->cache[slot]);
		if (*has_count || *has_cache)
			return offset;
	}
	return 0;
}

unsigned int swap_area_type(const struct swap_area *area)
{
	return area->type;
}

/* --- how much there is ---------------------------------------------------------------------------------------------- */

bool swap_area_stat(unsigned int i, struct swap_area_stat *stat)
{
	unsigned int last = 0;
	struct swap_area *area;

	do {		/* the i-th in the order of swapon */
		area = NULL;
		for (unsigned int t = 0; t < MAX_SWAPFILES; t++) {
			struct swap_area *a = &swap_areas[t];

			if (a->active && a->clusters && a->order_on > last && (!area || a->order_on < area->order_on))
				area = a;
		}
		if (!area)
			return false;
		last = area->order_on;
	} while (i--);
	memcpy(stat->name, area->name, sizeof(stat->name));
	stat->pages = atomic_read(&area->nr_usable);
	stat->used_pages = atomic_read(&area->nr_used);
	stat->priority = area->priority;
	return true;
}

unsigned long total_swap_pages(void)
{
	unsigned long pages = 0;

	for (unsigned int i = 0; i < MAX_SWAPFILES; i++)
		if (area_gives_slots(&swap_areas[i]))
			pages += atomic_read(&swap_areas[i].nr_usable);
	return pages;
}

unsigned long nr_swap_pages(void)
{
	unsigned long pages = 0;

	for (unsigned int i = 0; i < MAX_SWAPFILES; i++) {
		struct swap_area *area = &swap_areas[i];

		/* A retired slot is not usable any more, but may still be in use. */
		if (area_gives_slots(area))
			pages += max(0, atomic_read(&area->nr_usable) - atomic_read(&area->nr_used));
	}
	return pages;
}
