/* How fast 96 MB of huge pages go out and come back, in each mode of transparent_hugepage/swap. MB/s, best of three. */
#define _GNU_SOURCE
#include <user/lib/memory.h>

#define SIZE (96 * MB)
#define KNOB THP "swap"

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void wait_until_out(const char *p)
{
	while (smaps_kb(p, "Swap") < (long)(SIZE >> 10) || number_in("/proc/vmstat", "nr_writeback ") > 0)
		sleep_ms(1);
}

static void measure(const char *mode)
{
	double out = 0, whole = 0, back = 0, start, t;
	char *p;

	for (int i = 0; i < 3; i++) {
		p = map_huge(SIZE);
		fill(p, SIZE, 1);
		start = now_s();
		madvise(p, SIZE, MADV_PAGEOUT);
		t = now_s();
		out = 96 / (t - start) > out ? 96 / (t - start) : out;
		wait_until_out(p);
		t = now_s();
		whole = 96 / (t - start) > whole ? 96 / (t - start) : whole;
		start = now_s();
		for (size_t at = 0; at < SIZE; at += PAGE)
			*(volatile char *)(p + at);
		t = now_s();
		back = 96 / (t - start) > back ? 96 / (t - start) : back;
		munmap(p, SIZE);
	}
	printf("%-10s out %7.0f  until written %7.0f  back %7.0f MB/s\n", mode, out, whole, back);
}

int main(void)
{
	static const char *const modes[] = { "split", "delayed" };
	long before;

	spit(THP "enabled", "always");
	for (int round = 0; round < 2; round++) {
		for (unsigned int i = 0; i < 2; i++) {
			spit(KNOB, modes[i]);
			before = vmstat("thp_swpout");
			measure(modes[i]);
			printf("           %ld huge pages written whole\n", vmstat("thp_swpout") - before);
		}
	}
	return 0;
}
