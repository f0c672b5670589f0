/* process/signal_send.c - sending a signal to a thread or process. See signal_send.h.
 *
 * Linux: kernel/signal.c (prepare_signal, complete_signal, send_signal_locked).
 */
#include <process/signal_send.h>

#include <kernel/debug/assert.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <mm/space/space.h>
#include <process/limits.h>

void siginfo_user(struct siginfo *info, int sig, int code)
{
	memset(info, 0, sizeof(*info));
	info->si_signo = sig;
	info->si_code = code;
	info->kill.pid = current->tgid;
	info->kill.uid = current->uid;
}

void siginfo_kernel(struct siginfo *info, int sig)
{
	memset(info, 0, sizeof(*info));
	info->si_signo = sig;
	info->si_code = SI_KERNEL;
}

/* --- what becomes of it at once ------------------------------------------------------------------------- */

static bool handler_ignores(const struct task *task, int sig)
{
	void __user *handler = task->sighand->action[sig - 1].handler;

	if ((task->signal->flags & SIGNAL_UNKILLABLE) && handler == SIG_DFL)
		return true;
	return handler == SIG_IGN || (handler == SIG_DFL && sigset_has(SIG_IGNORED_SET, sig));
}

/* A blocked signal is kept: the handler may change before it is unblocked. */
static bool is_ignored(const struct task *task, int sig)
{
	if (sigset_has(task->sig.blocked | task->sig.real_blocked, sig))
		return false;
	return handler_ignores(task, sig);
}

static void flush_from_all(struct task *task, sigset_t set)
{
	struct task *t = task;

	sigpending_flush(&task->signal->shared_pending, set);
	do {
		sigpending_flush(&t->sig.pending, set);
		t = list_next_entry(t, thread_group);
	} while (t != task);
}

/* SIGCONT continues a stopped process when it is sent, whatever then becomes of the signal itself. */
static void continue_process(struct task *task)
{
	struct signal_state *signal = task->signal;
	struct task *t = task;
	unsigned int why = 0;

	flush_from_all(task, SIG_STOP_SET);
	do {
		t->sig.stop_pending = false;
		t->sig.stop_dequeued = false;
		wake_up_state(t, __TASK_STOPPED);
		t = list_next_entry(t, thread_group);
	} while (t != task);
	/* It tells its parent itself, when it runs: notify_parent_stopped() needs tasklist_lock before ours. */
	if (signal->flags & SIGNAL_STOP_STOPPED)
		why = SIGNAL_CLD_CONTINUED;
	else if (signal->group_stop_count)
		why = SIGNAL_CLD_STOPPED;
	if (!why)
		return;
	signal->flags &= ~(SIGNAL_STOP_STOPPED | SIGNAL_CLD_MASK);
	signal->flags |= why | SIGNAL_STOP_CONTINUED;
	signal->group_stop_count = 0;
	signal->group_exit_code = 0;
	thread_set_flag(&task->thread, TIF_SIGPENDING);
}

/* => false: nothing is left to be queued */
static bool prepare_signal(int sig, struct task *task)
{
	if (task->signal->flags & SIGNAL_GROUP_EXIT)
		return false;
	if (sigset_has(SIG_STOP_SET, sig))
		flush_from_all(task, sigmask(SIGCONT));
	else if (sig == SIGCONT)
		continue_process(task);
	return !is_ignored(task, sig);
}

/* --- who takes it ------------------------------------------------------------------------------------------ */

static bool wants_signal(int sig, const struct task *task)
{
	if (sigset_has(task->sig.blocked, sig) || (task->flags & PF_EXITING))
		return false;
	if (sig == SIGKILL)
		return true;
	if (READ_ONCE(task->state) & (__TASK_STOPPED | __TASK_TRACED))
		return false;
	return task == current || !signal_pending(task);
}

static struct task *choose_thread(int sig, struct task *task, bool group)
{
	struct task *t = task;

	if (wants_signal(sig, task))
		return task;
	if (!group)
		return NULL;
	while ((t = list_next_entry(t, thread_group)) != task)
		if (wants_signal(sig, t))
			return t;
	return NULL;
}

static bool is_fatal(const struct task *task, int sig)
{
	if (sigset_has(SIG_IGNORED_SET | SIG_STOP_SET, sig) || task->sighand->action[sig - 1].handler != SIG_DFL)
		return false;
	return !(task->signal->flags & (SIGNAL_UNKILLABLE | SIGNAL_GROUP_EXIT)) &&
	       !sigset_has(task->sig.real_blocked, sig);
}

static void kill_thread_now(struct task *task)
{
	task->sig.stop_pending = false;
	task->sig.pending.signal |= sigmask(SIGKILL);
	signal_wake_up(task, true);
}

