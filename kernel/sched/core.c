/* kernel/sched/core.c - leaving the CPU, coming back to it, and being woken.
 *
 * A sleeper sets its state and then tests its condition; schedule() takes it off its queue only if the state still says
 * so. A waker makes the condition true and then looks at the state. Either the sleeper sees the condition, or the waker
 * sees the state: both sides have a full barrier between their write and their read.
 *
 * A task that was taken off its queue is still on its CPU (on_cpu) until the switch is done. A waker on another CPU
 * waits for that, because the registers are not in the struct before.
 *
 * Linux: kernel/sched/core.c.
 */
#include <kernel/sched/run_queue.h>

#include <kernel/debug/assert.h>
#include <kernel/debug/expect.h>
#include <kernel/debug/lock_report.h>
#include <kernel/trace/trace.h>
#include <kernel/x86/smp.h>

/* --- switching -------------------------------------------------------------------------------------------- */

static void count_sleep(struct run_queue *rq, const struct task *task, unsigned int state)
{
	if ((state & TASK_UNINTERRUPTIBLE) && !(state & TASK_NOLOAD))
		rq->nr_uninterruptible++;
	if (task->in_iowait)
		atomic_inc(&rq->nr_iowait);
}

/* => wake_lock held: the task stays where it went to sleep */
static void count_wakeup(const struct task *task, unsigned int state)
{
	struct run_queue *rq = task_rq(task);

	if ((state & TASK_UNINTERRUPTIBLE) && !(state & TASK_NOLOAD)) {
		spin_lock(&rq->lock);
		rq->nr_uninterruptible--;
		spin_unlock(&rq->lock);
	}
	if (task->in_iowait)
		atomic_dec(&rq->nr_iowait);
}

/* A task that may no longer run here, and is runnable: bring it to a CPU where it may. */
static void place_migrating_task(struct task *task)
{
	spin_lock(&task->wake_lock);
	/* Somebody may have woken it meanwhile, if it was on its way to sleep when it was preempted. */
	if (task->migrating) {
		task->migrating = false;
		queue_task_on(task, least_loaded_cpu(task), ENQUEUE_MOVED);
	}
	spin_unlock(&task->wake_lock);
}

/* The first thing that a task does after it was switched to: end the switch away from `prev`. Interrupts stay off. */
static void finish_task_switch(struct task *prev)
{
	bool dead = prev->state == TASK_DEAD, migrating = prev->migrating;

	/* From here on another CPU may run prev. A dead one is ours: nobody wakes it. */
	smp_store_release(&prev->on_cpu, false);
	spin_unlock(&this_rq()->lock);
	if (migrating)
		place_migrating_task(prev);
	if (dead)
		put_task(prev);
}

/* As Linux's event has it: one bit, of those that ps shows by a letter. */
static unsigned int traced_state(const struct task *task)
{
	unsigned int state = READ_ONCE(task->state);

	if (state == TASK_DEAD)
		return EXIT_DEAD;
	return state & (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE | __TASK_STOPPED | __TASK_TRACED);
}

static void context_switch(struct run_queue *rq, struct task *prev, struct task *next)
{
	struct x86_thread *last;

	rq->nr_switches++;
	rq->curr = next;
	next->exec_start = ktime_get_ns();
	WRITE_ONCE(next->on_cpu, true);
	trace(sched_switch, prev->comm, prev->pid, task_prio(prev), traced_state(prev), next->comm, next->pid, task_prio(next));
	trace_task_runs(next->pid, next->tgid, next->comm);
	switch_page_table_root(next->root ? next->root : &kernel_root);
	last = switch_to(&prev->thread, &next->thread);
	/* Another CPU, perhaps, and some time later: `rq` and `prev` are those of the way out. */
	finish_task_switch(container_of(last, struct task, thread));
}

/* Take prev off the queue if it sleeps or must leave; put it back into the tree if it goes on. */
static void release_cpu(struct run_queue *rq, struct task *prev, bool preempted)
{
	unsigned int state = READ_ONCE(prev->state);

	if (prev == rq->idle)
		return;
	if (preempted || state == TASK_RUNNING) {
		prev->nivcsw++;
	} else if (signal_pending_state(state, prev)) {
		WRITE_ONCE(prev->state, TASK_RUNNING);
	} else {
		prev->nvcsw++;
		dequeue_task(rq, prev);
		count_sleep(rq, prev, state);
		return;
	}
	if (unlikely(!cpu_allowed(prev, rq->cpu))) {
		dequeue_task(rq, prev);
		prev->migrating = true;
		return;
	}
	put_prev_task(rq, prev);
}

