/* process/sys_file.c - system calls about files whose arguments differ from what fs/ takes: the older forms of newer calls.
 *
 * The others stand in the table of system calls by their function in fs/syscalls.h.
 *
 * Linux: fs/open.c, stat.c, namei.c, utimes.c.
 */
#include <process/syscalls.h>

long sys_open(const char __user *name, unsigned int flags, umode_t mode)
{
	return do_sys_open(AT_FDCWD, name, flags, mode);
}

long sys_creat(const char __user *name, umode_t mode)
{
	return do_sys_open(AT_FDCWD, name, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

long sys_pipe(int __user *fds)
{
	return do_pipe2(fds, 0);
}

long sys_stat(const char __user *name, struct user_stat __user *st)
{
	return ksys_newfstatat(AT_FDCWD, name, st, 0);
}

long sys_lstat(const char __user *name, struct user_stat __user *st)
{
	return ksys_newfstatat(AT_FDCWD, name, st, AT_SYMLINK_NOFOLLOW);
}

long sys_access(const char __user *name, int mode)
{
	return do_faccessat(AT_FDCWD, name, mode, 0);
}

long sys_faccessat(int dfd, const char __user *name, int mode)
{
	return do_faccessat(dfd, name, mode, 0);
}

long sys_readlink(const char __user *name, char __user *buf, int size)
{
	return do_readlinkat(AT_FDCWD, name, buf, size);
}

long sys_chmod(const char __user *name, umode_t mode)
{
	return do_fchmodat(AT_FDCWD, name, mode);
}

long sys_chown(const char __user *name, uid_t uid, gid_t gid)
{
	return do_fchownat(AT_FDCWD, name, uid, gid, 0);
}

long sys_lchown(const char __user *name, uid_t uid, gid_t gid)
{
	return do_fchownat(AT_FDCWD, name, uid, gid, AT_SYMLINK_NOFOLLOW);
}

long sys_mkdir(const char __user *name, umode_t mode)
{
	return do_mkdirat(AT_FDCWD, name, mode);
}

long sys_mknod(const char __user *name, umode_t mode, unsigned int dev)
{
	return do_mknodat(AT_FDCWD, name, mode, dev);
}

long sys_rmdir(const char __user *name)
{
	return do_unlinkat(AT_FDCWD, name, AT_REMOVEDIR);
}

long sys_unlink(const char __user *name)
{
	return do_unlinkat(AT_FDCWD, name, 0);
}

long sys_rename(const char __user *old, const char __user *new)
{
	return do_renameat2(AT_FDCWD, old, AT_FDCWD, new, 0);
}

long sys_renameat(int old_dfd, const char __user *old, int new_dfd, const char __user *new)
{
	return do_renameat2(old_dfd, old, new_dfd, new, 0);
}

long sys_link(const char __user *old, const char __user *new)
{
	return do_linkat(AT_FDCWD, old, AT_FDCWD, new, 0);
}

long sys_symlink(const char __user *target, const char __user *name)
{
	return do_symlinkat(target, AT_FDCWD, name);
}

long sys_utimes(const char __user *name, const struct user_timeval __user *times)
{
	return do_futimesat(AT_FDCWD, name, times);
}

long sys_eventfd(unsigned int count)
{
	return do_eventfd(count, 0);
}

/* Nothing has extended attributes: the error says so, or that there is no such file. */
long sys_getxattr(const char __user *name)
{
	return do_xattr_none(AT_FDCWD, name, false, true);
}

long sys_lgetxattr(const char __user *name)
{
	return do_xattr_none(AT_FDCWD, name, false, false);
}

long sys_fgetxattr(unsigned int fd)
{
	return do_fxattr_none(fd, false);
}

long sys_listxattr(const char __user *name)
{
	return do_xattr_none(AT_FDCWD, name, true, true);
}

long sys_llistxattr(const char __user *name)
{
	return do_xattr_none(AT_FDCWD, name, true, false);
}

long sys_flistxattr(unsigned int fd)
{
	return do_fxattr_none(fd, true);
}
