/* mm/collapse/khugepaged_test.c - the daemon: whose turn it is, who waits for it, and how hard it looks for a huge page.
 */
#include <mm/collapse/khugepaged.h>
#include <mm/alloc/page_alloc.h>
#include <mm/check/test_fragment.h>
#include <mm/check/test_mm.h>
#include <mm/frame/vmstat.h>
#include <mm/reclaim/compact.h>
#include <mm/rmap/anon_vma.h>
#include <kernel/sched/task.h>
#include <kernel/sync/completion.h>

#define NR_MMS	500

/* The daemon in a hurry, and as it was. */
static struct khugepaged_config config_before;
static unsigned int none_before;

static void hurry(unsigned int pages_to_scan)
{
	config_before = khugepaged;
	none_before = khugepaged_max_ptes_none;
	khugepaged.scan_sleep_millisecs = 1;
	khugepaged.pages_to_scan = pages_to_scan;
}

static void no_hurry(void)
{
	khugepaged.scan_sleep_millisecs = config_before.scan_sleep_millisecs;
	khugepaged.pages_to_scan = config_before.pages_to_scan;
	khugepaged_max_ptes_none = none_before;
}

/* One small page in 2 MB that khugepaged may look at. */
static struct mm *watched_mm(unsigned int nr)
{
	enum thp_enabled before = test_thp(THP_NEVER);
	struct mm *mm = test_mm(1);

	if (mm && test_touch(mm, TEST_BASE, nr)) {
		mmput(mm);
		mm = NULL;
	}
	if (mm) {
		mmap_read_lock(mm);
		khugepaged_enter_hook(find_vma(mm, TEST_BASE));
		mmap_read_unlock(mm);
	}
	test_thp(before);
	return mm;
}

static void wait_for_full_scans(unsigned long nr)
{
	unsigned long end = READ_ONCE(khugepaged.full_scans) + nr;

	while (READ_ONCE(khugepaged.full_scans) < end)
		schedule_timeout_uninterruptible(1);
}

KTEST(khugepaged, five_hundred_address_spaces_have_their_turn_in_each_round)
{
	enum thp_enabled before = test_thp(THP_NEVER);
	unsigned long scans, seen, rounds, most;
	static struct mm *mms[NR_MMS];

	hurry(20 * HPAGE_PMD_NR);
	khugepaged_max_ptes_none = 0;
	for (unsigned int i = 0; i < NR_MMS; i++) {
		mms[i] = watched_mm(1);
		KASSERT_TRUE(mms[i]);
	}
	scans = khugepaged.full_scans;
	seen = khugepaged.results[SCAN_EXCEED_NONE_PTE];
	test_thp(THP_ALWAYS);
	khugepaged_wake();
	wait_for_full_scans(3);
	/* It goes on meanwhile: what it had seen before we read the rounds, and after. */
	most = READ_ONCE(khugepaged.results[SCAN_EXCEED_NONE_PTE]) - seen;
	rounds = READ_ONCE(khugepaged.full_scans) - scans;
	KEXPECT_GE(READ_ONCE(khugepaged.results[SCAN_EXCEED_NONE_PTE]) - seen, rounds * NR_MMS);
	KEXPECT_LE(most, (rounds + 1) * NR_MMS);
	/* They go while it works on them. */
	for (unsigned int i = 0; i < NR_MMS; i++)
		mmput(mms[i]);
	no_hurry();
	test_thp(before);
}

/* The last user of an address space, in a thread of its own. */
struct last_user {
	struct mm	*mm;
	struct completion gone;
};

static int put_last(void *arg)
{
	struct last_user *u = arg;

	mmput(u->mm);
	complete(&u->gone);
	return 0;
}

