/* mm/file/page_cache_test.c - pages join a mapping once, and leave it when it is truncated. */
#include <mm/file/page_cache.h>
#include <kernel/debug/ktest.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>

static long charged, charge_limit;

static int count_charge(struct mapping *mapping __unused, long pages)
{
	if (pages > 0 && charged + pages > charge_limit)
		return -ENOSPC;
	charged += pages;
	return 0;
}

static const struct mapping_ops test_ops = { .charge = count_charge };

static void test_mapping(struct mapping *mapping, long limit)
{
	charged = 0;
	charge_limit = limit;
	mapping_init(mapping, &test_ops, NULL, BIT(AS_SHMEM));
}

KTEST(page_cache, the_same_page_is_found_again_and_new_ones_are_zero)
{
	struct mapping mapping;
	struct page *a, *b;

	test_mapping(&mapping, 10);
	a = find_or_create_page(&mapping, 7, mapping_gfp(&mapping));
	KASSERT_TRUE(!IS_ERR(a));
	KEXPECT(!memchr_inv(page_address(a), 0, PAGE_SIZE));
	b = find_or_create_page(&mapping, 7, mapping_gfp(&mapping));
	KEXPECT(a == b);
	KEXPECT(!find_get_page(&mapping, 8));
	put_page(a);
	put_page(b);
	KEXPECT_EQ(mapping.nrpages, 1UL);
	mapping_destroy(&mapping);
	KEXPECT_EQ(charged, 0L);
}

KTEST(page_cache, truncation_takes_the_tail_and_spares_the_rest)
{
	unsigned long shmem = page_state(NR_SHMEM);
	struct mapping_entry entry;
	struct mapping mapping;
	struct page *page;

	test_mapping(&mapping, 200);
	for (pgoff_t i = 0; i < 100; i++) {
		page = find_or_create_page(&mapping, i, mapping_gfp(&mapping));
		KASSERT_TRUE(!IS_ERR(page));
		put_page(page);
	}
	KEXPECT_EQ(page_state(NR_SHMEM), shmem + 100);
	truncate_pages(&mapping, 40, 49);
	truncate_pages(&mapping, 90, ~0ULL);
	KEXPECT_EQ(mapping.nrpages, 80UL);
	KASSERT_TRUE(mapping_next_entry(&mapping, 40, &entry) && entry.page);
	KEXPECT_EQ(entry.index, 50ULL);
	put_page(entry.page);
	KEXPECT(!mapping_next_entry(&mapping, 90, &entry));
	mapping_destroy(&mapping);
	KEXPECT_EQ(page_state(NR_SHMEM), shmem);
	KEXPECT_EQ(charged, 0L);
}

KTEST(page_cache, a_full_mapping_says_so_and_keeps_nothing)
{
	struct mapping mapping;
	struct page *page;

	test_mapping(&mapping, 1);
	page = find_or_create_page(&mapping, 0, mapping_gfp(&mapping));
	KASSERT_TRUE(!IS_ERR(page));
	put_page(page);
	page = find_or_create_page(&mapping, 1, mapping_gfp(&mapping));
	KEXPECT_EQ(PTR_ERR(page), (long)-ENOSPC);
	KEXPECT_EQ(charged, 1L);
	mapping_destroy(&mapping);
}

KTEST(page_cache, who_holds_a_truncated_page_sees_that_it_has_left)
{
	struct mapping mapping;
	struct page *page;

	test_mapping(&mapping, 10);
	page = find_or_create_page(&mapping, 3, mapping_gfp(&mapping));
	KASSERT_TRUE(!IS_ERR(page));
	truncate_pages(&mapping, 0, ~0ULL);
	lock_page(page);
	KEXPECT(page->mapping == NULL);
	unlock_page(page);
	KEXPECT_EQ(page_count(page) >= 1, true);
	put_page(page);
	mapping_destroy(&mapping);
}
