/* fs/namei.h - from a name to a file: the walk along a path.
 *
 * Each component is looked up in its directory; `..` stops at the root of the task; a mount point
 * is crossed at once; symbolic links are followed, 40 in one walk at most. Mount points stay
 * covered: what lies below is not reachable.
 *
 * Linux: fs/namei.c, include/linux/namei.h.
 */
#ifndef FS_NAMEI_H
#define FS_NAMEI_H

#include <fs/vfs.h>

#define LOOKUP_FOLLOW		BIT(0)	/* a symbolic link at the end is followed */
#define LOOKUP_DIRECTORY	BIT(1)	/* the result must be a directory */
#define LOOKUP_EMPTY		BIT(2)	/* "" means dfd itself */
#define MAX_SYMLINKS		40

/*
 * A name from user space, in kernel memory.
 * => ERR_PTR(-EFAULT, -ENAMETOOLONG, -ENOENT when empty (unless LOOKUP_EMPTY), -ENOMEM)
 */
char *getname(const char __user *name, unsigned int lookup_flags);
void putname(char *name);

/*
 * Find what exists. dfd: AT_FDCWD or a descriptor of current.
 * => 0 and *path referenced; -ENOENT, -ENOTDIR, -ELOOP, -ENAMETOOLONG, -EBADF, ...
 */
int user_path_at(int dfd, const char __user *name, unsigned int flags, struct path *path);
int path_lookup(int dfd, const char *name, unsigned int flags, struct path *path);
static inline int kern_path(const char *name, unsigned int flags, struct path *path)
{
	return path_lookup(AT_FDCWD, name, flags, path);
}

/*
 * The directory of a name that is to be created or removed, locked for writing, with its last
 * component looked up.
 * => 0; *parent referenced and its inode's rwsem held, *dentry referenced (negative when there is
 *    none): end with done_path()
 */
int filename_create(int dfd, const char *name, bool directory, struct path *parent, struct dentry **dentry);
void done_path(struct path *parent, struct dentry *dentry);

/* open(2) with kernel strings. => a file with one reference, or ERR_PTR */
struct file *do_filp_open(int dfd, const char *name, unsigned int flags, umode_t mode);
struct file *filp_open(const char *name, unsigned int flags, umode_t mode);
/*
 * A program to be executed: regular file, x bit set, nobody may write to it until exec_file_put().
 * => ERR_PTR(-ENOENT, -EACCES, -ETXTBSY, ...)
 */
struct file *open_exec(const char *name);
void exec_file_put(struct file *file);			/* allow_write_access and fput; what mm/space calls for mm->exe_file */

/* Used by devfs, initramfs and tests; kernel strings, absolute. 0 or -errno */
int kern_mkdir(const char *name, umode_t mode);
int kern_mknod(const char *name, umode_t mode, dev_t dev);
int kern_symlink(const char *target, const char *name);
int kern_link(const char *old, const char *name);
int kern_unlink(const char *name);

/* => mounts type on the directory; source and options may be NULL. 0 or -errno */
int kern_mount_at(const char *type, const char *source, const char *dir, unsigned long flags, const char *options);

#endif
