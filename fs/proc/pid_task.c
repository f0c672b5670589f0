/* fs/proc/pid_task.c - /proc/PID/task: the threads of a process, each with the same files. Linux: fs/proc/base.c. */
#include <fs/proc/pid.h>
#include <kernel/lib/printf.h>

static struct dentry *task_lookup(struct inode *dir, struct dentry *parent, const char *name, size_t len)
{
	struct dentry *dentry = ERR_PTR(-ENOENT);
	struct task *task;
	unsigned int tid;

	if (!proc_parse_number(name, len, &tid))
		return dentry;
	task = find_get_task_by_pid(tid);
	if (!task)
		return dentry;
	if (task->tgid == proc_inode_task(dir)->tgid)
		dentry = proc_add_pid_directory(parent, name, len, task);
	put_task(task);
	return dentry;
}

/* The thread of the process with the smallest number >= from, or 0. */
static pid_t next_tid(pid_t tgid, pid_t from)
{
	struct task *task;
	unsigned long flags;
	pid_t best = 0;

	spin_lock_irqsave(&tasklist_lock, flags);
	for_each_task(task)
		if (task->tgid == tgid && task->pid >= from && (!best || task->pid < best))
			best = task->pid;
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return best;
}

static int task_iterate(struct file *file, struct dir_context *ctx)
{
	pid_t tid, tgid = proc_inode_task(file->inode)->tgid;
	char name[12];
	int len;

	if (!dir_emit_dots(file, ctx))
		return 0;
	while ((tid = next_tid(tgid, ctx->pos - 1))) {
		len = scnprintf(name, sizeof(name), "%d", tid);
		if (!ctx->emit(ctx, name, len, PROC_PID_POS + tid, mode_to_dt(S_IFDIR), tid + 2))
			break;
		ctx->pos = tid + 2;
	}
	return 0;
}

const struct inode_operations proc_task_dir_operations = {
	.lookup = task_lookup, .still_valid = proc_pid_still_valid,
};
const struct file_operations proc_task_dir_file_operations = { .iterate = task_iterate };
