/* fs/devfs/block.c - disks as files: /dev/vda. See devfs.h.
 *
 * There is no cache in between: each read and write goes to the disk, through a buffer of a few
 * pages (of one, when memory is short), in whole sectors. A piece of a sector is written by reading
 * the sector, changing it and writing it back, with the file's rwsem held so that two writers don't
 * undo each other.
 *
 * Opening with O_EXCL claims the disk, and fails while swap or somebody else has claimed it, as on
 * Linux.
 *
 * Linux: block/fops.c, block/ioctl.c.
 */
#include <drivers/block/block.h>
#include <fs/devfs/devfs.h>
#include <fs/devices.h>
#include <kernel/lib/string.h>
#include <kernel/sched/task.h>
#include <kernel/x86/usercopy.h>
#include <mm/alloc/slab.h>
#include <mm/frame/vmstat.h>

#define CHUNK_SIZE	(64 * 1024UL)		/* bytes per request, when there is memory; a multiple of the page size */

#define BLKROGET	0x125e
#define BLKGETSIZE	0x1260
#define BLKFLSBUF	0x1261
#define BLKSSZGET	0x1268
#define BLKPBSZGET	0x127b
#define BLKBSZGET	0x80081270
#define BLKGETSIZE64	0x80081272

static struct block_device *disk_of(const struct file *file)
{
	return inode_device(file->inode)->private;
}

static u64 disk_bytes(const struct block_device *disk)
{
	return disk->nr_sectors << SECTOR_SHIFT;
}

static int disk_open(struct inode *inode, struct file *file)
{
	struct block_device *disk = inode_device(inode)->private;
	int error = 0;

	if (file->mode & FMODE_WRITE && disk->read_only)
		return -EACCES;
	if (file->flags & O_EXCL) {
		error = block_claim(disk, "open");
		file->private = disk;		/* to be given back */
	}
	return error;
}

static void disk_release(struct inode *inode __unused, struct file *file)
{
	if (file->private)
		block_unclaim(file->private);
}

/*
 * The sectors around [pos, pos + len), read into or written from a buffer of `room` bytes; len at most
 * that, minus the ends.
 */
struct span {
	sector_t	sector;
	size_t		skip;			/* bytes of the first sector before pos */
	size_t		len;			/* bytes asked for */
	size_t		size;			/* of the sectors */
};

static struct span span_at(u64 pos, size_t len, size_t room)
{
	struct span s = { .sector = pos >> SECTOR_SHIFT, .skip = pos & (SECTOR_SIZE - 1) };

	s.len = min(len, room - s.skip);
	s.size = ALIGN(s.skip + s.len, SECTOR_SIZE);
	return s;
}

static ssize_t read_span(struct block_device *disk, const struct span *s, u8 *buf, struct iov_iter *to)
{
	int error = block_rw_sync(disk, BLOCK_READ, s->sector, buf, s->size);

	if (error)
		return error;
	count_vm_events(PGPGIN, s->size / 1024);
	return copy_to_iter(buf + s->skip, s->len, to);
}

static ssize_t write_span(struct block_device *disk, const struct span *s, u8 *buf, struct iov_iter *from)
{
	size_t copied;
	int error = 0;

	if (s->size != s->len)
		error = block_rw_sync(disk, BLOCK_READ, s->sector, buf, s->size);
	if (error)
		return error;
	copied = copy_from_iter(buf + s->skip, s->len, from);
	if (copied < s->len)
		return -EFAULT;
	count_vm_events(PGPGOUT, s->size / 1024);
	error = block_rw_sync(disk, BLOCK_WRITE, s->sector, buf, s->size);
	return error ? error : (ssize_t)copied;
}

typedef ssize_t (*span_fn)(struct block_device *disk, const struct span *s, u8 *buf, struct iov_iter *iter);

static ssize_t for_each_span(struct block_device *disk, struct iov_iter *iter, u64 *pos, span_fn fn)
{
	u64 end = disk_bytes(disk);
	ssize_t done = 0, n = 0;
	size_t room = CHUNK_SIZE;
	/* Nothing is pushed out for 16 pages in a row: smaller requests do as well. */
	u8 *buf = kmalloc(room, (GFP_KERNEL & ~__GFP_DIRECT_RECLAIM) | __GFP_NOWARN);

	if (!buf) {
		room = PAGE_SIZE;
		buf = kmalloc(room, GFP_KERNEL);
	}
	if (!buf)
		return -ENOMEM;
	while (iov_iter_count(iter) && *pos < end) {
		struct span s = span_at(*pos, min_t(u64, iov_iter_count(iter), end - *pos), room);

		n = signal_pending(current) && done ? -EINTR : fn(disk, &s, buf, iter);
		if (n <= 0)
			break;
		*pos += n;
		done += n;
		if ((size_t)n < s.len)
			break;
		cond_resched();
	}
	kfree(buf);
	return done ? done : n;
}

static ssize_t disk_read(struct file *file, struct iov_iter *to, u64 *pos)
{
	return for_each_span(disk_of(file), to, pos, read_span);
}

static ssize_t disk_write(struct file *file, struct iov_iter *from, u64 *pos)
{
	struct block_device *disk = disk_of(file);
	ssize_t ret;

	if (*pos >= disk_bytes(disk))
		return iov_iter_count(from) ? -ENOSPC : 0;
	down_write(&file->inode->rwsem);
	ret = for_each_span(disk, from, pos, write_span);
	up_write(&file->inode->rwsem);
	if (ret > 0 && file->flags & O_DSYNC) {
		int error = block_flush_sync(disk);

		if (error)
			return error;
	}
	return ret;
}

static u64 disk_size(struct file *file)
{
	return disk_bytes(disk_of(file));
}

static int disk_fsync(struct file *file)
{
	return block_flush_sync(disk_of(file));
}

static long disk_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct block_device *disk = disk_of(file);

	switch (cmd) {
	case BLKGETSIZE64:
		return put_user(disk_bytes(disk), (u64 __user *)arg);
	case BLKGETSIZE:
		return put_user((unsigned long)disk->nr_sectors, (unsigned long __user *)arg);
	case BLKSSZGET:
	case BLKPBSZGET:
		return put_user(disk->block_size, (u32 __user *)arg);
	case BLKBSZGET:
		return put_user((u32)PAGE_SIZE, (u32 __user *)arg);
	case BLKROGET:
		return put_user((u32)disk->read_only, (u32 __user *)arg);
	case BLKFLSBUF:
		return block_flush_sync(disk);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations disk_operations = {
	.open		= disk_open,
	.release	= disk_release,
	.read		= disk_read,
	.write		= disk_write,
	.size		= disk_size,
	.fsync		= disk_fsync,
	.ioctl		= disk_ioctl,
};

void block_devices_init(void)
{
	struct block_device *disk = NULL;

	while ((disk = block_next(disk))) {
		struct device *device = kzalloc(sizeof(*device), GFP_KERNEL);

		if (!device)
			return;
		device->dev = MKDEV(disk->major, disk->minor);
		device->name = disk->name;
		device->mode = S_IFBLK | 0660;
		device->fop = &disk_operations;
		device->private = disk;
		register_device(device);
	}
}