/* The whole process dies of sig: no thread runs another instruction of user mode. */
static void start_group_exit(int sig, struct task *task)
{
	struct task *t = task;

	task->signal->flags = SIGNAL_GROUP_EXIT;
	task->signal->group_exit_code = sig;
	task->signal->group_stop_count = 0;
	do {
		kill_thread_now(t);
		t = list_next_entry(t, thread_group);
	} while (t != task);
}

static void complete_signal(int sig, struct task *task, bool group)
{
	struct task *t = choose_thread(sig, task, group);

	if (!t)
		return;		/* whoever unblocks it first takes it */
	if (is_fatal(task, sig))
		start_group_exit(sig, task);
	else
		signal_wake_up(t, sig == SIGKILL);
}

/* --- sending -------------------------------------------------------------------------------------------------- */

static struct sigqueue *alloc_entry(const struct sigpending *pending, const struct siginfo *info, struct task *task)
{
	struct sigqueue *q = NULL;

	if (pending->nr < READ_ONCE(task->signal->limits[RLIMIT_SIGPENDING].rlim_cur))
		q = sigqueue_alloc();
	if (q)
		q->info = *info;
	return q;
}

int send_signal_locked(int sig, const struct siginfo *info, struct task *task, bool group)
{
	struct sigpending *pending = group ? &task->signal->shared_pending : &task->sig.pending;
	struct sigqueue *q;

	assert_spin_locked(&task->sighand->lock);
	if (!prepare_signal(sig, task) || sigpending_is_duplicate(pending, sig))
		return 0;
	q = sig == SIGKILL ? NULL : alloc_entry(pending, info, task);
	/* kill() of a realtime signal may lose what comes with it; sigqueue() must not. */
	if (!q && sig >= SIGRTMIN && info->si_code != SI_USER && info->si_code < 0)
		return -EAGAIN;
	sigpending_add(pending, sig, q);
	complete_signal(sig, task, group);
	return 0;
}

int send_signal(int sig, const struct siginfo *info, struct task *task, bool group)
{
	unsigned long flags;
	int ret;

	if (!valid_signal(sig))
		return -EINVAL;
	if (is_kernel_thread(task) || !sig)
		return 0;
	spin_lock_irqsave(&task->sighand->lock, flags);
	ret = task->exit_state == EXIT_DEAD ? 0 : send_signal_locked(sig, info, task, group);
	spin_unlock_irqrestore(&task->sighand->lock, flags);
	return ret;
}

int send_sigqueue(struct sigqueue *q, struct task *task, bool group)
{
	struct sigpending *pending = group ? &task->signal->shared_pending : &task->sig.pending;
	int sig = q->info.si_signo, ret = 0;
	unsigned long flags;

	spin_lock_irqsave(&task->sighand->lock, flags);
	if (!list_empty(&q->list)) {
		ret = 1;
	} else if (task->exit_state == EXIT_DEAD || !prepare_signal(sig, task)) {
		ret = -1;
	} else {
		sigpending_add(pending, sig, q);
		complete_signal(sig, task, group);
	}
	spin_unlock_irqrestore(&task->sighand->lock, flags);
	return ret;
}

int zap_other_threads(void)
{
	struct task *t = current;
	int count = 0;

	current->signal->group_stop_count = 0;
	while ((t = list_next_entry(t, thread_group)) != current) {
		if (t->exit_state)
			continue;
		count++;
		kill_thread_now(t);
	}
	return count;
}

/* --- the running thread brought it upon itself ---------------------------------------------------------------- */

static void force(const struct siginfo *info, bool reset_handler)
{
	struct sighand *sighand = current->sighand;
	int sig = info->si_signo;
	struct sigaction *action = &sighand->action[sig - 1];
	bool blocked;

	spin_lock_irq(&sighand->lock);
	blocked = sigset_has(current->sig.blocked, sig);
	if (blocked || action->handler == SIG_IGN || reset_handler) {
		action->handler = SIG_DFL;
		current->sig.blocked &= ~sigmask(sig);
	}
	if (action->handler == SIG_DFL)
		current->signal->flags &= ~SIGNAL_UNKILLABLE;
	send_signal_locked(sig, info, current, false);
	recalc_sigpending();
	spin_unlock_irq(&sighand->lock);
}

void force_signal(const struct siginfo *info)
{
	force(info, false);
}

void force_signal_fault(int sig, int code, unsigned long address)
{
	struct siginfo info;

	siginfo_kernel(&info, sig);
	info.si_code = code;
	info.fault.addr = address;
	force_signal(&info);
}

void force_sigsegv(int failed_signal)
{
	struct siginfo info;

	siginfo_kernel(&info, SIGSEGV);
	force(&info, failed_signal == SIGSEGV);
}

void force_sigkill(void)
{
	struct siginfo info;

	siginfo_kernel(&info, SIGKILL);
	force(&info, false);
}
