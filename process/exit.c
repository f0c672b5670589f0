/* process/exit.c - the end of threads and processes.
 *
 * A thread gives back what it uses, tells its family, and leaves the CPU for good. What is left of a process, its leader as
 * a zombie, waits for the parent; other threads vanish at once. Children of a process that dies go to process 1.
 *
 * Linux: kernel/exit.c.
 */
#include <process/exit.h>

#include <fs/files.h>
#include <fs/tty/tty.h>
#include <kernel/debug/assert.h>
#include <mm/space/space.h>
#include <process/group.h>
#include <process/itimer.h>
#include <process/mm_release.h>
#include <process/posix_timer.h>
#include <process/reap.h>
#include <process/signal_send.h>

/* No signal chooses this thread any more, and those that had chosen it find another. */
static void exit_signals(void)
{
	struct signal_state *signal = current->signal;
	bool stopped = false;

	spin_lock_irq(&current->sighand->lock);
	current->flags |= PF_EXITING;
	set_current_blocked_locked(~0ULL);
	if (current->sig.stop_pending) {
		/* The others must not wait for us to stop. */
		current->sig.stop_pending = false;
		stopped = signal->group_stop_count && !--signal->group_stop_count;
		if (stopped)
			signal->flags |= SIGNAL_STOP_STOPPED;
	}
	spin_unlock_irq(&current->sighand->lock);
	if (stopped) {
		spin_lock_irq(&tasklist_lock);
		notify_parent_stopped(current->group_leader, CLD_STOPPED);
		spin_unlock_irq(&tasklist_lock);
	}
}

static void exit_mm(void)
{
	struct mm *mm;

	if (!current->mm)
		return;
	mm_release(current);
	mm = switch_mm(NULL);
	mmput(mm);
}

static void exit_files(void)
{
	struct files *files = current->files;
	struct fs_context *fs = current->fs;

	spin_lock_irq(&tasklist_lock);
	current->files = NULL;
	current->fs = NULL;
	spin_unlock_irq(&tasklist_lock);
	if (files)
		files_put(files);
	if (fs)
		fs_context_put(fs);
}

/* --- the family: => tasklist_lock held ---------------------------------------------------------------------- */

/* A group in which nobody is left to continue what has stopped is told so, and continued. */
static void kill_orphaned_group(struct task *task, struct task *parent, struct task *leaving)
{
	struct pgroup *group = task->signal->pgroup, *other;
	struct siginfo info;

	other = parent->signal ? parent->signal->pgroup : NULL;
	if (!other || other == group || other->session != group->session)
		return;
	if (!pgroup_is_orphaned(group, leaving) || !pgroup_has_stopped(group))
		return;
	siginfo_kernel(&info, SIGHUP);
	kill_pgroup_locked(group, SIGHUP, &info);
	siginfo_kernel(&info, SIGCONT);
	kill_pgroup_locked(group, SIGCONT, &info);
}

static void send_pdeath_signals(struct task *child)
{
	struct siginfo info;
	struct task *t;

	for_each_thread(child, t) {
		if (!t->pdeath_signal)
			continue;
		siginfo_user(&info, t->pdeath_signal, SI_USER);
		send_signal(t->pdeath_signal, &info, t, true);
	}
}

static void reparent_children(struct task *father)
{
	struct task *child, *next;

	list_for_each_entry_safe(child, next, &father->children, sibling) {
		child->parent = init_process;
		child->signal->ppid = init_process->tgid;
		list_move_tail(&child->sibling, &init_process->children);
		send_pdeath_signals(child);
		child->exit_signal = SIGCHLD;	/* whatever clone() said: process 1 waits for ordinary children */
		if (child->exit_state == EXIT_ZOMBIE && thread_group_empty(child) &&
		    notify_parent(child, child->exit_signal)) {
			release_task(child);
			put_task(child);
			continue;
		}
		kill_orphaned_group(child, father, NULL);
	}
}

/* A leader that has been waiting for its last thread is now a zombie that its parent may see. */
static void leader_is_alone(struct task *leader)
{
	if (leader->exit_state != EXIT_ZOMBIE || !thread_group_empty(leader))
		return;
	wake_up_all(&leader->signal->pidfd_wait);
	if (notify_parent(leader, leader->exit_signal)) {
		release_task(leader);
		put_task(leader);
	}
}

static void exit_notify(bool group_dead)
{
	struct task *self = current, *leader = self->group_leader;
	struct signal_state *signal = self->signal;

	spin_lock_irq(&tasklist_lock);
	if (group_dead) {
		reparent_children(leader);
		kill_orphaned_group(leader, leader->parent, leader);
	}
	if (self == leader) {
		self->exit_state = EXIT_ZOMBIE;
	} else {
		release_task(self);
		put_task(self);		/* nobody waits for it; the CPU's reference is left */
	}
	if (signal->exec_task)
		wake_up_process(signal->exec_task);
	else
		leader_is_alone(leader);
	spin_unlock_irq(&tasklist_lock);
}

/* --- the way there ------------------------------------------------------------------------------------------ */

static void exit_process(void)
{
	if (current->group_leader == init_process)
		panic("init (process 1) has ended with %s %d: nobody is left to live for",
		      current->exit_code & 0x7f ? "signal" : "exit code",
		      current->exit_code & 0x7f ?: current->exit_code >> 8);
	itimer_exit(current->signal);
	posix_timers_exit();
}

void __noreturn do_exit(int code)
{
	struct signal_state *signal = current->signal;
	bool group_dead;

	ASSERTF(!(current->flags & PF_EXITING), "%s (%d) exits while it exits", current->comm, current->pid);
	ASSERT(!is_kernel_thread(current));
	exit_signals();
	current->exit_code = code;
	group_dead = atomic_dec_and_test(&signal->live);
	if (group_dead)
		exit_process();
	exit_mm();
	exit_files();
	if (group_dead && get_process_session(current) == current->tgid)
		tty_session_exit(current->tgid);
	exit_notify(group_dead);
	do_task_dead();
}

void __noreturn do_group_exit(int code)
{
	struct signal_state *signal = current->signal;

	spin_lock_irq(&current->sighand->lock);
	if (signal->flags & SIGNAL_GROUP_EXIT) {
		code = signal->group_exit_code;
	} else if (signal->exec_task) {
		code = 0;
	} else {
		signal->flags = SIGNAL_GROUP_EXIT;
		signal->group_exit_code = code;
		zap_other_threads();
	}
	spin_unlock_irq(&current->sighand->lock);
	do_exit(code);
}
