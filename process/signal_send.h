/* process/signal_send.h - sending signals: to threads, processes, groups, parents, and to oneself by a fault.
 *
 * Sending decides at once what can be decided: a signal that is ignored and not blocked vanishes, a fatal one
 * marks every thread with SIGKILL, stop and continue signals cancel each other. The rest waits in a queue until the thread
 * goes back to user mode (signal.c).
 *
 * Linux: kernel/signal.c.
 */
#ifndef PROCESS_SIGNAL_SEND_H
#define PROCESS_SIGNAL_SEND_H

#include <process/process.h>
#include <process/signal_queue.h>

/* siginfo of kill(2) by the running task, and of the kernel itself */
void siginfo_user(struct siginfo *info, int sig, int code);
void siginfo_kernel(struct siginfo *info, int sig);

/*
 * send_signal - to a thread (group false) or to its process
 *
 * => tasklist_lock held, or task is of the running thread's process
 * => 0, also when it is ignored; -EAGAIN: no room to queue a realtime signal. sig 0 sends nothing. Kernel threads get nothing
 */
int send_signal(int sig, const struct siginfo *info, struct task *task, bool group);
/* The same, sighand lock held. */
int send_signal_locked(int sig, const struct siginfo *info, struct task *task, bool group);
/*
 * send_sigqueue - an entry that its owner embeds: a timer. => tasklist_lock held
 *
 * => 0; 1: it is still waiting (an overrun), -1: it is ignored
 */
int send_sigqueue(struct sigqueue *q, struct task *task, bool group);

/* The members of kill(2); they take tasklist_lock. => 0, -ESRCH, -EAGAIN */
int kill_process(pid_t pid, int sig, const struct siginfo *info);
int kill_pgrp(pid_t pgrp, int sig, const struct siginfo *info);
int kill_everybody(int sig, const struct siginfo *info);	/* but init and the caller's process */
/* tgid <= 0: any */
int kill_thread(pid_t tgid, pid_t tid, int sig, const struct siginfo *info);
/* => tasklist_lock held; a signal from the kernel to all of a group */
int kill_pgroup_locked(struct pgroup *group, int sig, const struct siginfo *info);

/*
 * force_signal - the running thread has done something it must know of: blocked or ignored, it takes its default effect
 *
 * => also init dies of it. Called for faults, interrupts on
 */
void force_signal(const struct siginfo *info);
void force_signal_fault(int sig, int code, unsigned long address);
void force_sigsegv(int failed_signal);	/* no frame for a handler: fatal when it was SIGSEGV's own */
void force_sigkill(void);		/* the running process dies when it goes back to user mode */

/* SIGKILL for all other threads of the running task's process. => sighand lock held; how many are to go */
int zap_other_threads(void);

/* Wake a thread for a signal that has been queued. => sighand lock held */
void signal_wake_up(struct task *task, bool fatal);
/* TIF_SIGPENDING of the running thread, from its queues. => sighand lock held */
void recalc_sigpending(void);
/* The mask of the running thread; what is now blocked goes to another thread. */
void set_current_blocked(sigset_t set);
void set_current_blocked_locked(sigset_t set);	/* sighand lock held */
/* => the running thread blocks or ignores it */
bool signal_is_ignored_by_current(int sig);
/* What sleeps take: the mask of ppoll, pselect, sigsuspend until the call is over. */
void set_user_sigmask(sigset_t set);
/* interrupted: the old mask comes back after the handler; otherwise now */
void restore_user_sigmask(bool interrupted);

/*
 * notify_parent - a process has died: SIGCHLD and the siginfo to its parent, and wake who waits
 *
 * => tasklist_lock held; true: the parent ignores its children, release the task
 */
bool notify_parent(struct task *leader, int sig);
/* It has stopped or goes on: CLD_*. => tasklist_lock held */
void notify_parent_stopped(struct task *leader, int why);

#endif
