/* fuzz: drivers/virtio/virtio_blk.c drivers/virtio/virtio_pci.c drivers/virtio/virtqueue.c
 *
 * A disk that lies. Its configuration space, its registers and what it writes into the used ring come from the input, and so
 * do the requests that it is given. Registers read 0, 255, 0, ... when the input has ended, so that whoever waits for a
 * device to make up its mind waits for ever. Each request must end exactly once, and descriptors must name memory that is
 * the driver's or the request's.
 */
#include <drivers/block/block.h>
#include <drivers/pci/pci.h>
#include <drivers/virtio/virtio_blk.h>
#include <drivers/virtio/virtqueue.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <kernel/sched/timer.h>
#include <kernel/x86/io.h>
#include <mm/frame/buddy.h>
#include <tests/fuzz/fuzz.h>

#define SPACE		256
#define BAR_SIZE	0x4000
#define REGISTERS	0x7f0000000000ULL
#define MAX_REQUESTS	128
#define DATA_SIZE	(72 * 1024)

static struct fuzz_input *input;
static struct pci_device device;
static u8 space[SPACE];
static irq_handler_t handlers[2];
static void *handler_args[2];
static struct block_device *disk;
static struct timer *timer;
static u64 now;
static bool memory_is_short;

static struct request {
	struct block_request block;
	struct block_segment *segments;
	bool in_flight;
} requests[MAX_REQUESTS];
static unsigned int nr_requests;
static u8 *data;
static struct virtq_desc *ring;		/* the queue's three pages */
static struct virtq_avail *avail;
static struct virtq_used *used;
static u64 status_register;
static u16 queue_size, looked, answered;	/* of what is in the available ring */

/* --- what stands below the driver --------------------------------------------------------------------- */

static u64 stubborn(unsigned int bytes)
{
	static bool ones;

	if (input->size)
		return fuzz_take(input, bytes);
	ones = !ones;
	return ones ? ~0ULL : 0;
}

u64 fuzz_mmio_read(u64 address, unsigned int bytes)
{
	fuzz_check(address >= REGISTERS && address + bytes <= REGISTERS + PCI_NR_BARS * BAR_SIZE);
	return stubborn(bytes);
}

/* The first byte that is ever written is the reset; the queue's size is 4 bytes behind (virtio 1.2, section 4.1.4.3). */
void fuzz_mmio_write(u64 address, u64 value, unsigned int bytes)
{
	fuzz_check(address >= REGISTERS && address + bytes <= REGISTERS + PCI_NR_BARS * BAR_SIZE);
	if (!status_register && bytes == 1)
		status_register = address;
	/* Later it may be a doorbell that lies in the same place. */
	if (!disk && bytes == 2 && address == status_register + 4)
		queue_size = value;
}

struct pci_device *pci_device_at(unsigned int i)
{
	return i ? NULL : &device;
}

static u32 read_space(unsigned int offset, unsigned int bytes)
{
	u32 value = ~0U;

	if (offset + bytes <= SPACE)
		memcpy(&value, space + offset, bytes);
	return value;
}

u8 pci_read8(const struct pci_device *dev __unused, unsigned int offset) { return read_space(offset, 1); }
u16 pci_read16(const struct pci_device *dev __unused, unsigned int offset) { return read_space(offset, 2); }
u32 pci_read32(const struct pci_device *dev __unused, unsigned int offset) { return read_space(offset, 4); }
void pci_enable(struct pci_device *dev) { fuzz_check(dev == &device); }
void pci_cut_off(struct pci_device *dev) { fuzz_check(dev == &device); }

u8 pci_find_capability(const struct pci_device *dev __unused, u8 id, u8 after)
{
	for (unsigned int at = after ? after + 20 : 0x40; at + 20 <= SPACE; at += 20)
		if (space[at] == id)
			return at;
	return 0;
}

void __iomem *pci_map_bar(const struct pci_device *dev __unused, unsigned int bar, u64 offset, u64 length)
{
	if (bar >= PCI_NR_BARS || !length || offset > BAR_SIZE || length > BAR_SIZE - offset)
		return NULL;
	return (void *)(REGISTERS + bar * BAR_SIZE + offset);
}

int pci_msix_init(struct pci_device *dev __unused)
{
	return fuzz_take(input, 1) == 1 ? -ENODEV : 0;
}

int pci_msix_route(struct pci_device *dev __unused, unsigned int index, irq_handler_t handler, void *arg,
		   const char *name __unused, unsigned int cpu)
{
	fuzz_check(cpu < nr_cpus && index < ARRAY_SIZE(handlers));
	handlers[index] = handler;
	handler_args[index] = arg;
	return 0;
}

struct page *frame_alloc(unsigned int order, gfp_t gfp __unused)
{
	u8 *pages;

	if (memory_is_short && fuzz_take(input, 1) == 1)
		return NULL;
	pages = fuzz_alloc(PAGE_SIZE << order);
	if (order == 2) {
		ring = (void *)pages;
		avail = (void *)(pages + PAGE_SIZE);
		used = (void *)(pages + 2 * PAGE_SIZE);
	}
	return (struct page *)pages;
}

void udelay(unsigned long us) { now += us * 1000; }
u64 ktime_get_ns(void) { return now++; }
void timer_setup(struct timer *t, timer_fn_t fn)
{
	t->fn = fn;
	timer = t;
}
void timer_start(struct timer *t, u64 expires)
{
	t->expires = expires;
	t->queued = true;
}

/* --- what stands above it: drivers/block's part ------------------------------------------------------------ */

