/* mm/reclaim/shrinker_test.c - caches are asked in proportion, and slabs that are empty go back.
 */
#include <mm/reclaim/reclaim.h>
#include <kernel/debug/ktest.h>
#include <kernel/lib/string.h>
#include <mm/alloc/page_alloc.h>
#include <mm/alloc/slab.h>
#include <mm/file/page_cache.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>

#define OBJECTS	4096

static unsigned long nr_objects, nr_asked, nr_calls;

static unsigned long count_test(struct shrinker *shrinker __unused)
{
	return nr_objects;
}

static unsigned long scan_test(struct shrinker *shrinker __unused, unsigned long nr)
{
	nr_asked += nr;
	nr_calls++;
	return 0;
}

static unsigned long scan_nothing(struct shrinker *shrinker __unused, unsigned long nr)
{
	nr_asked += nr;
	nr_calls++;
	return SHRINK_STOP;
}

static struct shrinker test_shrinker = { .name = "ktest", .count_objects = count_test };

static unsigned long asked(int priority, unsigned int seeks, unsigned long objects)
{
	nr_objects = objects;
	nr_asked = nr_calls = 0;
	test_shrinker.seeks = seeks;
	register_shrinker(&test_shrinker);
	shrink_slab(priority);
	unregister_shrinker(&test_shrinker);
	return nr_asked;
}

KTEST(shrinker, a_cache_is_asked_in_proportion_to_need_and_cost)
{
	unsigned long scanned = vm_event_total(SLABS_SCANNED);

	test_shrinker.scan_objects = scan_test;
	KEXPECT_EQ(asked(12, DEFAULT_SEEKS, OBJECTS), 2UL);
	KEXPECT_EQ(asked(6, DEFAULT_SEEKS, OBJECTS), 128UL);
	KEXPECT_EQ(asked(6, 4 * DEFAULT_SEEKS, OBJECTS), 32UL);
	KEXPECT_EQ(asked(0, DEFAULT_SEEKS, OBJECTS), (unsigned long)OBJECTS);
	KEXPECT_EQ(nr_calls, OBJECTS / 128UL);
	KEXPECT_EQ(asked(12, 0, OBJECTS), OBJECTS / 2UL);
	KEXPECT_EQ(asked(12, DEFAULT_SEEKS, 1), 1UL);
	KEXPECT_EQ(asked(12, DEFAULT_SEEKS, 0), 0UL);
	KEXPECT_GE(vm_event_total(SLABS_SCANNED) - scanned, 2 + 128 + 32 + OBJECTS + OBJECTS / 2 + 1UL);
}

KTEST(shrinker, who_says_stop_is_not_asked_again)
{
	test_shrinker.scan_objects = scan_nothing;
	asked(0, DEFAULT_SEEKS, OBJECTS);
	KEXPECT_EQ(nr_calls, 1UL);
}

/* Slabs of a cache without used objects. */
static unsigned long empty_slabs(const char *name)
{
	struct slab_info info;

	for (unsigned int i = 0; slab_info(i, &info); i++)
		if (!strcmp(info.name, name))
			return info.num_slabs - info.active_slabs;
	return 0;
}

/* Objects of one size, all freed again: their slabs are kept for the next request, and by the magazines. */
KTEST(shrinker, slabs_that_nobody_uses_come_back)
{
	static void *objects[2048];
	unsigned long before, used, after;

	drop_slab();
	slab_drain_all();
	before = page_state(NR_SLAB_UNRECLAIMABLE);
	for (unsigned int i = 0; i < ARRAY_SIZE(objects); i++)
		objects[i] = kmalloc(1024, GFP_KERNEL);
	used = page_state(NR_SLAB_UNRECLAIMABLE);
	/* One of 16 is freed last: it would keep its slab. */
	for (unsigned int i = 0; i < ARRAY_SIZE(objects); i++)
		if (i % 16)
			kfree(objects[i]);
	for (unsigned int i = 0; i < ARRAY_SIZE(objects); i += 16)
		kfree(objects[i]);
	after = page_state(NR_SLAB_UNRECLAIMABLE);
	KEXPECT_GT(used, before + 400);
	KEXPECT_GT(after, before);
	KEXPECT_GT(empty_slabs("kmalloc-1k"), 0UL);
	drop_slab();
	KEXPECT_EQ(empty_slabs("kmalloc-1k"), 0UL);
	slab_drain_all();
	KEXPECT_LE(page_state(NR_SLAB_UNRECLAIMABLE), before + 4);
}

static struct mapping mapping;
static const struct mapping_ops ops = { .remove = page_cache_delete };

/* A clean page of a file, as a file system would have read it: nothing else holds it. */
static bool new_file_page(pgoff_t index)
{
	struct page *page = alloc_page(mapping_gfp(&mapping));
	int error = -ENOMEM;

	if (!page)
		return false;
	lock_page(page);
	SetPageUptodate(page);
	error = add_to_page_cache(&mapping, page, index, GFP_KERNEL);
	unlock_page(page);
	put_page(page);
	return !error;
}

KTEST(shrinker, drop_caches_takes_clean_pages_of_files_and_no_others)
{
	struct page *page;

	mapping_init(&mapping, &ops, NULL, 0);
	for (pgoff_t i = 0; i < 100; i++)
		KEXPECT(new_file_page(i));
	page = find_get_page(&mapping, 7);
	KASSERT_TRUE(page);
	SetPageDirty(page);
	put_page(page);
	drop_pagecache();
	KEXPECT_EQ(mapping.nrpages, 1UL);
	page = find_get_page(&mapping, 7);
	KEXPECT(page);
	if (page)
		put_page(page);
	mapping_destroy(&mapping);
}
