/* boot/pvh.c - QEMU's -kernel: a start_info structure, as Xen gives to its PVH guests.
 *
 * Source: Xen public headers, arch-x86/hvm/start_info.h; docs/misc/pvh.pandoc. Linux: arch/x86/platform/pvh/enlighten.c.
 */
#include <boot/loader.h>
#include <kernel/debug/panic.h>
#include <kernel/debug/printk.h>
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

#define MOST_MEMMAP_ENTRIES	1024	/* eight times what we keep; who says more does not mean it */

/* Nothing else is mapped yet. */
static bool in_reach(u64 address, u64 size)
{
	return address <= LOW_DIRECT_MAP_SIZE && size <= LOW_DIRECT_MAP_SIZE - address;
}

static void read_cmdline(u64 address)
{
	if (!address)
		return;
	if (in_reach(address, sizeof(boot_info.cmdline)))
		strscpy(boot_info.cmdline, __va(address), sizeof(boot_info.cmdline));
	else
		pr_err("boot: a command line at 0x%llx: ignored\n", address);
}

static void read_modules(u64 address, u32 nr)
{
	const struct hvm_modlist_entry *list;

	nr = min(nr, (u32)BOOT_MAX_MODULES);
	if (!in_reach(address, nr * sizeof(*list))) {
		pr_err("boot: a list of modules at 0x%llx: ignored\n", address);
		return;
	}
	list = __va(address);
	for (u32 i = 0; i < nr; i++)
		boot_info.modules[boot_info.nr_modules++] =
			(struct boot_module){ list[i].paddr, list[i].paddr + list[i].size };
}

void pvh_read(phys_addr_t info_address)
{
	const struct hvm_start_info *info = __va(info_address);
	const struct hvm_memmap_entry *map;

	boot_info.loader = "pvh";
	if (info->version < 1 || !info->memmap_entries)
		panic("the PVH loader gives no memory map (start_info version %u)", info->version);
	if (info->memmap_entries > MOST_MEMMAP_ENTRIES || !in_reach(info->memmap_paddr, info->memmap_entries * sizeof(*map)))
		panic("the PVH loader's memory map cannot be: %u entries at 0x%llx", info->memmap_entries, info->memmap_paddr);
	read_cmdline(info->cmdline_paddr);
	boot_info.rsdp = info->rsdp_paddr;
	read_modules(info->modlist_paddr, info->nr_modules);
	map = __va(info->memmap_paddr);
	for (u32 i = 0; i < info->memmap_entries; i++)
		memory_map_add(map[i].addr, map[i].size, map[i].type);
}
