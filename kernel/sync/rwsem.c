/* kernel/sync/rwsem.c - many readers or one writer.
 *
 * While nobody waits, the count is everything. A waiter sets RWSEM_WAITERS under wait_lock: from then on newcomers
 * queue too, and only releases change the count. Each release that may let somebody in looks at the head of the queue:
 * a writer alone, or all readers up to the next writer. The lock is given to them before they are woken.
 *
 * Linux: kernel/locking/rwsem.c.
 */
#include <kernel/sync/rwsem.h>

#include <kernel/debug/assert.h>
#include <kernel/lib/errno.h>

/* Lives on the waiting task's stack until granted is seen. */
struct rwsem_waiter {
	struct list_head node;		/* (wait_lock) */
	struct task	*task;
	bool		writer;
	bool		granted;	/* (wait_lock) written; read by the waiter */
};

void __init_rwsem(struct rw_semaphore *sem)
{
	*sem = (struct rw_semaphore){ .wait_lock = SPIN_LOCK_OF_CLASS(LOCK_CLASS_RWSEM_WAITERS) };
	INIT_LIST_HEAD(&sem->waiters);
}

bool rwsem_is_held_write(const struct rw_semaphore *sem)
{
	return (READ_ONCE(sem->count) & RWSEM_WRITER) && READ_ONCE(sem->owner) == current;
}

static bool read_if_free(struct rw_semaphore *sem)
{
	unsigned long count = READ_ONCE(sem->count);

	while (!(count & (RWSEM_WRITER | RWSEM_WAITERS)))
		if (try_cmpxchg(&sem->count, &count, count + RWSEM_READER))
			return true;
	return false;
}

static bool write_if_free(struct rw_semaphore *sem)
{
	if (cmpxchg(&sem->count, 0, RWSEM_WRITER))
		return false;
	WRITE_ONCE(sem->owner, current);
	return true;
}

bool down_read_trylock(struct rw_semaphore *sem)
{
	if (!read_if_free(sem))
		return false;
	lock_dep_acquired(sem, LOCK_TRY);
	return true;
}

bool down_write_trylock(struct rw_semaphore *sem)
{
	if (!write_if_free(sem))
		return false;
	lock_dep_acquired(sem, LOCK_TRY);
	return true;
}

/* Let the first waiter in if the count allows it now. => wait_lock held */
static bool admit(struct rw_semaphore *sem, const struct rwsem_waiter *first)
{
	unsigned long count = READ_ONCE(sem->count);

	for (;;) {
		if ((count & RWSEM_WRITER) || (first->writer && count >= RWSEM_READER))
			return false;
		if (try_cmpxchg(&sem->count, &count, count + (first->writer ? RWSEM_WRITER : RWSEM_READER)))
			return true;
	}
}

/* Admit from the head of the queue as many as may share the lock. => wait_lock held, RWSEM_WAITERS set */
static void admit_waiters(struct rw_semaphore *sem)
{
	struct rwsem_waiter *first;

	while ((first = list_first_entry_or_null(&sem->waiters, struct rwsem_waiter, node))) {
		struct task *task = first->task;

		if (!admit(sem, first))
			return;
		if (first->writer)
			WRITE_ONCE(sem->owner, task);
		list_del(&first->node);
		/* Once granted is set, the waiter goes on and may even exit: hold its task until it is woken. */
		get_task(task);
		smp_store_release(&first->granted, true);
		wake_up_process(task);
		put_task(task);
	}
	__atomic_fetch_and(&sem->count, ~RWSEM_WAITERS, __ATOMIC_SEQ_CST);
}

static void wake_waiters(struct rw_semaphore *sem)
{
	spin_lock(&sem->wait_lock);
	admit_waiters(sem);
	spin_unlock(&sem->wait_lock);
}

/* A signal came. => false: but the lock came first, and is ours */
static bool give_up(struct rw_semaphore *sem, struct rwsem_waiter *waiter)
{
	bool granted;

	spin_lock(&sem->wait_lock);
	granted = waiter->granted;
	if (!granted) {
		/* Readers may have queued only because we stood before them. */
		list_del(&waiter->node);
		admit_waiters(sem);
	}
	spin_unlock(&sem->wait_lock);
	return !granted;
}

