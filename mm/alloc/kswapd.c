/* mm/alloc/kswapd.c - the daemon that keeps memory between the low and the high mark.
 *
 * Whoever finds a zone below its low mark wakes it; it reclaims (balance_pgdat in mm/reclaim) until every
 * zone is above the high mark and sleeps again. Before it sleeps for good it naps for a tenth of a second: if the marks fell
 * again by then, the load is not over. What was asked for while it worked is in node->kswapd_order. It asks for
 * memory as PF_MEMALLOC: from the whole reserve, and never by reclaiming.
 *
 * When 16 runs in a row freed nothing, it gives up: node->kswapd_failures. It takes up work again when direct reclaim has
 * succeeded, or when so much was freed that a zone is above its high mark (mm/frame/buddy.c).
 *
 * Linux: mm/vmscan.c (kswapd, kswapd_try_to_sleep, wakeup_kswapd).
 */
#define pr_fmt(fmt) "kswapd: " fmt

#include <mm/alloc/page_alloc.h>
#include <kernel/sched/task.h>
#include <kernel/sync/wait.h>
#include <kernel/trace/trace.h>
#include <mm/alloc/daemon_internal.h>
#include <mm/frame/vmstat.h>
#include <mm/reclaim/compact.h>
#include <mm/reclaim/reclaim.h>

static inline bool kswapd_hopeless(const struct node *node)
{
	return READ_ONCE(node->kswapd_failures) >= MAX_RECLAIM_RETRIES;
}

void wakeup_kswapd(unsigned int order, gfp_t gfp)
{
	struct node *node = NODE0;

	if (!READ_ONCE(node->kswapd))
		return;
	if ((unsigned int)READ_ONCE(node->kswapd_order) < order)
		WRITE_ONCE(node->kswapd_order, order);
	/* It queues itself and then looks at the marks and the order; we changed both and then look at the queue. */
	smp_mb();
	if (!waitqueue_active(&node->kswapd_wait))
		return;
	if (kswapd_hopeless(node) || pgdat_balanced(node, order)) {
		/* Reclaim is not what is missing. Who may not compact for himself has it done. */
		if (!(gfp & __GFP_DIRECT_RECLAIM))
			wakeup_kcompactd(order);
		return;
	}
	trace(mm_vmscan_wakeup_kswapd, node->id, MAX_NR_ZONES - 1, order, gfp);
	wake_up_interruptible(&node->kswapd_wait);
}

/* Everybody who was throttled may go: either there is memory again, or kswapd cannot help. => it may sleep */
static bool prepare_kswapd_sleep(struct node *node, unsigned int order)
{
	if (waitqueue_active(&node->pfmemalloc_wait))
		wake_up_all(&node->pfmemalloc_wait);
	return kswapd_hopeless(node) || pgdat_balanced(node, order);
}

/* Who asked while it was awake found nobody to wake. If it gave up on a high order, such a wish waits for the next who asks. */
static unsigned int order_to_rest_at(const struct node *node, unsigned int reached, unsigned int asked)
{
	return reached < asked ? reached : max(reached, (unsigned int)READ_ONCE(node->kswapd_order));
}

/* reached: the order that it made blocks of; asked: what it was woken for */
static void kswapd_try_to_sleep(struct node *node, unsigned int reached, unsigned int asked)
{
	long remaining = 0;
	DEFINE_WAIT(wait);

	prepare_to_wait(&node->kswapd_wait, &wait, TASK_INTERRUPTIBLE);
	if (prepare_kswapd_sleep(node, order_to_rest_at(node, reached, asked))) {
		/* There are free pages enough now: to make blocks of them is another's business. */
		compaction_forget_skipped();
		wakeup_kcompactd(asked);
		remaining = schedule_timeout(HZ / 10);
		finish_wait(&node->kswapd_wait, &wait);
		prepare_to_wait(&node->kswapd_wait, &wait, TASK_INTERRUPTIBLE);
	}
	if (!remaining && prepare_kswapd_sleep(node, order_to_rest_at(node, reached, asked))) {
		trace(mm_vmscan_kswapd_sleep, node->id);
		if (!kthread_should_stop())
			schedule();
	} else {
		count_vm_event(remaining ? KSWAPD_LOW_WMARK_HIT_QUICKLY : KSWAPD_HIGH_WMARK_HIT_QUICKLY);
	}
	finish_wait(&node->kswapd_wait, &wait);
}

int kswapd(void *data)
{
	struct node *node = data;
	unsigned int order = 0, reached = 0;

	current->flags |= PF_MEMALLOC | PF_KSWAPD;
	while (!kthread_should_stop()) {
		/* It gave up on a high order: sleep for what it reached, and take up again what was asked for since. */
		kswapd_try_to_sleep(node, reached, order);
		order = xchg(&node->kswapd_order, 0);
		if (kthread_should_stop())
			break;
		trace(mm_vmscan_kswapd_wake, node->id, MAX_NR_ZONES - 1, order);
		reached = balance_pgdat(node, order);
	}
	return 0;
}
