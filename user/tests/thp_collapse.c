/* khugepaged gathers small pages into a huge one, and nobody notices but the counters. */
/* quire-test: thp=madvise */
#include <user/lib/khugepaged.h>
#include <user/lib/tap.h>

int main(void)
{
	long collapsed = vmstat("thp_collapse_alloc");
	uint64_t frame;
	char *p;

	plan(6);
	khuge_quick();
	p = map_aligned(4 * HUGE);
	madvise(p, 4 * HUGE, MADV_NOHUGEPAGE);
	fill(p, 4 * HUGE, 1);
	frame = frame_of(p + 3 * PAGE);		/* while khugepaged may not come */
	madvise(p, 4 * HUGE, MADV_HUGEPAGE);
	ok(within_ms(20000, huge_kb(p) == 8192), "four ranges become huge (%ld kB)", huge_kb(p));
	ok(vmstat("thp_collapse_alloc") >= collapsed + 4, "thp_collapse_alloc counted them");
	is(wrong_pages(p, 4 * HUGE, 1), 0, "every page is right");
	ok(frame_of(p + 3 * PAGE) != frame, "in other frames");
	fill(p, 4 * HUGE, 2);
	is(wrong_pages(p, 4 * HUGE, 2), 0, "and can be written");
	ok(khuge_get("full_scans") > 0, "full_scans counts");
	return done();
}
