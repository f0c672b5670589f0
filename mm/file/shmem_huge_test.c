/* mm/file/shmem_huge_test.c - a huge page of shared memory in its mapping: how it comes, and all the ways in which it leaves.
 */
#include <mm/file/tree.h>
#include <kernel/debug/ktest.h>
#include <kernel/lib/errno.h>
#include <mm/alloc/page_alloc.h>
#include <mm/check/check_mm.h>
#include <mm/check/ram_disk.h>
#include <mm/frame/lru.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>
#include <mm/reclaim/reclaim.h>
#include <mm/split/split.h>

#define NR	((unsigned long)HPAGE_PMD_NR)

static long charged, limit;

static int count_charge(struct mapping *mapping __unused, long pages)
{
	if (pages > 0 && charged + pages > limit)
		return -ENOSPC;
	charged += pages;
	return 0;
}

static const struct mapping_ops shared_ops = {
	.charge		= count_charge,
	.swap_out	= shmem_swap_out,
	.remove		= page_cache_delete,
	.migrate	= page_cache_replace,
};

static void open_mapping(struct mapping *mapping)
{
	charged = 0;
	limit = 4 * NR;
	mapping_init(mapping, &shared_ops, NULL, BIT(AS_SHMEM));
	mapping->huge = SHMEM_HUGE_ALWAYS;
}

static u64 value(pgoff_t index)
{
	return (index + 1) * 0x9e3779b97f4a7c15ULL;
}

/* A huge page at [0, 2 MB), with its value in each 4 KB. => its head, not referenced; NULL: no free 2 MB */
static struct page *huge_mapping(struct mapping *mapping)
{
	struct page *head;

	open_mapping(mapping);
	if (!shmem_create_huge(mapping, 17, NULL))
		return NULL;
	head = find_get_page(mapping, 0);
	put_page(head);
	for (pgoff_t i = 0; i < NR; i++)
		*(u64 *)page_address(head + i) = value(i);
	return head;
}

/* Pages of [first, last] that are what was written; holes are not brought to life */
static unsigned long nr_intact(struct mapping *mapping, pgoff_t first, pgoff_t last)
{
	unsigned long nr = 0;

	for (pgoff_t i = first; i <= last; i++) {
		bool did_io = false;
		struct page *page = shmem_get_page(mapping, i, mapping_gfp(mapping), &did_io);

		if (IS_ERR_OR_NULL(page))
			continue;
		nr += *(u64 *)page_address(page) == value(i) && page_mapping_of(page) == mapping && page_offset_of(page) == i;
		put_page(page);
	}
	return nr;
}

static int nr_wrong(void)
{
	static char report[512];
	int wrong = check_mm(report, sizeof(report));

	if (wrong)
		printk("%s", report);
	return wrong;
}

KTEST(shmem_huge, it_has_512_places_and_512_references)
{
	unsigned long shmem = page_state(NR_SHMEM), thps = page_state(NR_SHMEM_THPS), allocated = vm_event_total(THP_FILE_ALLOC);
	struct mapping mapping;
	struct page *head = huge_mapping(&mapping), *part;

	if (!head)
		KSKIP("no free 2 MB");
	KEXPECT(PageTransHuge(head) && head->mapping == &mapping && head->index == 0 && PageDirty(head) && PageSwapBacked(head));
	KEXPECT_EQ(page_count(head), (int)NR);
	KEXPECT_EQ(mapping.nrpages, NR);
	KEXPECT_EQ(charged, (long)NR);
	KEXPECT_EQ(page_state(NR_SHMEM), shmem + NR);
	KEXPECT_EQ(page_state(NR_SHMEM_THPS), thps + NR);
	KEXPECT_EQ(vm_event_total(THP_FILE_ALLOC), allocated + 1);
	part = find_get_page(&mapping, 300);
	KEXPECT(part == head + 300 && page_offset_of(part) == 300 && page_mapping_of(part) == &mapping);
	put_page(part);
	KEXPECT_EQ(nr_wrong(), 0);
	mapping_destroy(&mapping);
	KEXPECT_EQ(charged, 0L);
	KEXPECT_EQ(page_state(NR_SHMEM), shmem);
	KEXPECT_EQ(page_state(NR_SHMEM_THPS), thps);
}

