/* kernel/lib/math.h - powers of two, and arithmetic that would overflow 64 bits on the way.
 *
 * Linux: include/linux/log2.h, math64.h.
 */
#ifndef KERNEL_LIB_MATH_H
#define KERNEL_LIB_MATH_H

#include <kernel/lib/compiler.h>

/* Index of the highest (fls, 1-based as on Linux; __fls, 0-based) and of the lowest set bit. n != 0 for __fls, __ffs. */
static inline int fls64(u64 n)
{
	return n ? 64 - __builtin_clzll(n) : 0;
}

static inline int fls(u32 n)
{
	return n ? 32 - __builtin_clz(n) : 0;
}

static inline unsigned int __fls(unsigned long n)
{
	return 63 - __builtin_clzl(n);
}

static inline unsigned int __ffs(unsigned long n)
{
	return __builtin_ctzl(n);
}

/* log2 rounded down; n > 0. A constant argument gives a constant. */
#define ilog2(n)		(63 - __builtin_clzll((u64)(n)))

static inline bool is_power_of_2(unsigned long n)
{
	return n && !(n & (n - 1));
}

/* 1 <= n <= 2^63 */
static inline unsigned long roundup_pow_of_two(unsigned long n)
{
	return n <= 1 ? 1 : 1UL << (64 - __builtin_clzl(n - 1));
}

static inline unsigned long rounddown_pow_of_two(unsigned long n)
{
	return 1UL << __fls(n);
}

/* The smallest order with n <= 2^order. */
static inline unsigned int order_base_2(unsigned long n)
{
	return n <= 1 ? 0 : 64 - __builtin_clzl(n - 1);
}

/* a * b / c with a 128-bit product; the result must fit in 64 bits, c != 0. */
static inline u64 mul_u64_u64_div_u64(u64 a, u64 b, u64 c)
{
	u64 quotient, remainder;

	__asm__("mulq %3; divq %4" : "=&a"(quotient), "=&d"(remainder)
		: "0"(a), "r"(b), "r"(c) : "cc");
	return quotient;
}

/* (a * b) >> shift with a 128-bit product. */
static inline u64 mul_u64_u64_shr(u64 a, u64 b, unsigned int shift)
{
	return (u64)(((unsigned __int128)a * b) >> shift);
}

static inline unsigned long int_sqrt(unsigned long n)
{
	unsigned long root = 0, bit = 1UL << 62;

	for (; bit; bit >>= 2) {
		bool fits = n >= root + bit;

		if (fits)
			n -= root + bit;
		root = (root >> 1) + (fits ? bit : 0);
	}
	return root;
}

#define abs(x)			({ __typeof__(x) ___x = (x); ___x < 0 ? -___x : ___x; })

#endif
