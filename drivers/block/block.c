/* drivers/block/block.c - disks, and requests to them.
 *
 * Linux: block/blk-core.c, genhd.c.
 */
#define pr_fmt(fmt) "block: " fmt

#include <drivers/block/block.h>

#include <kernel/debug/assert.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <kernel/sync/completion.h>
#include <kernel/trace/trace.h>
#include <mm/frame/page.h>

DEFINE_FAULT_ATTR(fail_block_io, "fail_block_io");

static DEFINE_SPINLOCK(registry_lock);
static struct block_device *devices;

void block_init(void)
{
	fault_attr_register(&fail_block_io);
}

static u64 request_bytes(const struct block_request *request)
{
	u64 bytes = request->op == BLOCK_DISCARD ? request->nr_sectors << SECTOR_SHIFT : 0;
	unsigned int i;

	for (i = 0; i < request->nr_segments; i++)
		bytes += request->segments[i].len;
	return bytes;
}

/* --- accounting ----------------------------------------------------------------------------------------------- */

static void account_start(struct block_device *device, struct block_request *request)
{
	unsigned long flags;

	request->submitted_ns = ktime_get_ns();
	spin_lock_irqsave(&device->stat_lock, flags);
	if (!device->in_flight++)
		device->busy_since = request->submitted_ns;
	spin_unlock_irqrestore(&device->stat_lock, flags);
}

static void account_end(struct block_device *device, const struct block_request *request, u64 sectors)
{
	struct block_stat *stat = &device->stat[request->op];
	u64 now = ktime_get_ns();
	unsigned long flags;

	spin_lock_irqsave(&device->stat_lock, flags);
	stat->requests++;
	stat->sectors += sectors;
	stat->ns += now - request->submitted_ns;
	stat->errors += request->status != 0;
	if (!--device->in_flight)
		device->busy_ns += now - device->busy_since;
	spin_unlock_irqrestore(&device->stat_lock, flags);
}

void block_stats(struct block_device *device, struct block_stat stat[NR_BLOCK_OPS], unsigned int *in_flight,
		 u64 *busy_ns)
{
	unsigned long flags;

	spin_lock_irqsave(&device->stat_lock, flags);
	memcpy(stat, device->stat, sizeof(device->stat));
	*in_flight = device->in_flight;
	*busy_ns = device->busy_ns + (device->in_flight ? ktime_get_ns() - device->busy_since : 0);
	spin_unlock_irqrestore(&device->stat_lock, flags);
}

/* --- requests --------------------------------------------------------------------------------------------------- */

/* => 0, or why the device shall never see this request */
static int check_request(const struct block_request *request, u64 bytes)
{
	const struct block_device *device = request->device;
	unsigned int i;

	if (request->op == BLOCK_FLUSH)
		return bytes ? -EINVAL : 0;
	if ((request->op == BLOCK_WRITE || request->op == BLOCK_DISCARD) && device->read_only)
		return -EROFS;
	if (request->op == BLOCK_DISCARD && !device->max_discard_sectors)
		return -EOPNOTSUPP;
	if (!bytes || request->sector > device->nr_sectors ||
	    bytes >> SECTOR_SHIFT > device->nr_sectors - request->sector)
		return -EINVAL;
	for (i = 0; i < request->nr_segments; i++)
		if (!IS_ALIGNED(request->segments[i].len, SECTOR_SIZE) || !request->segments[i].len)
			return -EINVAL;
	return 0;
}

/* What the event calls the operation: blktrace's letters. */
static const char *rwbs(const struct block_request *request)
{
	static const char *const letters[] = {
		[BLOCK_READ] = "R", [BLOCK_WRITE] = "W", [BLOCK_FLUSH] = "F", [BLOCK_DISCARD] = "D",
	};

	return letters[request->op];
}

static u32 traced_dev(const struct block_device *device)
{
	return device->major << 20 | device->minor;
}

void block_submit(struct block_request *request)
{
	struct block_device *device = request->device;
	u64 bytes = request_bytes(request);
	int err = check_request(request, bytes);

	request->next_segment = 0;
	request->next_offset = 0;
	request->next_sector = request->sector;
	request->inject_failure = !err && should_fail(&fail_block_io, bytes);
	account_start(device, request);
	trace(block_rq_issue, traced_dev(device), request->sector, bytes >> SECTOR_SHIFT, bytes, rwbs(request),
	      trace_comm_of(trace_current_pid()));
	if (err)
		block_complete(request, err);
	else if (request->op == BLOCK_FLUSH && !device->can_flush)
		block_complete(request, 0);
	else
		device->ops->submit(request);
}

