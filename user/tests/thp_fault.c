/* The first touch of an aligned 2 MB range brings a huge page, once and zeroed. */
/* quire-test: thp=madvise */
#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	char *p = map_huge(4 * HUGE);
	long alloc = vmstat("thp_fault_alloc"), faults;

	plan(10);
	faults = vmstat("pgfault");
	p[HUGE + 5 * PAGE] = 1;
	is(huge_kb(p), 2048, "one touch maps 2 MB");
	ok(vmstat("thp_fault_alloc") >= alloc + 1, "thp_fault_alloc counted it");
	ok(all_zero(p + HUGE, 5 * PAGE), "zeros before the touched byte");
	ok(all_zero(p + HUGE + 6 * PAGE, HUGE - 6 * PAGE), "and behind it");
	fill(p, 4 * HUGE, 1);
	is(huge_kb(p), 4 * 2048, "the whole area is huge");
	is(wrong_pages(p, 4 * HUGE, 1), 0, "every page keeps its data");
	ok(vmstat("pgfault") - faults < 512, "with few faults");
	ok(page_flag(p, KPF_THP) == 1 && page_flag(p, KPF_COMPOUND_HEAD) == 1, "head page");
	ok(page_flag(p + 7 * PAGE, KPF_THP) == 1 && page_flag(p + 7 * PAGE, KPF_COMPOUND_TAIL) == 1,
	   "tail page");
	is(frame_of(p + 511 * PAGE) - frame_of(p), 511, "the frames are neighbours");
	return done();
}
