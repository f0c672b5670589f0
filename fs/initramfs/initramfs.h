/* fs/initramfs/initramfs.h - the first files: an archive that the boot loader has put into memory.
 *
 * Linux: init/initramfs.c.
 */
#ifndef FS_INITRAMFS_INITRAMFS_H
#define FS_INITRAMFS_INITRAMFS_H

/*
 * initramfs_unpack - fill the root file system from the first boot module, then give the module's
 * memory to the allocator
 *
 * => a root file system is mounted. What can't be unpacked is said in the log; the rest is there
 */
void initramfs_unpack(void);

#endif
