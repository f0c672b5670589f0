/* mm/map/swap_test.c - entries that are out on a disk, through everything that can happen to an address range.
 *
 * Needs a disk with a swap header; without one the tests are skipped.
 */
#include <mm/map/map_test.h>

#include <drivers/block/block.h>
#include <mm/check/ram_disk.h>
#include <mm/check/test_swap.h>
#include <mm/swap/swap.h>

#define PAGES(n) ((unsigned long)(n) << PAGE_SHIFT)
#define HUGE(n)	((unsigned long)(n) << HPAGE_PMD_SHIFT)
#define NR	64UL

/* The first disk that can be swap is; NULL: none. */
static struct block_device *swap_on(void)
{
	struct block_device *bdev = NULL;

	while ((bdev = block_next(bdev)))
		if (!do_swapon(bdev->name, bdev, 0))
			return bdev;
	return NULL;
}

static u64 value(unsigned long i)
{
	return i * 0x9e3779b97f4a7c15ULL + 1;
}

static bool fill(struct mm *mm, unsigned long a, unsigned long nr)
{
	for (unsigned long i = 0; i < nr; i++)
		if (!test_write(mm, a + PAGES(i), value(i)))
			return false;
	return true;
}

static bool is_swapped(struct mm *mm, unsigned long addr)
{
	pte_t pte = test_pte(mm, addr);

	return is_swap_pte(pte) && !is_migration_entry(pte_to_swp_entry(pte));
}

static unsigned long count_swapped(struct mm *mm, unsigned long a, unsigned long nr)
{
	unsigned long n = 0;

	for (unsigned long i = 0; i < nr; i++)
		n += is_swapped(mm, a + PAGES(i));
	return n;
}

/* Read everything back. */
static bool intact(struct mm *mm, unsigned long a, unsigned long nr)
{
	for (unsigned long i = 0; i < nr; i++)
		if (test_touch(mm, a + PAGES(i), false) || !test_page(mm, a + PAGES(i)) ||
		    *test_word(mm, a + PAGES(i)) != value(i))
			return false;
	return true;
}

static bool page_out(struct mm *mm, unsigned long a, unsigned long nr)
{
	/* The thread may have changed its CPU since, and pages that wait in a batch there can't be taken. */
	lru_add_drain_all();
	if (do_madvise(mm, a, PAGES(nr), MADV_PAGEOUT))
		return false;
	test_drop_swap_cache();
	return true;
}

KTEST(swap_in, pages_go_out_and_come_back)
{
	struct block_device *bdev = swap_on();
	struct mm *mm = mm_alloc();
	unsigned long a = test_map(mm, TEST_BASE, PAGES(NR), 0), out;

	if (!bdev) {
		mmput(mm);
		KSKIP("no disk with a swap header");
	}
	KEXPECT(fill(mm, a, NR) && page_out(mm, a, NR));
	out = count_swapped(mm, a, NR);
	KEXPECT_EQ(out, NR);
	KEXPECT_EQ(get_mm_counter(mm, MM_SWAPENTS), out);
	KEXPECT_EQ(get_mm_counter(mm, MM_ANONPAGES), NR - out);
	KEXPECT(intact(mm, a, NR));
	KEXPECT_EQ(get_mm_counter(mm, MM_SWAPENTS), 0UL);
	KEXPECT_EQ(get_mm_counter(mm, MM_ANONPAGES), NR);
	KEXPECT(test_write(mm, a, value(0)) && PageAnonExclusive(test_page(mm, a)));
	mmput(mm);
	KEXPECT_EQ(do_swapoff(bdev), 0);
}

