/* drivers/virtio/virtio_blk.c - virtio disks.
 *
 * A request on the wire (5.2.6): a header that the device reads, the data, and one status byte that it writes. Header,
 * status and the table of descriptors lie together in one frame per slot.
 *
 * A request with more segments than the device takes at once goes in pieces, one after the other in the same slot. The
 * disk's lock is held while slots change hands and while the ring is touched, never while a request's done() runs.
 *
 * A device that answers nonsense, or says that it needs a reset (2.1.1), is switched off: all that it was given, and all
 * that comes later, ends with -EIO.
 *
 * A device that does not answer at all is cut off from memory: its right to be a master of the bus is taken away. It is not
 * reset, because a reset waits until it has finished what it does (QEMU stops the whole machine until its own disk
 * answers, which may be never). A transfer that it has begun may still go on behind our back, therefore: the frames of a
 * read, and the descriptors, are not used for anything else until the machine is switched off.
 *
 * Linux: drivers/block/virtio_blk.c.
 */
#define pr_fmt(fmt) "virtio-blk: " fmt

#include <drivers/virtio/virtio_blk.h>

#include <drivers/block/block.h>
#include <drivers/virtio/virtqueue.h>
#include <kernel/debug/assert.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/bitmap.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/math.h>
#include <kernel/lib/printf.h>
#include <kernel/sched/timer.h>
#include <kernel/sync/spinlock.h>
#include <kernel/x86/clock.h>
#include <mm/frame/buddy.h>
#include <mm/frame/page.h>

#define DEVICE_TYPE_BLOCK	2
#define DEVICE_TRANSITIONAL	0x1001	/* also speaks the old protocol; we use the new one (4.1.2) */

/* Feature bits (5.2.3) */
#define VIRTIO_BLK_F_SIZE_MAX	1
#define VIRTIO_BLK_F_SEG_MAX	2
#define VIRTIO_BLK_F_RO		5
#define VIRTIO_BLK_F_BLK_SIZE	6
#define VIRTIO_BLK_F_FLUSH	9
#define VIRTIO_BLK_F_DISCARD	13

/* struct virtio_blk_config (5.2.4) */
#define CONFIG_CAPACITY		0	/* in sectors */
#define CONFIG_SIZE_MAX		8
#define CONFIG_SEG_MAX		12
#define CONFIG_BLK_SIZE		20
#define CONFIG_MAX_DISCARD	36	/* in sectors */
#define CONFIG_DISCARD_ALIGN	44

/* Request types and results (5.2.6) */
#define VIRTIO_BLK_T_IN		0
#define VIRTIO_BLK_T_OUT	1
#define VIRTIO_BLK_T_FLUSH	4
#define VIRTIO_BLK_T_DISCARD	11
#define VIRTIO_BLK_S_OK		0
#define STATUS_NOT_WRITTEN	0xff

#define MSIX_CONFIG		0	/* entries of the MSI-X table */
#define MSIX_QUEUE		1
#define MAX_SLOTS		64
#define MAX_DATA_DESCRIPTORS	250
#define MAX_DESCRIPTOR_BYTES	(4U << 20)

struct blk_header {
	u32	type;
	u32	reserved;
	u64	sector;
};

/* The data of VIRTIO_BLK_T_DISCARD */
struct blk_range {
	u64	sector;
	u32	nr_sectors;
	u32	flags;
};

/* What the device is told about one request. One frame. */
struct slot_frame {
	struct virtq_desc desc[MAX_DATA_DESCRIPTORS + 2];
	struct blk_header header;
	struct blk_range range;
	volatile u8	status;
};
static_assert(sizeof(struct slot_frame) <= PAGE_SIZE);

/* Locks: (l) lock, irq-safe  (i) set when the disk is found */
struct virtio_disk {
	struct block_device block;
	struct virtio_device dev;
	struct virtqueue vq;			/* (l) */
	spinlock_t	lock;
	unsigned int	nr_slots;		/* (i) */
	u32		max_segments;		/* (i) data descriptors of one piece */
	u32		max_bytes;		/* (i) of one descriptor */
	unsigned long	free_slots;		/* (l) bit n: slot n is free */
	struct slot_frame *frames[MAX_SLOTS];	/* (i) */
	struct block_request *requests[MAX_SLOTS]; /* (l) what each slot carries */
	u64		given_ns[MAX_SLOTS];	/* (l) when the device got it */
	struct timer	timer;			/* looks after them; waits or runs while any slot is in use */
	struct list_head waiting;		/* (l) block_request.queue: no slot was free */
	bool		broken;			/* (l) */
};
static_assert(MAX_SLOTS <= BITS_PER_LONG);

