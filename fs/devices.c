/* fs/devices.c - see devices.h. */
#include <fs/devices.h>
#include <fs/dcache.h>

static struct device *devices;			/* filled at start-up */
static struct device **devices_tail = &devices;

void register_device(struct device *device)
{
	device->next = NULL;
	*devices_tail = device;
	devices_tail = &device->next;
}

struct device *next_device(struct device *device)
{
	return device ? device->next : devices;
}

struct device *find_device(umode_t mode, dev_t dev)
{
	struct device *device;

	for (device = devices; device; device = device->next)
		if (device->dev == dev && (device->mode & S_IFMT) == (mode & S_IFMT))
			return device;
	return NULL;
}

/* From now on the file has the operations of its device. */
static int device_open(struct inode *inode, struct file *file)
{
	struct device *device = inode_device(inode);

	if (!device || file->path.mnt->flags & MS_NODEV)
		return device ? -EACCES : -ENXIO;
	file->op = device->fop;
	return file->op->open ? file->op->open(inode, file) : 0;
}

const struct file_operations chrdev_operations = { .open = device_open };
const struct file_operations blkdev_operations = { .open = device_open };
