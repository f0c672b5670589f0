/* kernel/sched/balance.c - which CPU a task runs on.
 *
 * A woken task runs on the waking CPU if that one has nothing else to do (a disk's interrupt came while it was idle, or
 * the waker goes to sleep): it is awake already. Otherwise the task goes back to its last CPU, whose caches know it,
 * unless that one is busy and another is idle. A CPU that runs out of work takes a task from the longest queue, and every
 * BALANCE_TICKS each CPU evens out what it has less. The lengths of other queues are read without their locks: a wrong
 * guess costs a little time, no more.
 *
 * Linux: kernel/sched/fair.c (select_task_rq_fair, newidle_balance, load_balance).
 */
#include <kernel/sched/run_queue.h>

#include <kernel/trace/trace.h>

#define BALANCE_TICKS	10

static bool cpu_is_idle(unsigned int cpu)
{
	return READ_ONCE(cpu_rq(cpu)->nr_running) == 0;
}

/* What is left of the task's affinity; all CPUs when none of its own runs tasks. */
static cpumask_t usable_cpus(const struct task *task)
{
	cpumask_t mask;

	if (!cpumask_and(&mask, &task->cpus_allowed, &sched_active))
		cpumask_copy(&mask, &sched_active);
	return mask;
}

unsigned int least_loaded_cpu(const struct task *task)
{
	cpumask_t mask = usable_cpus(task);
	unsigned int cpu, best = cpumask_first(&mask);

	for_each_cpu(cpu, &mask)
		if (READ_ONCE(cpu_rq(cpu)->nr_running) < READ_ONCE(cpu_rq(best)->nr_running))
			best = cpu;
	return best;
}

unsigned int select_cpu(const struct task *task, bool sync)
{
	cpumask_t mask = usable_cpus(task);
	unsigned int cpu = smp_processor_id();

	if (cpumask_test_cpu(cpu, &mask) && READ_ONCE(cpu_rq(cpu)->nr_running) <= sync)
		return cpu;
	if (!cpumask_test_cpu(task->cpu, &mask))
		return least_loaded_cpu(task);
	if (cpu_is_idle(task->cpu))
		return task->cpu;
	for_each_cpu(cpu, &mask)
		if (cpu_is_idle(cpu))
			return cpu;
	return task->cpu;
}

/* => the CPU with the most runnable tasks, if they are at least `more` than ours; else our own */
static unsigned int busiest_cpu(const struct run_queue *rq, unsigned int more)
{
	unsigned int cpu, most = rq->nr_running + more - 1, busiest = rq->cpu;

	for_each_cpu(cpu, &sched_active) {
		unsigned int nr = READ_ONCE(cpu_rq(cpu)->nr_running);

		if (nr > most) {
			most = nr;
			busiest = cpu;
		}
	}
	return busiest;
}

/*
 * From the end of the tree: it would wait longest there. => NULL: nobody may come. Both queues are locked, so that no
 * task in the tree is still on its CPU: a switch holds the lock until it is finished.
 */
static struct task *find_movable(const struct run_queue *from, const struct run_queue *to)
{
	struct rb_node *node;

	for (node = rb_last(&from->tree.rb_root); node; node = rb_prev(node)) {
		struct task *task = rb_entry(node, struct task, run_node);

		if (cpu_allowed(task, to->cpu))
			return task;
	}
	return NULL;
}

static bool pull_from(struct run_queue *from, struct run_queue *to)
{
	struct task *task;

	/* Never wait for a second queue's lock: its holder may wait for ours. */
	if (!spin_trylock(&from->lock))
		return false;
	task = find_movable(from, to);
	if (task) {
		dequeue_task(from, task);
		task->vruntime += to->min_vruntime - from->min_vruntime;
		WRITE_ONCE(task->cpu, to->cpu);
		enqueue_task(to, task, ENQUEUE_MOVED);
		trace(sched_migrate_task, task->comm, task->pid, task_prio(task), from->cpu, to->cpu);
	}
	spin_unlock(&from->lock);
	return task;
}

bool pull_task(struct run_queue *rq)
{
	unsigned int busiest = busiest_cpu(rq, 2);

	return busiest != rq->cpu && pull_from(cpu_rq(busiest), rq);
}

void balance_tick(struct run_queue *rq)
{
	unsigned int busiest;

	if (time_before(jiffies, READ_ONCE(rq->next_balance)) && rq->curr != rq->idle)
		return;
	spin_lock(&rq->lock);
	rq->next_balance = jiffies + BALANCE_TICKS;
	busiest = busiest_cpu(rq, 2);
	if (busiest != rq->cpu && pull_from(cpu_rq(busiest), rq) && rq->curr == rq->idle)
		resched_curr(rq);
	spin_unlock(&rq->lock);
}
