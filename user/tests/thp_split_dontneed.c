/* MADV_DONTNEED in a huge page: a part leaves zeros, the whole gives the page back. */
/* quire-test: thp=madvise */
#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	char *p = map_huge(2 * HUGE);

	plan(6);
	fill(p, 2 * HUGE, 1);
	is(madvise(p + 30 * PAGE, 2 * PAGE, MADV_DONTNEED), 0, "drop two small pages");
	ok(all_zero(p + 30 * PAGE, 2 * PAGE), "they read as zeros");
	is(wrong_pages(p, 30 * PAGE, 1), 0, "the rest keeps its data");
	is(madvise(p + HUGE, HUGE, MADV_DONTNEED), 0, "drop a whole huge page");
	is(smaps_kb(p, "Rss") <= 2048, 1, "its memory is given back");
	ok(all_zero(p + HUGE, HUGE), "it reads as zeros");
	return done();
}
