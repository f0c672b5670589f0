/* kernel/sched/timer.h - call a function at a time.
 *
 * The function is called in interrupt context, on the CPU that started the timer, at the first tick at or after its
 * time: never early, up to one tick (10 ms) late. It may start the timer again. The struct must stay until the timer
 * has been cancelled with timer_cancel_sync(), or its function has returned.
 *
 * Linux: kernel/time/timer.c, hrtimer.c.
 */
#ifndef KERNEL_SCHED_TIMER_H
#define KERNEL_SCHED_TIMER_H

#include <kernel/lib/rbtree.h>
#include <kernel/sched/task.h>

struct timer;
typedef void (*timer_fn_t)(struct timer *timer);

/* Locks: (b) the lock of the base, one per CPU, that `cpu` names */
struct timer {
	struct rb_node	node;		/* (b) */
	u64		expires;	/* (b) ktime_get_ns() */
	timer_fn_t	fn;		/* interrupts off */
	u32		cpu;		/* (b) whose base; changes only while it is not queued, or under both locks */
	bool		queued;		/* (b) */
};

void timer_setup(struct timer *timer, timer_fn_t fn);

/* timer_start - (re)start: fn is called at `expires` (ktime_get_ns() value, ns). => any context */
void timer_start(struct timer *timer, u64 expires);
/* => a + b, and the end of time instead of what wraps: a wait that a program wants to be endless is not over at once */
static inline u64 ktime_add(u64 a, u64 b)
{
	return b > U64_MAX - a ? U64_MAX : a + b;
}

static inline void timer_start_after(struct timer *timer, u64 delay_ns)
{
	timer_start(timer, ktime_add(ktime_get_ns(), delay_ns));
}

/* timer_cancel - => true when it was waiting; its function may be running now. Any context. */
bool timer_cancel(struct timer *timer);
/*
 * timer_cancel_sync - when it returns, the timer neither waits nor runs, and nobody else's start came in between
 *
 * => not from its own function; no lock held that the function takes
 * => spins while the function runs on another CPU
 */
bool timer_cancel_sync(struct timer *timer);

static inline bool timer_pending(const struct timer *timer)
{
	return READ_ONCE(timer->queued);
}

/* => ns until the first timer of this CPU; U64_MAX: none */
u64 timer_next_expiry(void);

#endif
