/* fs/pipe.c - see pipe.h.
 *
 * The bytes lie in a ring of pages that are taken when the writer gets there and given back when
 * the reader has left, so an idle pipe costs nothing. Positions only grow; the page of a position
 * is its number modulo PIPE_PAGES.
 *
 * User memory is copied with the pipe's mutex held: a fault there may sleep, and takes no pipe's lock.
 */
#include <fs/pipe.h>
#include <fs/files.h>
#include <fs/poll.h>
#include <fs/syscalls.h>
#include <kernel/x86/usercopy.h>
#include <mm/alloc/page_alloc.h>
#include <mm/alloc/slab.h>

/*
 * One more than the bytes need: the first and the last byte never share a page, which is freed when
 * the first leaves it.
 */
#define PIPE_PAGES	(PIPE_SIZE / PAGE_SIZE + 1)
#define SIGPIPE		13

/* Locks: (l) lock */
struct pipe {
	struct mutex	lock;
	wait_queue_head_t read_wait, write_wait;
	u64		head, tail;		/* (l) bytes ever written, ever read */
	void		*page[PIPE_PAGES];	/* (l) NULL where no bytes are */
	unsigned int	readers, writers;	/* (l) open files */
	unsigned int	reader_opens, writer_opens; /* (l) opens ever: a FIFO's open waits until the other's changes */
	unsigned int	users;			/* (l) open files; a FIFO's: under inode->rwsem too */
};

static struct pipe *pipe_alloc(void)
{
	struct pipe *pipe = kzalloc(sizeof(*pipe), GFP_KERNEL);

	if (!pipe)
		return NULL;
	mutex_init(&pipe->lock);
	init_waitqueue_head(&pipe->read_wait);
	init_waitqueue_head(&pipe->write_wait);
	return pipe;
}

static void pipe_free(struct pipe *pipe)
{
	for (unsigned int i = 0; i < PIPE_PAGES; i++)
		if (pipe->page[i])
			free_page(pipe->page[i]);
	kfree(pipe);
}

static inline size_t pipe_used(const struct pipe *pipe)
{
	return pipe->head - pipe->tail;
}

static inline size_t pipe_room(const struct pipe *pipe)
{
	return PIPE_SIZE - pipe_used(pipe);
}

static inline void **page_of(struct pipe *pipe, u64 pos)
{
	return &pipe->page[pos / PAGE_SIZE % PIPE_PAGES];
}

/* => lock held; bytes copied, or -EFAULT when not a single one was */
static ssize_t take_bytes(struct pipe *pipe, struct iov_iter *to)
{
	size_t done = 0;

	while (pipe_used(pipe) && iov_iter_count(to)) {
		size_t offset = pipe->tail % PAGE_SIZE;
		size_t n = min(min(PAGE_SIZE - offset, pipe_used(pipe)), iov_iter_count(to));
		void **page = page_of(pipe, pipe->tail);
		size_t copied = copy_to_iter(*page + offset, n, to);

		pipe->tail += copied;
		done += copied;
		if (pipe->tail % PAGE_SIZE == 0 && copied) {
			free_page(*page);
			*page = NULL;
		}
		if (copied < n)
			return done ? (ssize_t)done : -EFAULT;
	}
	return done;
}

/* => lock held; at most the room there is. Bytes copied, or -EFAULT, -ENOMEM */
static ssize_t put_bytes(struct pipe *pipe, struct iov_iter *from)
{
	size_t done = 0;

	while (pipe_room(pipe) && iov_iter_count(from)) {
		size_t offset = pipe->head % PAGE_SIZE;
		size_t n = min(min(PAGE_SIZE - offset, pipe_room(pipe)), iov_iter_count(from));
		void **page = page_of(pipe, pipe->head);
		size_t copied;

		if (!*page)
			*page = get_free_page(GFP_KERNEL);
		if (!*page)
			return done ? (ssize_t)done : -ENOMEM;
		copied = copy_from_iter(*page + offset, n, from);
		pipe->head += copied;
		done += copied;
		if (copied < n)
			return done ? (ssize_t)done : -EFAULT;
	}
	return done;
}

static ssize_t pipe_read(struct file *file, struct iov_iter *to, u64 *pos __unused)
{
	struct pipe *pipe = file->private;
	bool was_full;
	ssize_t ret = 0;

	if (!iov_iter_count(to))
		return 0;
	mutex_lock(&pipe->lock);
	while (!pipe_used(pipe)) {
		if (!pipe->writers)
			goto out;
		ret = -EAGAIN;
		if (file->flags & O_NONBLOCK)
			goto out;
		mutex_unlock(&pipe->lock);
		ret = wait_event_interruptible(pipe->read_wait, pipe_used(pipe) || !READ_ONCE(pipe->writers));
		if (ret)
			return ret;
		mutex_lock(&pipe->lock);
	}
	was_full = pipe_room(pipe) < PIPE_BUF;	/* only then can a writer be waiting */
	ret = take_bytes(pipe, to);
	if (ret > 0 && was_full)
		wake_up_interruptible_sync(&pipe->write_wait);
out:
	mutex_unlock(&pipe->lock);
	return ret;
}

