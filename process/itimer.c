/* process/itimer.c - the real-time interval timer of a process. See itimer.h.
 *
 * Linux: kernel/time/itimer.c.
 */
#include <process/itimer.h>

#include <process/signal_send.h>

/* Interrupt context. tasklist_lock keeps the leader; the process can't be gone, its exit cancels the timer first. */
static void real_timer_expired(struct timer *timer)
{
	struct signal_state *signal = container_of(timer, struct signal_state, real_timer);
	struct siginfo info;
	unsigned long flags;
	u64 interval = READ_ONCE(signal->real_interval);

	siginfo_kernel(&info, SIGALRM);
	spin_lock_irqsave(&tasklist_lock, flags);
	send_signal(SIGALRM, &info, signal->leader, true);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	if (interval)
		timer_start(timer, max(ktime_add(timer->expires, interval), ktime_get_ns()));
}

void itimer_setup(struct signal_state *signal)
{
	timer_setup(&signal->real_timer, real_timer_expired);
	signal->real_interval = 0;
}

void itimer_exit(struct signal_state *signal)
{
	WRITE_ONCE(signal->real_interval, 0);
	timer_cancel_sync(&signal->real_timer);
}

void itimer_get(u64 *value, u64 *interval)
{
	struct signal_state *signal = current->signal;
	u64 now = ktime_get_ns(), expires = signal->real_timer.expires;

	*interval = signal->real_interval;
	*value = 0;
	if (timer_pending(&signal->real_timer))
		*value = expires > now ? expires - now : NSEC_PER_USEC;	/* 0 would mean: not running */
}

void itimer_set(u64 value, u64 interval, u64 *old_value, u64 *old_interval)
{
	struct signal_state *signal = current->signal;
	u64 left, old;

	itimer_get(&left, &old);
	WRITE_ONCE(signal->real_interval, 0);
	timer_cancel_sync(&signal->real_timer);
	if (value) {
		WRITE_ONCE(signal->real_interval, interval);
		timer_start_after(&signal->real_timer, value);
	}
	if (old_value)
		*old_value = left;
	if (old_interval)
		*old_interval = old;
}
