/* mm/fault/swap_readahead.c - a slot is read in, and its neighbours with it.
 *
 * Two kinds of neighbours: by address, the entries around the one that was touched in its page table, whatever their slots
 * are; and by place on the disk, the slots around it, whosever they are. The first knows what the program does, the
 * second costs a disk that turns less. Which one is a matter of swap_vma_readahead().
 *
 * How many are read depends on how many of the last ones were wanted: up to 2^page_cluster, and none when the
 * accesses seem to be random. They are on their way when the first page has come; nobody waits for them. What is read
 * ahead stays in the swap cache and the LRU, marked with PG_reclaim until somebody wants it. It must not cost anybody else
 * his memory: no reclaim is done for it.
 *
 * Linux: mm/swap_state.c (swap_cluster_readahead, swap_vma_readahead, __read_swap_cache_async).
 */
#include <mm/fault/fault.h>

#include <kernel/lib/math.h>
#include <kernel/sched/task.h>
#include <mm/alloc/page_alloc.h>
#include <mm/frame/lru.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>
#include <mm/reclaim/workingset.h>
#include <mm/swap/swap.h>

int page_cluster = 3;

bool swap_vma_ra_enabled = true;

#define MAX_WINDOW_ORDER	5	/* by address: 32 pages */

/* By place on the disk: since the last read. Guesses, so nobody locks them */
static atomic_t cluster_hits;
static u64 cluster_previous;
static unsigned int cluster_window;

/* By address, in vma->swap_ra: the page that was last wanted, how many were read for it, how many of them were wanted. */
#define RA_HITS_MASK		63UL
#define RA_WINDOW_SHIFT		6
static inline unsigned long ra_make(unsigned long address, unsigned long window, unsigned long hits)
{
	return (address & PAGE_MASK) | window << RA_WINDOW_SHIFT | min(hits, RA_HITS_MASK);
}
static inline unsigned long ra_address(unsigned long ra) { return ra & PAGE_MASK; }
static inline unsigned int ra_window(unsigned long ra) { return ra >> RA_WINDOW_SHIFT & 63; }
static inline unsigned int ra_hits(unsigned long ra) { return ra & RA_HITS_MASK; }

static bool by_address(const struct vma *vma)
{
	return vma && READ_ONCE(swap_vma_ra_enabled) && !swap_is_rotational();
}

static struct page *lookup(swp_entry_t entry, struct vma *vma, unsigned long address)
{
	struct page *page = swap_cache_get(entry);
	bool hit = page && PageReclaim(page) && !PageWriteback(page) && TestClearPageReclaim(page);

	if (hit)
		count_vm_event(SWAP_RA_HIT);
	if (page && by_address(vma)) {
		unsigned long ra = READ_ONCE(vma->swap_ra);

		WRITE_ONCE(vma->swap_ra, ra_make(address, ra_window(ra), ra_hits(ra) + hit));
	} else if (hit) {
		atomic_inc(&cluster_hits);
	}
	return page;
}

unsigned int swapin_nr_pages(u64 previous, u64 now, unsigned int hits, unsigned int most, unsigned int last)
{
	unsigned int nr;

	if (hits)
		nr = max_t(unsigned int, roundup_pow_of_two(hits + 2), 4);
	else	/* nothing known: two of a row make us try */
		nr = now == previous + 1 || now + 1 == previous ? 2 : 1;
	/* One bad guess after good ones does not end it. */
	return max(min(nr, most), last / 2);
}

/*
 * A new page for the slot, in the cache: locked, referenced, not uptodate, on the LRU.
 * => NULL: no memory (*error -ENOMEM), the slot was freed (-ENOENT), somebody else's page is there (-EEXIST)
 */
static struct page *new_cache_page(swp_entry_t entry, gfp_t gfp, int *error)
{
	struct page *page = alloc_page(gfp);

	*error = -ENOMEM;
	if (!page)
		return NULL;
	page->flags |= BIT(PG_locked) | BIT(PG_swapbacked);
	page_lock_adopt(page);
	*error = swap_cache_add(page, entry);
	if (*error) {
		unlock_page(page);
		put_page(page);
		return NULL;
	}
	workingset_refault(page, swap_take_shadow(entry));
	lru_add(page);
	return page;
}

/* => page locked, in the cache. Starts reading; the end of it unlocks. */
static void start_read(struct page *page, struct swap_plug *plug)
{
	if (!swap_read_page_async(page, plug))
		return;
	/* Nothing was started (no request is free): read it here and now. Not with an open request in hand, or all might be. */
	swap_unplug(plug);
	swap_read_page(page);
	unlock_page(page);
}

static void read_ahead(swp_entry_t entry, gfp_t gfp, struct swap_plug *plug)
{
	struct page *page;
	int error;

	if (!swap_entry_valid(entry) || !swap_count(entry))
		return;
	page = new_cache_page(entry, (gfp & ~__GFP_DIRECT_RECLAIM) | __GFP_NORETRY | __GFP_NOWARN, &error);
	if (!page)
		return;
	SetPageReclaim(page);
	count_vm_event(SWAP_RA);
	if (swap_read_page_async(page, plug)) {
		delete_from_swap_cache(page);
		unlock_page(page);
	}
	put_page(page);
}

