/* process/signal.c - taking signals: what a thread does about them before it runs user code again. See signal.h.
 *
 * A system call that a signal interrupted returns one of the ERESTART numbers. Here it is decided what becomes of it, because
 * only now is known whether a handler runs.
 *
 * Linux: kernel/signal.c (get_signal, do_signal_stop), arch/x86/kernel/signal.c.
 */
#include <process/signal.h>

#include <kernel/debug/printk.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <kernel/sched/sched.h>
#include <kernel/x86/usercopy.h>
#include <process/exit.h>
#include <process/group.h>
#include <process/posix_timer.h>
#include <process/signal_frame.h>
#include <process/signal_send.h>

#define NR_RESTART_SYSCALL	219
#define SYSCALL_LENGTH		2	/* bytes of the syscall instruction */

/* --- out of the queues: => sighand lock held -------------------------------------------------------------- */

static int take_from(struct sigpending *pending, sigset_t blocked, struct siginfo *info, struct sigqueue **used)
{
	int sig = sigpending_next(pending, blocked);

	if (!sig)
		return 0;
	*used = sigpending_take(pending, sig, info);
	if (info->si_code == SI_TIMER && !*used)
		posix_timer_taken(info);
	return sig;
}

/* => the signal, 0: none */
static int dequeue_signal(sigset_t blocked, struct siginfo *info)
{
	struct sigqueue *used = NULL;
	int sig = take_from(&current->sig.pending, blocked, info, &used);

	if (!sig)
		sig = take_from(&current->signal->shared_pending, blocked, info, &used);
	recalc_sigpending();
	/* From now until it stops, a SIGCONT must be able to call the stop off. */
	if (sig && sigset_has(SIG_STOP_SET, sig))
		current->sig.stop_dequeued = true;
	sigqueue_free(used);
	return sig;
}

/* --- stopping ----------------------------------------------------------------------------------------------- */

static void begin_group_stop(int sig)
{
	struct signal_state *signal = current->signal;
	struct task *t = current;

	if (!(signal->flags & SIGNAL_STOP_STOPPED))
		signal->group_exit_code = sig;
	current->sig.stop_pending = true;
	signal->group_stop_count = 1;
	while ((t = list_next_entry(t, thread_group)) != current) {
		if ((t->flags & PF_EXITING) || (READ_ONCE(t->state) & __TASK_STOPPED))
			continue;
		t->sig.stop_pending = true;
		signal->group_stop_count++;
		signal_wake_up(t, false);
	}
}

/*
 * stop - take part in the stop of the process; sig: begin one (0: it has begun)
 *
 * => sighand lock held, dropped when true is returned: it has stopped and now goes on; false: SIGCONT or SIGKILL came first
 */
static bool stop(int sig)
{
	struct signal_state *signal = current->signal;
	bool last;

	if (!current->sig.stop_pending) {
		if (!current->sig.stop_dequeued || (signal->flags & SIGNAL_GROUP_EXIT) || signal->exec_task)
			return false;
		begin_group_stop(sig);
	}
	current->sig.stop_pending = current->sig.stop_dequeued = false;
	last = signal->group_stop_count && !--signal->group_stop_count;
	if (last)
		signal->flags = (signal->flags & SIGNAL_UNKILLABLE) | SIGNAL_STOP_STOPPED;
	set_current_state(TASK_STOPPED);	/* before the lock goes: SIGCONT finds us stopped */
	spin_unlock_irq(&current->sighand->lock);
	if (last) {
		spin_lock_irq(&tasklist_lock);
		notify_parent_stopped(current->group_leader, CLD_STOPPED);
		spin_unlock_irq(&tasklist_lock);
	}
	schedule();
	return true;
}

/* After SIGCONT the process itself tells its parent. => sighand lock held, dropped when true */
static bool tell_parent_of_continue(void)
{
	struct signal_state *signal = current->signal;
	int why = signal->flags & SIGNAL_CLD_CONTINUED ? CLD_CONTINUED : CLD_STOPPED;

	if (!(signal->flags & SIGNAL_CLD_MASK))
		return false;
	signal->flags &= ~SIGNAL_CLD_MASK;
	spin_unlock_irq(&current->sighand->lock);
	spin_lock_irq(&tasklist_lock);
	notify_parent_stopped(current->group_leader, why);
	spin_unlock_irq(&tasklist_lock);
	return true;
}

