/* kernel/debug/refcount.h - reference counts that fail safely.
 *
 * A count that wraps frees what is still in use; a count that is dropped once too often does the same. Here both are
 * found in the flags of the instruction that changes the count, so that it costs one branch which is never taken: the
 * count is set to a value far from both ends, where it stays for ever. The object leaks, and the log says so once for each
 * kind. In all builds; debug builds also find a reference that is taken on a count of 0.
 *
 * Linux: include/linux/refcount.h, lib/refcount.c.
 */
#ifndef KERNEL_DEBUG_REFCOUNT_H
#define KERNEL_DEBUG_REFCOUNT_H

#include <kernel/lib/atomic.h>
#include <kernel/lib/compiler.h>

enum refcount_kind { REF_PAGE, REF_MAPCOUNT, REF_SWAP_SLOT, REF_MM, REF_TASK, REF_FILE, REF_FILES, REF_INODE, REF_DENTRY,
		     NR_REFCOUNT_KINDS };

#define REFCOUNT_SATURATED	(-0x40000000)	/* far from 0 on both sides: lost updates of other CPUs do no harm */

/* The count is wrong: it is set to REFCOUNT_SATURATED, and that is said once. */
void refcount_saturate(atomic_t *count, enum refcount_kind kind, const char *what) __cold;
/* The same for a count that has no room for that value: only the message. */
void refcount_report(enum refcount_kind kind, const char *what) __cold;
/* Forget what has been said: for tests. */
void refcount_say_again(void);

static __always_inline void refcount_add(atomic_t *count, int n, enum refcount_kind kind)
{
	bool negative;

	asm volatile("lock addl %2, %0" : "+m"(count->counter), "=@ccs"(negative) : "er"(n) : "memory");
	if (unlikely(negative))
		refcount_saturate(count, kind, "overflow, or use after the last reference");
}

static __always_inline void refcount_inc(atomic_t *count, enum refcount_kind kind)
{
#ifdef CONFIG_DEBUG
	if (unlikely(!atomic_read(count)))
		refcount_saturate(count, kind, "a reference is taken after the last one was dropped");
#endif
	refcount_add(count, 1, kind);
}

/* => false, and nothing is taken, when there is no reference any more */
static __always_inline bool refcount_inc_not_zero(atomic_t *count, enum refcount_kind kind)
{
	int seen = atomic_read(count);

	do {
		if (!seen)
			return false;
		if (unlikely(seen < 0 || seen == 0x7fffffff)) {
			refcount_saturate(count, kind, "overflow");
			return true;
		}
	} while (!try_cmpxchg(&count->counter, &seen, seen + 1));
	return true;
}

/* => true: that was the last one. Never true again for a count that was dropped too often. */
static __always_inline bool refcount_dec_and_test(atomic_t *count, enum refcount_kind kind)
{
	bool negative, zero;

	asm volatile("lock decl %0" : "+m"(count->counter), "=@ccs"(negative), "=@cce"(zero) : : "memory");
	if (unlikely(negative))
		refcount_saturate(count, kind, "dropped more often than taken");
	return zero;
}

#endif