static int down_slowly(struct rw_semaphore *sem, bool writer, unsigned int state)
{
	struct rwsem_waiter waiter = { .task = current, .writer = writer };
	int err = 0;

	ASSERTF(!rwsem_is_held_write(sem), "rwsem 0x%016lx is taken again by its writer", (unsigned long)sem);
	spin_lock(&sem->wait_lock);
	list_add_tail(&waiter.node, &sem->waiters);
	__atomic_fetch_or(&sem->count, RWSEM_WAITERS, __ATOMIC_SEQ_CST);
	/* The holder may have left before it could see the flag. */
	admit_waiters(sem);
	spin_unlock(&sem->wait_lock);
	for (;;) {
		set_current_state(state);
		if (smp_load_acquire(&waiter.granted))
			break;
		if (signal_pending_state(state, current) && give_up(sem, &waiter)) {
			err = -EINTR;
			break;
		}
		if (!READ_ONCE(waiter.granted))
			schedule();
	}
	__set_current_state(TASK_RUNNING);
	return err;
}

static __always_inline int down_state(struct rw_semaphore *sem, bool writer, unsigned int state, unsigned int subclass)
{
	int err = 0;

	might_sleep();
	lock_dep_acquire(sem, subclass);
	if (unlikely(!(writer ? write_if_free(sem) : read_if_free(sem))))
		err = down_slowly(sem, writer, state);
	if (!err)
		lock_dep_acquired(sem, subclass);
	return err;
}

void down_read(struct rw_semaphore *sem)
{
	down_state(sem, false, TASK_UNINTERRUPTIBLE, 0);
}

void down_read_nested(struct rw_semaphore *sem, unsigned int subclass)
{
	down_state(sem, false, TASK_UNINTERRUPTIBLE, subclass);
}

int down_read_killable(struct rw_semaphore *sem)
{
	return down_state(sem, false, TASK_KILLABLE, 0);
}

void down_write(struct rw_semaphore *sem)
{
	down_state(sem, true, TASK_UNINTERRUPTIBLE, 0);
}

void down_write_nested(struct rw_semaphore *sem, unsigned int subclass)
{
	down_state(sem, true, TASK_UNINTERRUPTIBLE, subclass);
}

int down_write_killable(struct rw_semaphore *sem)
{
	return down_state(sem, true, TASK_KILLABLE, 0);
}

void up_read(struct rw_semaphore *sem)
{
	unsigned long count;

	lock_dep_release(sem);
	count = __atomic_sub_fetch(&sem->count, RWSEM_READER, __ATOMIC_SEQ_CST);
	VM_ASSERTF(count + RWSEM_READER >= RWSEM_READER, "rwsem 0x%016lx had no reader", (unsigned long)sem);
	if (unlikely((count & RWSEM_WAITERS) && count < RWSEM_READER))
		wake_waiters(sem);
}

void up_write(struct rw_semaphore *sem)
{
	unsigned long count;

	VM_ASSERTF(rwsem_is_held_write(sem), "rwsem 0x%016lx", (unsigned long)sem);
	lock_dep_release(sem);
	WRITE_ONCE(sem->owner, NULL);
	count = __atomic_fetch_and(&sem->count, ~RWSEM_WRITER, __ATOMIC_SEQ_CST);
	if (unlikely(count & RWSEM_WAITERS))
		wake_waiters(sem);
}

void downgrade_write(struct rw_semaphore *sem)
{
	unsigned long count;

	VM_ASSERTF(rwsem_is_held_write(sem), "rwsem 0x%016lx", (unsigned long)sem);
	WRITE_ONCE(sem->owner, NULL);
	count = __atomic_add_fetch(&sem->count, RWSEM_READER - RWSEM_WRITER, __ATOMIC_SEQ_CST);
	if (unlikely(count & RWSEM_WAITERS))
		wake_waiters(sem);
}
