/* drivers/virtio/virtqueue.h - the split ring between driver and device (virtio 1.2, section 2.7).
 *
 * Three areas of memory: descriptors say where data is; the available ring, written by us, says which descriptors are
 * for the device; the used ring, written by the device, says which it has finished with.
 *
 * This driver always puts one descriptor per request into the ring, an indirect one, which points to a table of
 * descriptors of its own (2.7.5.3). So a descriptor's number is the request's slot, nothing is chained in the ring, and
 * no free list is needed.
 *
 * The device is not trusted: what it writes into the used ring is checked before it is used as an index.
 *
 * Linux: drivers/virtio/virtio_ring.c.
 */
#ifndef DRIVERS_VIRTIO_VIRTQUEUE_H
#define DRIVERS_VIRTIO_VIRTQUEUE_H

#include <drivers/virtio/virtio_pci.h>

#define VIRTQ_MAX_SIZE		256	/* so that each area fits into a page */

/* Descriptor flags (2.7.5) */
#define VIRTQ_DESC_NEXT		1
#define VIRTQ_DESC_WRITE	2	/* the device writes to it */
#define VIRTQ_DESC_INDIRECT	4

struct virtq_desc {
	u64	addr;			/* physical */
	u32	len;
	u16	flags;
	u16	next;
};

struct virtq_avail {
	u16	flags;
	u16	idx;			/* counts what was ever made available */
	u16	ring[VIRTQ_MAX_SIZE];
};

struct virtq_used_elem {
	u32	id;
	u32	len;			/* bytes written by the device */
};

struct virtq_used {
	u16	flags;
	u16	idx;
	struct virtq_used_elem ring[VIRTQ_MAX_SIZE];
};

/* All under a lock of the user's. */
struct virtqueue {
	struct virtio_device *dev;
	u16		index;
	u16		size;		/* entries, a power of two */
	struct virtq_desc *desc;
	struct virtq_avail *avail;
	volatile struct virtq_used *used;
	u16		avail_idx;	/* ours; the one in memory is published with a barrier */
	u16		used_seen;	/* what we have taken from the used ring */
	u16		notified_idx;	/* avail_idx at the last kick */
	void __iomem	*notify;
};

/*
 * virtqueue_open - allocate the areas and give the queue to the device
 *
 * => vector: entry of the MSI-X table that the device shall use for it
 * => -ENODEV: no such queue, or the device refuses; -ENOMEM
 */
int virtqueue_open(struct virtqueue *vq, struct virtio_device *dev, u16 index, u16 vector);

/* Make slot `id` available with a table of nr descriptors at `table`. => id < size, and not in use */
void virtqueue_add(struct virtqueue *vq, u16 id, phys_addr_t table, unsigned int nr);
/* Tell the device, if it wants to be told and there is something new. */
void virtqueue_kick(struct virtqueue *vq);

enum virtq_result { VIRTQ_NOTHING, VIRTQ_GOT, VIRTQ_BROKEN };
/* Take the next finished slot. => VIRTQ_BROKEN: the device's counter or number is impossible */
enum virtq_result virtqueue_get(struct virtqueue *vq, u16 *id);

#endif
