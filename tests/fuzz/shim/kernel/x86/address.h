/* Before kernel/x86/address.h: physical memory is what the target has placed. */
#ifndef KERNEL_X86_ADDRESS_H
#define KERNEL_X86_ADDRESS_H

#include <kernel/lib/types.h>

#define PAGE_SHIFT	12
#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#define LOW_DIRECT_MAP_SIZE	(4UL << 30)

void *fuzz_va(phys_addr_t pa);
#define __va(pa)	fuzz_va(pa)
#define __pa(va)	((phys_addr_t)(uintptr_t)(va))
#define __pa_symbol(s)	((phys_addr_t)(uintptr_t)(s))

extern char _text[], _end[];

#endif
