/* PR_SET_THP_DISABLE: no huge pages for a process, its children, and what they run. */
/* quire-test: thp=always */
#include <sys/prctl.h>
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#ifndef PR_SET_THP_DISABLE
#define PR_SET_THP_DISABLE 41
#define PR_GET_THP_DISABLE 42
#endif
#define EXCEPT_ADVISED 2
#define MADV_COLLAPSE_ 25

static long enabled_in_status(void)
{
	return number_in("/proc/self/status", "THP_enabled");
}

static int gets_huge(int advice)
{
	char *p = map_aligned(HUGE);
	int huge;

	if (advice)
		madvise(p, HUGE, advice);
	*p = 1;
	huge = huge_kb(p) == 2048;
	munmap(p, HUGE);
	return huge;
}

static int get_in_child(void *unused)
{
	(void)unused;
	return prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) + 10 * gets_huge(MADV_HUGEPAGE);
}

static int get_after_exec(void *self)
{
	execl(self, self, "get", NULL);
	return 99;
}

static void test_except_advised(char *self)
{
	char *p;

	if (prctl(PR_SET_THP_DISABLE, 1, EXCEPT_ADVISED, 0, 0)) {
		skip(11, "no PR_THP_DISABLE_EXCEPT_ADVISED");
		return;
	}
	is(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0), 1 | EXCEPT_ADVISED, "disabled but where advised");
	is(enabled_in_status(), 1, "THP_enabled is 1 then");
	ok(!gets_huge(0), "not without advice, though the knob says always");
	ok(gets_huge(MADV_HUGEPAGE), "with advice");
	p = map_aligned(HUGE);
	fill(p, HUGE, 1);
	is(smaps_kb(p, "THPeligible"), 0, "THPeligible says so");
	is(madvise(p, HUGE, MADV_COLLAPSE_), 0, "MADV_COLLAPSE is advice, too");
	is(huge_kb(p), 2048, "and works");
	is(in_child(get_in_child, NULL), 13, "a child inherits it");
	is(in_child(get_after_exec, self), 13, "and so does what it runs");
	fails_with(EINVAL, prctl(PR_SET_THP_DISABLE, 0, EXCEPT_ADVISED, 0, 0), "0 with a flag: EINVAL");
	fails_with(EINVAL, prctl(PR_SET_THP_DISABLE, 1, 4, 0, 0), "an unknown flag: EINVAL");
}

int main(int argc, char **argv)
{
	char *p;

	if (argc > 1)
		return get_in_child(NULL);
	plan(29);
	is(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0), 0, "not disabled at first");
	is(enabled_in_status(), 1, "THP_enabled is 1");
	ok(gets_huge(0), "huge pages without advice");
	is(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0), 0, "disabled");
	is(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0), 1, "as PR_GET_THP_DISABLE says");
	is(enabled_in_status(), 0, "and THP_enabled");
	ok(!gets_huge(0), "no huge page");
	ok(!gets_huge(MADV_HUGEPAGE), "not even with advice");
	p = map_huge(HUGE);
	fill(p, HUGE, 1);
	is(smaps_kb(p, "THPeligible"), 0, "THPeligible is 0");
	fails_with(EINVAL, madvise(p, HUGE, MADV_COLLAPSE_), "MADV_COLLAPSE: EINVAL");
	is(in_child(get_in_child, NULL), 1, "a child inherits it");
	is(in_child(get_after_exec, argv[0]), 1, "and so does what it runs");
	fails_with(EINVAL, prctl(PR_GET_THP_DISABLE, 1, 0, 0, 0), "PR_GET with an argument: EINVAL");
	fails_with(EINVAL, prctl(PR_SET_THP_DISABLE, 1, 0, 1, 0), "PR_SET with too many: EINVAL");
	is(prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0), 0, "enabled again");
	is(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0), 0, "as it says");
	fill(p, HUGE, 2);	/* the children have made it read-only, and then Linux 6.1 refuses */
	is(madvise(p, HUGE, MADV_COLLAPSE_), 0, "MADV_COLLAPSE works");
	ok(gets_huge(0), "and faults get huge pages");
	test_except_advised(argv[0]);
	return done();
}
