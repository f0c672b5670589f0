/* process/wait.c - waiting for children. See wait.h.
 *
 * Linux: kernel/exit.c (do_wait, wait_task_zombie, wait_task_stopped, wait_task_continued).
 */
#include <process/wait.h>

#include <kernel/lib/errno.h>
#include <process/group.h>
#include <process/limits.h>
#include <process/reap.h>

static bool is_meant(const struct wait_request *r, const struct task *child)
{
	bool clone = child->exit_signal != SIGCHLD;

	if (r->what == WAIT_PID && child->pid != r->number)
		return false;
	if (r->what == WAIT_PGRP && process_group(child) != r->number)
		return false;
	return (r->options & __WALL) || clone == !!(r->options & __WCLONE);
}

static void answer(struct wait_request *r, struct task *child, int status, int code)
{
	r->pid = child->pid;
	r->uid = child->uid;
	r->status = status;
	r->code = code;
	usage_of_process(child, &r->usage);
	usage_add(&r->usage, &child->signal->children);
}

/* => *reaped: the task to put after tasklist_lock is dropped */
static bool wait_zombie(struct wait_request *r, struct task *child, struct task **reaped)
{
	int status = process_exit_code(child);

	if (child->exit_state != EXIT_ZOMBIE || !thread_group_empty(child) || !(r->options & WEXITED))
		return false;
	answer(r, child, status, status & 0x7f ? CLD_KILLED : CLD_EXITED);
	if (r->options & WNOWAIT)
		return true;
	usage_add(&current->signal->children, &r->usage);
	release_task(child);
	*reaped = child;
	return true;
}

static bool wait_stopped(struct wait_request *r, struct task *child)
{
	struct signal_state *signal = child->signal;
	int sig = 0;

	if (!(r->options & WSTOPPED))
		return false;
	spin_lock(&child->sighand->lock);
	if (signal->flags & SIGNAL_STOP_STOPPED)
		sig = signal->group_exit_code;
	if (!(r->options & WNOWAIT) && sig)
		signal->group_exit_code = 0;
	spin_unlock(&child->sighand->lock);
	if (sig)
		answer(r, child, sig << 8 | 0x7f, CLD_STOPPED);
	return sig;
}

static bool wait_continued(struct wait_request *r, struct task *child)
{
	struct signal_state *signal = child->signal;
	bool continued;

	if (!(r->options & WCONTINUED))
		return false;
	spin_lock(&child->sighand->lock);
	continued = signal->flags & SIGNAL_STOP_CONTINUED;
	if (!(r->options & WNOWAIT))
		signal->flags &= ~SIGNAL_STOP_CONTINUED;
	spin_unlock(&child->sighand->lock);
	if (continued)
		answer(r, child, 0xffff, CLD_CONTINUED);
	return continued;
}

/* => 0: answered; 1: there are children, none has changed; -ECHILD */
static int look(struct wait_request *r, struct task **reaped)
{
	struct task *child;
	int ret = -ECHILD;

	spin_lock_irq(&tasklist_lock);
	list_for_each_entry(child, &current->group_leader->children, sibling) {
		if (!is_meant(r, child))
			continue;
		ret = 1;
		if (wait_zombie(r, child, reaped) || wait_stopped(r, child) || wait_continued(r, child)) {
			ret = 0;
			break;
		}
	}
	spin_unlock_irq(&tasklist_lock);
	if (ret == 1 && (r->options & WNOHANG))
		ret = 0;
	return ret;
}

long do_wait(struct wait_request *r)
{
	wait_queue_head_t *wq = &current->signal->child_wait;
	struct task *reaped = NULL;
	DEFINE_WAIT(wait);
	long ret;

	for (;;) {
		prepare_to_wait(wq, &wait, TASK_INTERRUPTIBLE);
		ret = look(r, &reaped);
		if (ret <= 0)
			break;
		if (signal_pending(current)) {
			ret = -ERESTARTSYS;
			break;
		}
		schedule();
	}
	finish_wait(wq, &wait);
	if (reaped)
		put_task(reaped);
	return ret;
}
