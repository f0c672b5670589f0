/* fs/names.c - names come and go: mkdir, mknod, symlink, link, unlink, rmdir, rename.
 *
 * Linux: fs/namei.c.
 */
#include <fs/namei.h>
#include <fs/dcache.h>
#include <fs/files.h>
#include <fs/syscalls.h>
#include <fs/walk.h>
#include <kernel/lib/string.h>
#include <mm/alloc/slab.h>

static DEFINE_MUTEX(rename_mutex);

/* --- new names -------------------------------------------------------------------------------- */

/* => parent's rwsem held; 0: a name may be created here */
static int may_create(const struct path *parent, const struct dentry *dentry)
{
	if (dentry->inode)
		return -EEXIST;
	return mnt_want_write(parent);
}

static int mkdir_at(int dfd, const char *name, umode_t mode)
{
	struct dentry *dentry;
	struct path parent;
	struct inode *dir;
	int error = filename_create(dfd, name, true, &parent, &dentry);

	if (error)
		return error;
	dir = parent.dentry->inode;
	error = may_create(&parent, dentry);
	if (!error)
		error = dir->op->mkdir ? dir->op->mkdir(dir, dentry, S_IFDIR | (mode & (S_IRWXUGO | S_ISVTX))) : -EPERM;
	if (!error)
		inode_touch(dir, true, false);
	done_path(&parent, dentry);
	return error;
}

static int mknod_at(int dfd, const char *name, umode_t mode, dev_t dev)
{
	struct dentry *dentry;
	struct path parent;
	struct inode *dir;
	int error;

	if (!(mode & S_IFMT))
		mode |= S_IFREG;
	if (S_ISDIR(mode))
		return -EPERM;
	if (!S_ISREG(mode) && !S_ISCHR(mode) && !S_ISBLK(mode) && !S_ISFIFO(mode) && (mode & S_IFMT) != S_IFSOCK)
		return -EINVAL;
	error = filename_create(dfd, name, false, &parent, &dentry);
	if (error)
		return error;
	dir = parent.dentry->inode;
	error = may_create(&parent, dentry);
	if (!error) {
		if (S_ISREG(mode))
			error = dir->op->create ? dir->op->create(dir, dentry, mode) : -EPERM;
		else
			error = dir->op->mknod ? dir->op->mknod(dir, dentry, mode, dev) : -EPERM;
	}
	if (!error)
		inode_touch(dir, true, false);
	done_path(&parent, dentry);
	return error;
}

static int symlink_at(const char *target, int dfd, const char *name)
{
	struct dentry *dentry;
	struct path parent;
	struct inode *dir;
	int error = filename_create(dfd, name, false, &parent, &dentry);

	if (error)
		return error;
	dir = parent.dentry->inode;
	error = may_create(&parent, dentry);
	if (!error)
		error = dir->op->symlink ? dir->op->symlink(dir, dentry, target) : -EPERM;
	if (!error)
		inode_touch(dir, true, false);
	done_path(&parent, dentry);
	return error;
}

static int link_to(const struct path *old, int dfd, const char *name)
{
	struct dentry *dentry;
	struct path parent;
	struct inode *dir;
	int error;

	if (is_directory(old->dentry->inode))
		return -EPERM;
	error = filename_create(dfd, name, false, &parent, &dentry);
	if (error)
		return error;
	dir = parent.dentry->inode;
	error = may_create(&parent, dentry);
	if (!error && old->mnt != parent.mnt)
		error = -EXDEV;
	if (!error)
		error = dir->op->link ? dir->op->link(old->dentry, dir, dentry) : -EPERM;
	if (!error) {
		inode_touch(dir, true, false);
		inode_touch(old->dentry->inode, false, false);
	}
	done_path(&parent, dentry);
	return error;
}

/* --- names that go ---------------------------------------------------------------------------- */

static int remove_directory(struct inode *dir, struct dentry *dentry)
{
	struct inode *victim = dentry->inode;
	int error;

	if (!is_directory(victim))
		return -ENOTDIR;
	if (READ_ONCE(dentry->flags) & DENTRY_MOUNTED)
		return -EBUSY;
	if (!dir->op->rmdir)
		return -EPERM;
	/* its lock too: nobody can be creating a name in it meanwhile */
	down_write(&victim->rwsem);
	error = dir->op->rmdir(dir, dentry);
	if (!error) {
		victim->nlink = 0;
		d_delete(dentry);
	}
	up_write(&victim->rwsem);
	return error;
}

static int remove_file(struct inode *dir, struct dentry *dentry)
{
	int error;

	if (is_directory(dentry->inode))
		return -EISDIR;
	if (READ_ONCE(dentry->flags) & DENTRY_MOUNTED)
		return -EBUSY;
	error = dir->op->unlink ? dir->op->unlink(dir, dentry) : -EPERM;
	if (!error) {
		inode_touch(dentry->inode, false, false);
		d_delete(dentry);
	}
	return error;
}

