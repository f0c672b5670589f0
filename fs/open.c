/* fs/open.c - open(2) and its rules: what O_CREAT, O_EXCL, O_NOFOLLOW, O_DIRECTORY and O_TRUNC mean.
 *
 * Linux: fs/namei.c (path_openat), open.c, exec.c (do_open_execat).
 */
#include <fs/namei.h>
#include <fs/dcache.h>
#include <fs/files.h>
#include <fs/syscalls.h>
#include <fs/walk.h>
#include <kernel/lib/string.h>
#include <mm/space/space.h>

#define SIGXFSZ		25

/* => dir's rwsem held; a new file under that name */
static int create_file(struct walk *w, struct dentry *dentry, umode_t mode)
{
	struct inode *dir = w->path.dentry->inode;
	int error = mnt_want_write(&w->path);

	if (!error && !dir->op->create)
		error = -EACCES;
	if (!error)
		error = dir->op->create(dir, dentry, S_IFREG | (mode & S_IALLUGO));
	if (!error)
		inode_touch(dir, true, false);
	return error;
}

/* The last name: found, or created. *next is referenced on success. */
static int find_or_create(struct walk *w, unsigned int flags, umode_t mode, struct path *next)
{
	struct inode *dir = w->path.dentry->inode;
	struct dentry *dentry;
	int error = 0;

	down_write(&dir->rwsem);
	dentry = lookup_last(w->path.dentry, w->last, w->last_len);
	if (IS_ERR(dentry)) {
		up_write(&dir->rwsem);
		return PTR_ERR(dentry);
	}
	if (!dentry->inode)
		error = create_file(w, dentry, mode);
	else if (flags & O_EXCL)
		error = -EEXIST;
	up_write(&dir->rwsem);
	if (error) {
		dput(dentry);
		return error;
	}
	next->mnt = w->path.mnt;
	next->dentry = dentry;
	atomic_inc(&next->mnt->count);
	follow_mounts(next);
	return 0;
}

/* => w->path is the file */
static int walk_and_create(struct walk *w, unsigned int flags, umode_t mode)
{
	for (;;) {
		struct path next;
		int error = walk_path(w, 0, true);

		if (error)
			return error;
		if (!last_is_name(w) || w->trailing_slash)
			return -EISDIR;
		error = find_or_create(w, flags, mode, &next);
		if (error)
			return error;
		if (!S_ISLNK(next.dentry->inode->mode)) {
			path_put(&w->path);
			w->path = next;
			return 0;
		}
		error = flags & O_NOFOLLOW ? -ELOOP : walk_follow_link(w, &next, "");
		path_put(&next);
		if (error || !*w->name)		/* a link to an object ends the walk */
			return error;
	}
}

static int may_open(const struct path *path, unsigned int flags)
{
	struct inode *inode = path->dentry->inode;
	bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC);

	if (flags & O_DIRECTORY && !is_directory(inode))
		return -ENOTDIR;
	if (flags & O_PATH)
		return 0;
	if (S_ISLNK(inode->mode))
		return -ELOOP;
	if (is_directory(inode) && (writes || flags & O_CREAT))
		return -EISDIR;
	if (writes && S_ISREG(inode->mode))
		return mnt_want_write(path);
	return 0;
}

static int truncate_on_open(const struct path *path)
{
	struct inode *inode = path->dentry->inode;
	int error;

	if (!S_ISREG(inode->mode))
		return 0;
	error = get_write_access(inode);
	if (error)
		return error;
	error = vfs_truncate(inode, 0);
	put_write_access(inode);
	return error;
}

struct file *do_filp_open(int dfd, const char *name, unsigned int flags, umode_t mode)
{
	struct file *file;
	struct walk w;
	int error;

	if (!*name)
		return ERR_PTR(-ENOENT);
	if (flags & O_PATH)
		flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	error = walk_begin(&w, dfd, name);
	if (error)
		return ERR_PTR(error);
	if (flags & O_CREAT)
		error = walk_and_create(&w, flags, mode);
	else
		error = walk_path(&w, flags & O_NOFOLLOW ? 0 : LOOKUP_FOLLOW, false);
	if (!error)
		error = may_open(&w.path, flags);
	if (!error && flags & O_TRUNC)
		error = truncate_on_open(&w.path);
	file = error ? ERR_PTR(error) : dentry_open(&w.path, flags);
	walk_end(&w);
	return file;
}

struct file *filp_open(const char *name, unsigned int flags, umode_t mode)
{
	return do_filp_open(AT_FDCWD, name, flags, mode);
}

