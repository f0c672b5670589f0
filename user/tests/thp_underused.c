/* Huge pages that are mostly zeroes give them back when memory is short, if khugepaged would not have made them. */
/* quire-test: thp=madvise mem=160 swap=512 timeout=180 */
#include <user/lib/khugepaged.h>
#include <user/lib/tap.h>

#define PIECES 8
#define USED 32			/* of 512 in each */

static void use(char *p)
{
	for (size_t at = 0; at < PIECES * HUGE; at += HUGE / USED)
		*(volatile uint64_t *)(p + at) = pattern(9, at);
}

static long wrong(const char *p)
{
	long n = 0;

	for (size_t at = 0; at < PIECES * HUGE; at += PAGE)
		n += *(volatile uint64_t *)(p + at) != (at % (HUGE / USED) ? 0 : pattern(9, at));
	return n;
}

/* More than there is, so that something has to go. */
static int press(void *unused)
{
	size_t length = (meminfo_kb("MemAvailable") << 10) + 32 * MB;
	char *p = map_small(length);

	(void)unused;
	fill(p, length, 3);
	return wrong_pages(p, length, 3) != 0;
}

static long resident_and_swapped(const char *p)
{
	return smaps_kb(p, "Rss") + smaps_kb(p, "Swap");
}

int main(void)
{
	char *p, text[16];
	long split;

	if (access(THP "shrink_underused", W_OK) || vmstat("thp_underused_split_page") < 0)
		skip_all("no shrink_underused");
	plan(13);
	khuge_quick();
	khuge_set("scan_sleep_millisecs", "1000000");
	ok(slurp(THP "shrink_underused", text, sizeof(text)) == 2 && text[0] == '1', "shrink_underused is on");
	ok(spit(THP "shrink_underused", "2"), "it is 0 or 1, nothing else");
	p = map_huge(PIECES * HUGE);
	use(p);
	is(huge_kb(p), PIECES * 2048, "huge pages, of which a sixteenth is used");

	split = vmstat("thp_underused_split_page");
	is(in_child(press, NULL), 0, "memory is short, with max_ptes_none 511");
	is(vmstat("thp_underused_split_page"), split, "no huge page is underused then");
	is(wrong(p), 0, "all is as it was");
	munmap(p, PIECES * HUGE);

	khuge_set("max_ptes_none", "400");
	p = map_huge(PIECES * HUGE);
	use(p);
	is(resident_and_swapped(p), PIECES * 2048, "new ones, and max_ptes_none 400");
	is(in_child(press, NULL), 0, "memory is short again");
	split = vmstat("thp_underused_split_page") - split;
	ok(split > 0, "huge pages were split because they are underused: %ld", split);
	/* How many are split before reclaim takes the others out whole is up to the load. */
	ok(resident_and_swapped(p) < PIECES * 2048 - split * 1024, "their zeroes are not resident any more (%ld kB)",
	   resident_and_swapped(p));
	is(wrong(p), 0, "nobody sees a difference");
	p[HUGE - 1] = 1;
	ok(p[HUGE - 1] == 1 && !p[HUGE - 2], "what was zeroes can be written");
	is(wrong(p), 0, "and the rest stays");
	return done();
}