KTEST(swap_in, fork_shares_slots_and_a_write_after_it_is_private)
{
	struct block_device *bdev = swap_on();
	struct mm *mm = mm_alloc(), *child = mm_alloc();
	unsigned long a = test_map(mm, TEST_BASE, PAGES(NR), 0);

	if (!bdev) {
		mmput(child);
		mmput(mm);
		KSKIP("no disk with a swap header");
	}
	KEXPECT(fill(mm, a, NR) && page_out(mm, a, NR));
	KEXPECT_EQ(dup_mmap(child, mm), 0);
	KEXPECT_EQ(get_mm_counter(child, MM_SWAPENTS), get_mm_counter(mm, MM_SWAPENTS));
	KEXPECT(test_write(child, a + PAGES(3), 333));
	KEXPECT(intact(mm, a, NR));
	KEXPECT_EQ(*test_word(child, a + PAGES(3)), 333ULL);
	KEXPECT(test_write(child, a + PAGES(3), value(3)));
	KEXPECT(page_out(mm, a, NR));
	KEXPECT(intact(child, a, NR));
	mmput(mm);
	KEXPECT(intact(child, a, NR));
	mmput(child);
	KEXPECT_EQ(do_swapoff(bdev), 0);
}

KTEST(swap_in, swapoff_brings_everything_back)
{
	struct block_device *bdev = swap_on();
	struct mm *mm = mm_alloc(), *child = mm_alloc();
	unsigned long a = test_map(mm, TEST_BASE, PAGES(NR), 0);

	if (!bdev) {
		mmput(child);
		mmput(mm);
		KSKIP("no disk with a swap header");
	}
	KEXPECT(fill(mm, a, NR) && page_out(mm, a, NR));
	KEXPECT_EQ(dup_mmap(child, mm), 0);
	KEXPECT_EQ(do_swapoff(bdev), 0);
	KEXPECT_EQ(get_mm_counter(mm, MM_SWAPENTS), 0UL);
	KEXPECT_EQ(get_mm_counter(child, MM_SWAPENTS), 0UL);
	KEXPECT(test_page(mm, a) && test_page(mm, a) == test_page(child, a));
	KEXPECT(intact(mm, a, NR) && intact(child, a, NR));
	KEXPECT_EQ(do_swapoff(bdev), -EINVAL);
	mmput(child);
	mmput(mm);
}

/*
 * Slots that some entry still names. (A slot may be in use longer: while its page is being written or read ahead nobody can
 * take it out of the swap cache, and reclaim does so later.)
 */
static unsigned int slots_named(struct block_device *bdev)
{
	struct swap_area *area = swap_area_find(bdev);
	bool has_count, has_cache;
	unsigned int named = 0;

	for (u32 slot = 0; (slot = swap_area_next_used(area, slot + 1, &has_count, &has_cache)); )
		named += has_count;
	return named;
}

KTEST(swap_in, swapped_entries_survive_mprotect_and_mremap_and_are_freed_by_munmap)
{
	struct block_device *bdev = swap_on();
	struct mm *mm = mm_alloc();
	unsigned long a = test_map(mm, TEST_BASE, PAGES(NR), 0), b = TEST_BASE + PUD_SIZE + PAGES(5);

	if (!bdev) {
		mmput(mm);
		KSKIP("no disk with a swap header");
	}
	KEXPECT(fill(mm, a, NR) && page_out(mm, a, NR));
	KEXPECT_EQ(slots_named(bdev), NR);
	KEXPECT_EQ(do_mprotect(mm, a, PAGES(8), PROT_READ), 0);
	KEXPECT_EQ(do_mprotect(mm, a, PAGES(8), TEST_RW), 0);
	KEXPECT_EQ(do_mremap(mm, a, PAGES(NR), PAGES(NR), MREMAP_MAYMOVE | MREMAP_FIXED, b), b);
	KEXPECT_EQ(count_swapped(mm, b, NR), NR);
	KEXPECT(intact(mm, b, NR / 2));
	KEXPECT_EQ(do_munmap(mm, b, PAGES(NR)), 0);
	KEXPECT_EQ(get_mm_counter(mm, MM_SWAPENTS), 0UL);
	KEXPECT_EQ(get_mm_counter(mm, MM_ANONPAGES), 0UL);
	KEXPECT_EQ(slots_named(bdev), 0U);
	mmput(mm);
	KEXPECT_EQ(do_swapoff(bdev), 0);
}

