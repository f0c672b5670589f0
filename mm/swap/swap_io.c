/* mm/swap/swap_io.c - pages to the disk and back.
 *
 * Requests come from two pools set aside at boot, one for writes and one for reads, so that no memory is needed here, and
 * a fault never waits behind a queue of writes. A writer sleeps when all of his pool is under way.
 *
 * Writes are asynchronous: the page is unlocked and clean as soon as it is on its way, and PG_writeback says so until the
 * completion interrupt. Nobody changes it meanwhile: it is in no page table. When a request fails, its pages are tried one
 * by one. Of what fails alone the page is dirty again, and the slot is never used again; the page waits in memory until
 * nobody names the slot any more. A huge page keeps its slots: it is split when its turn comes again, and its parts find out
 * which of them is bad.
 *
 * A page of zeros costs no transfer: its slot has a bit that says so.
 *
 * Linux: mm/page_io.c.
 */
#define pr_fmt(fmt) "swap: " fmt
#include <mm/swap/slots.h>
#include <drivers/block/block.h>
#include <mm/frame/buddy.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <kernel/sync/completion.h>
#include <kernel/sync/wait.h>
#include <kernel/trace/trace.h>

#define SWAP_IO_PAGES	32	/* small pages in one request; a huge page has one of its own */
#define POOL_SIZE	32	/* requests of each kind under way at most */

/* One request: neighbouring slots of one area. Owned by who took it from the pool, then by the device until it is done. */
struct swap_io {
	struct block_request request;
	struct block_segment segments[SWAP_IO_PAGES];
	struct page	*pages[SWAP_IO_PAGES];
	struct completion *waiter;	/* who waits for a read; NULL: the end of the read unlocks the page */
	unsigned int	writer;		/* of a write: from the plug */
	void		(*page_ended)(struct swap_io *io, struct page *page);
	unsigned int	nr_pages, at;	/* of a failed request: how many pages, which one is tried alone now */
	atomic_t	half_done;	/* its transfer has ended, or block_submit() has returned */
	struct list_head list;		/* (pool lock) */
};

struct io_pool {
	spinlock_t	lock;		/* irq-safe */
	struct list_head free;		/* (lock) */
	unsigned int	in_flight;	/* (lock) */
	wait_queue_head_t free_wait;	/* for a free request */
	struct swap_io	ios[POOL_SIZE];
};
static struct io_pool write_pool, read_pool;

static void pool_init(struct io_pool *pool)
{
	spin_lock_init(&pool->lock);
	INIT_LIST_HEAD(&pool->free);
	init_waitqueue_head(&pool->free_wait);
	for (unsigned int i = 0; i < POOL_SIZE; i++)
		list_add_tail(&pool->ios[i].list, &pool->free);
}

void swap_init(void)
{
	pool_init(&write_pool);
	pool_init(&read_pool);
}

/* => NULL: all are under way */
static struct swap_io *try_get_io(struct io_pool *pool)
{
	struct swap_io *io;
	unsigned long irqflags;

	spin_lock_irqsave(&pool->lock, irqflags);
	io = list_first_entry_or_null(&pool->free, struct swap_io, list);
	if (io) {
		list_del(&io->list);
		pool->in_flight++;
		io->request.nr_segments = 0;
		io->waiter = NULL;
	}
	spin_unlock_irqrestore(&pool->lock, irqflags);
	return io;
}

static struct swap_io *get_io(struct io_pool *pool)
{
	struct swap_io *io;

	wait_event(pool->free_wait, (io = try_get_io(pool)));
	return io;
}

/* Seven eighths of the requests are under way: who wants to write more will soon have to wait. */
bool swap_write_congested(void)
{
	return READ_ONCE(write_pool.in_flight) >= POOL_SIZE - POOL_SIZE / 8;
}

static void put_io(struct io_pool *pool, struct swap_io *io)
{
	unsigned long irqflags;

	spin_lock_irqsave(&pool->lock, irqflags);
	list_add(&io->list, &pool->free);
	pool->in_flight--;
	spin_unlock_irqrestore(&pool->lock, irqflags);
	wake_up(&pool->free_wait);
	if (pool == &write_pool && !swap_write_congested() &&
	    waitqueue_active(&NODE0->reclaim_wait[VMSCAN_THROTTLE_CONGESTED]))
		wake_up_all(&NODE0->reclaim_wait[VMSCAN_THROTTLE_CONGESTED]);
}

/* --- building requests ---------------------------------------------------------------------------------------------------------- */

static sector_t entry_sector(swp_entry_t entry)
{
	return swp_offset(entry) * SECTORS_PER_PAGE;
}

static void add_page(struct swap_io *io, struct page *page)
{
	unsigned int i = io->request.nr_segments++;

	io->pages[i] = page;
	io->segments[i].phys = page_to_phys(page);
	io->segments[i].len = compound_nr(page) * PAGE_SIZE;
}

static void start_io(struct swap_io *io, struct page *page, enum block_op op, void (*done)(struct block_request *))
{
	swp_entry_t entry = page_swap_entry(page);

	io->request.device = entry_area(entry)->bdev;
	io->request.op = op;
	io->request.sector = entry_sector(entry);
	io->request.segments = io->segments;
	io->request.done = done;
	io->request.private = io;
	add_page(io, page);
}

