/* kernel/lib/hash.h - hashing of words and strings into tables whose size is a power of two.
 *
 * Fibonacci hashing: multiply by 2^64 / golden ratio and take the high bits (Knuth, TAOCP volume 3, section 6.4).
 *
 * Linux: include/linux/hash.h.
 */
#ifndef KERNEL_LIB_HASH_H
#define KERNEL_LIB_HASH_H

#include <kernel/lib/compiler.h>

#define GOLDEN_RATIO_64		0x9e3779b97f4a7c15ULL

/* => 0 .. 2^bits - 1; 1 <= bits <= 32 */
static inline u32 hash_64(u64 value, unsigned int bits)
{
	return (u32)((value * GOLDEN_RATIO_64) >> (64 - bits));
}

static inline u32 hash_ptr(const void *ptr, unsigned int bits)
{
	return hash_64((u64)(uintptr_t)ptr, bits);
}

/* FNV-1a over `len` bytes (the parameters are those of its authors). */
static inline u64 hash_bytes(const void *data, size_t len)
{
	const u8 *p = data;
	u64 h = 0xcbf29ce484222325ULL;

	while (len--)
		h = (h ^ *p++) * 0x100000001b3ULL;
	return h;
}

#endif
