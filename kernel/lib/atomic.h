/* kernel/lib/atomic.h - counters that several CPUs change without a lock.
 *
 * Every operation that returns a value, and every read-modify-write, is a full barrier: a LOCKed instruction is
 * one on x86. atomic_read and atomic_set are plain single accesses and order nothing.
 *
 * Linux: include/linux/atomic.h.
 */
#ifndef KERNEL_LIB_ATOMIC_H
#define KERNEL_LIB_ATOMIC_H

#include <kernel/lib/compiler.h>

typedef struct { int counter; } atomic_t;
typedef struct { long counter; } atomic_long_t;
typedef atomic_long_t atomic64_t;

#define ATOMIC_INIT(i)		{ (i) }
#define ATOMIC_LONG_INIT(i)	{ (i) }

/* Any word of 1, 2, 4 or 8 bytes. cmpxchg returns the value it found: equal to `old` when it stored `new`. */
#define xchg(ptr, v)		__atomic_exchange_n((ptr), (v), __ATOMIC_SEQ_CST)
#define cmpxchg(ptr, old, new) ({							\
	__typeof__(*(ptr)) ___old = (old);						\
	__atomic_compare_exchange_n((ptr), &___old, (new), false,			\
				    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);		\
	___old; })
#define try_cmpxchg(ptr, oldp, new)							\
	__atomic_compare_exchange_n((ptr), (oldp), (new), false,			\
				    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)

#define DEFINE_ATOMIC_OPS(prefix, atype, type)						\
static inline type prefix##_read(const atype *v) { return READ_ONCE(v->counter); }	\
static inline void prefix##_set(atype *v, type i) { WRITE_ONCE(v->counter, i); }	\
static inline type prefix##_add_return(type i, atype *v)				\
{ return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST); }			\
static inline type prefix##_sub_return(type i, atype *v)				\
{ return __atomic_sub_fetch(&v->counter, i, __ATOMIC_SEQ_CST); }			\
static inline type prefix##_fetch_add(type i, atype *v)				\
{ return __atomic_fetch_add(&v->counter, i, __ATOMIC_SEQ_CST); }			\
static inline type prefix##_fetch_sub(type i, atype *v)				\
{ return __atomic_fetch_sub(&v->counter, i, __ATOMIC_SEQ_CST); }			\
static inline void prefix##_add(type i, atype *v)					\
{ (void)__atomic_fetch_add(&v->counter, i, __ATOMIC_SEQ_CST); }			\
static inline void prefix##_sub(type i, atype *v)					\
{ (void)__atomic_fetch_sub(&v->counter, i, __ATOMIC_SEQ_CST); }			\
static inline void prefix##_or(type i, atype *v)					\
{ (void)__atomic_fetch_or(&v->counter, i, __ATOMIC_SEQ_CST); }				\
static inline void prefix##_andnot(type i, atype *v)					\
{ (void)__atomic_fetch_and(&v->counter, ~i, __ATOMIC_SEQ_CST); }			\
static inline void prefix##_inc(atype *v) { prefix##_add(1, v); }			\
static inline void prefix##_dec(atype *v) { prefix##_sub(1, v); }			\
static inline type prefix##_inc_return(atype *v) { return prefix##_add_return(1, v); }	\
static inline type prefix##_dec_return(atype *v) { return prefix##_sub_return(1, v); }	\
static inline bool prefix##_dec_and_test(atype *v) { return prefix##_dec_return(v) == 0; } \
static inline bool prefix##_inc_and_test(atype *v) { return prefix##_inc_return(v) == 0; } \
static inline bool prefix##_sub_and_test(type i, atype *v)				\
{ return prefix##_sub_return(i, v) == 0; }						\
static inline bool prefix##_add_negative(type i, atype *v)				\
{ return prefix##_add_return(i, v) < 0; }						\
static inline type prefix##_xchg(atype *v, type n) { return xchg(&v->counter, n); }	\
static inline type prefix##_cmpxchg(atype *v, type old, type n)			\
{ return cmpxchg(&v->counter, old, n); }						\
/* => false, and nothing is added, when the counter is `u` */				\
static inline bool prefix##_add_unless(atype *v, type a, type u)			\
{											\
	type c = prefix##_read(v);							\
	while (c != u)									\
		if (try_cmpxchg(&v->counter, &c, c + a))				\
			return true;							\
	return false;									\
}											\
static inline bool prefix##_inc_not_zero(atype *v) { return prefix##_add_unless(v, 1, 0); }

DEFINE_ATOMIC_OPS(atomic, atomic_t, int)
DEFINE_ATOMIC_OPS(atomic_long, atomic_long_t, long)
DEFINE_ATOMIC_OPS(atomic64, atomic64_t, long)

#endif
