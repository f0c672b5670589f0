/* fs/read_write.c - bytes in and out of open files, and the position in them.
 *
 * The position of a file is shared by everybody who shares the struct file: pos_lock makes each
 * read and write use its own part, and protects what a generated file keeps between two reads.
 * Streams (pipes, terminals) have none and take no lock: a reader may sleep there for ever.
 *
 * Linux: fs/read_write.c.
 */
#include <fs/files.h>
#include <fs/syscalls.h>
#include <kernel/x86/usercopy.h>
#include <mm/alloc/slab.h>

static bool has_position(const struct file *file)
{
	return !(file->mode & FMODE_STREAM);
}

static ssize_t file_read(struct file *file, struct iov_iter *to, u64 *pos)
{
	if (!(file->mode & FMODE_READ))
		return -EBADF;
	if (is_directory(file->inode))
		return -EISDIR;
	if (!file->op->read)
		return -EINVAL;
	return file->op->read(file, to, pos);
}

static ssize_t file_write(struct file *file, struct iov_iter *from, u64 *pos)
{
	if (!(file->mode & FMODE_WRITE))
		return -EBADF;
	if (!file->op->write)
		return -EINVAL;
	return file->op->write(file, from, pos);
}

typedef ssize_t (*transfer_fn)(struct file *file, struct iov_iter *iter, u64 *pos);

/* => at: NULL: the file's own position */
static ssize_t transfer(struct file *file, struct iov_iter *iter, const s64 *at, transfer_fn fn)
{
	u64 pos = at ? *at : 0;
	ssize_t ret;

	if (at && *at < 0)
		return -EINVAL;
	if (at && !has_position(file))
		return -ESPIPE;
	if (!has_position(file))
		return fn(file, iter, &pos);
	mutex_lock(&file->pos_lock);
	ret = fn(file, iter, at ? &pos : &file->pos);
	mutex_unlock(&file->pos_lock);
	return ret;
}

static long transfer_fd(unsigned int fd, void __user *buf, size_t count, const s64 *at, transfer_fn fn)
{
	struct fd f = fdget(fd);
	struct iov_iter iter;
	ssize_t ret;

	if (!f.file)
		return -EBADF;
	ret = (ssize_t)count < 0 ? -EINVAL : iov_iter_user(&iter, buf, count);
	if (!ret)
		ret = transfer(f.file, &iter, at, fn);
	fdput(f);
	return ret;
}

long ksys_read(unsigned int fd, char __user *buf, size_t count)
{
	return transfer_fd(fd, buf, count, NULL, file_read);
}

long ksys_write(unsigned int fd, const char __user *buf, size_t count)
{
	return transfer_fd(fd, (void __user *)buf, count, NULL, file_write);
}

long ksys_pread64(unsigned int fd, char __user *buf, size_t count, s64 pos)
{
	return transfer_fd(fd, buf, count, &pos, file_read);
}

long ksys_pwrite64(unsigned int fd, const char __user *buf, size_t count, s64 pos)
{
	return transfer_fd(fd, (void __user *)buf, count, &pos, file_write);
}

static long transfer_vector(unsigned int fd, const struct user_iovec __user *vec, unsigned long nr, const s64 *at,
			    transfer_fn fn)
{
	struct fd f = fdget(fd);
	struct user_iovec *array;
	struct iov_iter iter;
	ssize_t ret;

	if (!f.file)
		return -EBADF;
	ret = iov_iter_import(&iter, vec, nr, &array);
	if (!ret)
		ret = transfer(f.file, &iter, at, fn);
	kfree(array);
	fdput(f);
	return ret;
}

long ksys_readv(unsigned int fd, const struct user_iovec __user *vec, unsigned long nr)
{
	return transfer_vector(fd, vec, nr, NULL, file_read);
}

long ksys_writev(unsigned int fd, const struct user_iovec __user *vec, unsigned long nr)
{
	return transfer_vector(fd, vec, nr, NULL, file_write);
}

long ksys_preadv(unsigned int fd, const struct user_iovec __user *vec, unsigned long nr, s64 pos)
{
	return transfer_vector(fd, vec, nr, &pos, file_read);
}

long ksys_pwritev(unsigned int fd, const struct user_iovec __user *vec, unsigned long nr, s64 pos)
{
	return transfer_vector(fd, vec, nr, &pos, file_write);
}

ssize_t kernel_read(struct file *file, void *buf, size_t count, u64 *pos)
{
	struct iov_iter iter;

	iov_iter_kernel(&iter, buf, count);
	return file_read(file, &iter, pos);
}

ssize_t kernel_write(struct file *file, const void *buf, size_t count, u64 *pos)
{
	struct iov_iter iter;

	iov_iter_kernel(&iter, (void *)buf, count);
	return file_write(file, &iter, pos);
}

/* --- positions -------------------------------------------------------------------------------- */

