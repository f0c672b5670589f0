/* kernel/sched/fair.c - who has had least of the CPU runs next.
 *
 * Run time counts in proportion to 1 / weight, so that of two tasks that always want to run, each gets a share in
 * proportion to its weight. A task that slept does not keep its whole claim: it is placed at most SLEEPER_CREDIT before
 * the others, or a task that slept for an hour would own the CPU for the next. All comparisons are of differences,
 * so that the counters may wrap.
 *
 * Linux: kernel/sched/fair.c (the completely fair scheduler of 2.6.23).
 */
#include <kernel/sched/run_queue.h>

#include <kernel/lib/math.h>

#define SCHED_LATENCY	(12 * NSEC_PER_MSEC)	/* in which every runnable task should have had a turn */
#define MIN_SLICE	(3 * NSEC_PER_MSEC)
#define SLEEPER_CREDIT	(SCHED_LATENCY / 2)
#define WAKEUP_MARGIN	(2 * NSEC_PER_MSEC)	/* a woken task preempts only one that is ahead by more */

/* One step of nice is about 10 % of CPU time; these are Linux's values, so that shares are the same. */
const u32 nice_to_weight[40] = {
	88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916,
	9548, 7620, 6100, 4904, 3906, 3121, 2501, 1991, 1586, 1277,
	1024, 820, 655, 526, 423, 335, 272, 215, 172, 137,
	110, 87, 70, 56, 45, 36, 29, 23, 18, 15,
};

static struct task *task_of(struct rb_node *node)
{
	return rb_entry(node, struct task, run_node);
}

static bool before(u64 a, u64 b)
{
	return (s64)(a - b) < 0;
}

static u64 virtual_time(u64 ns, const struct task *task)
{
	return ns * WEIGHT_NICE_0 / task->weight;
}

static void tree_insert(struct run_queue *rq, struct task *task)
{
	struct rb_node **link = &rq->tree.rb_root.rb_node, *parent = NULL;
	bool leftmost = true;

	while (*link) {
		parent = *link;
		if (before(task->vruntime, task_of(parent)->vruntime)) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			leftmost = false;
		}
	}
	rb_link_node(&task->run_node, parent, link);
	rb_insert_color_cached(&task->run_node, &rq->tree, leftmost);
}

static void update_min_vruntime(struct run_queue *rq)
{
	struct rb_node *first = rb_first_cached(&rq->tree);
	bool have_curr = rq->curr != rq->idle && rq->curr->on_rq;
	u64 least;

	if (first && (!have_curr || before(task_of(first)->vruntime, rq->curr->vruntime)))
		least = task_of(first)->vruntime;
	else if (have_curr)
		least = rq->curr->vruntime;
	else
		return;
	if (before(rq->min_vruntime, least))
		rq->min_vruntime = least;
}

void update_curr(struct run_queue *rq)
{
	struct task *curr = rq->curr;
	u64 now = ktime_get_ns();
	s64 ran = now - curr->exec_start;

	if (ran <= 0)
		return;
	curr->exec_start = now;
	curr->sum_exec_runtime += ran;
	if (curr == rq->idle)
		return;
	curr->vruntime += virtual_time(ran, curr);
	update_min_vruntime(rq);
}

void enqueue_task(struct run_queue *rq, struct task *task, enum enqueue_reason reason)
{
	u64 earliest = rq->min_vruntime;

	if (reason == ENQUEUE_WOKEN || reason == ENQUEUE_WOKEN_SYNC)
		earliest -= SLEEPER_CREDIT;
	else if (reason == ENQUEUE_NEW)
		earliest += virtual_time(MIN_SLICE, task);	/* or a fork bomb would starve its elders */
	if (before(task->vruntime, earliest))
		task->vruntime = earliest;
	task->on_rq = true;
	rq->nr_running++;
	rq->load += task->weight;
	tree_insert(rq, task);
}

void dequeue_task(struct run_queue *rq, struct task *task)
{
	if (!task_runs(rq, task))
		rb_erase_cached(&task->run_node, &rq->tree);
	task->on_rq = false;
	rq->nr_running--;
	rq->load -= task->weight;
	update_min_vruntime(rq);
}

void put_prev_task(struct run_queue *rq, struct task *task)
{
	tree_insert(rq, task);
}

struct task *pick_next_task(struct run_queue *rq)
{
	struct rb_node *first = rb_first_cached(&rq->tree);
	struct task *task;

	if (!first)
		return NULL;
	task = task_of(first);
	rb_erase_cached(first, &rq->tree);
	task->slice_start = task->sum_exec_runtime;
	return task;
}

/* Its share of the latency, but not so little that switching costs more than it gives. */
static u64 slice_of(const struct run_queue *rq, const struct task *task)
{
	return max((u64)MIN_SLICE, SCHED_LATENCY * task->weight / max(rq->load, (u64)1));
}

bool slice_is_over(struct run_queue *rq)
{
	struct rb_node *first = rb_first_cached(&rq->tree);
	struct task *curr = rq->curr;

	if (!first)
		return false;
	return curr->sum_exec_runtime - curr->slice_start >= slice_of(rq, curr) &&
	       before(task_of(first)->vruntime, curr->vruntime);
}

bool should_preempt(struct run_queue *rq, const struct task *woken)
{
	if (rq->curr == rq->idle)
		return true;
	return before(woken->vruntime + virtual_time(WAKEUP_MARGIN, woken), rq->curr->vruntime);
}

void yield_task(struct run_queue *rq)
{
	struct rb_node *last = rb_last(&rq->tree.rb_root);

	update_curr(rq);
	if (last && before(rq->curr->vruntime, task_of(last)->vruntime))
		rq->curr->vruntime = task_of(last)->vruntime;
}

void reweight_task(struct run_queue *rq, struct task *task, int nice)
{
	if (task->on_rq) {
		if (task_runs(rq, task))
			update_curr(rq);
		rq->load -= task->weight;
	}
	task->nice = nice;
	task->weight = nice_to_weight[nice - MIN_NICE];
	if (task->on_rq)
		rq->load += task->weight;
}
