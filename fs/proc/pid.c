/* fs/proc/pid.c - the directories of processes: /proc/PID.
 *
 * They are made when looked up and go with their last user. An inode here holds a reference on its task, so a file that was opened
 * before the process died answers with ESRCH or with nothing, and never with another process. Linux: fs/proc/base.c.
 */
#include <fs/files.h>
#include <fs/namei.h>
#include <fs/proc/pid.h>
#include <kernel/debug/fault_inject.h>
#include <kernel/lib/parse.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>
#include <mm/alloc/slab.h>
#include <mm/fault/fault.h>
#include <mm/map/map.h>
#include <mm/reclaim/reclaim.h>
#include <mm/swap/swap.h>

/* One file of a process: what to show, or other operations; a link is resolved by get_path, a directory has dir_op too. */
struct pid_entry {
	const char	*name;
	umode_t		mode;
	seq_show_fn	show;				/* arg: the task */
	int (*store)(char *text, void *task);
	const struct file_operations *fop;
	const struct inode_operations *dir_op;
	int (*get_path)(struct task *task, struct path *path);
};

/* --- generated files of a process -------------------------------------------------------------------------------------- */

static int cmdline_range_show(struct seq *m, struct mm *mm, unsigned long start, unsigned long end)
{
	unsigned long n;
	struct page *page;

	while (start < end) {
		mmap_read_lock(mm);
		page = get_user_page(mm, start & PAGE_MASK, false);
		mmap_read_unlock(mm);
		if (IS_ERR(page))
			break;
		n = min(end - start, PAGE_SIZE - start % PAGE_SIZE);
		seq_write(m, (char *)page_address(page) + start % PAGE_SIZE, n);
		put_page(page);
		start += n;
	}
	return 0;
}

static int cmdline_show(struct seq *m, void *arg)
{
	struct mm *mm = get_task_mm(arg);

	if (!mm)
		return 0;
	cmdline_range_show(m, mm, mm->arg_start, mm->arg_end);
	mmput(mm);
	return 0;
}

static int environ_show(struct seq *m, void *arg)
{
	struct mm *mm = get_task_mm(arg);

	if (!mm)
		return 0;
	cmdline_range_show(m, mm, mm->env_start, mm->env_end);
	mmput(mm);
	return 0;
}

static int auxv_show(struct seq *m, void *arg)
{
	struct mm *mm = get_task_mm(arg);
	unsigned int n = 0;

	if (!mm)
		return 0;
	do
		n += 2;
	while (mm->saved_auxv[n - 2] && n < ARRAY_SIZE(mm->saved_auxv));
	seq_write(m, mm->saved_auxv, n * sizeof(unsigned long));
	mmput(mm);
	return 0;
}

static int comm_show(struct seq *m, void *arg)
{
	seq_printf(m, "%s\n", ((struct task *)arg)->comm);
	return 0;
}

static int comm_store(char *text, void *task)
{
	set_task_comm(task, text);
	return 0;
}

static int oom_adj_of(struct task *task)
{
	struct proc_task_info info = { 0 };
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	if (proc_task_ops)
		proc_task_ops->info(task, &info);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return info.oom_score_adj;
}

/* 0 to 2000, as Linux shows it: how bad, in thousandths of all memory, with the adjustment. */
static int oom_score_show(struct seq *m, void *arg)
{
	unsigned long total = totalram_pages() + total_swap_pages(), points = 0;
	struct mm *mm = get_task_mm(arg);

	if (mm) {
		points = oom_badness(mm, oom_adj_of(arg), total);
		mmput(mm);
	}
	seq_printf(m, "%lu\n", points * 1000 / total);
	return 0;
}

static int oom_score_adj_show(struct seq *m, void *arg)
{
	seq_printf(m, "%d\n", oom_adj_of(arg));
	return 0;
}

static int oom_score_adj_store(char *text, void *task)
{
	int value, err = kstrtoint(strim(text), 10, &value);

	if (err || value < -1000 || value > 1000)
		return -EINVAL;
	return proc_task_ops ? proc_task_ops->set_oom_score_adj(task, value) : -EINVAL;
}

/* Marks the task for failures on demand whose task-filter is on; its children inherit the mark. */
static int make_it_fail_show(struct seq *m, void *task)
{
	seq_printf(m, "%d\n", READ_ONCE(((struct task *)task)->make_it_fail));
	return 0;
}

static int make_it_fail_store(char *text, void *task)
{
	unsigned int value;

	if (kstrtouint(strim(text), 10, &value) || value > 1)
		return -EINVAL;
	WRITE_ONCE(((struct task *)task)->make_it_fail, value);
	return 0;
}

