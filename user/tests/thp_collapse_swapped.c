/* khugepaged brings in up to max_ptes_swap pages from swap before it collapses. */
/* quire-test: thp=madvise swap=128 */
#define _GNU_SOURCE
#include <user/lib/khugepaged.h>
#include <user/lib/tap.h>

static int swapped_pages(char *p)
{
	int n = 0;

	for (size_t at = 0; at < HUGE; at += PAGE)
		n += swapped(p + at);
	return n;
}

int main(void)
{
	char *p;
	int out;

	plan(4);
	khuge_quick();
	khuge_set("max_ptes_swap", "64");
	khuge_set("scan_sleep_millisecs", "600000");
	p = map_aligned(HUGE);
	madvise(p, HUGE, MADV_NOHUGEPAGE);
	fill(p, HUGE, 1);
	madvise(p, 32 * PAGE, MADV_PAGEOUT);
	ok(within_ms(2000, (out = swapped_pages(p)) > 0), "some pages are in swap (%d)", out);
	for (size_t at = 32 * PAGE; at < HUGE; at += PAGE)	/* young: there is a point in it */
		*(volatile char *)(p + at);
	madvise(p, HUGE, MADV_HUGEPAGE);
	khuge_set("scan_sleep_millisecs", "10");
	ok(within_ms(20000, huge_kb(p) == 2048), "the range becomes huge all the same");
	is(smaps_kb(p, "Swap"), 0, "nothing of it is in swap");
	is(wrong_pages(p, HUGE, 1), 0, "every page is right");
	return done();
}
