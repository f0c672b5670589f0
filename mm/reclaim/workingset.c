/* mm/reclaim/workingset.c - would a page still be here if the inactive list were longer?
 *
 * A page on the inactive list that is used too seldom for its length is evicted, comes back, is evicted again. Its second
 * use was never seen, though it may be used more often than pages that sit on the active list. So the time between its
 * eviction and its return is measured, on a clock that counts evictions and activations: the refault distance. So many
 * more places on the inactive list would have kept it. If the pages that compete with it, those on the active list and
 * those of the other kind, are not fewer than that, it can have one of their places: it begins as active, and they will
 * have to prove that they are still used.
 *
 * The time is kept in the shadow, with one bit more: whether the page was in the workingset then (PG_workingset, set
 * when it leaves the active list). If so, memory is thrashing, and its kind is charged with the cost.
 *
 *	shadow	31..2 the clock, 1 workingset, 0 always 1
 *
 * 30 bits of clock run 4 TB of evictions until they begin again; an older shadow looks younger than it is.
 *
 * Linux: mm/workingset.c.
 */
#include <mm/reclaim/workingset.h>
#include <mm/frame/buddy.h>
#include <mm/frame/lru.h>
#include <mm/frame/vmstat.h>
#include <mm/swap/swap.h>

#define SHADOW_MARK		BIT(0)
#define SHADOW_WORKINGSET	BIT(1)
#define SHADOW_AGE_SHIFT	2
#define SHADOW_AGE_MASK		((u32)~0U >> SHADOW_AGE_SHIFT)

u32 workingset_clock(void)
{
	return (u32)atomic_long_read(&NODE0->lruvec.nonresident_age) & SHADOW_AGE_MASK;
}

u32 workingset_eviction(struct page *page)
{
	u32 shadow = workingset_clock() << SHADOW_AGE_SHIFT | (PageWorkingset(page) ? SHADOW_WORKINGSET : 0) | SHADOW_MARK;

	lru_age_nonresident(page_lruvec(page), compound_nr(page));
	return shadow;
}

/* The places that a page of this kind could have instead of those who have them. */
static unsigned long competing_pages(bool file)
{
	unsigned long nr = lru_size(LRU_ACTIVE_FILE);

	if (!file)
		nr += lru_size(LRU_INACTIVE_FILE);
	/* Anonymous pages can make room only if there is a place to go. */
	if (nr_swap_pages()) {
		nr += lru_size(LRU_ACTIVE_ANON);
		if (file)
			nr += lru_size(LRU_INACTIVE_ANON);
	}
	return nr;
}

bool workingset_test_recent(u32 shadow, bool file, bool *workingset)
{
	u32 distance = workingset_clock_since(shadow >> SHADOW_AGE_SHIFT);

	*workingset = shadow & SHADOW_WORKINGSET;
#ifdef BUG_workingset_ignores_distance	/* whatever comes back is active, and pushes out what is used more often */
	return true;
#endif
	return distance <= competing_pages(file);
}

void workingset_refault(struct page *page, u32 shadow)
{
	bool file = page_is_file_lru(page), workingset;
	unsigned long nr = compound_nr(page);

	if (!shadow)
		return;
	count_vm_events(WORKINGSET_REFAULT_ANON + file, nr);
	if (!workingset_test_recent(shadow, file, &workingset))
		return;
	SetPageActive(page);
	lru_age_nonresident(page_lruvec(page), nr);
	count_vm_events(WORKINGSET_ACTIVATE_ANON + file, nr);
	if (workingset) {
		SetPageWorkingset(page);
		lru_note_cost(page_lruvec(page), file, nr, 0);
		count_vm_events(WORKINGSET_RESTORE_ANON + file, nr);
	}
}