/* Room enough to go on: a short write goes in as a whole. */
static bool may_write(const struct pipe *pipe, size_t count)
{
	return pipe_room(pipe) >= (count <= PIPE_BUF ? count : 1);
}

/* => lock held at entry and return, not in between. 0, -EPIPE, -EAGAIN, -ERESTARTSYS */
static int wait_for_room(struct pipe *pipe, struct file *file, size_t count)
{
	while (pipe->readers && !may_write(pipe, count)) {
		int error;

		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		mutex_unlock(&pipe->lock);
		error = wait_event_interruptible(pipe->write_wait,
						 may_write(pipe, count) || !READ_ONCE(pipe->readers));
		mutex_lock(&pipe->lock);
		if (error)
			return error;
	}
	if (pipe->readers)
		return 0;
	raise_signal_hook(SIGPIPE);
	return -EPIPE;
}

static ssize_t pipe_write(struct file *file, struct iov_iter *from, u64 *pos __unused)
{
	struct pipe *pipe = file->private;
	size_t count = iov_iter_count(from), done = 0;
	ssize_t ret = 0;

	if (!count)
		return 0;
	mutex_lock(&pipe->lock);
	while (iov_iter_count(from)) {
		bool was_empty;

		ret = wait_for_room(pipe, file, count);
		if (ret)
			break;
		was_empty = !pipe_used(pipe);
		ret = put_bytes(pipe, from);
		if (ret < 0)
			break;
		done += ret;
		if (was_empty)
			wake_up_interruptible_sync(&pipe->read_wait);
	}
	mutex_unlock(&pipe->lock);
	return done ? (ssize_t)done : ret;
}

static unsigned int pipe_poll(struct file *file, struct poll_table *pt)
{
	struct pipe *pipe = file->private;
	unsigned int mask = 0;

	if (file->mode & FMODE_READ)
		poll_wait(file, &pipe->read_wait, pt);
	if (file->mode & FMODE_WRITE)
		poll_wait(file, &pipe->write_wait, pt);
	mutex_lock(&pipe->lock);
	if (file->mode & FMODE_READ) {
		if (pipe_used(pipe))
			mask |= POLLIN | POLLRDNORM;
		if (!pipe->writers)
			mask |= POLLHUP;
	}
	if (file->mode & FMODE_WRITE) {
		if (pipe_room(pipe) >= PIPE_BUF)
			mask |= POLLOUT | POLLWRNORM;
		if (!pipe->readers)
			mask |= POLLERR;
	}
	mutex_unlock(&pipe->lock);
	return mask;
}

static long pipe_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct pipe *pipe = file->private;
	int used;

	if (cmd != FIONREAD)
		return -ENOTTY;
	mutex_lock(&pipe->lock);
	used = pipe_used(pipe);
	mutex_unlock(&pipe->lock);
	return put_user(used, (int __user *)arg);
}

static void pipe_add_user(struct pipe *pipe, const struct file *file)
{
	pipe->users++;
	if (file->mode & FMODE_READ) {
		pipe->readers++;
		pipe->reader_opens++;
	}
	if (file->mode & FMODE_WRITE) {
		pipe->writers++;
		pipe->writer_opens++;
	}
}

/* => true: that was the last one, and the caller frees the pipe */
static bool pipe_drop_user(struct pipe *pipe, const struct file *file)
{
	bool last;

	mutex_lock(&pipe->lock);
	if (file->mode & FMODE_READ)
		pipe->readers--;
	if (file->mode & FMODE_WRITE)
		pipe->writers--;
	last = --pipe->users == 0;
	if (!last) {
		wake_up_interruptible_all(&pipe->read_wait);
		wake_up_interruptible_all(&pipe->write_wait);
	}
	mutex_unlock(&pipe->lock);
	return last;
}

static void pipe_release(struct inode *inode, struct file *file)
{
	struct pipe *pipe = file->private;

	down_write(&inode->rwsem);
	if (pipe_drop_user(pipe, file)) {
		inode->pipe = NULL;
		pipe_free(pipe);
	}
	up_write(&inode->rwsem);
}

static const struct file_operations pipe_operations = {
	.release	= pipe_release,
	.read		= pipe_read,
	.write		= pipe_write,
	.poll		= pipe_poll,
	.ioctl		= pipe_ioctl,
};

