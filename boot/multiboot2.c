/* boot/multiboot2.c - GRUB: a list of tags.
 *
 * Source: Multiboot2 specification 2.0, section 3.6.
 */
#include <boot/loader.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/compiler.h>
#include <kernel/lib/string.h>
#include <kernel/x86/address.h>

enum tag_type {
	TAG_END = 0, TAG_CMDLINE = 1, TAG_LOADER_NAME = 2, TAG_MODULE = 3, TAG_MEMORY_MAP = 6, TAG_RSDP_1 = 14, TAG_RSDP_2 = 15,
};

struct tag {
	u32 type, size;			/* size without the padding to 8 bytes */
};

struct tag_string {
	struct tag tag;
	char string[];
};

struct tag_module {
	struct tag tag;
	u32 start, end;
	char cmdline[];
};

struct tag_memory_map {
	struct tag tag;
	u32 entry_size, entry_version;
	char entries[];
};

struct memory_map_entry {
	u64 addr, size;
	u32 type, reserved;		/* type as in the BIOS's E820 */
};

/*
 * Where the copy of the RSDP lies that the loader made: what it points to is what counts, and the copy stays readable
 * until the ACPI tables have been read.
 */
struct tag_rsdp {
	struct tag tag;
	char rsdp[];
};

static void read_module(const struct tag_module *module)
{
	if (boot_info.nr_modules < BOOT_MAX_MODULES)
		boot_info.modules[boot_info.nr_modules++] = (struct boot_module){ module->start, module->end };
}

static void read_memory_map(const struct tag_memory_map *map)
{
	const char *end = (const char *)map + map->tag.size;

	if (map->entry_size < sizeof(struct memory_map_entry)) {
		pr_err("boot: memory map with entries of %u bytes\n", map->entry_size);
		return;
	}
	for (const char *p = map->entries; p + map->entry_size <= end; p += map->entry_size) {
		const struct memory_map_entry *entry = (const void *)p;

		memory_map_add(entry->addr, entry->size, entry->type);
	}
}

static void read_tag(const struct tag *tag)
{
	switch (tag->type) {
	case TAG_CMDLINE:
		strscpy(boot_info.cmdline, ((const struct tag_string *)tag)->string, sizeof(boot_info.cmdline));
		break;
	case TAG_LOADER_NAME:
		strscpy(boot_info.loader_name, ((const struct tag_string *)tag)->string,
			sizeof(boot_info.loader_name));
		break;
	case TAG_MODULE:
		read_module((const struct tag_module *)tag);
		break;
	case TAG_MEMORY_MAP:
		read_memory_map((const struct tag_memory_map *)tag);
		break;
	case TAG_RSDP_1:
		if (boot_info.rsdp)
			break;		/* the newer one has been there already */
		fallthrough;
	case TAG_RSDP_2:
		boot_info.rsdp = __pa(((const struct tag_rsdp *)tag)->rsdp);
		break;
	}
}

void multiboot2_read(phys_addr_t info_address)
{
	const u32 *total_size = __va(info_address);
	const char *p = (const char *)total_size + 8, *end = (const char *)total_size + *total_size;

	boot_info.loader = "multiboot2";
	while (p + sizeof(struct tag) <= end) {
		const struct tag *tag = (const void *)p;

		if (tag->type == TAG_END)
			return;
		if (tag->size < sizeof(*tag) || tag->size > (size_t)(end - p)) {
			pr_err("boot: multiboot2 tag %u has size %u: the rest is ignored\n", tag->type, tag->size);
			return;
		}
		read_tag(tag);
		p += ALIGN(tag->size, 8);
	}
}
