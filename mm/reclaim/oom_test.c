/* mm/reclaim/oom_test.c - whose end brings back most memory.
 */
#include <mm/reclaim/reclaim.h>
#include <kernel/debug/ktest.h>
#include <kernel/lib/bitmap.h>

static struct mm mm_with(long anon, long swapped, long table_pages)
{
	struct mm mm = { };

	atomic_long_set(&mm.rss[MM_ANONPAGES], anon);
	atomic_long_set(&mm.rss[MM_SWAPENTS], swapped);
	atomic_long_set(&mm.pgtables_bytes, table_pages * PAGE_SIZE);
	return mm;
}

KTEST(oom, score_is_resident_plus_swapped_plus_tables)
{
	struct mm mm = mm_with(1000, 500, 3);

	KEXPECT_EQ(oom_badness(&mm, 0, 100000), 1503UL);
}

KTEST(oom, score_adj_counts_in_thousandths_of_all_memory)
{
	struct mm mm = mm_with(1000, 0, 0);

	KEXPECT_EQ(oom_badness(&mm, 10, 100000), 2000UL);
	KEXPECT_EQ(oom_badness(&mm, -5, 100000), 500UL);
}

KTEST(oom, a_score_never_falls_to_never_by_adjustment)
{
	struct mm mm = mm_with(1000, 0, 0);

	KEXPECT_EQ(oom_badness(&mm, -999, 100000), 1UL);
}

KTEST(oom, minus_1000_and_reaped_ones_are_never_chosen)
{
	struct mm mm = mm_with(1000, 0, 0);

	KEXPECT_EQ(oom_badness(&mm, -1000, 100000), 0UL);
	set_bit(MMF_OOM_SKIP, &mm.flags);
	KEXPECT_EQ(oom_badness(&mm, 1000, 100000), 0UL);
}
