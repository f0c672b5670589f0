/* Threads that fault on one page at the same time get one page, and nobody's write is lost. */
/* quire-test: thp=madvise swap=128 cpus=2 timeout=90 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define THREADS 2
#define PAGES 256
#define LENGTH (PAGES * PAGE)

static char *area;
static volatile int arrived[PAGES];

/* A phase takes a few seconds, however few pages that is on a busy host. */
#define MS_PER_PHASE 4000
static long phase_end;
static volatile int nr_touched;

/* Both stand before the same page; then both go on. */
static void meet(int page)
{
	__sync_fetch_and_add(&arrived[page], 1);
	while (arrived[page] < THREADS)
		;
}

static volatile uint64_t *word(int page, long thread)
{
	return (uint64_t *)(area + page * PAGE + 64 * (thread + 1));
}

static void *toucher(void *argument)
{
	long self = (long)argument;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(self, &set);
	sched_setaffinity(0, sizeof(set), &set);
	for (int i = 0; i < nr_touched; i++) {
		/* Set before they meet, so that the other knows when it looks again. */
		if (!self && now_ms() >= phase_end)
			nr_touched = i + 1;
		meet(i);
		*word(i, self) = self + i + 1;
	}
	return NULL;
}

static int lost_writes(void)
{
	pthread_t threads[THREADS];
	int wrong = 0;

	memset((void *)arrived, 0, sizeof(arrived));
	nr_touched = PAGES;
	for (long t = 0; t < THREADS; t++)
		pthread_create(&threads[t], NULL, toucher, (void *)t);
	for (long t = 0; t < THREADS; t++)
		pthread_join(threads[t], NULL);
	for (int i = 0; i < nr_touched; i++)
		for (long t = 0; t < THREADS; t++) {
			wrong += *word(i, t) != (uint64_t)(t + i + 1);
			*word(i, t) = 0;
		}
	return wrong;
}

/* => lost writes, or pages that are not what the area was filled with */
static int touch_at_once(int (*prepare)(void))
{
	int wrong = 0;

	phase_end = now_ms() + MS_PER_PHASE;
	for (int i = 0; i < 8 && !wrong && now_ms() < phase_end; i++) {
		int filled = prepare();

		wrong = lost_writes();
		if (filled)
			wrong += wrong_pages(area, LENGTH, 1);
	}
	return wrong;
}

static int fresh(void)
{
	madvise(area, LENGTH, MADV_DONTNEED);
	return 0;
}

static int zero_pages(void)
{
	fresh();
	for (int i = 0; i < PAGES; i++)
		*(volatile char *)(area + i * PAGE);
	return 0;
}

static int in_swap(void)
{
	fill(area, LENGTH, 1);
	madvise(area, LENGTH, MADV_PAGEOUT);
	within_ms(1000, swapped(area + LENGTH - PAGE));
	return 1;
}

static pid_t sharer;

static int shared(void)
{
	if (sharer > 0) {
		kill(sharer, SIGKILL);
		waitpid(sharer, NULL, 0);
	}
	fill(area, LENGTH, 1);
	sharer = fork();
	if (!sharer)
		for (;;)
			pause();
	return 1;
}

int main(void)
{
	plan(5);
	area = map_small(LENGTH);
	is(touch_at_once(fresh), 0, "pages that nobody has touched before");
	is(touch_at_once(zero_pages), 0, "pages that were only read");
	is(touch_at_once(shared), 0, "pages that a child has, too");
	kill(sharer, SIGKILL);
	waitpid(sharer, NULL, 0);
	is(touch_at_once(in_swap), 0, "pages that are in swap");
	is(smaps_kb(area, "Rss"), LENGTH / 1024, "each page is counted once");
	return done();
}
