/* boot/memory_map_test.c - maps that firmware has really given, and worse. */
#include <boot/loader.h>
#include <kernel/debug/ktest.h>
#include <kernel/x86/cpu.h>

#define MB	(1UL << 20)

static struct boot_info saved;

static void begin(void)
{
	saved = boot_info;
	boot_info.nr_ranges = 0;
	memory_map_add(0x100000000UL, 64 * MB, BOOT_RAM);	/* so that there is enough in any case */
}

static void end(void)
{
	boot_info = saved;
}

/* The i-th range is [start, start + size) of this type. */
static bool range_is(unsigned int i, u64 start, u64 size, enum boot_range_type type)
{
	const struct boot_range *r = &boot_info.ranges[i];

	return i < boot_info.nr_ranges && r->start == start && r->end == start + size && r->type == type;
}

KTEST(memory_map, ranges_are_sorted_and_neighbours_joined)
{
	begin();
	memory_map_add(32 * MB, 16 * MB, BOOT_RAM);
	memory_map_add(0, 16 * MB, BOOT_RAM);
	memory_map_add(16 * MB, 16 * MB, BOOT_RAM);
	memory_map_finish();
	KEXPECT_EQ(boot_info.nr_ranges, 2u);
	KEXPECT(range_is(0, 0, 48 * MB, BOOT_RAM));
	end();
}

KTEST(memory_map, memory_that_anybody_calls_reserved_is_not_ram)
{
	begin();
	memory_map_add(0, 64 * MB, BOOT_RAM);
	memory_map_add(16 * MB, MB, BOOT_RESERVED);		/* in the middle, */
	memory_map_add(60 * MB, 8 * MB, BOOT_ACPI_NVS);		/* over the end, */
	memory_map_add(0, 4096, BOOT_BAD);			/* and at the beginning */
	memory_map_finish();
	KEXPECT(range_is(0, 0, 4096, BOOT_BAD));
	KEXPECT(range_is(1, 4096, 16 * MB - 4096, BOOT_RAM));
	KEXPECT(range_is(2, 16 * MB, MB, BOOT_RESERVED));
	KEXPECT(range_is(3, 17 * MB, 43 * MB, BOOT_RAM));
	KEXPECT(range_is(4, 60 * MB, 8 * MB, BOOT_ACPI_NVS));
	end();
}

KTEST(memory_map, a_page_that_is_partly_ram_is_none)
{
	begin();
	memory_map_add(0x800, 16 * MB, BOOT_RAM);
	memory_map_add(32 * MB + 1, 1, BOOT_RESERVED);
	memory_map_finish();
	KEXPECT(range_is(0, 0x1000, 16 * MB - 0x1000, BOOT_RAM));
	KEXPECT(range_is(1, 32 * MB, 4096, BOOT_RESERVED));
	end();
}

KTEST(memory_map, ranges_that_wrap_or_no_wire_reaches_are_dropped)
{
	begin();
	memory_map_add(~0UL - 4095, 8192, BOOT_RAM);
	memory_map_add(1UL << cpu_identity.phys_bits, MB, BOOT_RAM);
	memory_map_add(16 * MB, 0, BOOT_RAM);
	memory_map_finish();
	KEXPECT_EQ(boot_info.nr_ranges, 1u);
	end();
}

KTEST(memory_map, types_that_nobody_knows_are_reserved)
{
	begin();
	memory_map_add(16 * MB, MB, 0);
	memory_map_add(18 * MB, MB, 4711);
	memory_map_finish();
	KEXPECT(range_is(0, 16 * MB, MB, BOOT_RESERVED));
	KEXPECT(range_is(1, 18 * MB, MB, BOOT_RESERVED));
	end();
}

KTEST(memory_map, a_range_that_there_was_no_room_for_takes_the_ram_behind_it)
{
	begin();
	memory_map_add(0, 256 * MB, BOOT_RAM);
	for (u64 i = 0; i < BOOT_MAX_RANGES - 4; i++)
		memory_map_add(i * 4096, 4096, BOOT_RESERVED);
	for (u64 i = 0; i < 4; i++)
		memory_map_add((128 + i) * MB, 4096, BOOT_RESERVED);
	memory_map_finish();
	for (unsigned int i = 0; i < boot_info.nr_ranges; i++)
		KEXPECT(boot_info.ranges[i].type != BOOT_RAM || boot_info.ranges[i].end <= 130 * MB);
	KEXPECT(range_is(boot_info.nr_ranges - 1, 129 * MB + 4096, MB - 4096, BOOT_RAM));
	end();
}
