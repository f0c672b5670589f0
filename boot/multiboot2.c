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

#define RSDP_1_LENGTH	20		/* ACPI specification 6.4, section 5.2.5.3 */
#define RSDP_2_LENGTH	36

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

/* What a tag of this type must have at least, to be read at all. */
static const u8 least_size[] = {
	[TAG_MODULE] = sizeof(struct tag_module), [TAG_MEMORY_MAP] = sizeof(struct tag_memory_map),
	[TAG_RSDP_1] = sizeof(struct tag_rsdp) + RSDP_1_LENGTH, [TAG_RSDP_2] = sizeof(struct tag_rsdp) + RSDP_2_LENGTH,
};

/* The string ends where its tag ends, whether a 0 says so or not. */
static void read_string(const struct tag_string *tag, char *to, size_t room)
{
	size_t length = strnlen(tag->string, tag->tag.size - sizeof(*tag));

	length = min(length, room - 1);
	memcpy(to, tag->string, length);
	to[length] = 0;
}

static void read_module(const struct tag_module *module)
{
	if (module->end < module->start)
		pr_err("boot: a module from 0x%x to 0x%x\n", module->start, module->end);
	else if (boot_info.nr_modules < BOOT_MAX_MODULES)
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
		read_string((const void *)tag, boot_info.cmdline, sizeof(boot_info.cmdline));
		break;
	case TAG_LOADER_NAME:
		read_string((const void *)tag, boot_info.loader_name, sizeof(boot_info.loader_name));
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
		if (tag->size < sizeof(*tag) || tag->size > (size_t)(end - p) ||
		    (tag->type < ARRAY_SIZE(least_size) && tag->size < least_size[tag->type])) {
			pr_err("boot: multiboot2 tag %u has size %u: the rest is ignored\n", tag->type, tag->size);
			return;
		}
		read_tag(tag);
		p += ALIGN(tag->size, 8);
	}
}
