/* kernel/sync/wait.h - wait queues: tasks that sleep until a condition holds.
 *
 * No wakeup is lost because of one order: the sleeper first joins the queue and sets its state, then tests the
 * condition, then sleeps; the waker first makes the condition true, then wakes. wait_event does the first three.
 *
 * The queue's lock is irq-safe: waking is allowed in interrupt handlers, and with other spinlocks held.
 *
 * Linux: include/linux/wait.h, kernel/sched/wait.c.
 */
#ifndef KERNEL_SYNC_WAIT_H
#define KERNEL_SYNC_WAIT_H

#include <kernel/lib/errno.h>
#include <kernel/lib/list.h>
#include <kernel/sched/task.h>
#include <kernel/sync/spinlock.h>

typedef struct wait_queue_head {
	spinlock_t	lock;		/* irq-safe */
	struct list_head head;		/* (lock) wait_queue_entry.entry; exclusive waiters at the end */
} wait_queue_head_t;

typedef struct wait_queue_entry wait_queue_entry_t;

/*
 * Called by wake_up under the queue's lock. => 1: woken; counts against the number of exclusive wakeups. 0: it was
 * not for this waiter. < 0: stop.
 */
typedef int (*wait_queue_func_t)(wait_queue_entry_t *entry, unsigned int mode, int sync, void *key);

#define WQ_FLAG_EXCLUSIVE	1	/* one wake_up wakes one of these */

struct wait_queue_entry {
	unsigned int	flags;		/* WQ_FLAG_* */
	void		*private;	/* the task, for the default function */
	wait_queue_func_t func;
	struct list_head entry;		/* (queue's lock) empty: not queued */
};

#define __WAIT_QUEUE_HEAD_INITIALIZER(name)	\
	{ SPIN_LOCK_OF_CLASS(LOCK_CLASS_WAIT_QUEUE), LIST_HEAD_INIT((name).head) }
#define DECLARE_WAIT_QUEUE_HEAD(name)	wait_queue_head_t name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
#define DEFINE_WAIT_FUNC(name, function)	wait_queue_entry_t name = { \
	.private = current, .func = function, .entry = LIST_HEAD_INIT((name).entry) }
#define DEFINE_WAIT(name)		DEFINE_WAIT_FUNC(name, autoremove_wake_function)
#define DECLARE_WAITQUEUE(name, task)	wait_queue_entry_t name = { \
	.private = task, .func = default_wake_function, .entry = LIST_HEAD_INIT((name).entry) }

#define init_waitqueue_head(wq) do { spin_lock_init(&(wq)->lock); INIT_LIST_HEAD(&(wq)->head); } while (0)

void init_waitqueue_entry(wait_queue_entry_t *entry, struct task *task);
void init_waitqueue_func_entry(wait_queue_entry_t *entry, wait_queue_func_t func);

/* => 1 when the task was asleep in one of the states of `mode` and now runs */
int default_wake_function(wait_queue_entry_t *entry, unsigned int mode, int sync, void *key);
/* The same, and takes the entry off the queue when it woke the task. */
int autoremove_wake_function(wait_queue_entry_t *entry, unsigned int mode, int sync, void *key);

void add_wait_queue(wait_queue_head_t *wq, wait_queue_entry_t *entry);
void add_wait_queue_exclusive(wait_queue_head_t *wq, wait_queue_entry_t *entry);
void remove_wait_queue(wait_queue_head_t *wq, wait_queue_entry_t *entry);

/* Join the queue if not yet there, then set the state. The condition is tested after this. */
void prepare_to_wait(wait_queue_head_t *wq, wait_queue_entry_t *entry, unsigned int state);
void prepare_to_wait_exclusive(wait_queue_head_t *wq, wait_queue_entry_t *entry, unsigned int state);
/* The same; => -ERESTARTSYS, and not queued, when a signal that `state` cares for is pending */
int prepare_to_wait_event(wait_queue_head_t *wq, wait_queue_entry_t *entry, unsigned int state);
/* Back to TASK_RUNNING and off the queue. */
void finish_wait(wait_queue_head_t *wq, wait_queue_entry_t *entry);

/*
 * __wake_up - wake every non-exclusive waiter and nr_exclusive of the exclusive ones (0: all)
 *
 * => any context, with any lock held that is not the queue's
 * => everything written before the call is seen by who wakes
 */
