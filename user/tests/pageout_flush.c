/* Pages that go out share their flushes: another CPU is interrupted for each batch of 32, not for each page. */
/* quire-test: swap=128 cpus=2 timeout=60 */
#include <pthread.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define SIZE (8 * MB)
#define PER_BATCH 32

static char *area;
static volatile int stop, running;

/* Keeps the address space in use on a CPU of its own. */
static void *use(void *unused)
{
	volatile char *p = area;

	while (!stop) {
		(void)*p;
		running = 1;
	}
	return unused;
}

int main(void)
{
	long flushes = vmstat("nr_tlb_remote_flush"), out;
	pthread_t thread;

	plan(4);
	area = map_small(SIZE + PAGE);
	fill(area, SIZE + PAGE, 1);
	pthread_create(&thread, NULL, use, NULL);
	while (!running)
		;
	out = vmstat("pswpout");
	if (flushes >= 0)
		flushes = vmstat("nr_tlb_remote_flush");
	is(madvise(area + PAGE, SIZE, MADV_PAGEOUT), 0, "madvise MADV_PAGEOUT");
	if (flushes >= 0)
		flushes = vmstat("nr_tlb_remote_flush") - flushes;
	out = vmstat("pswpout") - out;
	stop = 1;
	pthread_join(thread, NULL);
	ok(out >= (long)(SIZE / PAGE * 9 / 10), "the pages were written (%ld)", out);
	/* One before the writes of a batch begin, and at most one for its other pages. */
	if (flushes < 0)
		skip(1, "this kernel doesn't count flushes");
	else
		ok(flushes <= (long)(SIZE / PAGE / PER_BATCH * 2 + 64), "in batches (%ld flushes)", flushes);
	is(wrong_pages(area, SIZE + PAGE, 1), 0, "and come back right");
	return done();
}
