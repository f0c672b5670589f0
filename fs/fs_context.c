/* fs/fs_context.c - where a task stands: its root, its working directory, its umask. See files.h.
 *
 * Linux: fs/fs_struct.c.
 */
#include <fs/files.h>
#include <fs/dcache.h>
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