void block_register(struct block_device *device)
{
	disk = device;
	/* What the rooms above build upon. */
	fuzz_check(device->block_size >= SECTOR_SIZE && device->block_size <= PAGE_SIZE);
	fuzz_check(!(device->block_size & (device->block_size - 1)));
	fuzz_check(device->nr_sectors <= (sector_t)S64_MAX >> SECTOR_SHIFT);
	fuzz_check(!device->max_discard_sectors || device->discard_granularity);
}

void block_complete(struct block_request *block, int status)
{
	struct request *r = container_of(block, struct request, block);

	fuzz_check(r->in_flight && status <= 0);
	r->in_flight = false;
}

static bool is_data(u64 address, u32 length)
{
	return address >= __pa(data) && address + length <= __pa(data) + DATA_SIZE;
}

/* => the table of descriptors that a slot of the ring leads to, and how many there are */
static struct virtq_desc *table_of(u16 id, unsigned int *n)
{
	fuzz_check(id < queue_size && ring[id].flags == VIRTQ_DESC_INDIRECT);
	*n = ring[id].len / sizeof(struct virtq_desc);
	return (void *)ring[id].addr;
}

/* What the driver has made available since the last look: header, data, status, each where it may be. */
static void check_descriptors(void)
{
	for (; avail->idx != looked; looked++) {
		unsigned int n;
		struct virtq_desc *d = table_of(avail->ring[looked % queue_size], &n);

		fuzz_check(n >= 2 && n * sizeof(*d) < PAGE_SIZE);
		for (unsigned int i = 0; i < n; i++) {
			bool inside = d[i].addr >= __pa(d) && d[i].addr + d[i].len <= __pa(d) + PAGE_SIZE;

			fuzz_check(d[i].len && (inside || (i && i < n - 1 && is_data(d[i].addr, d[i].len))));
			fuzz_check(d[i].flags & VIRTQ_DESC_NEXT ? d[i].next == i + 1 && i < n - 1 : i == n - 1);
		}
		fuzz_check(d[n - 1].flags == VIRTQ_DESC_WRITE && d[n - 1].len == 1);
	}
}

static void submit(void)
{
	struct request *r = &requests[nr_requests % MAX_REQUESTS];
	unsigned int n = fuzz_take(input, 1);

	if (r->in_flight)
		return;
	nr_requests++;
	*r = (struct request){ .in_flight = true, .segments = fuzz_alloc((n + 1) * sizeof(*r->segments)) };
	r->block = (struct block_request){
		.device = disk, .op = fuzz_take(input, 1) % NR_BLOCK_OPS, .sector = fuzz_take(input, 2), .segments = r->segments,
	};
	r->block.next_sector = r->block.sector;
	INIT_LIST_HEAD(&r->block.queue);
	if (r->block.op == BLOCK_DISCARD)
		r->block.nr_sectors = n + 1;
	else if (r->block.op != BLOCK_FLUSH)
		r->block.nr_segments = n + 1;
	for (unsigned int i = 0; i < r->block.nr_segments; i++) {
		u32 sectors = fuzz_take(input, 1) % 16 + 1, at = fuzz_take(input, 1) % 128;

		r->segments[i] = (struct block_segment){ __pa(data) + at * SECTOR_SIZE, sectors * SECTOR_SIZE };
	}
	if ((r->block.op == BLOCK_DISCARD && !disk->max_discard_sectors) || (r->block.op == BLOCK_FLUSH && !disk->can_flush)) {
		r->in_flight = false;
		return;
	}
	disk->ops->submit(&r->block);
}

static void device_writes(void)
{
	u16 slot = fuzz_take(input, 1);

	used->ring[slot] = (struct virtq_used_elem){ fuzz_take(input, 1), 0 };
	used->idx += fuzz_take(input, 1);
}

/* An honest answer to the oldest request, so that the input gets further than the first lie. */
static void device_answers(u8 status)
{
	unsigned int n;
	struct virtq_desc *d;
	u16 id;

	if (answered == looked)
		return;
	id = avail->ring[answered++ % queue_size];
	d = table_of(id, &n);
	*(u8 *)d[n - 1].addr = status;
	used->ring[used->idx++ % queue_size] = (struct virtq_used_elem){ id, 1 };
}

static void live(void)
{
	while (input->size) {
		switch (fuzz_take(input, 1) % 8) {
		case 0: case 1: submit(); break;
		case 2: device_writes(); break;
		case 3: device_answers(fuzz_take(input, 1)); break;
		case 4: handlers[0](handler_args[0]); break;
		case 5: case 6: handlers[1](handler_args[1]); break;
		case 7:
			now += fuzz_take(input, 1) * NSEC_PER_SEC;
			if (timer->queued && timer->expires <= now) {
				timer->queued = false;
				timer->fn(timer);
			}
			break;
		}
		check_descriptors();
	}
}

/* A disk that never answers again is given up in the end, and all its requests with it. */
static void wait_for_the_end(void)
{
	for (int i = 0; i < 100 && timer->queued; i++) {
		now = max(now, timer->expires);
		timer->queued = false;
		timer->fn(timer);
	}
	for (unsigned int i = 0; i < MAX_REQUESTS; i++)
		fuzz_check(!requests[i].in_flight);
}

void fuzz_one(struct fuzz_input *in)
{
	size_t size = SPACE;

	input = in;
	memory_is_short = fuzz_take(in, 1) & 1;
	device = (struct pci_device){ .vendor = 0x1af4, .device = 0x1042 };
	memcpy(space, fuzz_take_block(in, &size), size);
	data = fuzz_alloc(DATA_SIZE);
	virtio_blk_init();
	if (!disk)
		return;
	live();
	wait_for_the_end();
}