/* Does page's slot lie right behind the last one of the request? */
static bool is_next(const struct swap_io *io, struct page *page)
{
	unsigned int last = io->request.nr_segments - 1;
	swp_entry_t entry = page_swap_entry(io->pages[last]);

	return io->request.nr_segments < SWAP_IO_PAGES && !PageTransHuge(page) && !PageTransHuge(io->pages[last]) &&
	       page_swap_entry(page).val == entry.val + 1;
}

void swap_unplug(struct swap_plug *plug)
{
	struct swap_io *io = plug->open;

	plug->open = NULL;
	if (io)
		block_submit(&io->request);
}

/* --- the end of requests: in interrupt context ------------------------------------------------------------------------------------ */

typedef void (*page_ended_t)(struct swap_io *io, struct page *page);

static struct io_pool *pool_of(const struct swap_io *io)
{
	return io->request.op == BLOCK_WRITE ? &write_pool : &read_pool;
}

static void single_done(struct block_request *request);

/* => true: this page's transfer has ended already; else single_done() goes on when it does */
static bool start_single(struct swap_io *io)
{
	io->request.sector = entry_sector(page_swap_entry(io->pages[io->at]));
	io->request.segments = &io->segments[io->at];
	io->request.nr_segments = 1;
	io->request.done = single_done;
	atomic_set(&io->half_done, 0);
	block_submit(&io->request);
	return atomic_xchg(&io->half_done, 1);
}

/* Page `at` has ended: it, and as many after it as end at once. A loop: a disk that refuses everything must not fill the stack. */
static void go_on_singly(struct swap_io *io)
{
	do {
		io->page_ended(io, io->pages[io->at]);
		if (++io->at == io->nr_pages) {
			put_io(pool_of(io), io);
			return;
		}
	} while (start_single(io));
}

/* Whoever comes second, the end of the transfer or the return of block_submit(), goes on. */
static void single_done(struct block_request *request)
{
	struct swap_io *io = request->private;

	if (atomic_xchg(&io->half_done, 1))
		go_on_singly(io);
}

/*
 * A request fails as a whole, although perhaps one of its slots is bad: then each page is tried alone. Not when the disk
 * is dead.
 */
static void io_ended(struct swap_io *io, struct io_pool *pool, page_ended_t page_ended)
{
	struct swap_area *area = entry_area(page_swap_entry(io->pages[0]));

	io->nr_pages = io->request.nr_segments;
	io->page_ended = page_ended;
	if (io->request.status && io->request.device->dead && !area->dead) {
		WRITE_ONCE(area->dead, true);
		pr_err("%s is dead: it is not written to any more, and what is on it is lost\n", area->name);
	}
	if (io->request.status && io->nr_pages > 1 && !area->dead) {
		io->at = 0;
		if (start_single(io))
			go_on_singly(io);
		return;
	}
	for (unsigned int i = 0; i < io->nr_pages; i++)
		page_ended(io, io->pages[i]);
	put_io(pool, io);
}

/* --- writing --------------------------------------------------------------------------------------------------------------------- */

/* Memory holds the only copy again. */
static void write_failed(struct page *page, int status)
{
	swp_entry_t entry = page_swap_entry(page);
	const char *disk = entry_area(entry)->name;

	SetPageDirty(page);
	SetPageError(page);
	ClearPageReclaim(page);
	if (PageTransHuge(page))
		pr_err_ratelimited("write error %d on %s, slot %llu and the next 511: tried again one by one\n", status, disk,
				   swp_offset(entry));
	else if (slot_retire(entry))
		pr_err_ratelimited("write error %d on %s, slot %llu: the page stays in memory, the slot is not used again\n",
				   status, disk, swp_offset(entry));
}

/* Its process went while the page was being written, and had to leave it: nobody else would look at it for long. */
static void drop_if_unwanted(struct page *page)
{
	swp_entry_t last = { page_swap_entry(page).val + compound_nr(page) - 1 };

	if (page_mapped(page) || swap_count(last) || !trylock_page(page))
		return;
	if (!page_mapped(page))
		try_to_free_swap(page);
	unlock_page(page);
}

void (*swap_written_hook)(struct page *page, unsigned int writer);

/* => interrupt context */
static void write_ended(struct swap_io *io, struct page *page)
{
	int status = io->request.status;
	bool marked;

	trace(swap_write_end, page_to_pfn(page), page_swap_entry(page).val, status);
	if (status)
		write_failed(page, status);
	get_page(page);
	/* Most marked pages are freed here: moving them to the end of their list before would be in vain. */
	marked = TestClearPageReclaim(page);
	end_page_writeback(page);
	drop_if_unwanted(page);
	if (marked && swap_written_hook)
		swap_written_hook(page, io->writer);
	put_page(page);
}

static void write_done(struct block_request *request)
{
	io_ended(request->private, &write_pool, write_ended);
}