static bool group_is_orphaned(void)
{
	bool orphaned;

	spin_lock_irq(&tasklist_lock);
	orphaned = pgroup_is_orphaned(current->signal->pgroup, NULL);
	spin_unlock_irq(&tasklist_lock);
	return orphaned;
}

/* --- deciding -------------------------------------------------------------------------------------------------- */

/* A terminal can't stop a group that nobody could continue. => sighand lock held; true: it was dropped meanwhile, look again */
static bool stop_by_default(int sig)
{
	bool orphaned;

	if (sig != SIGSTOP) {
		spin_unlock_irq(&current->sighand->lock);
		orphaned = group_is_orphaned();
		spin_lock_irq(&current->sighand->lock);
		if (orphaned)
			return false;
	}
	return stop(sig);
}

static void __noreturn die_of(int sig)
{
	current->sig.pending.signal &= ~sigmask(SIGKILL);
	spin_unlock_irq(&current->sighand->lock);
	do_group_exit(sig);
}

/* => sighand lock held; true: *action is to be run */
static bool has_handler(int sig, struct sigaction *action)
{
	struct sigaction *a = &current->sighand->action[sig - 1];

	*action = *a;
	if (a->handler == SIG_IGN || a->handler == SIG_DFL)
		return false;
	if (a->flags & SA_RESETHAND)
		a->handler = SIG_DFL;
	return true;
}

/* => true: *action is to be run for *info; false: nothing (more) to do. Fatal signals don't return */
static bool get_signal(struct sigaction *action, struct siginfo *info)
{
	struct sighand *sighand = current->sighand;
	int sig;

again:
	spin_lock_irq(&sighand->lock);
	if (tell_parent_of_continue())
		goto again;
	for (;;) {
		if (sigset_has(current->sig.pending.signal, SIGKILL))
			die_of(SIGKILL);
		if (current->sig.stop_pending && stop(0))
			goto again;
		sig = dequeue_signal(current->sig.blocked, info);
		if (!sig || has_handler(sig, action))
			break;
		if (action->handler == SIG_IGN || sigset_has(SIG_IGNORED_SET, sig) ||
		    (current->signal->flags & SIGNAL_UNKILLABLE))
			continue;
		if (!sigset_has(SIG_STOP_SET, sig))
			die_of(sig);
		if (stop_by_default(sig))
			goto again;
	}
	spin_unlock_irq(&sighand->lock);
	return sig;
}

/* --- the interrupted system call ---------------------------------------------------------------------------- */

static bool in_syscall(const struct pt_regs *regs)
{
	return (s64)regs->orig_rax >= 0;
}

static void run_again(struct pt_regs *regs, u64 number)
{
	regs->rax = number;
	regs->rip -= SYSCALL_LENGTH;
}

static void restart_before_handler(struct pt_regs *regs, const struct sigaction *action)
{
	if (!in_syscall(regs))
		return;
	switch (-(s64)regs->rax) {
	case ERESTARTSYS:
		if (action->flags & SA_RESTART) {
			run_again(regs, regs->orig_rax);
			break;
		}
		fallthrough;
	case ERESTART_RESTARTBLOCK:
	case ERESTARTNOHAND:
		regs->rax = -EINTR;
		break;
	case ERESTARTNOINTR:
		run_again(regs, regs->orig_rax);
		break;
	}
}

static void restart_without_handler(struct pt_regs *regs)
{
	if (!in_syscall(regs))
		return;
	switch (-(s64)regs->rax) {
	case ERESTARTSYS:
	case ERESTARTNOHAND:
	case ERESTARTNOINTR:
		run_again(regs, regs->orig_rax);
		break;
	case ERESTART_RESTARTBLOCK:
		run_again(regs, NR_RESTART_SYSCALL);
		break;
	}
}

static void run_handler(struct pt_regs *regs, const struct sigaction *action, const struct siginfo *info)
{
	struct task_signals *s = &current->sig;
	sigset_t mask = s->restore_blocked ? s->saved_blocked : s->blocked;
	sigset_t blocked = s->blocked | action->mask;

	restart_before_handler(regs, action);
	if (setup_signal_frame(regs, action, info, mask)) {
		force_sigsegv(info->si_signo);
		return;
	}
	s->restore_blocked = false;
	if (!(action->flags & SA_NODEFER))
		blocked |= sigmask(info->si_signo);
	set_current_blocked(blocked);
}

static void handle_signals(struct pt_regs *regs)
{
	struct sigaction action;
	struct siginfo info;

	if (get_signal(&action, &info)) {
		run_handler(regs, &action, &info);
		return;
	}
	restart_without_handler(regs);
	restore_user_sigmask(false);
}