static struct virtio_disk disks[VIRTIO_BLK_MAX_DISKS];
static unsigned int nr_disks;

/* --- putting a request on the ring: the disk's lock is held --------------------------------------------------------- */

static phys_addr_t slot_phys(struct slot_frame *frame, size_t offset)
{
	return __pa(frame) + offset;
}

/*
 * Fill in data descriptors from where the request has got to. Segments that are adjacent in memory become one.
 *
 * => the number of descriptors; the request's position is moved behind them
 */
static unsigned int fill_data(struct virtio_disk *disk, struct slot_frame *frame, struct block_request *request)
{
	u16 flags = VIRTQ_DESC_NEXT | (request->op == BLOCK_READ ? VIRTQ_DESC_WRITE : 0);
	unsigned int n = 0;

	while (request->next_segment < request->nr_segments) {
		const struct block_segment *segment = &request->segments[request->next_segment];
		phys_addr_t phys = segment->phys + request->next_offset;
		u32 len = min(segment->len - request->next_offset, disk->max_bytes);
		struct virtq_desc *last = n ? &frame->desc[n] : NULL;	/* desc[0] is the header */

		if (last && last->addr + last->len == phys && last->len + len <= disk->max_bytes) {
			last->len += len;
		} else if (n < disk->max_segments) {
			n++;
			frame->desc[n] = (struct virtq_desc){ phys, len, flags, n + 1 };
		} else {
			break;
		}
		request->next_sector += len >> SECTOR_SHIFT;
		request->next_offset += len;
		if (request->next_offset == segment->len) {
			request->next_segment++;
			request->next_offset = 0;
		}
	}
	return n;
}

static u32 request_type(const struct block_request *request)
{
	switch (request->op) {
	case BLOCK_READ: return VIRTIO_BLK_T_IN;
	case BLOCK_WRITE: return VIRTIO_BLK_T_OUT;
	case BLOCK_DISCARD: return VIRTIO_BLK_T_DISCARD;
	default: return VIRTIO_BLK_T_FLUSH;
	}
}

/* The one data descriptor of a discard. The request's position is moved behind it. */
static unsigned int fill_range(struct virtio_disk *disk, struct slot_frame *frame, struct block_request *request)
{
	sector_t left = request->sector + request->nr_sectors - request->next_sector;

	frame->range = (struct blk_range){
		.sector = request->next_sector, .nr_sectors = min_t(sector_t, left, disk->block.max_discard_sectors),
	};
	frame->desc[1] = (struct virtq_desc){
		slot_phys(frame, offsetof(struct slot_frame, range)), sizeof(struct blk_range), VIRTQ_DESC_NEXT, 2,
	};
	request->next_sector += frame->range.nr_sectors;
	return 1;
}

static bool is_complete(const struct block_request *request)
{
	if (request->op == BLOCK_DISCARD)
		return request->next_sector == request->sector + request->nr_sectors;
	return request->next_segment == request->nr_segments;
}

/* Often enough for what is set now: /sys may shorten it at any time. => ns */
static u64 look_again_after(const struct virtio_disk *disk)
{
	return min(READ_ONCE(disk->block.timeout_ms) * NSEC_PER_MSEC, 1 * NSEC_PER_SEC);
}

/* Give the device the next piece of the request in this slot. */
static void start_piece(struct virtio_disk *disk, unsigned int slot)
{
	struct block_request *request = disk->requests[slot];
	struct slot_frame *frame = disk->frames[slot];
	unsigned int n;

	frame->header = (struct blk_header){ .type = request_type(request) };
	if (request->op == BLOCK_READ || request->op == BLOCK_WRITE)
		frame->header.sector = request->next_sector;
	frame->status = STATUS_NOT_WRITTEN;
	frame->desc[0] = (struct virtq_desc){
		slot_phys(frame, offsetof(struct slot_frame, header)), sizeof(struct blk_header), VIRTQ_DESC_NEXT, 1,
	};
	n = request->op == BLOCK_DISCARD ? fill_range(disk, frame, request) : fill_data(disk, frame, request);
	frame->desc[n + 1] = (struct virtq_desc){
		slot_phys(frame, offsetof(struct slot_frame, status)), 1, VIRTQ_DESC_WRITE, 0,
	};
	disk->given_ns[slot] = ktime_get_ns();
	if (!timer_pending(&disk->timer))
		timer_start_after(&disk->timer, look_again_after(disk));
	virtqueue_add(&disk->vq, slot, slot_phys(frame, 0), n + 2);
}

