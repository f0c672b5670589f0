/* mm/swap/swap_io_test.c - pages to a disk in RAM and back: zeros, and transfers that fail.
 */
#include <mm/swap/slots.h>
#include <kernel/debug/ktest.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <mm/alloc/page_alloc.h>
#include <mm/check/ram_disk.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>
#include <mm/map/map.h>

#define NR	8

static struct page *pages[NR];

static u64 *words(struct page *page)
{
	return page_address(page);
}

/* There are several, in the order of the array; the lock checker knows no such rule, but nobody waits for us with one. */
static void lock_one_of_all(struct page *page)
{
	while (!trylock_page(page))
		cond_resched();
}

/* Pages as reclaim brings them, in the swap cache, each named by one entry; page i holds fill * i all over. */
static bool pages_in_cache(u64 fill)
{
	for (u64 i = 0; i < NR; i++) {
		pages[i] = alloc_page(GFP_KERNEL);
		if (!pages[i])
			return false;
		for (unsigned long w = 0; w < PAGE_SIZE / 8; w++)
			words(pages[i])[w] = fill * i;
		SetPageSwapBacked(pages[i]);
		SetPageUptodate(pages[i]);
		if (!trylock_page(pages[i]))	/* not lock_page: there are several, and nobody else knows them */
			return false;
		if (add_to_swap(pages[i]) != SLOT_OK || swap_duplicate(page_swap_entry(pages[i])))
			return false;
	}
	return true;
}

/* Written, as one batch, and locked again. */
static void write_all(void)
{
	struct swap_plug plug = { };

	for (int i = 0; i < NR; i++)
		swap_writepage(pages[i], &plug);
	swap_unplug(&plug);
	for (int i = 0; i < NR; i++) {
		lock_one_of_all(pages[i]);
		wait_on_page_writeback(pages[i]);
	}
}

/* Out of the cache, scribbled over, and read from the slot again. => swap_read_page's result */
static int read_again(struct page *page)
{
	swp_entry_t entry = page_swap_entry(page);

	delete_from_swap_cache(page);
	ClearPageUptodate(page);
	memset(page_address(page), 0x55, PAGE_SIZE);
	return swap_cache_add(page, entry) ? : swap_read_page(page);
}

static void drop_all(void)
{
	for (int i = 0; i < NR; i++) {
		swap_free(page_swap_entry(pages[i]));
		delete_from_swap_cache(pages[i]);
		unlock_page(pages[i]);
		put_page(pages[i]);
	}
}

static u64 transfers(enum block_op op)
{
	return ram_disk->stat[op].requests;
}

KTEST(swap_io, zeros_are_not_written_and_not_read)
{
	unsigned long out = vm_event_total(SWPOUT_ZERO), in = vm_event_total(SWPIN_ZERO), wrong = 0;
	u64 writes, reads;

	KASSERT_TRUE(ram_disk_on());
	writes = transfers(BLOCK_WRITE);
	reads = transfers(BLOCK_READ);
	KASSERT_TRUE(pages_in_cache(0));
	write_all();
	KEXPECT_EQ(vm_event_total(SWPOUT_ZERO) - out, (unsigned long)NR);
	for (int i = 0; i < NR; i++) {
		KEXPECT(!PageDirty(pages[i]) && !PageReclaim(pages[i]));
		KEXPECT_EQ(read_again(pages[i]), 0);
		wrong += words(pages[i])[0] || words(pages[i])[PAGE_SIZE / 8 - 1];
	}
	KEXPECT_EQ(wrong, 0UL);
	KEXPECT_EQ(vm_event_total(SWPIN_ZERO) - in, (unsigned long)NR);
	KEXPECT_EQ(transfers(BLOCK_WRITE), writes);
	KEXPECT_EQ(transfers(BLOCK_READ), reads);
	drop_all();
	KEXPECT_EQ(ram_disk_off(), 0);
}

