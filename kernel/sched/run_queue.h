/* kernel/sched/run_queue.h - the runnable tasks of each CPU. Only kernel/sched uses it.
 *
 * A queue holds its running task (curr, not in the tree) and those that wait for the CPU, ordered by virtual run time:
 * real run time divided by weight. The leftmost has had least and runs next. min_vruntime never goes back; it is what
 * newcomers are placed by.
 *
 * Lock order: task.wake_lock -> run_queue.lock; a second queue's lock is only tried. All with interrupts off.
 *
 * Linux: kernel/sched/sched.h, fair.c.
 */
#ifndef KERNEL_SCHED_RUN_QUEUE_H
#define KERNEL_SCHED_RUN_QUEUE_H

#include <kernel/sched/sched.h>
#include <kernel/sched/task.h>

#define WEIGHT_NICE_0	1024

/* All fields under lock; nr_running is also read without it, as a hint. */
struct run_queue {
	spinlock_t	lock;
	u32		cpu;
	u32		nr_running;		/* with curr, without the idle task */
	u64		load;			/* sum of their weights */
	struct task	*curr, *idle;
	struct rb_root_cached tree;		/* runnable, without curr */
	u64		min_vruntime;
	u64		nr_switches;
	long		nr_uninterruptible;	/* went to sleep here minus woken here: only the sum over CPUs has a meaning */
	atomic_t	nr_iowait;
	unsigned long	next_balance;		/* jiffies */
	u64		resched_since;		/* ns; since when ticks have found curr asked to go; 0: not asked */
	struct cpu_times times;			/* written by its own CPU's tick */
};
DECLARE_PER_CPU(struct run_queue, run_queues);

#define this_rq()	this_cpu_ptr(&run_queues)
#define cpu_rq(cpu)	per_cpu_ptr(&run_queues, cpu)
#define task_rq(p)	cpu_rq(READ_ONCE((p)->cpu))

extern cpumask_t sched_active;		/* CPUs that run tasks */
extern const u32 nice_to_weight[40];

static inline bool task_runs(const struct run_queue *rq, const struct task *task)
{
	return rq->curr == task;
}

static inline bool cpu_allowed(const struct task *task, unsigned int cpu)
{
	return cpumask_test_cpu(cpu, &task->cpus_allowed);
}

/* --- run_queue.c -------------------------------------------------------------------------------------- */

/* => the locked queue of the task's CPU, which can't change until it is unlocked. Interrupts are off. */
struct run_queue *task_rq_lock(struct task *task);
/* Make the CPU of this queue call schedule() as soon as it may. => rq locked */
void resched_curr(struct run_queue *rq);

/* --- fair.c: queue's lock held ------------------------------------------------------------------------ */

enum enqueue_reason { ENQUEUE_MOVED, ENQUEUE_WOKEN, ENQUEUE_WOKEN_SYNC, ENQUEUE_NEW };

void enqueue_task(struct run_queue *rq, struct task *task, enum enqueue_reason reason);
void dequeue_task(struct run_queue *rq, struct task *task);	/* curr or one of the tree */
void update_curr(struct run_queue *rq);				/* charge curr for the time since the last call */
void put_prev_task(struct run_queue *rq, struct task *task);	/* curr goes back into the tree */
struct task *pick_next_task(struct run_queue *rq);		/* => NULL: nobody waits */
bool slice_is_over(struct run_queue *rq);			/* at a tick */
bool should_preempt(struct run_queue *rq, const struct task *woken);
void yield_task(struct run_queue *rq);
void reweight_task(struct run_queue *rq, struct task *task, int nice);

/* --- core.c ------------------------------------------------------------------------------------------- */

void __schedule(bool preempted);		/* interrupts off before and after */
/* The task is on no queue and not on a CPU; its wake_lock is held. */
void queue_task_on(struct task *task, unsigned int cpu, enum enqueue_reason reason);

/* --- balance.c ------------------------------------------------------------------------------------------ */

unsigned int select_cpu(const struct task *task, bool sync); /* where a task that is woken should run; wake_lock held */
unsigned int least_loaded_cpu(const struct task *task);	/* the same for a new task, and for one that must move */
bool pull_task(struct run_queue *rq);			/* rq locked, and has nothing to do; => a task came */
void balance_tick(struct run_queue *rq);

/* --- task.c ------------------------------------------------------------------------------------------- */

size_t task_stack_size(void);			/* bytes */

/* --- watchdog.c ----------------------------------------------------------------------------------------- */

void watchdog_init(void);
void watchdog_tick(struct run_queue *rq, const struct pt_regs *regs);

/* --- timer.c, stats.c --------------------------------------------------------------------------------- */

void timer_init_cpu(void);			/* on the CPU itself */
void run_timers(void);
void account_tick(struct run_queue *rq, bool user);
void update_load_average(void);			/* at each tick of CPU 0 */

#endif
