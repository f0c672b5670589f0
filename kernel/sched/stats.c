/* kernel/sched/stats.c - who used the CPUs, and how busy they are.
 *
 * A task's run time is measured exactly; how it divides into user and kernel mode is sampled by the tick.
 *
 * Linux: kernel/sched/cputime.c, loadavg.c.
 */
#include <kernel/sched/run_queue.h>

#include <kernel/lib/math.h>

#define LOAD_ONE	(1UL << LOAD_SHIFT)
#define LOAD_TICKS	(5 * HZ)		/* the averages are brought up to date every 5 s */

/* LOAD_ONE / e^(5 s / 1, 5, 15 min): what is left of an average after 5 s */
static const unsigned long load_decay[3] = { 1884, 2014, 2037 };
static unsigned long avenrun[3];
static unsigned long next_load_update;		/* jiffies; CPU 0 only */

void account_tick(struct run_queue *rq, bool user)
{
	struct task *curr = rq->curr;

	if (curr == rq->idle) {
		if (atomic_read(&rq->nr_iowait) > 0)
			rq->times.iowait += TICK_NS;
		else
			rq->times.idle += TICK_NS;
	} else if (user) {
		curr->utime += TICK_NS;
		if (curr->nice > 0)
			rq->times.nice += TICK_NS;
		else
			rq->times.user += TICK_NS;
	} else {
		curr->stime += TICK_NS;
		rq->times.system += TICK_NS;
	}
}

void cpu_times_get(unsigned int cpu, struct cpu_times *times)
{
	*times = cpu_rq(cpu)->times;
}

static long nr_active(void)
{
	unsigned int cpu;
	long n = 0;

	for_each_cpu(cpu, &sched_active)
		n += READ_ONCE(cpu_rq(cpu)->nr_running) + READ_ONCE(cpu_rq(cpu)->nr_uninterruptible);
	return max(n, 0L);
}

void update_load_average(void)
{
	unsigned long active;
	int i;

	if (time_before(jiffies, next_load_update))
		return;
	next_load_update = jiffies + LOAD_TICKS;
	active = nr_active() * LOAD_ONE;
	for (i = 0; i < 3; i++) {
		unsigned long sum = avenrun[i] * load_decay[i] + active * (LOAD_ONE - load_decay[i]);

		/* Round up while it rises, so that it reaches a whole number. */
		avenrun[i] = (sum + (active > avenrun[i] ? LOAD_ONE - 1 : 0)) >> LOAD_SHIFT;
	}
}

void get_avenrun(unsigned long loads[3])
{
	int i;

	for (i = 0; i < 3; i++)
		loads[i] = READ_ONCE(avenrun[i]);
}

u64 context_switches(void)
{
	unsigned int cpu;
	u64 n = 0;

	for_each_cpu(cpu, &sched_active)
		n += READ_ONCE(cpu_rq(cpu)->nr_switches);
	return n;
}

unsigned int nr_running(void)
{
	unsigned int cpu, n = 0;

	for_each_cpu(cpu, &sched_active)
		n += READ_ONCE(cpu_rq(cpu)->nr_running);
	return n;
}

unsigned int nr_iowait(void)
{
	unsigned int cpu;
	int n = 0;

	for_each_cpu(cpu, &sched_active)
		n += atomic_read(&cpu_rq(cpu)->nr_iowait);
	return max(n, 0);
}

void task_cputime(struct task *task, u64 *utime, u64 *stime)
{
	u64 user, system, total;
	unsigned long flags;
	struct run_queue *rq;

	local_irq_save(flags);
	rq = task_rq_lock(task);
	if (task_runs(rq, task))
		update_curr(rq);
	total = task->sum_exec_runtime;
	user = task->utime;
	system = task->stime;
	spin_unlock(&rq->lock);
	local_irq_restore(flags);

	if (!user && !system) {
		/* It never met a tick. */
		system = !!(task->flags & PF_KTHREAD);
		user = !system;
	}
	*stime = mul_u64_u64_div_u64(total, system, user + system);
	*utime = total - *stime;
}

char task_state_char(const struct task *task)
{
	unsigned int state = READ_ONCE(task->state), exit_state = READ_ONCE(task->exit_state);

	if (exit_state & EXIT_ZOMBIE)
		return 'Z';
	if (exit_state || state == TASK_DEAD)
		return 'X';
	if ((state & TASK_IDLE) == TASK_IDLE)
		return 'I';
	if (state & TASK_UNINTERRUPTIBLE)
		return 'D';
	if (state & TASK_INTERRUPTIBLE)
		return 'S';
	if (state & __TASK_STOPPED)
		return 'T';
	if (state & __TASK_TRACED)
		return 't';
	return 'R';
}