/* => w has walked to the last name of what is to be removed */
static int remove_last(struct walk *w, bool directory)
{
	struct inode *dir = w->path.dentry->inode;
	struct dentry *dentry;
	int error;

	if (!last_is_name(w)) {
		if (!directory)
			return -EISDIR;
		return !w->last_len ? -EBUSY : w->last_len == 1 ? -EINVAL : -ENOTEMPTY;
	}
	down_write(&dir->rwsem);
	dentry = lookup_last(w->path.dentry, w->last, w->last_len);
	if (IS_ERR(dentry)) {
		up_write(&dir->rwsem);
		return PTR_ERR(dentry);
	}
	error = dentry->inode ? mnt_want_write(&w->path) : -ENOENT;
	if (!error && w->trailing_slash && !is_directory(dentry->inode))
		error = -ENOTDIR;
	if (!error)
		error = directory ? remove_directory(dir, dentry) : remove_file(dir, dentry);
	if (!error)
		inode_touch(dir, true, false);
	up_write(&dir->rwsem);
	dput(dentry);			/* outside the lock: the last reference frees the file's pages */
	return error;
}

static int unlink_at(int dfd, const char *name, bool directory)
{
	struct walk w;
	int error;

	if (!*name)
		return -ENOENT;
	error = walk_begin(&w, dfd, name);
	if (error)
		return error;
	error = walk_path(&w, 0, true);
	if (!error)
		error = remove_last(&w, directory);
	walk_end(&w);
	return error;
}

/* --- rename ----------------------------------------------------------------------------------- */

/* Both directories, the ancestor first. => rename_mutex held, so that nobody moves one into the other */
static void lock_rename(struct dentry *a, struct dentry *b)
{
	if (a == b) {
		down_write(&a->inode->rwsem);
		return;
	}
	if (!d_is_ancestor(a, b) && (d_is_ancestor(b, a) || a > b))
		swap(a, b);
	down_write(&a->inode->rwsem);
	down_write_nested(&b->inode->rwsem, SINGLE_DEPTH_NESTING);
}

static void unlock_rename(struct dentry *a, struct dentry *b)
{
	up_write(&a->inode->rwsem);
	if (a != b)
		up_write(&b->inode->rwsem);
}

/* => everything locked; may `old` take the place of `new`? */
static int may_rename(struct walk *from, struct dentry *old, struct walk *to, struct dentry *new, unsigned int flags)
{
	bool directory, slash = from->trailing_slash || to->trailing_slash;
	int error;

	if (!old->inode)
		return -ENOENT;
	directory = is_directory(old->inode);
	if (slash && !directory)
		return -ENOTDIR;
	if (flags & RENAME_NOREPLACE && new->inode)
		return -EEXIST;
	if (flags & RENAME_EXCHANGE && !new->inode)
		return -ENOENT;
	error = mnt_want_write(&from->path);
	if (error)
		return error;
	if (d_is_ancestor(old, to->path.dentry))
		return -EINVAL;			/* a directory into itself */
	if (d_is_ancestor(new, from->path.dentry))
		return flags & RENAME_EXCHANGE ? -EINVAL : -ENOTEMPTY;
	if ((READ_ONCE(old->flags) | READ_ONCE(new->flags)) & DENTRY_MOUNTED)
		return -EBUSY;
	if (!from->path.dentry->inode->op->rename)
		return -EPERM;
	if (!new->inode || flags & RENAME_EXCHANGE)
		return 0;
	if (directory && !is_directory(new->inode))
		return -ENOTDIR;
	if (!directory && is_directory(new->inode))
		return -EISDIR;
	return 0;
}

static int rename_locked(struct walk *from, struct dentry *old, struct walk *to, struct dentry *new, unsigned int flags)
{
	struct inode *old_dir = from->path.dentry->inode, *new_dir = to->path.dentry->inode;
	struct inode *replaced;
	int error = may_rename(from, old, to, new, flags);

	if (error || old->inode == new->inode)
		return error;			/* two names of one file: nothing happens, says POSIX */
	replaced = flags & RENAME_EXCHANGE ? NULL : new->inode;
	if (replaced && is_directory(replaced))
		down_write(&replaced->rwsem);
	error = old_dir->op->rename(old_dir, old, new_dir, new, flags);
	if (!error) {
		inode_touch(old_dir, true, false);
		inode_touch(new_dir, true, false);
		inode_touch(old->inode, false, false);
		if (flags & RENAME_EXCHANGE)
			d_exchange(old, new);
		else
			d_move(old, new);
	}
	if (replaced && is_directory(replaced))
		up_write(&replaced->rwsem);
	return error;
}

