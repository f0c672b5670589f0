/* boot/boot_info.c - which loader started us, and what it said. */
#include <boot/loader.h>
#include <kernel/debug/panic.h>

void boot_info_read(u32 magic, phys_addr_t info)
{
	if (magic == PVH_MAGIC)
		pvh_read(info);
	else if (magic == MULTIBOOT2_LOADER_MAGIC)
		multiboot2_read(info);
	else
		panic("started by an unknown loader (magic 0x%x): use GRUB's multiboot2, or QEMU's -kernel", magic);
	memory_map_finish();
}
