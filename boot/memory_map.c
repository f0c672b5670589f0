/* boot/memory_map.c - the loader's memory map, made trustworthy.
 *
 * Firmware tells ranges in any order, with overlaps, of any size. Here they become sorted, disjoint, page-aligned ones. Where two
 * claims collide, the more careful one wins: memory that anybody calls reserved is not RAM.
 *
 * Linux: arch/x86/kernel/e820.c.
 */
#define pr_fmt(fmt) "boot: " fmt

#include <boot/loader.h>
#include <kernel/debug/panic.h>
#include <kernel/lib/compiler.h>
#include <kernel/lib/string.h>
#include <kernel/x86/address.h>
#include <kernel/x86/cpu.h>

#define SMALLEST_USEFUL_RAM	(16UL << 20)

struct boot_info boot_info;

static const char *const type_names[] = {
	[BOOT_RAM] = "RAM", [BOOT_RESERVED] = "reserved", [BOOT_ACPI_RECLAIM] = "ACPI tables", [BOOT_ACPI_NVS] = "ACPI NVS",
	[BOOT_BAD] = "bad RAM",
};

/* Where the first range begins that is not RAM and that there was no room for: nothing from there on is believed to be RAM. */
static u64 lost_from = U64_MAX;

static void insert(unsigned int i, struct boot_range range)
{
	if (boot_info.nr_ranges == BOOT_MAX_RANGES) {
		pr_err("more than %d memory ranges: 0x%llx-0x%llx is ignored\n", BOOT_MAX_RANGES, range.start, range.end);
		if (range.type != BOOT_RAM)
			lost_from = min(lost_from, range.start);
		return;
	}
	memmove(&boot_info.ranges[i + 1], &boot_info.ranges[i], (boot_info.nr_ranges - i) * sizeof(range));
	boot_info.ranges[i] = range;
	boot_info.nr_ranges++;
}

static void delete(unsigned int i)
{
	boot_info.nr_ranges--;
	memmove(&boot_info.ranges[i], &boot_info.ranges[i + 1], (boot_info.nr_ranges - i) * sizeof(boot_info.ranges[0]));
}

/* RAM is aligned inwards: a page that is only partly RAM is none. Everything else is aligned outwards. */
void memory_map_add(u64 start, u64 size, u32 type)
{
	u64 limit = 1ULL << cpu_identity.phys_bits;
	struct boot_range range = { start, start + size, type };
	unsigned int i = 0;

	if (type < BOOT_RAM || type > BOOT_BAD)
		range.type = BOOT_RESERVED;
	if (!size)
		return;
	if (range.end < start || range.end > limit) {
		/* Firmware does reserve space up there, and QEMU does it for AMD's HyperTransport. */
		if (range.type == BOOT_RAM)
			pr_warn("memory map: RAM at 0x%llx, size 0x%llx, is beyond the %u address bits of this CPU: ignored\n",
				start, size, cpu_identity.phys_bits);
		return;
	}
	if (range.type == BOOT_RAM) {
		range.start = ALIGN(range.start, PAGE_SIZE);
		range.end = ALIGN_DOWN(range.end, PAGE_SIZE);
	} else {
		range.start = ALIGN_DOWN(range.start, PAGE_SIZE);
		range.end = ALIGN(range.end, PAGE_SIZE);
	}
	if (range.start >= range.end)
		return;
	while (i < boot_info.nr_ranges && boot_info.ranges[i].start <= range.start)
		i++;
	insert(i, range);
}

/*
 * Settle the first collision found: a is before b in the list, and b begins inside of a.
 *
 * => false: there is none
 */
static bool settle_one(void)
{
	for (unsigned int i = 0; i + 1 < boot_info.nr_ranges; i++) {
		struct boot_range a = boot_info.ranges[i], b = boot_info.ranges[i + 1];
		bool b_wins = b.type != BOOT_RAM;

		if (b.start > a.end || (b.start == a.end && a.type != b.type))
			continue;
		delete(i + 1);
		delete(i);
		if (a.type == b.type) {
			memory_map_add(a.start, max(a.end, b.end) - a.start, a.type);
		} else if (b_wins) {
			memory_map_add(a.start, b.start - a.start, a.type);
			memory_map_add(b.start, b.end - b.start, b.type);
			if (a.end > b.end)
				memory_map_add(b.end, a.end - b.end, a.type);
		} else {
			memory_map_add(a.start, a.end - a.start, a.type);
			if (b.end > a.end)
				memory_map_add(a.end, b.end - a.end, b.type);
		}
		return true;
	}
	return false;
}

static void cut_what_may_be_lost(void)
{
	for (unsigned int i = boot_info.nr_ranges; i-- > 0; ) {
		struct boot_range *range = &boot_info.ranges[i];

		if (range->type != BOOT_RAM || range->end <= lost_from)
			continue;
		range->end = max(range->start, lost_from);
		if (range->start == range->end)
			delete(i);
	}
	lost_from = U64_MAX;
}

void memory_map_show(void)
{
	for (unsigned int i = 0; i < boot_info.nr_ranges; i++)
		pr_debug("memory map: 0x%012llx-0x%012llx %s\n", boot_info.ranges[i].start, boot_info.ranges[i].end,
			 type_names[boot_info.ranges[i].type]);
}

void memory_map_finish(void)
{
	u64 ram = 0;

	while (settle_one())
		;
	cut_what_may_be_lost();
	for (unsigned int i = 0; i < boot_info.nr_ranges; i++)
		if (boot_info.ranges[i].type == BOOT_RAM)
			ram += boot_info.ranges[i].end - boot_info.ranges[i].start;
	if (ram < SMALLEST_USEFUL_RAM)
		panic("the memory map (%s) has %llu KB of RAM in %u ranges: that is not enough to live on",
		      boot_info.loader, ram / 1024, boot_info.nr_ranges);
	boot_info.kernel_start = __pa_symbol(_text);
	boot_info.kernel_end = __pa_symbol(_end);
}
