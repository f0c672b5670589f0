/* kernel/sched/watchdog.c - tasks that never wake up, CPUs that never let go.
 *
 * A task that has slept uninterruptibly for hung_task= seconds (boot option, default 120, 0: off) is reported with the
 * calls it sleeps in: it waits for a lock or a device that does not come. A CPU whose task has been asked to make way
 * and has not done so for LOCKUP_NS is reported too: kernel code is not preempted, so that it spins or lacks a
 * cond_resched(). Both are only messages, and each is given once.
 *
 * Linux: kernel/hung_task.c, kernel/watchdog.c.
 */
#include <kernel/sched/run_queue.h>

#include <kernel/debug/ksyms.h>
#include <kernel/debug/panic.h>
#include <kernel/lib/cmdline.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>

#define LOCKUP_NS	(20 * NSEC_PER_SEC)
#define SCAN_TICKS	(10 * HZ)
#define CALLS_SHOWN	6
#define CALLS_LOOKED_AT	16

static u64 hung_after_ns;
static unsigned long next_scan;		/* jiffies; CPU 0 only */

/* What everybody who sleeps is in, and so says nothing. */
static bool is_scheduler(unsigned long address)
{
	static const char *const names[] = {
		"__schedule", "schedule_keep_irqs", "schedule", "schedule_timeout", "switch_to", "context_switch",
	};
	const char *name = ksym_lookup(address - 1, NULL, NULL);
	size_t i;

	for (i = 0; name && i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* The calls of a task that does not run, innermost first, as one line. */
static void describe_calls(const struct task *task, char *buf, size_t size)
{
	unsigned long addresses[CALLS_LOOKED_AT];
	unsigned int n, i, shown = 0;
	size_t len = 0;

	buf[0] = 0;
	n = collect_backtrace(thread_frame_pointer(&task->thread), addresses, CALLS_LOOKED_AT);
	for (i = 0; i < n && shown < CALLS_SHOWN; i++) {
		const char *name = ksym_lookup(addresses[i] - 1, NULL, NULL);

		if (!name || is_scheduler(addresses[i]))
			continue;
		len += scnprintf(buf + len, size - len, "%s%s", shown ? " < " : "", name);
		shown++;
	}
}

static void show_task(const struct task *task)
{
	char calls[160] = "running";

	if (!READ_ONCE(task->on_cpu))
		describe_calls(task, calls, sizeof(calls));
	printk(KERN_WARNING "  %5d %-15s %c cpu %u: %s\n", task->pid, task->comm, task_state_char(task), task->cpu, calls);
}

/* The list may be changing: whoever holds the lock is either gone for good (a panic), or will be done soon. */
void sched_show_tasks(void)
{
	bool locked = false;
	unsigned long flags;
	struct task *task;

	local_irq_save(flags);
	if (!panicking) {
		spin_lock(&tasklist_lock);
		locked = true;
	}
	printk(KERN_WARNING "Tasks:\n");
	for_each_task(task)
		show_task(task);
	if (locked)
		spin_unlock(&tasklist_lock);
	local_irq_restore(flags);
}

static void watch_task(struct task *task, u64 now)
{
	u64 switches = READ_ONCE(task->nvcsw) + READ_ONCE(task->nivcsw);
	unsigned int state = READ_ONCE(task->state);

	if (switches != task->watched_switches || !(state & TASK_UNINTERRUPTIBLE) || (state & TASK_NOLOAD)) {
		task->watched_switches = switches;
		task->watched_since = now;
		return;
	}
	if ((s64)(now - task->watched_since) < (s64)hung_after_ns)
		return;
	task->watched_since = U64_MAX / 2;	/* said once */
	printk(KERN_WARNING "Task has waited for more than %llu s:\n", hung_after_ns / NSEC_PER_SEC);
	show_task(task);
}

static void scan_tasks(void)
{
	struct task *task;

	/* An interrupt handler does not wait for a lock of this size: next time, then. */
	if (!spin_trylock(&tasklist_lock))
		return;
	for_each_task(task)
		watch_task(task, ktime_get_ns());
	spin_unlock(&tasklist_lock);
}

void watchdog_tick(struct run_queue *rq, const struct pt_regs *regs)
{
	u64 now = ktime_get_ns();

	if (!thread_test_flag(&rq->curr->thread, TIF_NEED_RESCHED)) {
		rq->resched_since = 0;
	} else if (!rq->resched_since) {
		rq->resched_since = now;
	} else if ((s64)(now - rq->resched_since) > (s64)LOCKUP_NS) {
		rq->resched_since = now + U64_MAX / 4;	/* said once */
		printk(KERN_WARNING "CPU %u: %s (pid %d) has not let others run for %lu s\n", rq->cpu, rq->curr->comm,
		       rq->curr->pid, LOCKUP_NS / NSEC_PER_SEC);
		show_regs(regs);
		show_backtrace(regs->rbp);
	}
	if (rq->cpu == 0 && hung_after_ns && time_after_eq(jiffies, next_scan)) {
		next_scan = jiffies + SCAN_TICKS;
		scan_tasks();
	}
}

void watchdog_init(void)
{
	static struct panic_note note = { .print = sched_show_tasks };

	hung_after_ns = cmdline_ulong("hung_task", 120) * NSEC_PER_SEC;
	panic_note_register(&note);
}
