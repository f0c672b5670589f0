/* kernel/sync/rwsem.h - a sleeping lock for many readers or one writer.
 *
 * Fair to writers: once a task waits, new readers queue behind it (and down_read_trylock fails). So a reader must
 * not take the same semaphore for reading twice: a writer that comes in between would stop it for ever.
 *
 * Linux: include/linux/rwsem.h, kernel/locking/rwsem.c.
 */
#ifndef KERNEL_SYNC_RWSEM_H
#define KERNEL_SYNC_RWSEM_H

#include <kernel/lib/list.h>
#include <kernel/sched/task.h>
#include <kernel/sync/spinlock.h>

struct rw_semaphore {
	unsigned long	count;		/* (atomic) bit 0: writer, bit 1: waiters, from bit 8: number of readers */
	struct task	*owner;		/* the writer, NULL when there is none */
	spinlock_t	wait_lock;
	struct list_head waiters;	/* (wait_lock) first come, first served */
#ifdef CONFIG_DEBUG
	struct lock_dep	dep;
#endif
};

#define RWSEM_WRITER		1UL
#define RWSEM_WAITERS		2UL
#define RWSEM_READER		256UL

#define __RWSEM_INITIALIZER(name)	{ LOCK_DEP_INIT(LOCK_NAME(name))			\
	.wait_lock = SPIN_LOCK_OF_CLASS(LOCK_CLASS_RWSEM_WAITERS), .waiters = LIST_HEAD_INIT((name).waiters) }
#define DECLARE_RWSEM(name)		struct rw_semaphore name = __RWSEM_INITIALIZER(name)

void __init_rwsem(struct rw_semaphore *sem);
#define init_rwsem(sem)	do { __init_rwsem(sem); lock_dep_init(&(sem)->dep, LOCK_NAME(sem)); } while (0)

void down_read(struct rw_semaphore *sem);
/* => 0, or -EINTR on a fatal signal */
int down_read_killable(struct rw_semaphore *sem) __must_check;
/* => true when taken; never sleeps; fails also when somebody waits */
bool down_read_trylock(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem);

void down_write(struct rw_semaphore *sem);
/* A second one of the same class; subclass as for spin_lock_nested(). */
void down_write_nested(struct rw_semaphore *sem, unsigned int subclass);
void down_read_nested(struct rw_semaphore *sem, unsigned int subclass);
int down_write_killable(struct rw_semaphore *sem) __must_check;
bool down_write_trylock(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);
/* The writer becomes a reader without letting another writer in between. */
void downgrade_write(struct rw_semaphore *sem);

static inline bool rwsem_is_locked(const struct rw_semaphore *sem)
{
	return READ_ONCE(sem->count) >= RWSEM_READER || (READ_ONCE(sem->count) & RWSEM_WRITER);
}

/* => somebody waits for it: a long scan should let go */
static inline bool rwsem_is_contended(const struct rw_semaphore *sem)
{
	return READ_ONCE(sem->count) & RWSEM_WAITERS;
}

/* => held for writing by the calling task */
bool rwsem_is_held_write(const struct rw_semaphore *sem);

#endif
