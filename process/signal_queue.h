/* process/signal_queue.h - sets of signals, and the queue of those that wait.
 *
 * A bit in sigpending.signal says that a signal waits; an entry in its list says what came with it. An entry may be
 * missing (no memory): the signal still arrives. Signals below SIGRTMIN wait once at most, the others as often as they are sent.
 *
 * => functions on a sigpending: the sighand lock is held
 *
 * Linux: include/linux/signal.h, kernel/signal.c.
 */
#ifndef PROCESS_SIGNAL_QUEUE_H
#define PROCESS_SIGNAL_QUEUE_H

#include <process/signal_abi.h>

struct sigqueue {
	struct list_head list;		/* empty: not queued */
	struct siginfo	info;
	bool		embedded;	/* part of a timer, which frees it */
};

#define sigmask(sig)	(1ULL << ((sig) - 1))

static inline bool sigset_has(sigset_t set, int sig)
{
	return set & sigmask(sig);
}

static inline bool valid_signal(unsigned long sig)
{
	return sig <= _NSIG;
}

/* what SIG_DFL does */
#define SIG_IGNORED_SET	(sigmask(SIGCONT) | sigmask(SIGCHLD) | sigmask(SIGWINCH) | sigmask(SIGURG))
#define SIG_STOP_SET	(sigmask(SIGSTOP) | sigmask(SIGTSTP) | sigmask(SIGTTIN) | sigmask(SIGTTOU))
/* nobody can catch, block or ignore these */
#define SIG_KERNEL_ONLY	(sigmask(SIGKILL) | sigmask(SIGSTOP))
/* caused by an instruction of the thread: taken before all others, so that the frame shows the place */
#define SIG_SYNCHRONOUS	(sigmask(SIGSEGV) | sigmask(SIGBUS) | sigmask(SIGILL) | sigmask(SIGTRAP) | sigmask(SIGFPE) | \
			 sigmask(SIGSYS))

void signal_queue_init(void);

struct sigqueue *sigqueue_alloc(void);		/* any context; NULL without memory */
void sigqueue_free(struct sigqueue *q);		/* not if embedded; NULL is fine */

void sigpending_init(struct sigpending *pending);
/* => a signal below SIGRTMIN already waits, another would not be noticed */
bool sigpending_is_duplicate(const struct sigpending *pending, int sig);
/* => q may be NULL: only the bit */
void sigpending_add(struct sigpending *pending, int sig, struct sigqueue *q);
/* => the signal that comes next among those not in blocked, or 0 */
int sigpending_next(const struct sigpending *pending, sigset_t blocked);
/*
 * sigpending_take - take one signal out, with what came with it
 *
 * => the entry that the caller frees, or NULL (none, or embedded): *info is filled in any case
 */
struct sigqueue *sigpending_take(struct sigpending *pending, int sig, struct siginfo *info);
/* Take a queued entry of a timer out again. */
void sigpending_remove(struct sigpending *pending, struct sigqueue *q);
/* Forget all signals of the set. */
void sigpending_flush(struct sigpending *pending, sigset_t set);

#endif
