/* kernel/debug/ktest.c - run the tests that match, and print KTAP.
 *
 * The tests of one file are adjacent in the section, so that a suite is a run of equal names, unless two files share one:
 * then its tests are gathered under its first appearance.
 *
 * Format: https://docs.kernel.org/dev-tools/ktap.html. Linux: lib/kunit/test.c.
 */
#include <kernel/debug/ktest.h>

#include <kernel/debug/panic.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>

struct ktest_totals {
	unsigned int passed, failed, skipped;
};

void ktest_fail(struct ktest_run *run, const char *file, int line, const char *fmt, ...)
{
	char message[200];
	va_list args;

	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	run->failed = true;
	printk("    # %s:%d: %s\n", file, line, message);
}

/* One of the patterns between the commas matches suite.name. */
static bool matches(const struct ktest *test, const char *patterns)
{
	char pattern[96], full[128];
	size_t n;

	snprintf(full, sizeof(full), "%s.%s", test->suite, test->name);
	for (;; patterns += n + 1) {
		n = strcspn(patterns, ",");
		snprintf(pattern, sizeof(pattern), "%.*s", (int)n, patterns);
		if (glob_match(pattern, full) || !strcmp(pattern, test->suite))
			return true;
		if (!patterns[n])
			return false;
	}
}

static bool same_suite(const struct ktest *a, const struct ktest *b)
{
	return !strcmp(a->suite, b->suite);
}

/* => this is the first selected test of its suite */
static bool opens_suite(const struct ktest *test, const char *patterns)
{
	const struct ktest *t;

	if (!matches(test, patterns))
		return false;
	for (t = __ktests_start; t < test; t++)
		if (same_suite(t, test) && matches(t, patterns))
			return false;
	return true;
}

static bool run_one(const struct ktest *test, unsigned int number, struct ktest_totals *totals)
{
	struct ktest_run run = { false, NULL };
	unsigned long warnings = warn_count;

	test->fn(&run);
	if (warn_count != warnings)
		ktest_fail(&run, test->suite, 0, "%lu kernel warnings during the test", warn_count - warnings);
	printk("    %s %u %s.%s%s%s\n", run.failed ? "not ok" : "ok", number, test->suite, test->name,
	       run.skipped ? " # SKIP " : "", run.skipped ? run.skipped : "");
	if (run.failed)
		totals->failed++;
	else if (run.skipped)
		totals->skipped++;
	else
		totals->passed++;
	return !run.failed;
}

static bool run_suite(const struct ktest *first, const char *patterns, struct ktest_totals *totals)
{
	const struct ktest *t;
	unsigned int count = 0, number = 0;
	bool ok = true;

	for (t = first; t < __ktests_end; t++)
		count += same_suite(t, first) && matches(t, patterns);
	printk("    KTAP version 1\n");
	printk("    # Subtest: %s\n", first->suite);
	printk("    1..%u\n", count);
	for (t = first; t < __ktests_end; t++)
		if (same_suite(t, first) && matches(t, patterns))
			ok &= run_one(t, ++number, totals);
	return ok;
}

unsigned int ktest_run(const char *pattern)
{
	struct ktest_totals totals = { 0, 0, 0 };
	const struct ktest *t;
	unsigned int suites = 0, number = 0;

	for (t = __ktests_start; t < __ktests_end; t++)
		suites += opens_suite(t, pattern);
	console_loglevel = max_t(int, console_loglevel, LOG_DEBUG);
	printk("KTAP version 1\n");
	printk("1..%u\n", suites);
	for (t = __ktests_start; t < __ktests_end; t++) {
		bool ok;

		if (!opens_suite(t, pattern))
			continue;
		ok = run_suite(t, pattern, &totals);
		printk("%s %u %s\n", ok ? "ok" : "not ok", ++number, t->suite);
	}
	printk("# ktest: %u passed, %u failed, %u skipped\n", totals.passed, totals.failed, totals.skipped);
	return totals.failed;
}
