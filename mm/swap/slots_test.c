/* mm/swap/slots_test.c - slots and the swap cache, on an area without a disk that nobody else gets slots from.
 */
#include <mm/swap/slots.h>
#include <kernel/debug/ktest.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <mm/alloc/page_alloc.h>
#include <mm/alloc/vmalloc.h>
#include <mm/frame/page_lock.h>

#define TEST_SLOTS	(3 * SWAP_CLUSTER_SLOTS + 100)

static struct swap_header_info info;

static struct swap_area *new_area(u32 nr_slots)
{
	static int no_disks[2], next;
	void *tables = vzalloc(swap_area_table_bytes(nr_slots));
	int type;

	info.last_page = nr_slots - 1;
	type = tables ? swap_area_activate((struct block_device *)&no_disks[next++ % 2], "test", &info, 0, tables) : -ENOMEM;
	if (type < 0)
		return NULL;
	swap_area_stop_alloc(&swap_areas[type]);
	return &swap_areas[type];
}

static void drop_area(struct swap_area *area)
{
	vfree(swap_area_release(area));
	info.nr_badpages = 0;
}

/* A page as reclaim brings it: anonymous, locked, referenced. */
static struct page *new_page(unsigned int order)
{
	struct page *page = alloc_pages(GFP_KERNEL | (order ? __GFP_COMP : 0), order);

	if (!page)
		return NULL;
	SetPageSwapBacked(page);
	SetPageUptodate(page);
	ASSERT(trylock_page(page));	/* not lock_page: some tests have two, and nobody else knows them */
	return page;
}

static void drop_page(struct page *page)
{
	if (PageSwapCache(page))
		delete_from_swap_cache(page);
	unlock_page(page);
	put_page(page);
}

/* slot_alloc with the cache's references, as add_to_swap does it */
static bool alloc_in(struct swap_area *area, struct page *page, swp_entry_t *entry)
{
	page_ref_add(page, compound_nr(page));
	if (slot_alloc(area, page, entry))
		return true;
	page_ref_add(page, -(int)compound_nr(page));
	return false;
}

static bool is_free(swp_entry_t entry)
{
	bool has_count, has_cache;

	return swap_area_next_used(entry_area(entry), swp_offset(entry), &has_count, &has_cache) != swp_offset(entry);
}

KTEST(swap_slots, the_first_slot_is_not_the_header)
{
	struct swap_area *area = new_area(TEST_SLOTS);
	struct page *page = new_page(0);
	swp_entry_t e = { 0 };

	KASSERT_TRUE(area && page);
	KEXPECT(alloc_in(area, page, &e));
	KEXPECT_NE(swp_offset(e), 0ULL);
	KEXPECT_EQ(page_swap_entry(page).val, e.val);
	KEXPECT_EQ(page_count(page), 2);
	drop_page(page);
	KEXPECT(is_free(e));
	drop_area(area);
}

KTEST(swap_slots, slot_is_not_reused_while_the_cache_holds_it)
{
	struct swap_area *area = new_area(TEST_SLOTS);
	struct page *page = new_page(0);
	swp_entry_t e;

	KASSERT_TRUE(area && page && alloc_in(area, page, &e));
	KEXPECT_EQ(swap_duplicate(e), 0);
	KEXPECT_EQ(swap_count(e), 1);
	swap_free(e);
	KEXPECT(!is_free(e));
	delete_from_swap_cache(page);
	KEXPECT(is_free(e));
	drop_page(page);
	drop_area(area);
}

KTEST(swap_slots, slot_is_not_reused_while_an_entry_names_it)
{
	struct swap_area *area = new_area(TEST_SLOTS);
	struct page *page = new_page(0);
	swp_entry_t e;

	KASSERT_TRUE(area && page && alloc_in(area, page, &e));
	KEXPECT_EQ(swap_duplicate(e), 0);
	KEXPECT_EQ(swap_duplicate(e), 0);
	delete_from_swap_cache(page);
	swap_free(e);
	KEXPECT(!is_free(e));
	swap_free(e);
	KEXPECT(is_free(e));
	KEXPECT_EQ(swap_duplicate(e), -EINVAL);
	drop_page(page);
	drop_area(area);
}

