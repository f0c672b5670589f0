/* mm/fault/swap_readahead_test.c - how much is read ahead, and whose pages they are.
 */
#include <mm/fault/fault.h>
#include <kernel/debug/ktest.h>
#include <mm/check/ram_disk.h>
#include <mm/check/test_mm.h>
#include <mm/check/test_swap.h>
#include <mm/frame/vmstat.h>
#include <mm/map/map.h>

KTEST(swap_readahead, two_in_a_row_make_it_try_and_hits_make_it_grow)
{
	KEXPECT_EQ(swapin_nr_pages(100, 200, 0, 8, 0), 1U);
	KEXPECT_EQ(swapin_nr_pages(100, 101, 0, 8, 1), 2U);
	KEXPECT_EQ(swapin_nr_pages(100, 99, 0, 8, 1), 2U);
	KEXPECT_EQ(swapin_nr_pages(101, 103, 1, 8, 2), 4U);
	KEXPECT_EQ(swapin_nr_pages(103, 107, 3, 8, 4), 8U);
	KEXPECT_EQ(swapin_nr_pages(107, 115, 7, 8, 8), 8U);	/* not above the most */
	KEXPECT_EQ(swapin_nr_pages(107, 115, 7, 32, 8), 16U);
	KEXPECT_EQ(swapin_nr_pages(107, 500, 0, 8, 8), 4U);	/* it shrinks slowly */
	KEXPECT_EQ(swapin_nr_pages(500, 900, 0, 8, 4), 2U);
	KEXPECT_EQ(swapin_nr_pages(900, 100, 0, 8, 2), 1U);
}

#define NR 64UL

/* Two ranges whose slots lie alternately on the disk: a page of the one, a page of the other. */
static struct mm *interleaved(void)
{
	struct mm *mm = test_mm(2);

	if (!mm || do_madvise(mm, TEST_BASE, 2 * HPAGE_PMD_SIZE, MADV_NOHUGEPAGE) || test_touch(mm, TEST_BASE, NR) ||
	    test_touch(mm, TEST_BASE + HPAGE_PMD_SIZE, NR))
		return NULL;
	for (unsigned long at = 0; at < NR * PAGE_SIZE; at += PAGE_SIZE) {
		do_madvise(mm, TEST_BASE + at, PAGE_SIZE, MADV_PAGEOUT);
		do_madvise(mm, TEST_BASE + HPAGE_PMD_SIZE + at, PAGE_SIZE, MADV_PAGEOUT);
	}
	test_drop_swap_cache();
	return mm;
}

static unsigned long hits_of_first_range(bool by_address, unsigned long *read)
{
	bool before = swap_vma_ra_enabled;
	unsigned long hits = vm_event_total(SWAP_RA_HIT), ahead = vm_event_total(SWAP_RA);
	struct mm *mm = interleaved();

	swap_vma_ra_enabled = by_address;
	if (mm) {
		test_wrong(mm, TEST_BASE, NR);
		mmput(mm);
	}
	swap_vma_ra_enabled = before;
	*read = vm_event_total(SWAP_RA) - ahead;
	return vm_event_total(SWAP_RA_HIT) - hits;
}

KTEST(swap_readahead, by_address_it_reads_what_one_of_two_streams_wants)
{
	unsigned long by_address, by_slot, read_by_address, unused;

	KASSERT_TRUE(ram_disk_on());
	by_address = hits_of_first_range(true, &read_by_address);
	by_slot = hits_of_first_range(false, &unused);
	KEXPECT_GE(by_address, NR / 2);
	KEXPECT_EQ(by_address, read_by_address);	/* nothing in vain */
	KEXPECT_LT(by_slot, by_address / 2);
	KEXPECT_EQ(ram_disk_off(), 0);
}

static swp_entry_t slot_of(struct mm *mm, unsigned long i)
{
	return pte_to_swp_entry(ptep_get(pte_offset(pmdp_get(mm_find_pmd(mm, TEST_BASE)), TEST_BASE + i * PAGE_SIZE)));
}

KTEST(swap_readahead, what_goes_out_together_lies_on_the_disk_in_the_order_of_its_addresses)
{
	enum thp_enabled before = test_thp(THP_NEVER);
	struct mm *mm = test_mm(1);

	KASSERT_TRUE(mm && ram_disk_on());
	KEXPECT_EQ(test_touch(mm, TEST_BASE, NR), 0);
	lru_add_drain_all();
	KEXPECT_EQ(do_madvise(mm, TEST_BASE, NR * PAGE_SIZE, MADV_PAGEOUT), 0);
	KASSERT_EQ(get_mm_counter(mm, MM_SWAPENTS), NR);
	for (unsigned long i = 1; i < NR; i++)
		KEXPECT_EQ(slot_of(mm, i).val, slot_of(mm, i - 1).val + 1);
	mmput(mm);
	KEXPECT_EQ(ram_disk_off(), 0);
	test_thp(before);
}
