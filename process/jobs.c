/* process/jobs.c - what the floor below asks of processes: terminals of groups and sessions, /proc of numbers.
 *
 * Linux: drivers/tty/tty_jobctrl.c, fs/proc/array.c (the other side of both).
 */
#include <process/jobs.h>

#include <fs/files.h>
#include <fs/proc/proc.h>
#include <fs/tty/tty.h>
#include <kernel/lib/errno.h>
#include <kernel/trace/trace.h>
#include <process/group.h>
#include <process/limits.h>
#include <process/signal_send.h>

/* --- for terminals ---------------------------------------------------------------------------------------------- */

static bool pgrp_in_session(pid_t number, pid_t session)
{
	struct pgroup *group;
	unsigned long flags;
	bool found;

	spin_lock_irqsave(&tasklist_lock, flags);
	group = pgroup_find(number);
	found = group && group->session->number == session;
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return found;
}

static bool pgrp_orphaned(pid_t number)
{
	struct pgroup *group;
	unsigned long flags;
	bool orphaned;

	spin_lock_irqsave(&tasklist_lock, flags);
	group = pgroup_find(number);
	orphaned = !group || pgroup_is_orphaned(group, NULL);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return orphaned;
}

static void signal_pgrp(pid_t number, int sig)
{
	struct siginfo info;

	siginfo_kernel(&info, sig);
	kill_pgrp(number, sig, &info);
}

static pid_t task_pgrp(struct task *task)
{
	return get_process_group(task);
}

static pid_t task_session(struct task *task)
{
	return get_process_session(task);
}

/* --- for /proc ------------------------------------------------------------------------------------------------------ */

static void signal_sets(struct task *task, struct proc_task_info *info)
{
	const struct sigaction *a = task->sighand->action;

	info->sig_pending = task->sig.pending.signal;
	info->shared_pending = task->signal->shared_pending.signal;
	info->sig_blocked = task->sig.blocked;
	for (int sig = 1; sig <= _NSIG; sig++, a++) {
		if (a->handler == SIG_IGN)
			info->sig_ignored |= sigmask(sig);
		else if (a->handler != SIG_DFL)
			info->sig_caught |= sigmask(sig);
	}
}

/* => tasklist_lock held */
static void task_info(struct task *task, struct proc_task_info *info)
{
	struct signal_state *signal = task->signal;

	if (is_kernel_thread(task)) {
		info->nr_threads = 1;
		return;
	}
	info->ppid = signal->ppid;
	info->pgrp = process_group(task);
	info->session = process_session(task);
	info->tty_nr = encode_dev(tty_of_session(info->session, &info->tpgid));
	info->nr_threads = signal->nr_threads;
	info->cutime = signal->children.utime;
	info->cstime = signal->children.stime;
	info->cmin_flt = signal->children.min_flt;
	info->cmaj_flt = signal->children.maj_flt;
	info->oom_score_adj = signal->oom_score_adj;
	signal_sets(task, info);
	for (unsigned int i = 0; i < RLIM_NLIMITS; i++) {
		info->rlimit_cur[i] = signal->limits[i].rlim_cur;
		info->rlimit_max[i] = signal->limits[i].rlim_max;
	}
}

static int set_oom_score_adj(struct task *task, int value)
{
	if (is_kernel_thread(task) || value < -1000 || value > 1000)
		return -EINVAL;
	WRITE_ONCE(task->signal->oom_score_adj, value);
	trace(oom_score_adj_update, task->pid, task->comm, value);
	return 0;
}

/* A write to a pipe that nobody reads: SIGPIPE to the thread that wrote. */
static void raise_signal(int sig)
{
	struct siginfo info;

	siginfo_user(&info, sig, SI_USER);
	send_signal(sig, &info, current, false);
}

void jobs_init(void)
{
	static const struct tty_job_ops tty_ops = {
		.pgrp = task_pgrp, .session = task_session, .pgrp_in_session = pgrp_in_session,
		.pgrp_orphaned = pgrp_orphaned, .signal_ignored = signal_is_ignored_by_current, .kill_pgrp = signal_pgrp,
	};
	static const struct proc_task_ops proc_ops = { .info = task_info, .set_oom_score_adj = set_oom_score_adj };

	tty_register_jobs(&tty_ops);
	proc_task_ops = &proc_ops;
	raise_signal_hook = raise_signal;
}