/* The disk may write to these frames at any time, or never: they are not to be used again. */
static void keep_for_ever(const struct block_request *request)
{
	phys_addr_t phys;
	unsigned int i;

	for (i = 0; i < request->nr_segments; i++) {
		const struct block_segment *segment = &request->segments[i];

		for (phys = ALIGN_DOWN(segment->phys, PAGE_SIZE); phys < segment->phys + segment->len; phys += PAGE_SIZE)
			get_page(compound_head(pfn_to_page(phys >> PAGE_SHIFT)));
	}
}

void block_complete(struct block_request *request, int status)
{
	u64 sectors = request_bytes(request) >> SECTOR_SHIFT;
	unsigned long flags;

	if (status == -ETIMEDOUT && request->op == BLOCK_READ)
		keep_for_ever(request);
	/* The transfer has been made all the same: after a failed one, the content of the disk or the memory is undefined. */
	request->status = !status && request->inject_failure ? -EIO : status;
	if (unlikely(request->status))
		trace(block_rq_error, traced_dev(request->device), request->sector, sectors, request->status, rwbs(request));
	trace(block_rq_complete, traced_dev(request->device), request->sector, sectors, request->status, rwbs(request));
	account_end(request->device, request, sectors);
	local_irq_save(flags);
	request->done(request);
	local_irq_restore(flags);
}

static void wake_submitter(struct block_request *request)
{
	complete(request->private);
}

static int submit_and_wait(struct block_request *request)
{
	DECLARE_COMPLETION_ONSTACK(finished);

	request->segments = &request->inline_segment;
	request->done = wake_submitter;
	request->private = &finished;
	block_submit(request);
	wait_for_completion(&finished);
	return request->status;
}

int block_rw_sync(struct block_device *device, enum block_op op, sector_t sector, void *buf, size_t len)
{
	struct block_request request = {
		.device = device, .op = op, .sector = sector, .nr_segments = 1,
		.inline_segment = { .phys = __pa(buf), .len = len },
	};

	return submit_and_wait(&request);
}

int block_discard_sync(struct block_device *device, sector_t sector, sector_t nr_sectors)
{
	struct block_request request = { .device = device, .op = BLOCK_DISCARD, .sector = sector, .nr_sectors = nr_sectors };

	return nr_sectors ? submit_and_wait(&request) : 0;
}

int block_flush_sync(struct block_device *device)
{
	struct block_request request = { .device = device, .op = BLOCK_FLUSH };

	return submit_and_wait(&request);
}

/* --- the registry ------------------------------------------------------------------------------------------------ */

void block_register(struct block_device *device)
{
	struct block_device **end;

	ASSERT(device->ops && !block_find(device->name));
	spin_lock_init(&device->stat_lock);
	spin_lock(&registry_lock);
	for (end = &devices; *end; end = &(*end)->next)
		;
	device->next = NULL;
	WRITE_ONCE(*end, device);
	spin_unlock(&registry_lock);
	pr_info("%s: %llu MB%s%s\n", device->name, device->nr_sectors >> (20 - SECTOR_SHIFT),
		device->read_only ? ", read only" : "", device->can_flush ? ", with a write cache" : "");
}

struct block_device *block_next(struct block_device *device)
{
	return device ? READ_ONCE(device->next) : READ_ONCE(devices);
}

struct block_device *block_find(const char *name)
{
	struct block_device *device = NULL;

	if (str_has_prefix(name, "/dev/"))
		name += strlen("/dev/");
	while ((device = block_next(device)))
		if (!strcmp(device->name, name))
			break;
	return device;
}

struct block_device *block_find_number(u32 major, u32 minor)
{
	struct block_device *device = NULL;

	while ((device = block_next(device)))
		if (device->major == major && device->minor == minor)
			break;
	return device;
}

int block_claim(struct block_device *device, const char *holder)
{
	int err = -EBUSY;

	spin_lock(&registry_lock);
	if (!device->holder) {
		device->holder = holder;
		err = 0;
	}
	spin_unlock(&registry_lock);
	return err;
}

void block_unclaim(struct block_device *device)
{
	spin_lock(&registry_lock);
	ASSERT(device->holder);
	device->holder = NULL;
	spin_unlock(&registry_lock);
}