static bool is_zero_filled(const struct page *page)
{
	const u64 *word = page_address(page), *end = word + compound_nr(page) * (PAGE_SIZE / sizeof(u64));

	/* Most that begin with zeros end with something else. */
	if (end[-1])
		return false;
	while (word < end && !*word)
		word++;
	return word == end;
}

/* The slots remember it: nothing is written. */
static void write_zeros(struct page *page)
{
	slot_mark_zero(page_swap_entry(page), compound_nr(page), true);
	ClearPageDirty(page);
	ClearPageReclaim(page);
	count_vm_events(SWPOUT_ZERO, compound_nr(page));
	trace(swap_zero, page_to_pfn(page), page_swap_entry(page).val, compound_nr(page), true);
	unlock_page(page);
}

void swap_writepage(struct page *page, struct swap_plug *plug)
{
	VM_ASSERT(PageLocked(page) && PageSwapCache(page) && !PageWriteback(page) && !page_mapped(page));
	if (is_zero_filled(page)) {
		write_zeros(page);
		return;
	}
#ifndef BUG_swap_stale_zero	/* it will come back as the zeros that its slot held before */
	slot_mark_zero(page_swap_entry(page), compound_nr(page), false);
#endif
	if (plug->open && !is_next(plug->open, page))
		swap_unplug(plug);
	if (plug->open) {
		add_page(plug->open, page);
	} else {
		plug->open = get_io(&write_pool);
		plug->open->writer = plug->writer;
		start_io(plug->open, page, BLOCK_WRITE, write_done);
	}
	ClearPageDirty(page);
	set_page_writeback(page);
	count_vm_events(PSWPOUT, compound_nr(page));
	if (PageTransHuge(page))
		count_vm_event(THP_SWPOUT);
	trace(swap_writepage, page_to_pfn(page), page_swap_entry(page).val, compound_nr(page));
	unlock_page(page);
}

/* --- reading ---------------------------------------------------------------------------------------------------------------------- */

/* Parts of a huge page may have been written as zeros: what the disk has of them is old. */
static void clear_zero_parts(struct page *page)
{
	swp_entry_t entry = page_swap_entry(page);

	if (!slot_count_zero(entry, compound_nr(page)))
		return;
	for (unsigned long i = 0; i < compound_nr(page); i++)
		if (slot_count_zero((swp_entry_t){ entry.val + i }, 1))
			memset(page_address(page + i), 0, PAGE_SIZE);
}

static void page_read(struct page *page, int status)
{
	if (!status) {
		if (PageTransHuge(page))
			clear_zero_parts(page);
		SetPageUptodate(page);
		return;
	}
	SetPageError(page);
	pr_err_ratelimited("read error %d on %s, slot %llu\n", status, entry_area(page_swap_entry(page))->name,
			   swp_offset(page_swap_entry(page)));
}

/* => interrupt context */
static void read_ended(struct swap_io *io, struct page *page)
{
	page_read(page, io->request.status);
	if (!io->waiter)
		unlock_page(page);	/* it may be gone right after this */
}

static void read_done(struct block_request *request)
{
	struct swap_io *io = request->private;
	struct completion *waiter = io->waiter;

	io_ended(io, &read_pool, read_ended);
	if (waiter)
		complete(waiter);
}

static void note_read(struct page *page)
{
	VM_ASSERT(PageLocked(page) && PageSwapCache(page) && !PageUptodate(page));
	count_vm_events(PSWPIN, compound_nr(page));
	trace(swap_readpage, page_to_pfn(page), page_swap_entry(page).val, compound_nr(page));
	ClearPageError(page);
}

bool swap_page_is_zero(struct page *page)
{
	return slot_count_zero(page_swap_entry(page), compound_nr(page)) == compound_nr(page);
}

/* => true: its slots hold zeros, so that it is read */
static bool read_zeros(struct page *page)
{
	unsigned int nr = compound_nr(page);

	if (!swap_page_is_zero(page))
		return false;
	memset(page_address(page), 0, nr * PAGE_SIZE);
	ClearPageError(page);
	SetPageUptodate(page);
	count_vm_events(SWPIN_ZERO, nr);
	trace(swap_zero, page_to_pfn(page), page_swap_entry(page).val, nr, false);
	return true;
}

int swap_read_page(struct page *page)
{
	DECLARE_COMPLETION_ONSTACK(finished);
	struct swap_io *io;

	if (read_zeros(page))
		return 0;
	io = get_io(&read_pool);
	io->waiter = &finished;
	note_read(page);
	start_io(io, page, BLOCK_READ, read_done);
	block_submit(&io->request);
	wait_for_completion(&finished);
	return PageUptodate(page) ? 0 : -EIO;
}

int swap_read_page_async(struct page *page, struct swap_plug *plug)
{
	if (read_zeros(page)) {
		unlock_page(page);
		return 0;
	}
	if (plug->open && !is_next(plug->open, page))
		swap_unplug(plug);
	if (plug->open) {
		add_page(plug->open, page);
	} else {
		plug->open = try_get_io(&read_pool);
		if (!plug->open)
			return -EAGAIN;
		start_io(plug->open, page, BLOCK_READ, read_done);
	}
	note_read(page);
	page_lock_hand_over(page);
	return 0;
}
