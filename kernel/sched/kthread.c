/* kernel/sched/kthread.c - tasks that live in the kernel.
 *
 * Of the two references that task_alloc() gives, the second belongs to the thread itself here: nobody waits for it
 * unless kthread_stop() does, which takes one of its own.
 *
 * Linux: kernel/kthread.c.
 */
#include <kernel/sched/kthread.h>

#include <kernel/debug/assert.h>
#include <kernel/lib/printf.h>
#include <kernel/sched/run_queue.h>
#include <kernel/sched/task.h>

static void kthread_unlink(struct task *task)
{
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	list_del_init(&task->sibling);
	task_unlink(task);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	pid_free(task->pid);
}

static void __noreturn kthread_exit(struct task *self, int result)
{
	self->flags |= PF_EXITING;
	kthread_unlink(self);
	/*
	 * Under the lock, so that the stopper can't go away between being read and being woken. His wake_lock comes inside
	 * ours: he waits for us, and so can't be the one who takes ours inside his.
	 */
	local_irq_disable();
	spin_lock_nested(&self->wake_lock, SINGLE_DEPTH_NESTING);
	self->kthread_result = result;
	self->kthread_exited = true;
	if (self->kthread_stopper)
		wake_up_process(self->kthread_stopper);
	spin_unlock_irq(&self->wake_lock);
	put_task(self);		/* the CPU's reference is left */
	do_task_dead();
}

static void kthread_main(struct task *self)
{
	int result = -EINTR;

	if (!kthread_should_stop())
		result = self->kthread_fn(self->kthread_data);
	kthread_exit(self, result);
}

static struct task *create(int (*fn)(void *), void *data, const char *fmt, va_list args)
{
	struct task *task = task_alloc();
	pid_t pid;

	if (!task)
		return ERR_PTR(-ENOMEM);
	pid = pid_alloc();
	if (pid < 0) {
		task_free_new(task);
		return ERR_PTR(pid);
	}
	task->pid = task->tgid = pid;
	task->flags = PF_KTHREAD;
	task->kthread_fn = fn;
	task->kthread_data = data;
	vsnprintf(task->comm, sizeof(task->comm), fmt, args);
	/* A daemon started by somebody with a nice value or an affinity does not inherit them. */
	task->nice = 0;
	task->weight = WEIGHT_NICE_0;
	cpumask_setall(&task->cpus_allowed);
	task->state = TASK_IDLE;	/* as if asleep: wake_up_process() starts it */
	thread_init(&task->thread, task->stack, task_stack_size(), task_start, kthread_main);
	spin_lock_irq(&tasklist_lock);
	task->parent = &init_task;
	list_add_tail(&task->sibling, &init_task.children);
	task_link(task);
	spin_unlock_irq(&tasklist_lock);
	return task;
}

struct task *kthread_create(int (*fn)(void *data), void *data, const char *fmt, ...)
{
	struct task *task;
	va_list args;

	va_start(args, fmt);
	task = create(fn, data, fmt, args);
	va_end(args);
	return task;
}

struct task *kthread_create_on_cpu(int (*fn)(void *data), void *data, unsigned int cpu, const char *fmt, ...)
{
	struct task *task;
	va_list args;

	va_start(args, fmt);
	task = create(fn, data, fmt, args);
	va_end(args);
	if (!IS_ERR(task))
		kthread_bind(task, cpu);
	return task;
}

void kthread_bind(struct task *task, unsigned int cpu)
{
	ASSERT(task->state == TASK_IDLE && !task->sum_exec_runtime);
	task->cpus_allowed = cpumask_of(cpu);
	task->kernel_bound = true;
}

bool kthread_should_stop(void)
{
	return READ_ONCE(current->kthread_stop_asked);
}

int kthread_stop(struct task *task)
{
	int result;

	get_task(task);
	spin_lock_irq(&task->wake_lock);
	task->kthread_stopper = current;
	spin_unlock_irq(&task->wake_lock);
	WRITE_ONCE(task->kthread_stop_asked, true);
	wake_up_process(task);
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (READ_ONCE(task->kthread_exited))
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	spin_lock_irq(&task->wake_lock);	/* its exit has stopped looking at us */
	result = task->kthread_result;
	spin_unlock_irq(&task->wake_lock);
	put_task(task);
	return result;
}
