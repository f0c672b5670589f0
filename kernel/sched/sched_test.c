/* kernel/sched/sched_test.c - shares are fair, tasks go where they may, timers come in time and not before. */
#include <kernel/debug/ktest.h>
#include <kernel/debug/printk.h>
#include <kernel/sched/sched.h>
#include <kernel/sched/timer.h>

#define RUN_MS	400

struct hog {
	struct task	*task;
	bool		stop;
	atomic_t	wrong_cpu;
};

/* Wants the CPU all the time, and lets others have it at every opportunity. */
static int hog_main(void *data)
{
	struct hog *hog = data;

	while (!kthread_should_stop()) {
		if (!cpumask_test_cpu(smp_processor_id(), &current->cpus_allowed))
			atomic_inc(&hog->wrong_cpu);
		cpu_relax();
		cond_resched();
	}
	return 0;
}

static void hog_start(struct hog *hog, unsigned int cpu, int nice)
{
	*hog = (struct hog){ 0 };
	hog->task = kthread_create_on_cpu(hog_main, hog, cpu, "hog");
	if (IS_ERR(hog->task))
		return;
	set_user_nice(hog->task, nice);
	wake_up_process(hog->task);
}

/* => ns of CPU time that it has had */
static u64 hog_time(const struct hog *hog)
{
	u64 user, system;

	task_cputime(hog->task, &user, &system);
	return user + system;
}

static void hog_stop(struct hog *hog)
{
	kthread_stop(hog->task);
}

/*
 * Do two hogs on one CPU come to share it so that the first has `least` to `most` per cent? A host that takes the CPU away
 * for a while charges that to whoever has it; the scheduler makes up for it to the other one. So a share may be wrong
 * for some time, and a wrong scheduler never comes to the right one.
 */
static bool share_reaches(int nice_first, int nice_second, u64 least, u64 most)
{
	unsigned int cpu = READ_ONCE(nr_cpus) - 1;
	struct hog first, second;
	u64 a, b, share = 0;
	bool right = false;

	hog_start(&first, cpu, nice_first);
	hog_start(&second, cpu, nice_second);
	do {
		msleep(RUN_MS);
		a = hog_time(&first);
		b = hog_time(&second);
		share = a * 100 / (a + b + 1);
		right = least <= share && share <= most;
	} while (!right && a + b < 20 * RUN_MS * NSEC_PER_MSEC);
	hog_stop(&first);
	hog_stop(&second);
	if (!right)
		printk("the first has %llu %% of %llu ms\n", share, (a + b) / NSEC_PER_MSEC);
	return right;
}

KTEST(sched, two_equal_tasks_share_a_cpu_equally)
{
	KEXPECT(share_reaches(0, 0, 40, 60));
}

KTEST(sched, five_steps_of_nice_are_a_factor_of_three)
{
	KEXPECT(share_reaches(0, 5, 65, 85));	/* 1024 : 335 is 75 % */
}

KTEST(sched, a_bound_thread_runs_on_its_cpu_only)
{
	unsigned int cpu;

	for (cpu = 0; cpu < READ_ONCE(nr_cpus); cpu++) {
		struct hog hog;

		hog_start(&hog, cpu, 0);
		msleep(20);
		KEXPECT_EQ(hog.task->cpu, cpu);
		KEXPECT_EQ(sched_setaffinity(hog.task, &CPU_MASK_ALL), -EINVAL);
		hog_stop(&hog);
		KEXPECT_EQ(atomic_read(&hog.wrong_cpu), 0);
	}
}

KTEST(sched, setaffinity_moves_the_caller_at_once)
{
	cpumask_t all = CPU_MASK_ALL, none = CPU_MASK_NONE;
	unsigned int cpu;

	for (cpu = 0; cpu < READ_ONCE(nr_cpus); cpu++) {
		cpumask_t one = cpumask_of(cpu);

		KEXPECT_EQ(sched_setaffinity(current, &one), 0);
		KEXPECT_EQ(smp_processor_id(), cpu);
		msleep(10);
		KEXPECT_EQ(smp_processor_id(), cpu);
	}
	KEXPECT_EQ(sched_setaffinity(current, &none), -EINVAL);
	KEXPECT_EQ(sched_setaffinity(current, &all), 0);
}

KTEST(sched, tasks_spread_over_the_cpus)
{
	unsigned int n = READ_ONCE(nr_cpus), i;
	struct task *tasks[8];
	struct hog hog = { 0 };
	cpumask_t used = CPU_MASK_NONE;

	if (n < 2)
		KSKIP("one CPU");
	n = min(n, 8U);
	for (i = 0; i < n; i++)
		tasks[i] = kthread_run(hog_main, &hog, "spread/%u", i);
	msleep(300);
	for (i = 0; i < n; i++)
		cpumask_set_cpu(tasks[i]->cpu, &used);
	for (i = 0; i < n; i++)
		kthread_stop(tasks[i]);
	KEXPECT_GE(cpumask_weight(&used), 2U);
}