KTEST(khugepaged, exit_waits_while_it_works_on_the_address_space)
{
	enum thp_enabled before = test_thp(THP_NEVER);
	struct last_user u = { .mm = watched_mm(HPAGE_PMD_NR) };
	struct anon_vma *anon_vma;
	struct mm *mm = u.mm;

	KASSERT_TRUE(mm);
	init_completion(&u.gone);
	lru_add_drain_all();
	anon_vma = find_vma(mm, TEST_BASE)->anon_vma;
	mmgrab(mm);
	anon_vma_lock_read(anon_vma);
	hurry(HPAGE_PMD_NR);
	test_thp(THP_ALWAYS);
	khugepaged_wake();
	/* It has taken mmap_lock for writing, to collapse, and waits for the lock of the reverse map. */
	while (mmap_read_trylock(mm)) {
		mmap_read_unlock(mm);
		schedule_timeout_uninterruptible(1);
	}
	KASSERT_TRUE(!IS_ERR(kthread_run(put_last, &u, "last_user")));
	KEXPECT(!wait_for_completion_timeout(&u.gone, HZ / 4));
	KEXPECT_EQ(get_mm_counter(mm, MM_ANONPAGES), HPAGE_PMD_NR);
	anon_vma_unlock_read(anon_vma);
	wait_for_completion(&u.gone);
	KEXPECT_EQ(get_mm_counter(mm, MM_ANONPAGES), 0UL);
	no_hurry();
	test_thp(before);
	mmdrop(mm);
}

KTEST(khugepaged, the_reserve_follows_the_policy)
{
	enum thp_enabled before = test_thp(THP_NEVER);
	unsigned long kbytes = min_free_kbytes, zones = 0, wanted, least;
	struct zone *zone;

	for_each_zone(zone)
		zones++;
	/* Two blocks a zone, and one for each pair of migrate types; of all memory a twentieth at most. */
	wanted = min(zones * HPAGE_PMD_NR * (2 + 9), totalram_pages() / 20) * (PAGE_SIZE / 1024);
	least = calculate_min_free_kbytes(totalram_pages() * (PAGE_SIZE / 1024));
	khugepaged_enabled_changed();
	KEXPECT_EQ(min_free_kbytes, least);
	test_thp(THP_MADVISE);
	khugepaged_wake();
	KEXPECT_EQ(min_free_kbytes, least);
	khugepaged_enabled_changed();
	KEXPECT_EQ(min_free_kbytes, max(wanted, least));
	KEXPECT_GT(NODE0->zones[ZONE_DMA32].watermark[WMARK_MIN], 0UL);
	min_free_kbytes = wanted + 1000;
	khugepaged_enabled_changed();
	KEXPECT_EQ(min_free_kbytes, wanted + 1000);
	min_free_kbytes = kbytes;
	setup_watermarks();
	test_thp(before);
}

/* --- memory in pieces ------------------------------------------------------------------------------------------------------ */

#define MAX_BLOCKS	64

static unsigned int proactiveness_before, nr_blocks;
static struct page *blocks[MAX_BLOCKS];

/* What blocks there still are, or have come together by chance. */
static void take_blocks(void)
{
	struct page *block = NULL;

	drain_all_pages();
	do {
		block = nr_blocks < MAX_BLOCKS ? alloc_pages(GFP_TRANSHUGE_LIGHT & ~__GFP_MOVABLE, HPAGE_PMD_ORDER) : NULL;
		if (block)
			blocks[nr_blocks++] = block;
	} while (block);
}

/* => most of memory in single pages, half of them free; no free 2 MB block */
static struct mm *pieces(void)
{
	unsigned int pages;
	struct mm *mm;

	proactiveness_before = sysctl_compaction_proactiveness;
	sysctl_compaction_proactiveness = 0;
	mm = test_fragment(&pages);
	if (mm)
		take_blocks();
	return mm;
}

static void no_pieces(struct mm *mm)
{
	while (nr_blocks)
		put_page(blocks[--nr_blocks]);
	mmput(mm);
	sysctl_compaction_proactiveness = proactiveness_before;
}

