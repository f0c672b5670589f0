/* fs/fcntl.c - fcntl, dup, flock, and the ioctls that every file knows.
 *
 * Record locks are granted to everybody: nothing here runs programs that don't trust each other,
 * and the programs that take locks only need the calls to succeed. docs/differences.md says so.
 *
 * Linux: fs/fcntl.c, file.c, ioctl.c, locks.c.
 */
#include <fs/files.h>
#include <fs/pipe.h>
#include <fs/syscalls.h>
#include <kernel/x86/usercopy.h>

#define SETTABLE_FLAGS	(O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME | FASYNC)

static long set_flags(struct file *file, unsigned int flags)
{
	WRITE_ONCE(file->flags, (file->flags & ~SETTABLE_FLAGS) | (flags & SETTABLE_FLAGS));
	return 0;
}

static long get_lock(struct flock __user *ulock)
{
	struct flock lock;

	if (copy_from_user(&lock, ulock, sizeof(lock)))
		return -EFAULT;
	lock.l_type = F_UNLCK;			/* nobody is in the way */
	return copy_to_user(ulock, &lock, sizeof(lock)) ? -EFAULT : 0;
}

static long set_lock(struct file *file, const struct flock __user *ulock)
{
	struct flock lock;

	if (copy_from_user(&lock, ulock, sizeof(lock)))
		return -EFAULT;
	switch (lock.l_type) {
	case F_RDLCK:
		return file->mode & FMODE_READ ? 0 : -EBADF;
	case F_WRLCK:
		return file->mode & FMODE_WRITE ? 0 : -EBADF;
	case F_UNLCK:
		return 0;
	default:
		return -EINVAL;
	}
}

long ksys_fcntl(unsigned int fd, unsigned int cmd, unsigned long arg)
{
	struct fd f = fdget_raw(fd);
	struct file *file = f.file;
	long ret = -EINVAL;

	if (!file)
		return -EBADF;
	if (file->mode & FMODE_PATH && cmd > F_GETFL && cmd != F_DUPFD_CLOEXEC) {
		fdput(f);
		return -EBADF;
	}
	switch (cmd) {
	case F_DUPFD:
		ret = dup_file_from(file, arg, 0);
		break;
	case F_DUPFD_CLOEXEC:
		ret = dup_file_from(file, arg, O_CLOEXEC);
		break;
	case F_GETFD:
		ret = get_close_on_exec(fd);
		break;
	case F_SETFD:
		ret = set_close_on_exec(fd, arg & FD_CLOEXEC);
		break;
	case F_GETFL:
		ret = file->flags;
		break;
	case F_SETFL:
		ret = set_flags(file, arg);
		break;
	case F_GETLK:
	case F_OFD_GETLK:
		ret = get_lock((struct flock __user *)arg);
		break;
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		ret = set_lock(file, (struct flock __user *)arg);
		break;
	case F_SETOWN:
	case F_GETOWN:
		ret = 0;
		break;
	case F_ADD_SEALS:
		ret = file_add_seals(file, arg);
		break;
	case F_GET_SEALS:
		ret = file_get_seals(file);
		break;
	case F_SETPIPE_SZ:
	case F_GETPIPE_SZ:
		ret = pipe_size(file, cmd == F_SETPIPE_SZ, arg);
		break;
	}
	fdput(f);
	return ret;
}

long ksys_flock(unsigned int fd, unsigned int cmd)
{
	struct fd f = fdget(fd);

	if (!f.file)
		return -EBADF;
	fdput(f);
	cmd &= ~LOCK_NB;
	return cmd == LOCK_SH || cmd == LOCK_EX || cmd == LOCK_UN ? 0 : -EINVAL;
}

long ksys_dup(unsigned int fd)
{
	struct file *file = fget_raw(fd);
	long ret;

	if (!file)
		return -EBADF;
	/* EINVAL is F_DUPFD's word for a number above the limit; here no number was asked for. */
	ret = dup_file_from(file, 0, 0);
	if (ret == -EINVAL)
		ret = -EMFILE;
	fput(file);
	return ret;
}

long ksys_dup2(unsigned int old, unsigned int new)
{
	if (old != new)
		return dup_file_to(old, new, 0);
	return get_close_on_exec(old) < 0 ? -EBADF : (long)new;
}

long ksys_dup3(unsigned int old, unsigned int new, unsigned int flags)
{
	if (flags & ~O_CLOEXEC || old == new)
		return -EINVAL;
	return dup_file_to(old, new, flags);
}

long ksys_close_range(unsigned int first, unsigned int last, unsigned int flags)
{
	unsigned int end;

	if (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC) || first > last)
		return -EINVAL;
	end = min(last, current->files->size - 1);
	for (unsigned int fd = first; fd <= end; fd++) {
		if (flags & CLOSE_RANGE_CLOEXEC)
			set_close_on_exec(fd, true);
		else
			close_fd(fd);
	}
	return 0;
}

static long bytes_to_end(struct file *file, int __user *arg)
{
	return put_user((int)(READ_ONCE(file->inode->size) - file->pos), arg);
}

long ksys_ioctl(unsigned int fd, unsigned int cmd, unsigned long arg)
{
	struct fd f = fdget(fd);
	struct file *file = f.file;
	long ret = -ENOTTY;
	int on;

	if (!file)
		return -EBADF;
	switch (cmd) {
	case FIOCLEX:
	case FIONCLEX:
		ret = set_close_on_exec(fd, cmd == FIOCLEX);
		break;
	case FIONBIO:
		ret = get_user(on, (int __user *)arg);
		if (!ret)
			set_flags(file, on ? file->flags | O_NONBLOCK : file->flags & ~O_NONBLOCK);
		break;
	case FIONREAD:
		if (S_ISREG(file->inode->mode)) {
			ret = bytes_to_end(file, (int __user *)arg);
			break;
		}
		fallthrough;
	default:
		if (file->op->ioctl)
			ret = file->op->ioctl(file, cmd, arg);
	}
	fdput(f);
	return ret;
}
