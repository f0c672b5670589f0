/* mm/alloc/start.c - what begins when tasks can run: kswapd, kcompactd, and the giving back of spare stacks. */
#include <mm/alloc/page_alloc.h>
#include <kernel/debug/panic.h>
#include <kernel/sched/task.h>
#include <mm/alloc/daemon_internal.h>
#include <mm/alloc/slab_internal.h>
#include <mm/alloc/stack_internal.h>

void kswapd_start(void)
{
	struct node *node = NODE0;
	struct task *task = kthread_run(kswapd, node, "kswapd%d", node->id);

	if (IS_ERR(task))
		panic("kswapd cannot be started: error %ld", PTR_ERR(task));
	WRITE_ONCE(node->kswapd, task);
	task = kthread_run(kcompactd, node, "kcompactd%d", node->id);
	if (IS_ERR(task))
		panic("kcompactd cannot be started: error %ld", PTR_ERR(task));
	kernel_stack_register_shrinker();
	slab_register_shrinker();
}
