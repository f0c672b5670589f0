/* fs/devfs/devfs.h - /dev: a tmpfs that is born with a node for every registered device.
 *
 * Linux: drivers/base/devtmpfs.c, drivers/char/mem.c, random.c, kernel/printk (/dev/kmsg), block/fops.c.
 */
#ifndef FS_DEVFS_DEVFS_H
#define FS_DEVFS_DEVFS_H

/* Devices of memory and the log, and the disks. => before devtmpfs_init */
void mem_devices_init(void);
void block_devices_init(void);
/* devtmpfs_init - known to mount(2) from now on */
void devtmpfs_init(void);
/* devtmpfs_mount - on /dev, so that process 1 has a console. => after the initramfs */
void devtmpfs_mount(void);

#endif