static void start_waiting(struct virtio_disk *disk)
{
	while (disk->free_slots && !list_empty(&disk->waiting)) {
		struct block_request *request = list_first_entry(&disk->waiting, struct block_request, queue);
		unsigned int slot = __ffs(disk->free_slots);

		list_del(&request->queue);
		__clear_bit(slot, &disk->free_slots);
		disk->requests[slot] = request;
		start_piece(disk, slot);
	}
	virtqueue_kick(&disk->vq);
}

static void submit(struct block_request *request)
{
	struct virtio_disk *disk = request->device->driver;
	unsigned long flags;
	bool broken;

	spin_lock_irqsave(&disk->lock, flags);
	broken = disk->broken;
	if (!broken) {
		list_add_tail(&request->queue, &disk->waiting);
		start_waiting(disk);
	}
	spin_unlock_irqrestore(&disk->lock, flags);
	if (broken)
		block_complete(request, -EIO);
}

static const struct block_ops virtio_blk_ops = { .submit = submit };

/* --- finishing requests ----------------------------------------------------------------------------------------------- */

static void finish_all(struct list_head *finished)
{
	struct block_request *request, *next;

	list_for_each_entry_safe(request, next, finished, queue)
		block_complete(request, request->status);
}

static void free_slot(struct virtio_disk *disk, unsigned int slot)
{
	disk->requests[slot] = NULL;
	__set_bit(slot, &disk->free_slots);
}

/* => lock held; all requests are moved to the list, those that the device has with this status */
static void fail_all(struct virtio_disk *disk, int status, struct list_head *finished)
{
	struct block_request *request;
	unsigned int slot;

	disk->broken = true;
	disk->block.dead = true;
	list_for_each_entry(request, &disk->waiting, queue)
		request->status = -EIO;
	list_splice_tail_init(&disk->waiting, finished);
	for (slot = 0; slot < disk->nr_slots; slot++) {
		request = disk->requests[slot];
		if (!request)
			continue;
		request->status = status;
		list_add_tail(&request->queue, finished);
		free_slot(disk, slot);
	}
}

/*
 * The device can't be used any more. Once it has been reset, it writes to none of our memory.
 *
 * => lock held; all requests are moved to the list
 */
static void give_up_disk(struct virtio_disk *disk, const char *why, struct list_head *finished)
{
	bool stopped;

	if (disk->broken)
		return;
	pr_err("%s: %s: all its requests fail from now on\n", disk->block.name, why);
	stopped = virtio_reset(&disk->dev);
	if (!stopped) {
		pr_err("%s: it does not stop either\n", disk->block.name);
		pci_cut_off(disk->dev.pci);
	}
	fail_all(disk, stopped ? -EIO : -ETIMEDOUT, finished);
}

/* What the device has had for the longest time. => lock held; MAX_SLOTS: nothing */
static unsigned int oldest_slot(const struct virtio_disk *disk, unsigned int *given)
{
	unsigned int slot, oldest = MAX_SLOTS;

	*given = 0;
	for (slot = 0; slot < disk->nr_slots; slot++) {
		if (!disk->requests[slot])
			continue;
		++*given;
		if (oldest == MAX_SLOTS || disk->given_ns[slot] < disk->given_ns[oldest])
			oldest = slot;
	}
	return oldest;
}

static void cut_off(struct virtio_disk *disk, unsigned int slot, unsigned int given, struct list_head *finished)
{
	static const char *const ops[NR_BLOCK_OPS] = { "read", "write", "flush", "discard" };
	const struct block_request *request = disk->requests[slot];

	pr_err("%s: no answer for %u ms to %u requests, the oldest a %s at sector %llu: "
	       "it is cut off, and all its requests fail from now on\n",
	       disk->block.name, disk->block.timeout_ms, given, ops[request->op], request->sector);
	pci_cut_off(disk->dev.pci);
	fail_all(disk, -ETIMEDOUT, finished);
}

