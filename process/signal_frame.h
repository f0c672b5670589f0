/* process/signal_frame.h - the detour of a program to its handler, and the way back.
 *
 * Linux: arch/x86/kernel/signal_64.c.
 */
#ifndef PROCESS_SIGNAL_FRAME_H
#define PROCESS_SIGNAL_FRAME_H

#include <process/process.h>
#include <process/signal_abi.h>

/*
 * setup_signal_frame - put a frame on the user stack and let regs start the handler
 *
 * => mask: what sigreturn shall restore
 * => 0, or -EFAULT: the stack can't take it, regs are unchanged
 */
int setup_signal_frame(struct pt_regs *regs, const struct sigaction *action, const struct siginfo *info, sigset_t mask);
/* rt_sigreturn(2). => what rax shall be. A frame that can't be believed is SIGSEGV */
long do_sigreturn(struct pt_regs *regs);
/* sigaltstack(2): either may be NULL. => 0, -EPERM: in use, -ENOMEM: too small, -EINVAL */
long do_sigaltstack(const struct user_stack *stack, struct user_stack *old, unsigned long sp);

#endif
