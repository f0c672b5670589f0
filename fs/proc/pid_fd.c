/* fs/proc/pid_fd.c - /proc/PID/fd: a directory of links to open files. Linux: fs/proc/fd.c. */
#include <fs/files.h>
#include <fs/proc/pid.h>
#include <kernel/lib/printf.h>

/* => referenced, or NULL */
static struct file *file_of(struct task *task, unsigned int fd)
{
	struct files *files = get_task_files(task);
	struct file *file;

	if (!files)
		return NULL;
	file = files_lookup(files, fd);
	files_put(files);
	return file;
}

static int fd_get_path(struct dentry *dentry, struct path *path)
{
	struct file *file = file_of(proc_inode_task(dentry->inode), (unsigned long)dentry->private);

	if (!file)
		return -ENOENT;
	*path = file->path;
	path_get(path);
	fput(file);
	return 0;
}

static struct dentry *fd_lookup(struct inode *dir, struct dentry *parent, const char *name, size_t len)
{
	struct task *task = proc_inode_task(dir);
	umode_t mode = S_IFLNK;
	struct dentry *dentry;
	struct file *file;
	unsigned int fd;

	if (!proc_parse_number(name, len, &fd))
		return ERR_PTR(-ENOENT);
	file = file_of(task, fd);
	if (!file)
		return ERR_PTR(-ENOENT);
	if (file->mode & FMODE_READ)
		mode |= 0500;
	if (file->mode & FMODE_WRITE)
		mode |= 0300;
	fput(file);
	dentry = proc_add_pid_dentry(parent, name, len, mode, task, (void *)(unsigned long)fd);
	if (!IS_ERR(dentry)) {
		dentry->inode->op = &proc_fd_link_operations;
		dentry->inode->size = 64;	/* as Linux shows it */
	}
	return dentry;
}

static int fd_iterate(struct file *file, struct dir_context *ctx)
{
	struct files *files;
	struct file *open;
	char name[12];
	int len;

	if (!dir_emit_dots(file, ctx))
		return 0;
	files = get_task_files(proc_inode_task(file->inode));
	if (!files)
		return 0;
	for (; ctx->pos - 2 < READ_ONCE(files->size); ctx->pos++) {
		open = files_lookup(files, ctx->pos - 2);
		if (!open)
			continue;
		fput(open);
		len = scnprintf(name, sizeof(name), "%llu", ctx->pos - 2);
		if (!ctx->emit(ctx, name, len, file->inode->ino + ctx->pos, mode_to_dt(S_IFLNK), ctx->pos + 1))
			break;
	}
	files_put(files);
	return 0;
}

const struct inode_operations proc_fd_link_operations = { .readlink = proc_link_readlink, .get_path = fd_get_path };
const struct inode_operations proc_fd_dir_operations = { .lookup = fd_lookup };
const struct file_operations proc_fd_dir_file_operations = { .iterate = fd_iterate };
