/* sigsuspend and sigtimedwait let a signal in and give the mask back. */
/* quire-test: */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

static volatile sig_atomic_t calls;

static void on_signal(int number)
{
	(void)number;
	calls++;
}

static void send_later(void)
{
	if (!fork()) {
		sleep_ms(50);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct timespec second = { 2, 0 }, moment = { 0, 1000000 };
	sigset_t blocked, none, now;
	siginfo_t info;

	plan(7);
	sigaction(SIGUSR1, &action, NULL);
	sigemptyset(&none);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	send_later();
	fails_with(EINTR, sigsuspend(&none), "sigsuspend returns after a handler");
	is(calls, 1, "which ran");
	sigprocmask(SIG_BLOCK, NULL, &now);
	ok(sigismember(&now, SIGUSR1), "the mask is as before");
	send_later();
	is(sigtimedwait(&blocked, &info, &second), SIGUSR1, "sigtimedwait takes the signal");
	is(calls, 1, "without its handler");
	ok(info.si_pid > 0, "and tells who sent it");
	fails_with(EAGAIN, sigtimedwait(&blocked, &info, &moment), "nothing in time: EAGAIN");
	while (wait(NULL) > 0)
		;
	return done();
}
