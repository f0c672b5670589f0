/* mm/swap/swap.h - pages go out: areas, slots, the swap cache, and the write.
 *
 * An area is a disk (or part of it) cut into 4 KB slots; slot 0 is its header. A slot's count is the number of
 * page-table entries that name it; the swap cache holds one more reference (a page that is in memory and has a slot).
 * A slot is free when both are gone. Everything here stands below the allocator and takes no memory: tables are
 * handed in at swapon (mm/map/swapon.c), block requests come from a pool set aside at boot.
 * Linux: mm/swapfile.c, swap_state.c, page_io.c, rmap.c (try_to_unmap).
 *
 * Locks: one a cluster of 512 slots (counts and cache words; irq-safe, inside page-table locks), and inside it one an
 * area (lists of clusters). mm/swap/slots.h has the nouns.
 */
#ifndef MM_SWAP_SWAP_H
#define MM_SWAP_SWAP_H

#include <mm/rmap/rmap.h>
#include <mm/table/tlb.h>

#define SWAP_CLUSTER_SLOTS	512
struct block_device;
struct swap_area;

void swap_init(void);		/* request pools; called once at boot */

/* --- areas ------------------------------------------------------------------------------------------------------ */
struct swap_header_info { u32 last_page; u32 nr_badpages; u32 badpages[637]; };
/* => page: the first 4 KB of the device; returns 0 or -EINVAL with a line in the log that says what is wrong */
int swap_header_parse(const void *page, u64 device_pages, struct swap_header_info *info);
/* bytes of table memory that an area of nr slots (last_page + 1) needs; the caller brings them, zeroed */
size_t swap_area_table_bytes(u32 nr_slots);
/* => returns the area type (>= 0), -EBUSY (this device is one already) or -EPERM (too many); priority < 0: the next lower one */
int swap_area_activate(struct block_device *bdev, const char *name, const struct swap_header_info *info, int priority, void *tables);
/* What else there is to say of a new area: its disk wants to know which clusters become free; it turns */
void swap_area_tune(unsigned int type, bool discard_freed, bool rotational);
bool swap_is_rotational(void);		/* is any area on a disk that turns? */
/* swapoff, in steps: no new slots from it; (mm/fault pulls pages in); release when empty: returns the table memory */
struct swap_area *swap_area_find(const struct block_device *bdev);
void swap_area_stop_alloc(struct swap_area *area);
void swap_area_restart_alloc(struct swap_area *area);		/* swapoff failed */
void *swap_area_release(struct swap_area *area);
/* next slot >= from that is in use (count or cache), or 0 */
u32 swap_area_next_used(struct swap_area *area, u32 from, bool *has_count, bool *has_cache);
unsigned int swap_area_type(const struct swap_area *area);
struct swap_area_stat { char name[40]; u64 pages, used_pages; int priority; };
/* for /proc/swaps, in the order of activation; false: no area i. pages: without the header and bad slots */
bool swap_area_stat(unsigned int i, struct swap_area_stat *stat);
unsigned long total_swap_pages(void), nr_swap_pages(void);		/* pages; the latter: free */
/* More than half of it is in use: pages that are swapped in give their slot back at once. */
static inline bool vm_swap_full(void) { return nr_swap_pages() * 2 < total_swap_pages(); }

/* --- slots ------------------------------------------------------------------------------------------------------ */
enum slot_result { SLOT_OK, SLOT_NO_SPACE, SLOT_FRAGMENTED };
/* one more entry names it (fork, try_to_unmap): 0; -ENOMEM: no frame for a count above 62; -EINVAL: nobody holds it, or it is bad */
int swap_duplicate(swp_entry_t entry);
/* the same for nr adjacent slots of one cluster: all of them, or none on an error */
int swap_duplicate_range(swp_entry_t entry, unsigned int nr);
void swap_free(swp_entry_t entry);		/* one entry less */
void swap_free_range(swp_entry_t entry, unsigned int nr);	/* of each of nr adjacent slots of one cluster */
void free_swap_and_cache(swp_entry_t entry);	/* zap: one entry less; drops the cache too when that was the last and it is easy */
void free_swap_and_cache_range(swp_entry_t entry, unsigned int nr);	/* => as above, for adjacent slots of one cluster */
int swap_count(swp_entry_t entry);		/* entries that name it, without the cache */
bool page_swapped(struct page *page);		/* does any entry name the slot of a page in the cache, or of any part of it? */
bool swap_entry_valid(swp_entry_t entry);	/* names a slot of an active area that is not bad */
/* The slot of a page in the swap cache, also of a tail of a huge page there. => page locked, or referenced by its slot */
static inline swp_entry_t page_swap_entry(const struct page *page)
{
	const struct page *head = compound_head(page);

	return (swp_entry_t){ head->private + (page - head) };
}

