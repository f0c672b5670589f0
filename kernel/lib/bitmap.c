/* kernel/lib/bitmap.c - arrays of bits.
 *
 * Everything works on whole words; the first and the last word of a range are masked.
 *
 * Linux: lib/bitmap.c, lib/find_bit.c.
 */
#include <kernel/lib/bitmap.h>

/* The bits of a word at and after `start`, and those before `end` (end 0: all). Both are taken modulo 64. */
static unsigned long mask_from(unsigned long start)
{
	return ~0UL << (start % BITS_PER_LONG);
}

static unsigned long mask_before(unsigned long end)
{
	return ~0UL >> (-end % BITS_PER_LONG);
}

/* `invert` is 0 to look for ones and ~0 to look for zeros. */
static unsigned long find_next(const unsigned long *map, unsigned long size, unsigned long start,
			       unsigned long invert)
{
	unsigned long word, base = ALIGN_DOWN(start, BITS_PER_LONG);

	if (start >= size)
		return size;
	word = (READ_ONCE(map[BIT_WORD(base)]) ^ invert) & mask_from(start);
	while (!word) {
		base += BITS_PER_LONG;
		if (base >= size)
			return size;
		word = READ_ONCE(map[BIT_WORD(base)]) ^ invert;
	}
	return min(base + __ffs(word), size);
}

unsigned long find_next_bit(const unsigned long *map, unsigned long size, unsigned long start)
{
	return find_next(map, size, start, 0);
}

unsigned long find_next_zero_bit(const unsigned long *map, unsigned long size, unsigned long start)
{
	return find_next(map, size, start, ~0UL);
}

unsigned long find_last_bit(const unsigned long *map, unsigned long size)
{
	unsigned long i = BITS_TO_LONGS(size), mask = mask_before(size);

	while (i--) {
		unsigned long word = READ_ONCE(map[i]) & mask;

		if (word)
			return i * BITS_PER_LONG + __fls(word);
		mask = ~0UL;
	}
	return size;
}

/* Set or clear the range [start, start + len). */
static void assign_range(unsigned long *map, unsigned long start, unsigned long len, bool value)
{
	unsigned long end = start + len;

	while (start < end) {
		unsigned long stop = min(ALIGN_DOWN(start, BITS_PER_LONG) + BITS_PER_LONG, end);
		unsigned long mask = mask_from(start) & mask_before(stop);

		if (value)
			map[BIT_WORD(start)] |= mask;
		else
			map[BIT_WORD(start)] &= ~mask;
		start = stop;
	}
}

void bitmap_set(unsigned long *map, unsigned long start, unsigned long len)
{
	assign_range(map, start, len, true);
}

void bitmap_clear(unsigned long *map, unsigned long start, unsigned long len)
{
	assign_range(map, start, len, false);
}

/* Whole words, so that the unused bits of the last one have a value too. */
void bitmap_zero(unsigned long *map, unsigned long nbits)
{
	assign_range(map, 0, ALIGN(nbits, BITS_PER_LONG), false);
}

void bitmap_fill(unsigned long *map, unsigned long nbits)
{
	bitmap_zero(map, nbits);
	assign_range(map, 0, nbits, true);
}

bool bitmap_empty(const unsigned long *map, unsigned long nbits)
{
	return find_first_bit(map, nbits) == nbits;
}

bool bitmap_full(const unsigned long *map, unsigned long nbits)
{
	return find_first_zero_bit(map, nbits) == nbits;
}

unsigned long bitmap_weight(const unsigned long *map, unsigned long nbits)
{
	unsigned long i, weight = 0;

	for (i = 0; i < nbits / BITS_PER_LONG; i++)
		weight += hweight64(map[i]);
	if (nbits % BITS_PER_LONG)
		weight += hweight64(map[i] & mask_before(nbits));
	return weight;
}

unsigned long bitmap_find_next_zero_area(const unsigned long *map, unsigned long size, unsigned long start,
					 unsigned long nr, unsigned long align_mask)
{
	for (;;) {
		unsigned long obstacle;

		start = find_next_zero_bit(map, size, start);
		start = (start + align_mask) & ~align_mask;
		if (start + nr > size)
			return size;
		obstacle = find_next_bit(map, start + nr, start);
		if (obstacle >= start + nr)
			return start;
		start = obstacle + 1;
	}
}
