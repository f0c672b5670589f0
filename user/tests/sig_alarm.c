/* alarm and setitimer send SIGALRM, once or again and again; a sleep is interrupted. */
/* quire-test: */
#define _GNU_SOURCE
#include <sys/time.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

static volatile sig_atomic_t calls;

static void on_alarm(int number)
{
	(void)number;
	calls++;
}

int main(void)
{
	struct itimerval often = { { 0, 50000 }, { 0, 50000 } }, none = { { 0, 0 }, { 0, 0 } }, left;
	struct timespec hour = { 3600, 0 }, rest;
	struct sigaction action = { .sa_handler = on_alarm };
	long began = now_ms();

	plan(9);
	sigaction(SIGALRM, &action, NULL);
	is(alarm(1), 0, "no alarm was set");
	is(nanosleep(&hour, &rest), -1, "a sleep is interrupted");
	is(errno, EINTR, "with EINTR");
	ok(calls == 1 && now_ms() - began >= 950, "by the alarm, after a second");
	ok(rest.tv_sec >= 3590 && rest.tv_sec < 3600, "the rest of the sleep is told");
	alarm(100);
	ok(alarm(0) >= 99, "an alarm is taken back");
	calls = 0;
	setitimer(ITIMER_REAL, &often, NULL);
	ok(within_ms(5000, calls >= 4), "an interval timer comes again");
	getitimer(ITIMER_REAL, &left);
	ok(left.it_interval.tv_usec == 50000, "getitimer tells its interval");
	setitimer(ITIMER_REAL, &none, NULL);
	calls = 0;
	sleep_ms(150);
	is(calls, 0, "until it is taken back");
	return done();
}
