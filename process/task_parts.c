/* process/task_parts.c - the memory of tasks, and of what hangs on a user task.
 *
 * Linux: kernel/fork.c (alloc_task_struct_node, free_signal_struct, __cleanup_sighand).
 */
#include <process/fork.h>

#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <kernel/x86/fpu.h>
#include <mm/alloc/slab.h>
#include <mm/alloc/vmalloc.h>
#include <process/itimer.h>
#include <process/limits.h>
#include <process/signal_queue.h>

static struct kmem_cache *task_cache, *signal_cache, *sighand_cache, *fpu_cache;

static struct task *alloc_task(void)
{
	return kmem_cache_alloc(task_cache, GFP_KERNEL | __GFP_ZERO);
}

static void free_task(struct task *task)
{
	kmem_cache_free(task_cache, task);
}

void signal_state_put(struct signal_state *signal)
{
	if (atomic_dec_and_test(&signal->count))
		kmem_cache_free(signal_cache, signal);
}

/* The last reference of a task has gone. Any context. */
static void release_parts(struct task *task)
{
	if (task->thread.fpu)
		kmem_cache_free(fpu_cache, task->thread.fpu);
	if (task->sighand)
		sighand_put(task->sighand);
	if (task->signal)
		signal_state_put(task->signal);
}

void task_memory_init(void)
{
	static const struct task_memory_ops ops = {
		.alloc_task = alloc_task, .free_task = free_task,
		.alloc_stack = kernel_stack_alloc, .free_stack = kernel_stack_free, .stack_size = KERNEL_STACK_SIZE,
	};

	task_cache = kmem_cache_create("task_struct", sizeof(struct task), 64, 0, NULL);
	task_release_hook = release_parts;
	sched_set_task_memory(&ops);
}

void fork_init(void)
{
	signal_cache = kmem_cache_create("signal_cache", sizeof(struct signal_state), 0, 0, NULL);
	sighand_cache = kmem_cache_create("sighand_cache", sizeof(struct sighand), 0, 0, NULL);
	fpu_cache = kmem_cache_create("fpu_state", fpu_area_size(), 64, 0, NULL);
}

int task_add_user_part(struct task *task)
{
	task->thread.fpu = kmem_cache_alloc(fpu_cache, GFP_KERNEL);
	if (!task->thread.fpu)
		return -ENOMEM;
	sigpending_init(&task->sig.pending);
	return 0;
}

struct sighand *sighand_alloc(void)
{
	struct sighand *sighand = kmem_cache_alloc(sighand_cache, GFP_KERNEL | __GFP_ZERO);

	if (sighand) {
		spin_lock_init(&sighand->lock);
		atomic_set(&sighand->count, 1);
	}
	return sighand;
}

void sighand_put(struct sighand *sighand)
{
	if (atomic_dec_and_test(&sighand->count))
		kmem_cache_free(sighand_cache, sighand);
}

struct signal_state *signal_state_alloc(struct task *leader)
{
	struct signal_state *signal = kmem_cache_alloc(signal_cache, GFP_KERNEL | __GFP_ZERO);

	if (!signal)
		return NULL;
	atomic_set(&signal->count, 1);
	atomic_set(&signal->live, 1);
	sigpending_init(&signal->shared_pending);
	init_waitqueue_head(&signal->child_wait);
	init_waitqueue_head(&signal->pidfd_wait);
	INIT_LIST_HEAD(&signal->pgroup_member);
	INIT_LIST_HEAD(&signal->posix_timers);
	itimer_setup(signal);
	signal->leader = leader;
	return signal;
}

void link_thread(struct task *task)
{
	struct task *leader = task->group_leader;

	if (task != leader) {
		spin_lock(&leader->sighand->lock);
		list_add_tail(&task->thread_group, &leader->thread_group);
		spin_unlock(&leader->sighand->lock);
	}
	task->signal->nr_threads++;
	task_link(task);
}