#ifdef CONFIG_DEBUG
static void sleep_bug(const char *where, int line)
{
	lock_check_show_held();
	panic("no sleep here: %u spinlocks are held, interrupts are %s (%s:%d)", lock_check_spinlocks_held(),
	      irqs_disabled() ? "off" : "on", where, line);
}
#endif

/*
 * => preempted: whatever the state says, the task stays runnable: it has set its state for a sleep that comes later
 */
void __schedule(bool preempted)
{
	struct run_queue *rq = this_rq();
	struct task *prev = rq->curr, *next;

#ifdef CONFIG_DEBUG
	if (unlikely(lock_check_spinlocks_held()))
		sleep_bug("schedule", 0);
#endif
	spin_lock(&rq->lock);
	thread_clear_flag(&prev->thread, TIF_NEED_RESCHED);
	update_curr(rq);
	release_cpu(rq, prev, preempted);
	next = pick_next_task(rq);
	if (!next && pull_task(rq))
		next = pick_next_task(rq);
	if (!next)
		next = rq->idle;
	if (next != prev)
		context_switch(rq, prev, next);
	else
		spin_unlock(&rq->lock);
}

static void schedule_keep_irqs(bool preempted)
{
	unsigned long flags;

	local_irq_save(flags);
	__schedule(preempted);
	local_irq_restore(flags);
}

void schedule(void)
{
	schedule_keep_irqs(false);
}

bool __cond_resched(void)
{
	might_sleep();
	schedule_keep_irqs(true);
	return true;
}

void yield(void)
{
	unsigned long flags;
	struct run_queue *rq;

	local_irq_save(flags);
	rq = this_rq();
	spin_lock(&rq->lock);
	yield_task(rq);
	spin_unlock(&rq->lock);
	__schedule(true);
	local_irq_restore(flags);
}

void sched_return_to_user(void)
{
	while (need_resched()) {
		local_irq_enable();
		local_irq_disable();
		__schedule(true);
	}
}

void task_start(struct x86_thread *last, void *arg)
{
	void (*fn)(struct task *) = (void (*)(struct task *))arg;

	finish_task_switch(container_of(last, struct task, thread));
	local_irq_enable();
	if (fn)
		fn(current);
}

void __noreturn do_task_dead(void)
{
	lock_check_holds_nothing("at the end of its task");
	trace(sched_process_exit, current->comm, current->pid, task_prio(current));
	/* A waker that saw an older state may be about to write TASK_RUNNING: let it finish first. */
	spin_lock_irq(&current->wake_lock);
	WRITE_ONCE(current->state, TASK_DEAD);
	spin_unlock(&current->wake_lock);
	__schedule(false);
	panic("dead task %d was run", current->pid);
}

#ifdef CONFIG_DEBUG
void __might_sleep(const char *file, int line)
{
	if (likely(!lock_check_spinlocks_held() && !irqs_disabled()) || panicking)
		return;
	/* Nobody sleeps yet, and perhaps nobody will: the next schedule() decides. */
	if (debug_report("no sleep here: %u spinlocks are held, interrupts are %s (%s:%d)", lock_check_spinlocks_held(),
			 irqs_disabled() ? "off" : "on", file, line))
		lock_check_show_held();
}
#endif

/* --- waking ----------------------------------------------------------------------------------------------- */

void queue_task_on(struct task *task, unsigned int cpu, enum enqueue_reason reason)
{
	struct run_queue *rq = cpu_rq(cpu);

	if (task->cpu != cpu) {
		trace(sched_migrate_task, task->comm, task->pid, task_prio(task), task->cpu, cpu);
		/* Keep its distance to the others: each queue has a virtual time of its own. */
		task->vruntime += READ_ONCE(rq->min_vruntime) - READ_ONCE(task_rq(task)->min_vruntime);
		WRITE_ONCE(task->cpu, cpu);
	}
	spin_lock(&rq->lock);
	update_curr(rq);
	enqueue_task(rq, task, reason);
	/* After a "sync" wakeup the waker goes to sleep soon, and the CPU changes hands without being asked to. */
	if (reason != ENQUEUE_WOKEN_SYNC && should_preempt(rq, task))
		resched_curr(rq);
	spin_unlock(&rq->lock);
}

