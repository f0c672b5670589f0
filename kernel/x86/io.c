/* kernel/x86/io.c - kernel addresses for device memory. Linux: arch/x86/mm/ioremap.c. */
#include <kernel/x86/io.h>
#include <kernel/x86/address.h>

void __iomem *(*ioremap_above_4g)(phys_addr_t address, size_t size);

void __iomem *ioremap(phys_addr_t address, size_t size)
{
	if (address + size <= LOW_DIRECT_MAP_SIZE)
		return __va(address);
	return ioremap_above_4g ? ioremap_above_4g(address, size) : NULL;
}
