/* fuzz: boot/pvh.c boot/boot_info.c boot/memory_map.c boot/multiboot2.c
 *
 * What QEMU's -kernel leaves in memory: start_info, and the command line, the modules and the memory map that it points to.
 * What is taken over lies where the kernel can read it.
 */
#include <boot/loader.h>
#include <kernel/lib/string.h>
#include <kernel/x86/address.h>
#include <tests/fuzz/fuzz.h>

#define INFO		0x1000
#define MAP		0x2000
#define MODULES		0x3000
#define CMDLINE		0x4000
#define INFO_SIZE	56
#define MAP_ENTRY	24
#define MODULE_ENTRY	32

/* The next piece of the input, at this address, with zeroes up to a multiple of unit bytes and to the least size. => units */
static u32 place(struct fuzz_input *in, phys_addr_t where, size_t unit, size_t least)
{
	size_t size = fuzz_take(in, 2), whole;
	u8 *bytes = fuzz_take_block(in, &size), *memory;

	whole = max(least, DIV_ROUND_UP(size, unit) * unit);
	memory = fuzz_alloc(whole);
	memcpy(memory, bytes, size);
	fuzz_place(where, memory);
	return whole / unit;
}

/* A pointer to nowhere is kept if the input wants one. => it points to what was placed there */
static bool point(u8 *info, unsigned int offset, u64 where, bool keep)
{
	u64 said;

	memcpy(&said, info + offset, 8);
	if (keep && said != INFO && said != MAP && said != MODULES && said != CMDLINE)
		return false;
	memcpy(info + offset, &where, 8);
	return true;
}

/* More than there is would be other memory, which the kernel can't know: cut, unless it is absurd. */
static void cut_number(u8 *info, unsigned int offset, u32 most)
{
	u32 said;

	memcpy(&said, info + offset, 4);
	said = said > 4096 ? said : min(said, most);
	memcpy(info + offset, &said, 4);
}

/* Read to its end, and freed but for its last page if that is not all of it. */
static bool can_be_given_back(const struct boot_module *module)
{
	for (unsigned int i = 0; i < boot_info.nr_ranges; i++)
		if (boot_info.ranges[i].type == BOOT_RAM && module->start >= boot_info.ranges[i].start &&
		    module->end < boot_info.ranges[i].end + PAGE_SIZE)
			return module->start < module->end;
	return false;
}

void fuzz_one(struct fuzz_input *in)
{
	u8 how = fuzz_take(in, 1), *info = fuzz_alloc(INFO_SIZE), *bytes;
	size_t size = INFO_SIZE;
	u32 entries, modules;

	bytes = fuzz_take_block(in, &size);
	memcpy(info, bytes, size);
	entries = place(in, MAP, MAP_ENTRY, 0);
	modules = place(in, MODULES, MODULE_ENTRY, BOOT_MAX_MODULES * MODULE_ENTRY);
	place(in, CMDLINE, 1, BOOT_CMDLINE_SIZE);
	if (point(info, 16, MODULES, how & 1))
		cut_number(info, 12, modules);
	point(info, 24, CMDLINE, how & 2);
	if (point(info, 40, MAP, how & 4))
		cut_number(info, 48, entries);
	fuzz_place(INFO, info);
	fuzz_panic_is_fine();
	boot_info_read(PVH_MAGIC, INFO);
	fuzz_check(strnlen(boot_info.cmdline, sizeof(boot_info.cmdline)) < sizeof(boot_info.cmdline));
	fuzz_check(boot_info.nr_modules <= BOOT_MAX_MODULES && boot_info.nr_ranges <= BOOT_MAX_RANGES);
	for (unsigned int i = 0; i < boot_info.nr_modules; i++)
		fuzz_check(can_be_given_back(&boot_info.modules[i]));
}