#define MANY_SHARERS	70001

static struct swap_cluster *cluster_of(swp_entry_t e)
{
	return &entry_area(e)->clusters[swp_offset(e) / SWAP_CLUSTER_SLOTS];
}

KTEST(swap_slots, a_count_goes_on_above_what_fits_into_it)
{
	struct swap_area *area = new_area(TEST_SLOTS);
	struct page *page = new_page(0), *other = new_page(0);
	swp_entry_t e, o;
	int wrong = 0;

	KASSERT_TRUE(area && page && other && alloc_in(area, page, &e) && alloc_in(area, other, &o));
	KEXPECT_EQ(swap_duplicate(o), 0);
	for (int i = 1; i <= MANY_SHARERS; i++)
		wrong += swap_duplicate(e) != 0 || swap_count(e) != i || (i <= SLOT_COUNT_MAX && cluster_of(e)->more);
	KEXPECT_EQ(wrong, 0);
	KEXPECT(cluster_of(e)->more && cluster_of(e)->nr_more == 1);
	KEXPECT_EQ(swap_count(o), 1);		/* its neighbour's */
	delete_from_swap_cache(page);
	for (int i = MANY_SHARERS - 1; i >= 0; i--) {
		swap_free(e);
		wrong += swap_count(e) != i || (i <= SLOT_COUNT_MAX && cluster_of(e)->more) || is_free(e) != !i;
	}
	KEXPECT_EQ(wrong, 0);
	KEXPECT_EQ(swap_duplicate(e), -EINVAL);
	swap_free(o);
	drop_page(page);
	drop_page(other);
	drop_area(area);
}

KTEST(swap_slots, a_range_is_counted_above_62_as_a_whole)
{
	struct swap_area *area = new_area(TEST_SLOTS);
	struct page *huge = new_page(HPAGE_PMD_ORDER);
	unsigned int wrong = 0;
	swp_entry_t e;

	KASSERT_TRUE(area && huge && alloc_in(area, huge, &e));
	for (int i = 0; i < 100; i++)
		wrong += swap_duplicate_range(e, HPAGE_PMD_NR) != 0;
	KEXPECT_EQ(wrong, 0U);
	KEXPECT_EQ(cluster_of(e)->nr_more, (u16)HPAGE_PMD_NR);
	for (unsigned int i = 0; i < HPAGE_PMD_NR; i++)
		wrong += swap_count((swp_entry_t){ e.val + i }) != 100;
	for (unsigned int i = 0; i < 100 * HPAGE_PMD_NR; i++)
		swap_free((swp_entry_t){ e.val + i % HPAGE_PMD_NR });
	KEXPECT_EQ(wrong, 0U);
	KEXPECT(!cluster_of(e)->more);
	KEXPECT(!page_swapped(huge));
	drop_page(huge);
	drop_area(area);
}

KTEST(swap_slots, holes_are_filled_before_a_free_cluster_is_begun)
{
	struct swap_area *area = new_area(4 * SWAP_CLUSTER_SLOTS);
	static struct page *pages[2 * SWAP_CLUSTER_SLOTS];
	unsigned int n = 2 * SWAP_CLUSTER_SLOTS - 1, holes = 0;
	swp_entry_t e;

	KASSERT_TRUE(area);
	for (unsigned int i = 0; i < n; i++)	/* clusters 0 and 1: all but the header */
		KASSERT_TRUE((pages[i] = new_page(0)) && alloc_in(area, pages[i], &e));
	for (unsigned int i = 0; i < n; i += 64, holes++)
		delete_from_swap_cache(pages[i]);
	for (unsigned int i = 0; i < n; i += 64) {
		KEXPECT(alloc_in(area, pages[i], &e));
		KEXPECT_LT(swp_offset(e), 2ULL * SWAP_CLUSTER_SLOTS);
	}
	KEXPECT(cluster_next(area, CLUSTER_FREE) && !cluster_next(area, CLUSTER_NONFULL));
	KEXPECT_EQ(atomic_read(&area->nr_used), (int)n);
	for (unsigned int i = 0; i < n; i++)
		drop_page(pages[i]);
	drop_area(area);
}

