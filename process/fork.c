/* process/fork.c - new threads and processes. See fork.h.
 *
 * A child is built part by part while nobody knows it; if a part fails, the parts that are there are given back. The last
 * step, under tasklist_lock, makes it visible: from then on signals reach it.
 *
 * Linux: kernel/fork.c (copy_process, kernel_clone).
 */
#include <process/fork.h>

#include <fs/files.h>
#include <fs/vfs.h>
#include <kernel/debug/assert.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <kernel/sync/completion.h>
#include <kernel/x86/fpu.h>
#include <kernel/x86/usercopy.h>
#include <kernel/trace/trace.h>
#include <mm/alloc/vmalloc.h>
#include <mm/map/map.h>
#include <process/group.h>
#include <process/signal_send.h>

#define SUPPORTED_FLAGS	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_VFORK | CLONE_PARENT | CLONE_THREAD | \
			 CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | CLONE_DETACHED | \
			 CLONE_UNTRACED | CLONE_CHILD_SETTID | CLONE_IO | CLONE_CLEAR_SIGHAND)

/* The first thing that a child does. It then goes to user mode with its parent's registers. */
static void child_starts(struct task *self)
{
	if (self->set_child_tid)
		put_user(self->pid, self->set_child_tid);	/* a bad address is the program's own fault */
}

/* --- parts ----------------------------------------------------------------------------------------------- */

static int copy_mm(struct task *child, u64 flags)
{
	struct mm *old = current->mm, *mm;
	int error;

	if (flags & CLONE_VM) {
		mmget(old);
		mm = old;
	} else {
		mm = mm_alloc();
		if (!mm)
			return -ENOMEM;
		error = dup_mmap(mm, old);
		if (error) {
			mmput(mm);
			return error;
		}
		mm->exe_file = get_file(old->exe_file);
		deny_write_access(mm->exe_file->inode);	/* can't fail: the parent denies it already */
	}
	child->mm = child->active_mm = mm;
	child->root = &mm->root;
	return 0;
}

static int copy_files(struct task *child, u64 flags)
{
	child->files = flags & CLONE_FILES ? files_get(current->files) : files_copy(current->files);
	child->fs = flags & CLONE_FS ? fs_context_get(current->fs) : fs_context_copy(current->fs);
	return child->files && child->fs ? 0 : -ENOMEM;
}

static int copy_sighand(struct task *child, u64 flags)
{
	struct sighand *old = current->sighand;
	struct sigaction *a;

	if (flags & CLONE_SIGHAND) {
		atomic_inc(&old->count);
		child->sighand = old;
		return 0;
	}
	child->sighand = sighand_alloc();
	if (!child->sighand)
		return -ENOMEM;
	spin_lock_irq(&old->lock);
	memcpy(child->sighand->action, old->action, sizeof(old->action));
	spin_unlock_irq(&old->lock);
	if (flags & CLONE_CLEAR_SIGHAND)
		for (a = child->sighand->action; a < child->sighand->action + _NSIG; a++)
			if (a->handler != SIG_IGN)
				*a = (struct sigaction){ .handler = SIG_DFL };
	return 0;
}

static int copy_signal_state(struct task *child, u64 flags)
{
	struct signal_state *old = current->signal;

	if (flags & CLONE_THREAD) {
		atomic_inc(&old->count);
		child->signal = old;
		return 0;
	}
	child->signal = signal_state_alloc(child);
	if (!child->signal)
		return -ENOMEM;
	memcpy(child->signal->limits, old->limits, sizeof(old->limits));
	child->signal->oom_score_adj = old->oom_score_adj;
	return 0;
}

static void copy_identity(struct task *child)
{
	memcpy(child->comm, current->comm, sizeof(child->comm));
	child->uid = current->uid;
	child->euid = current->euid;
	child->suid = current->suid;
	child->fsuid = current->fsuid;
	child->gid = current->gid;
	child->egid = current->egid;
	child->sgid = current->sgid;
	child->fsgid = current->fsgid;
	child->personality = current->personality;
	child->make_it_fail = current->make_it_fail;
}

static void copy_thread(struct task *child, const struct clone_request *r)
{
	struct pt_regs *regs;

	thread_init(&child->thread, child->stack, KERNEL_STACK_SIZE, task_start, child_starts);
	regs = thread_pt_regs(&child->thread);
	*regs = *thread_pt_regs(&current->thread);
	regs->rax = 0;
	if (r->stack)
		regs->rsp = r->stack;
	child->thread.fsbase = r->flags & CLONE_SETTLS ? r->tls : current->thread.fsbase;
	child->thread.gsbase = current->thread.gsbase;
	fpu_copy(&child->thread);
	child->sig.blocked = current->sig.blocked;
	/* Two threads in one address space can't stand on one alternate stack. */
	if ((r->flags & (CLONE_VM | CLONE_VFORK)) != CLONE_VM) {
		child->sig.altstack_sp = current->sig.altstack_sp;
		child->sig.altstack_size = current->sig.altstack_size;
		child->sig.altstack_flags = current->sig.altstack_flags;
	}
	if (r->flags & CLONE_CHILD_SETTID)
		child->set_child_tid = r->child_tid;
	if (r->flags & CLONE_CHILD_CLEARTID)
		child->clear_child_tid = r->child_tid;
}

