/* drivers/pci/pci.h - the devices on the PCI buses: finding them, their registers, their interrupts.
 *
 * Configuration space is memory where the firmware says so (ECAM, from the MCFG table), and otherwise reached through
 * ports 0xcf8 and 0xcfc, which show 256 of its 4096 bytes. Base addresses that the firmware left unset (qboot sets
 * none) are given out here. Nothing is allocated: devices live in a fixed table.
 *
 * Source: PCI Local Bus Specification 3.0; PCI Express Base Specification 5.0, section 7. Linux: drivers/pci/.
 */
#ifndef DRIVERS_PCI_PCI_H
#define DRIVERS_PCI_PCI_H

#include <kernel/lib/types.h>
#include <kernel/x86/trap.h>

#define PCI_MAX_DEVICES	64
#define PCI_NR_BARS	6

/* Registers of the header (PCI 3.0, section 6.1) */
#define PCI_VENDOR_ID		0x00
#define PCI_DEVICE_ID		0x02
#define PCI_COMMAND		0x04
#define PCI_STATUS		0x06
#define PCI_CLASS_REVISION	0x08
#define PCI_HEADER_TYPE		0x0e
#define PCI_BAR0		0x10
#define PCI_SECONDARY_BUS	0x19	/* of a bridge */
#define PCI_SUBSYSTEM_ID	0x2e
#define PCI_CAPABILITY_LIST	0x34

#define PCI_COMMAND_IO		0x0001
#define PCI_COMMAND_MEMORY	0x0002
#define PCI_COMMAND_MASTER	0x0004	/* the device may read and write memory */
#define PCI_COMMAND_INTX_OFF	0x0400
#define PCI_STATUS_CAPABILITIES	0x0010

#define PCI_CAP_VENDOR		0x09
#define PCI_CAP_MSIX		0x11

struct pci_bar {
	phys_addr_t	address;	/* 0: not assigned */
	u64		size;		/* bytes, a power of two; 0: no such BAR */
	bool		is_io;		/* ports, not memory */
	bool		is_64bit;	/* takes the next BAR too */
};

/* Constant after pci_init(), except what pci_enable() and the MSI-X functions keep. */
struct pci_device {
	u8		bus, slot, function;
	u8		header_type;		/* 0: device, 1: bridge */
	u16		vendor, device;
	u32		class;			/* class << 16 | subclass << 8 | interface */
	struct pci_bar	bars[PCI_NR_BARS];
	u8		msix_cap;		/* offset in configuration space; 0: none */
	u16		msix_vectors;		/* size of its table */
	void __iomem	*msix_table;
};

/* pci_init - find all devices, give addresses to those without. => once, after acpi_init() */
void pci_init(void);

/* => the i-th device found, NULL behind the last */
struct pci_device *pci_device_at(unsigned int i);

/* Configuration space. => offset aligned to the size; behind the end: all ones, writes are lost. Any context. */
u8 pci_read8(const struct pci_device *dev, unsigned int offset);
u16 pci_read16(const struct pci_device *dev, unsigned int offset);
u32 pci_read32(const struct pci_device *dev, unsigned int offset);
void pci_write8(const struct pci_device *dev, unsigned int offset, u8 value);
void pci_write16(const struct pci_device *dev, unsigned int offset, u16 value);
void pci_write32(const struct pci_device *dev, unsigned int offset, u32 value);

/* => the offset of the first capability of this kind behind `after` (0: from the beginning); 0: none */
u8 pci_find_capability(const struct pci_device *dev, u8 id, u8 after);

/* pci_enable - let it answer to memory accesses and reach memory itself; no INTx */
void pci_enable(struct pci_device *dev);

/* pci_cut_off - from now on it begins no transfer and sends no interrupt. => any context */
void pci_cut_off(struct pci_device *dev);

/*
 * pci_map_bar - the kernel address of a part of a memory BAR
 *
 * => NULL: not a memory BAR, not assigned, or [offset, offset + length) is not inside. Never unmapped.
 */
void __iomem *pci_map_bar(const struct pci_device *dev, unsigned int bar, u64 offset, u64 length);

/*
 * pci_msix_init - map the table and mask all its entries; the device stops using INTx
 *
 * => -ENODEV: it has no MSI-X or its table can't be mapped
 */
int pci_msix_init(struct pci_device *dev);

/*
 * pci_msix_route - let the entry `index` of the table call handler(arg) on a CPU
 *
 * => the handler runs with interrupts off; name is kept
 * => -EINVAL: no such entry; -ENOSPC: no vector is left
 */
int pci_msix_route(struct pci_device *dev, unsigned int index, irq_handler_t handler, void *arg, const char *name,
		   unsigned int cpu);

#endif
