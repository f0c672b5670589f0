/* kernel/sched/task_signals.h - what each thread keeps of signals and of calls that a signal interrupted.
 *
 * Only process/ reads and writes these fields; they lie in struct task because every thread has them.
 *
 * Linux: include/linux/sched.h, signal_types.h, restart_block.h.
 */
#ifndef KERNEL_SCHED_TASK_SIGNALS_H
#define KERNEL_SCHED_TASK_SIGNALS_H

#include <kernel/lib/compiler.h>
#include <kernel/lib/list.h>

typedef u64 sigset_t;			/* bit n - 1: signal n */

/* Signals that have been sent and not yet taken. */
struct sigpending {
	struct list_head	list;	/* struct sigqueue: what came with them */
	sigset_t		signal;
	unsigned int		nr;	/* entries of list */
};

/* How to go on with a system call that a signal has interrupted and that must not begin anew. */
struct restart_block {
	long	(*fn)(struct restart_block *block);
	u64	expires;		/* ktime_get_ns(); U64_MAX: never */
	unsigned long args[4];		/* what fn needs */
};

/* Locks: (s) sighand->lock  (o) the thread itself */
struct task_signals {
	sigset_t	blocked;	/* (o) writes under (s) */
	sigset_t	saved_blocked;	/* (o) to be restored after sigsuspend, ppoll, pselect */
	bool		restore_blocked; /* (o) saved_blocked holds such a mask */
	sigset_t	real_blocked;	/* (s) during sigtimedwait, which unblocks what it waits for: what blocked was */
	struct sigpending pending;	/* (s) for this thread alone */
	bool		stop_pending;	/* (s) has yet to take part in its process's stop */
	bool		stop_dequeued;	/* (s) took a stop signal and has not stopped yet: SIGCONT clears it */
	unsigned long	altstack_sp;	/* (o) sigaltstack */
	size_t		altstack_size;
	unsigned int	altstack_flags;
	struct restart_block restart;	/* (o) */
	u64		trap_error;	/* (o) of the last exception: the signal frame shows them */
	unsigned int	trap_vector;
	unsigned long	trap_cr2;
};

#endif
