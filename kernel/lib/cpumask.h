/* kernel/lib/cpumask.h - a set of up to 64 CPUs in one word.
 *
 * Setting and clearing one CPU is atomic and a full barrier: page_table_root.cpus depends on it.
 *
 * Linux: include/linux/cpumask.h.
 */
#ifndef KERNEL_LIB_CPUMASK_H
#define KERNEL_LIB_CPUMASK_H

#include <kernel/lib/bitmap.h>

#define MAX_CPUS	64

typedef struct cpumask {
	unsigned long	bits;
} cpumask_t;

#define CPU_MASK_NONE	((cpumask_t){ 0 })
#define CPU_MASK_ALL	((cpumask_t){ ~0UL })

static inline void cpumask_set_cpu(unsigned int cpu, cpumask_t *mask)
{
	set_bit(cpu, &mask->bits);
}

static inline void cpumask_clear_cpu(unsigned int cpu, cpumask_t *mask)
{
	clear_bit(cpu, &mask->bits);
}

static inline bool cpumask_test_cpu(unsigned int cpu, const cpumask_t *mask)
{
	return test_bit(cpu, &mask->bits);
}

static inline bool cpumask_test_and_set_cpu(unsigned int cpu, cpumask_t *mask)
{
	return test_and_set_bit(cpu, &mask->bits);
}

static inline bool cpumask_test_and_clear_cpu(unsigned int cpu, cpumask_t *mask)
{
	return test_and_clear_bit(cpu, &mask->bits);
}

static inline void cpumask_clear(cpumask_t *mask)
{
	WRITE_ONCE(mask->bits, 0);
}

static inline void cpumask_setall(cpumask_t *mask)
{
	WRITE_ONCE(mask->bits, ~0UL);
}

static inline void cpumask_copy(cpumask_t *dst, const cpumask_t *src)
{
	WRITE_ONCE(dst->bits, READ_ONCE(src->bits));
}

/* => false when the result is empty */
static inline bool cpumask_and(cpumask_t *dst, const cpumask_t *a, const cpumask_t *b)
{
	dst->bits = READ_ONCE(a->bits) & READ_ONCE(b->bits);
	return dst->bits != 0;
}

static inline bool cpumask_andnot(cpumask_t *dst, const cpumask_t *a, const cpumask_t *b)
{
	dst->bits = READ_ONCE(a->bits) & ~READ_ONCE(b->bits);
	return dst->bits != 0;
}

static inline void cpumask_or(cpumask_t *dst, const cpumask_t *a, const cpumask_t *b)
{
	dst->bits = READ_ONCE(a->bits) | READ_ONCE(b->bits);
}

static inline bool cpumask_empty(const cpumask_t *mask)
{
	return READ_ONCE(mask->bits) == 0;
}

static inline bool cpumask_equal(const cpumask_t *a, const cpumask_t *b)
{
	return READ_ONCE(a->bits) == READ_ONCE(b->bits);
}

static inline unsigned int cpumask_weight(const cpumask_t *mask)
{
	return hweight64(READ_ONCE(mask->bits));
}

/* => the first CPU after `cpu` (-1 to begin); MAX_CPUS when there is none */
static inline unsigned int cpumask_next(int cpu, const cpumask_t *mask)
{
	unsigned long rest;

	if (cpu + 1 >= MAX_CPUS)
		return MAX_CPUS;
	rest = READ_ONCE(mask->bits) & (~0UL << (cpu + 1));
	return rest ? __ffs(rest) : MAX_CPUS;
}

static inline unsigned int cpumask_first(const cpumask_t *mask)
{
	return cpumask_next(-1, mask);
}

static inline cpumask_t cpumask_of(unsigned int cpu)
{
	return (cpumask_t){ 1UL << cpu };
}

/* The mask may change meanwhile: each CPU is tested when it is reached. */
#define for_each_cpu(cpu, mask)							\
	for ((cpu) = cpumask_first(mask); (cpu) < MAX_CPUS;			\
	     (cpu) = cpumask_next((int)(cpu), mask))

#endif
