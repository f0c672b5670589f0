/* fs/devices.h - what stands behind the device nodes in /dev.
 *
 * A driver's file registers a device with its number and its operations. Opening a node finds it by
 * the number; devtmpfs shows a node for each.
 *
 * Linux: fs/char_dev.c, drivers/base/devtmpfs.c.
 */
#ifndef FS_DEVICES_H
#define FS_DEVICES_H

#include <fs/vfs.h>

struct device {
	dev_t		dev;
	const char	*name;			/* in /dev */
	umode_t		mode;			/* S_IFCHR or S_IFBLK, and permissions */
	const struct file_operations *fop;
	void		*private;		/* for fop */
	struct device	*next;
};

/* => before devtmpfs is mounted; never removed */
void register_device(struct device *device);
/* => mode: S_IFCHR or S_IFBLK; NULL: there is none */
struct device *find_device(umode_t mode, dev_t dev);
/* NULL: the first */
struct device *next_device(struct device *device);
/* The device that an open file or an inode stands for. */
static inline struct device *inode_device(const struct inode *inode)
{
	return find_device(inode->mode, inode->rdev);
}

#endif
