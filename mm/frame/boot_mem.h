/* mm/frame/boot_mem.h - memory before there is an allocator: ranges of RAM, some of them taken.
 *
 * Used on one CPU, from the first instruction until frame_init() hands what is left to the buddy allocator. The order of
 * the start is
 *
 *	boot_mem_init, boot_reserve ...	the memory map, and what in it is taken
 *	kernel_page_table_init		all RAM and the page array become reachable (mm/table)
 *	frame_init			every frame gets its struct page, free ones go to the buddy
 *	slab_init, vmalloc_init		(mm/alloc)
 *
 * Linux: mm/memblock.c.
 */
#ifndef MM_FRAME_BOOT_MEM_H
#define MM_FRAME_BOOT_MEM_H

#include <mm/types.h>

/*
 * boot_mem_init - take the RAM ranges of kernel/x86/boot_info.h
 *
 * => reserves the kernel image, the modules and the first 4 KB; everything else is for the callers of boot_reserve()
 */
void boot_mem_init(void);

/* boot_reserve - keep [start, start + size) bytes out of every allocation: firmware tables, trampoline */
void boot_reserve(phys_addr_t start, u64 size, const char *what);

/*
 * boot_alloc - zeroed memory that is never freed
 *
 * => align is a power of two; size in bytes
 * => the memory is reached through the direct map; below 4 GB until kernel_page_table_init() has run
 * => panics when there is none: nothing could go on
 */
void *boot_alloc(u64 size, u64 align);
/* boot_alloc_raw - the same without the zeroing: for the page array, which is filled anyway */
void *boot_alloc_raw(u64 size, u64 align);
/* boot_mem_raise_limit - the direct map covers all of RAM from now on (kernel_page_table_init calls it) */
void boot_mem_raise_limit(void);

/* A page of RAM below 1 MB for the AP trampoline; 0 when there is none. */
phys_addr_t boot_alloc_low_page(void);

/* boot_free_late - after frame_init: give a reserved range (the initramfs) to the buddy after all; whole pages only */
void boot_free_late(phys_addr_t start, u64 size);

/* Ranges of RAM, sorted, for whoever fills the direct map and the page array. Returns false when i is past the last. */
bool boot_ram_range(unsigned int i, phys_addr_t *start, phys_addr_t *end);
phys_addr_t boot_ram_end(void);		/* end of the highest RAM, bytes */
bool boot_ram_intersects(phys_addr_t start, phys_addr_t end);	/* is any of these bytes RAM? */

/*
 * boot_next_free - the next free range at or after *start; false: no more. For frame_init, when nothing will be reserved
 * or allocated here any more.
 */
bool boot_next_free(phys_addr_t *start, phys_addr_t *end);

#endif
