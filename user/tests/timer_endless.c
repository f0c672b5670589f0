/* Timers whose times are too long to be counted in nanoseconds: they fire once, or never, and not at every moment. */
/* quire-test: */
#define _GNU_SOURCE
#include <limits.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>

#include <user/lib/tap.h>

static volatile int fired;

static void count(int signal)
{
	(void)signal;
	fired++;
}

/* Ten ticks, whoever interrupts. */
static void wait_a_little(void)
{
	struct timespec left = { 0, 100000000 };

	while (nanosleep(&left, &left))
		;
}

static void interval_timer(long value, long interval)
{
	struct itimerval it = { { interval, 0 }, { value, value ? 0 : 10000 } };

	fired = 0;
	setitimer(ITIMER_REAL, &it, NULL);
	wait_a_little();
	it = (struct itimerval){ { 0, 0 }, { 0, 0 } };
	setitimer(ITIMER_REAL, &it, NULL);
}

static void posix_timer(long value, long interval)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct itimerspec it = { { interval, 0 }, { value, value ? 0 : 10000000 } };
	timer_t timer;

	fired = 0;
	timer_create(CLOCK_MONOTONIC, &event, &timer);
	timer_settime(timer, 0, &it, NULL);
	wait_a_little();
	timer_delete(timer);
}

int main(void)
{
	plan(4);
	signal(SIGALRM, count);
	signal(SIGUSR1, count);
	interval_timer(LONG_MAX, 0);
	is(fired, 0, "setitimer: a value without end is not over yet");
	interval_timer(0, LONG_MAX);
	is(fired, 1, "and an interval without end begins once");
	posix_timer(LONG_MAX, 0);
	is(fired, 0, "timer_settime: a value without end");
	posix_timer(0, LONG_MAX);
	is(fired, 1, "an interval without end");
	return done();
}