static int return_its_data(void *data)
{
	while (!kthread_should_stop())
		schedule_timeout_interruptible(HZ);
	return (int)(long)data;
}

KTEST(sched, kthread_stop_returns_what_the_thread_returned)
{
	struct task *task = kthread_run(return_its_data, (void *)42L, "returns42");

	KASSERT_TRUE(!IS_ERR(task));
	msleep(30);	/* one that is stopped before it ran returns -EINTR */
	KEXPECT_EQ(kthread_stop(task), 42);
	task = kthread_create(return_its_data, NULL, "neverran");
	KASSERT_TRUE(!IS_ERR(task));
	KEXPECT_EQ(kthread_stop(task), -EINTR);
}

static int return_at_once(void *data __unused)
{
	return 0;
}

KTEST(sched, hundreds_of_threads_leave_nothing_behind)
{
	unsigned int before = READ_ONCE(nr_threads), i, tries;

	for (i = 0; i < 300; i++)
		KASSERT_TRUE(!IS_ERR(kthread_run(return_at_once, NULL, "short/%u", i)));
	for (tries = 0; tries < 200 && READ_ONCE(nr_threads) > before; tries++)
		msleep(10);
	KEXPECT_LE(READ_ONCE(nr_threads), before);
}

/* --- timers ------------------------------------------------------------------------------------------------------ */

struct test_timer {
	struct timer	timer;
	u64		fired_at;
	unsigned int	count, restarts;
};

static void note_time(struct timer *timer)
{
	struct test_timer *t = container_of(timer, struct test_timer, timer);

	t->fired_at = ktime_get_ns();
	t->count++;
	if (t->restarts) {
		t->restarts--;
		timer_start_after(timer, TICK_NS);
	}
}

KTEST(timer, fires_once_at_its_time_and_not_before)
{
	struct test_timer t = { 0 };
	u64 due = ktime_get_ns() + 50 * NSEC_PER_MSEC;

	timer_setup(&t.timer, note_time);
	timer_start(&t.timer, due);
	KEXPECT(timer_pending(&t.timer));
	msleep(150);
	KEXPECT_EQ(t.count, 1U);
	KEXPECT_GE(t.fired_at, due);
	KEXPECT(!timer_pending(&t.timer));
	KEXPECT(!timer_cancel_sync(&t.timer));
}

KTEST(timer, a_cancelled_timer_does_not_fire)
{
	struct test_timer t = { 0 };

	timer_setup(&t.timer, note_time);
	timer_start_after(&t.timer, 30 * NSEC_PER_MSEC);
	KEXPECT(timer_cancel(&t.timer));
	KEXPECT(!timer_cancel(&t.timer));
	msleep(60);
	KEXPECT_EQ(t.count, 0U);
}

KTEST(timer, its_function_may_start_it_again)
{
	struct test_timer t = { .restarts = 4 };

	timer_setup(&t.timer, note_time);
	timer_start_after(&t.timer, 0);
	msleep(250);
	timer_cancel_sync(&t.timer);
	KEXPECT_EQ(t.count, 5U);
}

KTEST(timer, many_fire_in_order)
{
	static struct test_timer timers[50];
	u64 base = ktime_get_ns() + 20 * NSEC_PER_MSEC;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(timers); i++) {
		timers[i] = (struct test_timer){ 0 };
		timer_setup(&timers[i].timer, note_time);
		timer_start(&timers[i].timer, base + (i * 7 % ARRAY_SIZE(timers)) * NSEC_PER_MSEC);
	}
	msleep(200);
	for (i = 0; i < ARRAY_SIZE(timers); i++) {
		KEXPECT_EQ(timers[i].count, 1U);
		KEXPECT_GE(timers[i].fired_at, timers[i].timer.expires);
		timer_cancel_sync(&timers[i].timer);
	}
}

KTEST(timer, sleeping_takes_at_least_as_long_as_asked)
{
	u64 start = ktime_get_ns();

	msleep(25);
	KEXPECT_GE(ktime_get_ns() - start, 25 * NSEC_PER_MSEC);
	start = ktime_get_ns();
	KEXPECT_EQ(schedule_timeout_uninterruptible(3), 0L);
	KEXPECT_GE(ktime_get_ns() - start, 3 * TICK_NS);
}
