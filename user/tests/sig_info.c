/* A signal's handler learns who sent it; a blocked signal waits; the mask holds in the handler. */
/* quire-test: */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

static siginfo_t info_seen;
static volatile int calls, usr2_in_usr1, mask_ok;
static volatile int order[8], orders;

static void on_signal(int number, siginfo_t *info, void *context)
{
	sigset_t now;

	(void)context;
	calls++;
	info_seen = *info;
	order[orders++ & 7] = number;
	sigprocmask(SIG_BLOCK, NULL, &now);
	mask_ok = sigismember(&now, number);
	if (number == SIGUSR1) {
		kill(getpid(), SIGUSR2);	/* in sa_mask: waits until we return */
		usr2_in_usr1 = orders > 1;
	}
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
	struct sigaction old;
	sigset_t set, pending;

	plan(14);
	sigaddset(&action.sa_mask, SIGUSR2);
	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGUSR2, &action, NULL);
	kill(getpid(), SIGUSR1);
	is(calls, 2, "both handlers ran before kill returned");
	ok(order[0] == SIGUSR1 && order[1] == SIGUSR2 && !usr2_in_usr1, "one after the other");
	is(info_seen.si_code, SI_USER, "si_code: a process sent it");
	is(info_seen.si_pid, getpid(), "si_pid");
	ok(mask_ok, "the signal itself is blocked in its handler");
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	calls = 0;
	kill(getpid(), SIGUSR2);
	kill(getpid(), SIGUSR2);
	is(calls, 0, "a blocked signal waits");
	sigpending(&pending);
	ok(sigismember(&pending, SIGUSR2) && !sigismember(&pending, SIGUSR1), "sigpending shows it");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	is(calls, 1, "and comes once when it is let in");
	sigaction(SIGUSR2, NULL, &old);
	ok(old.sa_sigaction == on_signal && old.sa_flags & SA_SIGINFO, "sigaction tells the handler");
	action.sa_flags = SA_SIGINFO | SA_RESETHAND;
	sigaction(SIGUSR2, &action, NULL);
	kill(getpid(), SIGUSR2);
	sigaction(SIGUSR2, NULL, &old);
	ok(old.sa_handler == SIG_DFL, "SA_RESETHAND: once only");
	signal(SIGUSR2, SIG_IGN);
	is(kill(getpid(), SIGUSR2), 0, "an ignored signal does nothing");
	fails_with(EINVAL, sigaction(SIGKILL, &action, NULL), "SIGKILL can't be handled");
	fails_with(EINVAL, kill(getpid(), 65), "no such signal: EINVAL");
	fails_with(ESRCH, kill(999999, 0), "no such process: ESRCH");
	return done();
}
