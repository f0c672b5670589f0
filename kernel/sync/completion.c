/* kernel/sync/completion.c - wait until somebody says "done".
 *
 * Linux: kernel/sched/completion.c.
 */
#include <kernel/sync/completion.h>

#define DONE_FOR_ALL	(~0U)

void complete(struct completion *c)
{
	unsigned long flags;

	spin_lock_irqsave(&c->wait.lock, flags);
	if (c->done != DONE_FOR_ALL)
		c->done++;
	__wake_up_locked(&c->wait, TASK_NORMAL, 1, NULL);
	spin_unlock_irqrestore(&c->wait.lock, flags);
}

void complete_all(struct completion *c)
{
	unsigned long flags;

	spin_lock_irqsave(&c->wait.lock, flags);
	c->done = DONE_FOR_ALL;
	__wake_up_locked(&c->wait, TASK_NORMAL, 0, NULL);
	spin_unlock_irqrestore(&c->wait.lock, flags);
}

/* => wait.lock held, and there is something to take */
static void take_one(struct completion *c)
{
	if (c->done != DONE_FOR_ALL)
		c->done--;
}

/* => ticks left, at least 1; 0: timed out; -ERESTARTSYS */
static long wait_done(struct completion *c, unsigned int state, long ticks)
{
	DECLARE_WAITQUEUE(entry, current);
	long result = 0;

	might_sleep();
	entry.flags = WQ_FLAG_EXCLUSIVE;
	spin_lock_irq(&c->wait.lock);
	while (!c->done && ticks && !result) {
		if (list_empty(&entry.entry))
			list_add_tail(&entry.entry, &c->wait.head);
		set_current_state(state);
		if (signal_pending_state(state, current)) {
			result = -ERESTARTSYS;
			break;
		}
		spin_unlock_irq(&c->wait.lock);
		ticks = schedule_timeout(ticks);
		spin_lock_irq(&c->wait.lock);
	}
	__set_current_state(TASK_RUNNING);
	list_del_init(&entry.entry);
	if (c->done) {
		take_one(c);
		result = ticks ? ticks : 1;
	}
	spin_unlock_irq(&c->wait.lock);
	return result;
}

void wait_for_completion(struct completion *c)
{
	wait_done(c, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
}

int wait_for_completion_interruptible(struct completion *c)
{
	return min(wait_done(c, TASK_INTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT), 0L);
}

int wait_for_completion_killable(struct completion *c)
{
	return min(wait_done(c, TASK_KILLABLE, MAX_SCHEDULE_TIMEOUT), 0L);
}

unsigned long wait_for_completion_timeout(struct completion *c, unsigned long ticks)
{
	return wait_done(c, TASK_UNINTERRUPTIBLE, min(ticks, (unsigned long)MAX_SCHEDULE_TIMEOUT));
}

bool try_wait_for_completion(struct completion *c)
{
	unsigned long flags;
	bool done;

	spin_lock_irqsave(&c->wait.lock, flags);
	done = c->done;
	if (done)
		take_one(c);
	spin_unlock_irqrestore(&c->wait.lock, flags);
	return done;
}

bool completion_done(struct completion *c)
{
	unsigned long flags;
	bool done;

	/* Under the lock: who sees it done may free the struct, and complete() must have left it. */
	spin_lock_irqsave(&c->wait.lock, flags);
	done = c->done;
	spin_unlock_irqrestore(&c->wait.lock, flags);
	return done;
}
