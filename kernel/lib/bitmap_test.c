/* kernel/lib/bitmap_test.c - bits at the edges of words. */
#include <kernel/lib/bitmap.h>

#include <kernel/debug/ktest.h>
#include <kernel/lib/cpumask.h>

KTEST(bitmap, find_crosses_word_boundaries)
{
	DECLARE_BITMAP(map, 200) = { 0 };

	KEXPECT_EQ(find_first_bit(map, 200), 200UL);
	__set_bit(63, map);
	__set_bit(64, map);
	__set_bit(199, map);
	KEXPECT_EQ(find_first_bit(map, 200), 63UL);
	KEXPECT_EQ(find_next_bit(map, 200, 64), 64UL);
	KEXPECT_EQ(find_next_bit(map, 200, 65), 199UL);
	KEXPECT_EQ(find_next_bit(map, 199, 65), 199UL);
	KEXPECT_EQ(find_last_bit(map, 200), 199UL);
	KEXPECT_EQ(find_last_bit(map, 199), 64UL);
}

KTEST(bitmap, find_zero_does_not_see_bits_behind_the_end)
{
	DECLARE_BITMAP(map, 70);

	bitmap_fill(map, 70);
	KEXPECT_EQ(find_first_zero_bit(map, 70), 70UL);
	KEXPECT(bitmap_full(map, 70));
	KEXPECT_EQ(bitmap_weight(map, 70), 70UL);
	__clear_bit(69, map);
	KEXPECT_EQ(find_next_zero_bit(map, 70, 3), 69UL);
	KEXPECT_EQ(bitmap_weight(map, 69), 69UL);
}

KTEST(bitmap, set_and_clear_touch_only_their_range)
{
	DECLARE_BITMAP(map, 256);

	bitmap_zero(map, 256);
	bitmap_set(map, 60, 80);
	KEXPECT_EQ(bitmap_weight(map, 256), 80UL);
	KEXPECT(!test_bit(59, map) && test_bit(60, map) && test_bit(139, map) && !test_bit(140, map));
	bitmap_clear(map, 64, 64);
	KEXPECT_EQ(bitmap_weight(map, 256), 16UL);
	KEXPECT(test_bit(63, map) && !test_bit(64, map) && !test_bit(127, map) && test_bit(128, map));
	bitmap_set(map, 0, 0);
	KEXPECT(!test_bit(0, map));
}

KTEST(bitmap, zero_area_is_aligned_and_free)
{
	DECLARE_BITMAP(map, 128);

	bitmap_zero(map, 128);
	bitmap_set(map, 3, 1);
	bitmap_set(map, 20, 1);
	KEXPECT_EQ(bitmap_find_next_zero_area(map, 128, 0, 8, 7), 8UL);
	KEXPECT_EQ(bitmap_find_next_zero_area(map, 128, 0, 16, 0), 4UL);
	KEXPECT_EQ(bitmap_find_next_zero_area(map, 128, 0, 64, 63), 64UL);
	KEXPECT_GE(bitmap_find_next_zero_area(map, 128, 0, 120, 0), 128UL);
}

KTEST(bitmap, atomic_operations_return_the_old_bit)
{
	DECLARE_BITMAP(map, 128) = { 0 };

	KEXPECT(!test_and_set_bit(100, map));
	KEXPECT(test_and_set_bit(100, map));
	KEXPECT(test_and_clear_bit(100, map));
	KEXPECT(!test_and_clear_bit(100, map));
}

KTEST(bitmap, cpumask_walks_its_cpus)
{
	cpumask_t mask = CPU_MASK_NONE;
	unsigned int cpu, seen = 0;

	cpumask_set_cpu(0, &mask);
	cpumask_set_cpu(5, &mask);
	cpumask_set_cpu(63, &mask);
	for_each_cpu(cpu, &mask)
		seen = seen * 100 + cpu;
	KEXPECT_EQ(seen, 563U);
	KEXPECT_EQ(cpumask_weight(&mask), 3U);
	KEXPECT_EQ(cpumask_next(63, &mask), (unsigned int)MAX_CPUS);
}
