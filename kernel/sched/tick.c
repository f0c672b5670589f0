/* kernel/sched/tick.c - what happens a hundred times a second on every CPU.
 *
 * Linux: kernel/sched/core.c (scheduler_tick), kernel/time/tick-common.c.
 */
#include <kernel/sched/run_queue.h>

#include <kernel/x86/trap.h>

static void sched_tick(struct pt_regs *regs)
{
	struct run_queue *rq = this_rq();

	if (rq->cpu == 0)
		jiffies = ktime_get_ns() / TICK_NS;
	spin_lock(&rq->lock);
	update_curr(rq);
	if (rq->curr != rq->idle && slice_is_over(rq))
		resched_curr(rq);
	account_tick(rq, user_mode(regs));
	spin_unlock(&rq->lock);
	if (rq->cpu == 0)
		update_load_average();
	run_timers();
	balance_tick(rq);
	watchdog_tick(rq, regs);
}

void sched_start(void)
{
	watchdog_init();
	timer_tick = sched_tick;
}