/*
 * Read and written without an allocation: it is read to learn whether the failure has happened, and must not be the step that
 * fails.
 */
static ssize_t fail_nth_read(struct file *file, struct iov_iter *to, u64 *pos)
{
	struct task *task = file->inode->private;
	char text[16];
	int len = scnprintf(text, sizeof(text), "%u\n", READ_ONCE(task->fail_nth));
	size_t n;

	if (*pos >= (u64)len)
		return 0;
	n = copy_to_iter(text + *pos, min_t(size_t, iov_iter_count(to), len - *pos), to);
	*pos += n;
	return n ? (ssize_t)n : -EFAULT;
}

static ssize_t fail_nth_write(struct file *file, struct iov_iter *from, u64 *pos)
{
	struct task *task = file->inode->private;
	char text[16] = "";
	size_t len = iov_iter_count(from);
	unsigned int nth;
	int err;

	if (len >= sizeof(text))
		return -EINVAL;
	if (copy_from_iter(text, len, from) != len)
		return -EFAULT;
	err = kstrtouint(strim(text), 10, &nth);
	if (err)
		return err;
	if (nth)
		WRITE_ONCE(fail_nth_used, true);
	WRITE_ONCE(task->fail_nth, nth);
	*pos += len;
	return len;
}

static const struct file_operations fail_nth_operations = { .read = fail_nth_read, .write = fail_nth_write };

static int clear_refs_store(char *text, void *task)
{
	int value, err = kstrtoint(strim(text), 10, &value);
	struct mm *mm;

	if (err || value < CLEAR_REFS_ALL || value > CLEAR_REFS_HIWATER_RSS)
		return err ? err : -EINVAL;
	mm = get_task_mm(task);
	if (mm) {
		clear_refs(mm, value);
		mmput(mm);
	}
	return 0;
}

/* --- links --------------------------------------------------------------------------------------------------------------- */

static int exe_path(struct task *task, struct path *path)
{
	struct mm *mm = get_task_mm(task);
	int err = -ENOENT;

	if (!mm)
		return err;
	mmap_read_lock(mm);
	if (mm->exe_file) {
		*path = mm->exe_file->path;
		path_get(path);
		err = 0;
	}
	mmap_read_unlock(mm);
	mmput(mm);
	return err;
}

static int fs_path(struct task *task, struct path *path, bool root)
{
	struct fs_context *fs = get_task_fs(task);

	if (!fs)
		return -ENOENT;
	if (root)
		get_fs_root(fs, path);
	else
		get_fs_cwd(fs, path);
	fs_context_put(fs);
	return 0;
}

static int cwd_path(struct task *task, struct path *path)
{
	return fs_path(task, path, false);
}

static int root_path(struct task *task, struct path *path)
{
	return fs_path(task, path, true);
}

static const struct pid_entry pid_entries[] = {
	{ .name = "auxv", .mode = 0400, .show = auxv_show },
	{ .name = "clear_refs", .mode = 0200, .store = clear_refs_store },
	{ .name = "cmdline", .mode = 0444, .show = cmdline_show },
	{ .name = "comm", .mode = 0644, .show = comm_show, .store = comm_store },
	{ .name = "cwd", .mode = S_IFLNK | 0777, .get_path = cwd_path },
	{ .name = "environ", .mode = 0400, .show = environ_show },
	{ .name = "exe", .mode = S_IFLNK | 0777, .get_path = exe_path },
	{ .name = "fail-nth", .mode = 0644, .fop = &fail_nth_operations },
	{ .name = "fd", .mode = S_IFDIR | 0500, .dir_op = &proc_fd_dir_operations, .fop = &proc_fd_dir_file_operations },
	{ .name = "limits", .mode = 0444, .show = proc_pid_limits_show },
	{ .name = "make-it-fail", .mode = 0644, .show = make_it_fail_show, .store = make_it_fail_store },
	{ .name = "maps", .mode = 0444, .show = proc_pid_maps_show },
	{ .name = "mem", .mode = 0600, .fop = &proc_mem_operations },
	{ .name = "mountinfo", .mode = 0444, .show = proc_mountinfo_show },
	{ .name = "mounts", .mode = 0444, .show = proc_mounts_show },
	{ .name = "oom_score", .mode = 0444, .show = oom_score_show },
	{ .name = "oom_score_adj", .mode = 0644, .show = oom_score_adj_show, .store = oom_score_adj_store },
	{ .name = "pagemap", .mode = 0400, .fop = &proc_pagemap_operations },
	{ .name = "root", .mode = S_IFLNK | 0777, .get_path = root_path },
	{ .name = "smaps", .mode = 0444, .show = proc_pid_smaps_show },
	{ .name = "smaps_rollup", .mode = 0444, .show = proc_pid_smaps_rollup_show },
	{ .name = "stat", .mode = 0444, .show = proc_pid_stat_show },
	{ .name = "statm", .mode = 0444, .show = proc_pid_statm_show },
	{ .name = "status", .mode = 0444, .show = proc_pid_status_show },
	{ .name = "task", .mode = S_IFDIR | 0555, .dir_op = &proc_task_dir_operations, .fop = &proc_task_dir_file_operations },
};

