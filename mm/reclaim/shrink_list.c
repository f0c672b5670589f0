/* mm/reclaim/shrink_list.c - from the lists: pages are taken off in small groups, aged or freed, and put back.
 *
 * Active pages become inactive when few are inactive; inactive ones are freed or get another round. Both are taken from
 * the end of their list, where those stand that were put there longest ago.
 *
 * Linux: shrink_active_list, shrink_inactive_list, shrink_lruvec, shrink_node in mm/vmscan.c.
 */
#include <mm/reclaim/scan.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>
#include <mm/swap/swap.h>
#include <kernel/sched/task.h>
#include <kernel/trace/trace.h>

unsigned int vm_swappiness = 60;

static bool is_file_list(enum lru_list lru)
{
	return lru >= LRU_INACTIVE_FILE;
}

static bool is_active_list(enum lru_list lru)
{
	return lru == LRU_ACTIVE_ANON || lru == LRU_ACTIVE_FILE;
}

static bool list_is_low(bool file)
{
	return file ? inactive_is_low(lru_size(LRU_INACTIVE_FILE), lru_size(LRU_ACTIVE_FILE)) :
		      inactive_is_low(lru_size(LRU_INACTIVE_ANON), lru_size(LRU_ACTIVE_ANON));
}

unsigned long isolate_lru_pages(struct lruvec *lruvec, enum lru_list lru, unsigned long nr_to_scan,
				struct list_head *dst, unsigned long *scanned)
{
	struct list_head *src = &lruvec->lists[lru];
	unsigned long irqflags, taken = 0, looks = 0;

	*scanned = 0;
	spin_lock_irqsave(&lruvec->lru_lock, irqflags);
	/* A page that can't be taken is about to be freed: it goes to the other end, and we don't meet it again. */
	while (*scanned < nr_to_scan && looks++ < nr_to_scan && !list_empty(src)) {
		struct page *page = list_last_entry(src, struct page, lru);
		unsigned long nr = compound_nr(page);

		*scanned += nr;
		if (lruvec_isolate_page(lruvec, page)) {
			list_add(&page->lru, dst);
			taken += nr;
		} else {
			list_move(&page->lru, src);
		}
	}
	spin_unlock_irqrestore(&lruvec->lru_lock, irqflags);
	trace(mm_vmscan_lru_isolate, MAX_NR_ZONES - 1, 0, nr_to_scan, *scanned, *scanned - taken, taken, lru);
	return taken;
}

/* --- active lists ---------------------------------------------------------------------------------------------------- */

/*
 * Its accessed bits are cleared on the way, so that on the inactive list only new use counts. => stays active: only the
 * code of running programs, which would be missed at once
 */
static bool stays_active(struct page *page)
{
	unsigned long vm_flags = 0;
	int young;

	if (!trylock_page(page))
		return true;
	young = page_referenced(page, &vm_flags);
	unlock_page(page);
	return young > 0 && (vm_flags & VM_EXEC) && !PageSwapBacked(page);
}

static void shrink_active_list(unsigned long nr_to_scan, enum lru_list lru, struct scan_control *sc)
{
	struct lruvec *lruvec = &NODE0->lruvec;
	unsigned long taken, scanned, nr_rotated = 0, nr_deactivated = 0;
	struct page *page, *next;
	LIST_HEAD(list);

	lru_add_drain();
	taken = isolate_lru_pages(lruvec, lru, nr_to_scan, &list, &scanned);
	count_vm_events(PGREFILL, scanned);
	list_for_each_entry_safe(page, next, &list, lru) {
		unsigned long nr = compound_nr(page);

		cond_resched();
		if (stays_active(page)) {
			nr_rotated += nr;
		} else {
			ClearPageActive(page);
			SetPageWorkingset(page);
			nr_deactivated += nr;
		}
	}
	putback_list(&list);
	count_vm_events(PGDEACTIVATE, nr_deactivated);
	lru_note_cost(lruvec, is_file_list(lru), 0, nr_rotated);
	trace(mm_vmscan_lru_shrink_active, 0, taken, nr_rotated, nr_deactivated, nr_rotated, sc->priority,
	      reclaim_flags(is_file_list(lru)));
}

void age_active_anon(struct scan_control *sc)
{
	if (total_swap_pages() && list_is_low(false))
		shrink_active_list(SWAP_CLUSTER_MAX, LRU_ACTIVE_ANON, sc);
}

/* --- inactive lists --------------------------------------------------------------------------------------------------- */

/* Too many direct reclaimers have pages in their hands: there is little left to choose from, and waiting is better. */
static bool too_many_isolated(bool file)
{
	unsigned long inactive = lru_size(file ? LRU_INACTIVE_FILE : LRU_INACTIVE_ANON);
	unsigned long isolated = page_state(file ? NR_ISOLATED_FILE : NR_ISOLATED_ANON);

	return isolated > inactive;
}

/* => false: the lists are still in others' hands after a wait; or we are being killed */
static bool may_isolate(bool file, const struct scan_control *sc)
{
	if (sc->who != RECLAIM_DIRECT || !too_many_isolated(file))
		return true;
	reclaim_throttle(NODE0, VMSCAN_THROTTLE_ISOLATED);
	return !fatal_signal_pending(current) && !too_many_isolated(file);
}