static void look_after(struct timer *timer)
{
	struct virtio_disk *disk = container_of(timer, struct virtio_disk, timer);
	unsigned int slot, given;
	LIST_HEAD(failed);

	spin_lock(&disk->lock);
	slot = oldest_slot(disk, &given);
	if (slot < MAX_SLOTS) {
		if (ktime_get_ns() - disk->given_ns[slot] >= disk->block.timeout_ms * NSEC_PER_MSEC)
			cut_off(disk, slot, given, &failed);
		else
			timer_start_after(timer, look_again_after(disk));
	}
	spin_unlock(&disk->lock);
	finish_all(&failed);
}

/* The device is done with a slot: the next piece, or the end. */
static void finish_slot(struct virtio_disk *disk, unsigned int slot, struct list_head *finished)
{
	struct block_request *request = disk->requests[slot];
	u8 status = disk->frames[slot]->status;

	if (status == VIRTIO_BLK_S_OK && !is_complete(request)) {
		start_piece(disk, slot);
		return;
	}
	request->status = status == VIRTIO_BLK_S_OK ? 0 : -EIO;
	list_add_tail(&request->queue, finished);
	free_slot(disk, slot);
}

static void queue_interrupt(void *arg)
{
	struct virtio_disk *disk = arg;
	enum virtq_result result = VIRTQ_NOTHING;
	LIST_HEAD(finished);
	u16 slot;

	spin_lock(&disk->lock);
	while (!disk->broken && (result = virtqueue_get(&disk->vq, &slot)) == VIRTQ_GOT) {
		if (slot >= disk->nr_slots || !disk->requests[slot]) {
			result = VIRTQ_BROKEN;
			break;
		}
		finish_slot(disk, slot, &finished);
	}
	if (result == VIRTQ_BROKEN) {
		/* What it finished before this is finished. */
		LIST_HEAD(failed);

		give_up_disk(disk, "it returned a request that it was not given", &failed);
		list_splice_tail(&failed, &finished);
	} else if (!disk->broken) {
		start_waiting(disk);
	}
	spin_unlock(&disk->lock);
	finish_all(&finished);
}

static void config_interrupt(void *arg)
{
	struct virtio_disk *disk = arg;
	LIST_HEAD(failed);

	spin_lock(&disk->lock);
	if (virtio_status(&disk->dev) & VIRTIO_STATUS_NEEDS_RESET)
		give_up_disk(disk, "the device needs a reset", &failed);
	spin_unlock(&disk->lock);
	finish_all(&failed);
}

/* --- finding disks --------------------------------------------------------------------------------------------------- */

static bool allocate_slots(struct virtio_disk *disk)
{
	unsigned int slot;

	disk->nr_slots = min_t(unsigned int, disk->vq.size, MAX_SLOTS);
	for (slot = 0; slot < disk->nr_slots; slot++) {
		struct page *page = frame_alloc(0, __GFP_ZERO);

		if (!page)
			return false;
		disk->frames[slot] = page_address(page);
		__set_bit(slot, &disk->free_slots);
	}
	return true;
}

static void read_limits(struct virtio_disk *disk)
{
	struct virtio_device *dev = &disk->dev;
	struct block_device *block = &disk->block;
	u32 segments = MAX_DATA_DESCRIPTORS, bytes = MAX_DESCRIPTOR_BYTES;

	/* Without SEG_MAX a device takes one segment at least; all known ones take as many as the queue is long, less 2. */
	if (virtio_has(dev, VIRTIO_BLK_F_SEG_MAX))
		segments = min(segments, virtio_config_read32(dev, CONFIG_SEG_MAX));
	else
		segments = 1;
	if (virtio_has(dev, VIRTIO_BLK_F_SIZE_MAX))
		bytes = min(bytes, virtio_config_read32(dev, CONFIG_SIZE_MAX));
	disk->max_segments = max(segments, 1U);
	disk->max_bytes = max_t(u32, ALIGN_DOWN(bytes, (u32)SECTOR_SIZE), SECTOR_SIZE);
	block->nr_sectors = virtio_config_read64(dev, CONFIG_CAPACITY);
	block->block_size = virtio_has(dev, VIRTIO_BLK_F_BLK_SIZE) ? virtio_config_read32(dev, CONFIG_BLK_SIZE)
								    : SECTOR_SIZE;
	block->read_only = virtio_has(dev, VIRTIO_BLK_F_RO);
	block->can_flush = virtio_has(dev, VIRTIO_BLK_F_FLUSH);
	block->timeout_ms = BLOCK_TIMEOUT_MS;
	if (!virtio_has(dev, VIRTIO_BLK_F_DISCARD))
		return;
	block->max_discard_sectors = virtio_config_read32(dev, CONFIG_MAX_DISCARD);
	block->discard_granularity = max(virtio_config_read32(dev, CONFIG_DISCARD_ALIGN), 1U);
}

