/* kernel/sync/completion.h - wait until somebody says "done"; the usual way to wait for a device.
 *
 * complete() may be called in interrupt handlers. Each complete() lets one waiter go, also one that comes later.
 * It touches the completion only under its lock, so that the waiter may free it as soon as it returns.
 *
 * Linux: include/linux/completion.h, kernel/sched/completion.c.
 */
#ifndef KERNEL_SYNC_COMPLETION_H
#define KERNEL_SYNC_COMPLETION_H

#include <kernel/sync/wait.h>

struct completion {
	unsigned int	done;		/* (wait.lock) waiters that may go; UINT_MAX: all, for ever */
	wait_queue_head_t wait;
};

#define COMPLETION_INITIALIZER(name)	{ .wait = __WAIT_QUEUE_HEAD_INITIALIZER((name).wait) }
#define DECLARE_COMPLETION(name)	struct completion name = COMPLETION_INITIALIZER(name)
#define DECLARE_COMPLETION_ONSTACK(name)	DECLARE_COMPLETION(name)

static inline void init_completion(struct completion *c)
{
	c->done = 0;
	init_waitqueue_head(&c->wait);
}

static inline void reinit_completion(struct completion *c)
{
	c->done = 0;
}

void complete(struct completion *c);
void complete_all(struct completion *c);

void wait_for_completion(struct completion *c);
/* => 0, or -ERESTARTSYS on a signal (killable: a fatal one) */
int wait_for_completion_interruptible(struct completion *c) __must_check;
int wait_for_completion_killable(struct completion *c) __must_check;
/* => 0: timed out; else the ticks left, at least 1 */
unsigned long wait_for_completion_timeout(struct completion *c, unsigned long ticks);
/* => true when it was done; never sleeps */
bool try_wait_for_completion(struct completion *c);
bool completion_done(struct completion *c);

#endif
