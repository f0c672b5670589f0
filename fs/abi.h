/* fs/abi.h - structures and numbers of the file system calls, as Linux's x86-64 ABI has them.
 *
 * Programs were compiled with these layouts: nothing here may ever change.
 *
 * Linux: include/uapi/asm-generic/{fcntl,stat,poll,ioctls,statfs}.h,
 * arch/x86/include/uapi/asm/stat.h, linux/stat.h.
 */
#ifndef FS_ABI_H
#define FS_ABI_H

#include <kernel/lib/compiler.h>

/* open(2), fcntl(2) */
#define O_ACCMODE	00000003
#define O_RDONLY	00000000
#define O_WRONLY	00000001
#define O_RDWR		00000002
#define O_CREAT		00000100
#define O_EXCL		00000200
#define O_NOCTTY	00000400
#define O_TRUNC		00001000
#define O_APPEND	00002000
#define O_NONBLOCK	00004000
#define O_DSYNC		00010000
#define FASYNC		00020000
#define O_DIRECT	00040000
#define O_LARGEFILE	00100000
#define O_DIRECTORY	00200000
#define O_NOFOLLOW	00400000
#define O_NOATIME	01000000
#define O_CLOEXEC	02000000
#define O_SYNC		(04000000 | O_DSYNC)
#define O_PATH		010000000
#define O_TMPFILE	(020000000 | O_DIRECTORY)

#define F_DUPFD		0
#define F_GETFD		1
#define F_SETFD		2
#define F_GETFL		3
#define F_SETFL		4
#define F_GETLK		5
#define F_SETLK		6
#define F_SETLKW	7
#define F_SETOWN	8
#define F_GETOWN	9
#define F_OFD_GETLK	36
#define F_OFD_SETLK	37
#define F_OFD_SETLKW	38
#define F_SETPIPE_SZ	1031
#define F_GETPIPE_SZ	1032
#define F_ADD_SEALS	1033
#define F_GET_SEALS	1034
#define F_SEAL_SEAL	0x01
#define F_SEAL_SHRINK	0x02
#define F_SEAL_GROW	0x04
#define F_SEAL_WRITE	0x08
#define F_SEAL_FUTURE_WRITE 0x10
#define F_SEAL_EXEC	0x20
#define F_DUPFD_CLOEXEC	1030
#define FD_CLOEXEC	1

#define F_RDLCK		0
#define F_WRLCK		1
#define F_UNLCK		2

struct flock {
	s16	l_type, l_whence;
	s64	l_start, l_len;
	s32	l_pid;
};

#define AT_FDCWD		(-100)
#define AT_SYMLINK_NOFOLLOW	0x100
#define AT_EACCESS		0x200
#define AT_REMOVEDIR		0x200
#define AT_SYMLINK_FOLLOW	0x400
#define AT_NO_AUTOMOUNT		0x800
#define AT_EMPTY_PATH		0x1000
#define AT_STATX_SYNC_TYPE	0x6000

#define SEEK_SET	0
#define SEEK_CUR	1
#define SEEK_END	2
#define SEEK_DATA	3
#define SEEK_HOLE	4

#define R_OK		4
#define W_OK		2
#define X_OK		1

#define RENAME_NOREPLACE	1
#define RENAME_EXCHANGE		2

#define CLOSE_RANGE_UNSHARE	2
#define CLOSE_RANGE_CLOEXEC	4

#define FALLOC_FL_KEEP_SIZE	1
#define FALLOC_FL_PUNCH_HOLE	2

#define LOCK_SH		1
#define LOCK_EX		2
#define LOCK_NB		4
#define LOCK_UN		8

#define MS_RDONLY	1
#define MS_NOSUID	2
#define MS_NODEV	4
#define MS_NOEXEC	8
#define MS_REMOUNT	32
#define MS_BIND		4096
#define MS_MOVE		8192
#define MS_SILENT	32768
#define MNT_DETACH	2

#define PATH_MAX	4096
#define NAME_MAX	255
#define IOV_MAX		1024
#define PIPE_BUF	4096

/* modes */
#define S_IFMT		0170000
#define S_IFSOCK	0140000
#define S_IFLNK		0120000
#define S_IFREG		0100000
#define S_IFBLK		0060000
#define S_IFDIR		0040000
#define S_IFCHR		0020000
#define S_IFIFO		0010000
#define S_ISUID		0004000
#define S_ISGID		0002000
#define S_ISVTX		0001000
#define S_IALLUGO	07777
#define S_IRWXUGO	0777
#define S_IXUGO		0111