void process_return_to_user(struct pt_regs *regs)
{
	sched_return_to_user();
	thread_clear_flag(&current->thread, TIF_NOTIFY_RESUME);
	if (!signal_pending(current))
		return;
	local_irq_enable();
	handle_signals(regs);
	local_irq_disable();
}

/* --- asking for signals ---------------------------------------------------------------------------------------- */

long do_sigaction(int sig, const struct sigaction *action, struct sigaction *old)
{
	struct sigaction *a;
	struct task *t = current;

	if (sig < 1 || sig > _NSIG || (action && sigset_has(SIG_KERNEL_ONLY, sig)))
		return -EINVAL;
	a = &current->sighand->action[sig - 1];
	spin_lock_irq(&current->sighand->lock);
	if (old)
		*old = *a;
	if (action) {
		*a = *action;
		a->mask &= ~SIG_KERNEL_ONLY;
		/* What is now ignored does not arrive, even if it was sent before. */
		if (a->handler == SIG_IGN || (a->handler == SIG_DFL && sigset_has(SIG_IGNORED_SET, sig))) {
			sigpending_flush(&current->signal->shared_pending, sigmask(sig));
			do {
				sigpending_flush(&t->sig.pending, sigmask(sig));
				t = list_next_entry(t, thread_group);
			} while (t != current);
		}
	}
	spin_unlock_irq(&current->sighand->lock);
	return 0;
}

long do_sigprocmask(int how, sigset_t set)
{
	switch (how) {
	case SIG_BLOCK:
		set_current_blocked(current->sig.blocked | set);
		return 0;
	case SIG_UNBLOCK:
		set_current_blocked(current->sig.blocked & ~set);
		return 0;
	case SIG_SETMASK:
		set_current_blocked(set);
		return 0;
	default:
		return -EINVAL;
	}
}

sigset_t do_sigpending(void)
{
	sigset_t set;

	spin_lock_irq(&current->sighand->lock);
	set = (current->sig.pending.signal | current->signal->shared_pending.signal) & current->sig.blocked;
	spin_unlock_irq(&current->sighand->lock);
	return set;
}

long do_sigsuspend(sigset_t set)
{
	set_user_sigmask(set);
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (signal_pending(current))
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	return -ERESTARTNOHAND;
}

static int try_dequeue(sigset_t set, struct siginfo *info)
{
	int sig;

	spin_lock_irq(&current->sighand->lock);
	sig = dequeue_signal(~set, info);
	spin_unlock_irq(&current->sighand->lock);
	return sig;
}

long do_sigtimedwait(sigset_t set, struct siginfo *info, u64 timeout_ns)
{
	struct task_signals *s = &current->sig;
	struct sighand *sighand = current->sighand;
	long left = timeout_ns == U64_MAX ? MAX_SCHEDULE_TIMEOUT : ns_to_jiffies(timeout_ns);
	int sig;

	set &= ~SIG_KERNEL_ONLY;
	sig = try_dequeue(set, info);
	if (sig || !timeout_ns)
		return sig ?: -EAGAIN;
	/* Let them through while we sleep; real_blocked keeps a default action from killing us meanwhile. */
	spin_lock_irq(&sighand->lock);
	s->real_blocked = s->blocked;
	s->blocked &= ~set;
	recalc_sigpending();
	spin_unlock_irq(&sighand->lock);
	left = schedule_timeout_interruptible(left);
	spin_lock_irq(&sighand->lock);
	s->blocked = s->real_blocked;
	s->real_blocked = 0;
	sig = dequeue_signal(~set, info);
	spin_unlock_irq(&sighand->lock);
	return sig ?: left ? -EINTR : -EAGAIN;
}

int copy_siginfo_to_user(void __user *to, const struct siginfo *info)
{
	if (copy_to_user(to, info, sizeof(*info)))
		return -EFAULT;
	return clear_user(to + sizeof(*info), SIGINFO_SIZE - sizeof(*info)) ? -EFAULT : 0;
}

void flush_signal_handlers(struct sighand *sighand)
{
	struct sigaction *a;

	spin_lock_irq(&sighand->lock);
	for (a = sighand->action; a < sighand->action + _NSIG; a++) {
		if (a->handler != SIG_IGN)
			a->handler = SIG_DFL;
		a->flags = 0;
		a->mask = 0;
		a->restorer = NULL;
	}
	spin_unlock_irq(&sighand->lock);
}
