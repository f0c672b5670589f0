/* mm/alloc/page_alloc_test.c - who gets memory when there is little, and who does not. */
#include <mm/alloc/page_alloc.h>
#include <kernel/debug/expect.h>
#include <kernel/debug/ktest.h>
#include <kernel/sched/task.h>
#include <mm/alloc/slab.h>
#include <mm/frame/vmstat.h>

static unsigned long zone_free(void)
{
	unsigned long sum = 0;
	struct zone *zone;

	for_each_zone(zone)
		sum += atomic_long_read(&zone->free_pages);
	return sum;
}

static unsigned long marks(enum zone_watermark mark)
{
	unsigned long sum = 0;
	struct zone *zone;

	for_each_zone(zone)
		sum += zone->watermark[mark];
	return sum;
}

/* Take pages until a request of this kind fails; they are chained by lru. */
static unsigned long take_all(gfp_t gfp, struct list_head *taken)
{
	unsigned long nr = 0;
	struct page *page;

	while ((page = alloc_pages(gfp | __GFP_NOWARN, 0))) {
		list_add(&page->lru, taken);
		nr++;
	}
	return nr;
}

static void give_back(struct list_head *taken)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, taken, lru) {
		list_del(&page->lru);
		put_page(page);
	}
}

KTEST(page_alloc, the_reserve_is_for_the_urgent_and_for_who_frees_memory)
{
	struct page *page;
	LIST_HEAD(taken);
	unsigned long rest;

	if (totalram_pages() > (512UL << 20) >> PAGE_SHIFT)
		KSKIP("too much memory to use up");
	take_all(0, &taken);
	drain_all_pages();
	take_all(0, &taken);
	rest = zone_free();
	KEXPECT_LE(rest, marks(WMARK_MIN) + 64 * nr_cpus);
	KEXPECT_GT(rest, marks(WMARK_MIN) / 2);

	take_all(__GFP_HIGH, &taken);
	KEXPECT_LE(zone_free(), marks(WMARK_MIN) / 2 + 64 * nr_cpus);
	KEXPECT_GT(zone_free(), marks(WMARK_MIN) / 4);

	page = alloc_pages(__GFP_MEMALLOC | __GFP_NOWARN, 3);
	KEXPECT(page);
	if (page)
		__free_pages(page, 3);
	current->flags |= PF_MEMALLOC;
	page = alloc_pages(GFP_KERNEL, 0);
	current->flags &= ~PF_MEMALLOC;
	KEXPECT(page);
	if (page)
		put_page(page);
	KEXPECT(!alloc_pages(__GFP_NOMEMALLOC | __GFP_NOWARN, 0));
	give_back(&taken);
	drain_all_pages();
	KEXPECT_GT(zone_free(), marks(WMARK_HIGH));
}

KTEST(page_alloc, injected_failures_reach_the_caller_and_nofail_does_not_feel_them)
{
	struct page *page, *page2;

	fail_page_alloc.verbose = 0;
	atomic_set(&fail_page_alloc.times, 2);
	fail_page_alloc.probability = 100;
	page = alloc_page(GFP_KERNEL);
	page2 = alloc_page(GFP_KERNEL | __GFP_NOFAIL);
	fail_page_alloc.probability = 0;
	fail_page_alloc.verbose = 1;
	KEXPECT(!page);
	KEXPECT(page2);
	if (page2)
		put_page(page2);
}

KTEST(page_alloc, kswapd_is_woken_below_the_low_mark_and_sleeps_again)
{
	unsigned long runs;
	LIST_HEAD(taken);

	if (totalram_pages() > (512UL << 20) >> PAGE_SHIFT)
		KSKIP("too much memory to use up");
	KASSERT_TRUE(NODE0->kswapd);
	NODE0->kswapd_failures = 0;
	msleep(300);
	KEXPECT(waitqueue_active(&NODE0->kswapd_wait));
	runs = vm_event_total(PAGEOUTRUN);
	take_all(GFP_NOWAIT, &taken);
	msleep(300);
	KEXPECT_GT(vm_event_total(PAGEOUTRUN), runs);
	give_back(&taken);
	drain_all_pages();
	NODE0->kswapd_failures = 0;
	msleep(300);
	KEXPECT(waitqueue_active(&NODE0->kswapd_wait));
}

#ifdef CONFIG_DEBUG
KTEST(page_alloc, who_must_not_sleep_and_asks_as_if_he_might_is_reported)
{
	unsigned long irqflags;
	unsigned int reports;
	struct page *page;
	void *object;

	for (int atomic = 0; atomic < 2; atomic++) {
		gfp_t gfp = atomic ? GFP_ATOMIC : GFP_KERNEL;

		expect_reports_begin();
		local_irq_save(irqflags);
		page = alloc_page(gfp);
		local_irq_restore(irqflags);
		reports = expect_reports_end();
		KEXPECT_EQ(reports, atomic ? 0U : 1U);
		/* There is an object: nothing would sleep this time. */
		kfree(kmalloc(64, GFP_KERNEL));
		expect_reports_begin();
		local_irq_save(irqflags);
		object = kmalloc(64, gfp);
		local_irq_restore(irqflags);
		reports = expect_reports_end();
		KEXPECT_EQ(reports, atomic ? 0U : 1U);
		KASSERT_TRUE(page && object);
		put_page(page);
		kfree(object);
	}
}
#endif

KTEST(page_alloc, too_large_an_order_is_refused)
{
	KEXPECT(!alloc_pages(GFP_KERNEL, MAX_ORDER + 1));
}
