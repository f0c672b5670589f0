/* fs/splice.c - splice(2): bytes from a file into a pipe, or out of it, without a detour through the program.
 *
 * They are copied here: Linux moves pages. What the program saves is the same, two copies and a buffer. A write that takes
 * less than was read gives the rest back to a file that has a position; what came out of a pipe can't go back, and is lost
 * (Linux keeps it in the pipe): that is a full disk's case.
 *
 * Linux: fs/splice.c.
 */
#include <fs/files.h>
#include <fs/pipe.h>
#include <fs/syscalls.h>
#include <kernel/x86/usercopy.h>
#include <mm/alloc/slab.h>

#define SPLICE_F_NONBLOCK	2
#define SPLICE_F_ALL		15
#define CHUNK			(4 * PAGE_SIZE)		/* a caller has to cope with less than it wished */

/* One side: a pipe, or a file at an offset of the caller's or at its own. */
struct splice_end {
	struct file	*file;
	s64		*at;		/* NULL: the file's own position */
	struct pipe_level level;
	bool		is_pipe;
};

typedef ssize_t (*splice_fn)(struct file *file, void *buf, size_t count, u64 *pos);

static ssize_t splice_write(struct file *file, void *buf, size_t count, u64 *pos)
{
	return kernel_write(file, buf, count, pos);
}

static ssize_t transfer(const struct splice_end *end, void *buf, size_t count, splice_fn fn)
{
	u64 pos = end->at ? *end->at : 0;
	ssize_t done;

	if (end->at || end->file->mode & FMODE_STREAM) {
		done = fn(end->file, buf, count, &pos);
		if (end->at)
			*end->at = pos;
		return done;
	}
	mutex_lock(&end->file->pos_lock);
	done = fn(end->file, buf, count, &end->file->pos);
	mutex_unlock(&end->file->pos_lock);
	return done;
}

static void give_back(const struct splice_end *end, size_t bytes)
{
	if (end->at) {
		*end->at -= bytes;
	} else if (!(end->file->mode & FMODE_STREAM)) {
		mutex_lock(&end->file->pos_lock);
		end->file->pos -= bytes;
		mutex_unlock(&end->file->pos_lock);
	}
}

/* => how many bytes can go without waiting for a pipe, at least 1 if one may wait; -EAGAIN */
static ssize_t splice_size(const struct splice_end *in, const struct splice_end *out, size_t count, unsigned int flags)
{
	if (in->is_pipe && !in->level.used && in->level.writers && flags & SPLICE_F_NONBLOCK)
		return -EAGAIN;
	if (!out->is_pipe)
		return min(count, (size_t)CHUNK);
	if (!out->level.room && out->level.readers && flags & SPLICE_F_NONBLOCK)
		return -EAGAIN;
	return min(count, out->level.room ? min(out->level.room, (size_t)CHUNK) : PAGE_SIZE);
}

static ssize_t do_splice(struct splice_end *in, struct splice_end *out, size_t count, unsigned int flags)
{
	ssize_t got, put = 0, size = splice_size(in, out, count, flags);
	void *buf;

	if (size <= 0)
		return size;
	buf = kmalloc(size, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	got = transfer(in, buf, size, kernel_read);
	if (got > 0) {
		put = transfer(out, buf, got, splice_write);
		if (put < got)
			give_back(in, got - max_t(ssize_t, put, 0));
	}
	kfree(buf);
	return got > 0 ? put : got;
}

static int begin_end(struct splice_end *end, struct file *file, s64 __user *offset, s64 *at)
{
	*end = (struct splice_end){ .file = file };
	end->is_pipe = pipe_look(file, &end->level);
	if (!offset)
		return 0;
	if (file->mode & FMODE_STREAM)
		return -ESPIPE;
	if (get_user(*at, offset))
		return -EFAULT;
	end->at = at;
	return *at < 0 ? -EINVAL : 0;
}

static long splice_files(struct file *in_file, s64 __user *in_offset, struct file *out_file, s64 __user *out_offset,
			 size_t count, unsigned int flags)
{
	struct splice_end in, out;
	s64 in_at, out_at;
	long done;
	int error;

	if (!(in_file->mode & FMODE_READ) || !(out_file->mode & FMODE_WRITE))
		return -EBADF;
	error = begin_end(&in, in_file, in_offset, &in_at);
	if (!error)
		error = begin_end(&out, out_file, out_offset, &out_at);
	if (error)
		return error;
	if ((!in.is_pipe && !out.is_pipe) || out_file->flags & O_APPEND ||
	    (in.is_pipe && out.is_pipe && in_file->private == out_file->private))
		return -EINVAL;
	done = do_splice(&in, &out, min(count, (size_t)MAX_RW_COUNT), flags);
	if (done > 0 && ((in_offset && put_user(in_at, in_offset)) || (out_offset && put_user(out_at, out_offset))))
		return -EFAULT;
	return done;
}

long ksys_splice(int fd_in, s64 __user *off_in, int fd_out, s64 __user *off_out, size_t count, unsigned int flags)
{
	struct fd in, out;
	long ret = -EBADF;

	if (!count)
		return 0;
	if (flags & ~SPLICE_F_ALL)
		return -EINVAL;
	in = fdget(fd_in);
	if (!in.file)
		return -EBADF;
	out = fdget(fd_out);
	if (out.file) {
		ret = splice_files(in.file, off_in, out.file, off_out, count, flags);
		fdput(out);
	}
	fdput(in);
	return ret;
}