KTEST(khugepaged, with_defrag_it_compacts_for_a_huge_page)
{
	struct mm *small = watched_mm(HPAGE_PMD_NR), *mm;
	enum thp_enabled before;
	unsigned long stalls;

	KASSERT_TRUE(small);
	mm = pieces();
	KASSERT_TRUE(mm);
	KEXPECT_EQ(free_huge_blocks(), 0UL);
	before = test_thp(THP_ALWAYS);
	stalls = vm_event_total(COMPACTSTALL);
	khugepaged.defrag = false;
	KEXPECT_EQ((int)collapse_huge_page(small, TEST_BASE, THP_ASK_KHUGEPAGED, 1, 0), SCAN_ALLOC_HUGE_PAGE_FAIL);
	KEXPECT_EQ(vm_event_total(COMPACTSTALL), stalls);
	khugepaged.defrag = true;
	KEXPECT_EQ((int)collapse_huge_page(small, TEST_BASE, THP_ASK_KHUGEPAGED, 1, 0), SCAN_SUCCEED);
	KEXPECT_GT(vm_event_total(COMPACTSTALL), stalls);
	test_thp(before);
	no_pieces(mm);
	mmput(small);
}

/* What one huge fault did for its page. */
struct effort {
	bool	stalled;	/* compacted for itself */
	bool	woke;		/* had a daemon do it: kswapd, which hands on to kcompactd, or that one at once */
};

static unsigned long daemon_runs(void)
{
	return vm_event_total(KCOMPACTD_WAKE) + vm_event_total(PAGEOUTRUN);
}

static struct effort fault_effort(enum thp_defrag defrag, bool advised)
{
	enum thp_enabled enabled_before = test_thp(THP_ALWAYS);
	enum thp_defrag before = thp_defrag;
	unsigned long stalls = vm_event_total(COMPACTSTALL), runs = daemon_runs();
	struct mm *mm = test_mm(1);
	struct effort effort;

	thp_defrag = defrag;
	if (advised)
		do_madvise(mm, TEST_BASE, HPAGE_PMD_SIZE, 14);
	test_touch(mm, TEST_BASE, 1);
	effort.stalled = vm_event_total(COMPACTSTALL) > stalls;
	/* It is woken at once, but runs when it can. */
	for (unsigned int i = 0; i < HZ && daemon_runs() == runs; i++)
		schedule_timeout_uninterruptible(1);
	effort.woke = daemon_runs() > runs;
	thp_defrag = before;
	test_thp(enabled_before);
	mmput(mm);
	return effort;
}

KTEST(defrag, a_fault_tries_as_hard_as_the_mode_says)
{
	static const struct {
		enum thp_defrag	mode;
		bool		advised, stalls, wakes;
	} cases[] = {
		{ THP_DEFRAG_NEVER, true, false, false },
		{ THP_DEFRAG_MADVISE, false, false, false },
		{ THP_DEFRAG_DEFER, true, false, true },
		{ THP_DEFRAG_DEFER_MADVISE, false, false, true },
		{ THP_DEFRAG_DEFER_MADVISE, true, true, false },
		{ THP_DEFRAG_MADVISE, true, true, false },
		{ THP_DEFRAG_ALWAYS, false, true, false },
	};
	struct mm *mm = NULL;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct effort effort;

		/* Who compacts leaves blocks behind: then memory has to be in pieces again. */
		if (!mm)
			mm = pieces();
		KASSERT_TRUE(mm);
		take_blocks();
		KEXPECT_EQ(free_huge_blocks(), 0UL);
		effort = fault_effort(cases[i].mode, cases[i].advised);
		if (effort.stalled != cases[i].stalls || effort.woke != cases[i].wakes)
			ktest_fail(ktest_run, __FILE__, __LINE__, "mode %d, advised %d: stalled %d, woke a daemon %d",
				   cases[i].mode, cases[i].advised, effort.stalled, effort.woke);
		if (effort.stalled || effort.woke) {
			no_pieces(mm);
			mm = NULL;
		}
	}
	if (mm)
		no_pieces(mm);
}
