/* process/reap.c - the last trace of a dead task. See reap.h.
 *
 * Linux: kernel/exit.c (release_task, __exit_signal).
 */
#include <process/reap.h>

#include <kernel/debug/assert.h>
#include <process/group.h>
#include <process/limits.h>
#include <process/signal_queue.h>

void release_task(struct task *task)
{
	struct signal_state *signal = task->signal;

	assert_spin_locked(&tasklist_lock);
	ASSERT(!thread_group_leader(task) || signal->nr_threads == 1);
	usage_add_task(&signal->gone, task);
	spin_lock(&task->sighand->lock);
	task->exit_state = EXIT_DEAD;
	list_del_init(&task->thread_group);
	sigpending_flush(&task->sig.pending, ~0ULL);
	if (!--signal->nr_threads)
		sigpending_flush(&signal->shared_pending, ~0ULL);
	spin_unlock(&task->sighand->lock);
	list_del_init(&task->sibling);
	/* While the task still has its number, leaving a group of the same number does not give it back. */
	if (!signal->nr_threads)
		pgroup_leave(signal);
	task_unlink(task);
	number_put(task->pid);
}
