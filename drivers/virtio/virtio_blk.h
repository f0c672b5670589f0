/* drivers/virtio/virtio_blk.h - virtio disks: vda, vdb, ... in the order of the PCI bus.
 *
 * Everything a request needs is set aside when the disk is found: a slot with its table of descriptors, header and
 * status byte. When all slots are in use, requests wait in a list that is linked through themselves.
 *
 * Source: virtio 1.2, section 5.2. Linux: drivers/block/virtio_blk.c.
 */
#ifndef DRIVERS_VIRTIO_VIRTIO_BLK_H
#define DRIVERS_VIRTIO_VIRTIO_BLK_H

#include <kernel/lib/compiler.h>

#define VIRTIO_BLK_MAX_DISKS	8
#define VIRTIO_BLK_MAJOR	254	/* what Linux gives it when nobody was before */

/* virtio_blk_init - find all virtio disks and register them. => after pci_init(), block_init(), frame_init() */
void virtio_blk_init(void);

#endif
