/* drivers/virtio/virtqueue_test.c - a device that lies in its ring is caught before its numbers are used.
 *
 * There is no device: the test writes the used ring itself.
 */
#include <drivers/virtio/virtqueue.h>

#include <kernel/debug/ktest.h>

#define SIZE	8

static struct virtq_desc desc[SIZE];
static struct virtq_avail avail;
static struct virtq_used used;

static struct virtqueue new_queue(void)
{
	struct virtqueue vq = { .size = SIZE, .desc = desc, .avail = &avail, .used = &used };

	avail.idx = 0;
	used.idx = 0;
	return vq;
}

/* => as a number, to be compared with one */
static int get(struct virtqueue *vq, u16 *id)
{
	return virtqueue_get(vq, id);
}

static void device_finishes(u32 id)
{
	used.ring[used.idx % SIZE].id = id;
	used.idx++;
}

KTEST(virtqueue, slots_come_back_in_the_order_of_the_device)
{
	struct virtqueue vq = new_queue();
	u16 id;

	virtqueue_add(&vq, 3, 0x1000, 3);
	virtqueue_add(&vq, 5, 0x2000, 3);
	KEXPECT_EQ(avail.ring[0], 3);
	KEXPECT_EQ(avail.ring[1], 5);
	KEXPECT_EQ(avail.idx, 2);
	KEXPECT_EQ(desc[5].len, 3 * 16U);
	KEXPECT_EQ(desc[5].flags, VIRTQ_DESC_INDIRECT);
	KEXPECT_EQ(get(&vq, &id), (int)VIRTQ_NOTHING);
	device_finishes(5);
	device_finishes(3);
	KEXPECT_EQ(get(&vq, &id), (int)VIRTQ_GOT);
	KEXPECT_EQ(id, 5);
	KEXPECT_EQ(get(&vq, &id), (int)VIRTQ_GOT);
	KEXPECT_EQ(id, 3);
	KEXPECT_EQ(get(&vq, &id), (int)VIRTQ_NOTHING);
}

KTEST(virtqueue, a_number_outside_of_the_ring_is_refused)
{
	struct virtqueue vq = new_queue();
	u16 id;

	virtqueue_add(&vq, 0, 0x1000, 3);
	device_finishes(SIZE);
	KEXPECT_EQ(get(&vq, &id), (int)VIRTQ_BROKEN);
	vq = new_queue();
	virtqueue_add(&vq, 0, 0x1000, 3);
	device_finishes(0x10000);	/* a number that is 0 when cut to 16 bits */
	KEXPECT_EQ(get(&vq, &id), (int)VIRTQ_BROKEN);
}

KTEST(virtqueue, more_than_was_ever_given_is_refused)
{
	struct virtqueue vq = new_queue();
	u16 id;

	virtqueue_add(&vq, 0, 0x1000, 3);
	used.idx = 2;
	KEXPECT_EQ(get(&vq, &id), (int)VIRTQ_BROKEN);
	used.idx = 0xffff;
	KEXPECT_EQ(get(&vq, &id), (int)VIRTQ_BROKEN);
}

KTEST(virtqueue, counters_wrap)
{
	struct virtqueue vq = new_queue();
	unsigned int i;
	u16 id = 0;

	for (i = 0; i < 70000; i++) {
		virtqueue_add(&vq, i % SIZE, 0x1000, 3);
		device_finishes(i % SIZE);
		KASSERT_EQ(get(&vq, &id), (int)VIRTQ_GOT);
		KASSERT_EQ(id, i % SIZE);
	}
	KEXPECT_EQ(get(&vq, &id), (int)VIRTQ_NOTHING);
}
