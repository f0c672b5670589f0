/* fs/vfs.h - the nouns of files: inode, dentry, mount, file; and what a file system implements.
 *
 * An inode is a file; a dentry is a name in a directory; a path is a dentry in a mount; a struct
 * file is an open file.
 *
 * The dentries of a directory that are known hang below its dentry and in one hash table. An
 * in-memory file system pins its dentries (DENTRY_PINNED): they *are* the directory, there is
 * nothing else to ask. Others (procfs, disks) answer lookup(), and their dentries go away with the
 * last reference.
 *
 * Locks, outermost first:
 *	rename_mutex	one rename of directories at a time, so that the tree's shape stands still meanwhile
 *	inode.rwsem	of a directory: its set of names (parent before child); of a file: size and writes
 *	mmap_lock	user copies run inside inode.rwsem, so a fault must never take inode.rwsem
 *	dcache_lock	spinlock: the hash table, parent links, names, mounts, dentries whose count falls to 0
 *
 * Every task is root: modes are stored and shown but deny nothing, except execution of files
 * without any x bit.
 *
 * Linux: include/linux/fs.h, dcache.h, fs/dcache.c, inode.c.
 */
#ifndef FS_VFS_H
#define FS_VFS_H

#include <fs/abi.h>
#include <fs/iov_iter.h>
#include <kernel/debug/refcount.h>
#include <kernel/lib/atomic.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/list.h>
#include <kernel/sync/mutex.h>
#include <kernel/sync/rwsem.h>
#include <kernel/sync/spinlock.h>
#include <mm/types.h>

struct dentry;
struct dir_context;
struct file;
struct file_system_type;
struct inode;
struct mmap_source;
struct mount;
struct path;
struct pipe;
struct poll_table;
struct superblock;

/* --- file systems ----------------------------------------------------------------------------- */

struct super_operations {
	void (*evict_inode)(struct inode *inode);	/* the last reference is gone: free what only it knows */
	int (*statfs)(struct superblock *sb, struct user_statfs *st);	/* f_type.. are preset; may be NULL */
	int (*remount)(struct superblock *sb, const char *options);	/* may be NULL */
	void (*put_super)(struct superblock *sb);
	void (*show_options)(struct superblock *sb, char *buf, size_t size);	/* ",size=1024k" for /proc/mounts */
	int (*sync_fs)(struct superblock *sb);		/* may be NULL: nothing to write */
};

/* Locks: (i) set at mount, then immutable (a) atomic */
struct superblock {
	const struct file_system_type *type;	/* (i) */
	const struct super_operations *op;	/* (i) */
	struct dentry	*root;			/* (i) pinned */
	atomic_t	count;			/* mounts; (a) */
	dev_t		dev;			/* (i) st_dev of its files */
	u64		magic;			/* (i) statfs f_type */
	unsigned long	flags;			/* MS_RDONLY (a) */
	atomic64_t	next_ino;
	void		*private;		/* (i) */
};

struct file_system_type {
	const char	*name;
	bool		needs_device;		/* "nodev" in /proc/filesystems when false */
	/* fill sb->op, root, private. => source and options are kernel strings ("" when absent); 0 or -errno */
	int (*fill_super)(struct superblock *sb, const char *source, const char *options);
	struct superblock *single;		/* one instance for all mounts (proc, sysfs, devtmpfs), once it is mounted */
	bool		is_single;
	struct file_system_type *next;
};
void register_filesystem(struct file_system_type *type);
struct file_system_type *next_filesystem(struct file_system_type *type);	/* NULL: the first */

/* --- inodes ----------------------------------------------------------------------------------- */

/*
 * => the directory's rwsem is held for writing by the caller in all that change it, for reading or
 *    writing in lookup
 */
