/* How huge a program is after it was swapped out and came back; and what huge pages cost when memory is in pieces.
 *
 * Each line: "way,what value unit". The program has 96 MB. It comes back by reading 800 bytes of each page, but in every second 2 MB it
 * leaves each sixteenth page where it is. khugepaged gets four full scans, however long they take.
 */
#define _GNU_SOURCE
#include <user/lib/khugepaged.h>

#define SIZE (96 * MB)
#define NR_HUGE 40

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void come_back(const char *p)
{
	volatile uint64_t sum = 0;

	for (size_t at = 0; at < SIZE; at += PAGE)
		if (!(at / HUGE % 2) || at / PAGE % 16)
			for (size_t i = 0; i < 800; i += 8)
				sum += *(const uint64_t *)(p + at + i);
}

static void share(const char *way, const char *mode, int scan, const char *max_ptes_swap)
{
	char *p = map_huge(SIZE);
	long scans;

	spit(THP "swap", mode);
	khuge_set("scan_sleep_millisecs", "1000000");
	khuge_set("max_ptes_swap", max_ptes_swap);
	fill(p, SIZE, 1);
	madvise(p, SIZE, MADV_PAGEOUT);
	printf("%s,went to swap %ld %%\n", way, smaps_kb(p, "Swap") * 100 / (long)(SIZE >> 10));
	come_back(p);
	printf("%s,huge when it is back %ld %%\n", way, huge_kb(p) * 100 / (long)(SIZE >> 10));
	scans = khuge_get("full_scans");
	if (scan) {
		khuge_set("scan_sleep_millisecs", "10");
		within_ms(60000, khuge_get("full_scans") >= scans + 4);
	}
	printf("%s,huge after khugepaged %ld %%\n", way, huge_kb(p) * 100 / (long)(SIZE >> 10));
	printf("%s,still in swap %ld kB\n", way, smaps_kb(p, "Swap"));
	if (wrong_pages(p, SIZE, 1))
		fatal("wrong data");
	munmap(p, SIZE);
}

/* Nine tenths of what there is, in small pages, of which every second one is given back. */
static char *pieces(size_t *length)
{
	char *p;

	*length = (meminfo_kb("MemAvailable") * 1024 / 10 * 9) & ~(HUGE - 1);
	p = map_small(*length);
	fill(p, *length, 2);
	for (size_t at = 0; at < *length; at += 2 * PAGE)
		madvise(p + at, PAGE, MADV_DONTNEED);
	return p;
}

static void huge_from_pieces(const char *way, const char *defrag, const char *proactiveness, int wait)
{
	char *p, *huge = map_huge(NR_HUGE * HUGE);
	long stalls = vmstat("compact_stall"), moved = vmstat("pgmigrate_success");
	double start, longest = 0, all = 0;
	size_t length;

	spit("/proc/sys/vm/compaction_proactiveness", "0");
	spit(THP "defrag", defrag);
	p = pieces(&length);
	spit("/proc/sys/vm/compaction_proactiveness", proactiveness);
	if (wait)
		within_ms(10000, vmstat("pgmigrate_success") > moved + (long)(length / PAGE / 8));
	for (int i = 0; i < NR_HUGE; i++) {
		start = now_s();
		huge[i * HUGE] = 1;
		start = now_s() - start;
		all += start;
		longest = start > longest ? start : longest;
	}
	printf("%s,huge pages had of %d %ld pages\n", way, NR_HUGE, huge_kb(huge) / 2048);
	printf("%s,time for all %.2f ms\n", way, all * 1e3);
	printf("%s,the longest fault %.2f ms\n", way, longest * 1e3);
	printf("%s,compactions by the program %ld times\n", way, vmstat("compact_stall") - stalls);
	munmap(p, length);
	munmap(huge, NR_HUGE * HUGE);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	spit(THP "enabled", "madvise");
	khuge_quick();
	share("nothing", "split", 0, "0");
	share("read-only entries", "split", 1, "0");
	share("with swap-in", "split", 1, "64");
	if (!access(THP "swap", W_OK))
		share("whole in swap", "whole", 1, "64");
	huge_from_pieces("no compaction", "never", "0", 0);
	huge_from_pieces("on demand", "always", "0", 0);
	huge_from_pieces("proactive", "never", "100", 1);
	return 0;
}
