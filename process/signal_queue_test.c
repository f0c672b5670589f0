/* process/signal_queue_test.c - tests of signal_queue.c. */
#include <process/signal_queue.h>

#include <kernel/debug/ktest.h>

static struct sigqueue *entry(int sig, int value)
{
	struct sigqueue *q = sigqueue_alloc();

	if (q) {
		memset(&q->info, 0, sizeof(q->info));
		q->info.si_signo = sig;
		q->info.kill.value.sival_int = value;
	}
	return q;
}

KTEST(signal_queue, synchronous_signals_come_first_then_the_lowest)
{
	struct sigpending p;

	sigpending_init(&p);
	sigpending_add(&p, SIGHUP, NULL);
	sigpending_add(&p, SIGTERM, NULL);
	sigpending_add(&p, SIGSEGV, NULL);
	KEXPECT_EQ(sigpending_next(&p, 0), (int)SIGSEGV);
	KEXPECT_EQ(sigpending_next(&p, sigmask(SIGSEGV)), (int)SIGHUP);
	KEXPECT_EQ(sigpending_next(&p, sigmask(SIGSEGV) | sigmask(SIGHUP)), (int)SIGTERM);
	KEXPECT_EQ(sigpending_next(&p, ~0ULL), 0);
}

KTEST(signal_queue, realtime_signals_keep_their_order_and_number)
{
	struct sigpending p;
	struct siginfo info;

	sigpending_init(&p);
	for (int i = 0; i < 3; i++)
		sigpending_add(&p, SIGRTMIN, entry(SIGRTMIN, i));
	KEXPECT(!sigpending_is_duplicate(&p, SIGRTMIN));
	for (int i = 0; i < 3; i++) {
		KEXPECT_EQ(sigpending_next(&p, 0), (int)SIGRTMIN);
		sigqueue_free(sigpending_take(&p, SIGRTMIN, &info));
		KEXPECT_EQ(info.kill.value.sival_int, i);
	}
	KEXPECT_EQ(sigpending_next(&p, 0), 0);
	KEXPECT_EQ(p.nr, 0U);
}

KTEST(signal_queue, a_signal_without_an_entry_still_arrives)
{
	struct sigpending p;
	struct siginfo info;

	sigpending_init(&p);
	sigpending_add(&p, SIGUSR1, NULL);
	KEXPECT(sigpending_is_duplicate(&p, SIGUSR1));
	KEXPECT(!sigpending_take(&p, SIGUSR1, &info));
	KEXPECT_EQ(info.si_signo, (int)SIGUSR1);
	KEXPECT_EQ(p.signal, 0ULL);
}

KTEST(signal_queue, flush_forgets_only_its_set)
{
	struct sigpending p;
	struct siginfo info;

	sigpending_init(&p);
	sigpending_add(&p, SIGTSTP, entry(SIGTSTP, 0));
	sigpending_add(&p, SIGTERM, entry(SIGTERM, 7));
	sigpending_flush(&p, SIG_STOP_SET);
	KEXPECT_EQ(p.signal, sigmask(SIGTERM));
	KEXPECT_EQ(p.nr, 1U);
	sigqueue_free(sigpending_take(&p, SIGTERM, &info));
	KEXPECT_EQ(info.kill.value.sival_int, 7);
}