struct inode_operations {
	/* NULL: the dentries are the directory (ENOENT). Otherwise: a referenced dentry (d_alloc + d_add) or ERR_PTR(-ENOENT...) */
	struct dentry *(*lookup)(struct inode *dir, struct dentry *parent, const char *name, size_t len);
	/* with lookup: may this dentry still be used for its name? NULL: always. No lock is held */
	bool (*still_valid)(const struct dentry *dentry);
	int (*create)(struct inode *dir, struct dentry *dentry, umode_t mode);
	int (*mkdir)(struct inode *dir, struct dentry *dentry, umode_t mode);
	int (*mknod)(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t dev);
	int (*symlink)(struct inode *dir, struct dentry *dentry, const char *target);
	int (*link)(struct dentry *old, struct inode *dir, struct dentry *dentry);
	int (*unlink)(struct inode *dir, struct dentry *dentry);
	int (*rmdir)(struct inode *dir, struct dentry *dentry);
	/* dentry target may be negative; flags RENAME_*; called before the dentries move */
	int (*rename)(struct inode *old_dir, struct dentry *old, struct inode *new_dir, struct dentry *target,
		      unsigned int flags);
	/* text of a symbolic link into buf: its length, or -errno */
	int (*readlink)(struct dentry *dentry, char *buf, size_t size);
	/* a link that names an object, not a text (/proc/PID/exe, fd/N): *path gets a reference. May be NULL */
	int (*get_path)(struct dentry *dentry, struct path *path);
	/* truncate to size (rwsem held for writing); times and modes are set by the VFS itself */
	int (*truncate)(struct inode *inode, u64 size);
	int (*fallocate)(struct inode *inode, int mode, u64 offset, u64 len);
	void (*getattr)(struct inode *inode, struct user_stat *st);	/* corrects what generic stat filled in; may be NULL */
};

/*
 * Locks: (a) atomic (w) rwsem (s) rwsem for writing to change, readable any time (i) immutable once
 * it is named
 */
struct inode {
	u64		ino;			/* (i) */
	umode_t		mode;			/* (s) */
	uid_t		uid;			/* (s) */
	gid_t		gid;			/* (s) */
	unsigned int	nlink;			/* (s) */
	dev_t		rdev;			/* (i) */
	u64		size;			/* (s) bytes */
	u64		atime, mtime, ctime;	/* ns since 1970; torn updates don't matter */
	struct superblock *sb;			/* (i) */
	const struct inode_operations *op;	/* (i) */
	const struct file_operations *fop;	/* (i) */
	struct rw_semaphore rwsem;
	struct mapping	mapping;		/* cached pages, for file systems that use it */
	atomic_t	count;
	unsigned int	seals;			/* (w) F_SEAL_*, of files of memory */
	atomic_t	writable_areas;		/* shared mappings that may write; -1: none may */
	atomic_t	writers;		/* > 0: opened for writing; < 0: being executed, which forbids writing */
	struct pipe	*pipe;			/* (w) of a FIFO that is open */
	void		*private;
};

/*
 * => a new inode of sb, count 1, nlink 1 (directory: 2), times now; NULL without memory. ino from
 *    sb->next_ino
 */
struct inode *new_inode(struct superblock *sb, umode_t mode, dev_t rdev);
void iget(struct inode *inode);
void iput(struct inode *inode);
/* fop for a FIFO or a device node, from the mode. Regular files and directories set their own. */
void init_special_inode(struct inode *inode);
static inline bool is_directory(const struct inode *inode) { return S_ISDIR(inode->mode); }
/* One shared mapping more that may write; its end takes it off. => false: a seal forbids it */
bool inode_allow_writable_area(struct inode *inode);
void inode_touch(struct inode *inode, bool mtime, bool atime);	/* ctime and mtime (and atime) := now */
u64 inode_blocks_from_pages(const struct inode *inode);		/* st_blocks of what lies in the page cache */

/* -ETXTBSY while it is open for writing; then nobody can open it for writing */
int deny_write_access(struct inode *inode);
void allow_write_access(struct inode *inode);
int get_write_access(struct inode *inode);
void put_write_access(struct inode *inode);

/* --- dentries --------------------------------------------------------------------------------- */

#define DENTRY_PINNED	BIT(0)		/* the tree itself holds a reference while it is hashed */
#define DENTRY_MOUNTED	BIT(1)		/* something is mounted here, in some mount */
#define DENTRY_NAME_INLINE 40