#define S_ISLNK(m)	(((m) & S_IFMT) == S_IFLNK)
#define S_ISREG(m)	(((m) & S_IFMT) == S_IFREG)
#define S_ISDIR(m)	(((m) & S_IFMT) == S_IFDIR)
#define S_ISCHR(m)	(((m) & S_IFMT) == S_IFCHR)
#define S_ISBLK(m)	(((m) & S_IFMT) == S_IFBLK)
#define S_ISFIFO(m)	(((m) & S_IFMT) == S_IFIFO)

/*
 * A device number in the kernel: major in the top 12 bits. In struct stat it is spread out, see
 * encode_dev().
 */
#define MKDEV(major, minor)	((dev_t)(major) << 20 | (minor))
#define MAJOR(dev)		((u32)(dev) >> 20)
#define MINOR(dev)		((u32)(dev) & 0xfffff)

static inline u64 encode_dev(dev_t dev)
{
	return (MINOR(dev) & 0xff) | MAJOR(dev) << 8 | (u64)(MINOR(dev) & ~0xffU) << 12;
}

static inline dev_t decode_dev(u64 dev)
{
	return MKDEV((dev & 0xfff00) >> 8, (dev & 0xff) | ((dev >> 12) & 0xfff00));
}

struct user_stat {
	u64	st_dev, st_ino, st_nlink;
	u32	st_mode, st_uid, st_gid, __pad0;
	u64	st_rdev;
	s64	st_size, st_blksize, st_blocks;
	u64	st_atime, st_atime_nsec, st_mtime, st_mtime_nsec, st_ctime, st_ctime_nsec;
	s64	__unused_words[3];
};
static_assert(sizeof(struct user_stat) == 144, "struct stat of the ABI");

struct user_statx_timestamp {
	s64	tv_sec;
	u32	tv_nsec;
	s32	__reserved;
};

struct user_statx {
	u32	stx_mask, stx_blksize;
	u64	stx_attributes;
	u32	stx_nlink, stx_uid, stx_gid;
	u16	stx_mode, __spare0;
	u64	stx_ino, stx_size, stx_blocks, stx_attributes_mask;
	struct user_statx_timestamp stx_atime, stx_btime, stx_ctime, stx_mtime;
	u32	stx_rdev_major, stx_rdev_minor, stx_dev_major, stx_dev_minor;
	u64	__spare2[14];
};
static_assert(sizeof(struct user_statx) == 256, "struct statx of the ABI");
#define STATX_BASIC_STATS	0x7ff

struct user_statfs {
	s64	f_type, f_bsize, f_blocks, f_bfree, f_bavail, f_files, f_ffree;
	s32	f_fsid[2];
	s64	f_namelen, f_frsize, f_flags, f_spare[4];
};
static_assert(sizeof(struct user_statfs) == 120, "struct statfs of the ABI");

struct user_iovec {
	void __user	*iov_base;
	size_t		iov_len;
};

struct user_timespec {
	s64	tv_sec, tv_nsec;
};

struct user_timeval {
	s64	tv_sec, tv_usec;
};
#define UTIME_NOW	0x3fffffff
#define UTIME_OMIT	0x3ffffffe

struct linux_dirent64 {
	u64	d_ino;
	s64	d_off;
	u16	d_reclen;
	u8	d_type;
	char	d_name[];
};
#define DT_UNKNOWN	0
#define mode_to_dt(mode)	((u8)(((mode) >> 12) & 15))

/* poll(2) */
#define POLLIN		0x0001
#define POLLPRI		0x0002
#define POLLOUT		0x0004
#define POLLERR		0x0008
#define POLLHUP		0x0010
#define POLLNVAL	0x0020
#define POLLRDNORM	0x0040
#define POLLRDBAND	0x0080
#define POLLWRNORM	0x0100
#define POLLWRBAND	0x0200
#define POLLRDHUP	0x2000

struct user_pollfd {
	s32	fd;
	s16	events, revents;
};

/* ioctl(2) that every file knows */
#define FIONREAD	0x541b
#define FIONBIO		0x5421
#define FIONCLEX	0x5450
#define FIOCLEX		0x5451
#define FIOASYNC	0x5452

#endif