KTEST(shmem_huge, it_takes_no_place_that_is_taken)
{
	unsigned long fallback = vm_event_total(THP_FILE_FALLBACK);
	struct mapping mapping;
	struct page *page;

	open_mapping(&mapping);
	page = find_or_create_page(&mapping, NR + 511, mapping_gfp(&mapping));
	KASSERT_TRUE(!IS_ERR(page));
	put_page(page);
	KEXPECT(!shmem_create_huge(&mapping, NR, NULL));
	KEXPECT_EQ(mapping.nrpages, 1UL);
	/* Beside it there is room. But not where the mount says that it is full: then nothing is left behind. */
	limit = NR;
	KEXPECT(!shmem_create_huge(&mapping, 0, NULL));
	KEXPECT_EQ(mapping.nrpages, 1UL);
	KEXPECT_EQ(charged, 1L);
	KEXPECT_EQ(vm_event_total(THP_FILE_FALLBACK), fallback + 1);
	limit = NR + 1;
	if (shmem_create_huge(&mapping, 511, NULL))
		KEXPECT_EQ(mapping.nrpages, NR + 1);
	mapping_destroy(&mapping);
	KEXPECT_EQ(charged, 0L);
}

KTEST(shmem_huge, a_hole_in_the_middle_takes_it_apart)
{
	unsigned long splits, thps = page_state(NR_SHMEM_THPS);
	struct mapping mapping;
	struct page *head = huge_mapping(&mapping), *page;

	if (!head)
		KSKIP("no free 2 MB");
	lru_add_drain_all();
	splits = vm_event_total(THP_SPLIT_PAGE);
	punch_pages(&mapping, 100, 199);
	KEXPECT_EQ(vm_event_total(THP_SPLIT_PAGE), splits + 1);
	KEXPECT_EQ(mapping.nrpages, NR - 100);
	KEXPECT_EQ(charged, (long)NR - 100);
	KEXPECT_EQ(page_state(NR_SHMEM_THPS), thps);
	KEXPECT(!find_get_page(&mapping, 100) && !find_get_page(&mapping, 199));
	KEXPECT_EQ(nr_intact(&mapping, 0, NR - 1), NR - 100);
	page = find_get_page(&mapping, 200);
	KEXPECT(page == head + 200 && !PageCompound(page) && page->index == 200 && page_count(page) == 2 && PageLRU(page));
	put_page(page);
	KEXPECT_EQ(nr_wrong(), 0);
	mapping_destroy(&mapping);
	KEXPECT_EQ(charged, 0L);
}

KTEST(shmem_huge, a_hole_of_its_size_takes_it_out_whole)
{
	unsigned long splits, thps = page_state(NR_SHMEM_THPS);
	struct mapping mapping;

	if (!huge_mapping(&mapping))
		KSKIP("no free 2 MB");
	splits = vm_event_total(THP_SPLIT_PAGE);
	punch_pages(&mapping, 0, NR - 1);
	KEXPECT_EQ(vm_event_total(THP_SPLIT_PAGE), splits);
	KEXPECT_EQ(mapping.nrpages, 0UL);
	KEXPECT_EQ(charged, 0L);
	KEXPECT_EQ(page_state(NR_SHMEM_THPS), thps);
	mapping_destroy(&mapping);
}

KTEST(shmem_huge, held_by_somebody_it_stays_and_the_hole_is_zeroes)
{
	struct mapping mapping;
	struct page *head = huge_mapping(&mapping), *held;
	unsigned long zeroes = 0;

	if (!head)
		KSKIP("no free 2 MB");
	lru_add_drain_all();
	held = find_get_page(&mapping, 3);
	truncate_pages(&mapping, 500, ~0ULL);
	KEXPECT(PageTransHuge(head));
	KEXPECT_EQ(mapping.nrpages, NR);
	for (pgoff_t i = 500; i < NR; i++)
		zeroes += !memchr_inv(page_address(head + i), 0, PAGE_SIZE);
	KEXPECT_EQ(zeroes, NR - 500);
	KEXPECT_EQ(nr_intact(&mapping, 0, 499), 500UL);
	put_page(held);
	mapping_destroy(&mapping);
	KEXPECT_EQ(charged, 0L);
}

