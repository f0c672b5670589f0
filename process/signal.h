/* process/signal.h - taking signals: on the way back to user mode, and by asking for them.
 *
 * Linux: kernel/signal.c (get_signal), arch/x86/kernel/signal.c.
 */
#ifndef PROCESS_SIGNAL_H
#define PROCESS_SIGNAL_H

#include <process/process.h>
#include <process/signal_abi.h>

/* return_to_user of kernel/x86/trap.h */
void process_return_to_user(struct pt_regs *regs);

/* The system calls, with arguments in kernel memory where that is possible. => 0 or -errno */
long do_sigaction(int sig, const struct sigaction *action, struct sigaction *old);	/* either may be NULL */
long do_sigprocmask(int how, sigset_t set);
sigset_t do_sigpending(void);
long do_sigsuspend(sigset_t set);
/* timeout_ns: relative, U64_MAX: for ever. => the signal, -EAGAIN, -EINTR */
long do_sigtimedwait(sigset_t set, struct siginfo *info, u64 timeout_ns);

/* => 0 or -EFAULT */
int copy_siginfo_to_user(void __user *to, const struct siginfo *info);

/* exec: handlers of the old program become SIG_DFL. => alone in the process */
void flush_signal_handlers(struct sighand *sighand);

#endif
