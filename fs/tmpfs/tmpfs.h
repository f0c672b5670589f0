/* fs/tmpfs/tmpfs.h - a file system in memory: names are pinned dentries, contents are pages of
 * mm/file's page cache.
 *
 * It is the root file system (the initramfs is unpacked into it), /tmp, /dev/shm, and what devfs
 * stands on. A page is charged to the superblock when it joins a file; half of RAM is the limit
 * unless size= says otherwise.
 *
 * Linux: mm/shmem.c, fs/ramfs/.
 */
#ifndef FS_TMPFS_TMPFS_H
#define FS_TMPFS_TMPFS_H

#include <fs/vfs.h>
#include <mm/file/page_cache.h>

#define TMPFS_MAGIC	0x01021994

/* superblock.private. Locks: (a) atomic */
struct tmpfs {
	atomic_long_t	used_pages;		/* (a) */
	unsigned long	max_pages;		/* changed by remount only */
	enum shmem_huge	huge;			/* changed by remount only, and copied to each new file */
	bool		size_given;		/* by an option: it is shown in /proc/mounts */
	umode_t		root_mode;
};

/* tmpfs_init - known to mount(2) from now on */
void tmpfs_init(void);
/*
 * => a new file system in sb; options as of mount -o: size=BYTES[kmg%], mode=OCTAL; unknown ones of
 *    Linux are accepted
 */
int tmpfs_fill_super(struct superblock *sb, const char *source, const char *options);
/* => a new inode with the operations of its kind, or NULL */
struct inode *tmpfs_new_inode(struct superblock *sb, umode_t mode, dev_t rdev);

/* => a new file, open for reading and writing, that nobody finds by its name; ERR_PTR. No limit but memory's */
struct file *tmpfs_unlinked_file(const char *name);

extern const struct inode_operations tmpfs_file_inode_operations, tmpfs_dir_inode_operations,
	tmpfs_link_inode_operations;
extern const struct file_operations tmpfs_file_operations;
extern const struct mapping_ops tmpfs_mapping_ops;

#endif
