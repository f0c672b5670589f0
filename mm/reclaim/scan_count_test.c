/* mm/reclaim/scan_count_test.c - how many pages of each list a run looks at.
 */
#include <mm/reclaim/scan.h>
#include <kernel/debug/ktest.h>

static const struct scan_balance even = {
	.swappiness = 100, .priority = 4, .may_swap = true,
	.size = { [LRU_INACTIVE_ANON] = 16000, [LRU_ACTIVE_ANON] = 16000, [LRU_INACTIVE_FILE] = 16000,
		  [LRU_ACTIVE_FILE] = 16000 },
};

KTEST(reclaim_balance, without_swap_space_only_file_pages)
{
	struct scan_balance in = even;
	unsigned long nr[NR_LRU_LISTS];

	in.may_swap = false;
	get_scan_count(&in, nr);
	KEXPECT_EQ(nr[LRU_INACTIVE_ANON], 0UL);
	KEXPECT_EQ(nr[LRU_ACTIVE_ANON], 0UL);
	KEXPECT_EQ(nr[LRU_INACTIVE_FILE], 1000UL);
}

KTEST(reclaim_balance, even_swappiness_and_cost_give_even_shares)
{
	unsigned long nr[NR_LRU_LISTS];

	get_scan_count(&even, nr);
	KEXPECT_EQ(nr[LRU_INACTIVE_ANON], nr[LRU_INACTIVE_FILE]);
	KEXPECT_EQ(nr[LRU_INACTIVE_ANON], 500UL);
}

KTEST(reclaim_balance, swappiness_60_prefers_file_pages)
{
	struct scan_balance in = even;
	unsigned long nr[NR_LRU_LISTS];

	in.swappiness = 60;
	get_scan_count(&in, nr);
	KEXPECT_EQ(nr[LRU_INACTIVE_ANON], 300UL);
	KEXPECT_EQ(nr[LRU_INACTIVE_FILE], 700UL);
}

KTEST(reclaim_balance, the_dearer_kind_is_asked_for_less_but_never_for_nothing)
{
	struct scan_balance in = even;
	unsigned long nr[NR_LRU_LISTS];

	in.anon_cost = 1000000;
	get_scan_count(&in, nr);
	KEXPECT_LT(nr[LRU_INACTIVE_ANON], nr[LRU_INACTIVE_FILE]);
	KEXPECT_GT(nr[LRU_INACTIVE_ANON], 300UL);
}

KTEST(reclaim_balance, the_last_priority_takes_everything)
{
	struct scan_balance in = even;
	unsigned long nr[NR_LRU_LISTS];

	in.priority = 0;
	in.swappiness = 1;
	get_scan_count(&in, nr);
	KEXPECT_EQ(nr[LRU_INACTIVE_ANON], 16000UL);
	KEXPECT_EQ(nr[LRU_INACTIVE_FILE], 16000UL);
}

KTEST(reclaim_balance, few_file_pages_mean_anonymous_ones)
{
	struct scan_balance in = even;
	unsigned long nr[NR_LRU_LISTS];

	in.file_is_tiny = true;
	get_scan_count(&in, nr);
	KEXPECT_EQ(nr[LRU_INACTIVE_FILE], 0UL);
	KEXPECT_EQ(nr[LRU_INACTIVE_ANON], 1000UL);
}

KTEST(reclaim_balance, swappiness_zero_leaves_anonymous_pages_alone)
{
	struct scan_balance in = even;
	unsigned long nr[NR_LRU_LISTS];

	in.swappiness = 0;
	get_scan_count(&in, nr);
	KEXPECT_EQ(nr[LRU_INACTIVE_ANON], 0UL);
}

KTEST(reclaim_balance, inactive_is_low_by_the_root_of_the_size)
{
	unsigned long gb = 1UL << (30 - PAGE_SHIFT);

	KEXPECT(inactive_is_low(99, 100));
	KEXPECT(!inactive_is_low(100, 100));
	/* 10 GB: the root of 100 is 10, so a tenth is enough */
	KEXPECT(!inactive_is_low(gb, 9 * gb));
	KEXPECT(inactive_is_low(gb / 2, 10 * gb));
}