/* --- inodes of a process -------------------------------------------------------------------------------------------------- */

/* dentry->private of everything below /proc/PID is its pid_entry or (fd/N) the number; inode->private the task, or a source. */
struct task *proc_inode_task(const struct inode *inode)
{
	if (inode->fop == &pseudo_file_operations)
		return ((struct pseudo_source *)inode->private)->arg;
	return inode->private;
}

int proc_link_readlink(struct dentry *dentry, char *buf, size_t size)
{
	struct path path;
	char *page, *name;
	int len = dentry->inode->op->get_path(dentry, &path);

	if (len)
		return len;
	page = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!page) {
		path_put(&path);
		return -ENOMEM;
	}
	name = d_path(&path, NULL, page, PATH_MAX);
	if (IS_ERR(name)) {
		len = PTR_ERR(name);
	} else {
		len = min_t(size_t, strlen(name), size);
		memcpy(buf, name, len);
	}
	kfree(page);
	path_put(&path);
	return len;
}

static int entry_get_path(struct dentry *dentry, struct path *path)
{
	const struct pid_entry *entry = dentry->private;

	return entry->get_path(proc_inode_task(dentry->inode), path);
}

static int ignore_truncate(struct inode *inode __unused, u64 size __unused)
{
	return 0;
}

static const struct inode_operations link_operations = { .readlink = proc_link_readlink, .get_path = entry_get_path };
static const struct inode_operations file_operations_pid = { .truncate = ignore_truncate };
static struct dentry *pid_entry_lookup(struct inode *dir, struct dentry *parent, const char *name, size_t len);
static int pid_dir_iterate(struct file *file, struct dir_context *ctx);
static const struct inode_operations pid_dir_operations = { .lookup = pid_entry_lookup };
static const struct file_operations pid_dir_fops = { .iterate = pid_dir_iterate };

struct dentry *proc_add_pid_dentry(struct dentry *parent, const char *name, size_t len, umode_t mode,
				   struct task *task, void *private)
{
	struct dentry *dentry = d_alloc(parent, name, len);
	struct inode *inode = dentry ? new_inode(parent->sb, mode, 0) : NULL;

	if (!inode) {
		if (dentry)
			dput(dentry);
		return ERR_PTR(-ENOMEM);
	}
	inode->private = get_task(task);
	inode->uid = task->euid;
	inode->gid = task->egid;
	dentry->private = private;
	d_add(dentry, inode, false);
	return dentry;
}

static int make_source(struct inode *inode, const struct pid_entry *entry)
{
	struct pseudo_source *source = kmalloc(sizeof(*source), GFP_KERNEL);

	if (!source)
		return -ENOMEM;
	source->show = entry->show;
	source->store = entry->store;
	source->arg = inode->private;
	inode->private = source;
	inode->fop = &pseudo_file_operations;
	return 0;
}

static struct dentry *add_entry(struct dentry *parent, const struct pid_entry *entry, struct task *task)
{
	umode_t mode = entry->mode & S_IFMT ? entry->mode : S_IFREG | entry->mode;
	struct dentry *dentry = proc_add_pid_dentry(parent, entry->name, strlen(entry->name), mode, task, (void *)entry);
	struct inode *inode;

	if (IS_ERR(dentry))
		return dentry;
	inode = dentry->inode;
	if (S_ISLNK(mode)) {
		inode->op = &link_operations;
	} else if (S_ISDIR(mode)) {
		inode->op = entry->dir_op;
		inode->fop = entry->fop;
	} else {
		inode->op = &file_operations_pid;
		inode->fop = entry->fop;
		if (!entry->fop && make_source(inode, entry)) {
			dput(dentry);
			return ERR_PTR(-ENOMEM);
		}
	}
	return dentry;
}

/* Not yet waited for: a dead process has no files any more, also for who stands in its directory. */
static bool is_known(const struct task *task)
{
	unsigned long flags;
	bool known;

	spin_lock_irqsave(&tasklist_lock, flags);
	known = find_task_by_pid(task->pid) == task;
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return known;
}

