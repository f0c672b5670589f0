/* fuzz: boot/multiboot2.c boot/memory_map.c
 *
 * The block of tags that GRUB leaves in memory. In the memory map that comes out, ranges are sorted and apart, and nothing
 * is RAM that the loader called something else.
 */
#include <boot/loader.h>
#include <kernel/lib/string.h>
#include <kernel/x86/address.h>
#include <tests/fuzz/fuzz.h>

#define WHERE		0x10000
#define MAX_SIZE	16384
#define TAG_MEMORY_MAP	6

static bool is_ram(u64 page)
{
	for (unsigned int i = 0; i < boot_info.nr_ranges; i++)
		if (boot_info.ranges[i].type == BOOT_RAM && page >= boot_info.ranges[i].start && page < boot_info.ranges[i].end)
			return true;
	return false;
}

static void check_entry(const u8 *entry)
{
	u64 start, size;
	u32 type;

	memcpy(&start, entry, 8);
	memcpy(&size, entry + 8, 8);
	memcpy(&type, entry + 16, 4);
	if (type == BOOT_RAM || !size || start + size < start || start + size > 1UL << 40)
		return;
	fuzz_check(!is_ram(start & ~(PAGE_SIZE - 1)) && !is_ram((start + size - 1) & ~(PAGE_SIZE - 1)));
}

/* The same walk as the kernel's, over what it is known to have accepted. */
static void check_map(const u8 *info, u32 size)
{
	for (u32 at = 8; at + 8 <= size; ) {
		u32 tag[4];

		memcpy(tag, info + at, 8);
		if (!tag[0] || tag[1] < 8 || tag[1] > size - at)
			return;
		if (tag[0] == TAG_MEMORY_MAP && tag[1] >= 16) {
			memcpy(tag, info + at, 16);
			for (u64 entry = 16; tag[2] >= 24 && entry + tag[2] <= tag[1]; entry += tag[2])
				check_entry(info + at + entry);
		}
		at += ALIGN(tag[1], 8);
	}
}

void fuzz_one(struct fuzz_input *in)
{
	size_t size = min_t(size_t, in->size, MAX_SIZE);
	u8 *info = fuzz_alloc(size + 8);
	u32 total;

	memcpy(info, in->data, size);
	memcpy(&total, info, 4);
	/* More than there is would be another machine's memory: the kernel can't know. */
	total = min_t(u32, total, size + 8);
	memcpy(info, &total, 4);
	fuzz_place(WHERE, info);
	multiboot2_read(WHERE);
	fuzz_check(strnlen(boot_info.cmdline, sizeof(boot_info.cmdline)) < sizeof(boot_info.cmdline));
	fuzz_check(strnlen(boot_info.loader_name, sizeof(boot_info.loader_name)) < sizeof(boot_info.loader_name));
	fuzz_check(boot_info.nr_modules <= BOOT_MAX_MODULES);
	for (unsigned int i = 0; i < boot_info.nr_modules; i++)
		fuzz_check(boot_info.modules[i].start <= boot_info.modules[i].end);
	memory_map_add(1UL << 39, 64UL << 20, BOOT_RAM);	/* enough to live on, mostly */
	fuzz_panic_is_fine();
	memory_map_finish();
	for (unsigned int i = 0; i < boot_info.nr_ranges; i++) {
		const struct boot_range *r = &boot_info.ranges[i];

		fuzz_check(r->start < r->end && !(r->start & (PAGE_SIZE - 1)) && !(r->end & (PAGE_SIZE - 1)));
		fuzz_check(!i || r[-1].end <= r->start);
	}
	check_map(info, total);
	memory_map_show();
}
