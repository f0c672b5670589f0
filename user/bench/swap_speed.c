/* user/bench/swap_speed.c - how fast memory goes to swap and comes back, with small and with huge pages.
 *
 * Made to be run on Quire and on Linux in the same machine (`make bench-linux`): 256 MB of memory, 1 GB of swap, one CPU.
 * A wall clock on a busy host says little by itself; the ratio of runs that take turns says more.
 *
 * Lines: NAME VALUE UNIT. Every page is checked when it is read: a wrong one ends the program.
 */
#define _GNU_SOURCE
#include <user/lib/memory.h>

#define LARGE		(320 * MB)	/* more than there is */
#define SMALL		(96 * MB)
#define COLLAPSED	(64 * MB)
#define RANDOM_READS	2000

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

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

static void write_pages(char *p, size_t length)
{
	for (size_t at = 0; at < length; at += PAGE)
		*(volatile uint64_t *)(p + at) = pattern(1, at);
}

static void check_page(const char *p, size_t at)
{
	if (*(volatile uint64_t *)(p + at) == pattern(1, at))
		return;
	printf("Bail out! the page at offset %zu is wrong\n", at);
	exit(1);
}

static void read_pages(const char *p, size_t length)
{
	for (size_t at = 0; at < length; at += PAGE)
		check_page(p, at);
}

static void sequential(const char *pages, int huge)
{
	char *p = map_as(LARGE, huge);
	double start = now_s(), end;

	write_pages(p, LARGE);
	end = now_s();
	result("write 320 MB", pages, LARGE / MB / (end - start), "MB/s");
	start = now_s();
	read_pages(p, LARGE);
	end = now_s();
	result("read them", pages, LARGE / MB / (end - start), "MB/s");
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

/* Out of memory, and written. */
static int is_out(const char *p)
{
	return smaps_kb(p, "Rss") == 0 && vmstat("nr_writeback") <= 0;
}

static void page_out(const char *pages, int huge)
{
	char *p = map_as(SMALL, huge);
	double start;

	write_pages(p, SMALL);
	start = now_s();
	for (int tries = 0; tries < 100 && !is_out(p); tries++)
		if (madvise(p, SMALL, MADV_PAGEOUT))
			fatal("MADV_PAGEOUT");
	result("page out 96 MB", pages, SMALL / MB / (now_s() - start), "MB/s");
	start = now_s();
	read_pages(p, SMALL);
	result("bring it back", pages, SMALL / MB / (now_s() - start), "MB/s");
	result("huge after it", pages, 100.0 * huge_kb(p) / (SMALL >> 10), "%");
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
		page_out(pages, huge);
		at_random(pages, huge);
	}
	khugepaged();
	return 0;
}
