/* kernel/sched/timer.c - call a function at a time.
 *
 * Each CPU has a tree of timers by expiry, run at its tick. A timer belongs to the base that its `cpu` names; who wants it
 * locks that base and looks again whether it still is the one. A timer whose function runs stays with its base, so
 * that timer_cancel_sync() finds it there.
 *
 * Linux: kernel/time/timer.c, hrtimer.c.
 */
#include <kernel/sched/timer.h>

#include <kernel/debug/assert.h>
#include <kernel/sched/run_queue.h>

volatile unsigned long jiffies;

struct timer_base {
	spinlock_t	lock;		/* irq-safe */
	struct rb_root_cached timers;	/* (lock) by expires */
	struct timer	*running;	/* (lock) its function is being called */
};

static DEFINE_PER_CPU(struct timer_base, timer_bases);

void timer_init_cpu(void)
{
	spin_lock_init(&this_cpu_ptr(&timer_bases)->lock);
}

void timer_setup(struct timer *timer, timer_fn_t fn)
{
	*timer = (struct timer){ .fn = fn, .cpu = smp_processor_id() };
}

/* => the locked base that has the timer; interrupts are off */
static struct timer_base *lock_base(struct timer *timer)
{
	for (;;) {
		u32 cpu = READ_ONCE(timer->cpu);
		struct timer_base *base = per_cpu_ptr(&timer_bases, cpu);

		spin_lock(&base->lock);
		if (cpu == READ_ONCE(timer->cpu))
			return base;
		spin_unlock(&base->lock);
	}
}

static struct timer *first_timer(struct timer_base *base)
{
	return rb_entry_safe(rb_first_cached(&base->timers), struct timer, node);
}

static void insert(struct timer_base *base, struct timer *timer)
{
	struct rb_node **link = &base->timers.rb_root.rb_node, *parent = NULL;
	bool leftmost = true;

	while (*link) {
		parent = *link;
		if (timer->expires < rb_entry(parent, struct timer, node)->expires) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			leftmost = false;
		}
	}
	rb_link_node(&timer->node, parent, link);
	rb_insert_color_cached(&timer->node, &base->timers, leftmost);
	WRITE_ONCE(timer->queued, true);
}

static bool detach(struct timer_base *base, struct timer *timer)
{
	if (!timer->queued)
		return false;
	rb_erase_cached(&timer->node, &base->timers);
	WRITE_ONCE(timer->queued, false);
	return true;
}

void timer_start(struct timer *timer, u64 expires)
{
	struct timer_base *base, *mine;
	unsigned long flags;

	local_irq_save(flags);
	mine = this_cpu_ptr(&timer_bases);
	for (;;) {
		base = lock_base(timer);
		detach(base, timer);
		if (base == mine || base->running == timer)
			break;
		WRITE_ONCE(timer->cpu, smp_processor_id());
		spin_unlock(&base->lock);
	}
	timer->expires = expires;
	insert(base, timer);
	spin_unlock(&base->lock);
	local_irq_restore(flags);
}

bool timer_cancel(struct timer *timer)
{
	struct timer_base *base;
	unsigned long flags;
	bool was_queued;

	local_irq_save(flags);
	base = lock_base(timer);
	was_queued = detach(base, timer);
	spin_unlock(&base->lock);
	local_irq_restore(flags);
	return was_queued;
}

bool timer_cancel_sync(struct timer *timer)
{
	bool was_queued = false, running;
	unsigned long flags;

	do {
		struct timer_base *base;

		local_irq_save(flags);
		base = lock_base(timer);
		was_queued |= detach(base, timer);
		running = base->running == timer;
		spin_unlock(&base->lock);
		local_irq_restore(flags);
		if (running)
			cpu_relax();
	} while (running);
	return was_queued;
}

/* At the tick, interrupts off. */
void run_timers(void)
{
	struct timer_base *base = this_cpu_ptr(&timer_bases);
	u64 now = ktime_get_ns();
	struct timer *timer;

	spin_lock(&base->lock);
	while ((timer = first_timer(base)) && timer->expires <= now) {
		timer_fn_t fn = timer->fn;

		detach(base, timer);
		base->running = timer;
		spin_unlock(&base->lock);
		fn(timer);
		/* The timer may be gone now, if its owner knows that its function has returned. */
		spin_lock(&base->lock);
		base->running = NULL;
	}
	spin_unlock(&base->lock);
}

u64 timer_next_expiry(void)
{
	struct timer_base *base;
	struct timer *first;
	unsigned long flags;
	u64 left = U64_MAX;

	local_irq_save(flags);
	base = this_cpu_ptr(&timer_bases);
	spin_lock(&base->lock);
	first = first_timer(base);
	if (first)
		left = first->expires > ktime_get_ns() ? first->expires - ktime_get_ns() : 0;
	spin_unlock(&base->lock);
	local_irq_restore(flags);
	return left;
}

/* --- sleeping for a time -------------------------------------------------------------------------------------- */

struct sleep_timer {
	struct timer	timer;
	struct task	*task;
};

static void wake_sleeper(struct timer *timer)
{
	wake_up_process(container_of(timer, struct sleep_timer, timer)->task);
}

long schedule_timeout(long ticks)
{
	struct sleep_timer sleep = { .task = current };
	u64 expires, now;

	if (ticks == MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return ticks;
	}
	ASSERTF(ticks >= 0, "%ld ticks", ticks);
	ticks = min(ticks, (long)(S64_MAX / TICK_NS / 2));
	expires = ktime_get_ns() + ticks * TICK_NS;
	timer_setup(&sleep.timer, wake_sleeper);
	timer_start(&sleep.timer, expires);
	schedule();
	timer_cancel_sync(&sleep.timer);
	now = ktime_get_ns();
	return now < expires ? (long)DIV_ROUND_UP(expires - now, TICK_NS) : 0;
}

long schedule_timeout_interruptible(long ticks)
{
	__set_current_state(TASK_INTERRUPTIBLE);
	return schedule_timeout(ticks);
}

long schedule_timeout_uninterruptible(long ticks)
{
	__set_current_state(TASK_UNINTERRUPTIBLE);
	return schedule_timeout(ticks);
}

void msleep(unsigned int ms)
{
	long left = msecs_to_jiffies(ms);

	do
		left = schedule_timeout_uninterruptible(left);
	while (left);
}

long io_schedule_timeout(long ticks)
{
	long left;

	current->in_iowait = true;
	left = schedule_timeout(ticks);
	current->in_iowait = false;
	return left;
}

void io_schedule(void)
{
	io_schedule_timeout(MAX_SCHEDULE_TIMEOUT);
}