static struct dentry *pid_entry_lookup(struct inode *dir, struct dentry *parent, const char *name, size_t len)
{
	unsigned int i;

	if (!is_known(proc_inode_task(dir)))
		return ERR_PTR(-ENOENT);
	for (i = 0; i < ARRAY_SIZE(pid_entries); i++)
		if (strlen(pid_entries[i].name) == len && !memcmp(pid_entries[i].name, name, len))
			return add_entry(parent, &pid_entries[i], proc_inode_task(dir));
	return ERR_PTR(-ENOENT);
}

static u8 entry_type(const struct pid_entry *entry)
{
	return (entry->mode & S_IFMT ? entry->mode & S_IFMT : S_IFREG) >> 12;
}

static int pid_dir_iterate(struct file *file, struct dir_context *ctx)
{
	u64 base = file->inode->ino;

	if (!is_known(proc_inode_task(file->inode)))
		return -ENOENT;
	if (!dir_emit_dots(file, ctx))
		return 0;
	for (; ctx->pos - 2 < ARRAY_SIZE(pid_entries); ctx->pos++) {
		const struct pid_entry *entry = &pid_entries[ctx->pos - 2];

		if (!ctx->emit(ctx, entry->name, strlen(entry->name), base + ctx->pos, entry_type(entry), ctx->pos + 1))
			return 0;
	}
	return 0;
}

/* Inodes of processes hold a task, directly or through their source; those of the global files do not. */
void proc_evict_inode(struct inode *inode)
{
	const struct inode_operations *op = inode->op;

	if (op != &link_operations && op != &file_operations_pid && op != &pid_dir_operations &&
	    op != &proc_fd_link_operations && op != &proc_fd_dir_operations && op != &proc_task_dir_operations) {
		pseudo_super_operations.evict_inode(inode);
		return;
	}
	put_task(proc_inode_task(inode));
	if (inode->fop == &pseudo_file_operations)
		kfree(inode->private);
}

/* --- /proc/PID itself -------------------------------------------------------------------------------------------------------- */

bool proc_parse_number(const char *name, size_t len, unsigned int *value)
{
	size_t i;

	*value = 0;
	if (!len || len > 9 || (len > 1 && name[0] == '0'))
		return false;
	for (i = 0; i < len; i++) {
		if (name[i] < '0' || name[i] > '9')
			return false;
		*value = *value * 10 + (name[i] - '0');
	}
	return true;
}

struct dentry *proc_add_pid_directory(struct dentry *parent, const char *name, size_t len, struct task *task)
{
	struct dentry *dentry = proc_add_pid_dentry(parent, name, len, S_IFDIR | 0555, task, NULL);

	if (!IS_ERR(dentry)) {
		dentry->inode->op = &pid_dir_operations;
		dentry->inode->fop = &pid_dir_fops;
	}
	return dentry;
}

/* The number of a process that has died may be somebody else's by now. */
bool proc_pid_still_valid(const struct dentry *dentry)
{
	return dentry->inode->op != &pid_dir_operations || is_known(proc_inode_task(dentry->inode));
}

struct dentry *proc_pid_lookup(struct inode *dir __unused, struct dentry *parent, const char *name, size_t len)
{
	struct dentry *dentry;
	struct task *task;
	unsigned int pid;

	if (!proc_parse_number(name, len, &pid))
		return ERR_PTR(-ENOENT);
	task = find_get_task_by_pid(pid);
	if (!task)
		return ERR_PTR(-ENOENT);
	dentry = proc_add_pid_directory(parent, name, len, task);
	put_task(task);
	return dentry;
}

/* The process with the smallest tgid >= from, or 0. Threads are not listed. */
static pid_t next_tgid(pid_t from)
{
	struct task *task;
	unsigned long flags;
	pid_t best = 0;

	spin_lock_irqsave(&tasklist_lock, flags);
	for_each_task(task)
		if (task->pid == task->tgid && task->pid >= from && (!best || task->pid < best))
			best = task->pid;
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return best;
}

bool proc_pid_emit(struct dir_context *ctx)
{
	char name[12];
	pid_t pid;
	int len;

	while ((pid = next_tgid(ctx->pos - PROC_PID_POS))) {
		len = scnprintf(name, sizeof(name), "%d", pid);
		if (!ctx->emit(ctx, name, len, PROC_PID_POS + pid, S_IFDIR >> 12, PROC_PID_POS + pid + 1))
			return false;
		ctx->pos = PROC_PID_POS + pid + 1;
	}
	return true;
}
