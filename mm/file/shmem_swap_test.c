/* mm/file/shmem_swap_test.c - pages of shared memory go to a disk and come back, and nothing is lost or left.
 */
#include <mm/file/tree.h>
#include <kernel/debug/ktest.h>
#include <kernel/lib/errno.h>
#include <mm/check/check_mm.h>
#include <mm/check/ram_disk.h>
#include <mm/check/test_swap.h>
#include <mm/frame/lru.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>
#include <mm/reclaim/reclaim.h>

#define NR	40UL
static long charged;

static int count_charge(struct mapping *mapping __unused, long pages)
{
	charged += pages;
	return 0;
}

static const struct mapping_ops shared_ops = {
	.charge		= count_charge,
	.swap_out	= shmem_swap_out,
	.remove		= page_cache_delete,
	.migrate	= page_cache_replace,
};

static u64 value(pgoff_t index)
{
	return (index + 1) * 0x9e3779b97f4a7c15ULL;
}

/* NR pages, each with its value. */
static bool filled(struct mapping *mapping)
{
	charged = 0;
	mapping_init(mapping, &shared_ops, NULL, BIT(AS_SHMEM));
	for (pgoff_t i = 0; i < NR; i++) {
		struct page *page = find_or_create_page(mapping, i, mapping_gfp(mapping));

		if (IS_ERR(page))
			return false;
		*(u64 *)page_address(page) = value(i);
		put_page(page);
	}
	return true;
}

/* => pages that are out afterwards */
static unsigned long page_out(struct mapping *mapping)
{
	struct mapping_entry entry;
	pgoff_t index = 0;
	LIST_HEAD(list);

	lru_add_drain_all();
	for (; mapping_next_entry(mapping, index, &entry); index = entry.index + 1) {
		if (!entry.page)
			continue;
		if (isolate_lru_page(entry.page))
			list_add(&entry.page->lru, &list);
		put_page(entry.page);
	}
	reclaim_pages(&list);
	return mapping->nrswapped;
}

/* Is page i what was written? It is brought in for that. */
static bool intact(struct mapping *mapping, pgoff_t i)
{
	bool did_io = false, good;
	struct page *page = shmem_get_page(mapping, i, mapping_gfp(mapping), &did_io);

	if (IS_ERR_OR_NULL(page))
		return false;
	good = *(u64 *)page_address(page) == value(i) && page->mapping == mapping && page->index == i && PageDirty(page) &&
	       !PageSwapCache(page);
	put_page(page);
	return good;
}

