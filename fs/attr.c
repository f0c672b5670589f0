/* fs/attr.c - changing what stat shows: mode, owner, times.
 *
 * Linux: fs/attr.c, open.c (chmod, chown), utimes.c.
 */
#include <fs/dcache.h>
#include <fs/files.h>
#include <fs/namei.h>
#include <fs/syscalls.h>
#include <kernel/x86/clock.h>
#include <kernel/x86/usercopy.h>

static int change_mode(const struct path *path, umode_t mode)
{
	struct inode *inode = path->dentry->inode;
	int error = mnt_want_write(path);

	if (error)
		return error;
	down_write(&inode->rwsem);
	if (inode->seals & F_SEAL_EXEC && (mode ^ inode->mode) & 0111)
		error = -EPERM;
	if (!error) {
		inode->mode = (inode->mode & S_IFMT) | (mode & S_IALLUGO);
		inode_touch(inode, false, false);
	}
	up_write(&inode->rwsem);
	return error;
}

long do_fchmodat(int dfd, const char __user *name, umode_t mode)
{
	struct path path;
	int error = user_path_at(dfd, name, LOOKUP_FOLLOW, &path);

	if (error)
		return error;
	error = change_mode(&path, mode);
	path_put(&path);
	return error;
}

long ksys_fchmod(unsigned int fd, umode_t mode)
{
	struct fd f = fdget(fd);
	long error;

	if (!f.file)
		return -EBADF;
	error = change_mode(&f.file->path, mode);
	fdput(f);
	return error;
}

/* => an id of -1 stays as it is */
static int change_owner(const struct path *path, uid_t uid, gid_t gid)
{
	struct inode *inode = path->dentry->inode;
	int error = mnt_want_write(path);

	if (error)
		return error;
	down_write(&inode->rwsem);
	if (uid != (uid_t)-1)
		inode->uid = uid;
	if (gid != (gid_t)-1)
		inode->gid = gid;
	inode_touch(inode, false, false);
	up_write(&inode->rwsem);
	return 0;
}

long do_fchownat(int dfd, const char __user *name, uid_t uid, gid_t gid, int flags)
{
	struct path path;
	int error;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	error = user_path_at(dfd, name, (flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
			     (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &path);
	if (error)
		return error;
	error = change_owner(&path, uid, gid);
	path_put(&path);
	return error;
}

long ksys_fchown(unsigned int fd, uid_t uid, gid_t gid)
{
	struct fd f = fdget(fd);
	long error;

	if (!f.file)
		return -EBADF;
	error = change_owner(&f.file->path, uid, gid);
	fdput(f);
	return error;
}

/* --- times ------------------------------------------------------------------------------------ */

static bool valid_time(const struct user_timespec *t)
{
	return t->tv_nsec == UTIME_NOW || t->tv_nsec == UTIME_OMIT || (u64)t->tv_nsec < NSEC_PER_SEC;
}

static void set_time(u64 *time, const struct user_timespec *t, u64 now)
{
	if (t->tv_nsec == UTIME_NOW)
		*time = now;
	else if (t->tv_nsec != UTIME_OMIT)
		*time = t->tv_sec < 0 ? 0 : t->tv_sec * NSEC_PER_SEC + t->tv_nsec;
}

static int change_times(const struct path *path, const struct user_timespec t[2])
{
	struct inode *inode = path->dentry->inode;
	u64 now = clock_realtime_ns();
	int error = mnt_want_write(path);

	if (error)
		return error;
	down_write(&inode->rwsem);
	set_time(&inode->atime, &t[0], now);
	set_time(&inode->mtime, &t[1], now);
	inode->ctime = now;
	up_write(&inode->rwsem);
	return 0;
}

/* name NULL: the file of dfd itself, as futimens() asks */
static long utimes_at(int dfd, const char __user *name, const struct user_timespec t[2], int flags)
{
	struct path path;
	struct fd f;
	int error;

	if (!valid_time(&t[0]) || !valid_time(&t[1]) || flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (!name && dfd != AT_FDCWD) {
		f = fdget(dfd);
		if (!f.file)
			return -EBADF;
		error = change_times(&f.file->path, t);
		fdput(f);
		return error;
	}
	error = user_path_at(dfd, name, (flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
			     (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &path);
	if (error)
		return error;
	error = change_times(&path, t);
	path_put(&path);
	return error;
}

long do_utimensat(int dfd, const char __user *name, const struct user_timespec __user *times, int flags)
{
	struct user_timespec t[2] = { { 0, UTIME_NOW }, { 0, UTIME_NOW } };

	if (times && copy_from_user(t, times, sizeof(t)))
		return -EFAULT;
	return utimes_at(dfd, name, t, flags);
}

long do_futimesat(int dfd, const char __user *name, const struct user_timeval __user *times)
{
	struct user_timespec t[2] = { { 0, UTIME_NOW }, { 0, UTIME_NOW } };
	struct user_timeval tv[2];

	if (times) {
		if (copy_from_user(tv, times, sizeof(tv)))
			return -EFAULT;
		for (int i = 0; i < 2; i++) {
			if ((u64)tv[i].tv_usec >= 1000000)
				return -EINVAL;
			t[i] = (struct user_timespec){ tv[i].tv_sec, tv[i].tv_usec * (s64)NSEC_PER_USEC };
		}
	}
	return utimes_at(dfd, name, t, 0);
}
