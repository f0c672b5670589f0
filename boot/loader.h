/* boot/loader.h - from what a loader says to struct boot_info. Only boot/ uses it. */
#ifndef BOOT_LOADER_H
#define BOOT_LOADER_H

#include <kernel/x86/boot_info.h>

#define MULTIBOOT2_LOADER_MAGIC	0x36d76289
#define PVH_MAGIC		0x336ec578	/* start.asm, asm_constants.inc: BOOT_MAGIC_PVH */

/* boot_info_read - magic and info as start.asm got them; printk works. Panics when there is no usable RAM. */
void boot_info_read(u32 magic, phys_addr_t info);

/* pvh.c, multiboot2.c: fill boot_info with what is there, unchecked */
void pvh_read(phys_addr_t info);
void multiboot2_read(phys_addr_t info);

/* memory_map.c: take one range as the loader told it; when all are in, settle what collides; show it in the debug log */
void memory_map_add(u64 start, u64 size, u32 type);
void memory_map_finish(void);
void memory_map_show(void);

#endif
