/* boot/boot_info.c - which loader started us, and what it said. */
#include <boot/loader.h>
#include <kernel/debug/panic.h>
#include <kernel/debug/printk.h>
#include <kernel/x86/address.h>

/* Whole pages lie in RAM. The last one, if it is not all of it, may be shared with what is not RAM: it is read, and never freed. */
static bool can_be_read(const struct boot_module *module)
{
	for (unsigned int i = 0; i < boot_info.nr_ranges; i++) {
		const struct boot_range *range = &boot_info.ranges[i];

		if (range->type == BOOT_RAM && module->start >= range->start && module->start < range->end)
			return module->start < module->end && module->end < range->end + PAGE_SIZE;
	}
	return false;
}

/* What the loader brought lies in RAM, or it is not where the loader says. Its pages are read, and given back later. */
static void check_modules(void)
{
	unsigned int nr = boot_info.nr_modules;

	boot_info.nr_modules = 0;
	for (unsigned int i = 0; i < nr; i++) {
		struct boot_module module = boot_info.modules[i];

		if (can_be_read(&module))
			boot_info.modules[boot_info.nr_modules++] = module;
		else
			pr_err("boot: a module at 0x%llx-0x%llx, where no RAM is: ignored\n", module.start, module.end);
	}
}

void boot_info_read(u32 magic, phys_addr_t info)
{
	if (magic == PVH_MAGIC)
		pvh_read(info);
	else if (magic == MULTIBOOT2_LOADER_MAGIC)
		multiboot2_read(info);
	else
		panic("started by an unknown loader (magic 0x%x): use GRUB's multiboot2, or QEMU's -kernel", magic);
	memory_map_finish();
	check_modules();
}
