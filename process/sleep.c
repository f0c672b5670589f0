/* process/sleep.c - sleeping until a time. See sleep.h. */
#include <process/sleep.h>

#include <kernel/lib/errno.h>
#include <kernel/sched/timer.h>

struct alarm_clock {
	struct timer	timer;
	struct task	*task;
};

static void wake_sleeper(struct timer *timer)
{
	wake_up_process(container_of(timer, struct alarm_clock, timer)->task);
}

long sleep_until(u64 expires)
{
	struct alarm_clock clock = { .task = current };
	long ret = 0;

	timer_setup(&clock.timer, wake_sleeper);
	if (expires != U64_MAX)
		timer_start(&clock.timer, expires);
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (ktime_get_ns() >= expires)
			break;
		if (signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	timer_cancel_sync(&clock.timer);
	return ret;
}
