/* kernel/x86/address.h - where the kernel sees physical memory, and where it sees itself.
 *
 * From the first C instruction on, physical memory below 4 GB can be reached through the direct map; the page
 * tables that mm/table builds later extend it to all of RAM at the same addresses. The kernel image is linked at
 * KERNEL_IMAGE_BASE plus its physical address.
 *
 * Linux: arch/x86/include/asm/page_64_types.h, Documentation/arch/x86/x86_64/mm.rst.
 */
#ifndef KERNEL_X86_ADDRESS_H
#define KERNEL_X86_ADDRESS_H

#include <kernel/lib/types.h>

#define PAGE_SHIFT	12
#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#define DIRECT_MAP_BASE		0xffff888000000000UL
#define KERNEL_IMAGE_BASE	0xffffffff80000000UL

#define __va(pa)	((void *)((phys_addr_t)(pa) + DIRECT_MAP_BASE))
#define __pa(va)	((phys_addr_t)(va) - DIRECT_MAP_BASE)		/* direct-map addresses only */
#define __pa_symbol(s)	((phys_addr_t)(s) - KERNEL_IMAGE_BASE)		/* kernel image only */

/* Direct-mapped from the first instruction to the last, RAM or not: the local APIC, ACPI, 32-bit PCI BARs. */
#define LOW_DIRECT_MAP_SIZE	(4UL << 30)

/* The sections of the kernel image (linker.ld); each begins and ends on a page. */
extern char _text[], _etext[], _rodata[], _erodata[], _data[], _edata[], _bss[], _end[];

#endif
