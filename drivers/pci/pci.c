/* drivers/pci/pci.c - finding the devices, and what they can do.
 *
 * Linux: drivers/pci/probe.c, pci.c.
 */
#define pr_fmt(fmt) "pci: " fmt

#include <drivers/pci/pci_internal.h>

#include <kernel/debug/printk.h>
#include <kernel/lib/bitmap.h>
#include <kernel/lib/compiler.h>
#include <kernel/x86/io.h>

#define HEADER_TYPE_MASK	0x7f
#define HEADER_MULTI_FUNCTION	0x80
#define HEADER_BRIDGE		1
#define NO_DEVICE		0xffff
#define NR_BUSES		256

static struct pci_device devices[PCI_MAX_DEVICES];
static unsigned int nr_devices;
static DECLARE_BITMAP(buses_known, NR_BUSES);
static DECLARE_BITMAP(buses_seen, NR_BUSES);

struct pci_device *pci_device_at(unsigned int i)
{
	return i < nr_devices ? &devices[i] : NULL;
}

/* A list that leads back to where it has been ends there: else whoever asks for one after the other would never come to an end. */
u8 pci_find_capability(const struct pci_device *dev, u8 id, u8 after)
{
	bool behind = !after;
	u64 seen = 0;			/* bit n: the capability at 4 * n */
	u8 at;

	if (!(pci_read16(dev, PCI_STATUS) & PCI_STATUS_CAPABILITIES))
		return 0;
	for (at = pci_read8(dev, PCI_CAPABILITY_LIST) & ~3; at && !(seen & BIT_ULL(at / 4)); at = pci_read8(dev, at + 1) & ~3) {
		seen |= BIT_ULL(at / 4);
		if (behind && pci_read8(dev, at) == id)
			return at;
		behind |= at == after;
	}
	return 0;
}

void pci_enable(struct pci_device *dev)
{
	u16 command = pci_read16(dev, PCI_COMMAND);

	pci_write16(dev, PCI_COMMAND, command | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_INTX_OFF);
}

void pci_cut_off(struct pci_device *dev)
{
	pci_write16(dev, PCI_COMMAND, pci_read16(dev, PCI_COMMAND) & ~PCI_COMMAND_MASTER);
}

void __iomem *pci_map_bar(const struct pci_device *dev, unsigned int bar, u64 offset, u64 length)
{
	const struct pci_bar *b;

	if (bar >= PCI_NR_BARS)
		return NULL;
	b = &dev->bars[bar];
	if (b->is_io || !b->address || !length || offset > b->size || length > b->size - offset)
		return NULL;
	return ioremap(b->address + offset, length);
}

/* => its header, 0xff: there is no such function */
static u8 add_function(unsigned int bus, unsigned int slot, unsigned int function)
{
	struct pci_device probe = { .bus = bus, .slot = slot, .function = function }, *dev;
	u8 header;

	probe.vendor = pci_read16(&probe, PCI_VENDOR_ID);
	if (probe.vendor == NO_DEVICE)
		return 0xff;
	header = pci_read8(&probe, PCI_HEADER_TYPE);
	if (nr_devices == PCI_MAX_DEVICES) {
		pr_warn_once("more than %u devices: the others are not used\n", PCI_MAX_DEVICES);
		return header;
	}
	dev = &devices[nr_devices++];
	*dev = probe;
	dev->device = pci_read16(dev, PCI_DEVICE_ID);
	dev->class = pci_read32(dev, PCI_CLASS_REVISION) >> 8;
	dev->header_type = header & HEADER_TYPE_MASK;
	pci_read_bars(dev);
	pr_debug("%02x:%02x.%u %04x:%04x class %06x\n", bus, slot, function, dev->vendor, dev->device, dev->class);
	if (dev->header_type == HEADER_BRIDGE)
		__set_bit(pci_read8(dev, PCI_SECONDARY_BUS), buses_known);	/* 0, and so seen, if it has no number */
	return header;
}

static void scan_bus(unsigned int bus)
{
	unsigned int slot, function;

	for (slot = 0; slot < 32; slot++) {
		u8 header = add_function(bus, slot, 0);

		if (header == 0xff || !(header & HEADER_MULTI_FUNCTION))
			continue;
		for (function = 1; function < 8; function++)
			add_function(bus, slot, function);
	}
}

/* => a bus that a bridge has led to and that was not looked at yet; NR_BUSES: there is none */
static unsigned int next_bus(void)
{
	unsigned int bus;

	for (bus = 0; bus < NR_BUSES; bus++)
		if (test_bit(bus, buses_known) && !__test_and_set_bit(bus, buses_seen))
			break;
	return bus;
}

/* One bus after the other, not each from inside of the one above: how deep bridges are stacked is not for us to say. */
static void scan_all_buses(void)
{
	unsigned int bus;

	__set_bit(0, buses_known);
	while ((bus = next_bus()) < NR_BUSES)
		scan_bus(bus);
}

void pci_init(void)
{
	phys_addr_t start, end;

	pci_config_init();
	scan_all_buses();
	pci_assign_bars(devices, nr_devices);
	if (pci_config_range(&start, &end))
		pr_info("%u devices, configuration space at 0x%llx\n", nr_devices, start);
	else
		pr_info("%u devices, configuration space through ports\n", nr_devices);
}