KTEST(swap_in, a_half_swapped_huge_page_is_right_everywhere)
{
	struct test_policy policy = test_set_policy();
	struct block_device *bdev = swap_on();
	struct mm *mm = mm_alloc(), *child = mm_alloc();
	unsigned long a = test_map(mm, TEST_BASE, HUGE(2), 0), half = HPAGE_PMD_NR / 2;

	if (!bdev || !test_huge(mm, a)) {
		mmput(child);
		mmput(mm);
		if (bdev)
			do_swapoff(bdev);
		KSKIP("no disk with a swap header, or no huge page");
	}
	for (unsigned long i = 0; i < HPAGE_PMD_NR; i++)
		*test_word(mm, a + PAGES(i)) = value(i);
	KEXPECT(page_out(mm, a, half));
	KEXPECT_EQ(count_swapped(mm, a, HPAGE_PMD_NR), half);
	KEXPECT_EQ(get_mm_counter(mm, MM_ANONPAGES) + get_mm_counter(mm, MM_SWAPENTS), HPAGE_PMD_NR);
	KEXPECT_EQ(dup_mmap(child, mm), 0);
	KEXPECT(intact(child, a, HPAGE_PMD_NR));
	KEXPECT_EQ(do_madvise(child, a + PAGES(half - 4), PAGES(8), MADV_DONTNEED), 0);
	KEXPECT_EQ(do_mremap(mm, a, HUGE(1), HUGE(1), MREMAP_MAYMOVE | MREMAP_FIXED, a + HUGE(64)), a + HUGE(64));
	KEXPECT(intact(mm, a + HUGE(64), HPAGE_PMD_NR));
	KEXPECT_EQ(get_mm_counter(child, MM_ANONPAGES) + get_mm_counter(child, MM_SWAPENTS), HPAGE_PMD_NR - 8);
	mmput(mm);
	mmput(child);
	KEXPECT_EQ(do_swapoff(bdev), 0);
	test_restore_policy(policy);
}

KTEST(swap_in, a_whole_huge_page_goes_out)
{
	struct test_policy policy = test_set_policy();
	struct block_device *bdev = swap_on();
	struct mm *mm = mm_alloc();
	unsigned long a = test_map(mm, TEST_BASE, HUGE(1), 0);

	if (!bdev || !test_huge(mm, a)) {
		mmput(mm);
		if (bdev)
			do_swapoff(bdev);
		KSKIP("no disk with a swap header, or no huge page");
	}
	for (unsigned long i = 0; i < HPAGE_PMD_NR; i++)
		*test_word(mm, a + PAGES(i)) = value(i);
	KEXPECT(page_out(mm, a, HPAGE_PMD_NR));
	/* By entries of whichever size. */
	KEXPECT_GT(get_mm_counter(mm, MM_SWAPENTS), HPAGE_PMD_NR / 2);
	KEXPECT(intact(mm, a, HPAGE_PMD_NR));
	mmput(mm);
	KEXPECT_EQ(do_swapoff(bdev), 0);
	test_restore_policy(policy);
}

/* What can't be read stays where it is, and the area in use: nothing is lost that another try might bring. */
KTEST(swapoff, of_a_disk_that_cannot_be_read_leaves_everything)
{
	struct mm *mm = mm_alloc();
	unsigned long a = test_map(mm, TEST_BASE, PAGES(NR), 0);

	KASSERT_TRUE(ram_disk_on());
	KASSERT_TRUE(fill(mm, a, NR) && page_out(mm, a, NR));
	KEXPECT_EQ(count_swapped(mm, a, NR), NR);
	ram_disk_unreadable = true;
	KEXPECT_EQ(ram_disk_off(), -EIO);
	KEXPECT_EQ(count_swapped(mm, a, NR), NR);
	ram_disk_unreadable = false;
	KEXPECT(intact(mm, a, NR / 2));
	/* It takes new pages again. */
	KEXPECT(page_out(mm, a, NR / 2));
	KEXPECT_EQ(count_swapped(mm, a, NR), NR);
	KEXPECT_EQ(ram_disk_off(), 0);
	KEXPECT_EQ(count_swapped(mm, a, NR), 0UL);
	KEXPECT(intact(mm, a, NR));
	mmput(mm);
}
