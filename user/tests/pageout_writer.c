/* A thread that never stops writing loses no write while its pages are sent to the disk. */
/* quire-test: thp=madvise swap=128 cpus=2 timeout=90 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define PAGES 256
#define SECONDS 6

static char *area;
static volatile int stop;
static long lost, rounds;

static void on_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* Each page counts how often it was written to. */
static void *writer(void *unused)
{
	on_cpu(1);
	for (; !stop; rounds++)
		for (int i = 0; i < PAGES; i++) {
			volatile long *count = (long *)(area + i * PAGE + 128);

			lost += *count != rounds;
			*count = rounds + 1;
		}
	return unused;
}

/* => pages: the sum over all zones of a watermark in /proc/zoneinfo */
static long watermark(const char *name)
{
	char line[256], word[32];
	FILE *f = fopen("/proc/zoneinfo", "r");
	long sum = 0, n;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, " %31s %ld", word, &n) == 2 && !strcmp(word, name))
			sum += n;
	if (f)
		fclose(f);
	return sum;
}

/*
 * While memory is plentiful a page that was written stays in the swap cache, with whatever came after the disk's copy. Short of
 * the high mark it is free when its write ends, and only the disk's copy comes back. So all but that is locked away.
 */
static void make_memory_short(void)
{
	long spare = vmstat("nr_free_pages") - (watermark("low") + watermark("high")) / 2;

	if (spare > PAGES)
		mmap(NULL, (spare - PAGES) * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
}

int main(void)
{
	long end, out = vmstat("pswpout"), written;
	pthread_t thread;

	plan(2);
	make_memory_short();
	area = map_small(PAGES * PAGE);
	on_cpu(0);
	pthread_create(&thread, NULL, writer, NULL);
	for (end = now_ms() + SECONDS * 1000; now_ms() < end; sleep_ms(5)) {
		/* The first writes them, the second drops what is clean by now. */
		madvise(area, PAGES * PAGE, MADV_PAGEOUT);
		sleep_ms(2);
		madvise(area, PAGES * PAGE, MADV_PAGEOUT);
	}
	stop = 1;
	pthread_join(thread, NULL);
	written = vmstat("pswpout") - out;
	is(lost, 0, "no write was lost in %ld rounds", rounds);
	ok(written > 0, "%ld pages were written to swap meanwhile", written);
	return done();
}
