/* mm/alloc/poison_test.c - what debug builds find of writes to free memory, and of frees that are wrong. */
#include <mm/alloc/slab.h>
#include <kernel/debug/expect.h>
#include <kernel/debug/ktest.h>
#include <kernel/lib/string.h>
#include <mm/alloc/page_alloc.h>
#include <mm/frame/buddy.h>
#include <mm/frame/page_debug.h>

#ifdef CONFIG_DEBUG

#define SIZE	72		/* of no other cache */

/* The sanitizer reports the wrong access as well, when it happens. */
#ifdef CONFIG_SAN
#define ONE_REPORT(nr)	((nr) >= 1)
#else
#define ONE_REPORT(nr)	((nr) == 1)
#endif

static struct kmem_cache *test_cache(void)
{
	static struct kmem_cache *cache;

	if (!cache)
		cache = kmem_cache_create("poison_test", SIZE, 0, 0, NULL);
	return cache;
}

KTEST(poison, a_write_to_a_free_page_is_found_when_it_is_allocated)
{
	struct page *page = alloc_pages(GFP_KERNEL, 0), *again;
	volatile u8 *memory = page ? page_address(page) : NULL;
	unsigned long irqflags;

	KASSERT_TRUE(page);
	expect_reports_begin();
	/* With interrupts off it is the next that this CPU gets. */
	local_irq_save(irqflags);
	put_page(page);
	memory[100] = 1;
	again = frame_alloc(0, 0);
	local_irq_restore(irqflags);
	KEXPECT(again == page);
	KEXPECT(ONE_REPORT(expect_reports_end()));
	KEXPECT(page_debug(page)->free_trace[0] && page_debug(page)->alloc_trace[0]);
	memory[100] = 0;
	put_page(again);
}

KTEST(poison, a_new_object_does_not_look_like_zero)
{
	u8 *object = kmalloc(64, GFP_KERNEL);

	KASSERT_TRUE(object);
	KEXPECT(object[0] && object[63]);
	kfree(object);
}

KTEST(poison, a_write_after_free_is_found_when_the_object_is_allocated)
{
	volatile u8 *object = kmem_cache_alloc(test_cache(), GFP_KERNEL);
	unsigned long irqflags;
	void *again;

	KASSERT_TRUE(object);
	expect_reports_begin();
	local_irq_save(irqflags);
	kmem_cache_free(test_cache(), (void *)object);
	object[10] = 1;
	again = kmem_cache_alloc(test_cache(), GFP_ATOMIC);
	local_irq_restore(irqflags);
	KEXPECT(again == object);
	KEXPECT(ONE_REPORT(expect_reports_end()));
	kmem_cache_free(test_cache(), again);
}

KTEST(poison, a_double_free_is_found_and_not_done)
{
	void *object = kmem_cache_alloc(test_cache(), GFP_KERNEL), *a, *b;

	KASSERT_TRUE(object);
	kmem_cache_free(test_cache(), object);
	expect_reports_begin();
	kmem_cache_free(test_cache(), object);
	KEXPECT_EQ(expect_reports_end(), 1U);
	a = kmem_cache_alloc(test_cache(), GFP_KERNEL);
	b = kmem_cache_alloc(test_cache(), GFP_KERNEL);
	KEXPECT(a != b);
	kmem_cache_free(test_cache(), a);
	kmem_cache_free(test_cache(), b);
}

KTEST(poison, an_object_that_is_freed_to_another_cache_stays)
{
	u8 *object = kmem_cache_alloc(test_cache(), GFP_KERNEL), *other = kmalloc(64, GFP_KERNEL);

	KASSERT_TRUE(object && other);
	expect_reports_begin();
	kmem_cache_free(test_cache(), other);
	kmem_cache_free(test_cache(), object + 8);
	KEXPECT_EQ(expect_reports_end(), 2U);
	kmem_cache_free(test_cache(), object);
	kfree(other);
}

KTEST(poison, a_write_behind_the_object_is_found_when_it_is_freed)
{
	u8 *object = kmem_cache_alloc(test_cache(), GFP_KERNEL);
	volatile u8 *behind = object + SIZE;
	u8 was;

	KASSERT_TRUE(object);
	expect_reports_begin();
	was = *behind;
	*behind = was + 1;
	kmem_cache_free(test_cache(), object);
	KEXPECT(ONE_REPORT(expect_reports_end()));
}

#endif
