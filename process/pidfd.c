/* process/pidfd.c - a file descriptor that names a process. See pidfd.h.
 *
 * It holds what the threads of the process share, which outlives all of them and is nobody else's: neither a new process with
 * the old number nor an exec that exchanges the leader can be mistaken for it. It can be polled: readable means ended.
 *
 * Linux: kernel/pid.c, fs/pidfs.c.
 */
#include <process/pidfd.h>

#include <fs/files.h>
#include <fs/poll.h>
#include <fs/proc/proc.h>
#include <kernel/lib/errno.h>
#include <mm/space/space.h>
#include <process/fork.h>

static bool has_ended(struct signal_state *signal)
{
	bool ended;

	spin_lock_irq(&tasklist_lock);
	ended = !signal->nr_threads || (signal->leader->exit_state && thread_group_empty(signal->leader));
	spin_unlock_irq(&tasklist_lock);
	return ended;
}

static unsigned int pidfd_poll(struct file *file, struct poll_table *pt)
{
	struct signal_state *signal = file->private;

	poll_wait(file, &signal->pidfd_wait, pt);
	return has_ended(signal) ? POLLIN | POLLRDNORM : 0;
}

static void pidfd_release(struct inode *inode __unused, struct file *file)
{
	signal_state_put(file->private);
}

static const struct file_operations pidfd_operations = {
	.release	= pidfd_release,
	.poll		= pidfd_poll,
};

/* The process with this number, counted. NULL: there is none; ERR_PTR(-EINVAL): it is the number of a thread */
static struct signal_state *find_get_process(pid_t pid)
{
	struct signal_state *signal = NULL;
	struct task *task;

	spin_lock_irq(&tasklist_lock);
	task = find_task_by_pid(pid);
	if (task && (is_kernel_thread(task) || !thread_group_leader(task))) {
		signal = ERR_PTR(-EINVAL);
	} else if (task) {
		signal = task->signal;
		atomic_inc(&signal->count);
	}
	spin_unlock_irq(&tasklist_lock);
	return signal;
}

/* => the count of signal is the file's, or still the caller's on an error */
static struct file *pidfd_file(struct signal_state *signal, unsigned int flags)
{
	struct file *file;
	struct path path;
	int error = anon_path("anon_inode:[pidfd]", 0600, &path);

	if (error)
		return ERR_PTR(error);
	file = alloc_file(&path, O_RDWR | flags, &pidfd_operations, signal);
	path_put(&path);
	return file;
}

long do_pidfd_open(pid_t pid, unsigned int flags)
{
	struct signal_state *signal;
	struct file *file;
	int fd;

	if (flags & ~O_NONBLOCK || pid <= 0)
		return -EINVAL;
	signal = find_get_process(pid);
	if (!signal)
		return -ESRCH;
	if (IS_ERR(signal))
		return PTR_ERR(signal);
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0) {
		signal_state_put(signal);
		return fd;
	}
	file = pidfd_file(signal, flags);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		signal_state_put(signal);
		return PTR_ERR(file);
	}
	fd_install(fd, file);
	return fd;
}

/* Who may look into another's memory: the same user, unless it has another identity in reserve, and root. */
static bool may_access(const struct task *task)
{
	uid_t uid = current->fsuid;
	gid_t gid = current->fsgid;

	return task->signal == current->signal || capable(CAP_SYS_PTRACE) ||
	       (uid == task->uid && uid == task->euid && uid == task->suid &&
		gid == task->gid && gid == task->egid && gid == task->sgid);
}

/* A leader that has exited before its threads has no memory any more: any thread's is the same. */
static struct mm *get_process_mm(struct signal_state *signal)
{
	struct mm *mm = ERR_PTR(-ESRCH);
	struct task *t;

	spin_lock_irq(&tasklist_lock);
	if (signal->nr_threads && !may_access(signal->leader))
		mm = ERR_PTR(-EACCES);
	else if (signal->nr_threads)
		for_each_thread(signal->leader, t)
			if (IS_ERR(mm) && t->mm && mmget_not_zero(t->mm))
				mm = t->mm;
	spin_unlock_irq(&tasklist_lock);
	return mm;
}

struct mm *pidfd_get_mm(int fd)
{
	struct file *file = fget(fd);
	struct mm *mm;

	if (!file)
		return ERR_PTR(-EBADF);
	mm = file->op == &pidfd_operations ? get_process_mm(file->private) : ERR_PTR(-EBADF);
	fput(file);
	return mm;
}
