/* mm/reclaim/written_test.c - the end of a write: what stays in the swap cache, what is freed, and who is said to have freed it.
 */
#include <mm/reclaim/scan.h>
#include <mm/check/ram_disk.h>
#include <mm/check/test_mm.h>
#include <kernel/sched/task.h>
#include <mm/frame/vmstat.h>

#define NR	16UL

static unsigned long high_before[MAX_NR_ZONES];

/* No zone reaches its high mark, until short_of_memory(false). kswapd sleeps on: it is woken by the low mark. */
static void short_of_memory(bool yes)
{
	struct zone *zone;

	for_each_zone(zone) {
		unsigned long *high = &high_before[zone - NODE0->zones];

		if (yes)
			*high = zone->watermark[WMARK_HIGH];
		WRITE_ONCE(zone->watermark[WMARK_HIGH], yes ? zone->managed_pages : *high);
	}
}

/* NR small pages on the way out, by MADV_PAGEOUT, while memory is short or is not. NULL: no memory */
static struct mm *sent_out(bool short_of)
{
	enum thp_enabled before = test_thp(THP_NEVER);
	struct mm *mm = test_mm(1);

	if (mm && !test_touch(mm, TEST_BASE, NR)) {
		lru_add_drain_all();
		if (short_of)
			short_of_memory(true);
		do_madvise(mm, TEST_BASE, NR * PAGE_SIZE, TEST_MADV_PAGEOUT);
		while (page_state(NR_WRITEBACK))
			schedule_timeout_uninterruptible(1);
		if (short_of)
			short_of_memory(false);
	}
	test_thp(before);
	return mm;
}

static swp_entry_t first_entry(struct mm *mm)
{
	return pte_to_swp_entry(ptep_get(pte_offset(pmdp_get(mm_find_pmd(mm, TEST_BASE)), TEST_BASE)));
}

KTEST(written, with_plenty_of_memory_it_stays_in_the_cache_and_comes_back_without_a_read)
{
	unsigned long cached = page_state(NR_SWAPCACHE), in = vm_event_total(PSWPIN), out = vm_event_total(PSWPOUT);
	unsigned long rotated = vm_event_total(PGROTATED), major = vm_event_total(PGMAJFAULT);
	struct mm *mm;

	KASSERT_TRUE(ram_disk_on());
	mm = sent_out(false);
	KASSERT_TRUE(mm);
	KEXPECT_EQ(get_mm_counter(mm, MM_SWAPENTS), NR);
	KEXPECT_EQ(vm_event_total(PSWPOUT) - out, NR);
	KEXPECT_EQ(page_state(NR_SWAPCACHE) - cached, NR);
	KEXPECT_EQ(vm_event_total(PGROTATED) - rotated, NR);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, NR), 0U);
	KEXPECT_EQ(vm_event_total(PSWPIN), in);
	KEXPECT_EQ(vm_event_total(PGMAJFAULT), major);
	mmput(mm);
	KEXPECT_EQ(ram_disk_off(), 0);
}

KTEST(written, when_memory_is_short_it_is_freed_at_once)
{
	unsigned long cached = page_state(NR_SWAPCACHE), in = vm_event_total(PSWPIN);
	struct mm *mm;

	KASSERT_TRUE(ram_disk_on());
	mm = sent_out(true);
	KASSERT_TRUE(mm);
	KEXPECT_EQ(get_mm_counter(mm, MM_SWAPENTS), NR);
	KEXPECT_EQ(page_state(NR_SWAPCACHE), cached);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, NR), 0U);
	KEXPECT_EQ(vm_event_total(PSWPIN) - in, NR);
	mmput(mm);
	KEXPECT_EQ(ram_disk_off(), 0);
}

/* One page that has been written and is in the cache; the end of its write comes again, on behalf of `who`. => freed */
static bool freed_at_the_end(struct mm *mm, enum reclaimer who)
{
	swp_entry_t entry = first_entry(mm);
	struct page *page = swap_cache_get(entry);

	if (!page)
		return false;
	page_written(page, who);
	put_page(page);
	page = swap_cache_get(entry);
	if (page)
		put_page(page);
	return !page;
}

KTEST(written, the_end_of_a_write_frees_for_who_needs_memory_and_counts_it_as_his)
{
	static const struct {
		enum reclaimer who;
		bool short_of, freed;
		enum vmstat_event counted;
	} cases[] = {
		{ RECLAIM_MADVISE, false, false, PGROTATED },
		{ RECLAIM_MADVISE, true, true, PGSTEAL_KSWAPD },
		{ RECLAIM_KSWAPD, false, true, PGSTEAL_KSWAPD },
		{ RECLAIM_DIRECT, false, true, PGSTEAL_DIRECT },
	};
	struct mm *mm;

	KASSERT_TRUE(ram_disk_on());
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned long counted, anon;

		mm = sent_out(false);
		KASSERT_TRUE(mm);
		counted = vm_event_total(cases[i].counted);
		anon = vm_event_total(PGSTEAL_ANON);
		if (cases[i].short_of)
			short_of_memory(true);
		KEXPECT_EQ(freed_at_the_end(mm, cases[i].who), cases[i].freed);
		if (cases[i].short_of)
			short_of_memory(false);
		KEXPECT_EQ(vm_event_total(cases[i].counted) - counted, 1UL);
		KEXPECT_EQ(vm_event_total(PGSTEAL_ANON) - anon, (unsigned long)cases[i].freed);
		KEXPECT_EQ(test_wrong(mm, TEST_BASE, NR), 0U);
		mmput(mm);
	}
	KEXPECT_EQ(ram_disk_off(), 0);
}
