/* kernel/sync/wait.c - wait queues.
 *
 * Linux: kernel/sched/wait.c.
 */
#include <kernel/sync/wait.h>

void init_waitqueue_entry(wait_queue_entry_t *entry, struct task *task)
{
	*entry = (wait_queue_entry_t){ .private = task, .func = default_wake_function };
	INIT_LIST_HEAD(&entry->entry);
}

void init_waitqueue_func_entry(wait_queue_entry_t *entry, wait_queue_func_t func)
{
	init_waitqueue_entry(entry, NULL);
	entry->func = func;
}

int default_wake_function(wait_queue_entry_t *entry, unsigned int mode, int sync, void *key __unused)
{
	return sync ? try_to_wake_up_sync(entry->private, mode) : try_to_wake_up(entry->private, mode);
}

int autoremove_wake_function(wait_queue_entry_t *entry, unsigned int mode, int sync, void *key)
{
	int woken = default_wake_function(entry, mode, sync, key);

	if (woken)
		list_del_init(&entry->entry);
	return woken;
}

/* Exclusive waiters stand behind all others, so that one pass serves everybody who must be woken. => locked */
static void enqueue(wait_queue_head_t *wq, wait_queue_entry_t *entry)
{
	if (entry->flags & WQ_FLAG_EXCLUSIVE)
		list_add_tail(&entry->entry, &wq->head);
	else
		list_add(&entry->entry, &wq->head);
}

void add_wait_queue(wait_queue_head_t *wq, wait_queue_entry_t *entry)
{
	unsigned long flags;

	entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	spin_lock_irqsave(&wq->lock, flags);
	enqueue(wq, entry);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void add_wait_queue_exclusive(wait_queue_head_t *wq, wait_queue_entry_t *entry)
{
	unsigned long flags;

	entry->flags |= WQ_FLAG_EXCLUSIVE;
	spin_lock_irqsave(&wq->lock, flags);
	enqueue(wq, entry);
	spin_unlock_irqrestore(&wq->lock, flags);
}

/* The lock is taken even if the entry looks gone: who woke us may still be writing to it. */
void remove_wait_queue(wait_queue_head_t *wq, wait_queue_entry_t *entry)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	list_del_init(&entry->entry);
	spin_unlock_irqrestore(&wq->lock, flags);
}

static void prepare(wait_queue_head_t *wq, wait_queue_entry_t *entry, unsigned int state)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	if (list_empty(&entry->entry))
		enqueue(wq, entry);
	set_current_state(state);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void prepare_to_wait(wait_queue_head_t *wq, wait_queue_entry_t *entry, unsigned int state)
{
	entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	prepare(wq, entry, state);
}

void prepare_to_wait_exclusive(wait_queue_head_t *wq, wait_queue_entry_t *entry, unsigned int state)
{
	entry->flags |= WQ_FLAG_EXCLUSIVE;
	prepare(wq, entry, state);
}

int prepare_to_wait_event(wait_queue_head_t *wq, wait_queue_entry_t *entry, unsigned int state)
{
	if (unlikely(signal_pending_state(state, current))) {
		/* An exclusive wakeup must not end at a waiter that is leaving: off the queue before the last test. */
		remove_wait_queue(wq, entry);
		return -ERESTARTSYS;
	}
	prepare(wq, entry, state);
	return 0;
}

void finish_wait(wait_queue_head_t *wq, wait_queue_entry_t *entry)
{
	__set_current_state(TASK_RUNNING);
	remove_wait_queue(wq, entry);
}

static void wake_waiters(wait_queue_head_t *wq, unsigned int mode, int nr_exclusive, int sync, void *key)
{
	wait_queue_entry_t *entry, *next;

	list_for_each_entry_safe(entry, next, &wq->head, entry) {
		bool exclusive = entry->flags & WQ_FLAG_EXCLUSIVE;
		int result = entry->func(entry, mode, sync, key);

		if (result < 0)
			break;
		if (result && exclusive && --nr_exclusive == 0)
			break;
	}
}

void __wake_up_locked(wait_queue_head_t *wq, unsigned int mode, int nr_exclusive, void *key)
{
	wake_waiters(wq, mode, nr_exclusive, 0, key);
}

void __wake_up(wait_queue_head_t *wq, unsigned int mode, int nr_exclusive, void *key)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	wake_waiters(wq, mode, nr_exclusive, 0, key);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void __wake_up_sync(wait_queue_head_t *wq, unsigned int mode, int nr_exclusive, void *key)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	wake_waiters(wq, mode, nr_exclusive, 1, key);
	spin_unlock_irqrestore(&wq->lock, flags);
}