/* It has set its state, and is still running or waits for the CPU: it only must not go to sleep. => false: it has */
static bool wake_queued_task(struct task *task)
{
	struct run_queue *rq = task_rq_lock(task);
	bool queued = task->on_rq;

	if (queued)
		WRITE_ONCE(task->state, TASK_RUNNING);
	spin_unlock(&rq->lock);
	return queued;
}

static void wake_sleeping_task(struct task *task, bool sync)
{
	unsigned int state = task->state, cpu;

	WRITE_ONCE(task->state, TASK_WAKING);
	/* It may be in the middle of the switch away from it. That CPU has interrupts off and waits for nobody. */
	while (smp_load_acquire(&task->on_cpu))
		cpu_relax();
	if (task->migrating)
		task->migrating = false;	/* it was preempted on its way to sleep: never counted as asleep */
	else
		count_wakeup(task, state);
	WRITE_ONCE(task->state, TASK_RUNNING);
	cpu = select_cpu(task, sync);
	queue_task_on(task, cpu, sync && cpu == smp_processor_id() ? ENQUEUE_WOKEN_SYNC : ENQUEUE_WOKEN);
}

static bool wake(struct task *task, unsigned int mode, bool sync)
{
	unsigned long flags;
	bool woken;

	spin_lock_irqsave(&task->wake_lock, flags);
	woken = READ_ONCE(task->state) & mode;
	if (woken) {
		if (!READ_ONCE(task->on_rq) || !wake_queued_task(task))
			wake_sleeping_task(task, sync);
		trace(sched_wakeup, task->comm, task->pid, task_prio(task), task->cpu);
	}
	spin_unlock_irqrestore(&task->wake_lock, flags);
	return woken;
}

bool try_to_wake_up(struct task *task, unsigned int mode)
{
	return wake(task, mode, false);
}

bool try_to_wake_up_sync(struct task *task, unsigned int mode)
{
	return wake(task, mode, true);
}

bool wake_up_process(struct task *task)
{
	return try_to_wake_up(task, TASK_NORMAL);
}

bool wake_up_state(struct task *task, unsigned int mode)
{
	return try_to_wake_up(task, mode);
}

void wake_up_new_task(struct task *task)
{
	unsigned long flags;

	spin_lock_irqsave(&task->wake_lock, flags);
	WRITE_ONCE(task->state, TASK_RUNNING);
	queue_task_on(task, least_loaded_cpu(task), ENQUEUE_NEW);
	spin_unlock_irqrestore(&task->wake_lock, flags);
}

void kick_process(struct task *task)
{
	unsigned int cpu = READ_ONCE(task->cpu);

	if (cpu != smp_processor_id() && READ_ONCE(cpu_rq(cpu)->curr) == task)
		smp_send_reschedule(cpu);
}

/* --- knobs ------------------------------------------------------------------------------------------------ */

void set_user_nice(struct task *task, int nice)
{
	unsigned long flags;
	struct run_queue *rq;

	nice = clamp(nice, MIN_NICE, MAX_NICE);
	spin_lock_irqsave(&task->wake_lock, flags);
	rq = task_rq_lock(task);
	reweight_task(rq, task, nice);
	spin_unlock(&rq->lock);
	spin_unlock_irqrestore(&task->wake_lock, flags);
}

/* => wake_lock held. A running task leaves by itself, at its next __schedule(). */
static void leave_forbidden_cpu(struct task *task)
{
	struct run_queue *rq = task_rq_lock(task);
	bool waits = task->on_rq && !task_runs(rq, task);

	if (waits)
		dequeue_task(rq, task);
	else if (task_runs(rq, task))
		resched_curr(rq);
	spin_unlock(&rq->lock);
	if (waits)
		queue_task_on(task, least_loaded_cpu(task), ENQUEUE_MOVED);
}

int sched_setaffinity(struct task *task, const cpumask_t *mask)
{
	struct run_queue *rq;
	unsigned long flags;
	cpumask_t usable;

	if (task->kernel_bound || !cpumask_and(&usable, mask, &sched_active))
		return -EINVAL;
	spin_lock_irqsave(&task->wake_lock, flags);
	rq = task_rq_lock(task);
	cpumask_copy(&task->cpus_allowed, mask);
	spin_unlock(&rq->lock);
	if (!cpu_allowed(task, task->cpu))
		leave_forbidden_cpu(task);
	spin_unlock_irqrestore(&task->wake_lock, flags);
	if (task == current)
		cond_resched();
	return 0;
}

void sched_getaffinity(struct task *task, cpumask_t *mask)
{
	cpumask_and(mask, &task->cpus_allowed, &sched_active);
}
