/* mm/frame/boot_mem.h - memory before there is an allocator: ranges of RAM, some of them taken.
 *
 * Used on one CPU, from the first instruction until frame_init() hands what is left to the buddy allocator.
 * Linux: mm/memblock.c.
 */
#ifndef MM_FRAME_BOOT_MEM_H
#define MM_FRAME_BOOT_MEM_H

#include <mm/types.h>

/* boot_mem_init - take the memory map of kernel/x86/boot_info.h, sort it, drop what is broken (with a line in the log) */
void boot_mem_init(void);

/* boot_reserve - keep [start, start + size) bytes out of every allocation: kernel image, modules, tables, trampoline */
void boot_reserve(phys_addr_t start, u64 size, const char *what);

/*
 * boot_alloc - zeroed memory that is never freed
 *
 * => align is a power of two; size in bytes
 * => the memory is reached through the direct map; below 4 GB until kernel_page_table_init() has run
 * => panics when there is none: nothing could go on
 */
void *boot_alloc(u64 size, u64 align);

/* A page of RAM below 1 MB for the AP trampoline; 0 when there is none. */
phys_addr_t boot_alloc_low_page(void);

/* boot_free_late - give a reserved range (the initramfs) to the buddy after all; whole pages only */
void boot_free_late(phys_addr_t start, u64 size);

/* Ranges of RAM, sorted, for whoever fills the direct map and the page array. Returns false when i is past the last. */
bool boot_ram_range(unsigned int i, phys_addr_t *start, phys_addr_t *end);
phys_addr_t boot_ram_end(void);		/* end of the highest RAM, bytes */

#endif
