/* fs/eventfd.c - eventfd(2): a counter that can be waited for.
 *
 * Linux: fs/eventfd.c.
 */
#include <fs/files.h>
#include <fs/poll.h>
#include <fs/syscalls.h>
#include <mm/alloc/slab.h>

#define EFD_SEMAPHORE	1
#define COUNTER_MAX	(U64_MAX - 1)

/* Locks: (q) wait.lock */
struct eventfd {
	wait_queue_head_t wait;			/* readers and writers */
	u64		counter;		/* (q) */
	bool		semaphore;		/* a read takes 1, not all */
};

static bool take_counter(struct eventfd *e, u64 *value)
{
	bool taken = false;

	spin_lock_irq(&e->wait.lock);
	if (e->counter) {
		*value = e->semaphore ? 1 : e->counter;
		e->counter -= *value;
		taken = true;
	}
	spin_unlock_irq(&e->wait.lock);
	return taken;
}

static bool add_counter(struct eventfd *e, u64 value)
{
	bool added = false;

	spin_lock_irq(&e->wait.lock);
	if (value <= COUNTER_MAX - e->counter) {
		e->counter += value;
		added = true;
	}
	spin_unlock_irq(&e->wait.lock);
	return added;
}

static ssize_t eventfd_read(struct file *file, struct iov_iter *to, u64 *pos __unused)
{
	struct eventfd *e = file->private;
	u64 value = 0;
	int error;

	if (iov_iter_count(to) < sizeof(value))
		return -EINVAL;
	while (!take_counter(e, &value)) {
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		error = wait_event_interruptible(e->wait, READ_ONCE(e->counter));
		if (error)
			return error;
	}
	wake_up_interruptible_all(&e->wait);
	return copy_to_iter(&value, sizeof(value), to) == sizeof(value) ? (ssize_t)sizeof(value) : -EFAULT;
}

static ssize_t eventfd_write(struct file *file, struct iov_iter *from, u64 *pos __unused)
{
	struct eventfd *e = file->private;
	u64 value;
	int error;

	if (iov_iter_count(from) < sizeof(value))
		return -EINVAL;
	if (copy_from_iter(&value, sizeof(value), from) != sizeof(value))
		return -EFAULT;
	if (value == U64_MAX)
		return -EINVAL;
	while (!add_counter(e, value)) {
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		error = wait_event_interruptible(e->wait, value <= COUNTER_MAX - READ_ONCE(e->counter));
		if (error)
			return error;
	}
	wake_up_interruptible_all(&e->wait);
	return sizeof(value);
}

static unsigned int eventfd_poll(struct file *file, struct poll_table *pt)
{
	struct eventfd *e = file->private;
	u64 counter;

	poll_wait(file, &e->wait, pt);
	counter = READ_ONCE(e->counter);
	return (counter ? POLLIN | POLLRDNORM : 0) | (counter < COUNTER_MAX ? POLLOUT | POLLWRNORM : 0);
}

static void eventfd_release(struct inode *inode __unused, struct file *file)
{
	kfree(file->private);
}

static const struct file_operations eventfd_operations = {
	.release	= eventfd_release,
	.read		= eventfd_read,
	.write		= eventfd_write,
	.poll		= eventfd_poll,
};

static struct file *eventfd_file(unsigned int count, int flags)
{
	struct eventfd *e = kzalloc(sizeof(*e), GFP_KERNEL);
	struct file *file = ERR_PTR(-ENOMEM);
	struct path path;

	if (!e)
		return file;
	init_waitqueue_head(&e->wait);
	e->counter = count;
	e->semaphore = flags & EFD_SEMAPHORE;
	if (!anon_path("anon_inode:[eventfd]", 0600, &path)) {
		file = alloc_file(&path, O_RDWR | (flags & O_NONBLOCK), &eventfd_operations, e);
		path_put(&path);
	}
	if (IS_ERR(file))
		kfree(e);
	else
		file->mode |= FMODE_STREAM;
	return file;
}

long do_eventfd(unsigned int count, int flags)
{
	struct file *file;
	int fd;

	if (flags & ~(EFD_SEMAPHORE | O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	fd = get_unused_fd_flags(flags);
	if (fd < 0)
		return fd;
	file = eventfd_file(count, flags);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	fd_install(fd, file);
	return fd;
}
