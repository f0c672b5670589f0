/* user/bench/swap_speed.c - how fast memory goes to swap and comes back, with small and with huge pages.
 *
 * Made to be run on Quire and on Linux in the same machine (`make bench-linux`): 256 MB of memory, 1 GB of swap, one CPU.
 * A wall clock on a busy host says little by itself; the ratio of runs that take turns says more.
 *
 * Sent out by MADV_PAGEOUT memory comes back at once, while what has been written may still be in the swap cache; and later,
 * when the disk has the only copy. How much of it was read from the disk is said for both.
 *
 * Lines: NAME,PAGES VALUE UNIT. Every page is checked when it is read: a wrong one ends the program.
 */
#define _GNU_SOURCE
#include <user/lib/bench.h>

#define LARGE		(320 * MB)	/* more than there is */
#define SMALL		(96 * MB)
#define COLLAPSED	(64 * MB)
#define RANDOM_READS	20000	/* long enough for what is learned from them */

static void result(const char *name, const char *pages, double value, const char *unit)
{
	printf("%s,%s %.1f %s\n", name, pages, value, unit);
	fflush(stdout);
}

/* Aligned, with or without huge pages. */
static char *map_as(size_t length, int huge)
{
	char *p = map_aligned(length);

	if (madvise(p, length, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE))
		fatal("madvise");
	return p;
}

static void sequential(const char *pages, int huge)
{
	char *p = map_as(LARGE, huge);
	double start = now_s(), end;
	long in;

	write_pages(p, LARGE);
	end = now_s();
	result("write 320 MB", pages, LARGE / MB / (end - start), "MB/s");
	in = vmstat("pswpin");
	start = now_s();
	read_pages(p, LARGE);
	end = now_s();
	result("read them", pages, LARGE / MB / (end - start), "MB/s");
	result("  from the disk", pages, from_disk(in, LARGE), "%");
	munmap(p, LARGE);
}

static void at_random(const char *pages, int huge)
{
	char *p = map_as(LARGE, huge);
	uint64_t state = 1;
	double start;

	write_pages(p, LARGE);
	start = now_s();
	for (int i = 0; i < RANDOM_READS; i++) {
		state = state * 6364136223846793005ULL + 1442695040888963407ULL;
		check_page(p, (state >> 33) % (LARGE / PAGE) * PAGE);
	}
	result("random read", pages, (now_s() - start) / RANDOM_READS * 1e6, "us");
	munmap(p, LARGE);
}

/* Once more, each page read once. */
static void bring_back(const char *name, const char *pages, const char *p)
{
	long in = vmstat("pswpin");
	double start = now_s();

	read_pages(p, SMALL);
	result(name, pages, SMALL / MB / (now_s() - start), "MB/s");
	result("  from the disk", pages, from_disk(in, SMALL), "%");
	result("  huge after it", pages, 100.0 * huge_kb(p) / (SMALL >> 10), "%");
}

static void out_and_back(const char *pages, int huge)
{
	char *p = map_as(SMALL, huge);
	double start;

	write_pages(p, SMALL);
	start = now_s();
	page_out(p, SMALL);
	result("page out 96 MB", pages, SMALL / MB / (now_s() - start), "MB/s");
	bring_back("bring it back at once", pages, p);
	munmap(p, SMALL);
	p = map_as(SMALL, huge);
	write_pages(p, SMALL);
	to_disk_alone(p, SMALL);
	bring_back("bring it back later", pages, p);
	munmap(p, SMALL);
}

static void khugepaged(void)
{
	char *p = map_as(COLLAPSED, 0);
	double start;

	spit(THP "khugepaged/scan_sleep_millisecs", "10");
	spit(THP "khugepaged/alloc_sleep_millisecs", "10");
	write_pages(p, COLLAPSED);
	start = now_s();
	madvise(p, COLLAPSED, MADV_HUGEPAGE);
	while (huge_kb(p) < (long)(COLLAPSED >> 10))
		sleep_ms(2);
	result("khugepaged 64 MB", "huge", (now_s() - start) * 1e3, "ms");
	munmap(p, COLLAPSED);
}

int main(void)
{
	if (spit(THP "enabled", "always") < 0)
		fatal(THP "enabled");
	for (int huge = 0; huge < 2; huge++) {
		const char *pages = huge ? "huge" : "small";

		sequential(pages, huge);
		out_and_back(pages, huge);
		at_random(pages, huge);
	}
	khugepaged();
	return 0;
}
