/* kernel/sched/stress_test.c - tasks are moved between CPUs while they sleep, wake each other, and change their weight.
 *
 * Whoever is lost in between never finishes, and the test with him.
 */
#include <kernel/debug/ktest.h>
#include <kernel/lib/random.h>
#include <kernel/sched/sched.h>
#include <kernel/sched/timer.h>
#include <kernel/sync/completion.h>
#include <kernel/sync/wait.h>

#define NR_TASKS	8
#define ROUNDS		400

struct stress {
	struct task	*tasks[NR_TASKS];
	wait_queue_head_t queue;
	struct completion finished;
	atomic_t	running, tokens;
};

/* Take a token that another gives, or wait a little for one: nobody waits for ever. */
static void pass_a_token(struct stress *s)
{
	atomic_inc(&s->tokens);
	wake_up(&s->queue);
	wait_event_timeout(s->queue, atomic_add_unless(&s->tokens, -1, 0), 1 + get_random_below(2));
}

static int wander(void *data)
{
	struct stress *s = data;
	cpumask_t all = CPU_MASK_ALL;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		cpumask_t one = cpumask_of(get_random_below(READ_ONCE(nr_cpus)));

		switch (get_random_below(6)) {
		case 0:
			sched_setaffinity(current, &one);
			break;
		case 1:
			sched_setaffinity(current, &all);
			break;
		case 2:
			yield();
			break;
		default:
			pass_a_token(s);
		}
		cond_resched();
	}
	atomic_dec(&s->running);
	complete(&s->finished);
	return 0;
}

static void disturb(struct stress *s)
{
	struct task *victim = s->tasks[get_random_below(NR_TASKS)];
	cpumask_t mask;

	mask = get_random_below(2) ? cpumask_of(get_random_below(READ_ONCE(nr_cpus))) : CPU_MASK_ALL;
	sched_setaffinity(victim, &mask);
	set_user_nice(victim, (int)get_random_below(40) - 20);
	wake_up_process(victim);	/* as an interrupt may that comes too late */
	cond_resched();
}

KTEST(sched, tasks_that_are_moved_while_they_sleep_and_wake_all_finish)
{
	struct stress s = { .running = ATOMIC_INIT(NR_TASKS) };
	unsigned int i;

	init_waitqueue_head(&s.queue);
	init_completion(&s.finished);
	for (i = 0; i < NR_TASKS; i++) {
		s.tasks[i] = kthread_create(wander, &s, "wander/%u", i);
		KASSERT_TRUE(!IS_ERR(s.tasks[i]));
		get_task(s.tasks[i]);
	}
	for (i = 0; i < NR_TASKS; i++)
		wake_up_process(s.tasks[i]);
	while (atomic_read(&s.running))
		disturb(&s);
	for (i = 0; i < NR_TASKS; i++)
		wait_for_completion(&s.finished);
	for (i = 0; i < NR_TASKS; i++)
		put_task(s.tasks[i]);
	KEXPECT_GE(atomic_read(&s.tokens), 0);
}

/* --- timers that are started, cancelled and run on several CPUs at once ---------------------------------------------- */

struct shared_timer {
	struct timer	timer;
	atomic_t	fired;
	bool		freed;
	atomic_t	fired_late;	/* after timer_cancel_sync() had returned */
	struct completion finished;
};

static void count_firing(struct timer *timer)
{
	struct shared_timer *t = container_of(timer, struct shared_timer, timer);

	atomic_inc(&t->fired);
	if (READ_ONCE(t->freed))
		atomic_inc(&t->fired_late);
}

static int start_and_cancel(void *data)
{
	struct shared_timer *t = data;
	unsigned int i;

	for (i = 0; i < 2000; i++) {
		timer_start_after(&t->timer, get_random_below(2) ? 0 : TICK_NS / 2);
		if (get_random_below(3) == 0)
			timer_cancel(&t->timer);
		if (get_random_below(50) == 0)
			timer_cancel_sync(&t->timer);
		cond_resched();
	}
	complete(&t->finished);
	return 0;
}

KTEST(timer, one_timer_started_and_cancelled_by_all_cpus_never_fires_after_it_is_cancelled)
{
	struct shared_timer t = { 0 };
	unsigned int n = min(READ_ONCE(nr_cpus), 4U), i;

	timer_setup(&t.timer, count_firing);
	init_completion(&t.finished);
	for (i = 0; i < n; i++)
		KASSERT_TRUE(!IS_ERR(kthread_run(start_and_cancel, &t, "timers/%u", i)));
	for (i = 0; i < n; i++)
		wait_for_completion(&t.finished);
	timer_cancel_sync(&t.timer);
	WRITE_ONCE(t.freed, true);
	KEXPECT(!timer_pending(&t.timer));
	msleep(50);
	KEXPECT_EQ(atomic_read(&t.fired_late), 0);
}
