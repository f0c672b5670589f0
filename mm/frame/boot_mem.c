/* mm/frame/boot_mem.c - memory before there is an allocator.
 *
 * Two sorted tables: what is RAM (constant after boot_mem_init), and what of it is still free, in bytes. To take a piece is
 * to cut it out of the second table. Allocations come from the top, so that low memory, which some devices and the AP
 * trampoline need, stays free as long as possible.
 *
 * Linux: mm/memblock.c.
 */
#define pr_fmt(fmt) "boot_mem: " fmt

#include <mm/frame/boot_mem.h>
#include <kernel/debug/panic.h>
#include <kernel/lib/string.h>
#include <kernel/x86/address.h>
#include <kernel/x86/boot_info.h>

#define MAX_RANGES	256

struct range {
	phys_addr_t start, end;		/* bytes, end excluded */
};

static struct range ram[BOOT_MAX_RANGES];
static unsigned int nr_ram;
static struct range unused[MAX_RANGES];
static unsigned int nr_unused;
static phys_addr_t limit = LOW_DIRECT_MAP_SIZE;	/* allocations end below: what the direct map covers */

static void delete_range(unsigned int i)
{
	memmove(&unused[i], &unused[i + 1], (nr_unused - i - 1) * sizeof(unused[0]));
	nr_unused--;
}

static void insert_range(unsigned int i, phys_addr_t start, phys_addr_t end)
{
	if (nr_unused == MAX_RANGES)
		panic("boot memory is cut into more than %d pieces", MAX_RANGES);
	memmove(&unused[i + 1], &unused[i], (nr_unused - i) * sizeof(unused[0]));
	unused[i] = (struct range){ start, end };
	nr_unused++;
}

/* Take [start, end) out of every free range that it touches. */
static void cut(phys_addr_t start, phys_addr_t end)
{
	for (unsigned int i = 0; i < nr_unused; i++) {
		struct range r = unused[i];

		if (end <= r.start || start >= r.end)
			continue;
		delete_range(i);
		if (end < r.end)
			insert_range(i, end, r.end);
		if (start > r.start)
			insert_range(i, r.start, start);
		else if (end >= r.end)
			i--;
	}
}

void boot_mem_init(void)
{
	for (unsigned int i = 0; i < boot_info.nr_ranges; i++) {
		const struct boot_range *r = &boot_info.ranges[i];

		if (r->type != BOOT_RAM || r->start >= r->end)
			continue;
		ram[nr_ram++] = (struct range){ r->start, r->end };
		insert_range(nr_unused, r->start, r->end);
	}
	if (!nr_ram)
		panic("the boot loader (%s) names no RAM", boot_info.loader);

	boot_reserve(0, PAGE_SIZE, "real-mode vectors");
	boot_reserve(boot_info.kernel_start, boot_info.kernel_end - boot_info.kernel_start, "kernel image");
	for (unsigned int i = 0; i < boot_info.nr_modules; i++)
		boot_reserve(boot_info.modules[i].start,
			     boot_info.modules[i].end - boot_info.modules[i].start, "boot module");
}

void boot_reserve(phys_addr_t start, u64 size, const char *what)
{
	phys_addr_t end = PAGE_ALIGN(start + size);

	start &= PAGE_MASK;
	pr_debug("%s: 0x%llx-0x%llx\n", what, start, end);
	cut(start, end);
}

void *boot_alloc_raw(u64 size, u64 align)
{
	for (unsigned int i = nr_unused; i-- > 0; ) {
		phys_addr_t end = min(unused[i].end, limit);
		phys_addr_t start;

		if (end < size)
			continue;
		start = ALIGN_DOWN(end - size, align);
		if (start < unused[i].start)
			continue;
		cut(start, start + size);
		return __va(start);
	}
	panic("no boot memory left for %llu bytes (alignment %llu)", size, align);
}

void *boot_alloc(u64 size, u64 align)
{
	return memset(boot_alloc_raw(size, align), 0, size);
}

phys_addr_t boot_alloc_low_page(void)
{
	for (unsigned int i = 0; i < nr_unused; i++) {
		phys_addr_t start = PAGE_ALIGN(unused[i].start);

		if (start + PAGE_SIZE > min(unused[i].end, (phys_addr_t)0x100000))
			continue;
		cut(start, start + PAGE_SIZE);
		return start;
	}
	return 0;
}

void boot_mem_raise_limit(void)
{
	limit = boot_ram_end();
}

bool boot_ram_range(unsigned int i, phys_addr_t *start, phys_addr_t *end)
{
	if (i >= nr_ram)
		return false;
	*start = ram[i].start;
	*end = ram[i].end;
	return true;
}

phys_addr_t boot_ram_end(void)
{
	return ram[nr_ram - 1].end;
}

bool boot_ram_intersects(phys_addr_t start, phys_addr_t end)
{
	for (unsigned int i = 0; i < nr_ram; i++)
		if (ram[i].start < end && start < ram[i].end)
			return true;
	return false;
}

bool boot_next_free(phys_addr_t *start, phys_addr_t *end)
{
	for (unsigned int i = 0; i < nr_unused; i++) {
		phys_addr_t from = PAGE_ALIGN(max(unused[i].start, *start));
		phys_addr_t to = unused[i].end & PAGE_MASK;

		if (from >= to)
			continue;
		*start = from;
		*end = to;
		return true;
	}
	return false;
}
