/* process/signal_frame.c - signal frames. See signal_frame.h.
 *
 * From high to low addresses: the 128 bytes below rsp that the ABI leaves to the interrupted function (red zone); the
 * floating-point state at a 64-byte boundary; struct rt_sigframe, so that rsp + 8 is a multiple of 16 as after a call.
 * Nothing that comes back from a frame is believed: segment selectors are set anew, flags are masked, and the FPU
 * state is checked where it is restored.
 *
 * Linux: arch/x86/kernel/signal.c, signal_64.c.
 */
#include <process/signal_frame.h>

#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <kernel/x86/fpu.h>
#include <kernel/x86/gdt.h>
#include <kernel/x86/usercopy.h>
#include <process/signal.h>
#include <process/signal_send.h>

#define RED_ZONE	128

/* The flags that sigreturn may set: CF PF AF ZF SF TF DF OF RF AC. */
#define EFLAGS_USER	(BIT(0) | BIT(2) | BIT(4) | BIT(6) | BIT(7) | BIT(8) | BIT(10) | BIT(11) | BIT(16) | BIT(18))

/* --- the alternate stack -------------------------------------------------------------------------------- */

static bool on_altstack(unsigned long sp)
{
	struct task_signals *s = &current->sig;

	/* With SS_AUTODISARM it is not in use: the frame remembers it. */
	if (s->altstack_flags & SS_AUTODISARM)
		return false;
	return sp > s->altstack_sp && sp - s->altstack_sp <= s->altstack_size;
}

static void describe_altstack(struct user_stack *stack, unsigned long sp)
{
	struct task_signals *s = &current->sig;

	memset(stack, 0, sizeof(*stack));
	stack->ss_sp = s->altstack_sp;
	stack->ss_size = s->altstack_size;
	stack->ss_flags = (!s->altstack_size ? SS_DISABLE : on_altstack(sp) ? SS_ONSTACK : 0) |
			  (s->altstack_flags & SS_AUTODISARM);
}

long do_sigaltstack(const struct user_stack *stack, struct user_stack *old, unsigned long sp)
{
	struct task_signals *s = &current->sig;
	unsigned int mode;

	if (old)
		describe_altstack(old, sp);
	if (!stack)
		return 0;
	if (on_altstack(sp))
		return -EPERM;
	mode = (unsigned int)stack->ss_flags & ~SS_AUTODISARM;
	if (mode != 0 && mode != SS_ONSTACK && mode != SS_DISABLE)
		return -EINVAL;
	if (mode != SS_DISABLE && stack->ss_size < MINSIGSTKSZ)
		return -ENOMEM;
	s->altstack_sp = mode == SS_DISABLE ? 0 : stack->ss_sp;
	s->altstack_size = mode == SS_DISABLE ? 0 : stack->ss_size;
	s->altstack_flags = mode == SS_DISABLE ? 0 : (unsigned int)stack->ss_flags;
	return 0;
}

/* --- out --------------------------------------------------------------------------------------------------- */

/* => where the frame begins, 0: it doesn't fit on the alternate stack; *fpstate is above it */
static unsigned long place_frame(const struct pt_regs *regs, const struct sigaction *action, unsigned long *fpstate)
{
	struct task_signals *s = &current->sig;
	unsigned long sp = regs->rsp - RED_ZONE;
	bool nested = on_altstack(regs->rsp), entering = false;

	if ((action->flags & SA_ONSTACK) && s->altstack_size && !nested) {
		sp = s->altstack_sp + s->altstack_size;
		entering = true;
	}
	*fpstate = ALIGN_DOWN(sp - fpu_frame_size(), 64);
	sp = ALIGN_DOWN(*fpstate - sizeof(struct rt_sigframe), 16) - 8;
	if ((nested || entering) && (sp <= s->altstack_sp || sp - s->altstack_sp > s->altstack_size))
		return 0;
	return sp;
}

static void fill_context(struct sigcontext *c, const struct pt_regs *regs, unsigned long fpstate, sigset_t mask)
{
	*c = (struct sigcontext){
		.r8 = regs->r8, .r9 = regs->r9, .r10 = regs->r10, .r11 = regs->r11,
		.r12 = regs->r12, .r13 = regs->r13, .r14 = regs->r14, .r15 = regs->r15,
		.rdi = regs->rdi, .rsi = regs->rsi, .rbp = regs->rbp, .rbx = regs->rbx,
		.rdx = regs->rdx, .rax = regs->rax, .rcx = regs->rcx, .rsp = regs->rsp,
		.rip = regs->rip, .eflags = regs->eflags, .cs = regs->cs, .ss = regs->ss,
		.err = current->sig.trap_error, .trapno = current->sig.trap_vector, .cr2 = current->sig.trap_cr2,
		.oldmask = mask, .fpstate = fpstate,
	};
}

