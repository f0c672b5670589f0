/* process/oom.c - the hands of the OOM killer: who may be chosen, the kill, and the thread that takes a victim's memory.
 *
 * The choice itself is made in mm/reclaim. Nothing here allocates: it runs because there is no memory.
 *
 * Linux: mm/oom_kill.c (oom_evaluate_task, __oom_kill_process, oom_reaper).
 */
#include <process/oom.h>

#include <kernel/debug/panic.h>
#include <mm/map/map.h>
#include <mm/reclaim/reclaim.h>
#include <process/signal_send.h>

/* => tasklist_lock held. Its leader may be dead already, while other threads still hold the memory */
static struct mm *process_mm(struct task *leader)
{
	struct task *t;

	for_each_thread(leader, t)
		if (READ_ONCE(t->mm))
			return t->mm;
	return NULL;
}

/* The process with the smallest pid above `after`, with references to it and its mm (mm_count); NULL: no more. */
static struct task *next_process(pid_t after, struct mm **mm)
{
	struct task *p, *best = NULL;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	for_each_task(p) {
		if (is_kernel_thread(p) || !thread_group_leader(p) || p == init_process || p->pid <= after ||
		    !process_mm(p))
			continue;
		if (!best || p->pid < best->pid)
			best = p;
	}
	if (best) {
		get_task(best);
		*mm = process_mm(best);
		mmgrab(*mm);
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return best;
}

static void for_each_process(bool (*fn)(struct task *leader, struct mm *mm, int oom_score_adj, void *arg), void *arg)
{
	struct task *leader;
	struct mm *mm;
	pid_t pid = 0;
	bool more = true;

	while (more && (leader = next_process(pid, &mm))) {
		pid = leader->pid;
		more = fn(leader, mm, READ_ONCE(leader->signal->oom_score_adj), arg);
		mmdrop(mm);
		put_task(leader);
	}
}

/* Others that share the memory (vfork, clone without CLONE_THREAD) must go too, or it stays. */
static void kill(struct task *victim)
{
	struct siginfo info;
	unsigned long flags;
	struct task *p;
	struct mm *mm;

	siginfo_kernel(&info, SIGKILL);
	spin_lock_irqsave(&tasklist_lock, flags);
	mm = process_mm(victim);
	send_signal(SIGKILL, &info, victim, true);
	for_each_task(p)
		if (mm && !is_kernel_thread(p) && p->mm == mm && !same_thread_group(p, victim) &&
		    p->group_leader != init_process)
			send_signal(SIGKILL, &info, p, true);
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

/* --- the reaper ------------------------------------------------------------------------------------------------- */

#define REAP_TRIES	10

/* The victim may be asleep with the lock held for writing; it is killed, so it will go on soon. */
static void reap(struct mm *mm)
{
	for (int i = 0; i < REAP_TRIES && mmget_not_zero(mm); i++) {
		bool locked = mmap_read_trylock(mm);

		if (locked) {
			oom_reap_mm(mm);
			mmap_read_unlock(mm);
		}
		mmput(mm);
		if (locked)
			break;
		msleep(100);
	}
	oom_reaper_done(mm);
}

static int oom_reaper(void *unused __unused)
{
	struct mm *mm = NULL;

	for (;;) {
		/* Nobody sends a kernel thread signals; this way its sleep doesn't count to the load. */
		if (wait_event_interruptible(oom_reaper_wait, (mm = oom_reaper_next()) != NULL))
			continue;
		reap(mm);
		mmdrop(mm);
	}
	return 0;
}

void oom_init(void)
{
	static const struct oom_ops ops = { .for_each_process = for_each_process, .kill = kill };

	oom_register(&ops);
}

void oom_reaper_start(void)
{
	if (IS_ERR(kthread_run(oom_reaper, NULL, "oom_reaper")))
		panic("no memory for oom_reaper");
}
