/* mm/reclaim/direct_test.c - who reclaims for himself takes about what he needs.
 */
#include <mm/reclaim/reclaim.h>
#include <mm/check/ram_disk.h>
#include <mm/check/test_mm.h>
#include <mm/frame/vmstat.h>

#define MADV_COLD	20
#define ORDER	8	/* below a pageblock: for more, free memory that lies in pieces is left to compaction */

KTEST(direct_reclaim, what_is_on_its_way_to_a_slow_disk_is_waited_for_and_not_added_to)
{
	struct mm *mm = test_mm(16);
	unsigned int pages = 16 * HPAGE_PMD_NR;
	enum thp_enabled before = thp_enabled;
	unsigned long written = vm_event_total(PSWPOUT);

	KASSERT_TRUE(mm && ram_disk_on());
	test_thp(THP_NEVER);
	KEXPECT_EQ(test_touch(mm, TEST_BASE, pages), 0);
	KEXPECT_EQ(do_madvise(mm, TEST_BASE, pages * PAGE_SIZE, MADV_COLD), 0);
	lru_add_drain_all();
	KEXPECT(ram_disk_slow(true));
	KEXPECT_GT(try_to_free_pages(ORDER, GFP_KERNEL), 0UL);
	written = vm_event_total(PSWPOUT) - written;
	KEXPECT(ram_disk_slow(false));
	/* Twice, and the clusters that were begun; from priority to priority, written anew each time, it would be ten times. */
	KEXPECT_GT(written, 0UL);
	KEXPECT_LE(written, 3UL << ORDER);
	KEXPECT_EQ(test_wrong(mm, TEST_BASE, pages), 0U);
	mmput(mm);
	KEXPECT_EQ(ram_disk_off(), 0);
	test_thp(before);
}
