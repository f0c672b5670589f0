/* mm/check/check_mm.c - the conductor: stop what can be stopped, count, compare, and look again at what differs.
 *
 * Holding every mmap_lock for writing stops faults, system calls and khugepaged. Reclaim goes on under us, and is in the
 * middle of a page now and then: so a difference counts only when it is there in every one of several rounds. A sum differs
 * in each round as long as kswapd works: it is waited for.
 */
#include <mm/check/check_internal.h>
#include <mm/alloc/vmalloc.h>
#include <mm/frame/buddy.h>
#include <mm/frame/lru.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <kernel/sched/task.h>
#include <kernel/sync/wait.h>

#define ROUNDS		4
#define REST_TICKS	(30 * HZ)	/* kswapd ends, or gives up, long before */
#define MAX_MMS		4096

/* --- all address spaces, locked ------------------------------------------------------------------------------------------------- */

static bool collect_mm(struct mm *mm, void *arg)
{
	struct check *c = arg;

	mmget(mm);
	c->mms[c->nr_mms++] = mm;
	return c->nr_mms < MAX_MMS;
}

/*
 * In the order of their birth, as fork does it with parent and child: so two that wait can't wait for each other.
 */
static void lock_all(struct check *c)
{
	c->nr_mms = 0;
	for_each_mm(collect_mm, c);
	lock_check_pause();
	for (unsigned int i = 0; i < c->nr_mms; i++)
		mmap_write_lock(c->mms[i]);
	lock_check_resume();
}

static void unlock_all(struct check *c)
{
	lock_check_pause();
	for (unsigned int i = 0; i < c->nr_mms; i++)
		mmap_write_unlock(c->mms[i]);
	lock_check_resume();
	for (unsigned int i = 0; i < c->nr_mms; i++)
		mmput(c->mms[i]);
}

/* --- memory for the counts -------------------------------------------------------------------------------------------------------- */

static void free_counts(struct check *c)
{
	vfree(c->mms);
	vfree(c->pte_maps);
	vfree(c->pmd_maps);
	vfree(c->on_list);
	for (unsigned int i = 0; i < MAX_SWAPFILES; i++)
		vfree(c->slot_uses[i]);
}

static bool alloc_counts(struct check *c)
{
	bool ok;

	c->mms = vzalloc(MAX_MMS * sizeof(c->mms[0]));
	c->pte_maps = vzalloc(max_pfn * sizeof(c->pte_maps[0]));
	c->pmd_maps = vzalloc(max_pfn * sizeof(c->pmd_maps[0]));
	c->on_list = vzalloc(max_pfn);
	ok = c->mms && c->pte_maps && c->pmd_maps && c->on_list;
	for (unsigned int i = 0; i < MAX_SWAPFILES; i++) {
		if (!swap_areas[i].active || !swap_areas[i].clusters)
			continue;
		c->slot_uses[i] = vzalloc(swap_areas[i].nr_slots * sizeof(c->slot_uses[i][0]));
		ok = ok && c->slot_uses[i];
	}
	return ok;
}

static void clear_counts(struct check *c)
{
	memset(c->pte_maps, 0, max_pfn * sizeof(c->pte_maps[0]));
	memset(c->pmd_maps, 0, max_pfn * sizeof(c->pmd_maps[0]));
	memset(c->on_list, 0, max_pfn);
	for (unsigned int i = 0; i < MAX_SWAPFILES; i++)
		if (c->slot_uses[i])
			memset(c->slot_uses[i], 0, swap_areas[i].nr_slots * sizeof(c->slot_uses[i][0]));
	c->anon_huge_mapped = 0;
	c->nr_tables = 0;
}

/* --- rounds ------------------------------------------------------------------------------------------------------------------------ */

static void check_round(struct check *c, unsigned int round)
{
	memcpy(&c->before, &c->suspects, sizeof(c->before));
	memset(&c->suspects, 0, sizeof(c->suspects));
	c->round = round;
	c->violations = 0;
	c->used = 0;
	c->report[0] = '\0';
	clear_counts(c);

	lock_all(c);
	/* The batches' references would look like pins. */
	lru_add_drain_all();
	check_tables(c);
	check_lru(c);
	check_frames(c);
	check_buddy(c);
	check_slots(c);
	unlock_all(c);
}

/* Nobody asks it for more while we look: whoever touches memory waits for his mmap_lock. */
static void let_kswapd_end(void)
{
	for (unsigned int i = 0; i < REST_TICKS && NODE0->kswapd && !waitqueue_active(&NODE0->kswapd_wait); i++)
		schedule_timeout_uninterruptible(1);
}

int check_mm(char *report, size_t len)
{
	struct check *c = vzalloc(sizeof(*c));
	int violations = -ENOMEM;

	report[0] = '\0';
	if (!c)
		return -ENOMEM;
	c->report = report;
	c->len = len;
	if (alloc_counts(c)) {
		check_round(c, 0);
		for (unsigned int round = 1; c->violations && round < ROUNDS; round++) {
			schedule_timeout_uninterruptible(round);
			let_kswapd_end();
			check_round(c, round);
		}
		violations = c->violations;
	}
	free_counts(c);
	vfree(c);
	return violations;
}