KTEST(swap_slots, a_cpu_keeps_its_cluster_until_the_end)
{
	struct swap_area *area = new_area(4 * SWAP_CLUSTER_SLOTS);
	struct page *page = new_page(0), *second = new_page(0), *huge = new_page(HPAGE_PMD_ORDER);
	swp_entry_t e, f, h;

	KASSERT_TRUE(area && page && second && huge && alloc_in(area, page, &e));
	KEXPECT_EQ(cluster_of(e)->state, CLUSTER_OWNED);
	/* Another CPU's: nobody else takes from it while there is another one. */
	cluster_of(e)->owner = MAX_CPUS;
	KEXPECT(alloc_in(area, second, &f));
	KEXPECT(cluster_of(f) != cluster_of(e));
	/* Emptied, it is free for a huge page, whoever had it. */
	if (cluster_of(f) == area->clusters)
		delete_from_swap_cache(page);
	else
		delete_from_swap_cache(second);
	KEXPECT(alloc_in(area, huge, &h) && cluster_of(h)->state == CLUSTER_FULL);
	drop_page(huge);
	drop_page(page);
	drop_page(second);
	drop_area(area);
}

KTEST(swap_slots, the_last_holes_are_taken_from_another_cpus_cluster)
{
	struct swap_area *area = new_area(4);
	struct page *page = new_page(0), *second = new_page(0);
	swp_entry_t e, f;

	KASSERT_TRUE(area && page && second && alloc_in(area, page, &e));
	cluster_of(e)->owner = MAX_CPUS;
	KEXPECT(alloc_in(area, second, &f));
	KEXPECT_EQ(cluster_of(e)->owner, (u8)MAX_CPUS);
	drop_page(page);
	drop_page(second);
	drop_area(area);
}

/* Slots that add_to_swap takes from each of the two areas for nr pages. */
static void spread(struct swap_area *a, struct swap_area *b, unsigned int nr, unsigned int *in_a, unsigned int *in_b)
{
	static struct page *pages[4 * SWAP_CLUSTER_SLOTS];
	unsigned int n;

	*in_a = *in_b = 0;
	for (n = 0; n < nr; n++) {
		pages[n] = new_page(0);
		if (!pages[n] || add_to_swap(pages[n]) != SLOT_OK)
			break;
		*in_a += entry_area(page_swap_entry(pages[n])) == a;
		*in_b += entry_area(page_swap_entry(pages[n])) == b;
	}
	for (unsigned int i = 0; i <= n && i < nr; i++)
		if (pages[i])
			drop_page(pages[i]);
}