s64 seek_position(struct file *file, s64 offset, int whence, u64 end)
{
	s64 pos;

	switch (whence) {
	case SEEK_SET:
		pos = offset;
		break;
	case SEEK_CUR:
		pos = file->pos + offset;
		break;
	case SEEK_END:
		pos = end + offset;
		break;
	case SEEK_DATA:		/* a file without holes: all of it is data, and the end is a hole */
		if (offset < 0 || (u64)offset >= end)
			return -ENXIO;
		pos = offset;
		break;
	case SEEK_HOLE:
		if (offset < 0 || (u64)offset >= end)
			return -ENXIO;
		pos = end;
		break;
	default:
		return -EINVAL;
	}
	if (pos < 0)
		return -EINVAL;
	file->pos = pos;
	return pos;
}

s64 generic_llseek(struct file *file, s64 offset, int whence)
{
	u64 end = file->op->size ? file->op->size(file) : READ_ONCE(file->inode->size);

	return seek_position(file, offset, whence, end);
}

long ksys_lseek(unsigned int fd, s64 offset, unsigned int whence)
{
	struct fd f = fdget(fd);
	struct file *file = f.file;
	s64 ret;

	if (!file)
		return -EBADF;
	if (!has_position(file)) {
		ret = -ESPIPE;
	} else {
		mutex_lock(&file->pos_lock);
		ret = file->op->llseek ? file->op->llseek(file, offset, whence) : generic_llseek(file, offset, whence);
		mutex_unlock(&file->pos_lock);
	}
	fdput(f);
	return ret;
}

/* --- from file to file ------------------------------------------------------------------------ */

#define SENDFILE_CHUNK	(16 * PAGE_SIZE)

/* => bytes, or -errno when not a single one went */
static ssize_t copy_between(struct file *out, struct file *in, s64 *at, size_t count, void *buf)
{
	size_t done = 0;
	ssize_t got = 0;

	while (done < count) {
		struct iov_iter iter;
		ssize_t put;
		s64 pos = at ? *at + (s64)done : 0;

		iov_iter_kernel(&iter, buf, min(count - done, (size_t)SENDFILE_CHUNK));
		got = transfer(in, &iter, at ? &pos : NULL, file_read);
		if (got <= 0)
			break;
		iov_iter_kernel(&iter, buf, got);
		put = transfer(out, &iter, NULL, file_write);
		if (put > 0)
			done += put;
		if (put == got)
			continue;
		/* what was read and could not be written goes back */
		if (!at && has_position(in)) {
			mutex_lock(&in->pos_lock);
			in->pos -= got - max_t(ssize_t, put, 0);
			mutex_unlock(&in->pos_lock);
		}
		got = put < 0 ? put : 0;
		break;
	}
	if (at)
		*at += done;
	return done ? (ssize_t)done : got;
}

long ksys_sendfile64(int out_fd, int in_fd, s64 __user *offset, size_t count)
{
	struct fd out, in = fdget(in_fd);
	long ret = -EBADF;
	s64 at = 0;
	void *buf;

	if (!in.file)
		return -EBADF;
	out = fdget(out_fd);
	if (!out.file || !(in.file->mode & FMODE_READ) || !(out.file->mode & FMODE_WRITE))
		goto out;
	ret = -EINVAL;
	if (out.file->flags & O_APPEND || !has_position(in.file) || is_directory(in.file->inode))
		goto out;
	ret = -EFAULT;
	if (offset && get_user(at, offset))
		goto out;
	ret = -ENOMEM;
	buf = kmalloc(SENDFILE_CHUNK, GFP_KERNEL);
	if (!buf)
		goto out;
	ret = copy_between(out.file, in.file, offset ? &at : NULL, min(count, (size_t)MAX_RW_COUNT), buf);
	kfree(buf);
	if (offset && put_user(at, offset))
		ret = -EFAULT;
out:
	if (out.file)
		fdput(out);
	fdput(in);
	return ret;
}

/* --- to the disk ------------------------------------------------------------------------------ */

long ksys_fsync(unsigned int fd)
{
	struct fd f = fdget(fd);
	long ret;

	if (!f.file)
		return -EBADF;
	if (f.file->op->fsync)
		ret = f.file->op->fsync(f.file);
	else
		ret = S_ISREG(f.file->inode->mode) || is_directory(f.file->inode) ? 0 : -EINVAL;
	fdput(f);
	return ret;
}

long ksys_fadvise64(int fd, s64 offset __unused, s64 len, int advice)
{
	struct fd f = fdget(fd);
	long ret = 0;

	if (!f.file)
		return -EBADF;
	if (!has_position(f.file))
		ret = -ESPIPE;
	else if (len < 0 || advice < 0 || advice > 5)
		ret = -EINVAL;
	fdput(f);
	return ret;		/* it is only advice */
}
