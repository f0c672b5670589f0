/* mm/check/check_frames.c - every struct page against what was counted: mappings, references, lists, free blocks.
 */
#include <mm/check/check_internal.h>
#include <mm/frame/buddy.h>
#include <mm/frame/lru.h>
#include <mm/frame/vmstat.h>
#include <mm/split/split.h>
#include <kernel/sched/task.h>

/* --- one frame ------------------------------------------------------------------------------------------------------------------- */

static void check_mapcounts(struct check *c, struct page *page)
{
	unsigned long pfn = page_to_pfn(page);
	int ptes = atomic_read(&page->_mapcount) + 1;

	if (ptes != c->pte_maps[pfn])
		check_fail(c, INV_MAPCOUNT, pfn, "frame 0x%lx has mapcount %d, but %u PTEs map it", pfn, ptes, c->pte_maps[pfn]);
	if (PageTransHuge(page)) {
		int pmds = atomic_read(&page[1].entire_mapcount) + 1, all = page_mapcount_total(page);
		int sum = pmds;

		for (unsigned long i = 0; i < HPAGE_PMD_NR; i++)
			sum += atomic_read(&page[i]._mapcount) + 1;
		if (pmds != c->pmd_maps[pfn])
			check_fail(c, INV_MAPCOUNT, pfn, "huge frame 0x%lx has entire mapcount %d, but %u PMDs map it", pfn, pmds,
				   c->pmd_maps[pfn]);
		if (all != sum)
			check_fail(c, INV_MAPCOUNT, pfn, "huge frame 0x%lx has mapcount %d in all, but its parts add up to %d", pfn,
				   all, sum);
	} else if (c->pmd_maps[pfn]) {
		check_fail(c, INV_MAPCOUNT, pfn, "frame 0x%lx is mapped by %u PMDs, but not huge", pfn, c->pmd_maps[pfn]);
	}
}

/* References that we can explain: mappings, the swap cache, write-back, and somebody who has it isolated. */
static int known_references(struct page *head)
{
	int known = page_mapcount_total(head);

	if (PageSwapCache(head))
		known += compound_nr(head);
	return known + PageWriteback(head) + PageIsolated(head);
}

static void check_references(struct check *c, struct page *head)
{
	unsigned long pfn = page_to_pfn(head);
	int count = page_count(head), mapped = page_mapcount_total(head);

	if (mapped > count)
		check_fail(c, INV_REFCOUNT, pfn, "frame 0x%lx has %d mappings, but only %d references", pfn, mapped, count);
	else if (PageAnon(head) && PageLRU(head) && count != known_references(head))
		check_fail(c, INV_REFCOUNT, pfn, "anonymous frame 0x%lx has %d references, but only %d can be explained (flags 0x%lx)",
			   pfn, count, known_references(head), head->flags);
}

static void check_free(struct check *c, struct page *page)
{
	unsigned long pfn = page_to_pfn(page);

	if (c->pte_maps[pfn] || c->pmd_maps[pfn])
		check_fail(c, INV_FREE, pfn, "free frame 0x%lx is mapped by %u PTEs and %u PMDs", pfn, c->pte_maps[pfn],
			   c->pmd_maps[pfn]);
	if (PageLRU(page) || PageSwapCache(page) || PageWriteback(page) || atomic_read(&page->_mapcount) != -1)
		check_fail(c, INV_FREE, pfn, "free frame 0x%lx has flags 0x%lx and mapcount %d", pfn, page->flags,
			   atomic_read(&page->_mapcount) + 1);
}

static void check_exclusive(struct check *c, struct page *page)
{
	unsigned long pfn = page_to_pfn(page);

	if (PageAnonExclusive(page) && PageAnon(page) && page_mapcount(page) > 1)
		check_fail(c, INV_EXCLUSIVE, pfn, "frame 0x%lx is exclusive, but mapped %d times", pfn, page_mapcount(page));
}

/* Never on a list of pages that somebody uses. */
static bool is_no_users(const struct page *page)
{
	return PageHole(page) || PageReserved(page) || PageSlab(page) || PageTable(page);
}

/* In a tree. A page in the swap cache is there no more, even if it was shared memory's. */
static bool is_shared_memory(const struct page *page)
{
	return PageSwapBacked(page) && page->mapping && !PageAnon(page) && !PageSwapCache(page);
}

/* A counter of huge pages, which is kept in 4 KB pages. */
static void check_huge_state(struct check *c, enum vmstat_state state, unsigned long found)
{
	if (page_state(state) != found * HPAGE_PMD_NR)
		check_fail(c, INV_STATE, state, "%s is %lu (in 4 KB pages), but %lu huge pages were found", vmstat_state_names[state],
			   page_state(state), found);
}

