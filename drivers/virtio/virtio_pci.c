/* drivers/virtio/virtio_pci.c - a virtio device on the PCI bus.
 *
 * Linux: drivers/virtio/virtio_pci_modern.c, virtio_pci_modern_dev.c.
 */
#define pr_fmt(fmt) "virtio: " fmt

#include <drivers/virtio/virtio_pci.h>

#include <kernel/debug/printk.h>
#include <kernel/lib/errno.h>
#include <kernel/x86/io.h>
#include <kernel/x86/tsc.h>

/* struct virtio_pci_cap (4.1.4): offsets from the capability on */
#define CAP_LENGTH		2
#define CAP_TYPE		3
#define CAP_BAR			4
#define CAP_OFFSET		8
#define CAP_REGION_LENGTH	12
#define CAP_NOTIFY_MULTIPLIER	16
#define CAP_MIN_LENGTH		16
#define CAP_TYPE_COMMON		1
#define CAP_TYPE_NOTIFY		2
#define CAP_TYPE_DEVICE		4

/* struct virtio_pci_common_cfg (4.1.4.3) */
#define COMMON_DEVICE_FEATURE_SELECT	0
#define COMMON_DEVICE_FEATURE		4
#define COMMON_DRIVER_FEATURE_SELECT	8
#define COMMON_DRIVER_FEATURE		12
#define COMMON_CONFIG_VECTOR		16
#define COMMON_STATUS			20
#define COMMON_CONFIG_GENERATION	21
#define COMMON_QUEUE_SELECT		22
#define COMMON_QUEUE_SIZE		24
#define COMMON_QUEUE_VECTOR		26
#define COMMON_QUEUE_ENABLE		28
#define COMMON_QUEUE_NOTIFY_OFF		30
#define COMMON_QUEUE_DESC		32
#define COMMON_QUEUE_DRIVER		40
#define COMMON_QUEUE_DEVICE		48
#define COMMON_LENGTH			56

#define RESET_TRIES		1000	/* of 100 us */
#define CONFIG_TRIES		1000	/* to read two halves between two changes */

static void __iomem *common(const struct virtio_device *dev, unsigned int offset)
{
	return (char __iomem *)dev->common + offset;
}

/* --- finding the registers ------------------------------------------------------------------------------------ */

/* => the offset of the first sound capability of this type, 0: none. The device may offer several: the first wins. */
static u8 find_capability(const struct pci_device *pci, u8 type)
{
	u8 cap = 0;

	while ((cap = pci_find_capability(pci, PCI_CAP_VENDOR, cap)))
		if (pci_read8(pci, cap + CAP_TYPE) == type && pci_read8(pci, cap + CAP_LENGTH) >= CAP_MIN_LENGTH &&
		    pci_read8(pci, cap + CAP_BAR) < PCI_NR_BARS)
			return cap;
	return 0;
}

/* => the kernel address of the structure, whose length must be at least `least`; NULL: not there, or not inside its BAR */
static void __iomem *map_capability(const struct pci_device *pci, u8 type, u32 least, u32 *length)
{
	u8 cap = find_capability(pci, type);

	if (!cap)
		return NULL;
	*length = pci_read32(pci, cap + CAP_REGION_LENGTH);
	if (*length < least)
		return NULL;
	return pci_map_bar(pci, pci_read8(pci, cap + CAP_BAR), pci_read32(pci, cap + CAP_OFFSET), *length);
}

static bool find_notify_registers(struct virtio_device *dev)
{
	u8 cap = find_capability(dev->pci, CAP_TYPE_NOTIFY);

	if (!cap || pci_read8(dev->pci, cap + CAP_LENGTH) < CAP_MIN_LENGTH + 4)
		return false;
	dev->notify_bar = pci_read8(dev->pci, cap + CAP_BAR);
	dev->notify_offset = pci_read32(dev->pci, cap + CAP_OFFSET);
	dev->notify_length = pci_read32(dev->pci, cap + CAP_REGION_LENGTH);
	dev->notify_multiplier = pci_read32(dev->pci, cap + CAP_NOTIFY_MULTIPLIER);
	return true;
}

int virtio_pci_open(struct virtio_device *dev, struct pci_device *pci)
{
	const char *missing = NULL;
	u32 length;

	*dev = (struct virtio_device){ .pci = pci };
	pci_enable(pci);
	dev->common = map_capability(pci, CAP_TYPE_COMMON, COMMON_LENGTH, &length);
	dev->config = map_capability(pci, CAP_TYPE_DEVICE, 1, &dev->config_length);
	if (!dev->common)
		missing = "common configuration";
	else if (!dev->config)
		missing = "device configuration";
	else if (!find_notify_registers(dev))
		missing = "notification";
	if (missing) {
		pr_err("%02x:%02x.%u: no usable %s structure: is it a device of before virtio 1.0?\n", pci->bus, pci->slot,
		       pci->function, missing);
		return -ENODEV;
	}
	/* The order of 3.1.1: reset, then "seen", then "I know how to drive it". */
	if (!virtio_reset(dev)) {
		pr_err("%02x:%02x.%u: does not come out of reset\n", pci->bus, pci->slot, pci->function);
		return -ENODEV;
	}
	virtio_add_status(dev, VIRTIO_STATUS_ACKNOWLEDGE);
	virtio_add_status(dev, VIRTIO_STATUS_DRIVER);
	return 0;
}

/* --- status and features ----------------------------------------------------------------------------------------- */

