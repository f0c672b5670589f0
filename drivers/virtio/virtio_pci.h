/* drivers/virtio/virtio_pci.h - a virtio device on the PCI bus: where its registers are, and what it can do.
 *
 * Modern devices only (virtio 1.x): their registers are found through vendor capabilities, each of which names a part of
 * a BAR. A device that does not offer VIRTIO_F_VERSION_1 is refused.
 *
 * Source: Virtual I/O Device (VIRTIO) Version 1.2, OASIS; the section numbers in comments are of it.
 * Linux: drivers/virtio/virtio_pci_modern.c.
 */
#ifndef DRIVERS_VIRTIO_VIRTIO_PCI_H
#define DRIVERS_VIRTIO_VIRTIO_PCI_H

#include <drivers/pci/pci.h>

#define VIRTIO_PCI_VENDOR	0x1af4
#define VIRTIO_PCI_MODERN_BASE	0x1040		/* + device type (4.1.2) */

/* Device status (2.1) */
#define VIRTIO_STATUS_ACKNOWLEDGE	1
#define VIRTIO_STATUS_DRIVER		2
#define VIRTIO_STATUS_DRIVER_OK		4
#define VIRTIO_STATUS_FEATURES_OK	8
#define VIRTIO_STATUS_NEEDS_RESET	64
#define VIRTIO_STATUS_FAILED		128

/* Feature bits for every device type (6) */
#define VIRTIO_F_INDIRECT_DESC	28
#define VIRTIO_F_VERSION_1	32

#define VIRTIO_NO_VECTOR	0xffff

/* All fields are set by virtio_pci_open() and then constant. */
struct virtio_device {
	struct pci_device *pci;
	void __iomem	*common;		/* common configuration structure (4.1.4.3) */
	void __iomem	*config;		/* device-specific configuration (4.1.4.6) */
	u32		config_length;		/* bytes */
	u8		notify_bar;		/* the notification structure (4.1.4.4), mapped piece by piece */
	u32		notify_offset, notify_length, notify_multiplier;
	u64		features;		/* what both sides agreed to */
};

/*
 * virtio_pci_open - find the registers, reset the device, and tell it that it has a driver
 *
 * => 0; -ENODEV: not a modern device, or its capabilities make no sense (the log says which)
 */
int virtio_pci_open(struct virtio_device *dev, struct pci_device *pci);

/*
 * virtio_negotiate - agree to those of `wanted` that the device offers, and VERSION_1
 *
 * => 0 with dev->features set; -ENODEV: it insists on something else, or lacks one of `required`
 */
int virtio_negotiate(struct virtio_device *dev, u64 wanted, u64 required);

static inline bool virtio_has(const struct virtio_device *dev, unsigned int feature)
{
	return dev->features & (1ULL << feature);
}

u8 virtio_status(const struct virtio_device *dev);
void virtio_add_status(const struct virtio_device *dev, u8 bits);

/* virtio_reset - the device forgets everything and touches no memory any more (2.4.1). => false: it does not answer */
bool virtio_reset(const struct virtio_device *dev);

/* Use entry `index` of the MSI-X table for configuration changes. => false: the device refuses (4.1.5.1.2) */
bool virtio_set_config_vector(const struct virtio_device *dev, u16 index);

/* Device-specific configuration. => offset aligned to the size; 0 behind the end of what the device has */
u32 virtio_config_read32(const struct virtio_device *dev, unsigned int offset);
/* Read twice if need be, so that both halves belong together (2.5.3). => 0 too when the device never stops to change it */
u64 virtio_config_read64(const struct virtio_device *dev, unsigned int offset);

/* What a queue needs of the transport. */
struct virtio_queue_setup {
	u16		index;
	u16		size;			/* entries; not more than virtio_queue_max() */
	phys_addr_t	descriptors, driver_area, device_area;
	u16		vector;			/* of the MSI-X table */
};

/* => the largest size of a queue, 0: the device has no such queue */
u16 virtio_queue_max(const struct virtio_device *dev, u16 index);
/* => the register to write the queue's index to when there is something in it; NULL: the device makes no sense */
void __iomem *virtio_queue_enable(const struct virtio_device *dev, const struct virtio_queue_setup *setup);

#endif