KTEST(swap_slots, equals_take_turns_and_a_higher_priority_goes_first)
{
	struct swap_area *a = new_area(2 * SWAP_CLUSTER_SLOTS), *b = new_area(2 * SWAP_CLUSTER_SLOTS);
	unsigned int in_a, in_b;

	KASSERT_TRUE(a && b);
	a->priority = b->priority = 1000;
	swap_area_restart_alloc(a);
	swap_area_restart_alloc(b);
	spread(a, b, 2 * SWAP_CLUSTER_SLOTS - 2, &in_a, &in_b);
	/* The remainder of the first cluster may have been begun before. */
	KEXPECT_EQ(in_a + in_b, 2U * SWAP_CLUSTER_SLOTS - 2);
	KEXPECT_GE(in_a, SWAP_CLUSTER_SLOTS / 2U);
	KEXPECT_GE(in_b, SWAP_CLUSTER_SLOTS / 2U);
	swap_area_stop_alloc(b);
	b->priority = 1001;
	swap_area_restart_alloc(b);
	spread(a, b, 2 * SWAP_CLUSTER_SLOTS, &in_a, &in_b);
	KEXPECT_GE(in_b, 2U * SWAP_CLUSTER_SLOTS - 1 - SWAP_CLUSTER_SLOTS);
	swap_area_stop_alloc(a);
	spread(a, b, 2 * SWAP_CLUSTER_SLOTS - 1, &in_a, &in_b);
	KEXPECT_EQ(in_a, 0U);
	KEXPECT_EQ(in_b, 2U * SWAP_CLUSTER_SLOTS - 1);
	swap_area_stop_alloc(b);
	drop_area(a);
	drop_area(b);
}

KTEST(swap_slots, entries_that_name_nothing_are_refused)
{
	struct swap_area *area = new_area(TEST_SLOTS);
	unsigned int type;

	KASSERT_TRUE(area);
	type = area->type;
	KEXPECT(!swap_entry_valid(swp_entry(type, 0)));
	KEXPECT(!swap_entry_valid(swp_entry(type, TEST_SLOTS)));
	KEXPECT(swap_entry_valid(swp_entry(type, TEST_SLOTS - 1)));
	KEXPECT_EQ(swap_duplicate(swp_entry(type, TEST_SLOTS + 5)), -EINVAL);
	KEXPECT_EQ(swap_duplicate(swp_entry(MAX_SWAPFILES - 1, 1)), -EINVAL);
	drop_area(area);
	KEXPECT(!swap_entry_valid(swp_entry(type, 1)));
}

KTEST(swap_slots, a_huge_page_takes_a_whole_cluster_until_there_is_none)
{
	struct swap_area *area = new_area(TEST_SLOTS);
	struct page *huge[3] = { };
	swp_entry_t e[3];

	KASSERT_TRUE(area);
	/* 3.2 clusters: the first has the header, the last is too short. */
	for (int i = 0; i < 3; i++)
		huge[i] = new_page(HPAGE_PMD_ORDER);
	KASSERT_TRUE(huge[0] && huge[1] && huge[2]);
	KEXPECT(alloc_in(area, huge[0], &e[0]));
	KEXPECT(alloc_in(area, huge[1], &e[1]));
	KEXPECT(!alloc_in(area, huge[2], &e[2]));
	KEXPECT_EQ(swp_offset(e[0]) % SWAP_CLUSTER_SLOTS, 0ULL);
	KEXPECT_EQ(page_swap_entry(huge[0] + 7).val, e[0].val + 7);
	KEXPECT_EQ(page_count(huge[0]), 1 + (int)HPAGE_PMD_NR);
	for (int i = 0; i < 3; i++)
		drop_page(huge[i]);
	KEXPECT_EQ(atomic_read(&area->nr_used), 0);
	drop_area(area);
}

KTEST(swap_slots, single_slots_are_neighbours_and_run_out_exactly)
{
	struct swap_area *area = new_area(SWAP_CLUSTER_SLOTS);
	static struct page *pages[SWAP_CLUSTER_SLOTS];
	swp_entry_t e, last = { 0 };
	unsigned int n, gaps = 0;

	KASSERT_TRUE(area);
	for (n = 0; n < SWAP_CLUSTER_SLOTS; n++) {
		pages[n] = new_page(0);
		if (!pages[n] || !alloc_in(area, pages[n], &e))
			break;
		gaps += n && e.val != last.val + 1;
		last = e;
	}
	KEXPECT_EQ(n, SWAP_CLUSTER_SLOTS - 1U);		/* all but the header */
	KEXPECT_EQ(gaps, 0U);
	for (unsigned int i = 0; i <= n && i < SWAP_CLUSTER_SLOTS; i++)
		if (pages[i])
			drop_page(pages[i]);
	drop_area(area);
}

