/* drivers/virtio/virtqueue.c - the split ring between driver and device.
 *
 * Order is everything: descriptors and ring entry are written before the index that publishes them (2.7.13), and the
 * used entry is read after the index that announces it. Between the index and the question whether the device wants a
 * kick there is a full barrier: the device does the same in the other order, so that one of us sees the other.
 *
 * Linux: drivers/virtio/virtio_ring.c.
 */
#include <drivers/virtio/virtqueue.h>

#include <kernel/lib/compiler.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/math.h>
#include <kernel/x86/io.h>
#include <mm/frame/buddy.h>
#include <mm/frame/page.h>

#define VIRTQ_USED_NO_NOTIFY	1	/* the device looks by itself (2.7.10) */
#define AREA_ORDER		2	/* descriptors, available ring, used ring: a page each, rounded up */

static_assert(sizeof(struct virtq_desc) * VIRTQ_MAX_SIZE <= PAGE_SIZE);
static_assert(sizeof(struct virtq_avail) <= PAGE_SIZE && sizeof(struct virtq_used) <= PAGE_SIZE);

int virtqueue_open(struct virtqueue *vq, struct virtio_device *dev, u16 index, u16 vector)
{
	struct virtio_queue_setup setup = { .index = index, .vector = vector };
	u16 max_size = virtio_queue_max(dev, index);
	struct page *page;
	char *area;

	if (!max_size)
		return -ENODEV;
	page = frame_alloc(AREA_ORDER, __GFP_ZERO);
	if (!page)
		return -ENOMEM;
	area = page_address(page);
	*vq = (struct virtqueue){
		.dev = dev, .index = index,
		.size = rounddown_pow_of_two(min_t(u16, max_size, VIRTQ_MAX_SIZE)),
		.desc = (void *)area, .avail = (void *)(area + PAGE_SIZE), .used = (void *)(area + 2 * PAGE_SIZE),
	};
	setup.size = vq->size;
	setup.descriptors = page_to_phys(page);
	setup.driver_area = setup.descriptors + PAGE_SIZE;
	setup.device_area = setup.descriptors + 2 * PAGE_SIZE;
	vq->notify = virtio_queue_enable(dev, &setup);
	return vq->notify ? 0 : -ENODEV;
}

void virtqueue_add(struct virtqueue *vq, u16 id, phys_addr_t table, unsigned int nr)
{
	vq->desc[id] = (struct virtq_desc){
		.addr = table, .len = nr * sizeof(struct virtq_desc), .flags = VIRTQ_DESC_INDIRECT,
	};
	vq->avail->ring[vq->avail_idx % vq->size] = id;
	vq->avail_idx++;
	smp_store_release(&vq->avail->idx, vq->avail_idx);
}

void virtqueue_kick(struct virtqueue *vq)
{
	if (vq->notified_idx == vq->avail_idx)
		return;
	vq->notified_idx = vq->avail_idx;
	smp_mb();
	if (!(vq->used->flags & VIRTQ_USED_NO_NOTIFY))
		writew(vq->index, vq->notify);
}

enum virtq_result virtqueue_get(struct virtqueue *vq, u16 *id)
{
	u16 idx = smp_load_acquire(&vq->used->idx);
	u32 slot;

	if (idx == vq->used_seen)
		return VIRTQ_NOTHING;
	/* It can't have finished more than it was ever given. */
	if ((u16)(idx - vq->used_seen) > (u16)(vq->avail_idx - vq->used_seen))
		return VIRTQ_BROKEN;
	slot = vq->used->ring[vq->used_seen % vq->size].id;
	if (slot >= vq->size)
		return VIRTQ_BROKEN;
	vq->used_seen++;
	*id = (u16)slot;
	return VIRTQ_GOT;
}
