/* fs/dcache.h - what the rooms of the VFS tell each other at start-up and about nameless files.
 *
 * Linux: fs/internal.h.
 */
#ifndef FS_DCACHE_H
#define FS_DCACHE_H

#include <fs/vfs.h>

void dcache_init(void);
void inode_init(void);
void file_init(void);
void mount_init(void);

/* dentry->private of a file that is in no directory (pipe): d_path shows its name as it is */
extern char anon_dentry_mark;

/* the root of the first mount, referenced */
void global_root(struct path *root);

/* A mount on top of path? Then *path becomes its root, and so on. => references move along */
void follow_mounts(struct path *path);
/* From the root of a mount to what it covers. => false: it is the first of all */
bool follow_up(struct path *path);
/* -EROFS when nothing may be changed there */
int mnt_want_write(const struct path *path);

/* device nodes: fs/devices.c */
extern const struct file_operations chrdev_operations, blkdev_operations, fifo_operations;

#endif
