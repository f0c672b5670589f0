/* kernel/debug/ktest.h - tests that run inside the kernel, with KTAP on the console.
 *
 *	KTEST(swap_slots, slot_is_not_reused_while_the_cache_holds_it)
 *	{
 *		KEXPECT_EQ(slot_count(e), 1);
 *	}
 *
 * The boot option ktest=PATTERN (names suite.test, `*` and `?`, several patterns separated by commas) runs them in a
 * kernel thread: they may sleep. A test of another suite runs neither before nor beside it.
 *
 * Linux: include/kunit/test.h.
 */
#ifndef KERNEL_DEBUG_KTEST_H
#define KERNEL_DEBUG_KTEST_H

#include <kernel/lib/compiler.h>
#include <kernel/lib/string.h>

/* What a running test has found so far. */
struct ktest_run {
	bool		failed;
	const char	*skipped;	/* the reason */
};

struct ktest {
	const char	*suite;
	const char	*name;
	void		(*fn)(struct ktest_run *ktest_run);
};

/* In one section, between these two symbols of linker.ld. */
extern const struct ktest __ktests_start[], __ktests_end[];

#define KTEST(suite_, name_)								\
	static void ktest_##suite_##_##name_(struct ktest_run *ktest_run);		\
	static const struct ktest ktest_entry_##suite_##_##name_			\
		__used __section(".ktests") __aligned(8) =				\
		{ #suite_, #name_, ktest_##suite_##_##name_ };				\
	static void ktest_##suite_##_##name_(struct ktest_run *ktest_run __unused)

void ktest_fail(struct ktest_run *run, const char *file, int line, const char *fmt, ...) __printf(4, 5);

/* A failed expectation is reported and the test goes on. => whether it held */
#define KEXPECT(cond) ({								\
	bool ___ok = !!(cond);								\
	if (!___ok)									\
		ktest_fail(ktest_run, __FILE__, __LINE__, "expected %s", #cond);	\
	___ok; })
#define KEXPECT_OP(a, op, b) ({								\
	__auto_type ___a = (a);								\
	__auto_type ___b = (b);								\
	bool ___ok = ___a op ___b;							\
	if (!___ok)									\
		ktest_fail(ktest_run, __FILE__, __LINE__,				\
			   "expected %s " #op " %s, but found %lld (0x%llx) and %lld (0x%llx)", \
			   #a, #b, (long long)___a, (long long)___a,			\
			   (long long)___b, (long long)___b);				\
	___ok; })
#define KEXPECT_EQ(a, b)	KEXPECT_OP(a, ==, b)
#define KEXPECT_NE(a, b)	KEXPECT_OP(a, !=, b)
#define KEXPECT_LT(a, b)	KEXPECT_OP(a, <, b)
#define KEXPECT_LE(a, b)	KEXPECT_OP(a, <=, b)
#define KEXPECT_GT(a, b)	KEXPECT_OP(a, >, b)
#define KEXPECT_GE(a, b)	KEXPECT_OP(a, >=, b)
#define KEXPECT_STREQ(a, b) ({								\
	const char *___a = (a), *___b = (b);						\
	bool ___ok = !strcmp(___a, ___b);						\
	if (!___ok)									\
		ktest_fail(ktest_run, __FILE__, __LINE__, "expected %s \"%s\", but found \"%s\"", \
			   #a, ___b, ___a);						\
	___ok; })
/* A failed assertion ends the test: only in the test function itself. */
#define KASSERT_TRUE(cond)	do { if (!KEXPECT(cond)) return; } while (0)
#define KASSERT_EQ(a, b)	do { if (!KEXPECT_EQ(a, b)) return; } while (0)
/* The test can't run here (no disk, one CPU): reported as skipped. */
#define KSKIP(reason)		do { ktest_run->skipped = (reason); return; } while (0)

/*
 * ktest_run - run all tests whose suite.name matches the pattern
 *
 * => in a kernel thread; prints KTAP and "# ktest: N passed, N failed"; the number that failed
 */
unsigned int ktest_run(const char *pattern);

#endif
