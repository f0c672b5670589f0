/* user/lib/bench.h - what the programs that measure share: clocks, the disk's requests, and memory that is on the disk alone. */
#ifndef USER_LIB_BENCH_H
#define USER_LIB_BENCH_H

#include <user/lib/memory.h>

static inline double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static inline void write_pages(char *p, size_t length)
{
	for (size_t at = 0; at < length; at += PAGE)
		*(volatile uint64_t *)(p + at) = pattern(1, at);
}

/* A wrong page ends the program. */
static inline void check_page(const char *p, size_t at)
{
	if (*(volatile uint64_t *)(p + at) == pattern(1, at))
		return;
	printf("Bail out! the page at offset %zu is wrong\n", at);
	exit(1);
}

static inline void read_pages(const char *p, size_t length)
{
	for (size_t at = 0; at < length; at += PAGE)
		check_page(p, at);
}

/* Requests that the swap disk has had. */
static inline void disk_requests(long *reads, long *writes)
{
	struct lines l;
	char line[512];

	*reads = *writes = 0;
	if (!open_lines(&l, "/proc/diskstats"))
		fatal("/proc/diskstats");
	while (next_line(&l, line, sizeof(line)))
		if (sscanf(line, "%*d %*d vda %ld %*d %*d %*d %ld", reads, writes) == 2)
			break;
	close(l.fd);
}

/* Out of the page tables, and written. */
static inline void page_out(const char *p, size_t length)
{
	for (int tries = 0; tries < 1000 && (smaps_kb(p, "Rss") > 0 || vmstat("nr_writeback") > 0); tries++)
		if (madvise((void *)p, length, MADV_PAGEOUT))
			fatal("MADV_PAGEOUT");
}

/*
 * What is on its way to the disk stays in memory for a while, in the swap cache, and would be mapped again without a read. Mapped,
 * unchanged, and sent out a second time it need not be written, and goes at once.
 */
static inline void to_disk_alone(const char *p, size_t length)
{
	page_out(p, length);
	read_pages(p, length);
	page_out(p, length);
}

/* => how much of an area of this length was read from swap since pswpin was `before`, in per cent */
static inline double from_disk(long before, size_t length)
{
	return 100.0 * (vmstat("pswpin") - before) / (length / PAGE);
}

#endif
