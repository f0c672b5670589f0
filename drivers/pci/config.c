/* drivers/pci/config.c - reading and writing configuration space.
 *
 * ECAM: 4096 bytes for each function, at base + (bus << 20 | slot << 15 | function << 12) (PCI Express 5.0, section
 * 7.2.2). Ports: the address is written to 0xcf8 and the data passes through 0xcfc, which takes a lock.
 *
 * Linux: arch/x86/pci/mmconfig_64.c, direct.c.
 */
#include <drivers/pci/pci_internal.h>

#include <drivers/acpi/acpi.h>
#include <kernel/sync/spinlock.h>
#include <kernel/x86/io.h>

#define CONFIG_ADDRESS	0xcf8
#define CONFIG_DATA	0xcfc
#define CONFIG_ENABLE	(1U << 31)
#define ECAM_SPACE	4096
#define PORT_SPACE	256

static const struct acpi_ecam *ecam;
static void __iomem *ecam_base;
static DEFINE_SPINLOCK(port_lock);	/* irq-safe: the pair of ports */

void pci_config_init(void)
{
	unsigned int i;

	for (i = 0; i < acpi_info.nr_ecams && !ecam_base; i++) {
		ecam = &acpi_info.ecams[i];
		if (ecam->segment == 0)
			ecam_base = ioremap(ecam->address, (size_t)(ecam->last_bus - ecam->first_bus + 1) << 20);
	}
}

bool pci_config_range(phys_addr_t *start, phys_addr_t *end)
{
	if (!ecam_base)
		return false;
	*start = ecam->address;
	*end = ecam->address + ((phys_addr_t)(ecam->last_bus - ecam->first_bus + 1) << 20);
	return true;
}

/* => NULL: not in the ECAM */
static volatile void __iomem *ecam_address(const struct pci_device *dev, unsigned int offset)
{
	if (!ecam_base || dev->bus < ecam->first_bus || dev->bus > ecam->last_bus || offset >= ECAM_SPACE)
		return NULL;
	return (char __iomem *)ecam_base +
	       ((size_t)(dev->bus - ecam->first_bus) << 20 | dev->slot << 15 | dev->function << 12 | offset);
}

static void select_port(const struct pci_device *dev, unsigned int offset)
{
	outl(CONFIG_ENABLE | dev->bus << 16 | dev->slot << 11 | dev->function << 8 | (offset & ~3U), CONFIG_ADDRESS);
}

#define DEFINE_CONFIG_ACCESS(bits, type, suffix, io)						\
type pci_read##bits(const struct pci_device *dev, unsigned int offset)				\
{												\
	volatile void __iomem *memory = ecam_address(dev, offset);				\
	unsigned long flags;									\
	type value;										\
												\
	if (memory)										\
		return read##suffix(memory);							\
	if (offset >= PORT_SPACE)								\
		return (type)~0U;								\
	spin_lock_irqsave(&port_lock, flags);							\
	select_port(dev, offset);								\
	value = in##io(CONFIG_DATA + (offset & 3));						\
	spin_unlock_irqrestore(&port_lock, flags);						\
	return value;										\
}												\
												\
void pci_write##bits(const struct pci_device *dev, unsigned int offset, type value)		\
{												\
	volatile void __iomem *memory = ecam_address(dev, offset);				\
	unsigned long flags;									\
												\
	if (memory) {										\
		write##suffix(value, memory);							\
		return;										\
	}											\
	if (offset >= PORT_SPACE)								\
		return;										\
	spin_lock_irqsave(&port_lock, flags);							\
	select_port(dev, offset);								\
	out##io(value, CONFIG_DATA + (offset & 3));						\
	spin_unlock_irqrestore(&port_lock, flags);						\
}
DEFINE_CONFIG_ACCESS(8, u8, b, b)
DEFINE_CONFIG_ACCESS(16, u16, w, w)
DEFINE_CONFIG_ACCESS(32, u32, l, l)
