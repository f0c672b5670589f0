/* user/bench/readahead.c - swap read-ahead by address, by place on the disk, and none, for programs of different habits.
 *
 * Made for `make bench-swap`, on Quire and on Linux. Two areas of 16 MB in small pages are on the disk alone. They went out one
 * after the other, so that neighbours in memory are neighbours on the disk; or, `mixed`, by turns, so that they are not.
 *
 *	sequential	all of one area, from its start
 *	at random	each page of one area once, no two neighbours after each other
 *	two streams	both areas, a page of the one, a page of the other
 *	one of two	mixed: all of one area, from its start, while nobody wants the other
 *
 * Lines: HABIT|READ-AHEAD,NAME VALUE UNIT. Every page is checked.
 */
#define _GNU_SOURCE
#include <sys/swap.h>
#include <user/lib/bench.h>

#define SIZE	(16 * MB)
#define NR	(SIZE / PAGE)
#define STRIDE	1531UL		/* no divisor in common with NR */
#define VMA_RA	"/sys/kernel/mm/swap/vma_ra_enabled"
#define CLUSTER	"/proc/sys/vm/page-cluster"

static char *areas[2];

static void sequential(void)
{
	read_pages(areas[0], SIZE);
}

static void at_random(void)
{
	for (unsigned long i = 0; i < NR; i++)
		check_page(areas[0], i * STRIDE % NR * PAGE);
}

static void two_streams(void)
{
	for (size_t at = 0; at < SIZE; at += PAGE) {
		check_page(areas[0], at);
		check_page(areas[1], at);
	}
}

static const struct habit {
	const char *name;
	void (*read)(void);
	int mixed, areas;
} habits[] = {
	{ "sequential", sequential, 0, 1 },
	{ "at random", at_random, 0, 1 },
	{ "two streams", two_streams, 0, 2 },
	{ "one of two", sequential, 1, 1 },
};

static const struct way { const char *name, *vma, *cluster; } ways[] = {
	{ "none", "false", "0" },
	{ "by place", "false", "3" },
	{ "by address", "true", "3" },
};

static void send_out(int mixed)
{
	for (size_t at = 0; mixed && at < SIZE; at += PAGE) {
		madvise(areas[0] + at, PAGE, MADV_PAGEOUT);
		madvise(areas[1] + at, PAGE, MADV_PAGEOUT);
	}
	to_disk_alone(areas[0], SIZE);
	to_disk_alone(areas[1], SIZE);
}

static const char *const counters[] = { "pswpin", "swap_ra", "swap_ra_hit", "pgmajfault" };
#define NR_COUNTERS (sizeof(counters) / sizeof(counters[0]))

static void measure(const struct habit *habit, const struct way *way)
{
	long before[NR_COUNTERS], reads, reads_before, writes;
	double start, end;

	spit(VMA_RA, way->vma);
	spit(CLUSTER, way->cluster);
	for (int i = 0; i < 2; i++) {
		areas[i] = map_aligned(SIZE);
		madvise(areas[i], SIZE, MADV_NOHUGEPAGE);
		write_pages(areas[i], SIZE);
	}
	send_out(habit->mixed);
	for (unsigned int i = 0; i < NR_COUNTERS; i++)
		before[i] = vmstat(counters[i]);
	disk_requests(&reads_before, &writes);
	start = now_s();
	habit->read();
	end = now_s();
	disk_requests(&reads, &writes);
	printf("%s|%s,time %.1f ms\n", habit->name, way->name, (end - start) * 1e3);
	printf("%s|%s,pages wanted %lu \n", habit->name, way->name, habit->areas * NR);
	for (unsigned int i = 0; i < NR_COUNTERS; i++)
		printf("%s|%s,%s %ld \n", habit->name, way->name, counters[i], vmstat(counters[i]) - before[i]);
	printf("%s|%s,requests %ld \n", habit->name, way->name, reads - reads_before);
	munmap(areas[0], SIZE);
	munmap(areas[1], SIZE);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	/* A disk that does not turn: only then it is read ahead by address. Looked at by swapon. */
	spit("/sys/block/vda/queue/rotational", "0");
	if (swapoff("/dev/vda") || swapon("/dev/vda", 0))
		fatal("swapon /dev/vda");
	for (int rounds = argc > 1 ? atoi(argv[1]) : 1; rounds > 0; rounds--)
		for (unsigned int h = 0; h < sizeof(habits) / sizeof(habits[0]); h++)
			for (unsigned int w = 0; w < sizeof(ways) / sizeof(ways[0]); w++)
				measure(&habits[h], &ways[w]);
	return 0;
}