/* The page of `entry` and the slots around it, in their order, so that neighbours travel in one request. */
static void swap_cluster_readahead(struct page *page, swp_entry_t entry, gfp_t gfp)
{
	unsigned int most = 1U << min(READ_ONCE(page_cluster), HPAGE_PMD_ORDER);
	unsigned int hits = atomic_xchg(&cluster_hits, 0);
	u64 offset = swp_offset(entry), first, i, nr;
	struct swap_plug plug = { };

	nr = min(swapin_nr_pages(READ_ONCE(cluster_previous), offset, hits, most, READ_ONCE(cluster_window)), most);
	nr = rounddown_pow_of_two(nr);
	WRITE_ONCE(cluster_window, nr);
	if (!hits)
		WRITE_ONCE(cluster_previous, offset);
	first = ALIGN_DOWN(offset, nr);
	for (i = max(first, 1ULL); i < first + nr; i++) {
		if (i == offset)
			start_read(page, &plug);
		else
			read_ahead(swp_entry(swp_type(entry), i), gfp, &plug);
	}
	swap_unplug(&plug);
}

struct range { unsigned long start, end; };

/* What to read for this address: in the direction in which the program goes, else around it. Of one page table. */
static struct range choose_window(struct vma *vma, unsigned long address)
{
	unsigned long ra = READ_ONCE(vma->swap_ra), previous = ra_address(ra), nr, before;
	unsigned int most = 1U << min(READ_ONCE(page_cluster), MAX_WINDOW_ORDER);

	nr = min(swapin_nr_pages(previous >> PAGE_SHIFT, address >> PAGE_SHIFT, ra_hits(ra), most, ra_window(ra)), most);
	WRITE_ONCE(vma->swap_ra, ra_make(address, nr, 0));
	if (address == previous + PAGE_SIZE)
		before = 0;
	else if (address + PAGE_SIZE == previous)
		before = nr - 1;
	else
		before = (nr - 1) / 2;
	/* As far as it goes: addresses below the first page of memory do not exist. */
	before = min(before, (address - max(vma->vm_start, ALIGN_DOWN(address, PMD_SIZE))) >> PAGE_SHIFT);
	return (struct range){
		.start = address - (before << PAGE_SHIFT),
		.end = min(address + ((nr - before) << PAGE_SHIFT), pmd_addr_end(address, vma->vm_end)),
	};
}

/* => *entry: what the page at this address is named by now; false: it is in memory, empty, or on the move */
static bool entry_at(struct vma *vma, unsigned long address, swp_entry_t *entry)
{
	pmd_t *pmd = mm_find_pmd(vma->vm_mm, address);
	pmd_t table = pmd ? pmdp_get(pmd) : (pmd_t){ 0 };
	pte_t pte;

	if (!pmd || !pmd_is_table(table))
		return false;
	pte = ptep_get(pte_offset(table, address));
	if (!is_swap_pte(pte))
		return false;
	*entry = pte_to_swp_entry(pte);
	return !is_migration_entry(*entry);
}

/* The page of `entry` and the pages around it in memory. => mmap_lock held */
static void swap_vma_readahead(struct page *page, struct vma *vma, unsigned long address, gfp_t gfp)
{
	struct range range;
	struct swap_plug plug = { };
	swp_entry_t entry;

	address &= PAGE_MASK;
	range = choose_window(vma, address);
	for (unsigned long a = range.start; a < range.end; a += PAGE_SIZE) {
		if (a == address)
			start_read(page, &plug);
		else if (entry_at(vma, a, &entry))
			read_ahead(entry, gfp, &plug);
	}
	swap_unplug(&plug);
}

/* The disk may join what it is asked for at the same time, and fail all of it for one bad slot: the page that is wanted gets
 * one more try. */
static void read_once_more(struct page *page)
{
	lock_page(page);
	if (PageSwapCache(page) && !PageUptodate(page))
		swap_read_page(page);
	unlock_page(page);
}

struct page *swapin_readahead(swp_entry_t entry, gfp_t gfp, struct vma *vma, unsigned long address, bool *did_io)
{
	struct page *page;
	int error;

	for (;;) {
		page = lookup(entry, vma, address);
		if (page)
			return page;
		page = new_cache_page(entry, gfp, &error);
		if (page)
			break;
		if (error != -EEXIST)
			return NULL;
		cond_resched();
	}
	*did_io = true;
	if (by_address(vma))
		swap_vma_readahead(page, vma, address, gfp);
	else
		swap_cluster_readahead(page, entry, gfp);
	wait_on_page_locked(page);
	if (unlikely(!PageUptodate(page)))
		read_once_more(page);
	return page;
}
