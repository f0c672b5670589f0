/* kernel/lib/compiler.h - what C lacks: attributes, barriers against the compiler, type-safe small macros.
 *
 * READ_ONCE and WRITE_ONCE make one access of exactly the size of the variable, neither torn nor repeated.
 * They are for words that another CPU, an interrupt handler or a page walker of the hardware changes meanwhile.
 *
 * Linux: include/linux/compiler.h, minmax.h, align.h, err.h.
 */
#ifndef KERNEL_LIB_COMPILER_H
#define KERNEL_LIB_COMPILER_H

#include <kernel/lib/types.h>

#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define unreachable()		__builtin_unreachable()

#undef __unused
#define __unused		__attribute__((unused))
#define __packed		__attribute__((packed))
#define __aligned(x)		__attribute__((aligned(x)))
#define __noreturn		__attribute__((noreturn))
#define __section(s)		__attribute__((section(s)))
#define __used			__attribute__((used))
#define __weak			__attribute__((weak))
#define __always_inline		inline __attribute__((always_inline))
#define noinline		__attribute__((noinline))
#define __must_check		__attribute__((warn_unused_result))
#define __printf(fmt, args)	__attribute__((format(printf, fmt, args)))
#define __cold			__attribute__((cold))
#define fallthrough		__attribute__((fallthrough))
#define __init			/* start-up code is not thrown away: it is small, and gdb can show it */
#define __user			/* a pointer into user space: only copy_from_user and friends follow it */
#define __iomem			/* a pointer to device registers: only readl, writel and friends follow it */
#define __cacheline_aligned	__aligned(64)

#define static_assert		_Static_assert
#define BUILD_BUG_ON(cond)	static_assert(!(cond), "BUILD_BUG_ON: " #cond)

#define barrier()		__asm__ __volatile__("" ::: "memory")

/*
 * x86 lets only a load pass an older store to another address, so that reads among themselves and writes among
 * themselves need nothing but the compiler's obedience (Intel SDM volume 3, section 8.2.2).
 */
#define smp_mb()		__asm__ __volatile__("lock; addl $0,-4(%%rsp)" ::: "memory", "cc")
#define smp_rmb()		barrier()
#define smp_wmb()		barrier()
#define mb()			__asm__ __volatile__("mfence" ::: "memory")
#define rmb()			__asm__ __volatile__("lfence" ::: "memory")
#define wmb()			__asm__ __volatile__("sfence" ::: "memory")

#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	do { *(volatile __typeof__(x) *)&(x) = (v); } while (0)
#define smp_load_acquire(p)	({ __typeof__(*(p)) ___v = READ_ONCE(*(p)); barrier(); ___v; })
#define smp_store_release(p, v)	do { barrier(); WRITE_ONCE(*(p), v); } while (0)

#define __same_type(a, b)	__builtin_types_compatible_p(__typeof__(a), __typeof__(b))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]) + \
				 0 * sizeof(struct { int : -!!__same_type(a, &(a)[0]); }))
#define container_of(ptr, type, member) ({					\
	const __typeof__(((type *)0)->member) *___m = (ptr);			\
	(type *)((char *)(uintptr_t)___m - offsetof(type, member)); })

/* The comparison of the two pointers refuses arguments of different types. */
#define __pick(a, op, b) ({							\
	__typeof__(a) ___a = (a);						\
	__typeof__(b) ___b = (b);						\
	(void)(&___a == &___b);							\
	___a op ___b ? ___a : ___b; })
#define min(a, b)		__pick(a, <, b)
#define max(a, b)		__pick(a, >, b)
#define __pick_t(type, a, op, b) ({						\
	type ___at = (a);							\
	type ___bt = (b);							\
	___at op ___bt ? ___at : ___bt; })
#define min_t(type, a, b)	__pick_t(type, a, <, b)
#define max_t(type, a, b)	__pick_t(type, a, >, b)
#define clamp(v, lo, hi)	({ __typeof__(v) ___v = (v);			\
				   __typeof__(v) ___lo = (lo);			\
				   __typeof__(v) ___hi = (hi);			\
				   ___v < ___lo ? ___lo : ___v > ___hi ? ___hi : ___v; })
#define swap(a, b)		do { __typeof__(a) ___t = (a); (a) = (b); (b) = ___t; } while (0)

/* `a` must be a power of two */
#define ALIGN(x, a)		(((x) + ((__typeof__(x))(a) - 1)) & ~((__typeof__(x))(a) - 1))
#define ALIGN_DOWN(x, a)	((x) & ~((__typeof__(x))(a) - 1))
#define IS_ALIGNED(x, a)	(((x) & ((__typeof__(x))(a) - 1)) == 0)
#define PTR_ALIGN(p, a)		((__typeof__(p))ALIGN((uintptr_t)(p), (a)))
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define roundup(x, y)		(DIV_ROUND_UP(x, y) * (y))
#define rounddown(x, y)		((x) - (x) % (y))

#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define GENMASK(high, low)	((~0UL << (low)) & (~0UL >> (63 - (high))))
#define BITS_PER_LONG		64
#define BITS_PER_BYTE		8
#define U8_MAX			((u8)~0U)
#define U16_MAX			((u16)~0U)
#define U32_MAX			((u32)~0U)
#define U64_MAX			((u64)~0ULL)
#define S64_MAX			((s64)(U64_MAX >> 1))
#define S64_MIN			((s64)(-S64_MAX - 1))
#define INT_MAX			((int)(~0U >> 1))
#define INT_MIN			(-INT_MAX - 1)
#define UINT_MAX		(~0U)
#define LONG_MAX		((long)(~0UL >> 1))
#define LONG_MIN		(-LONG_MAX - 1)
#define ULONG_MAX		(~0UL)
#define SIZE_MAX		(~(size_t)0)
#define SSIZE_MAX		LONG_MAX

#define __STRINGIFY(x)		#x
#define STRINGIFY(x)		__STRINGIFY(x)
#define __CONCAT2(a, b)		a##b
#define CONCAT(a, b)		__CONCAT2(a, b)
#define __RET_IP__		((unsigned long)__builtin_return_address(0))

/*
 * A function that returns a pointer returns its error in the same word: the top 4095 addresses are never
 * those of an object.
 */
#define MAX_ERRNO		4095

static inline void *ERR_PTR(long error)
{
	return (void *)error;
}

static inline long PTR_ERR(const void *ptr)
{
	return (long)ptr;
}

static inline bool IS_ERR_VALUE(unsigned long value)
{
	return unlikely(value >= (unsigned long)-MAX_ERRNO);
}

static inline bool IS_ERR(const void *ptr)
{
	return IS_ERR_VALUE((unsigned long)ptr);
}

static inline bool IS_ERR_OR_NULL(const void *ptr)
{
	return !ptr || IS_ERR(ptr);
}

static inline long PTR_ERR_OR_ZERO(const void *ptr)
{
	return IS_ERR(ptr) ? PTR_ERR(ptr) : 0;
}

#define ERR_CAST(ptr)		((void *)(uintptr_t)(ptr))

#endif
