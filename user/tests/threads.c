/* Threads share memory and files, have a stack and a thread pointer each, and can be joined. */
/* quire-test: */
#define _GNU_SOURCE
#include <pthread.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define THREADS 6

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long sum;
static __thread long own;
static char *memory;

static void *worker(void *argument)
{
	long n = (long)argument;

	for (int i = 0; i < 20000; i++) {
		own += n;
		pthread_mutex_lock(&mutex);
		sum++;
		pthread_mutex_unlock(&mutex);
	}
	fill(memory + n * MB, MB, n);
	return (void *)(own == 20000 * n && !wrong_pages(memory + n * MB, MB, n) ? n : -1);
}

int main(void)
{
	pthread_t threads[THREADS];
	void *result;
	int right = 0;

	plan(4);
	memory = map_small(THREADS * MB);
	for (long i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, worker, (void *)i))
			diag("pthread_create: %s", strerror(errno));
	for (long i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &result);
		right += result == (void *)i;
	}
	is(right, THREADS, "each thread has its own variables");
	is(sum, THREADS * 20000, "and shares the others under a mutex");
	right = 0;
	for (long i = 0; i < THREADS; i++)
		right += !wrong_pages(memory + i * MB, MB, i);
	is(right, THREADS, "what they wrote is here");
	is(number_in("/proc/self/status", "Threads"), 1, "they are gone");
	return done();
}