static int rename_last(struct walk *from, struct walk *to, unsigned int flags)
{
	struct dentry *old, *new = NULL;
	int error = 0;

	if (from->path.mnt != to->path.mnt)
		return -EXDEV;
	if (!last_is_name(from) || !last_is_name(to))
		return -EBUSY;
	mutex_lock(&rename_mutex);
	lock_rename(from->path.dentry, to->path.dentry);
	old = lookup_last(from->path.dentry, from->last, from->last_len);
	if (!IS_ERR(old))
		new = lookup_last(to->path.dentry, to->last, to->last_len);
	if (IS_ERR(old))
		error = PTR_ERR(old);
	else if (IS_ERR(new))
		error = PTR_ERR(new);
	else
		error = rename_locked(from, old, to, new, flags);
	unlock_rename(from->path.dentry, to->path.dentry);
	mutex_unlock(&rename_mutex);
	if (!IS_ERR(old))
		dput(old);
	if (!IS_ERR_OR_NULL(new))
		dput(new);
	return error;
}

static int rename_at(int old_dfd, const char *old, int new_dfd, const char *new, unsigned int flags)
{
	struct walk from, to;
	int error;

	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE) || flags == (RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	if (!*old || !*new)
		return -ENOENT;
	error = walk_begin(&from, old_dfd, old);
	if (error)
		return error;
	error = walk_path(&from, 0, true);
	if (!error) {
		error = walk_begin(&to, new_dfd, new);
		if (!error) {
			error = walk_path(&to, 0, true);
			if (!error)
				error = rename_last(&from, &to, flags);
			walk_end(&to);
		}
	}
	walk_end(&from);
	return error;
}

/* --- by names of the kernel ------------------------------------------------------------------- */

int kern_mkdir(const char *name, umode_t mode)
{
	return mkdir_at(AT_FDCWD, name, mode);
}

int kern_mknod(const char *name, umode_t mode, dev_t dev)
{
	return mknod_at(AT_FDCWD, name, mode, dev);
}

int kern_symlink(const char *target, const char *name)
{
	return symlink_at(target, AT_FDCWD, name);
}

int kern_link(const char *old, const char *name)
{
	struct path path;
	int error = kern_path(old, 0, &path);

	if (error)
		return error;
	error = link_to(&path, AT_FDCWD, name);
	path_put(&path);
	return error;
}

int kern_unlink(const char *name)
{
	return unlink_at(AT_FDCWD, name, false);
}

/* --- system calls ----------------------------------------------------------------------------- */

long do_mkdirat(int dfd, const char __user *name, umode_t mode)
{
	char *kname = getname(name, 0);
	long error;

	if (IS_ERR(kname))
		return PTR_ERR(kname);
	error = mkdir_at(dfd, kname, mode & ~current->fs->umask);
	putname(kname);
	return error;
}

long do_mknodat(int dfd, const char __user *name, umode_t mode, unsigned int dev)
{
	char *kname = getname(name, 0);
	long error;

	if (IS_ERR(kname))
		return PTR_ERR(kname);
	error = mknod_at(dfd, kname, mode & ~current->fs->umask, decode_dev(dev));
	putname(kname);
	return error;
}

long do_unlinkat(int dfd, const char __user *name, int flags)
{
	char *kname;
	long error;

	if (flags & ~AT_REMOVEDIR)
		return -EINVAL;
	kname = getname(name, 0);
	if (IS_ERR(kname))
		return PTR_ERR(kname);
	error = unlink_at(dfd, kname, flags & AT_REMOVEDIR);
	putname(kname);
	return error;
}

long do_renameat2(int old_dfd, const char __user *old, int new_dfd, const char __user *new, unsigned int flags)
{
	char *kold = getname(old, 0), *knew = getname(new, 0);
	long error;

	if (IS_ERR(kold))
		error = PTR_ERR(kold);
	else if (IS_ERR(knew))
		error = PTR_ERR(knew);
	else
		error = rename_at(old_dfd, kold, new_dfd, knew, flags);
	putname(kold);
	putname(knew);
	return error;
}

long do_linkat(int old_dfd, const char __user *old, int new_dfd, const char __user *new, int flags)
{
	struct path path;
	char *knew;
	long error;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	error = user_path_at(old_dfd, old, (flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0) |
			     (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &path);
	if (error)
		return error;
	knew = getname(new, 0);
	error = IS_ERR(knew) ? PTR_ERR(knew) : link_to(&path, new_dfd, knew);
	putname(knew);
	path_put(&path);
	return error;
}

long do_symlinkat(const char __user *target, int dfd, const char __user *name)
{
	char *ktarget = getname(target, 0), *kname = getname(name, 0);
	long error;

	if (IS_ERR(ktarget))
		error = PTR_ERR(ktarget);
	else if (IS_ERR(kname))
		error = PTR_ERR(kname);
	else
		error = symlink_at(ktarget, dfd, kname);
	putname(ktarget);
	putname(kname);
	return error;
}
