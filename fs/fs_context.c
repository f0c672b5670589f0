/* fs/fs_context.c - where a task stands: its root, its working directory, its umask. See files.h.
 *
 * Linux: fs/fs_struct.c, open.c (chdir), dcache.c (getcwd).
 */
#include <fs/files.h>
#include <fs/dcache.h>
#include <fs/namei.h>
#include <fs/syscalls.h>
#include <kernel/lib/string.h>
#include <kernel/x86/usercopy.h>
#include <mm/alloc/slab.h>

struct fs_context *fs_context_alloc(void)
{
	struct fs_context *fs = kzalloc(sizeof(*fs), GFP_KERNEL);

	if (!fs)
		return NULL;
	atomic_set(&fs->count, 1);
	spin_lock_init(&fs->lock);
	global_root(&fs->root);
	fs->cwd = fs->root;
	path_get(&fs->cwd);
	fs->umask = 022;
	return fs;
}

struct fs_context *fs_context_copy(struct fs_context *old)
{
	struct fs_context *fs = kzalloc(sizeof(*fs), GFP_KERNEL);

	if (!fs)
		return NULL;
	atomic_set(&fs->count, 1);
	spin_lock_init(&fs->lock);
	get_fs_root(old, &fs->root);
	get_fs_cwd(old, &fs->cwd);
	fs->umask = old->umask;
	return fs;
}

void fs_context_put(struct fs_context *fs)
{
	if (!atomic_dec_and_test(&fs->count))
		return;
	path_put(&fs->root);
	path_put(&fs->cwd);
	kfree(fs);
}

void get_fs_root(struct fs_context *fs, struct path *root)
{
	if (!fs) {
		global_root(root);
		return;
	}
	spin_lock(&fs->lock);
	*root = fs->root;
	path_get(root);
	spin_unlock(&fs->lock);
}

void get_fs_cwd(struct fs_context *fs, struct path *cwd)
{
	if (!fs) {
		global_root(cwd);
		return;
	}
	spin_lock(&fs->lock);
	*cwd = fs->cwd;
	path_get(cwd);
	spin_unlock(&fs->lock);
}

void set_fs_path(struct fs_context *fs, struct path *which, const struct path *path)
{
	struct path old;

	path_get(path);
	spin_lock(&fs->lock);
	old = *which;
	*which = *path;
	spin_unlock(&fs->lock);
	path_put(&old);
}

struct fs_context *get_task_fs(struct task *task)
{
	struct fs_context *fs;

	spin_lock_irq(&tasklist_lock);
	fs = task->fs;
	if (fs)
		fs_context_get(fs);
	spin_unlock_irq(&tasklist_lock);
	return fs;
}

/* --- system calls --------------------------------------------------------------------------------------------------- */

long ksys_chdir(const char __user *name)
{
	struct path path;
	int error = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &path);

	if (error)
		return error;
	set_fs_path(current->fs, &current->fs->cwd, &path);
	path_put(&path);
	return 0;
}

long ksys_fchdir(unsigned int fd)
{
	struct fd f = fdget_raw(fd);
	long error = -ENOTDIR;

	if (!f.file)
		return -EBADF;
	if (is_directory(f.file->inode)) {
		set_fs_path(current->fs, &current->fs->cwd, &f.file->path);
		error = 0;
	}
	fdput(f);
	return error;
}

long ksys_chroot(const char __user *name)
{
	struct path path;
	int error = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &path);

	if (error)
		return error;
	set_fs_path(current->fs, &current->fs->root, &path);
	path_put(&path);
	return 0;
}

long ksys_getcwd(char __user *buf, unsigned long size)
{
	struct path root, cwd;
	char *text, *p;
	long ret;

	text = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	get_fs_root(current->fs, &root);
	get_fs_cwd(current->fs, &cwd);
	p = d_path(&cwd, &root, text, PATH_MAX);
	if (IS_ERR(p)) {
		ret = PTR_ERR(p);
	} else if (d_unlinked(cwd.dentry)) {
		ret = -ENOENT;
	} else {
		ret = strlen(p) + 1;
		if ((unsigned long)ret > size)
			ret = -ERANGE;
		else if (copy_to_user(buf, p, ret))
			ret = -EFAULT;
	}
	path_put(&cwd);
	path_put(&root);
	kfree(text);
	return ret;
}

long ksys_umask(int mask)
{
	return xchg(&current->fs->umask, mask & S_IRWXUGO);
}
