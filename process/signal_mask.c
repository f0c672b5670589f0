/* process/signal_mask.c - which signals a thread lets through, whether one waits for it, and waking it for that.
 *
 * Linux: kernel/signal.c (recalc_sigpending, set_current_blocked, set_user_sigmask).
 */
#include <process/signal_send.h>

#include <kernel/debug/assert.h>

void signal_wake_up(struct task *task, bool fatal)
{
	if (fatal)
		WRITE_ONCE(task->sigkill_pending, true);
	thread_set_flag(&task->thread, TIF_SIGPENDING);
	if (!wake_up_state(task, TASK_INTERRUPTIBLE | (fatal ? TASK_WAKEKILL : 0)))
		kick_process(task);
}

static bool has_pending(const struct task *task)
{
	sigset_t ready = (task->sig.pending.signal | task->signal->shared_pending.signal) & ~task->sig.blocked;

	return ready || task->sig.stop_pending || (task->signal->flags & SIGNAL_CLD_MASK);
}

void recalc_sigpending(void)
{
	assert_spin_locked(&current->sighand->lock);
	if (has_pending(current))
		thread_set_flag(&current->thread, TIF_SIGPENDING);
	else
		thread_clear_flag(&current->thread, TIF_SIGPENDING);
}

/* A signal of the process that had chosen us must find another thread that lets it through. */
static void retarget_shared(sigset_t newly_blocked)
{
	sigset_t waiting = current->signal->shared_pending.signal & newly_blocked;
	struct task *t = current;

	while (waiting && (t = list_next_entry(t, thread_group)) != current) {
		if ((t->flags & PF_EXITING) || !(waiting & ~t->sig.blocked))
			continue;
		waiting &= t->sig.blocked;
		if (!signal_pending(t))
			signal_wake_up(t, false);
	}
}

void set_current_blocked_locked(sigset_t set)
{
	sigset_t newly_blocked = set & ~current->sig.blocked;

	if (signal_pending(current) && !thread_group_empty(current))
		retarget_shared(newly_blocked);
	current->sig.blocked = set;
	recalc_sigpending();
}

void set_current_blocked(sigset_t set)
{
	set &= ~SIG_KERNEL_ONLY;
	if (set == current->sig.blocked)
		return;
	spin_lock_irq(&current->sighand->lock);
	set_current_blocked_locked(set);
	spin_unlock_irq(&current->sighand->lock);
}

bool signal_is_ignored_by_current(int sig)
{
	return sigset_has(current->sig.blocked, sig) || current->sighand->action[sig - 1].handler == SIG_IGN;
}

void set_user_sigmask(sigset_t set)
{
	current->sig.saved_blocked = current->sig.blocked;
	current->sig.restore_blocked = true;
	set_current_blocked(set);
}

void restore_user_sigmask(bool interrupted)
{
	if (interrupted || !current->sig.restore_blocked)
		return;
	current->sig.restore_blocked = false;
	set_current_blocked(current->sig.saved_blocked);
}
