/* Anonymous memory starts as zeros, keeps what is written, is counted, and is gone after munmap. */
/* quire-test: */
#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	size_t length = 8 * MB;
	char *p = map_small(length);
	long rss;

	plan(8);
	catch_faults();
	is(smaps_kb(p, "Rss"), 0, "a new area has no pages");
	ok(all_zero(p, length), "a new area reads as zeros");
	fill(p, length, 1);
	is(wrong_pages(p, length, 1), 0, "every page keeps what was written");
	rss = smaps_kb(p, "Rss");
	is(rss, length / 1024, "every written page is counted in Rss");
	is(smaps_kb(p, "Anonymous"), rss, "and as anonymous");
	is(munmap(p, length), 0, "munmap works");
	is(try_read(p), SIGSEGV, "the first page is gone");
	is(try_read(p + length - 1), SIGSEGV, "the last page is gone");
	return done();
}