KTEST(swap_io, a_slot_that_held_zeros_can_hold_something_else)
{
	KASSERT_TRUE(ram_disk_on());
	KASSERT_TRUE(pages_in_cache(0));
	write_all();
	words(pages[3])[77] = 77;
	SetPageDirty(pages[3]);
	write_all();
	KEXPECT_EQ(read_again(pages[3]), 0);
	KEXPECT_EQ(words(pages[3])[77], 77ULL);
	words(pages[3])[77] = 0;
	SetPageDirty(pages[3]);
	write_all();
	KEXPECT_EQ(read_again(pages[3]), 0);
	KEXPECT_EQ(words(pages[3])[77], 0ULL);
	drop_all();
	KEXPECT_EQ(ram_disk_off(), 0);
}

KTEST(swap_io, of_a_failed_write_only_the_bad_slot_is_retired)
{
	unsigned int bad = 5, dirty = 0;

	KASSERT_TRUE(ram_disk_on());
	KASSERT_TRUE(pages_in_cache(3));
	ram_disk_bad_slot = swp_offset(page_swap_entry(pages[bad]));
	write_all();
	for (unsigned int i = 0; i < NR; i++) {
		dirty += PageDirty(pages[i]);
	}
	KEXPECT_EQ(dirty, 1U);
	KEXPECT(PageDirty(pages[bad]) && PageError(pages[bad]));
	ram_disk_bad_slot = 0;
	for (unsigned int i = 0; i < NR; i++) {
		if (i == bad)
			continue;
		KEXPECT_EQ(read_again(pages[i]), 0);
		KEXPECT_EQ(words(pages[i])[9], 3ULL * i);
	}
	drop_all();
	/* The last user has gone: now it is bad for good, and alone. */
	KEXPECT_EQ(total_swap_pages(), ram_disk->nr_sectors / SECTORS_PER_PAGE - 2);
	KEXPECT_EQ(ram_disk_off(), 0);
}

KTEST(swap_io, of_a_failed_read_the_others_are_read)
{
	struct swap_plug plug = { };
	unsigned int bad = 2;
	swp_entry_t entry;

	KASSERT_TRUE(ram_disk_on());
	KASSERT_TRUE(pages_in_cache(7));
	write_all();
	ram_disk_bad_slot = swp_offset(page_swap_entry(pages[bad]));
	for (unsigned int i = 0; i < NR; i++) {
		entry = page_swap_entry(pages[i]);
		delete_from_swap_cache(pages[i]);
		ClearPageUptodate(pages[i]);
		memset(page_address(pages[i]), 0x55, PAGE_SIZE);
		KEXPECT_EQ(swap_cache_add(pages[i], entry), 0);
		KEXPECT_EQ(swap_read_page_async(pages[i], &plug), 0);
	}
	swap_unplug(&plug);
	for (unsigned int i = 0; i < NR; i++) {
		lock_one_of_all(pages[i]);
		KEXPECT_EQ(PageUptodate(pages[i]), i != bad);
		KEXPECT_EQ(PageError(pages[i]), i == bad);
		if (i != bad)
			KEXPECT_EQ(words(pages[i])[9], 7ULL * i);
	}
	ram_disk_bad_slot = 0;
	drop_all();
	KEXPECT_EQ(ram_disk_off(), 0);
}

static swp_entry_t last_slot(struct page *huge)
{
	return (swp_entry_t){ page_swap_entry(huge).val + HPAGE_PMD_NR - 1 };
}

/* A huge page in the swap cache, written. One entry names its last slot. */
static struct page *written_huge_page(void)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, HPAGE_PMD_ORDER);
	struct swap_plug plug = { };

	if (!page)
		return NULL;
	memset(page_address(page), 0x11, HPAGE_PMD_SIZE);
	SetPageSwapBacked(page);
	SetPageUptodate(page);
	lock_one_of_all(page);
	if (add_to_swap(page) != SLOT_OK || swap_duplicate(last_slot(page)))
		return NULL;
	swap_writepage(page, &plug);
	swap_unplug(&plug);
	lock_one_of_all(page);
	wait_on_page_writeback(page);
	return page;
}

