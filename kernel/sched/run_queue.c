/* kernel/sched/run_queue.c - the queues themselves: finding a task's, locking it, telling its CPU.
 *
 * Linux: kernel/sched/core.c (task_rq_lock, resched_curr).
 */
#include <kernel/sched/run_queue.h>

#include <kernel/x86/smp.h>

DEFINE_PER_CPU(struct run_queue, run_queues);
cpumask_t sched_active;

struct run_queue *task_rq_lock(struct task *task)
{
	for (;;) {
		struct run_queue *rq = task_rq(task);

		spin_lock(&rq->lock);
		if (rq == task_rq(task))
			return rq;
		spin_unlock(&rq->lock);
	}
}

void resched_curr(struct run_queue *rq)
{
	if (thread_test_flag(&rq->curr->thread, TIF_NEED_RESCHED))
		return;
	set_tsk_need_resched(rq->curr);
	if (rq->cpu != smp_processor_id())
		smp_send_reschedule(rq->cpu);
}
