/* mm/check/ram_disk_test.c - a disk in RAM, for the tests of swap. It has no tests of its own.
 */
#include <mm/check/ram_disk.h>
#include <kernel/lib/string.h>
#include <kernel/sched/task.h>
#include <mm/alloc/vmalloc.h>
#include <mm/frame/buddy.h>
#include <mm/map/map.h>

int ram_disk_failures;
bool ram_disk_unreadable;
u32 ram_disk_bad_slot;
u64 ram_disk_discarded;
bool ram_disk_hold_discards;
static struct block_request *held;
static u8 *memory;		/* NULL: the disk stays registered, but all of it is unreadable */

static void copy_segment(const struct block_segment *segment, u8 *at, enum block_op op)
{
	if (op == BLOCK_WRITE)
		memcpy(at, __va(segment->phys), segment->len);
	else
		memcpy(__va(segment->phys), at, segment->len);
}

static bool touches_bad_slot(const struct block_request *request)
{
	sector_t bad = ram_disk_bad_slot * SECTORS_PER_PAGE, end = request->sector;

	for (unsigned int i = 0; i < request->nr_segments; i++)
		end += request->segments[i].len >> SECTOR_SHIFT;
	return ram_disk_bad_slot && request->sector <= bad && bad < end;
}

static bool fails(const struct block_request *request)
{
	enum block_op op = request->op;

	if (!memory || touches_bad_slot(request))
		return true;
	if (op == BLOCK_DISCARD)
		return false;
	if (op == BLOCK_READ)
		return ram_disk_unreadable;
	return ram_disk_failures > 0 && ram_disk_failures--;
}

static void transfer(struct block_request *request)
{
	u8 *at = memory + (request->sector << SECTOR_SHIFT);

	if (fails(request)) {
		block_complete(request, -EIO);
		return;
	}
	if (request->op == BLOCK_DISCARD) {	/* anything may be there now: let it be ugly */
		memset(at, 0xdd, request->nr_sectors << SECTOR_SHIFT);
		ram_disk_discarded += request->nr_sectors;
	}
	for (unsigned int i = 0; i < request->nr_segments; at += request->segments[i++].len)
		copy_segment(&request->segments[i], at, request->op);
	block_complete(request, 0);
}

/* --- writes that take their time ---------------------------------------------------------------------------------- */

#define MAX_WAITING	64

static DEFINE_SPINLOCK(slow_lock);				/* irq-safe */
static struct block_request *waiting[MAX_WAITING];		/* (slow_lock) */
static unsigned int nr_waiting;					/* (slow_lock) */
static struct task *slow_thread;

/* => false: the disk is not slow, or has enough to do */
static bool put_off(struct block_request *request)
{
	unsigned long irqflags;
	bool put;

	spin_lock_irqsave(&slow_lock, irqflags);
	put = slow_thread && nr_waiting < MAX_WAITING;
	if (put)
		waiting[nr_waiting++] = request;
	spin_unlock_irqrestore(&slow_lock, irqflags);
	return put;
}

static void finish_waiting(void)
{
	struct block_request *batch[MAX_WAITING];
	unsigned int nr;

	spin_lock_irq(&slow_lock);
	nr = nr_waiting;
	memcpy(batch, waiting, nr * sizeof(batch[0]));
	nr_waiting = 0;
	spin_unlock_irq(&slow_lock);
	for (unsigned int i = 0; i < nr; i++)
		transfer(batch[i]);
}

static int finish_writes(void *arg __unused)
{
	while (!kthread_should_stop()) {
		msleep(10);
		finish_waiting();
	}
	return 0;
}

bool ram_disk_slow(bool slow)
{
	struct task *thread = slow ? kthread_run(finish_writes, NULL, "slow_disk") : slow_thread;

	if (IS_ERR(thread))
		return false;
	spin_lock_irq(&slow_lock);
	slow_thread = slow ? thread : NULL;
	spin_unlock_irq(&slow_lock);
	if (!slow) {
		kthread_stop(thread);
		finish_waiting();
	}
	return true;
}

static void submit(struct block_request *request)
{
	if (request->op == BLOCK_DISCARD && ram_disk_hold_discards)
		held = request;
	else if (request->op != BLOCK_WRITE || !put_off(request))
		transfer(request);
}

void ram_disk_release_discards(void)
{
	ram_disk_hold_discards = false;
	if (held)
		submit(held);
	held = NULL;
}

static const struct block_ops ops = { .submit = submit };
static struct block_device disk = { .name = "ramtest", .block_size = 512, .ops = &ops, .max_discard_sectors = 8192,
				    .discard_granularity = 1 };
struct block_device *ram_disk = &disk;

bool ram_disk_on_with(int swap_flags)
{
	size_t size = min(totalram_pages() / 3, 256UL << (20 - PAGE_SHIFT)) << PAGE_SHIFT;
	u32 *header;

	memory = vzalloc(size);
	if (!memory)
		return false;
	header = (u32 *)memory;
	header[256] = 1;			/* version */
	header[257] = (size >> PAGE_SHIFT) - 1;	/* last page */
	memcpy(memory + 4086, "SWAPSPACE2", 10);
	if (!disk.nr_sectors)
		block_register(&disk);
	disk.nr_sectors = size >> SECTOR_SHIFT;
	return !do_swapon("/dev/ramtest", &disk, swap_flags);
}

bool ram_disk_on(void)
{
	return ram_disk_on_with(0);
}

int ram_disk_off(void)
{
	int error = do_swapoff(&disk);

	if (error)
		return error;
	vfree(memory);
	memory = NULL;
	return 0;
}