struct file *open_exec(const char *name)
{
	struct file *file = filp_open(name, O_RDONLY, 0);
	int error = 0;

	if (IS_ERR(file))
		return file;
	if (!S_ISREG(file->inode->mode) || !(file->inode->mode & S_IXUGO) || file->path.mnt->flags & MS_NOEXEC)
		error = -EACCES;
	if (!error)
		error = deny_write_access(file->inode);
	if (error) {
		fput(file);
		return ERR_PTR(error);
	}
	return file;
}

void exec_file_put(struct file *file)
{
	allow_write_access(file->inode);
	fput(file);
}

long do_sys_open(int dfd, const char __user *name, unsigned int flags, umode_t mode)
{
	char *kname = getname(name, 0);
	struct file *file;
	int fd;

	if (IS_ERR(kname))
		return PTR_ERR(kname);
	fd = get_unused_fd_flags(flags);
	if (fd >= 0) {
		file = do_filp_open(dfd, kname, flags, mode & ~current->fs->umask);
		if (IS_ERR(file)) {
			put_unused_fd(fd);
			fd = PTR_ERR(file);
		} else {
			fd_install(fd, file);
		}
	}
	putname(kname);
	return fd;
}

long ksys_close(unsigned int fd)
{
	int error = close_fd(fd);

	/* the number is free already: running the call again would close somebody else's file */
	return error == -ERESTARTSYS || error == -ERESTARTNOINTR ? -EINTR : error;
}

/* --- the size of a file ----------------------------------------------------------------------- */

static int too_long(void)
{
	raise_signal_hook(SIGXFSZ);
	return -EFBIG;
}

int inode_newsize_ok(const struct inode *inode, u64 size)
{
	return size > inode->size && size > rlimit(RLIMIT_FSIZE) ? too_long() : 0;
}

int generic_write_check_limits(u64 pos, struct iov_iter *from)
{
	unsigned long limit = rlimit(RLIMIT_FSIZE);

	if (pos >= limit)
		return too_long();
	iov_iter_truncate(from, limit - pos);
	return 0;
}

int vfs_truncate(struct inode *inode, u64 size)
{
	int error;

	if (!inode->op || !inode->op->truncate)
		return -EINVAL;
	down_write(&inode->rwsem);
	error = inode_newsize_ok(inode, size);
	if (!error)
		error = inode->op->truncate(inode, size);
	if (!error)
		inode_touch(inode, true, false);
	up_write(&inode->rwsem);
	return error;
}

long ksys_truncate(const char __user *name, s64 length)
{
	struct inode *inode;
	struct path path;
	int error;

	if (length < 0)
		return -EINVAL;
	error = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW, &path);
	if (error)
		return error;
	inode = path.dentry->inode;
	if (!S_ISREG(inode->mode))
		error = is_directory(inode) ? -EISDIR : -EINVAL;
	if (!error)
		error = mnt_want_write(&path);
	if (!error)
		error = get_write_access(inode);
	if (!error) {
		error = vfs_truncate(inode, length);
		put_write_access(inode);
	}
	path_put(&path);
	return error;
}

long ksys_ftruncate(unsigned int fd, s64 length)
{
	struct fd f;
	long error = -EINVAL;

	if (length < 0)
		return -EINVAL;
	f = fdget(fd);
	if (!f.file)
		return -EBADF;
	if (S_ISREG(f.file->inode->mode) && f.file->mode & FMODE_WRITE)
		error = vfs_truncate(f.file->inode, length);
	fdput(f);
	return error;
}

long ksys_fallocate(int fd, int mode, s64 offset, s64 len)
{
	struct inode *inode;
	struct fd f;
	long error;

	if (offset < 0 || len <= 0)
		return -EINVAL;
	if (offset + len < 0)
		return -EFBIG;
	f = fdget(fd);
	if (!f.file)
		return -EBADF;
	inode = f.file->inode;
	if (!(f.file->mode & FMODE_WRITE)) {
		error = -EBADF;
	} else if (!S_ISREG(inode->mode)) {
		error = S_ISFIFO(inode->mode) ? -ESPIPE : is_directory(inode) ? -EISDIR : -ENODEV;
	} else if (!inode->op->fallocate) {
		error = -EOPNOTSUPP;
	} else {
		down_write(&inode->rwsem);
		error = inode->op->fallocate(inode, mode, offset, len);
		up_write(&inode->rwsem);
	}
	fdput(f);
	return error;
}
