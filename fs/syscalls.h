/* fs/syscalls.h - the system calls about files, with the arguments that user space gave.
 *
 * process/ keeps the table of system calls; an entry for one of these only unpacks registers. Every
 * function returns what the call returns (negative errno), checks all of its arguments, and may
 * sleep. -ERESTARTSYS is for the signal code.
 *
 * Linux: fs/{open,read_write,stat,namei,fcntl,ioctl,readdir,pipe,select,namespace,statfs,sync,utimes}.c.
 */
#ifndef FS_SYSCALLS_H
#define FS_SYSCALLS_H

#include <fs/abi.h>

/* open, close, descriptors */
long do_sys_open(int dfd, const char __user *name, unsigned int flags, umode_t mode);
long ksys_close(unsigned int fd);
long ksys_close_range(unsigned int first, unsigned int last, unsigned int flags);
long ksys_dup(unsigned int fd);
long ksys_dup2(unsigned int old, unsigned int new);
long ksys_dup3(unsigned int old, unsigned int new, unsigned int flags);
long ksys_fcntl(unsigned int fd, unsigned int cmd, unsigned long arg);
long ksys_flock(unsigned int fd, unsigned int cmd);
long ksys_ioctl(unsigned int fd, unsigned int cmd, unsigned long arg);
long do_pipe2(int __user *fds, unsigned int flags);

/* read and write */
long ksys_read(unsigned int fd, char __user *buf, size_t count);
long ksys_write(unsigned int fd, const char __user *buf, size_t count);
long ksys_pread64(unsigned int fd, char __user *buf, size_t count, s64 pos);
long ksys_pwrite64(unsigned int fd, const char __user *buf, size_t count, s64 pos);
long ksys_readv(unsigned int fd, const struct user_iovec __user *vec, unsigned long nr);
long ksys_writev(unsigned int fd, const struct user_iovec __user *vec, unsigned long nr);
long ksys_preadv(unsigned int fd, const struct user_iovec __user *vec, unsigned long nr, s64 pos);
long ksys_pwritev(unsigned int fd, const struct user_iovec __user *vec, unsigned long nr, s64 pos);
long ksys_lseek(unsigned int fd, s64 offset, unsigned int whence);
long ksys_sendfile64(int out_fd, int in_fd, s64 __user *offset, size_t count);
long ksys_splice(int fd_in, s64 __user *off_in, int fd_out, s64 __user *off_out, size_t count, unsigned int flags);
long ksys_getdents64(unsigned int fd, void __user *dirent, unsigned int count);
long ksys_fsync(unsigned int fd);
long ksys_sync(void);
long ksys_syncfs(unsigned int fd);
long ksys_truncate(const char __user *name, s64 length);
long ksys_ftruncate(unsigned int fd, s64 length);
long ksys_fallocate(int fd, int mode, s64 offset, s64 len);
long ksys_fadvise64(int fd, s64 offset, s64 len, int advice);

/* what a file is */
long ksys_newfstatat(int dfd, const char __user *name, struct user_stat __user *st, int flags);
long ksys_fstat(unsigned int fd, struct user_stat __user *st);
long ksys_statx(int dfd, const char __user *name, unsigned int flags, unsigned int mask, struct user_statx __user *st);
long ksys_statfs(const char __user *name, struct user_statfs __user *st);
long ksys_fstatfs(unsigned int fd, struct user_statfs __user *st);
long do_faccessat(int dfd, const char __user *name, int mode, int flags);
long do_readlinkat(int dfd, const char __user *name, char __user *buf, int size);
long do_fchmodat(int dfd, const char __user *name, umode_t mode);
long ksys_fchmod(unsigned int fd, umode_t mode);
long do_fchownat(int dfd, const char __user *name, uid_t uid, gid_t gid, int flags);
long ksys_fchown(unsigned int fd, uid_t uid, gid_t gid);
/* times: [atime, mtime] in user memory, or NULL for "now" */
long do_utimensat(int dfd, const char __user *name, const struct user_timespec __user *times, int flags);
long do_futimesat(int dfd, const char __user *name, const struct user_timeval __user *times);
/* extended attributes don't exist here: the error that says so for an existing file */
long do_xattr_none(int dfd, const char __user *name, bool list, bool follow);
long do_fxattr_none(unsigned int fd, bool list);

/* names */
long do_mkdirat(int dfd, const char __user *name, umode_t mode);
long do_mknodat(int dfd, const char __user *name, umode_t mode, unsigned int dev);
long do_unlinkat(int dfd, const char __user *name, int flags);
long do_renameat2(int old_dfd, const char __user *old, int new_dfd, const char __user *new, unsigned int flags);
long do_linkat(int old_dfd, const char __user *old, int new_dfd, const char __user *new, int flags);
long do_symlinkat(const char __user *target, int dfd, const char __user *name);
long ksys_chdir(const char __user *name);
long ksys_fchdir(unsigned int fd);
long ksys_chroot(const char __user *name);
long ksys_getcwd(char __user *buf, unsigned long size);
long ksys_umask(int mask);
long do_mount(const char __user *source, const char __user *dir, const char __user *type, unsigned long flags,
	      const void __user *data);
long ksys_umount2(const char __user *name, int flags);

/* waiting. timeout_ns: relative; < 0: for ever. The caller has set the signal mask (ppoll) */
long do_sys_poll(struct user_pollfd __user *fds, unsigned int nr, s64 timeout_ns);
/* fd_set bitmaps of user space, each may be NULL */
long do_select(int nr, unsigned long __user *in, unsigned long __user *out, unsigned long __user *except, s64 timeout_ns);
long do_eventfd(unsigned int count, int flags);

/* memory of files: mmap(2) of a descriptor; fd is not looked at when flags have MAP_ANONYMOUS */
unsigned long ksys_mmap_pgoff(unsigned long addr, unsigned long len, unsigned long prot, unsigned long flags,
			      unsigned long fd, unsigned long pgoff);
long ksys_shmget(int key, size_t size, int flags);
long ksys_shmat(int id, unsigned long addr, int flags);
long ksys_shmdt(unsigned long addr);
long ksys_shmctl(int id, int command, void __user *buf);
long ksys_memfd_create(const char __user *name, unsigned int flags);
/* swapon(2), swapoff(2): name the device file, then mm/map does the rest */
long ksys_swapon(const char __user *name, int flags);
long ksys_swapoff(const char __user *name);

#endif