KTEST(swap_slots, bad_pages_are_never_handed_out)
{
	struct swap_area *area;
	struct page *page = new_page(0);
	swp_entry_t e;

	info.nr_badpages = 3;
	info.badpages[0] = 1;
	info.badpages[1] = 2;
	info.badpages[2] = 2;	/* listed twice */
	area = new_area(5);
	KASSERT_TRUE(area && page);
	KEXPECT_EQ(atomic_read(&area->nr_usable), 2);
	KEXPECT(alloc_in(area, page, &e));
	KEXPECT_GE(swp_offset(e), 3ULL);
	drop_page(page);
	drop_area(area);
}

KTEST(swap_slots, a_retired_slot_is_not_handed_out_again)
{
	struct swap_area *area = new_area(3);
	struct page *page = new_page(0);
	swp_entry_t first, second;

	KASSERT_TRUE(area && page && alloc_in(area, page, &first));
	KEXPECT(slot_retire(first));
	KEXPECT(!slot_retire(first));
	delete_from_swap_cache(page);
	KEXPECT(!swap_entry_valid(first));
	KEXPECT(alloc_in(area, page, &second));
	KEXPECT_NE(first.val, second.val);
	KEXPECT_EQ(atomic_read(&area->nr_usable), 1);
	drop_page(page);
	drop_area(area);
}

KTEST(swap_cache, a_look_up_finds_the_page_and_holds_it)
{
	struct swap_area *area = new_area(TEST_SLOTS);
	struct page *page = new_page(0), *found;
	swp_entry_t e;

	KASSERT_TRUE(area && page && alloc_in(area, page, &e));
	found = swap_cache_get(e);
	KEXPECT(found == page);
	KEXPECT_EQ(page_count(page), 3);
	put_page(found);
	KEXPECT(!swap_cache_get(swp_entry(area->type, swp_offset(e) + 1)));
	drop_page(page);
	drop_area(area);
}

KTEST(swap_cache, a_frozen_page_is_not_found)
{
	struct swap_area *area = new_area(TEST_SLOTS);
	struct page *page = new_page(0);
	swp_entry_t e;

	KASSERT_TRUE(area && page && alloc_in(area, page, &e));
	KASSERT_TRUE(page_ref_freeze(page, 2));
	KEXPECT(!swap_cache_get(e));
	page_ref_unfreeze(page, 2);
	drop_page(page);
	drop_area(area);
}

KTEST(swap_cache, two_that_read_the_same_slot_meet)
{
	struct swap_area *area = new_area(TEST_SLOTS);
	struct page *first = new_page(0), *second = new_page(0);
	swp_entry_t e;

	KASSERT_TRUE(area && first && second && alloc_in(area, first, &e));
	KEXPECT_EQ(swap_duplicate(e), 0);
	delete_from_swap_cache(first);
	KEXPECT_EQ(swap_cache_add(first, e), 0);
	KEXPECT_EQ(swap_cache_add(second, e), -EEXIST);
	KEXPECT_EQ(page_count(second), 1);
	delete_from_swap_cache(first);
	swap_free(e);
	KEXPECT_EQ(swap_cache_add(second, e), -ENOENT);
	drop_page(first);
	drop_page(second);
	drop_area(area);
}

KTEST(swap_cache, a_page_that_leaves_without_users_is_dirty)
{
	struct swap_area *area = new_area(TEST_SLOTS);
	struct page *page = new_page(0);
	swp_entry_t e;

	KASSERT_TRUE(area && page && alloc_in(area, page, &e));
	ClearPageDirty(page);
	KEXPECT_EQ(swap_duplicate(e), 0);
	KEXPECT(!try_to_free_swap(page));
	swap_free(e);
	KEXPECT(try_to_free_swap(page));
	KEXPECT(PageDirty(page));
	drop_page(page);
	drop_area(area);
}
