/* drivers/pci/bars.c - where the registers of a device appear in physical memory.
 *
 * A BAR tells its size when all ones are written to it: the bits that stay 0 are those below the size (PCI 3.0, section
 * 6.2.5.1). While this is done the device must not answer, so memory decoding is off.
 *
 * Firmware usually assigns addresses. Where it did not, they are taken from the hole below 4 GB: above all RAM and beside
 * the configuration space, the assigned BARs, and the interrupt controllers at 0xfec00000.
 *
 * Linux: drivers/pci/probe.c (pci_read_bases), setup-res.c.
 */
#define pr_fmt(fmt) "pci: " fmt

#include <drivers/pci/pci_internal.h>

#include <kernel/debug/printk.h>
#include <kernel/lib/compiler.h>
#include <kernel/x86/boot_info.h>

#define BAR_IO			0x1
#define BAR_TYPE_MASK		0x6
#define BAR_TYPE_64		0x4
#define BAR_MEMORY_MASK		0xfffffff0U
#define BAR_IO_MASK		0xfffffffcU
#define WINDOW_START		0xc0000000UL	/* RAM below 4 GB ends here or at 0xe0000000 on what QEMU builds */
#define WINDOW_END		0xfec00000UL
#define PAGE_SIZE_4K		4096UL		/* one BAR a page, so that each can be mapped alone */

/* The lowest bit that can be set is the size. A device that lies above it gets one that it can't have: it is a power of two. */
static u64 size_of(u64 mask)
{
	return mask & -mask;
}

/* Write ones, read back, restore. => the bits that can be set */
static u32 probe_bar(const struct pci_device *dev, unsigned int offset)
{
	u32 old = pci_read32(dev, offset), mask;

	pci_write32(dev, offset, ~0U);
	mask = pci_read32(dev, offset);
	pci_write32(dev, offset, old);
	return mask;
}

/* => the number of registers it takes */
static unsigned int read_bar(struct pci_device *dev, unsigned int i)
{
	struct pci_bar *bar = &dev->bars[i];
	unsigned int offset = PCI_BAR0 + 4 * i;
	u32 low = pci_read32(dev, offset);
	u64 mask = probe_bar(dev, offset);

	if (!mask)
		return 1;
	if (low & BAR_IO) {
		bar->is_io = true;
		bar->address = low & BAR_IO_MASK;
		mask &= BAR_IO_MASK;
		bar->size = size_of(mask & 0xffff);
		return 1;
	}
	bar->address = low & BAR_MEMORY_MASK;
	mask &= BAR_MEMORY_MASK;
	bar->is_64bit = (low & BAR_TYPE_MASK) == BAR_TYPE_64 && i + 1 < PCI_NR_BARS;
	if (bar->is_64bit) {
		bar->address |= (u64)pci_read32(dev, offset + 4) << 32;
		mask |= (u64)probe_bar(dev, offset + 4) << 32;
	}
	bar->size = size_of(mask);
	if (bar->size && (bar->address & (bar->size - 1) || bar->address + bar->size < bar->size)) {
		pr_warn("%02x:%02x.%u: BAR %u of %llu bytes at 0x%llx can't be: not used\n", dev->bus, dev->slot, dev->function,
			i, bar->size, bar->address);
		bar->size = 0;
	}
	return 1 + bar->is_64bit;
}

void pci_read_bars(struct pci_device *dev)
{
	u16 command = pci_read16(dev, PCI_COMMAND);
	unsigned int i;

	if (dev->header_type != 0)
		return;
	pci_write16(dev, PCI_COMMAND, command & ~(PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
	for (i = 0; i < PCI_NR_BARS; )
		i += read_bar(dev, i);
	pci_write16(dev, PCI_COMMAND, command);
}

/* --- addresses for those that have none -------------------------------------------------------------------------- */

/* If [*start, *start + size) meets [taken, end), move *start behind it. => it did */
static bool step_over(phys_addr_t *start, u64 size, phys_addr_t taken, phys_addr_t end)
{
	if (*start + size <= taken || *start >= end)
		return false;
	*start = ALIGN(end, size);
	return true;
}

static bool step_over_taken(phys_addr_t *start, u64 size, const struct pci_device *devices, unsigned int nr)
{
	phys_addr_t ecam_start, ecam_end;
	const struct pci_device *dev;
	unsigned int i, b;

	for (i = 0; i < boot_info.nr_ranges; i++)
		if (step_over(start, size, boot_info.ranges[i].start, boot_info.ranges[i].end))
			return true;
	if (pci_config_range(&ecam_start, &ecam_end) && step_over(start, size, ecam_start, ecam_end))
		return true;
	for (dev = devices; dev < devices + nr; dev++)
		for (b = 0; b < PCI_NR_BARS; b++)
			if (dev->bars[b].address && !dev->bars[b].is_io &&
			    step_over(start, size, dev->bars[b].address, dev->bars[b].address + dev->bars[b].size))
				return true;
	return false;
}

/* => false: the device does not keep the address */
static bool write_bar(struct pci_device *dev, unsigned int i, const struct pci_bar *bar, u32 address)
{
	pci_write32(dev, PCI_BAR0 + 4 * i, address);
	if (bar->is_64bit) {
		pci_write32(dev, PCI_BAR0 + 4 * i + 4, 0);
		if (pci_read32(dev, PCI_BAR0 + 4 * i + 4))
			return false;
	}
	return (pci_read32(dev, PCI_BAR0 + 4 * i) & BAR_MEMORY_MASK) == address;
}

static void assign_bar(struct pci_device *dev, unsigned int i, const struct pci_device *devices, unsigned int nr)
{
	struct pci_bar *bar = &dev->bars[i];
	u64 size = max(bar->size, (u64)PAGE_SIZE_4K);
	phys_addr_t start = ALIGN((phys_addr_t)WINDOW_START, size);

	while (start + size <= WINDOW_END && step_over_taken(&start, size, devices, nr))
		;
	if (start + size > WINDOW_END) {
		pr_warn("%02x:%02x.%u: no room for BAR %u of %llu bytes\n", dev->bus, dev->slot, dev->function, i,
			bar->size);
		return;
	}
	if (write_bar(dev, i, bar, (u32)start))
		bar->address = start;
	else
		pr_warn("%02x:%02x.%u: BAR %u does not keep its address\n", dev->bus, dev->slot, dev->function, i);
}

void pci_assign_bars(struct pci_device *devices, unsigned int nr)
{
	struct pci_device *dev;
	unsigned int b;

	for (dev = devices; dev < devices + nr; dev++)
		for (b = 0; b < PCI_NR_BARS; b++)
			/* Behind a bridge, an address outside of the bridge's window would lead nowhere. */
			if (dev->bars[b].size && !dev->bars[b].is_io && !dev->bars[b].address && dev->bus == 0)
				assign_bar(dev, b, devices, nr);
}
