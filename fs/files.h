/* fs/files.h - what a task has open (struct files), and where it stands in the tree (struct fs_context).
 *
 * Both are shared by the threads of a process and copied by fork. A file descriptor is an index;
 * closing it takes the file out of the table first and drops the reference afterwards, so that two
 * closes of one number cannot both succeed.
 *
 * Linux: include/linux/fdtable.h, fs_struct.h, fs/file.c.
 */
#ifndef FS_FILES_H
#define FS_FILES_H

#include <fs/vfs.h>
#include <kernel/sched/task.h>

#define FILES_DEFAULT_LIMIT	1024		/* RLIMIT_NOFILE, until process/ says otherwise */
#define FILES_HARD_LIMIT	65536

/* Locks: (a) atomic (l) lock; reading alone is fine for the only user (count 1) */
struct files {
	atomic_t	count;			/* (a) tasks that share it, and short look-ups from outside */
	spinlock_t	lock;
	unsigned int	size;			/* (l) slots of the table, a multiple of 64 */
	unsigned int	next_free;		/* (l) no free number below */
	struct file	**fd;			/* (l) NULL: free, or reserved (bit in used set) */
	unsigned long	*used;			/* (l) bit: number is taken */
	unsigned long	*close_on_exec;		/* (l) */
};

/* => limit of descriptor numbers for the running task (RLIMIT_NOFILE); registered by process/ */
extern unsigned int (*files_limit_hook)(void);
/* => sends a signal to the running task (SIGPIPE, SIGXFSZ); registered by process/ */
extern void (*raise_signal_hook)(int sig);

struct files *files_alloc(void);			/* empty, count 1; NULL without memory */
struct files *files_copy(struct files *old);		/* fork: the same files, shared positions; NULL without memory */
static inline struct files *files_get(struct files *files)
{
	refcount_inc(&files->count, REF_FILES);
	return files;
}
void files_put(struct files *files);			/* the last one closes everything; sleeps */
/*
 * exec: the task gets a table of its own (if it was shared), then all close-on-exec descriptors go;
 * 0 or -ENOMEM
 */
int files_prepare_exec(struct task *task);
void files_close_on_exec(struct files *files);

/* All of these work on current->files. */
int get_unused_fd_flags(unsigned int flags);		/* lowest free number, reserved; O_CLOEXEC; -EMFILE, -ENOMEM */
void put_unused_fd(unsigned int fd);
void fd_install(unsigned int fd, struct file *file);	/* takes over the reference */
struct file *fget(unsigned int fd);			/* with a reference; NULL: not open. Not for O_PATH files */
struct file *fget_raw(unsigned int fd);			/* O_PATH files too */
struct file *files_lookup(struct files *files, unsigned int fd);	/* fget of another task's table: /proc/PID/fd */
int close_fd(unsigned int fd);				/* 0, -EBADF, or the error of flush */

/* dup: a further number for file, lowest >= start; -EINVAL when start is beyond the limit, -EMFILE */
int dup_file_from(struct file *file, unsigned int start, unsigned int flags);
/* dup2: `new` becomes the file of `old`; what it was is closed. => new, or -EBADF, -EBUSY, -ENOMEM */
int dup_file_to(unsigned int old, unsigned int new, unsigned int flags);
int get_close_on_exec(unsigned int fd);			/* 0, 1, -EBADF */
int set_close_on_exec(unsigned int fd, bool on);

/*
 * The cheap fget of a system call: no reference when the table has one user only. fdput in the same
 * call.
 */
struct fd {
	struct file *file;				/* NULL: not open */
	bool need_put;
};
struct fd fdget(unsigned int fd);
struct fd fdget_raw(unsigned int fd);
static inline void fdput(struct fd f)
{
	if (f.need_put)
		fput(f.file);
}

/* Locks: (l) lock */
struct fs_context {
	atomic_t	count;
	spinlock_t	lock;
	struct path	root, cwd;		/* (l) counted */
	unsigned int	umask;
};
struct fs_context *fs_context_alloc(void);		/* at the global root, umask 022 */
struct fs_context *fs_context_copy(struct fs_context *old);
static inline struct fs_context *fs_context_get(struct fs_context *fs)
{
	atomic_inc(&fs->count);
	return fs;
}
void fs_context_put(struct fs_context *fs);
/* => with references. Kernel threads without a context see the global root */
void get_fs_root(struct fs_context *fs, struct path *root);
void get_fs_cwd(struct fs_context *fs, struct path *cwd);

/* which: &fs->root or &fs->cwd; takes a reference to path */
void set_fs_path(struct fs_context *fs, struct path *which, const struct path *path);

/* another task's table, with a count (files_put when done), or NULL once it has exited */
struct files *get_task_files(struct task *task);
struct fs_context *get_task_fs(struct task *task);

/* fcntl's F_ADD_SEALS and F_GET_SEALS (fs/seals.c): 0, the seals; -EPERM, -EINVAL: can't be sealed, -EBUSY: mapped for writing */
long file_add_seals(struct file *file, unsigned int seals);
long file_get_seals(struct file *file);

#endif
