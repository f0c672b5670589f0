/* mm/alloc/kcompactd.c - the daemon that makes large blocks: when some are missing, and before.
 *
 * kswapd wakes it when it goes to sleep (enough is free then, but perhaps in small pieces), and so does who wants a block and
 * may not compact for himself. Twice a second it looks at the fragmentation of memory, and compacts when the score is above
 * the high mark, down to the low one. Where that does not lower the score, it leaves it for half a minute. It never
 * works while kswapd does: that one takes the memory apart again.
 *
 * Linux: mm/compaction.c (kcompactd).
 */
#include <mm/alloc/page_alloc.h>
#include <kernel/sched/task.h>
#include <kernel/sync/wait.h>
#include <kernel/trace/trace.h>
#include <mm/alloc/daemon_internal.h>
#include <mm/frame/vmstat.h>
#include <mm/reclaim/compact.h>

#define LOOK_INTERVAL	(HZ / 2)
#define BACK_OFF	64		/* times as long, after work that was in vain */

static DECLARE_WAIT_QUEUE_HEAD(kcompactd_wait);
static bool look_now;			/* the marks have changed: do not wait for the next look */
static unsigned int wanted_order;	/* the largest since it last ran; 0: none. Racy: a lost one will be asked for again */

void wakeup_kcompactd(unsigned int order)
{
	if (!order)
		return;
	if (READ_ONCE(wanted_order) < order)
		WRITE_ONCE(wanted_order, order);
	/* It queues itself and then looks at the order; we write the order and then look at the queue. */
	smp_mb();
	if (!waitqueue_active(&kcompactd_wait))
		return;
	trace(mm_compaction_wakeup_kcompactd, 0, order, MAX_NR_ZONES - 1);
	wake_up_interruptible(&kcompactd_wait);
}

void wakeup_kcompactd_proactively(void)
{
	if (!READ_ONCE(sysctl_compaction_proactiveness))
		return;
	WRITE_ONCE(look_now, true);
	smp_mb();
	wake_up_interruptible(&kcompactd_wait);
}

static bool should_compact_proactively(const struct node *node)
{
	if (!READ_ONCE(sysctl_compaction_proactiveness) || !waitqueue_active((wait_queue_head_t *)&node->kswapd_wait))
		return false;
	return fragmentation_score_node() > fragmentation_score_wmark(false);
}

/* => ticks until the next look */
static long compact_proactively(const struct node *node)
{
	unsigned int score;

	if (!should_compact_proactively(node))
		return LOOK_INTERVAL;
	score = fragmentation_score_node();
	compact_node_proactively();
	return fragmentation_score_node() < score ? LOOK_INTERVAL : BACK_OFF * LOOK_INTERVAL;
}

static void do_work(void)
{
	unsigned int order = xchg(&wanted_order, 0);

	count_vm_event(KCOMPACTD_WAKE);
	trace(mm_compaction_kcompactd_wake, 0, order, MAX_NR_ZONES - 1);
	compact_node_for_order(order);
}

int kcompactd(void *data)
{
	const struct node *node = data;
	long timeout = LOOK_INTERVAL;

	while (!kthread_should_stop()) {
		trace(mm_compaction_kcompactd_sleep, node->id);
		__wait_event_timeout(kcompactd_wait, READ_ONCE(wanted_order) || READ_ONCE(look_now) ||
				     kthread_should_stop(), timeout, TASK_INTERRUPTIBLE);
		if (kthread_should_stop())
			break;
		if (READ_ONCE(wanted_order)) {
			do_work();
			continue;
		}
		WRITE_ONCE(look_now, false);
		timeout = compact_proactively(node);
	}
	return 0;
}
