/* process/posix_timer.c - POSIX timers. See posix_timer.h.
 *
 * Linux: kernel/time/posix-timers.c.
 */
#include <process/posix_timer.h>

#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <kernel/sync/mutex.h>
#include <mm/alloc/slab.h>
#include <process/clocks.h>
#include <process/signal_send.h>

#define MAX_OVERRUN	0x7fffffff

/* Held by all calls that use a timer, so that none goes away meanwhile. timer_cancel_sync() needs all spinlocks free. */
static DEFINE_MUTEX(timers_mutex);

/* Locks: (i) immutable (s) sighand lock of the process */
struct posix_timer {
	struct list_head link;		/* (s) signal_state.posix_timers */
	int		id, clock;	/* (i) */
	int		notify;		/* (i) SIGEV_* */
	struct signal_state *signal;	/* (i) */
	struct task	*target;	/* (i) SIGEV_THREAD_ID: with a reference; NULL: the process */
	struct sigqueue	entry;		/* (s) */
	struct timer	timer;
	u64		interval;	/* (s) ns */
	u64		overrun;	/* (s) expiries since the entry was queued */
	u64		last_overrun;	/* (s) of the signal that was taken last */
};

static void expired(struct timer *t)
{
	struct posix_timer *timer = container_of(t, struct posix_timer, timer);
	u64 now = ktime_get_ns(), next, interval = READ_ONCE(timer->interval), missed = 0;
	unsigned long flags;

	if (interval) {
		next = ktime_add(t->expires, interval);
		if (next < now) {
			missed = (now - next) / interval + 1;
			next += missed * interval;
		}
		timer_start(t, next);
	}
	if (timer->notify == SIGEV_NONE)
		return;
	spin_lock_irqsave(&tasklist_lock, flags);
	if (send_sigqueue(&timer->entry, timer->target ?: timer->signal->leader, !timer->target) == 1)
		missed++;
	spin_lock(&timer->signal->leader->sighand->lock);
	timer->overrun += missed;
	spin_unlock(&timer->signal->leader->sighand->lock);
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

void posix_timer_taken(struct siginfo *info)
{
	struct posix_timer *timer;

	list_for_each_entry(timer, &current->signal->posix_timers, link) {
		if (timer->id != info->timer.tid)
			continue;
		timer->last_overrun = min(timer->overrun, (u64)MAX_OVERRUN);
		timer->overrun = 0;
		info->timer.overrun = timer->last_overrun;
	}
}

/* => sighand lock held */
static struct posix_timer *find_timer(int id)
{
	struct posix_timer *timer;

	list_for_each_entry(timer, &current->signal->posix_timers, link)
		if (timer->id == id)
			return timer;
	return NULL;
}

/* => timers_mutex held, so that it stays */
static struct posix_timer *lock_and_find(int id)
{
	struct posix_timer *timer;

	spin_lock_irq(&current->sighand->lock);
	timer = find_timer(id);
	spin_unlock_irq(&current->sighand->lock);
	return timer;
}

static int find_target(struct posix_timer *timer, const struct user_sigevent *event)
{
	struct task *task;

	if (event->notify == SIGEV_NONE)
		return 0;
	if (event->signo < 1 || event->signo > _NSIG)
		return -EINVAL;
	if (event->notify != SIGEV_THREAD_ID)
		return event->notify == SIGEV_SIGNAL || event->notify == SIGEV_THREAD ? 0 : -EINVAL;
	task = find_get_task_by_pid(event->tid);
	if (task && same_thread_group(task, current)) {
		timer->target = task;
		return 0;
	}
	if (task)
		put_task(task);
	return -EINVAL;
}

static void init_entry(struct posix_timer *timer, const struct user_sigevent *event)
{
	INIT_LIST_HEAD(&timer->entry.list);
	timer->entry.embedded = true;
	timer->entry.info.si_signo = event->signo;
	timer->entry.info.si_code = SI_TIMER;
	timer->entry.info.timer.tid = timer->id;
	timer->entry.info.timer.value = event->value;
}

long posix_timer_create(int clock, const struct user_sigevent *event, int *id)
{
	struct posix_timer *timer;
	int error;

	if (!clock_can_sleep(clock))
		return -EINVAL;
	timer = kzalloc(sizeof(*timer), GFP_KERNEL);
	if (!timer)
		return -EAGAIN;
	error = find_target(timer, event);
	if (error) {
		kfree(timer);
		return error;
	}
	timer->clock = clock;
	timer->notify = event->notify;
	timer->signal = current->signal;
	timer_setup(&timer->timer, expired);
	spin_lock_irq(&current->sighand->lock);
	timer->id = *id = current->signal->next_timer_id++;
	init_entry(timer, event);
	list_add_tail(&timer->link, &current->signal->posix_timers);
	spin_unlock_irq(&current->sighand->lock);
	return 0;
}

static void read_time(const struct posix_timer *timer, struct posix_timer_time *time)
{
	u64 now = ktime_get_ns(), expires = timer->timer.expires;

	time->interval = timer->interval;
	time->value = !timer_pending(&timer->timer) ? 0 : expires > now ? expires - now : 1;
}

long posix_timer_settime(int id, bool absolute, const struct posix_timer_time *new, struct posix_timer_time *old)
{
	struct posix_timer *timer;
	u64 expires;

	mutex_lock(&timers_mutex);
	timer = lock_and_find(id);
	if (timer) {
		read_time(timer, old);
		timer_cancel_sync(&timer->timer);
		timer->overrun = 0;
		WRITE_ONCE(timer->interval, new->interval);
		expires = absolute ? clock_to_ktime(timer->clock, new->value) : ktime_add(ktime_get_ns(), new->value);
		if (new->value)
			timer_start(&timer->timer, expires);
	}
	mutex_unlock(&timers_mutex);
	return timer ? 0 : -EINVAL;
}

long posix_timer_gettime(int id, struct posix_timer_time *time)
{
	struct posix_timer *timer;

	mutex_lock(&timers_mutex);
	timer = lock_and_find(id);
	if (timer)
		read_time(timer, time);
	mutex_unlock(&timers_mutex);
	return timer ? 0 : -EINVAL;
}

long posix_timer_getoverrun(int id)
{
	struct posix_timer *timer;
	long ret = -EINVAL;

	spin_lock_irq(&current->sighand->lock);
	timer = find_timer(id);
	if (timer)
		ret = timer->last_overrun;
	spin_unlock_irq(&current->sighand->lock);
	return ret;
}

/* => off the list already */
static void free_timer(struct posix_timer *timer)
{
	struct sigpending *pending = timer->target ? &timer->target->sig.pending : &timer->signal->shared_pending;

	WRITE_ONCE(timer->interval, 0);
	timer_cancel_sync(&timer->timer);
	spin_lock_irq(&current->sighand->lock);
	if (!list_empty(&timer->entry.list))
		sigpending_remove(pending, &timer->entry);
	spin_unlock_irq(&current->sighand->lock);
	if (timer->target)
		put_task(timer->target);
	kfree(timer);
}

long posix_timer_delete(int id)
{
	struct posix_timer *timer;

	mutex_lock(&timers_mutex);
	spin_lock_irq(&current->sighand->lock);
	timer = find_timer(id);
	if (timer)
		list_del_init(&timer->link);
	spin_unlock_irq(&current->sighand->lock);
	if (timer)
		free_timer(timer);
	mutex_unlock(&timers_mutex);
	return timer ? 0 : -EINVAL;
}

void posix_timers_exit(void)
{
	struct list_head *timers = &current->signal->posix_timers;
	struct posix_timer *timer;

	for (;;) {
		spin_lock_irq(&current->sighand->lock);
		timer = list_first_entry_or_null(timers, struct posix_timer, link);
		if (timer)
			list_del_init(&timer->link);
		spin_unlock_irq(&current->sighand->lock);
		if (!timer)
			return;
		free_timer(timer);
	}
}
