/* drivers/pci/msix.c - interrupts that are writes to memory.
 *
 * The device has a table of up to 2048 entries, each an address, a data word and a mask bit; when it has something to
 * say about entry n, it writes the data to the address, and the local APIC there makes an interrupt of it (PCI 3.0,
 * section 6.8.2).
 *
 * Linux: drivers/pci/msi/.
 */
#include <drivers/pci/pci.h>

#include <kernel/lib/compiler.h>
#include <kernel/lib/errno.h>
#include <kernel/x86/io.h>
#include <kernel/x86/msi.h>

#define MSIX_CONTROL		2	/* from the capability on */
#define MSIX_TABLE		4
#define MSIX_CONTROL_SIZE	0x07ff	/* entries - 1 */
#define MSIX_CONTROL_MASK_ALL	0x4000
#define MSIX_CONTROL_ENABLE	0x8000
#define MSIX_TABLE_BAR		0x7	/* which BAR; the rest is the offset in it */

#define MSIX_ENTRY_SIZE		16
#define MSIX_ENTRY_ADDRESS_LOW	0
#define MSIX_ENTRY_ADDRESS_HIGH	4
#define MSIX_ENTRY_DATA		8
#define MSIX_ENTRY_CONTROL	12
#define MSIX_ENTRY_MASKED	1

static void __iomem *entry(const struct pci_device *dev, unsigned int index, unsigned int field)
{
	return (char __iomem *)dev->msix_table + index * MSIX_ENTRY_SIZE + field;
}

int pci_msix_init(struct pci_device *dev)
{
	unsigned int i;
	u16 control;
	u32 where;

	dev->msix_cap = pci_find_capability(dev, PCI_CAP_MSIX, 0);
	if (!dev->msix_cap)
		return -ENODEV;
	control = pci_read16(dev, dev->msix_cap + MSIX_CONTROL);
	where = pci_read32(dev, dev->msix_cap + MSIX_TABLE);
	dev->msix_vectors = (control & MSIX_CONTROL_SIZE) + 1;
	dev->msix_table = pci_map_bar(dev, where & MSIX_TABLE_BAR, where & ~MSIX_TABLE_BAR,
				      dev->msix_vectors * MSIX_ENTRY_SIZE);
	if (!dev->msix_table)
		return -ENODEV;
	/* Enabled first, as a whole masked: before, the table need not be there. */
	pci_write16(dev, dev->msix_cap + MSIX_CONTROL, control | MSIX_CONTROL_ENABLE | MSIX_CONTROL_MASK_ALL);
	for (i = 0; i < dev->msix_vectors; i++)
		writel(MSIX_ENTRY_MASKED, entry(dev, i, MSIX_ENTRY_CONTROL));
	pci_write16(dev, dev->msix_cap + MSIX_CONTROL, (control | MSIX_CONTROL_ENABLE) & ~MSIX_CONTROL_MASK_ALL);
	return 0;
}

int pci_msix_route(struct pci_device *dev, unsigned int index, irq_handler_t handler, void *arg, const char *name,
		   unsigned int cpu)
{
	int vector;

	if (!dev->msix_table || index >= dev->msix_vectors)
		return -EINVAL;
	vector = irq_alloc_vector(handler, arg, name);
	if (vector < 0)
		return vector;
	writel((u32)msi_address(cpu), entry(dev, index, MSIX_ENTRY_ADDRESS_LOW));
	writel((u32)(msi_address(cpu) >> 32), entry(dev, index, MSIX_ENTRY_ADDRESS_HIGH));
	writel(msi_data(vector), entry(dev, index, MSIX_ENTRY_DATA));
	writel(0, entry(dev, index, MSIX_ENTRY_CONTROL));
	return 0;
}