static int copy_parts(struct task *child, const struct clone_request *r)
{
	int error = task_add_user_part(child);

	if (!error)
		error = copy_files(child, r->flags);
	if (!error)
		error = copy_sighand(child, r->flags);
	if (!error)
		error = copy_signal_state(child, r->flags);
	if (!error)
		error = copy_mm(child, r->flags);
	if (error)
		return error;
	copy_identity(child);
	copy_thread(child, r);
	child->pid = pid_alloc();
	return child->pid < 0 ? child->pid : 0;
}

/* A child that nobody has seen. The signal parts go with the task itself. */
static void drop_parts(struct task *child)
{
	if (child->files)
		files_put(child->files);
	if (child->fs)
		fs_context_put(child->fs);
	if (child->mm)
		mmput(child->mm);
	if (child->pid > 0)
		pid_free(child->pid);
	task_free_new(child);
}

/* --- the family -------------------------------------------------------------------------------------------- */

/* => tasklist_lock held */
static void join_family(struct task *child, const struct clone_request *r)
{
	struct task *leader = current->group_leader;

	if (r->flags & CLONE_THREAD) {
		child->tgid = current->tgid;
		child->group_leader = leader;
		child->parent = leader->parent;
		child->exit_signal = -1;
		atomic_inc(&child->signal->live);
	} else {
		child->tgid = child->pid;
		child->parent = r->flags & CLONE_PARENT ? leader->parent : leader;
		child->exit_signal = r->flags & CLONE_PARENT ? leader->exit_signal : r->exit_signal;
		child->signal->ppid = child->parent->tgid;
		list_add_tail(&child->sibling, &child->parent->children);
		pgroup_join(child->signal, current->signal->pgroup);
	}
	link_thread(child);
}

/*
 * Make it visible. A signal that was sent to all of the process or group before must not miss the child: when one is
 * pending, fork is given up and runs again after the signal.
 */
static int publish(struct task *child, const struct clone_request *r, struct completion *vfork_done)
{
	spin_lock_irq(&tasklist_lock);
	if (signal_pending(current)) {
		spin_unlock_irq(&tasklist_lock);
		return -ERESTARTNOINTR;
	}
	child->vfork_done = vfork_done;
	join_family(child, r);
	spin_unlock_irq(&tasklist_lock);
	return 0;
}

/* The child has our memory until it execs or exits; killed, we leave it alone with it. */
static void wait_for_vfork(struct task *child, struct completion *done)
{
	if (!wait_for_completion_killable(done))
		return;
	spin_lock_irq(&tasklist_lock);
	child->vfork_done = NULL;
	spin_unlock_irq(&tasklist_lock);
}

static int check(const struct clone_request *r)
{
	u64 flags = r->flags;

	if (flags & ~SUPPORTED_FLAGS)
		return -EINVAL;
	if ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))
		return -EINVAL;
	if ((flags & CLONE_SIGHAND) && (!(flags & CLONE_VM) || (flags & CLONE_CLEAR_SIGHAND)))
		return -EINVAL;
	if ((flags & CLONE_PARENT) && current->group_leader == init_process)
		return -EINVAL;
	return r->exit_signal < 0 || r->exit_signal > _NSIG ? -EINVAL : 0;
}

long do_clone(const struct clone_request *r)
{
	struct task *child;
	struct completion vfork_done;
	pid_t pid;
	int error = check(r);

	if (error)
		return error;
	if (signal_pending(current))
		return -ERESTARTNOINTR;
	child = task_alloc();
	if (!child)
		return -ENOMEM;
	init_completion(&vfork_done);
	error = copy_parts(child, r);
	if (!error)
		error = publish(child, r, r->flags & CLONE_VFORK ? &vfork_done : NULL);
	if (error) {
		drop_parts(child);
		return error;
	}
	pid = child->pid;
	if (r->flags & CLONE_PARENT_SETTID)
		put_user(pid, r->parent_tid);
	if (r->flags & CLONE_VFORK)
		get_task(child);
	trace(sched_process_fork, current->comm, current->pid, child->comm, pid);
	wake_up_new_task(child);
	if (r->flags & CLONE_VFORK) {
		wait_for_vfork(child, &vfork_done);
		put_task(child);
	}
	return pid;
}
