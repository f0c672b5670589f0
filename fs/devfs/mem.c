/* fs/devfs/mem.c - null, zero, full, random, urandom, kmsg. See devfs.h. */
#include <fs/devfs/devfs.h>
#include <fs/devices.h>
#include <fs/poll.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/random.h>
#include <kernel/lib/string.h>
#include <kernel/sched/task.h>
#include <mm/alloc/slab.h>
#include <mm/file/page_cache.h>

static ssize_t null_read(struct file *file __unused, struct iov_iter *to __unused, u64 *pos __unused)
{
	return 0;
}

static ssize_t null_write(struct file *file __unused, struct iov_iter *from, u64 *pos __unused)
{
	return iov_iter_count(from);
}

static ssize_t zero_read(struct file *file __unused, struct iov_iter *to, u64 *pos __unused)
{
	size_t done = 0;

	while (iov_iter_count(to)) {
		size_t n = min(iov_iter_count(to), PAGE_SIZE), zeroed = iov_iter_zero(n, to);

		done += zeroed;
		if (zeroed < n)
			return done ? (ssize_t)done : -EFAULT;
		if (signal_pending(current))
			break;
		cond_resched();
	}
	return done;
}

/* Private: anonymous memory. Shared: an object that fork shares. */
static int zero_mmap(struct file *file __unused, struct vma *vma)
{
	if (vma->vm_flags & VM_SHARED)
		return shmem_zero_setup(vma);
	vma->ops = NULL;
	vma->file = NULL;
	return 0;
}

static ssize_t full_write(struct file *file __unused, struct iov_iter *from __unused, u64 *pos __unused)
{
	return -ENOSPC;
}

static s64 null_llseek(struct file *file, s64 offset __unused, int whence __unused)
{
	return file->pos = 0;
}

static ssize_t random_read(struct file *file __unused, struct iov_iter *to, u64 *pos __unused)
{
	u8 chunk[256];
	size_t done = 0;

	while (iov_iter_count(to)) {
		size_t n = min(iov_iter_count(to), sizeof(chunk)), copied;

		get_random_bytes(chunk, n);
		copied = copy_to_iter(chunk, n, to);
		done += copied;
		if (copied < n)
			return done ? (ssize_t)done : -EFAULT;
		if (signal_pending(current) && done >= 256)
			break;
		cond_resched();
	}
	return done;
}

static ssize_t random_write(struct file *file __unused, struct iov_iter *from, u64 *pos __unused)
{
	size_t count = iov_iter_count(from);
	u64 word = 0;

	while (iov_iter_count(from)) {
		if (!copy_from_iter(&word, min(iov_iter_count(from), sizeof(word)), from))
			return -EFAULT;
		random_add_seed(word);
		cond_resched();
	}
	return count;
}

/* --- kmsg: each read is one record of the log, each write adds one ---------------------------- */

static int kmsg_open(struct inode *inode __unused, struct file *file)
{
	struct log_cursor *cursor;

	file->mode |= FMODE_STREAM;
	if (!(file->mode & FMODE_READ))
		return 0;
	cursor = kmalloc(sizeof(*cursor), GFP_KERNEL);
	if (!cursor)
		return -ENOMEM;
	log_seek_oldest(cursor);
	file->private = cursor;
	return 0;
}

static void kmsg_release(struct inode *inode __unused, struct file *file)
{
	kfree(file->private);
}

/*
 * The log can be written to with any lock held, so it cannot wake a waiter: a reader that is up to
 * date looks again every tenth of a second.
 */
static int wait_for_record(struct file *file, const struct log_cursor *cursor)
{
	while (cursor->seq >= log_next_seq()) {
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		if (signal_pending(current))
			return -ERESTARTSYS;
		schedule_timeout_interruptible(HZ / 10);
	}
	return 0;
}

static ssize_t kmsg_read(struct file *file, struct iov_iter *to, u64 *pos __unused)
{
	struct log_cursor *cursor = file->private;
	char *text = kmalloc(LOG_LINE_MAX + 128, GFP_KERNEL);
	u64 lost = 0;
	ssize_t n;

	if (!text)
		return -ENOMEM;
	n = wait_for_record(file, cursor);
	if (!n) {
		n = log_read(cursor, text, LOG_LINE_MAX + 128, LOG_FORMAT_DEVKMSG, &lost);
		if (lost)
			n = -EPIPE;
		else if ((size_t)n > iov_iter_count(to))
			n = -EINVAL;
		else if (copy_to_iter(text, n, to) != (size_t)n)
			n = -EFAULT;
	}
	kfree(text);
	return n;
}

static ssize_t kmsg_write(struct file *file __unused, struct iov_iter *from, u64 *pos __unused)
{
	static const char *const formats[] = {
		KERN_EMERG "%s\n", KERN_ALERT "%s\n", KERN_CRIT "%s\n", KERN_ERR "%s\n",
		KERN_WARNING "%s\n", KERN_NOTICE "%s\n", KERN_INFO "%s\n", KERN_DEBUG "%s\n",
	};
	char *text, *line;
	size_t count = iov_iter_count(from);
	unsigned int level = LOG_NOTICE;

	if (count > LOG_LINE_MAX)
		return -EINVAL;
	text = kzalloc(count + 1, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	if (copy_from_iter(text, count, from) != count) {
		kfree(text);
		return -EFAULT;
	}
	line = text;
	if (line[0] == '<' && line[1] >= '0' && line[1] <= '7' && line[2] == '>') {
		level = line[1] - '0';
		line += 3;
	}
	if (count && text[count - 1] == '\n')
		text[count - 1] = 0;
	printk(formats[level], line);
	kfree(text);
	return count;
}

static unsigned int kmsg_poll(struct file *file, struct poll_table *pt __unused)
{
	struct log_cursor *cursor = file->private;

	return cursor && cursor->seq >= log_next_seq() ? 0 : POLLIN | POLLRDNORM;
}

static const struct file_operations null_operations = {
	.read = null_read, .write = null_write, .llseek = null_llseek,
};
static const struct file_operations zero_operations = {
	.read = zero_read, .write = null_write, .llseek = null_llseek, .mmap = zero_mmap,
};
static const struct file_operations full_operations = {
	.read = zero_read, .write = full_write, .llseek = null_llseek,
};
static const struct file_operations random_operations = {
	.read = random_read, .write = random_write, .llseek = null_llseek,
};
static const struct file_operations kmsg_operations = {
	.open = kmsg_open, .release = kmsg_release, .read = kmsg_read, .write = kmsg_write, .poll = kmsg_poll,
};

static struct device mem_devices[] = {
	{ .dev = MKDEV(1, 3), .name = "null", .mode = S_IFCHR | 0666, .fop = &null_operations },
	{ .dev = MKDEV(1, 5), .name = "zero", .mode = S_IFCHR | 0666, .fop = &zero_operations },
	{ .dev = MKDEV(1, 7), .name = "full", .mode = S_IFCHR | 0666, .fop = &full_operations },
	{ .dev = MKDEV(1, 8), .name = "random", .mode = S_IFCHR | 0666, .fop = &random_operations },
	{ .dev = MKDEV(1, 9), .name = "urandom", .mode = S_IFCHR | 0666, .fop = &random_operations },
	{ .dev = MKDEV(1, 11), .name = "kmsg", .mode = S_IFCHR | 0644, .fop = &kmsg_operations },
};

void mem_devices_init(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(mem_devices); i++)
		register_device(&mem_devices[i]);
}
