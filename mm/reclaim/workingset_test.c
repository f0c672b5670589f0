/* mm/reclaim/workingset_test.c - what comes back soon is active, what comes back late is not, and a free slot remembers nothing.
 */
#include <mm/reclaim/workingset.h>
#include <mm/check/ram_disk.h>
#include <mm/check/test_mm.h>
#include <mm/check/test_swap.h>
#include <mm/frame/buddy.h>
#include <mm/frame/vmstat.h>
#include <mm/reclaim/reclaim.h>

#define PAGES	64

/* All places that anybody could compete for: more than any distance that counts as short. */
static unsigned long all_places(void)
{
	unsigned long nr = 0;

	for (enum lru_list lru = 0; lru < NR_LRU_LISTS; lru++)
		nr += lru_size(lru);
	return nr + 1;
}

static u32 shadow_of_new_page(bool workingset)
{
	struct page page = { .flags = BIT(PG_swapbacked) | (workingset ? BIT(PG_workingset) : 0) };

	return workingset_eviction(&page);
}

KTEST(workingset, distance_is_counted_in_evictions_and_activations)
{
	unsigned long before = atomic_long_read(&NODE0->lruvec.nonresident_age);
	u32 shadow = shadow_of_new_page(true);
	bool workingset = false;

	KEXPECT_EQ(atomic_long_read(&NODE0->lruvec.nonresident_age), (long)before + 1);
	KEXPECT_EQ(shadow & 1, 1U);
	lru_age_nonresident(&NODE0->lruvec, all_places());
	KEXPECT(!workingset_test_recent(shadow, false, &workingset));
	KEXPECT(!workingset_test_recent(shadow, true, &workingset));
	KEXPECT(workingset);
	shadow = shadow_of_new_page(false);
	KEXPECT(!lru_size(LRU_ACTIVE_FILE) || workingset_test_recent(shadow, true, &workingset));
	workingset_test_recent(shadow, false, &workingset);
	KEXPECT(!workingset);
}

/* PAGES pages go out and come back; between, `meanwhile` others are evicted. => how many are active afterwards; -1: no memory */
static int active_after_return(unsigned long meanwhile)
{
	struct mm *mm = test_mm(1);
	int active = 0;

	if (!mm || test_touch(mm, TEST_BASE, PAGES))
		return -1;
	do_madvise(mm, TEST_BASE, PAGES * PAGE_SIZE, TEST_MADV_PAGEOUT);
	test_drop_swap_cache();
	lru_age_nonresident(&NODE0->lruvec, meanwhile);
	active = -(int)test_wrong(mm, TEST_BASE, PAGES);
	for (unsigned int i = 0; i < PAGES; i++) {
		struct page *page = test_page(mm, TEST_BASE + i * PAGE_SIZE);

		active += page && PageActive(page);
		if (page)
			put_page(page);
	}
	mmput(mm);
	return active;
}

/* Pages on the active list, so that there are places to compete for. Drop it with mmput(). */
static struct mm *active_mm(void)
{
	struct mm *mm = test_mm(1);

	if (!mm || test_touch(mm, TEST_BASE, HPAGE_PMD_NR))
		return mm;
	lru_add_drain_all();
	for (unsigned int i = 0; i < HPAGE_PMD_NR; i++) {
		struct page *page = test_page(mm, TEST_BASE + i * PAGE_SIZE);

		if (page) {
			activate_page(page);
			put_page(page);
		}
	}
	return mm;
}

KTEST(workingset, what_comes_back_soon_begins_active)
{
	enum thp_enabled before = test_thp(THP_NEVER);
	unsigned long refaults = vm_event_total(WORKINGSET_REFAULT_ANON);
	unsigned long activated = vm_event_total(WORKINGSET_ACTIVATE_ANON);
	struct mm *active = active_mm();

	KASSERT_TRUE(active && ram_disk_on());
	KEXPECT_EQ(active_after_return(0), PAGES);
	KEXPECT_GE(vm_event_total(WORKINGSET_REFAULT_ANON) - refaults, (unsigned long)PAGES);
	KEXPECT_GE(vm_event_total(WORKINGSET_ACTIVATE_ANON) - activated, (unsigned long)PAGES);
	KEXPECT_EQ(ram_disk_off(), 0);
	mmput(active);
	test_thp(before);
}