u8 virtio_status(const struct virtio_device *dev)
{
	return readb(common(dev, COMMON_STATUS));
}

void virtio_add_status(const struct virtio_device *dev, u8 bits)
{
	writeb(virtio_status(dev) | bits, common(dev, COMMON_STATUS));
}

bool virtio_reset(const struct virtio_device *dev)
{
	unsigned int tries;

	/* The device has stopped when the status that was written as 0 also reads 0 (4.1.4.3.2). */
	writeb(0, common(dev, COMMON_STATUS));
	for (tries = 0; tries < RESET_TRIES; tries++) {
		if (!virtio_status(dev))
			return true;
		udelay(100);
	}
	return false;
}

static u64 offered_features(const struct virtio_device *dev)
{
	u64 low, high;

	writel(0, common(dev, COMMON_DEVICE_FEATURE_SELECT));
	low = readl(common(dev, COMMON_DEVICE_FEATURE));
	writel(1, common(dev, COMMON_DEVICE_FEATURE_SELECT));
	high = readl(common(dev, COMMON_DEVICE_FEATURE));
	return high << 32 | low;
}

static void accept_features(const struct virtio_device *dev)
{
	writel(0, common(dev, COMMON_DRIVER_FEATURE_SELECT));
	writel((u32)dev->features, common(dev, COMMON_DRIVER_FEATURE));
	writel(1, common(dev, COMMON_DRIVER_FEATURE_SELECT));
	writel((u32)(dev->features >> 32), common(dev, COMMON_DRIVER_FEATURE));
}

int virtio_negotiate(struct virtio_device *dev, u64 wanted, u64 required)
{
	u64 offered = offered_features(dev);

	required |= 1ULL << VIRTIO_F_VERSION_1;
	dev->features = offered & (wanted | required);
	if (required & ~offered) {
		pr_err("%02x:%02x.%u: lacks features 0x%llx, offers 0x%llx\n", dev->pci->bus, dev->pci->slot,
		       dev->pci->function, required & ~offered, offered);
		virtio_add_status(dev, VIRTIO_STATUS_FAILED);
		return -ENODEV;
	}
	accept_features(dev);
	virtio_add_status(dev, VIRTIO_STATUS_FEATURES_OK);
	/* The device takes the bit back when it can't work with this choice (3.1.1, step 6). */
	if (!(virtio_status(dev) & VIRTIO_STATUS_FEATURES_OK)) {
		pr_err("%02x:%02x.%u: does not accept features 0x%llx\n", dev->pci->bus, dev->pci->slot,
		       dev->pci->function, dev->features);
		virtio_add_status(dev, VIRTIO_STATUS_FAILED);
		return -ENODEV;
	}
	return 0;
}

bool virtio_set_config_vector(const struct virtio_device *dev, u16 index)
{
	writew(index, common(dev, COMMON_CONFIG_VECTOR));
	return readw(common(dev, COMMON_CONFIG_VECTOR)) == index;
}

u32 virtio_config_read32(const struct virtio_device *dev, unsigned int offset)
{
	if (offset + sizeof(u32) > dev->config_length)
		return 0;
	return readl((char __iomem *)dev->config + offset);
}

u64 virtio_config_read64(const struct virtio_device *dev, unsigned int offset)
{
	unsigned int tries;

	for (tries = 0; tries < CONFIG_TRIES; tries++) {
		u8 generation = readb(common(dev, COMMON_CONFIG_GENERATION));
		u64 value = virtio_config_read32(dev, offset) | (u64)virtio_config_read32(dev, offset + 4) << 32;

		if (generation == readb(common(dev, COMMON_CONFIG_GENERATION)))
			return value;
	}
	return 0;
}

/* --- queues ------------------------------------------------------------------------------------------------------ */

static void write64(const struct virtio_device *dev, unsigned int offset, u64 value)
{
	writel((u32)value, common(dev, offset));
	writel((u32)(value >> 32), common(dev, offset + 4));
}

u16 virtio_queue_max(const struct virtio_device *dev, u16 index)
{
	writew(index, common(dev, COMMON_QUEUE_SELECT));
	return readw(common(dev, COMMON_QUEUE_SIZE));
}

void __iomem *virtio_queue_enable(const struct virtio_device *dev, const struct virtio_queue_setup *setup)
{
	u64 notify;

	writew(setup->index, common(dev, COMMON_QUEUE_SELECT));
	writew(setup->size, common(dev, COMMON_QUEUE_SIZE));
	write64(dev, COMMON_QUEUE_DESC, setup->descriptors);
	write64(dev, COMMON_QUEUE_DRIVER, setup->driver_area);
	write64(dev, COMMON_QUEUE_DEVICE, setup->device_area);
	writew(setup->vector, common(dev, COMMON_QUEUE_VECTOR));
	if (readw(common(dev, COMMON_QUEUE_VECTOR)) != setup->vector)
		return NULL;
	/* Where to notify (4.1.4.4): each queue has its register, or all share one when the multiplier is 0. */
	notify = (u64)readw(common(dev, COMMON_QUEUE_NOTIFY_OFF)) * dev->notify_multiplier;
	if (notify + sizeof(u16) > dev->notify_length)
		return NULL;
	writew(1, common(dev, COMMON_QUEUE_ENABLE));
	return pci_map_bar(dev->pci, dev->notify_bar, dev->notify_offset + notify, sizeof(u16));
}
