/* MADV_PAGEOUT sends pages to swap; the next touch brings them back, byte for byte. */
/* quire-test: swap=128 */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	size_t length = 2 * MB;
	char *p = map_aligned(length);
	long out = vmstat("pswpout"), in, gone;

	plan(9);
	madvise(p, length, MADV_NOHUGEPAGE);
	fill(p, length, 1);
	is(madvise(p, length, MADV_PAGEOUT), 0, "madvise MADV_PAGEOUT");
	ok(within_ms(2000, (gone = smaps_kb(p, "Swap")) >= (long)length / 1024 * 9 / 10),
	   "most of it is swapped out (%ld kB)", gone);
	is(smaps_kb(p, "Rss") + gone, length / 1024, "Rss and Swap together are the whole");
	ok(swapped(p) && !present(p), "pagemap says so of the first page");
	ok(vmstat("pswpout") - out >= gone / 4, "pswpout counted it");
	within_ms(10000, vmstat("nr_writeback") <= 0);
	in = vmstat("pswpin");
	is(wrong_pages(p, length, 1), 0, "every page comes back with its data");
	is(vmstat("pswpin") - in, 0, "and without a read: there was memory enough to keep what was written");
	ok(present(p), "the first page is present again");
	is(smaps_kb(p, "Rss"), length / 1024, "all of it is in memory");
	return done();
}