KTEST(workingset, what_comes_back_late_begins_inactive)
{
	enum thp_enabled before = test_thp(THP_NEVER);
	unsigned long refaults = vm_event_total(WORKINGSET_REFAULT_ANON);
	unsigned long activated = vm_event_total(WORKINGSET_ACTIVATE_ANON);
	struct mm *active = active_mm();

	KASSERT_TRUE(active && ram_disk_on());
	KEXPECT_EQ(active_after_return(all_places()), 0);
	KEXPECT_GE(vm_event_total(WORKINGSET_REFAULT_ANON) - refaults, (unsigned long)PAGES);
	KEXPECT_EQ(vm_event_total(WORKINGSET_ACTIVATE_ANON), activated);
	KEXPECT_EQ(ram_disk_off(), 0);
	mmput(active);
	test_thp(before);
}

KTEST(workingset, a_page_of_the_workingset_that_returns_is_restored_and_costs)
{
	enum thp_enabled before = test_thp(THP_NEVER);
	unsigned long restored = vm_event_total(WORKINGSET_RESTORE_ANON);
	struct mm *active = active_mm();
	struct page *page;

	KASSERT_TRUE(active && ram_disk_on());
	page = test_page(active, TEST_BASE);
	KASSERT_TRUE(page);
	SetPageWorkingset(page);
	put_page(page);
	do_madvise(active, TEST_BASE, PAGE_SIZE, TEST_MADV_PAGEOUT);
	test_drop_swap_cache();
	NODE0->lruvec.anon_cost = 0;
	KEXPECT_EQ(test_wrong(active, TEST_BASE, 1), 0U);
	page = test_page(active, TEST_BASE);
	KASSERT_TRUE(page);
	KEXPECT(PageWorkingset(page) && PageActive(page));
	KEXPECT_GT(NODE0->lruvec.anon_cost, 0UL);
	KEXPECT_EQ(vm_event_total(WORKINGSET_RESTORE_ANON) - restored, 1UL);
	put_page(page);
	mmput(active);
	KEXPECT_EQ(ram_disk_off(), 0);
	test_thp(before);
}

KTEST(workingset, a_free_slot_remembers_nothing)
{
	enum thp_enabled before = test_thp(THP_NEVER);
	struct mm *mm = test_mm(1);
	swp_entry_t entry;

	KASSERT_TRUE(mm && ram_disk_on());
	KEXPECT_EQ(test_touch(mm, TEST_BASE, 1), 0);
	do_madvise(mm, TEST_BASE, PAGE_SIZE, TEST_MADV_PAGEOUT);
	test_drop_swap_cache();
	KASSERT_EQ(get_mm_counter(mm, MM_SWAPENTS), 1UL);
	entry = pte_to_swp_entry(ptep_get(pte_offset(pmdp_get(mm_find_pmd(mm, TEST_BASE)), TEST_BASE)));
	KEXPECT_NE(swap_take_shadow(entry), 0U);
	KEXPECT_EQ(swap_take_shadow(entry), 0U);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, 1), 0U);
	do_madvise(mm, TEST_BASE, PAGE_SIZE, TEST_MADV_PAGEOUT);
	test_drop_swap_cache();
	KASSERT_EQ(get_mm_counter(mm, MM_SWAPENTS), 1UL);
	entry = pte_to_swp_entry(ptep_get(pte_offset(pmdp_get(mm_find_pmd(mm, TEST_BASE)), TEST_BASE)));
	mmput(mm);
	KEXPECT_EQ(swap_take_shadow(entry), 0U);
	KEXPECT_EQ(ram_disk_off(), 0);
	test_thp(before);
}