/* => NULL, or what went wrong */
static const char *set_up_interrupts(struct virtio_disk *disk)
{
	struct pci_device *pci = disk->dev.pci;
	/* Disks are spread over the CPUs: a completion is work for the CPU that gets it. */
	unsigned int cpu = disk->block.minor / 16 % READ_ONCE(nr_cpus);

	if (pci_msix_init(pci))
		return "it has no MSI-X, and this driver knows no other interrupt";
	if (pci_msix_route(pci, MSIX_CONFIG, config_interrupt, disk, disk->block.name, cpu) ||
	    pci_msix_route(pci, MSIX_QUEUE, queue_interrupt, disk, disk->block.name, cpu))
		return "no interrupt vector for it";
	if (!virtio_set_config_vector(&disk->dev, MSIX_CONFIG))
		return "it refuses its interrupt vector";
	return NULL;
}

/* The steps of 3.1.1, in its order. => NULL, or what went wrong */
static const char *start_disk(struct virtio_disk *disk, struct pci_device *pci)
{
	u64 wanted = 1ULL << VIRTIO_BLK_F_SIZE_MAX | 1ULL << VIRTIO_BLK_F_SEG_MAX | 1ULL << VIRTIO_BLK_F_RO |
		     1ULL << VIRTIO_BLK_F_BLK_SIZE | 1ULL << VIRTIO_BLK_F_FLUSH | 1ULL << VIRTIO_BLK_F_DISCARD;
	const char *wrong;

	if (virtio_pci_open(&disk->dev, pci))
		return "no virtio 1.x device";
	if (virtio_negotiate(&disk->dev, wanted, 1ULL << VIRTIO_F_INDIRECT_DESC))
		return "no agreement on features";
	read_limits(disk);
	if (disk->block.block_size < SECTOR_SIZE || disk->block.block_size > PAGE_SIZE ||
	    !is_power_of_2(disk->block.block_size))
		return "its blocks are of an impossible size, or larger than a page";
	if (disk->block.nr_sectors > (sector_t)S64_MAX >> SECTOR_SHIFT)
		return "it has more bytes than can be counted";
	wrong = set_up_interrupts(disk);
	if (wrong)
		return wrong;
	if (virtqueue_open(&disk->vq, &disk->dev, 0, MSIX_QUEUE))
		return "its queue can't be set up";
	if (!allocate_slots(disk))
		return "no memory";
	virtio_add_status(&disk->dev, VIRTIO_STATUS_DRIVER_OK);
	return NULL;
}

static void add_disk(struct pci_device *pci)
{
	struct virtio_disk *disk = &disks[nr_disks];
	const char *wrong;

	*disk = (struct virtio_disk){ .block = { .major = VIRTIO_BLK_MAJOR, .minor = nr_disks * 16 } };
	snprintf(disk->block.name, sizeof(disk->block.name), "vd%c", 'a' + nr_disks);
	disk->block.ops = &virtio_blk_ops;
	disk->block.driver = disk;
	spin_lock_init(&disk->lock);
	INIT_LIST_HEAD(&disk->waiting);
	timer_setup(&disk->timer, look_after);
	wrong = start_disk(disk, pci);
	if (wrong) {
		pr_err("disk at %02x:%02x.%u: %s\n", pci->bus, pci->slot, pci->function, wrong);
		if (disk->dev.common)
			virtio_reset(&disk->dev);
		return;
	}
	nr_disks++;
	block_register(&disk->block);
}

void virtio_blk_init(void)
{
	struct pci_device *pci;
	unsigned int i;

	for (i = 0; (pci = pci_device_at(i)); i++) {
		if (pci->vendor != VIRTIO_PCI_VENDOR ||
		    (pci->device != VIRTIO_PCI_MODERN_BASE + DEVICE_TYPE_BLOCK && pci->device != DEVICE_TRANSITIONAL))
			continue;
		if (nr_disks == VIRTIO_BLK_MAX_DISKS) {
			pr_warn("more than %u disks: the others are not used\n", VIRTIO_BLK_MAX_DISKS);
			return;
		}
		add_disk(pci);
	}
}
