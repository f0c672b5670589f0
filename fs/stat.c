/* fs/stat.c - what a file is: stat, statx, statfs, access, readlink.
 *
 * Linux: fs/stat.c, statfs.c, open.c (faccessat).
 */
#include <fs/files.h>
#include <fs/namei.h>
#include <fs/syscalls.h>
#include <kernel/lib/string.h>
#include <kernel/x86/usercopy.h>
#include <mm/alloc/page_alloc.h>
#include <mm/alloc/slab.h>

void vfs_getattr(const struct path *path, struct user_stat *st)
{
	struct inode *inode = path->dentry->inode;

	*st = (struct user_stat){
		.st_dev = encode_dev(inode->sb->dev),
		.st_ino = inode->ino,
		.st_nlink = inode->nlink,
		.st_mode = inode->mode,
		.st_uid = inode->uid,
		.st_gid = inode->gid,
		.st_rdev = encode_dev(inode->rdev),
		.st_size = READ_ONCE(inode->size),
		.st_blksize = PAGE_SIZE,
		.st_blocks = inode_blocks_from_pages(inode),
		.st_atime = inode->atime / NSEC_PER_SEC,
		.st_atime_nsec = inode->atime % NSEC_PER_SEC,
		.st_mtime = inode->mtime / NSEC_PER_SEC,
		.st_mtime_nsec = inode->mtime % NSEC_PER_SEC,
		.st_ctime = inode->ctime / NSEC_PER_SEC,
		.st_ctime_nsec = inode->ctime % NSEC_PER_SEC,
	};
	if (inode->op && inode->op->getattr)
		inode->op->getattr(inode, st);
}

static int stat_at(int dfd, const char __user *name, int flags, struct user_stat *st)
{
	unsigned int lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	struct path path;
	int error;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH)
		lookup |= LOOKUP_EMPTY;
	error = user_path_at(dfd, name, lookup, &path);
	if (error)
		return error;
	vfs_getattr(&path, st);
	path_put(&path);
	return 0;
}

long ksys_newfstatat(int dfd, const char __user *name, struct user_stat __user *ust, int flags)
{
	struct user_stat st;
	int error = stat_at(dfd, name, flags, &st);

	if (!error && copy_to_user(ust, &st, sizeof(st)))
		error = -EFAULT;
	return error;
}

long ksys_fstat(unsigned int fd, struct user_stat __user *ust)
{
	struct fd f = fdget_raw(fd);
	struct user_stat st;

	if (!f.file)
		return -EBADF;
	vfs_getattr(&f.file->path, &st);
	fdput(f);
	return copy_to_user(ust, &st, sizeof(st)) ? -EFAULT : 0;
}

static struct user_statx_timestamp statx_time(u64 sec, u64 nsec)
{
	return (struct user_statx_timestamp){ .tv_sec = sec, .tv_nsec = nsec };
}

