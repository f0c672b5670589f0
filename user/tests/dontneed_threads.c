/* Two threads throw the same page away: for each, its call is over only when no processor sees the old page any more. */
/* quire-test: cpus=4 timeout=60 */
#include <pthread.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define PAGES 400	/* what the other thread takes away in one go, before it tells the processors */

/* The last page under one page table: its lock is free again while the other thread works on the next table. */
static volatile char *shared;
static volatile int stop;

static void *thrower(void *unused)
{
	(void)unused;
	while (!stop) {
		for (size_t i = 1; i < PAGES; i++)
			shared[i * PAGE] = 1;
		madvise((void *)shared, PAGES * PAGE, MADV_DONTNEED);
	}
	return NULL;
}

int main(void)
{
	time_t end = time(NULL) + 5;
	char *area = map_aligned(2 * HUGE);
	long stale = 0, rounds = 0;
	pthread_t thread;

	plan(2);
	madvise(area, 2 * HUGE, MADV_NOHUGEPAGE);
	shared = area + HUGE - PAGE;
	is(pthread_create(&thread, NULL, thrower, NULL), 0, "a thread that throws many pages away");
	for (; time(NULL) < end; rounds++) {
		*shared = 1;
		madvise((void *)shared, PAGE, MADV_DONTNEED);
		stale += *shared;
	}
	stop = 1;
	pthread_join(thread, NULL);
	diag("%ld rounds", rounds);
	is(stale, 0, "what was thrown away reads as zeros at once");
	return done();
}