/* --- FIFOs: pipes with a name ----------------------------------------------------------------- */

/* Opening for reading waits for a writer, and the other way round. => 0 or -ERESTARTSYS */
static int wait_for_partner(unsigned int *partners, unsigned int *opens, wait_queue_head_t *wq)
{
	unsigned int seen = READ_ONCE(*opens);

	if (READ_ONCE(*partners))
		return 0;
	return wait_event_interruptible(*wq, READ_ONCE(*opens) != seen);
}

static int fifo_open(struct inode *inode, struct file *file)
{
	struct pipe *pipe;
	int error = 0;

	file->mode |= FMODE_STREAM;
	down_write(&inode->rwsem);
	if (!inode->pipe)
		inode->pipe = pipe_alloc();
	pipe = inode->pipe;
	if (!pipe) {
		up_write(&inode->rwsem);
		return -ENOMEM;
	}
	mutex_lock(&pipe->lock);
	pipe_add_user(pipe, file);
	if ((file->mode & (FMODE_READ | FMODE_WRITE)) == FMODE_WRITE && file->flags & O_NONBLOCK && !pipe->readers)
		error = -ENXIO;
	wake_up_interruptible_all(&pipe->read_wait);
	wake_up_interruptible_all(&pipe->write_wait);
	mutex_unlock(&pipe->lock);
	up_write(&inode->rwsem);
	file->private = pipe;
	file->op = &pipe_operations;
	if (!error && !(file->flags & O_NONBLOCK)) {
		if (!(file->mode & FMODE_WRITE))
			error = wait_for_partner(&pipe->writers, &pipe->writer_opens, &pipe->read_wait);
		else if (!(file->mode & FMODE_READ))
			error = wait_for_partner(&pipe->readers, &pipe->reader_opens, &pipe->write_wait);
	}
	if (error)
		pipe_release(inode, file);
	return error;
}

const struct file_operations fifo_operations = { .open = fifo_open };

/* --- system calls ----------------------------------------------------------------------------- */

static struct file *open_end(const struct path *path, unsigned int flags, struct pipe *pipe)
{
	struct file *file = alloc_file(path, flags, &pipe_operations, pipe);

	if (!IS_ERR(file)) {
		file->mode |= FMODE_STREAM;
		pipe_add_user(pipe, file);
	}
	return file;
}

int create_pipe_files(struct file *files[2], unsigned int flags)
{
	struct pipe *pipe = pipe_alloc();
	struct path path;
	int error = pipe ? anon_path("pipe:[%llu]", S_IFIFO | 0600, &path) : -ENOMEM;

	if (error)
		goto free;
	path.dentry->inode->pipe = pipe;
	files[0] = open_end(&path, O_RDONLY | (flags & O_NONBLOCK), pipe);
	if (IS_ERR(files[0])) {
		path.dentry->inode->pipe = NULL;
		path_put(&path);
		error = -ENOMEM;
		goto free;
	}
	files[1] = open_end(&path, O_WRONLY | (flags & O_NONBLOCK), pipe);
	path_put(&path);
	if (IS_ERR(files[1])) {
		fput(files[0]);
		return -ENOMEM;
	}
	return 0;
free:
	kfree(pipe);
	return error;
}

long do_pipe2(int __user *ufds, unsigned int flags)
{
	struct file *files[2];
	int fds[2], error;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
		return -EINVAL;
	error = create_pipe_files(files, flags);
	if (error)
		return error;
	fds[0] = get_unused_fd_flags(flags);
	fds[1] = fds[0] < 0 ? fds[0] : get_unused_fd_flags(flags);
	error = fds[1] < 0 ? fds[1] : copy_to_user(ufds, fds, sizeof(fds)) ? -EFAULT : 0;
	if (!error) {
		fd_install(fds[0], files[0]);
		fd_install(fds[1], files[1]);
		return 0;
	}
	if (fds[0] >= 0)
		put_unused_fd(fds[0]);
	if (fds[1] >= 0)
		put_unused_fd(fds[1]);
	fput(files[0]);
	fput(files[1]);
	return error;
}

long pipe_size(struct file *file, bool set, unsigned long bytes)
{
	if (file->op != &pipe_operations)
		return -EBADF;
	return set && bytes > PIPE_SIZE ? -EPERM : PIPE_SIZE;
}

bool pipe_look(struct file *file, struct pipe_level *level)
{
	struct pipe *pipe = file->private;

	if (file->op != &pipe_operations)
		return false;
	mutex_lock(&pipe->lock);
	*level = (struct pipe_level){ pipe_used(pipe), pipe_room(pipe), pipe->readers, pipe->writers };
	mutex_unlock(&pipe->lock);
	return true;
}