void __wake_up(wait_queue_head_t *wq, unsigned int mode, int nr_exclusive, void *key);
/* The same from somebody who goes to sleep soon: see try_to_wake_up_sync(). For pipes and the like. */
void __wake_up_sync(wait_queue_head_t *wq, unsigned int mode, int nr_exclusive, void *key);
/* => the caller holds wq->lock */
void __wake_up_locked(wait_queue_head_t *wq, unsigned int mode, int nr_exclusive, void *key);

#define wake_up(wq)			__wake_up(wq, TASK_NORMAL, 1, NULL)
#define wake_up_nr(wq, nr)		__wake_up(wq, TASK_NORMAL, nr, NULL)
#define wake_up_all(wq)			__wake_up(wq, TASK_NORMAL, 0, NULL)
#define wake_up_interruptible(wq)	__wake_up(wq, TASK_INTERRUPTIBLE, 1, NULL)
#define wake_up_interruptible_all(wq)	__wake_up(wq, TASK_INTERRUPTIBLE, 0, NULL)
#define wake_up_interruptible_sync(wq)	__wake_up_sync(wq, TASK_INTERRUPTIBLE, 1, NULL)
#define wake_up_poll(wq, events)	__wake_up(wq, TASK_NORMAL, 1, (void *)(uintptr_t)(events))

/* => somebody waits. The caller makes its condition true, then smp_mb(), then asks: see the order above. */
static inline bool waitqueue_active(wait_queue_head_t *wq)
{
	return !list_empty(&wq->head);
}

/*
 * The loop behind all wait_event macros. => 0, or -ERESTARTSYS when a signal ended the wait. `sleep` is what is done
 * between two tests.
 */
#define ___wait_event(wq, condition, state, exclusive, sleep) ({		\
	DEFINE_WAIT(___wait);							\
	long ___ret = 0;							\
										\
	___wait.flags = (exclusive) ? WQ_FLAG_EXCLUSIVE : 0;			\
	for (;;) {								\
		long ___intr = prepare_to_wait_event(wq, &___wait, state);	\
										\
		if (condition)							\
			break;							\
		if (___intr) {							\
			___ret = ___intr;					\
			break;							\
		}								\
		sleep;								\
	}									\
	finish_wait(wq, &___wait);						\
	___ret; })

#define wait_event(wq, condition) do {						\
	might_sleep();								\
	if (condition)								\
		break;								\
	(void)___wait_event(&(wq), condition, TASK_UNINTERRUPTIBLE, 0, schedule()); \
} while (0)

#define __wait_event_state(wq, condition, state, exclusive) ({			\
	long ___r = 0;								\
										\
	might_sleep();								\
	if (!(condition))							\
		___r = ___wait_event(&(wq), condition, state, exclusive, schedule()); \
	___r; })

/* => 0, or -ERESTARTSYS */
#define wait_event_interruptible(wq, condition)		\
	__wait_event_state(wq, condition, TASK_INTERRUPTIBLE, 0)
#define wait_event_interruptible_exclusive(wq, condition)	\
	__wait_event_state(wq, condition, TASK_INTERRUPTIBLE, 1)
/* Only a fatal signal ends it. */
#define wait_event_killable(wq, condition)		\
	__wait_event_state(wq, condition, TASK_KILLABLE, 0)

#define __wait_event_timeout(wq, condition, timeout, state) ({			\
	long ___left = (timeout);						\
	long ___err = 0;							\
										\
	might_sleep();								\
	if (!(condition))							\
		___err = ___wait_event(&(wq), (condition) || !___left, state, 0, \
				       ___left = schedule_timeout(___left));	\
	___err ? ___err : ___left ? ___left : (condition) ? 1 : 0; })

/* timeout in ticks (HZ a second). => 0: timed out with the condition false; else the ticks left, at least 1 */
#define wait_event_timeout(wq, condition, timeout)	\
	__wait_event_timeout(wq, condition, timeout, TASK_UNINTERRUPTIBLE)
/* => the same, or -ERESTARTSYS */
#define wait_event_interruptible_timeout(wq, condition, timeout)	\
	__wait_event_timeout(wq, condition, timeout, TASK_INTERRUPTIBLE)

#endif