KTEST(shmem_huge, to_swap_it_goes_in_parts)
{
	unsigned long thps = page_state(NR_SHMEM_THPS), free, splits;
	struct mapping mapping;
	struct page *head;
	LIST_HEAD(list);

	KASSERT_TRUE(ram_disk_on());
	free = nr_swap_pages();
	head = huge_mapping(&mapping);
	if (head) {
		lru_add_drain_all();
		splits = vm_event_total(THP_SPLIT_PAGE);
		KASSERT_TRUE(isolate_lru_page(head));
		list_add(&head->lru, &list);
		reclaim_pages(&list);
		KEXPECT_EQ(vm_event_total(THP_SPLIT_PAGE), splits + 1);
		KEXPECT_EQ(mapping.nrswapped, NR);
		KEXPECT_EQ(mapping.nrpages, 0UL);
		KEXPECT_EQ(nr_swap_pages(), free - NR);
		KEXPECT_EQ(page_state(NR_SHMEM_THPS), thps);
		KEXPECT_EQ(charged, (long)NR);
		KEXPECT_EQ(nr_wrong(), 0);
		/* Slots are there: no place for a huge page. */
		KEXPECT(!shmem_create_huge(&mapping, 0, NULL));
		KEXPECT_EQ(nr_intact(&mapping, 0, NR - 1), NR);
		mapping_destroy(&mapping);
	}
	KEXPECT_EQ(nr_swap_pages(), free);
	KEXPECT_EQ(charged, 0L);
	KEXPECT_EQ(ram_disk_off(), 0);
}

KTEST(shmem_huge, what_is_locked_in_memory_keeps_its_page)
{
	struct mapping mapping;
	struct page *head = huge_mapping(&mapping);
	LIST_HEAD(list);

	if (!head)
		KSKIP("no free 2 MB");
	KASSERT_TRUE(ram_disk_on());
	lru_add_drain_all();
	shmem_lock(&mapping, true);
	if (isolate_lru_page(head))
		list_add(&head->lru, &list);
	reclaim_pages(&list);
	KEXPECT(PageTransHuge(head));
	KEXPECT_EQ(mapping.nrpages, NR);
	shmem_lock(&mapping, false);
	KEXPECT(!PageUnevictable(head));
	mapping_destroy(&mapping);
	KEXPECT_EQ(ram_disk_off(), 0);
}

/* --- who gets one ------------------------------------------------------------------------------------------------------ */

static struct vma plain, advised = { .vm_flags = VM_HUGEPAGE }, against = { .vm_flags = VM_NOHUGEPAGE };

/* As letters: a write, a fault without advice, one with MADV_HUGEPAGE, one with MADV_NOHUGEPAGE; all at index 512 of a file */
static bool who_is(unsigned int mount, enum shmem_huge knob, u64 size, const char *expected)
{
	const struct vma *asks[] = { NULL, &plain, &advised, &against };
	enum shmem_huge before = shmem_enabled;
	struct mapping mapping;
	bool same = true;

	open_mapping(&mapping);
	mapping.huge = mount;
	shmem_enabled = knob;
	for (unsigned int i = 0; i < ARRAY_SIZE(asks); i++)
		same &= shmem_is_huge(&mapping, 600, size, asks[i]) == (expected[i] != '-');
	shmem_enabled = before;
	return same;
}

KTEST(shmem_huge, the_mount_decides_and_without_one_the_knob)
{
	const u64 exactly = 2 * HPAGE_PMD_SIZE, less = exactly - PAGE_SIZE;
	struct mm *mm = mm_alloc();

	KASSERT_TRUE(mm);
	plain.vm_mm = advised.vm_mm = against.vm_mm = mm;
	KEXPECT(who_is(SHMEM_HUGE_NEVER, SHMEM_HUGE_ALWAYS, exactly, "----"));
	KEXPECT(who_is(SHMEM_HUGE_ALWAYS, SHMEM_HUGE_NEVER, 0, "wfa-"));
	KEXPECT(who_is(SHMEM_HUGE_WITHIN_SIZE, SHMEM_HUGE_NEVER, exactly, "wfa-"));
	KEXPECT(who_is(SHMEM_HUGE_WITHIN_SIZE, SHMEM_HUGE_NEVER, less, "--a-"));
	KEXPECT(who_is(SHMEM_HUGE_WITHIN_SIZE, SHMEM_HUGE_NEVER, less + 1, "wfa-"));
	KEXPECT(who_is(SHMEM_HUGE_ADVISE, SHMEM_HUGE_NEVER, exactly, "--a-"));
	KEXPECT(who_is(SHMEM_HUGE_KNOB, SHMEM_HUGE_NEVER, exactly, "----"));
	KEXPECT(who_is(SHMEM_HUGE_KNOB, SHMEM_HUGE_ALWAYS, 0, "wfa-"));
	KEXPECT(who_is(SHMEM_HUGE_KNOB, SHMEM_HUGE_ADVISE, exactly, "--a-"));
	/* Above all mounts. */
	KEXPECT(who_is(SHMEM_HUGE_ALWAYS, SHMEM_HUGE_DENY, exactly, "----"));
	KEXPECT(who_is(SHMEM_HUGE_NEVER, SHMEM_HUGE_FORCE, 0, "wfa-"));
	mmput(mm);
}
