/* A huge page that is paged out goes to swap in parts or whole, and comes back right. */
/* quire-test: thp=madvise swap=128 */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	char *p = map_huge(4 * HUGE);
	long splits = vmstat("thp_split_page") + vmstat("thp_swpout"), gone;

	plan(6);
	fill(p, 4 * HUGE, 1);
	is(huge_kb(p), 8192, "four huge pages");
	is(madvise(p, 4 * HUGE, MADV_PAGEOUT), 0, "MADV_PAGEOUT");
	ok(within_ms(3000, (gone = smaps_kb(p, "Swap")) >= 4096), "they are in swap (%ld kB)", gone);
	ok(vmstat("thp_split_page") + vmstat("thp_swpout") > splits,
	   "they were split, or written whole");
	is(wrong_pages(p, 4 * HUGE, 1), 0, "they come back with their data");
	is(smaps_kb(p, "Rss"), 8192, "all of them");
	return done();
}
