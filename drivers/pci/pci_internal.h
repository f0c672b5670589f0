/* drivers/pci/pci_internal.h - between the files of drivers/pci. */
#ifndef DRIVERS_PCI_PCI_INTERNAL_H
#define DRIVERS_PCI_PCI_INTERNAL_H

#include <drivers/pci/pci.h>

/* config.c: use the ECAM of segment 0 if there is one */
void pci_config_init(void);
/* => [start, end) of the ECAM in use, so that no BAR is put there; false: none */
bool pci_config_range(phys_addr_t *start, phys_addr_t *end);

/* bars.c: read the sizes and addresses of a device's BARs; then assign what is not assigned, for all nr devices */
void pci_read_bars(struct pci_device *dev);
void pci_assign_bars(struct pci_device *devices, unsigned int nr);

#endif
