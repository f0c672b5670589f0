/* kernel/sync/mutex.h - a lock for one task at a time; who waits, sleeps.
 *
 * Only the owner unlocks. Not in interrupt handlers, not with a spinlock held. The lock is handed to the first
 * waiter directly, so that nobody who comes later can overtake it.
 *
 * Linux: include/linux/mutex.h, kernel/locking/mutex.c.
 */
#ifndef KERNEL_SYNC_MUTEX_H
#define KERNEL_SYNC_MUTEX_H

#include <kernel/lib/list.h>
#include <kernel/sched/task.h>
#include <kernel/sync/spinlock.h>

struct mutex {
	unsigned long	owner;		/* (atomic) address of the owner's task; bit 0: there are waiters */
	spinlock_t	wait_lock;
	struct list_head waiters;	/* (wait_lock) first come, first served */
#ifdef CONFIG_DEBUG
	struct lock_dep	dep;
#endif
};

#define __MUTEX_INITIALIZER(name)	{ LOCK_DEP_INIT(LOCK_NAME(name))			\
	.wait_lock = SPIN_LOCK_OF_CLASS(LOCK_CLASS_MUTEX_WAITERS), .waiters = LIST_HEAD_INIT((name).waiters) }
#define DEFINE_MUTEX(name)		struct mutex name = __MUTEX_INITIALIZER(name)

void __mutex_init(struct mutex *m);
#define mutex_init(m)	do { __mutex_init(m); lock_dep_init(&(m)->dep, LOCK_NAME(m)); } while (0)
void mutex_lock(struct mutex *m);
/* A second mutex of the same class; subclass as for spin_lock_nested(). */
void mutex_lock_nested(struct mutex *m, unsigned int subclass);
/* => 0, or -EINTR when a signal (killable: a fatal one) came first; then the mutex is not held */
int mutex_lock_interruptible(struct mutex *m) __must_check;
int mutex_lock_killable(struct mutex *m) __must_check;
/* => true when taken; never sleeps */
bool mutex_trylock(struct mutex *m);
void mutex_unlock(struct mutex *m);

static inline bool mutex_is_locked(const struct mutex *m)
{
	return READ_ONCE(m->owner) != 0;
}

/* => held by the calling task */
bool mutex_is_held(const struct mutex *m);

#endif
