/* fs/mount.h - mounting, by kernel strings and paths; the system calls on top are in fs/mount_calls.c.
 *
 * Linux: fs/mount.h, namespace.c.
 */
#ifndef FS_MOUNT_H
#define FS_MOUNT_H

#include <fs/vfs.h>

/*
 * mount_root - the first mount, on which everything else stands.
 * => after register_filesystem(type); 0 or -errno
 */
int mount_root(const char *type);
/*
 * kern_single_super - the one instance of a type with is_single, made now if it is not there yet.
 * => with a reference
 */
struct superblock *kern_single_super(struct file_system_type *type);

/*
 * kern_mount - an instance that is mounted nowhere, for files without a name.
 * => with a reference, or ERR_PTR
 */
struct mount *kern_mount(const char *type, const char *options);

/* All: path referenced by the caller; strings "" when absent; 0 or -errno */
int mount_type(const char *type, const char *source, const struct path *path, unsigned long flags, const char *options);
int mount_bind(const struct path *from, const struct path *path);
int mount_remount(const struct path *path, unsigned long flags, const char *options);
/* => lazy: also when it is in use; it is freed when it no longer is */
int mount_umount(struct path *path, bool lazy);

/* The i-th mount, oldest first, with a reference; NULL: no more */
struct mount *mount_at(unsigned int i);
void mount_put(struct mount *mnt);
/* sync(2) */
void sync_filesystems(void);

#endif