static void putback_isolated(struct list_head *list, bool file)
{
	wait_queue_head_t *wq = &NODE0->reclaim_wait[VMSCAN_THROTTLE_ISOLATED];

	putback_list(list);
	if (waitqueue_active(wq) && !too_many_isolated(file))
		wake_up_all(wq);
}

static void count_scanned(bool file, const struct scan_control *sc, unsigned long nr)
{
	count_vm_events(sc->who == RECLAIM_KSWAPD ? PGSCAN_KSWAPD : PGSCAN_DIRECT, nr);
	count_vm_events(file ? PGSCAN_FILE : PGSCAN_ANON, nr);
}

static unsigned long shrink_inactive_list(unsigned long nr_to_scan, enum lru_list lru, struct scan_control *sc)
{
	struct lruvec *lruvec = &NODE0->lruvec;
	bool file = is_file_list(lru);
	unsigned long taken, scanned, reclaimed;
	struct shrink_result result;
	LIST_HEAD(list);

	if (!may_isolate(file, sc))
		return 0;
	lru_add_drain();
	taken = isolate_lru_pages(lruvec, lru, nr_to_scan, &list, &scanned);
	sc->nr_scanned += scanned;
	count_scanned(file, sc, scanned);
	if (!taken)
		return 0;
	reclaimed = shrink_page_list(&list, sc, &result);
	putback_isolated(&list, file);
	count_stolen(file, sc->who, reclaimed);
	lru_note_cost(lruvec, file, result.nr[PAGE_WRITTEN], taken > reclaimed ? taken - reclaimed : 0);
	trace(mm_vmscan_lru_shrink_inactive, 0, scanned, reclaimed, result.nr[PAGE_DIRTY_FILE] + result.nr[PAGE_WRITTEN],
	      result.nr[PAGE_WRITEBACK], 0, 0, file ? 0 : result.nr[PAGE_ACTIVATE], file ? result.nr[PAGE_ACTIVATE] : 0,
	      result.nr[PAGE_REFERENCED], result.nr[PAGE_UNMAP_FAILED], sc->priority, reclaim_flags(file));
	/* All that we found is on its way to the disk already: looking for more would only burn time. */
	if (result.nr[PAGE_WRITEBACK] >= taken)
		reclaim_throttle(NODE0, VMSCAN_THROTTLE_WRITEBACK);
	return reclaimed;
}

/* --- all lists -------------------------------------------------------------------------------------------------------- */

static unsigned long shrink_list(enum lru_list lru, unsigned long nr, struct scan_control *sc)
{
	if (!is_active_list(lru))
		return shrink_inactive_list(nr, lru, sc);
	if (list_is_low(is_file_list(lru)))
		shrink_active_list(nr, lru, sc);
	return 0;
}

static bool file_is_tiny(void)
{
	unsigned long high = 0;
	struct zone *zone;

	for_each_zone(zone)
		high += zone->watermark[WMARK_HIGH];
	return lru_size(LRU_INACTIVE_FILE) + lru_size(LRU_ACTIVE_FILE) + nr_free_pages() <= high;
}

static void scan_counts(const struct scan_control *sc, unsigned long nr[NR_LRU_LISTS])
{
	struct scan_balance balance = {
		.swappiness = vm_swappiness,
		.priority = sc->priority,
		/* With swap full, pages that have a slot already can still go. */
		.may_swap = nr_swap_pages() > 0 || page_state(NR_SWAPCACHE) > 0,
		.file_is_tiny = file_is_tiny(),
		.anon_cost = NODE0->lruvec.anon_cost,
		.file_cost = NODE0->lruvec.file_cost,
	};

	for (enum lru_list lru = 0; lru < NR_LRU_LISTS; lru++)
		balance.size[lru] = lru_size(lru);
	get_scan_count(&balance, nr);
}

/* A bit of each list in turn, so that none is drained while the others wait. */
static void shrink_lruvec(struct scan_control *sc)
{
	unsigned long nr[NR_LRU_LISTS], written = sc->nr_written;

	scan_counts(sc, nr);
	while (nr[LRU_INACTIVE_ANON] || nr[LRU_ACTIVE_FILE] || nr[LRU_INACTIVE_FILE]) {
		for (enum lru_list lru = 0; lru < LRU_UNEVICTABLE; lru++) {
			unsigned long some = min(nr[lru], SWAP_CLUSTER_MAX);

			nr[lru] -= some;
			if (some)
				sc->nr_reclaimed += shrink_list(lru, some, sc);
		}
		cond_resched();
		/* Enough is free; or it will be, when the writes that we have started end. */
		if (sc->nr_reclaimed >= sc->nr_to_reclaim || sc->nr_written - written >= sc->nr_to_reclaim ||
		    fatal_signal_pending(current))
			break;
	}
	age_active_anon(sc);
}

void shrink_node(struct scan_control *sc)
{
	shrink_lruvec(sc);
	sc->nr_reclaimed += shrink_slab(sc->priority);
	/* kswapd alone can keep a disk busy; a crowd only makes its queue longer. */
	if (sc->who == RECLAIM_DIRECT && sc->nr_written && swap_write_congested())
		reclaim_throttle(NODE0, VMSCAN_THROTTLE_CONGESTED);
}
