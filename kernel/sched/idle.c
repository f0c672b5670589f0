/* kernel/sched/idle.c - start-up of the scheduler on each CPU, and what a CPU does that has nothing to do.
 *
 * Linux: kernel/sched/idle.c, init/init_task.c, kernel/smpboot.c.
 */
#include <kernel/sched/run_queue.h>

#include <kernel/debug/assert.h>
#include <kernel/debug/fault_inject.h>
#include <kernel/debug/panic.h>
#include <kernel/lib/printf.h>
#include <kernel/trace/trace.h>
#include <kernel/x86/trap.h>

struct task init_task;
static struct task *idle_tasks[MAX_CPUS];

static void init_idle_task(struct task *idle, unsigned int cpu)
{
	idle->flags = PF_IDLE | PF_KTHREAD;
	idle->cpu = cpu;
	idle->weight = WEIGHT_NICE_0;
	cpumask_setall(&idle->cpus_allowed);
	snprintf(idle->comm, sizeof(idle->comm), "swapper/%u", cpu);
	idle_tasks[cpu] = idle;
#ifdef CONFIG_DEBUG
	idle->thread.held_locks = &idle->held_locks;
#endif
	spin_lock_init(&idle->wake_lock);
}

/* => on the CPU itself; from now on tasks can be put on its queue */
static void init_run_queue(unsigned int cpu)
{
	struct run_queue *rq = this_rq();

	spin_lock_init(&rq->lock);
	timer_init_cpu();
	rq->cpu = cpu;
	rq->idle = rq->curr = idle_tasks[cpu];
	rq->tree = RB_ROOT_CACHED;
	rq->idle->on_cpu = true;
	rq->idle->exec_start = ktime_get_ns();
	cpumask_set_cpu(cpu, &sched_active);
}

static void describe_current(void)
{
	struct task *task = current;

	printk(KERN_EMERG "Running: %s (pid %d), task 0x%016lx, stack 0x%016lx, %u tasks runnable here\n",
	       task->comm, task->pid, (unsigned long)task, (unsigned long)task->stack, this_rq()->nr_running);
}

static bool current_is_marked(void)
{
	return READ_ONCE(current->make_it_fail);
}

static u32 *current_fail_nth(void)
{
	return current_irq_regs() ? NULL : &current->fail_nth;
}

/* As ps and the event sched_switch show a state. */
static const struct trace_flag state_names[] = {
	{ TASK_INTERRUPTIBLE, "S" }, { TASK_UNINTERRUPTIBLE, "D" }, { __TASK_STOPPED, "T" }, { __TASK_TRACED, "t" }, { EXIT_DEAD, "X" },
};
static struct trace_symbols states = {
	.name = "task_state", .flags = state_names, .nr = ARRAY_SIZE(state_names), .none = "R",
};

void sched_init(void *stack, size_t size)
{
	static struct panic_note note = { .print = describe_current };

	atomic_set(&init_task.usage, 1);
	init_task.stack = stack;
	init_task.state = TASK_RUNNING;
	INIT_LIST_HEAD(&init_task.tasks);
	INIT_LIST_HEAD(&init_task.children);
	INIT_LIST_HEAD(&init_task.sibling);
	INIT_LIST_HEAD(&init_task.thread_group);
	init_task.group_leader = init_task.parent = &init_task;
	init_idle_task(&init_task, 0);
	thread_adopt(&init_task.thread, stack, size);
	init_run_queue(0);
	panic_note_register(&note);
	trace_symbols_register(&states);
	fault_task_marked = current_is_marked;
	fault_task_nth = current_fail_nth;
}

void *sched_prepare_cpu(unsigned int cpu)
{
	struct task *idle = task_alloc();

	if (!idle)
		return NULL;
	init_idle_task(idle, cpu);
	idle->state = TASK_RUNNING;
	return (char *)idle->stack + task_stack_size();
}

void __noreturn sched_start_cpu(unsigned int cpu)
{
	struct task *idle = idle_tasks[cpu];

	thread_adopt(&idle->thread, idle->stack, task_stack_size());
	init_run_queue(cpu);
	cpu_idle();
}

void __noreturn cpu_idle(void)
{
	ASSERT(current->flags & PF_IDLE);
	for (;;) {
		local_irq_disable();
		/* A wakeup after this test sends an interrupt, which ends the halt: sti takes effect with hlt. */
		if (!need_resched())
			safe_halt();
		local_irq_disable();
		__schedule(true);
	}
}
