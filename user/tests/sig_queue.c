/* Queued signals keep their order and their values; sigtimedwait takes them without a handler; timers queue them. */
/* quire-test: */
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

static const struct timespec at_once = { 0, 0 }, soon = { 0, 50000000 }, late = { 5, 0 };

static void queued(sigset_t *set)
{
	union sigval value;
	siginfo_t info;
	int in_order = 1;

	for (int i = 0; i < 5; i++) {
		value.sival_int = 100 + i;
		sigqueue(getpid(), SIGRTMIN + 3, value);
	}
	value.sival_int = 1;
	sigqueue(getpid(), SIGRTMIN + 1, value);
	sigqueue(getpid(), SIGUSR1, value);
	sigqueue(getpid(), SIGUSR1, value);
	is(sigtimedwait(set, &info, &late), SIGUSR1, "the lowest number comes first");
	is(info.si_code, SI_QUEUE, "si_code: queued");
	is(info.si_pid, getpid(), "si_pid");
	is(sigtimedwait(set, &info, &late), SIGRTMIN + 1, "an ordinary signal waits only once");
	for (int i = 0; i < 5; i++)
		in_order &= sigtimedwait(set, &info, &late) == SIGRTMIN + 3 && info.si_value.sival_int == 100 + i;
	ok(in_order, "realtime signals come as often as they were sent, in order");
	fails_with(EAGAIN, sigtimedwait(set, &info, &at_once), "nothing more: EAGAIN at once");
	fails_with(EAGAIN, sigtimedwait(set, &info, &soon), "EAGAIN after the time");
	fails_with(EINVAL, sigqueue(getpid(), 65, value), "no such signal: EINVAL");
	fails_with(ESRCH, sigqueue(0x3fffff, SIGUSR1, value), "no such process: ESRCH");
}

static void from_a_timer(sigset_t *set)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 5 };
	struct itimerspec its = { { 0, 20000000 }, { 0, 20000000 } }, left;
	siginfo_t info;
	timer_t timer;

	event.sigev_value.sival_int = 77;
	is(timer_create(CLOCK_MONOTONIC, &event, &timer), 0, "timer_create");
	is(timer_settime(timer, 0, &its, NULL), 0, "timer_settime");
	is(sigtimedwait(set, &info, &late), SIGRTMIN + 5, "its signal comes");
	ok(info.si_code == SI_TIMER && info.si_value.sival_int == 77, "with its value");
	nanosleep(&(struct timespec){ 0, 300000000 }, NULL);
	is(sigtimedwait(set, &info, &late), SIGRTMIN + 5, "again, once, after several periods");
	ok(info.si_overrun >= 5 && timer_getoverrun(timer) == info.si_overrun, "the others are counted");
	timer_gettime(timer, &left);
	ok(left.it_interval.tv_nsec == 20000000 && left.it_value.tv_sec == 0 && left.it_value.tv_nsec > 0,
	   "timer_gettime");
	its.it_value.tv_nsec = its.it_interval.tv_nsec = 0;
	timer_settime(timer, 0, &its, NULL);
	while (sigtimedwait(set, &info, &at_once) > 0)
		;
	fails_with(EAGAIN, sigtimedwait(set, &info, &(struct timespec){ 0, 60000000 }), "disarmed, it is silent");
	is(timer_delete(timer), 0, "timer_delete");
	is(syscall(SYS_timer_delete, 999), -1, "a timer that does not exist");
}

int main(void)
{
	sigset_t set;

	plan(19);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	for (int i = 1; i < 8; i++)
		sigaddset(&set, SIGRTMIN + i);
	sigprocmask(SIG_BLOCK, &set, NULL);
	queued(&set);
	from_a_timer(&set);
	return done();
}
