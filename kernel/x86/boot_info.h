/* kernel/x86/boot_info.h - what the loader told us.
 *
 * Filled by boot/ from a PVH start_info or a multiboot2 information block, whichever came, and checked there:
 * ranges are sorted, page aligned (RAM inwards, everything else outwards) and do not overlap. Pointers of the
 * loader are copied, so that its memory may be reused; the initramfs stays where it is until it is unpacked.
 */
#ifndef KERNEL_X86_BOOT_INFO_H
#define KERNEL_X86_BOOT_INFO_H

#include <kernel/lib/types.h>

#define BOOT_MAX_RANGES	128
#define BOOT_MAX_MODULES 4
#define BOOT_CMDLINE_SIZE 2048

enum boot_range_type { BOOT_RAM = 1, BOOT_RESERVED = 2, BOOT_ACPI_RECLAIM = 3, BOOT_ACPI_NVS = 4, BOOT_BAD = 5 };

struct boot_range {
	phys_addr_t start, end;		/* bytes, end excluded */
	enum boot_range_type type;
};

struct boot_module {
	phys_addr_t start, end;
};

struct boot_info {
	const char *loader;		/* "pvh" or "multiboot2" */
	char loader_name[48];
	char cmdline[BOOT_CMDLINE_SIZE];
	unsigned int nr_ranges;
	struct boot_range ranges[BOOT_MAX_RANGES];	/* the memory map: sorted by start */
	unsigned int nr_modules;
	struct boot_module modules[BOOT_MAX_MODULES];	/* 0: the initramfs */
	phys_addr_t rsdp;		/* 0: not told; drivers/acpi looks in the BIOS area */
	phys_addr_t kernel_start, kernel_end;		/* the image, with its bss */
};

extern struct boot_info boot_info;

#endif
