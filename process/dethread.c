/* process/dethread.c - one thread remains. See dethread.h.
 *
 * Linux: fs/exec.c (de_thread, unshare_sighand).
 */
#include <process/dethread.h>

#include <kernel/debug/assert.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <process/fork.h>
#include <process/reap.h>
#include <process/signal_send.h>

/* => 1: alone already; 0: the others have been told; -EAGAIN */
static int tell_others(void)
{
	struct signal_state *signal = current->signal;
	int ret = 0;

	spin_lock_irq(&tasklist_lock);
	spin_lock(&current->sighand->lock);
	if ((signal->flags & SIGNAL_GROUP_EXIT) || signal->exec_task) {
		ret = -EAGAIN;
	} else if (thread_group_empty(current)) {
		ret = 1;
	} else {
		signal->exec_task = current;
		zap_other_threads();
	}
	spin_unlock(&current->sighand->lock);
	spin_unlock_irq(&tasklist_lock);
	return ret;
}

/* A dead leader stays on the list until we have taken its place. */
static bool others_are_gone(void)
{
	struct signal_state *signal = current->signal;
	struct task *leader = current->group_leader;
	bool gone;

	spin_lock_irq(&tasklist_lock);
	gone = signal->nr_threads == 1 || (signal->nr_threads == 2 && leader != current && leader->exit_state);
	spin_unlock_irq(&tasklist_lock);
	return gone;
}

static void forget_exec(void)
{
	spin_lock_irq(&tasklist_lock);
	spin_lock(&current->sighand->lock);
	current->signal->exec_task = NULL;
	spin_unlock(&current->sighand->lock);
	spin_unlock_irq(&tasklist_lock);
}

static int wait_for_others(void)
{
	for (;;) {
		set_current_state(TASK_KILLABLE);
		if (others_are_gone())
			break;
		if (fatal_signal_pending(current)) {
			__set_current_state(TASK_RUNNING);
			forget_exec();
			return -EAGAIN;
		}
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

/* Parents, children and kill(2) know the process by its leader. => tasklist_lock held */
static void take_over_family(struct task *leader)
{
	struct task *child;

	current->parent = leader->parent;
	current->exit_signal = SIGCHLD;
	leader->exit_signal = -1;
	list_replace(&leader->sibling, &current->sibling);
	INIT_LIST_HEAD(&leader->sibling);
	list_for_each_entry(child, &leader->children, sibling)
		child->parent = current;
	list_splice_init(&leader->children, &current->children);
	current->group_leader = leader->group_leader = current;
	current->signal->leader = current;
}

static void take_over_number(struct task *leader)
{
	task_unlink(leader);
	task_unlink(current);
	leader->pid = current->pid;
	current->pid = current->tgid;
	task_link(leader);
	task_link(current);
	current->start_time = leader->start_time;
}

static void become_leader(void)
{
	struct task *leader;

	spin_lock_irq(&tasklist_lock);
	leader = current->group_leader;
	ASSERT(leader->exit_state == EXIT_ZOMBIE);
	take_over_number(leader);
	take_over_family(leader);
	release_task(leader);
	spin_unlock_irq(&tasklist_lock);
	put_task(leader);
}

int dethread(void)
{
	int ret = tell_others();

	if (ret)
		return ret < 0 ? ret : 0;
	ret = wait_for_others();
	if (ret)
		return ret;
	if (!thread_group_leader(current))
		become_leader();
	forget_exec();
	return 0;
}

int unshare_sighand(void)
{
	struct sighand *old = current->sighand, *own;

	if (atomic_read(&old->count) == 1)
		return 0;
	own = sighand_alloc();
	if (!own)
		return -ENOMEM;
	spin_lock_irq(&tasklist_lock);
	spin_lock(&old->lock);
	memcpy(own->action, old->action, sizeof(own->action));
	current->sighand = own;
	spin_unlock(&old->lock);
	spin_unlock_irq(&tasklist_lock);
	sighand_put(old);
	return 0;
}
