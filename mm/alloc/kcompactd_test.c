/* mm/alloc/kcompactd_test.c - the daemon does what it was woken for, and what it sees by itself.
 */
#include <mm/alloc/page_alloc.h>
#include <mm/check/test_fragment.h>
#include <mm/frame/vmstat.h>
#include <kernel/sched/task.h>

/* Until the daemon has counted a run: it does that at the end. */
static void wait_for_run(unsigned long scanned)
{
	while (vm_event_total(KCOMPACTD_MIGRATE_SCANNED) == scanned)
		schedule_timeout_uninterruptible(1);
}

KTEST(kcompactd, makes_a_block_when_it_is_woken_for_one)
{
	NO_PROACTIVE_COMPACTION();
	unsigned long scanned, wakes, blocks;
	LIST_HEAD(held);
	unsigned int pages;
	struct mm *mm = test_fragment(&pages);

	KASSERT_TRUE(mm);
	hold_blocks(&held);
	forget_compaction_failures();
	blocks = free_huge_blocks();
	scanned = vm_event_total(KCOMPACTD_MIGRATE_SCANNED);
	wakes = vm_event_total(KCOMPACTD_WAKE);
	wakeup_kcompactd(HPAGE_PMD_ORDER);
	wait_for_run(scanned);
	KEXPECT_GT(vm_event_total(KCOMPACTD_WAKE), wakes);
	KEXPECT_GT(free_huge_blocks(), blocks);
	put_blocks(&held);
	KEXPECT_EQ(test_fragment_wrong(mm, pages), 0U);
	mmput(mm);
}

KTEST(kcompactd, works_ahead_when_memory_is_in_pieces)
{
	unsigned int knob = sysctl_compaction_proactiveness, pages, score;
	unsigned long wakes = vm_event_total(KCOMPACTD_WAKE), scanned = vm_event_total(KCOMPACTD_MIGRATE_SCANNED);
	struct mm *mm = test_fragment(&pages);

	KASSERT_TRUE(mm);
	score = fragmentation_score_node();
	KEXPECT_GT(score, 15U);
	sysctl_compaction_proactiveness = 100;
	wakeup_kcompactd_proactively();
	wait_for_run(scanned);
	while (fragmentation_score_node() >= score)
		schedule_timeout_uninterruptible(1);
	sysctl_compaction_proactiveness = knob;
	/* Nobody has asked for anything. */
	KEXPECT_EQ(vm_event_total(KCOMPACTD_WAKE), wakes);
	KEXPECT_EQ(test_fragment_wrong(mm, pages), 0U);
	mmput(mm);
}
