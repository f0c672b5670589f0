/* What one thread takes away, the others do not have any more, not even through what their CPU remembers. */
/* quire-test: thp=madvise cpus=2 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define ROUNDS 20

/* The other thread writes and reads all the time, on a CPU of its own. */
static volatile long *volatile written, *volatile watched;
static volatile long seen;
static volatile long *rounds;		/* in shared memory: a child sees its parent's thread run */
static volatile int may_write = 1;

static void on_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* The right to write is gone for a while. */
static void wait_for_right(int number)
{
	(void)number;
	while (!may_write)
		sched_yield();
}

__attribute__((noreturn)) static void *other_thread(void *unused)
{
	(void)unused;
	on_cpu(1);
	for (;;) {
		*written = *rounds;
		seen = *watched;
		++*rounds;
	}
}

/* Until it has been through everything once more. */
static void let_it_run(void)
{
	long until = *rounds + 3, end = now_ms() + 2000;

	while (*rounds < until && now_ms() < end)
		;
}

/* => 1: the word changes without us. Not for ever: the other thread may be unable to go on. */
static int changes(volatile long *word)
{
	long before = *word, until = *rounds + 3, end = now_ms() + 20;

	while (*rounds < until && now_ms() < end)
		if (*word != before)
			return 1;
	return *word != before;
}

static int takes_rights(char *p)
{
	int wrong = 0;

	for (int i = 0; i < ROUNDS && !wrong; i++) {
		let_it_run();
		may_write = 0;
		mprotect(p, PAGE, PROT_READ);
		wrong += changes(written);
		mprotect(p, PAGE, PROT_READ | PROT_WRITE);
		may_write = 1;
	}
	return wrong;
}

static int forks(void)
{
	int wrong = 0, status;

	for (int i = 0; i < ROUNDS && !wrong; i++) {
		pid_t pid;

		let_it_run();
		pid = fork();
		if (!pid)
			_exit(changes(written));
		waitpid(pid, &status, 0);
		wrong += status != 0;
	}
	return wrong;
}

static int throws_away(char *p, size_t length)
{
	int wrong = 0;

	for (int i = 1; i <= ROUNDS && !wrong; i++) {
		memset(p, i, 8);
		let_it_run();
		wrong += seen == 0;
		madvise(p, length, MADV_DONTNEED);
		let_it_run();
		wrong += seen != 0;
	}
	return wrong;
}

int main(void)
{
	char *small = map_small(2 * PAGE), *huge = map_huge(HUGE), *thrown = map_huge(HUGE);
	pthread_t thread;

	plan(6);
	rounds = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	fill(small, 2 * PAGE, 1);
	fill(huge, HUGE, 1);
	signal(SIGSEGV, wait_for_right);
	written = (long *)(small + 64);
	watched = (long *)(small + PAGE);
	on_cpu(0);
	pthread_create(&thread, NULL, other_thread, NULL);
	is(takes_rights(small), 0, "after mprotect no thread writes");
	is(forks(), 0, "after fork no thread of the parent writes to the child's page");
	is(throws_away(small + PAGE, PAGE), 0, "after MADV_DONTNEED no thread reads the old page");
	written = (long *)(huge + 64);
	watched = (long *)thrown;
	is(takes_rights(huge), 0, "after mprotect of a part of a huge page no thread writes to it");
	is(forks(), 0, "after fork no thread of the parent writes to the child's huge page");
	is(throws_away(thrown, HUGE), 0, "after MADV_DONTNEED no thread reads the old huge page");
	/* Not joined: where a flush is missing it may never see that it should stop. */
	return done();
}