/* --- swap cache --------------------------------------------------------------------------------------------------- */
/* => returns the (4 KB) page of the slot with a reference, or NULL. Until it is locked it may leave the cache again:
 *    lock it, then test PageSwapCache and page_swap_entry */
struct page *swap_cache_get(swp_entry_t entry);
/* => page locked, new, referenced by the caller; the cache takes its own reference (one a 4 KB page);
 *    0, -EEXIST (somebody else is bringing it in: look up again), -ENOENT (slot was freed) */
int swap_cache_add(struct page *page, swp_entry_t entry);
/* => page locked, in the cache, no writeback. Drops the cache's reference; frees the slot when no entry names it */
void delete_from_swap_cache(struct page *page);
/* reclaim's last step: the same for a page whose reference count is frozen (the cache's reference is in the frozen count).
 * shadow: what is remembered of it, for every slot that stays in use; 0: nothing */
void swap_cache_remove_frozen(struct page *page, u32 shadow);
/* What was remembered of the page that went out to this slot, once; 0: nothing. => the slot is held, by an entry or the cache */
u32 swap_take_shadow(swp_entry_t entry);
/* drop the page from the cache when no entry names its slot any more (it becomes dirty). => page locked; true when dropped */
bool try_to_free_swap(struct page *page);
/* migration: new stands for old in the cache from now on, and has its slots; the flag and entry move with it.
 * => both locked, of the same size; old's count is frozen, the cache's references in it pass to new's by the caller */
void swap_cache_replace(struct page *old, struct page *new);
/* a page split gives every tail its own slot of the 512. => head frozen, locked, in the cache; tails not yet visible */
void swap_cache_split(struct page *head);

/* --- out ---------------------------------------------------------------------------------------------------------- */
/* => page locked, anonymous, not in the cache; order 0, or order 9 (512 adjacent slots, a cluster); never allocates */
enum slot_result add_to_swap(struct page *page);

enum unmap_flags { TTU_BATCH_FLUSH = BIT(0), TTU_IGNORE_MLOCK = BIT(1), TTU_SPLIT_HUGE_PMD = BIT(2) };
/*
 * try_to_unmap - replace every PTE of the page by its swap entry (or clear file PTEs), every PMD by a PMD-sized one, or
 *	with TTU_SPLIT_HUGE_PMD by 512 of them
 * => page locked; anonymous: in the swap cache, or lazily free (its entries become empty, or it is so no more)
 * => returns true when no mapping is left. Flushes, or records the flush in ubc when TTU_BATCH_FLUSH
 */
bool try_to_unmap(struct page *page, enum unmap_flags flags, struct tlb_ubc *ubc);

/*
 * Pages in neighbouring slots travel together, in one request: while pages are added it is open, in the plug. Who has
 * plugged pages unplugs before he waits for any of them. A plug is for writes or for reads.
 */
struct swap_io;
struct swap_plug {
	struct swap_io *open;
	unsigned int	writer;		/* on whose behalf: for swap_written_hook, which knows what the numbers mean */
};
void swap_unplug(struct swap_plug *plug);
/*
 * swap_writepage - start the write of a page in the swap cache
 *
 * => page locked, dirty, unmapped and flushed; on return it is unlocked, clean and under writeback
 * => may sleep until a request of the pool is free: that is what bounds the writes under way
 * => on a write error (each page is then tried alone) the page becomes dirty again and stays in memory, its slot is
 *    retired, and the log says so once;
 *    of a huge page no slot is: PG_error stays until it is split, and its parts are written one by one
 */
void swap_writepage(struct page *page, struct swap_plug *plug);
/* => all that the page holds are zeros of which its slots know: to read it again costs no I/O. => page locked, in the cache */
bool swap_page_is_zero(struct page *page);
/* => page locked, in the cache, not uptodate. Reads and waits: 0 and uptodate, or -EIO with PG_error. Leaves it locked.
 *    A huge page is one read of 2 MB */
int swap_read_page(struct page *page);
/* asynchronous form for read-ahead: unlocks the page when done. On -EAGAIN no request was free, and the page is still locked */
int swap_read_page_async(struct page *page, struct swap_plug *plug);
/*
 * The write of a page has ended well, and mm/reclaim had marked it (PG_reclaim, taken off by now): it frees the page, or puts
 * it where it is found first. => interrupt context; page referenced
 */
extern void (*swap_written_hook)(struct page *page, unsigned int writer);
/* Nearly all requests for writes are under way. Who waits for that to change: reclaim_wait of the node */
bool swap_write_congested(void);

#endif