/*
 * Locks: (d) dcache_lock (i) immutable (r) while you hold a reference it does not change from or to
 * NULL but by instantiate
 */
struct dentry {
	struct inode	*inode;			/* (r) NULL: negative, only while somebody is about to create it */
	struct dentry	*parent;		/* (d) itself: a root. Counted */
	struct superblock *sb;			/* (i) */
	const char	*name;			/* (d) */
	u32		name_len, hash;		/* (d) */
	u32		flags;			/* (d) DENTRY_* */
	atomic_t	count;
	struct hlist_node hash_node;		/* (d) unhashed: deleted, or never was there */
	struct list_head children;		/* (d) hashed children; newest last */
	struct list_head sibling;		/* (d) in parent->children */
	u64		cookie;			/* (d) position in readdir: grows with each new name in the directory */
	u64		next_cookie;		/* (d) of a directory: the cookie of the next child */
	void		*private;
	char		name_inline[DENTRY_NAME_INLINE];
};

extern spinlock_t dcache_lock;

/* => new, negative, unhashed, count 1; NULL without memory */
struct dentry *d_alloc(struct dentry *parent, const char *name, size_t len);
struct dentry *d_make_root(struct superblock *sb, struct inode *inode);
/* Give it an inode (takes over the reference) and hash it; pin: it stays until d_delete. */
void d_add(struct dentry *dentry, struct inode *inode, bool pin);
/* hashed child of that name, referenced, or NULL */
struct dentry *d_lookup(struct dentry *parent, const char *name, size_t len);
static inline struct dentry *dget(struct dentry *dentry)
{
	refcount_add(&dentry->count, 1, REF_DENTRY);
	return dentry;
}
void dput(struct dentry *dentry);		/* sleeps: the last one may free the file */
void d_delete(struct dentry *dentry);		/* its name is gone; who has it open keeps it */
void d_move(struct dentry *dentry, struct dentry *target);	/* dentry takes target's place and name; target goes */
void d_exchange(struct dentry *a, struct dentry *b);
bool d_unlinked(const struct dentry *dentry);
bool d_has_children(struct dentry *dentry);
bool d_is_ancestor(struct dentry *ancestor, struct dentry *dentry);	/* or equal */

/* --- paths and mounts ------------------------------------------------------------------------- */

struct path {
	struct mount	*mnt;
	struct dentry	*dentry;
};
void path_get(const struct path *path);
void path_put(const struct path *path);

/* Locks: (d) dcache_lock (i) immutable */
struct mount {
	struct superblock *sb;			/* (i) */
	struct dentry	*root;			/* (i) counted: of sb, or deeper for a bind mount */
	struct mount	*parent;		/* (d) counted; NULL: the first of all, or detached */
	struct dentry	*mountpoint;		/* (d) counted */
	struct list_head list;			/* (d) all mounts, oldest first */
	atomic_t	count;
	int		id;			/* (i) for mountinfo */
	unsigned long	flags;			/* MS_* (a) */
	char		source[64];		/* (i) what /proc/mounts shows as device */
};

/*
 * d_path - the name as seen from root; NULL: the root of the first mount
 *
 * => pointer into buf, or ERR_PTR(-ENAMETOOLONG); " (deleted)" is appended when it is
 */
char *d_path(const struct path *path, const struct path *root, char *buf, size_t size);
char *file_path(const struct file *file, char *buf, size_t size);	/* from the global root */

/* --- open files ------------------------------------------------------------------------------- */

