/* kernel/sched/task.c - making and freeing tasks, and finding them by number.
 *
 * Linux: kernel/fork.c (dup_task_struct, free_task), kernel/pid.c.
 */
#include <kernel/sched/task.h>

#include <kernel/debug/assert.h>
#include <kernel/lib/bitmap.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/hash.h>
#include <kernel/lib/string.h>
#include <kernel/sched/run_queue.h>

#define PID_MAX_LIMIT	32768
#define PID_HASH_BITS	8

DEFINE_SPINLOCK(tasklist_lock);
LIST_HEAD(task_list);
unsigned int nr_threads;
int pid_max = PID_MAX_LIMIT;
pid_t last_pid = 1;
void (*task_release_hook)(struct task *task);

static const struct task_memory_ops *memory;
static struct hlist_head pid_hash[1 << PID_HASH_BITS];	/* (tasklist_lock) */
static DEFINE_SPINLOCK(pid_lock);			/* irq-safe: pids, last_pid */
static DECLARE_BITMAP(pids, PID_MAX_LIMIT) = { 0x3 };	/* 0: idle tasks, 1: init */
static atomic_long_t forks;

void sched_set_task_memory(const struct task_memory_ops *ops)
{
	memory = ops;
}

size_t task_stack_size(void)
{
	return memory->stack_size;
}

u64 total_forks(void)
{
	return atomic_long_read(&forks);
}

static void init_links(struct task *task)
{
	INIT_LIST_HEAD(&task->tasks);
	INIT_HLIST_NODE(&task->pid_node);
	INIT_LIST_HEAD(&task->children);
	INIT_LIST_HEAD(&task->sibling);
	INIT_LIST_HEAD(&task->thread_group);
	task->group_leader = task;
}

static void inherit_scheduling(struct task *task, const struct task *from)
{
	task->nice = from->nice;
	task->weight = from->weight;
	task->policy = from->policy;
	task->rt_priority = from->rt_priority;
	cpumask_copy(&task->cpus_allowed, &from->cpus_allowed);
}

struct task *task_alloc(void)
{
	struct task *task = memory->alloc_task();

	if (!task)
		return NULL;
	task->stack = memory->alloc_stack();
	if (!task->stack) {
		memory->free_task(task);
		return NULL;
	}
	task->state = TASK_NEW;
	atomic_set(&task->usage, 2);
	task->cpu = smp_processor_id();
	task->start_time = ktime_get_ns();
	init_links(task);
#ifdef CONFIG_DEBUG
	task->thread.held_locks = &task->held_locks;
#endif
	spin_lock_init(&task->wake_lock);
	inherit_scheduling(task, current);
	atomic_long_inc(&forks);
	return task;
}

static void free_task(struct task *task)
{
	ASSERT(list_empty(&task->tasks) && !task->on_rq && !task->on_cpu);
	if (task_release_hook)
		task_release_hook(task);
	memory->free_stack(task->stack);
	memory->free_task(task);
}

void put_task(struct task *task)
{
	if (refcount_dec_and_test(&task->usage, REF_TASK))
		free_task(task);
}

void task_free_new(struct task *task)
{
	ASSERT(task->state == TASK_NEW);
	free_task(task);
}

void set_task_comm(struct task *task, const char *name)
{
	strscpy(task->comm, name, sizeof(task->comm));
}

/* --- numbers -------------------------------------------------------------------------------------------- */

pid_t pid_alloc(void)
{
	unsigned long flags, pid;
	unsigned long limit = clamp(READ_ONCE(pid_max), 2, PID_MAX_LIMIT);

	spin_lock_irqsave(&pid_lock, flags);
	pid = find_next_zero_bit(pids, limit, last_pid + 1);
	if (pid >= limit)
		pid = find_next_zero_bit(pids, limit, 2);
	if (pid < limit) {
		__set_bit(pid, pids);
		last_pid = pid;
	}
	spin_unlock_irqrestore(&pid_lock, flags);
	return pid < limit ? (pid_t)pid : -EAGAIN;
}

void pid_free(pid_t pid)
{
	unsigned long flags;

	spin_lock_irqsave(&pid_lock, flags);
	ASSERTF(pid > 1 && test_bit(pid, pids), "pid %d", pid);
	__clear_bit(pid, pids);
	spin_unlock_irqrestore(&pid_lock, flags);
}

void task_link(struct task *task)
{
	assert_spin_locked(&tasklist_lock);
	list_add_tail(&task->tasks, &task_list);
	hlist_add_head(&task->pid_node, &pid_hash[hash_64(task->pid, PID_HASH_BITS)]);
	nr_threads++;
}

void task_unlink(struct task *task)
{
	assert_spin_locked(&tasklist_lock);
	list_del_init(&task->tasks);
	hlist_del_init(&task->pid_node);
	nr_threads--;
}

struct task *find_task_by_pid(pid_t pid)
{
	struct task *task;

	assert_spin_locked(&tasklist_lock);
	hlist_for_each_entry(task, &pid_hash[hash_64(pid, PID_HASH_BITS)], pid_node)
		if (task->pid == pid)
			return task;
	return NULL;
}

struct task *find_get_task_by_pid(pid_t pid)
{
	unsigned long flags;
	struct task *task;

	spin_lock_irqsave(&tasklist_lock, flags);
	task = find_task_by_pid(pid);
	if (task)
		get_task(task);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return task;
}