void check_frames(struct check *c)
{
	unsigned long huge_queued = 0, huge_unexamined = 0, shared = 0, shared_huge = 0;

	for (unsigned long pfn = 0; pfn < max_pfn; pfn++) {
		struct page *page = pfn_to_page(pfn);

		if (!(pfn % 4096))
			cond_resched();
		if (is_no_users(page))
			continue;
		huge_queued += PagePartiallyMapped(page);
		huge_unexamined += PageUnexamined(page);
		if (!PageTail(page)) {
			if (page_count(page) == 0)
				check_free(c, page);
			else
				check_references(c, page);
			if (page_count(page) && is_shared_memory(page)) {
				shared += compound_nr(page);
				shared_huge += PageTransHuge(page);
			}
		}
		check_mapcounts(c, page);
		check_exclusive(c, page);
	}
	if (huge_queued != deferred_split_count())
		check_fail(c, INV_LRU, 0, "%lu huge pages are marked as partially mapped, but %lu are queued", huge_queued,
			   deferred_split_count());
	if (page_state(NR_SHMEM) != shared)
		check_fail(c, INV_STATE, NR_SHMEM, "nr_shmem is %lu, but there are %lu", page_state(NR_SHMEM), shared);
	if (huge_unexamined != unexamined_count())
		check_fail(c, INV_LRU, 0, "%lu huge pages are marked as not examined, but %lu are listed", huge_unexamined,
			   unexamined_count());
	check_huge_state(c, NR_SHMEM_THPS, shared_huge);
	check_huge_state(c, NR_SHMEM_PMDMAPPED, c->shmem_huge_mapped);
	check_huge_state(c, NR_ANON_THPS, c->anon_huge_mapped);
	if (page_state(NR_PAGETABLE) != c->nr_tables)
		check_fail(c, INV_STATE, NR_PAGETABLE, "nr_page_table_pages is %lu, but there are %lu", page_state(NR_PAGETABLE),
			   c->nr_tables);
}

/* --- lists ---------------------------------------------------------------------------------------------------------------------------- */

/* => LRU lock held */
static void check_one_list(struct check *c, struct lruvec *lruvec, enum lru_list lru)
{
	struct page *page, *wrong = NULL;
	unsigned long pages = 0;

	list_for_each_entry(page, &lruvec->lists[lru], lru) {
		pages += compound_nr(page);
		c->on_list[page_to_pfn(page)]++;
		if (page_lru(page) != lru)
			wrong = page;
	}
	if (wrong)
		check_fail(c, INV_LRU, page_to_pfn(wrong), "frame 0x%lx with flags 0x%lx is on LRU list %u", page_to_pfn(wrong),
			   wrong->flags, lru);
	if (pages != lruvec->nr_pages[lru])
		check_fail(c, INV_LRU, lru, "LRU list %u holds %lu pages, but says %lu", lru, pages, lruvec->nr_pages[lru]);
}

/* A page that says it is on a list must have been found there, and one that was found there must say so. => LRU lock held */
static void check_list_marks(struct check *c)
{
	for (unsigned long pfn = 0; pfn < max_pfn; pfn++) {
		struct page *page = pfn_to_page(pfn);

		if (!is_no_users(page) && !PageTail(page) && PageLRU(page) != (c->on_list[pfn] == 1))
			check_fail(c, INV_LRU, pfn, "frame 0x%lx has flags 0x%lx, and was found on %u LRU lists", pfn, page->flags,
				   c->on_list[pfn]);
	}
}

/*
 * All of it at one instant, under the lock with interrupts off: reclaim takes pages off and puts them back all the time.
 * It is the one place where that takes long. A checker may.
 */
void check_lru(struct check *c)
{
	struct lruvec *lruvec = &NODE0->lruvec;
	unsigned long irqflags;

	spin_lock_irqsave(&lruvec->lru_lock, irqflags);
	for (enum lru_list lru = 0; lru < NR_LRU_LISTS; lru++)
		check_one_list(c, lruvec, lru);
	check_list_marks(c);
	spin_unlock_irqrestore(&lruvec->lru_lock, irqflags);
}

/* => zone lock held; pages on the lists of one order */
static unsigned long count_free_area(struct check *c, struct zone *zone, unsigned int order)
{
	unsigned long blocks = 0;
	struct page *page;

	for (enum migratetype type = 0; type < MIGRATE_TYPES; type++) {
		list_for_each_entry(page, &zone->free_area[order].list[type], lru) {
			blocks++;
			if (!PageBuddy(page) || buddy_order(page) != order || page_count(page))
				check_fail(c, INV_FREE, page_to_pfn(page), "frame 0x%lx is on a free list of order %u with flags 0x%lx",
					   page_to_pfn(page), order, page->flags);
		}
	}
	if (blocks != zone->free_area[order].nr_free)
		check_fail(c, INV_FREE, order, "zone %s has %lu free blocks of order %u, but says %lu", zone->name, blocks, order,
			   zone->free_area[order].nr_free);
	return blocks << order;
}

void check_buddy(struct check *c)
{
	struct zone *zone;

	for_each_zone(zone) {
		unsigned long irqflags, pages = 0, free;

		spin_lock_irqsave(&zone->lock, irqflags);
		for (unsigned int order = 0; order <= MAX_ORDER; order++)
			pages += count_free_area(c, zone, order);
		free = atomic_long_read(&zone->free_pages);
		spin_unlock_irqrestore(&zone->lock, irqflags);
		if (pages != free)
			check_fail(c, INV_FREE, (u64)(unsigned long)zone, "zone %s has %lu free pages, but says %lu", zone->name, pages,
				   free);
	}
}
