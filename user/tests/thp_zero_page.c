/* Reading a huge range maps the huge page of zeros; a write gives a huge page of one's own. */
/* quire-test: thp=madvise */
#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	char *p = map_huge(2 * HUGE);
	uint64_t zero;

	plan(7);
	spit(THP "use_zero_page", "1");
	ok(all_zero(p, 2 * HUGE), "reads as zeros");
	zero = frame_of(p);
	is(frame_of(p + HUGE), zero, "both ranges map the same frames");
	is(page_flag(p, KPF_ZERO_PAGE), 1, "kpageflags says: zero page");
	is(smaps_kb(p, "Rss"), 0, "not counted in Rss");
	p[HUGE + 9] = 1;
	ok(frame_of(p + HUGE) != zero, "a write replaces it");
	diag("%ld kB of it are huge", huge_kb(p));	/* Linux before 6.12 splits instead */
	ok(p[HUGE + 8] == 0 && p[HUGE + 9] == 1 && p[HUGE + 10] == 0, "with zeros around the byte");
	ok(frame_of(p) == zero && all_zero(p, HUGE), "the other range is untouched");
	return done();
}