static unsigned long nr_intact(struct mapping *mapping)
{
	unsigned long nr = 0;

	for (pgoff_t i = 0; i < NR; i++)
		nr += intact(mapping, i);
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

KTEST(shmem_swap, pages_go_out_and_come_back)
{
	unsigned long shmem = page_state(NR_SHMEM), free;
	struct mapping mapping;

	KASSERT_TRUE(ram_disk_on());
	free = nr_swap_pages();
	KASSERT_TRUE(filled(&mapping));
	KEXPECT_EQ(page_out(&mapping), NR);
	KEXPECT_EQ(mapping.nrpages, 0UL);
	KEXPECT_EQ(page_state(NR_SHMEM), shmem);
	KEXPECT_EQ(nr_swap_pages(), free - NR);
	KEXPECT_EQ(charged, (long)NR);
	KEXPECT_EQ(nr_wrong(), 0);
	KEXPECT_EQ(shmem_swapped(&mapping, 3, 7), 5UL);
	KEXPECT_EQ(nr_intact(&mapping), NR);
	KEXPECT_EQ(mapping.nrswapped, 0UL);
	KEXPECT_EQ(page_state(NR_SHMEM), shmem + NR);
	mapping_destroy(&mapping);
	KEXPECT_EQ(nr_swap_pages(), free);
	KEXPECT_EQ(charged, 0L);
	KEXPECT_EQ(page_state(NR_SHMEM), shmem);
	KEXPECT_EQ(ram_disk_off(), 0);
}

KTEST(shmem_swap, a_page_that_somebody_holds_stays)
{
	struct mapping mapping;
	struct page *page;

	KASSERT_TRUE(ram_disk_on());
	KASSERT_TRUE(filled(&mapping));
	page = find_get_page(&mapping, 7);
	KEXPECT_EQ(page_out(&mapping), NR - 1);
	KEXPECT(page->mapping == &mapping && !PageSwapCache(page) && PageDirty(page));
	*(u64 *)page_address(page) = value(7);
	put_page(page);
	KEXPECT_EQ(nr_intact(&mapping), NR);
	mapping_destroy(&mapping);
	KEXPECT_EQ(ram_disk_off(), 0);
}

KTEST(shmem_swap, truncation_frees_slots)
{
	struct mapping mapping;
	unsigned long free;

	KASSERT_TRUE(ram_disk_on());
	free = nr_swap_pages();
	KASSERT_TRUE(filled(&mapping));
	KEXPECT_EQ(page_out(&mapping), NR);
	KEXPECT(intact(&mapping, 4));		/* its neighbours wait in the swap cache now */
	truncate_pages(&mapping, 3, 12);
	KEXPECT_EQ(mapping.nrswapped, NR - 10);
	KEXPECT_EQ(charged, (long)NR - 10);
	KEXPECT_EQ(nr_swap_pages(), free - (NR - 10));
	KEXPECT(!find_get_page(&mapping, 4));
	KEXPECT(intact(&mapping, 2) && intact(&mapping, 13));
	KEXPECT_EQ(nr_wrong(), 0);
	mapping_destroy(&mapping);
	KEXPECT_EQ(nr_swap_pages(), free);
	KEXPECT_EQ(ram_disk_off(), 0);
}

KTEST(shmem_swap, swapoff_finds_what_no_table_names)
{
	struct mapping mapping;

	KASSERT_TRUE(ram_disk_on());
	KASSERT_TRUE(filled(&mapping));
	KEXPECT_EQ(page_out(&mapping), NR);
	KEXPECT_EQ(ram_disk_off(), 0);
	KEXPECT_EQ(mapping.nrpages, NR);
	KEXPECT_EQ(nr_intact(&mapping), NR);
	mapping_destroy(&mapping);
}

KTEST(shmem_swap, what_cannot_be_written_stays_and_what_cannot_be_read_is_an_error)
{
	struct mapping mapping;
	bool did_io = false;
	struct page *page;

	KASSERT_TRUE(ram_disk_on());
	KASSERT_TRUE(filled(&mapping));
	ram_disk_failures = 1000;
	page_out(&mapping);
	ram_disk_failures = 0;
	KEXPECT_EQ(nr_intact(&mapping), NR);	/* from the swap cache */
	KEXPECT_EQ(page_out(&mapping), NR);
	KEXPECT_EQ(test_drop_swap_cache(), NR);
	ram_disk_unreadable = true;
	page = shmem_get_page(&mapping, 5, mapping_gfp(&mapping), &did_io);
	KEXPECT(IS_ERR(page) && PTR_ERR(page) == -EIO);
	ram_disk_unreadable = false;
	KEXPECT_EQ(nr_intact(&mapping), NR);
	mapping_destroy(&mapping);
	KEXPECT_EQ(ram_disk_off(), 0);
}

KTEST(shmem_swap, a_new_page_is_not_zero_because_the_old_one_is_out)
{
	struct mapping mapping;
	struct page *page;

	KASSERT_TRUE(ram_disk_on());
	KASSERT_TRUE(filled(&mapping));
	KEXPECT_EQ(page_out(&mapping), NR);
	page = find_or_create_page(&mapping, 9, mapping_gfp(&mapping));
	KASSERT_TRUE(!IS_ERR(page));
	KEXPECT_EQ(*(u64 *)page_address(page), value(9));
	put_page(page);
	mapping_destroy(&mapping);
	KEXPECT_EQ(ram_disk_off(), 0);
}
