/* process/signal_kill.c - to whom: kill(2) and its relatives, groups, and a parent who is told of its child.
 *
 * Linux: kernel/signal.c (kill_something_info, do_notify_parent, do_notify_parent_cldstop).
 */
#include <process/signal_send.h>

#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <kernel/sched/sched.h>
#include <process/group.h>

#define NS_TO_USER_TICKS(ns)	((s64)((ns) / (NSEC_PER_SEC / 100)))

int kill_process(pid_t pid, int sig, const struct siginfo *info)
{
	struct task *task;
	unsigned long flags;
	int ret = -ESRCH;

	spin_lock_irqsave(&tasklist_lock, flags);
	task = find_task_by_pid(pid);
	if (task)
		ret = send_signal(sig, info, task, true);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return ret;
}

int kill_thread(pid_t tgid, pid_t tid, int sig, const struct siginfo *info)
{
	struct task *task;
	int ret = -ESRCH;

	spin_lock_irq(&tasklist_lock);
	task = find_task_by_pid(tid);
	if (task && (tgid <= 0 || task->tgid == tgid) && !task->exit_state)
		ret = send_signal(sig, info, task, false);
	spin_unlock_irq(&tasklist_lock);
	return ret;
}

int kill_pgroup_locked(struct pgroup *group, int sig, const struct siginfo *info)
{
	struct signal_state *member;
	int error = -ESRCH, ret;

	list_for_each_entry(member, &group->members, pgroup_member) {
		ret = send_signal(sig, info, member->leader, true);
		if (error)
			error = ret;	/* one success is a success */
	}
	return error;
}

int kill_pgrp(pid_t pgrp, int sig, const struct siginfo *info)
{
	struct pgroup *group;
	unsigned long flags;
	int ret = -ESRCH;

	spin_lock_irqsave(&tasklist_lock, flags);
	group = pgroup_find(pgrp);
	if (group)
		ret = kill_pgroup_locked(group, sig, info);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return ret;
}

int kill_everybody(int sig, const struct siginfo *info)
{
	struct task *task;
	int error = -ESRCH, ret;

	spin_lock_irq(&tasklist_lock);
	for_each_task(task) {
		if (!thread_group_leader(task) || is_kernel_thread(task) || task == init_process ||
		    same_thread_group(task, current))
			continue;
		ret = send_signal(sig, info, task, true);
		if (error)
			error = ret;
	}
	spin_unlock_irq(&tasklist_lock);
	return error;
}

/* --- the parent ------------------------------------------------------------------------------------------------- */

static void child_info(struct siginfo *info, struct task *child, int sig)
{
	u64 utime, stime;

	task_cputime(child, &utime, &stime);
	memset(info, 0, sizeof(*info));
	info->si_signo = sig;
	info->child.pid = child->pid;
	info->child.uid = child->uid;
	info->child.utime = NS_TO_USER_TICKS(utime + child->signal->gone.utime);
	info->child.stime = NS_TO_USER_TICKS(stime + child->signal->gone.stime);
}

bool notify_parent(struct task *leader, int sig)
{
	struct task *parent = leader->parent;
	bool reap = false;
	struct siginfo info;
	struct sigaction *action;

	if (is_kernel_thread(parent))
		return true;
	child_info(&info, leader, sig);
	info.child.status = process_exit_code(leader) & 0x7f;
	info.si_code = info.child.status ? CLD_KILLED : CLD_EXITED;
	if (!info.child.status)
		info.child.status = process_exit_code(leader) >> 8;
	spin_lock(&parent->sighand->lock);
	action = &parent->sighand->action[SIGCHLD - 1];
	if (sig == SIGCHLD && (action->handler == SIG_IGN || (action->flags & SA_NOCLDWAIT))) {
		reap = true;
		if (action->handler == SIG_IGN)
			sig = 0;
	}
	if (sig > 0)
		send_signal_locked(sig, &info, parent, true);
	spin_unlock(&parent->sighand->lock);
	wake_up_all(&parent->signal->child_wait);
	return reap;
}

void notify_parent_stopped(struct task *leader, int why)
{
	struct task *parent = leader->parent;
	struct siginfo info;
	struct sigaction *action;

	if (is_kernel_thread(parent))
		return;
	child_info(&info, leader, SIGCHLD);
	info.si_code = why;
	info.child.status = why == CLD_STOPPED ? leader->signal->group_exit_code & 0x7f : SIGCONT;
	spin_lock(&parent->sighand->lock);
	action = &parent->sighand->action[SIGCHLD - 1];
	if (action->handler != SIG_IGN && !(action->flags & SA_NOCLDSTOP))
		send_signal_locked(SIGCHLD, &info, parent, true);
	spin_unlock(&parent->sighand->lock);
	wake_up_all(&parent->signal->child_wait);
}