static void fill_frame(struct rt_sigframe *frame, const struct pt_regs *regs, const struct sigaction *action,
		       const struct siginfo *info, unsigned long fpstate, sigset_t mask)
{
	memset(frame, 0, sizeof(*frame));
	frame->pretcode = action->restorer;
	frame->uc.uc_flags = UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS;
	if (cpu_has(X86_FEATURE_XSAVE))
		frame->uc.uc_flags |= UC_FP_XSTATE;
	describe_altstack(&frame->uc.uc_stack, regs->rsp);
	fill_context(&frame->uc.uc_mcontext, regs, fpstate, mask);
	frame->uc.uc_sigmask = mask;
	frame->info = *info;
}

static void start_handler(struct pt_regs *regs, const struct sigaction *action, int sig, unsigned long sp)
{
	regs->rdi = sig;
	regs->rsi = sp + offsetof(struct rt_sigframe, info);
	regs->rdx = sp + offsetof(struct rt_sigframe, uc);
	regs->rax = 0;
	regs->rip = (unsigned long)action->handler;
	regs->rsp = sp;
	regs->cs = USER_CS;
	regs->ss = USER_DS;
	regs->eflags &= ~(EFLAGS_DF | EFLAGS_RF | EFLAGS_TF);
}

int setup_signal_frame(struct pt_regs *regs, const struct sigaction *action, const struct siginfo *info, sigset_t mask)
{
	unsigned long fpstate, sp = place_frame(regs, action, &fpstate);
	struct rt_sigframe frame;

	/* Without a restorer there is no way back: the ABI of x86-64 demands one. */
	if (!sp || !(action->flags & SA_RESTORER))
		return -EFAULT;
	if (!access_ok((void __user *)sp, regs->rsp > sp ? regs->rsp - sp : sizeof(frame)))
		return -EFAULT;
	fill_frame(&frame, regs, action, info, fpstate, mask);
	if (fpu_save_to_user((void __user *)fpstate) || copy_to_user((void __user *)sp, &frame, sizeof(frame)))
		return -EFAULT;
	if (current->sig.altstack_flags & SS_AUTODISARM) {
		current->sig.altstack_sp = current->sig.altstack_size = 0;
		current->sig.altstack_flags = 0;
	}
	start_handler(regs, action, info->si_signo, sp);
	return 0;
}

/* --- back -------------------------------------------------------------------------------------------------- */

static void restore_context(struct pt_regs *regs, const struct sigcontext *c)
{
	*regs = (struct pt_regs){
		.r8 = c->r8, .r9 = c->r9, .r10 = c->r10, .r11 = c->r11,
		.r12 = c->r12, .r13 = c->r13, .r14 = c->r14, .r15 = c->r15,
		.rdi = c->rdi, .rsi = c->rsi, .rbp = c->rbp, .rbx = c->rbx,
		.rdx = c->rdx, .rax = c->rax, .rcx = c->rcx, .rsp = c->rsp,
		.rip = c->rip, .cs = USER_CS, .ss = USER_DS,
		.eflags = (regs->eflags & ~EFLAGS_USER) | (c->eflags & EFLAGS_USER),
		.orig_rax = -1,		/* not a system call: nothing to restart */
	};
}

long do_sigreturn(struct pt_regs *regs)
{
	/* the handler's ret has taken pretcode off the stack */
	struct rt_sigframe __user *frame = (void __user *)(regs->rsp - sizeof(void *));
	struct ucontext uc;

	if (copy_from_user(&uc, &frame->uc, sizeof(uc)))
		goto bad;
	set_current_blocked(uc.uc_sigmask);
	restore_context(regs, &uc.uc_mcontext);
	if (fpu_restore_from_user((void __user *)uc.uc_mcontext.fpstate))
		goto bad;
	do_sigaltstack(&uc.uc_stack, NULL, regs->rsp);	/* as on Linux, a wrong one is not restored */
	return regs->rax;
bad:
	force_sigsegv(0);
	return 0;
}
