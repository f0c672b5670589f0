/* kernel/sync/mutex.c - a lock for one task at a time.
 *
 * The owner word is all that matters while nobody waits. Bit 0 of it is set, under wait_lock, when somebody waits: then
 * the owner's quick release fails, and it hands the lock to the first waiter. So the word is never 0 while there are
 * waiters, and nobody can take the lock in between.
 *
 * Linux: kernel/locking/mutex.c.
 */
#include <kernel/sync/mutex.h>

#include <kernel/debug/assert.h>
#include <kernel/lib/errno.h>

#define MUTEX_WAITERS	1UL

/* Lives on the waiting task's stack until granted is seen. */
struct mutex_waiter {
	struct list_head node;		/* (wait_lock) */
	struct task	*task;
	bool		granted;	/* (wait_lock) written; read by the waiter */
};

void __mutex_init(struct mutex *m)
{
	*m = (struct mutex){ .wait_lock = SPIN_LOCK_OF_CLASS(LOCK_CLASS_MUTEX_WAITERS) };
	INIT_LIST_HEAD(&m->waiters);
}

bool mutex_is_held(const struct mutex *m)
{
	return (READ_ONCE(m->owner) & ~MUTEX_WAITERS) == (unsigned long)current;
}

static inline bool take_if_free(struct mutex *m)
{
	return cmpxchg(&m->owner, 0, (unsigned long)current) == 0;
}

bool mutex_trylock(struct mutex *m)
{
	if (!take_if_free(m))
		return false;
	lock_dep_acquired(m, LOCK_TRY);
	return true;
}

/* => true: it was free, and is ours; false: the owner will find us on the list. wait_lock held. */
static bool take_or_announce(struct mutex *m)
{
	unsigned long owner = READ_ONCE(m->owner);

	for (;;) {
		if (!owner) {
			if (try_cmpxchg(&m->owner, &owner, (unsigned long)current))
				return true;
		} else if (try_cmpxchg(&m->owner, &owner, owner | MUTEX_WAITERS)) {
			return false;
		}
	}
}

/* A signal came. => false: but the lock came first, and is ours */
static bool give_up(struct mutex *m, struct mutex_waiter *waiter)
{
	bool granted;

	spin_lock(&m->wait_lock);
	granted = waiter->granted;
	if (!granted) {
		list_del(&waiter->node);
		if (list_empty(&m->waiters))
			__atomic_fetch_and(&m->owner, ~MUTEX_WAITERS, __ATOMIC_SEQ_CST);
	}
	spin_unlock(&m->wait_lock);
	return !granted;
}

static int lock_slowly(struct mutex *m, unsigned int state)
{
	struct mutex_waiter waiter = { .task = current };
	int err = 0;

	ASSERTF(!mutex_is_held(m), "mutex 0x%016lx is taken again by its owner", (unsigned long)m);
	spin_lock(&m->wait_lock);
	if (take_or_announce(m)) {
		spin_unlock(&m->wait_lock);
		return 0;
	}
	list_add_tail(&waiter.node, &m->waiters);
	spin_unlock(&m->wait_lock);
	for (;;) {
		set_current_state(state);
		if (smp_load_acquire(&waiter.granted))
			break;
		if (signal_pending_state(state, current) && give_up(m, &waiter)) {
			err = -EINTR;
			break;
		}
		if (!READ_ONCE(waiter.granted))
			schedule();
	}
	__set_current_state(TASK_RUNNING);
	return err;
}

static __always_inline int lock_state(struct mutex *m, unsigned int state, unsigned int subclass)
{
	int err;

	might_sleep();
	lock_dep_acquire(m, subclass);
	err = likely(take_if_free(m)) ? 0 : lock_slowly(m, state);
	if (!err)
		lock_dep_acquired(m, subclass);
	return err;
}

void mutex_lock(struct mutex *m)
{
	lock_state(m, TASK_UNINTERRUPTIBLE, 0);
}

void mutex_lock_nested(struct mutex *m, unsigned int subclass)
{
	lock_state(m, TASK_UNINTERRUPTIBLE, subclass);
}

int mutex_lock_interruptible(struct mutex *m)
{
	return lock_state(m, TASK_INTERRUPTIBLE, 0);
}

int mutex_lock_killable(struct mutex *m)
{
	return lock_state(m, TASK_KILLABLE, 0);
}

void mutex_unlock(struct mutex *m)
{
	struct mutex_waiter *first;
	struct task *task = NULL;

	lock_dep_release(m);
	if (likely(cmpxchg(&m->owner, (unsigned long)current, 0) == (unsigned long)current))
		return;
	ASSERTF(mutex_is_held(m), "mutex 0x%016lx is released by another task than its owner", (unsigned long)m);
	spin_lock(&m->wait_lock);
	first = list_first_entry_or_null(&m->waiters, struct mutex_waiter, node);
	if (first) {
		/* Once granted is set, the waiter goes on and may even exit: hold its task until it is woken. */
		task = get_task(first->task);
		list_del(&first->node);
		WRITE_ONCE(m->owner, (unsigned long)task | (list_empty(&m->waiters) ? 0 : MUTEX_WAITERS));
		smp_store_release(&first->granted, true);
	} else {
		smp_store_release(&m->owner, 0);
	}
	spin_unlock(&m->wait_lock);
	if (task) {
		wake_up_process(task);
		put_task(task);
	}
}
