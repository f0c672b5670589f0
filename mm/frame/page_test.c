/* mm/frame/page_test.c - references, compound pages, per-CPU lists, and what happens to a page that is freed wrongly. */
#include <mm/frame/page.h>
#include <kernel/debug/ktest.h>
#include <kernel/lib/string.h>
#include <kernel/sched/task.h>
#include <kernel/sync/completion.h>
#include <mm/frame/buddy.h>
#include <mm/frame/vmstat.h>

KTEST(page, references_to_a_tail_are_references_to_the_head)
{
	struct page *head = get_page_from_freelist(__GFP_COMP | __GFP_MOVABLE, HPAGE_PMD_ORDER, ALLOC_WMARK_MIN);
	unsigned long free;

	if (!head)
		KSKIP("no free 2 MB");
	KEXPECT(PageHead(head) && PageTransHuge(head) && !PageTail(head));
	KEXPECT(PageTail(head + 511) && compound_head(head + 511) == head);
	KEXPECT_EQ(page_count(head + 300), 1);
	get_page(head + 300);
	KEXPECT_EQ(page_count(head), 2);
	KEXPECT_EQ(page_mapcount_total(head), 0);
	put_page(head + 1);
	KEXPECT_EQ(page_count(head), 1);
	free = nr_free_pages();
	put_page(head + 2);
	KEXPECT_EQ(nr_free_pages() - free, 512UL);
	KEXPECT(!PageHead(head) && !PageTail(head + 1) && !PageTail(head + 511));
}

KTEST(page, a_frozen_page_cannot_be_taken)
{
	struct page *page = get_page_from_freelist(0, 0, ALLOC_WMARK_MIN);

	KASSERT_TRUE(page);
	KEXPECT(!page_ref_freeze(page, 2));
	KEXPECT(page_ref_freeze(page, 1));
	KEXPECT(!get_page_unless_zero(page));
	page_ref_unfreeze(page, 3);
	KEXPECT_EQ(page_count(page), 3);
	put_page(page);
	put_page(page);
	put_page(page);
}

KTEST(page, put_pages_frees_what_lost_its_last_reference_and_nothing_else)
{
	struct page *pages[8], *kept;
	unsigned long free = nr_free_pages();

	for (unsigned int i = 0; i < ARRAY_SIZE(pages); i++)
		KASSERT_TRUE(pages[i] = get_page_from_freelist(0, 0, ALLOC_WMARK_MIN));
	kept = pages[3];
	get_page(kept);
	put_pages(pages, ARRAY_SIZE(pages));
	KEXPECT_EQ(page_count(kept), 1);
	KEXPECT_EQ(free - nr_free_pages(), 1UL);
	put_page(kept);
	KEXPECT_EQ(nr_free_pages(), free);
}

KTEST(page, a_page_freed_while_it_is_mapped_is_reported_and_not_used_again)
{
	struct page *page = get_page_from_freelist(0, 0, ALLOC_WMARK_MIN);
	unsigned long bad = nr_bad_pages, free;

	KASSERT_TRUE(page);
	free = nr_free_pages();
	atomic_set(&page->_mapcount, 0);
	put_page(page);
	KEXPECT_EQ(nr_bad_pages, bad + 1);
	KEXPECT_EQ(nr_free_pages(), free);
	/* Put right what this test broke. */
	atomic_set(&page->_mapcount, -1);
	free_frozen_page(page, 0);
	KEXPECT_EQ(nr_free_pages(), free + 1);
	nr_bad_pages = bad;
}

KTEST(page, zeroed_pages_are_zero_and_copies_are_equal)
{
	struct page *a = get_page_from_freelist(__GFP_COMP, 1, ALLOC_WMARK_MIN);
	struct page *b = get_page_from_freelist(__GFP_ZERO | __GFP_COMP, HPAGE_PMD_ORDER, ALLOC_WMARK_MIN);

	KASSERT_TRUE(a);
	if (b) {
		/* The second differs from the source by a multiple of 2 MB: the other way of copying. */
		struct page *far = b + (page_to_pfn(a) & (HPAGE_PMD_NR - 1)), *near = b + ((page_to_pfn(a) + 7) & 511);

		KEXPECT(!memchr_inv(page_address(b), 0, HPAGE_PMD_SIZE));
		memset(page_address(a), 0x5a, PAGE_SIZE);
		*(u64 *)page_address(a) = 1;
		((u64 *)page_address(a))[511] = 2;
		copy_page(page_address(far), page_address(a));
		copy_page(page_address(near), page_address(a));
		KEXPECT(!memcmp(page_address(far), page_address(a), PAGE_SIZE));
		KEXPECT(!memcmp(page_address(near), page_address(a), PAGE_SIZE));
		clear_huge_page(b, 0x7f0000201000);
		KEXPECT(!memchr_inv(page_address(b), 0, HPAGE_PMD_SIZE));
		put_page(b);
	}
	put_page(a);
}

static int hold_pages_in_own_list(void *done)
{
	struct page *pages[40];

	for (unsigned int i = 0; i < ARRAY_SIZE(pages); i++)
		pages[i] = get_page_from_freelist(__GFP_MOVABLE, 0, ALLOC_WMARK_MIN);
	for (unsigned int i = 0; i < ARRAY_SIZE(pages); i++)
		if (pages[i])
			put_page(pages[i]);
	complete(done);
	return 0;
}

static unsigned long zone_pages(void)
{
	unsigned long sum = 0;
	struct zone *zone;

	for_each_zone(zone)
		sum += atomic_long_read(&zone->free_pages);
	return sum;
}

KTEST(page, draining_brings_back_what_lies_on_other_cpus_and_free_memory_counts_it_before)
{
	DECLARE_COMPLETION_ONSTACK(done);
	unsigned long free;
	struct task *task;

	drain_all_pages();
	task = kthread_create_on_cpu(hold_pages_in_own_list, &done, nr_cpus - 1, "pcp_test");
	KASSERT_TRUE(!IS_ERR(task));
	free = nr_free_pages();
	wake_up_process(task);
	wait_for_completion(&done);
	KEXPECT_LT(zone_pages(), free);
	KEXPECT_LE(free - nr_free_pages(), 8UL);	/* a kernel thread's own memory may come and go */
	drain_all_pages();
	KEXPECT_EQ(zone_pages(), nr_free_pages());
}

KTEST(page, events_of_all_cpus_are_counted_once)
{
	unsigned long freed = vm_event_total(PGFREE);
	struct page *page = get_page_from_freelist(0, 3, ALLOC_WMARK_MIN);

	KASSERT_TRUE(page);
	__free_pages(page, 3);
	KEXPECT_GE(vm_event_total(PGFREE) - freed, 8UL);
	for (unsigned int i = 0; i < NR_VMSTAT_EVENTS; i++)
		KEXPECT(vmstat_event_names[i]);
	for (unsigned int i = 0; i < NR_VMSTAT_STATES; i++)
		KEXPECT(vmstat_state_names[i]);
}
