/* Reading memory that was never written maps the one page of zeros; a write gives a page of one's own. */
/* quire-test: */
#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	char *p = map_small(16 * PAGE);
	volatile char *v = p;
	uint64_t zero;

	plan(8);
	ok(v[0] == 0 && v[PAGE] == 0, "a read finds zero");
	zero = frame_of(p);
	ok(zero != 0, "a read maps something");
	is(frame_of(p + PAGE), zero, "two pages that were only read share a frame");
	is(page_flag(p, KPF_ZERO_PAGE), 1, "that frame is the zero page");
	is(smaps_kb(p, "Rss"), 0, "the zero page is not counted in Rss");
	v[100] = 7;
	ok(frame_of(p) != zero && frame_of(p), "a write replaces the zero page");
	ok(v[100] == 7 && v[99] == 0 && v[PAGE + 100] == 0, "and nobody else sees it");
	is(smaps_kb(p, "Rss"), 4, "one page is counted now");
	return done();
}
