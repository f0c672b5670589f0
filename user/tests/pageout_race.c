/* A thread writes all the time while the other pushes the same pages out to swap: no write may be lost. */
/* quire-test: mem=96 swap=256 cpus=4 thp=always timeout=120 */
#include <pthread.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif
#define PAGES (4 * HUGE / PAGE)

static volatile uint64_t *area;
static volatile int stop;
static long wrong, rounds;

/* Each page must still hold what this thread wrote to it a round ago. */
static void *writer(void *unused)
{
	(void)unused;
	while (!stop) {
		for (size_t i = 0; i < PAGES; i++) {
			volatile uint64_t *word = area + i * (PAGE / sizeof(*area));

			wrong += *word != (uint64_t)rounds;
			*word = rounds + 1;
		}
		rounds++;
	}
	return NULL;
}

int main(void)
{
	pthread_t thread;
	time_t end = time(NULL) + 10;

	plan(2);
	area = (uint64_t *)map_aligned(4 * HUGE);
	is(pthread_create(&thread, NULL, writer, NULL), 0, "a thread that writes");
	while (time(NULL) < end)
		madvise((void *)area, 4 * HUGE, MADV_PAGEOUT);
	stop = 1;
	pthread_join(thread, NULL);
	diag("%ld rounds", rounds);
	is(wrong, 0, "no write was lost");
	return done();
}
