/* boot/pvh.c - QEMU's -kernel: a start_info structure, as Xen gives to its PVH guests.
 *
 * Source: Xen public headers, arch-x86/hvm/start_info.h; docs/misc/pvh.pandoc. Linux: arch/x86/platform/pvh/enlighten.c.
 */
#include <boot/loader.h>
#include <kernel/debug/panic.h>
#include <kernel/lib/compiler.h>
#include <kernel/lib/string.h>
#include <kernel/x86/address.h>

struct hvm_start_info {
	u32 magic, version;
	u32 flags, nr_modules;
	u64 modlist_paddr;
	u64 cmdline_paddr;
	u64 rsdp_paddr;
	u64 memmap_paddr;		/* from version 1 on */
	u32 memmap_entries, reserved;
};

struct hvm_modlist_entry {
	u64 paddr, size, cmdline_paddr, reserved;
};

struct hvm_memmap_entry {
	u64 addr, size;
	u32 type, reserved;		/* type as in the BIOS's E820 */
};

void pvh_read(phys_addr_t info_address)
{
	const struct hvm_start_info *info = __va(info_address);
	const struct hvm_modlist_entry *module = __va(info->modlist_paddr);
	const struct hvm_memmap_entry *map = __va(info->memmap_paddr);

	boot_info.loader = "pvh";
	if (info->version < 1 || !info->memmap_entries)
		panic("the PVH loader gives no memory map (start_info version %u)", info->version);
	if (info->cmdline_paddr)
		strscpy(boot_info.cmdline, __va(info->cmdline_paddr), sizeof(boot_info.cmdline));
	boot_info.rsdp = info->rsdp_paddr;
	for (u32 i = 0; i < info->nr_modules && i < BOOT_MAX_MODULES; i++)
		boot_info.modules[boot_info.nr_modules++] =
			(struct boot_module){ module[i].paddr, module[i].paddr + module[i].size };
	for (u32 i = 0; i < info->memmap_entries; i++)
		memory_map_add(map[i].addr, map[i].size, map[i].type);
}
