/* fs/ipc/shm.h - System V shared memory: segments with a number, which live until somebody removes them.
 *
 * A segment is a file of tmpfs without a name; attaching it is mapping the file, with operations that count. Its pages
 * are shared memory like any other, and go to swap. A removed segment lives until nobody has it attached.
 *
 * One mutex guards all segments. It is taken with the mmap_lock held, when areas come and go; so no user memory is touched
 * with it.
 *
 * Linux: ipc/shm.c, ipc/util.c.
 */
#ifndef FS_IPC_SHM_H
#define FS_IPC_SHM_H

#include <fs/vfs.h>
#include <kernel/sync/mutex.h>

/* shmget */
#define IPC_PRIVATE	0
#define IPC_CREAT	01000
#define IPC_EXCL	02000
#define SHM_HUGETLB	04000
#define SHM_NORESERVE	010000
/* shmat */
#define SHM_RDONLY	010000
#define SHM_RND		020000
#define SHM_REMAP	040000
#define SHM_EXEC	0100000
#define SHMLBA		PAGE_SIZE
/* shmctl */
#define IPC_RMID	0
#define IPC_SET		1
#define IPC_STAT	2
#define IPC_INFO	3
#define SHM_LOCK	11
#define SHM_UNLOCK	12
#define SHM_STAT	13
#define SHM_INFO	14
#define SHM_STAT_ANY	15
/* bits of the mode that shmctl shows */
#define SHM_DEST	01000
#define SHM_LOCKED	02000

#define SHM_SLOTS	4096		/* segments at most */
#define SHM_SLOT_BITS	15		/* id = sequence number << this | slot, as on Linux */

/* Locks: (m) shm_mutex (i) immutable */
struct shm_segment {
	int		id;		/* (i) */
	int		key;		/* (m) IPC_PRIVATE: cannot be found */
	struct file	*file;		/* (i) */
	size_t		size;		/* (i) bytes, as asked for */
	bool		accounted;	/* (i) its pages are promised */
	umode_t		mode;		/* (m) with SHM_DEST and SHM_LOCKED */
	uid_t		uid, cuid;	/* (m) (i) */
	gid_t		gid, cgid;	/* (m) (i) */
	pid_t		cpid, lpid;	/* (i) (m) */
	u64		atime, dtime, ctime; /* (m) seconds */
	unsigned long	nattch;		/* (m) areas, and shmat calls under way */
};

extern struct mutex shm_mutex;
extern struct shm_segment *shm_segments[SHM_SLOTS];	/* (m) by slot */
extern unsigned long shm_ctlmax, shm_ctlall, shm_total;	/* bytes, pages, pages in use; /proc/sys/kernel */
extern unsigned int shm_ctlmni;

/* => shm_mutex held. The segment, or ERR_PTR(-EINVAL: no such one, -EIDRM: not any more) */
struct shm_segment *shm_find(int id);
/* One user less; true: it was removed before, that was the last one, and it is gone now. => shm_mutex held */
bool shm_put(struct shm_segment *segment);
u64 shm_now(void);			/* seconds */

struct seq;
int shm_proc_show(struct seq *m, void *arg);		/* /proc/sysvipc/shm */

#endif