long ksys_statx(int dfd, const char __user *name, unsigned int flags, unsigned int mask, struct user_statx __user *ustx)
{
	struct user_statx stx = { 0 };
	struct user_stat st;
	dev_t dev, rdev;
	int error;

	if (mask & BIT(31) || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
		return -EINVAL;
	error = stat_at(dfd, name, flags, &st);
	if (error)
		return error;
	dev = decode_dev(st.st_dev);
	rdev = decode_dev(st.st_rdev);
	stx.stx_mask = STATX_BASIC_STATS;
	stx.stx_blksize = st.st_blksize;
	stx.stx_nlink = st.st_nlink;
	stx.stx_uid = st.st_uid;
	stx.stx_gid = st.st_gid;
	stx.stx_mode = st.st_mode;
	stx.stx_ino = st.st_ino;
	stx.stx_size = st.st_size;
	stx.stx_blocks = st.st_blocks;
	stx.stx_atime = statx_time(st.st_atime, st.st_atime_nsec);
	stx.stx_mtime = statx_time(st.st_mtime, st.st_mtime_nsec);
	stx.stx_ctime = statx_time(st.st_ctime, st.st_ctime_nsec);
	stx.stx_dev_major = MAJOR(dev);
	stx.stx_dev_minor = MINOR(dev);
	stx.stx_rdev_major = MAJOR(rdev);
	stx.stx_rdev_minor = MINOR(rdev);
	return copy_to_user(ustx, &stx, sizeof(stx)) ? -EFAULT : 0;
}

/* --- the file system under it ----------------------------------------------------------------- */

static int statfs_path(const struct path *path, struct user_statfs __user *ust)
{
	struct superblock *sb = path->mnt->sb;
	struct user_statfs st = {
		.f_type = sb->magic,
		.f_bsize = PAGE_SIZE,
		.f_frsize = PAGE_SIZE,
		.f_namelen = NAME_MAX,
		.f_fsid = { (s32)encode_dev(sb->dev), 0 },
		.f_flags = 0x20 | (path->mnt->flags & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)),	/* ST_VALID */
	};
	int error = sb->op->statfs ? sb->op->statfs(sb, &st) : 0;

	if (!error && copy_to_user(ust, &st, sizeof(st)))
		error = -EFAULT;
	return error;
}

long ksys_statfs(const char __user *name, struct user_statfs __user *ust)
{
	struct path path;
	int error = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW, &path);

	if (error)
		return error;
	error = statfs_path(&path, ust);
	path_put(&path);
	return error;
}

long ksys_fstatfs(unsigned int fd, struct user_statfs __user *ust)
{
	struct fd f = fdget_raw(fd);
	long error;

	if (!f.file)
		return -EBADF;
	error = statfs_path(&f.file->path, ust);
	fdput(f);
	return error;
}

/* --- may I, and where does it point ----------------------------------------------------------- */

long do_faccessat(int dfd, const char __user *name, int mode, int flags)
{
	struct path path;
	umode_t imode;
	int error;

	if (mode & ~(R_OK | W_OK | X_OK) || flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	error = user_path_at(dfd, name, (flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
			     (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &path);
	if (error)
		return error;
	imode = path.dentry->inode->mode;
	if (mode & X_OK && S_ISREG(imode) && !(imode & S_IXUGO))
		error = -EACCES;
	else if (mode & W_OK && !S_ISCHR(imode) && !S_ISBLK(imode) && !S_ISFIFO(imode) &&
		 (path.mnt->flags | path.mnt->sb->flags) & MS_RDONLY)
		error = -EROFS;
	path_put(&path);
	return error;
}

static int read_link(const struct path *path, char *buf, size_t size)
{
	struct inode *inode = path->dentry->inode;

	if (!S_ISLNK(inode->mode))
		return -EINVAL;
	return inode->op->readlink(path->dentry, buf, size);
}

long do_readlinkat(int dfd, const char __user *name, char __user *ubuf, int size)
{
	struct path path;
	char *buf;
	int ret;

	if (size <= 0)
		return -EINVAL;
	ret = user_path_at(dfd, name, LOOKUP_EMPTY, &path);
	if (ret)
		return ret;
	buf = kmalloc(PATH_MAX, GFP_KERNEL);
	ret = buf ? read_link(&path, buf, PATH_MAX) : -ENOMEM;
	if (ret > size)
		ret = size;		/* cut without a word, as ever */
	if (ret > 0 && copy_to_user(ubuf, buf, ret))
		ret = -EFAULT;
	kfree(buf);
	path_put(&path);
	return ret;
}

long do_xattr_none(int dfd, const char __user *name, bool list, bool follow)
{
	struct path path;
	int error = user_path_at(dfd, name, follow ? LOOKUP_FOLLOW : 0, &path);

	if (error)
		return error;
	path_put(&path);
	return list ? 0 : -EOPNOTSUPP;
}

long do_fxattr_none(unsigned int fd, bool list)
{
	struct fd f = fdget(fd);

	if (!f.file)
		return -EBADF;
	fdput(f);
	return list ? 0 : -EOPNOTSUPP;
}