struct file_operations {
	int (*open)(struct inode *inode, struct file *file);
	void (*release)(struct inode *inode, struct file *file);	/* the last reference is gone */
	/* => bytes, 0 at the end, or -errno; *pos is advanced by the callee. The position lock is held when file has a position */
	ssize_t (*read)(struct file *file, struct iov_iter *to, u64 *pos);
	ssize_t (*write)(struct file *file, struct iov_iter *from, u64 *pos);
	u64 (*size)(struct file *file);			/* for SEEK_END where it is not inode->size */
	s64 (*llseek)(struct file *file, s64 offset, int whence);	/* NULL: generic_llseek */
	int (*iterate)(struct file *file, struct dir_context *ctx);
	unsigned int (*poll)(struct file *file, struct poll_table *pt);	/* NULL: always ready */
	long (*ioctl)(struct file *file, unsigned int cmd, unsigned long arg);	/* -ENOTTY when unknown */
	/* sets vma->ops and private; the caller has set vma->file and taken the reference. mmap_lock held for writing */
	int (*mmap)(struct file *file, struct vma *vma);
	int (*fsync)(struct file *file);
	int (*flush)(struct file *file);		/* each close(2) */
};

#define FMODE_READ	BIT(0)
#define FMODE_WRITE	BIT(1)
#define FMODE_STREAM	BIT(2)		/* has no position: pipe, terminal */
#define FMODE_PATH	BIT(3)		/* O_PATH: names a file, can't be read */
#define FMODE_WRITER	BIT(4)		/* counted in inode->writers */

/* Locks: (p) pos_lock (i) immutable after open (a) atomic */
struct file {
	atomic_t	count;
	unsigned int	mode;			/* (i) FMODE_* */
	unsigned int	flags;			/* (a) O_* as fcntl shows them */
	const struct file_operations *op;	/* (i) */
	struct path	path;			/* (i) */
	struct inode	*inode;			/* (i) path.dentry->inode */
	struct mutex	pos_lock;
	u64		pos;			/* (p) */
	u64		version;		/* (p) for readdir and seq files */
	void		*private;
};

static inline struct file *get_file(struct file *file)
{
	refcount_inc(&file->count, REF_FILE);
	return file;
}
void fput(struct file *file);			/* sleeps */
/* => a file on path (reference taken), not yet in any table; runs op->open. ERR_PTR(-errno) */
struct file *dentry_open(const struct path *path, unsigned int flags);
/*
 * An inode that is in no directory (pipes, eventfd, memfd), and a path to it. name is what d_path
 * shows; a %llu in it is its number
 */
int anon_path(const char *name, umode_t mode, struct path *path);
/* => a file on path (reference taken) with these operations; open is not run. ERR_PTR(-ENOMEM) */
struct file *alloc_file(const struct path *path, unsigned int flags, const struct file_operations *op, void *private);

s64 generic_llseek(struct file *file, s64 offset, int whence);
/* A position from whence, checked: -EINVAL below 0 */
s64 seek_position(struct file *file, s64 offset, int whence, u64 end);
ssize_t kernel_read(struct file *file, void *buf, size_t count, u64 *pos);
ssize_t kernel_write(struct file *file, const void *buf, size_t count, u64 *pos);
int vfs_truncate(struct inode *inode, u64 size);

/*
 * How long the running task may make a file. Who wants more gets SIGXFSZ and -EFBIG; what is written over the border is cut there.
 * => inode_newsize_ok: rwsem held; a file that is longer already may have any size below its own
 */
#define RLIMIT_FSIZE	1
int inode_newsize_ok(const struct inode *inode, u64 size);
int generic_write_check_limits(u64 pos, struct iov_iter *from);

/*
 * Directories: emit returns false when the buffer is full; then iterate returns and is called again
 * with the same pos.
 */
struct dir_context {
	bool (*emit)(struct dir_context *ctx, const char *name, size_t len, u64 ino, u8 type, u64 next_pos);
	u64 pos;
};
/*
 * readdir of a directory whose dentries are all in memory: "." and ".." are positions 0 and 1,
 * children follow by cookie
 */
int dcache_iterate(struct file *file, struct dir_context *ctx);
/* => false: no room even for these */
bool dir_emit_dots(struct file *file, struct dir_context *ctx);
extern const struct file_operations dcache_dir_operations;

/* What stat shows. */
void vfs_getattr(const struct path *path, struct user_stat *st);

/*
 * vfs_init - caches; after slab_init, before everything else in fs. Then file systems are
 * registered, then mount_root()
 */
void vfs_init(void);

#endif