static struct swap_cluster *cluster_of(swp_entry_t e)
{
	return &entry_area(e)->clusters[swp_offset(e) / SWAP_CLUSTER_SLOTS];
}

KTEST(swap_io, a_cluster_is_discarded_when_its_last_slot_is_free)
{
	struct swap_cluster *c;
	struct page *huge;
	swp_entry_t e, last;
	u64 before;

	KASSERT_TRUE(ram_disk_on_with(SWAP_FLAG_DISCARD | SWAP_FLAG_DISCARD_PAGES));
	before = ram_disk_discarded;
	KASSERT_TRUE(pages_in_cache(5));
	write_all();
	huge = written_huge_page();
	KASSERT_TRUE(huge);
	e = page_swap_entry(huge);
	c = cluster_of(e);
	last = last_slot(huge);
	delete_from_swap_cache(huge);
	KEXPECT_EQ(ram_disk_discarded, before);		/* one slot is still in use */
	swap_free(last);
	KEXPECT_EQ(ram_disk_discarded - before, HPAGE_PMD_NR * SECTORS_PER_PAGE);
	KEXPECT_EQ(c->state, (u8)CLUSTER_FREE);
	/* The others' slots have not been touched. */
	for (int i = 0; i < NR; i++) {
		KEXPECT_EQ(read_again(pages[i]), 0);
		KEXPECT_EQ(words(pages[i])[11], 5ULL * i);
	}
	unlock_page(huge);
	put_page(huge);
	drop_all();
	KEXPECT_EQ(ram_disk_off(), 0);
}

KTEST(swap_io, nobody_gets_a_slot_that_is_being_discarded)
{
	struct page *huge, *other;
	swp_entry_t e, f;

	KASSERT_TRUE(ram_disk_on_with(SWAP_FLAG_DISCARD | SWAP_FLAG_DISCARD_PAGES));
	huge = written_huge_page();
	other = alloc_page(GFP_KERNEL);
	KASSERT_TRUE(huge && other);
	e = page_swap_entry(huge);
	ram_disk_hold_discards = true;
	swap_free(last_slot(huge));
	delete_from_swap_cache(huge);
	KEXPECT_EQ(cluster_of(e)->state, (u8)CLUSTER_DISCARDING);
	KEXPECT_EQ(swap_duplicate(e), -EINVAL);
	for (u32 n = entry_area(e)->nr_clusters; n; n--)
		KEXPECT(cluster_next(entry_area(e), CLUSTER_FREE) != cluster_of(e));
	SetPageSwapBacked(other);
	SetPageUptodate(other);
	lock_one_of_all(other);
	KEXPECT(add_to_swap(other) == SLOT_OK);
	f = page_swap_entry(other);
	KEXPECT(cluster_of(f) != cluster_of(e));
	delete_from_swap_cache(other);
	ram_disk_release_discards();
	KEXPECT_EQ(cluster_of(e)->state, (u8)CLUSTER_FREE);
	unlock_page(other);
	put_page(other);
	unlock_page(huge);
	put_page(huge);
	KEXPECT_EQ(ram_disk_off(), 0);
}

KTEST(swap_io, discard_once_discards_all_but_the_header)
{
	u64 before = ram_disk_discarded;
	struct page *huge;

	KASSERT_TRUE(ram_disk_on_with(SWAP_FLAG_DISCARD | SWAP_FLAG_DISCARD_ONCE));
	KEXPECT_EQ(ram_disk_discarded - before, ram_disk->nr_sectors - SECTORS_PER_PAGE);
	before = ram_disk_discarded;
	huge = written_huge_page();
	KASSERT_TRUE(huge);
	swap_free(last_slot(huge));
	delete_from_swap_cache(huge);
	unlock_page(huge);
	put_page(huge);
	KEXPECT_EQ(ram_disk_off(), 0);
	KEXPECT_EQ(ram_disk_discarded, before);
}
