/* mm/reclaim/oom.c - nothing can be freed any more: somebody has to go, so that the others can go on.
 *
 * The victim is the process whose end brings back most memory: resident pages, swap entries and page tables, plus
 * oom_score_adj thousandths of all memory; -1000 is never chosen. One victim at a time: until its memory is back, or the reaper
 * has taken it (MMF_OOM_SKIP), everybody else just tries again. The log says who asked, how memory stood, who there was to
 * choose from, and who was chosen.
 *
 * How to list processes and how to kill one is process/'s business, given by oom_register().
 *
 * Linux: mm/oom_kill.c.
 */
#include <mm/reclaim/scan.h>
#include <mm/swap/swap.h>
#include <mm/frame/vmstat.h>
#include <kernel/debug/panic.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/bitmap.h>
#include <kernel/lib/printf.h>
#include <kernel/sched/task.h>
#include <kernel/sync/mutex.h>
#include <kernel/sync/wait.h>
#include <kernel/trace/trace.h>

#define OOM_SCORE_ADJ_MIN	(-1000)
#define K(pages)		((pages) << (PAGE_SHIFT - 10))

bool sysctl_panic_on_oom;
DECLARE_WAIT_QUEUE_HEAD(oom_reaper_wait);

static const struct oom_ops *ops;	/* set at start-up */
static DEFINE_MUTEX(oom_mutex);		/* one choice at a time */
static DEFINE_SPINLOCK(victim_lock);
static struct mm *victim;		/* (victim_lock) being killed; alive until oom_victim_gone() */
static bool victim_reaped;		/* (victim_lock) handed to the reaper */

void oom_register(const struct oom_ops *new_ops)
{
	ops = new_ops;
}

static unsigned long counter(const struct mm *mm, enum mm_counter c)
{
	return max(atomic_long_read(&mm->rss[c]), 0L);
}

static unsigned long mm_rss(const struct mm *mm)
{
	return counter(mm, MM_FILEPAGES) + counter(mm, MM_ANONPAGES) + counter(mm, MM_SHMEMPAGES);
}

unsigned long oom_badness(struct mm *mm, int oom_score_adj, unsigned long totalpages)
{
	long points;

	if (oom_score_adj == OOM_SCORE_ADJ_MIN || test_bit(MMF_OOM_SKIP, &mm->flags))
		return 0;
	points = mm_rss(mm) + counter(mm, MM_SWAPENTS) + atomic_long_read(&mm->pgtables_bytes) / (long)PAGE_SIZE;
	points += oom_score_adj * (long)(totalpages / 1000);
	return max(points, 1L);
}

/* --- the choice ------------------------------------------------------------------------------------------------------- */

struct oom_choice {
	struct task	*task;		/* referenced */
	struct mm	*mm;		/* of task: alive as long as it is pinned by the walk, or a victim */
	unsigned long	points, totalpages;
	bool		made_victim;
};

/* Never init: without it there is nobody left to clean up. */
static bool unkillable(const struct task *leader)
{
	return leader->pid == 1 || (leader->flags & PF_KTHREAD);
}

static bool consider(struct task *leader, struct mm *mm, int oom_score_adj, void *arg)
{
	struct oom_choice *best = arg;
	unsigned long points = unkillable(leader) ? 0 : oom_badness(mm, oom_score_adj, best->totalpages);

	if (points <= best->points)
		return true;
	if (best->task)
		put_task(best->task);
	best->task = get_task(leader);
	best->mm = mm;
	best->points = points;
	return true;
}

/* --- the report ------------------------------------------------------------------------------------------------------- */

static bool print_task(struct task *leader, struct mm *mm, int oom_score_adj, void *arg __unused)
{
	pr_info("[%7d] %5d %5d %8lu %8lu %13ld %8lu %13d %s\n", leader->pid, leader->uid, leader->tgid,
		mm->total_vm, mm_rss(mm), atomic_long_read(&mm->pgtables_bytes), counter(mm, MM_SWAPENTS),
		oom_score_adj, leader->comm);
	return true;
}

/* Why nothing could be freed. */
static void print_verdicts(void)
{
	char text[256];
	size_t len = 0;

	text[0] = '\0';
	for (unsigned int i = 0; i < NR_PAGE_VERDICTS; i++) {
		long nr = atomic_long_read(&page_verdicts[i]);

		if (nr)
			len += scnprintf(text + len, sizeof(text) - len, " %s:%ld", page_verdict_names[i], nr);
	}
	pr_info("Reclaim since boot:%s pages\n", text);
}

static void print_report(gfp_t gfp, unsigned int order)
{
	pr_warn("%s invoked oom-killer: gfp_mask=0x%x, order=%u\n", current->comm, gfp, order);
	show_mem();
	print_verdicts();
	pr_info("Free swap  = %lukB\n", K(nr_swap_pages()));
	pr_info("Total swap = %lukB\n", K(total_swap_pages()));
	pr_info("Tasks state (memory values in pages):\n");
	pr_info("[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name\n");
	ops->for_each_process(print_task, NULL);
}

/* --- the kill --------------------------------------------------------------------------------------------------------- */

/* The walk pins the mm while it calls us: here it is alive, unless the process went by itself since it was chosen. */
static bool make_victim(struct task *leader, struct mm *mm, int oom_score_adj, void *arg)
{
	struct oom_choice *choice = arg;

	if (leader != choice->task || mm != choice->mm)
		return true;
	spin_lock(&victim_lock);
	victim = mm;
	victim_reaped = false;
	/* After the last user has gone nobody would tell us so again (oom_victim_gone). */
	choice->made_victim = atomic_read(&mm->mm_users);
	if (!choice->made_victim)
		victim = NULL;
	spin_unlock(&victim_lock);
	if (!choice->made_victim)
		return false;
	pr_err("Out of memory: Killed process %d (%s) total-vm:%lukB, anon-rss:%lukB, file-rss:%lukB, "
	       "shmem-rss:%lukB, UID:%u pgtables:%lukB oom_score_adj:%d\n", leader->pid, leader->comm,
	       K(mm->total_vm), K(counter(mm, MM_ANONPAGES)), K(counter(mm, MM_FILEPAGES)),
	       K(counter(mm, MM_SHMEMPAGES)), leader->uid, atomic_long_read(&mm->pgtables_bytes) >> 10, oom_score_adj);
	trace(mark_victim, leader->pid, leader->comm, K(mm->total_vm), K(counter(mm, MM_ANONPAGES)),
	      K(counter(mm, MM_FILEPAGES)), K(counter(mm, MM_SHMEMPAGES)), leader->uid,
	      atomic_long_read(&mm->pgtables_bytes) >> 10, oom_score_adj);
	return false;
}

static void kill_victim(struct task *leader)
{
	count_vm_event(OOM_KILL);
	ops->kill(leader);
	wake_up(&oom_reaper_wait);
}

bool oom_victims_pending(void)
{
	bool pending;

	spin_lock(&victim_lock);
	pending = victim && !test_bit(MMF_OOM_SKIP, &victim->flags);
	spin_unlock(&victim_lock);
	return pending;
}

void oom_victim_gone(struct mm *mm)
{
	spin_lock(&victim_lock);
	if (victim == mm)
		victim = NULL;
	spin_unlock(&victim_lock);
}

struct mm *oom_reaper_next(void)
{
	struct mm *mm = NULL;

	spin_lock(&victim_lock);
	if (victim && !victim_reaped) {
		mm = victim;
		atomic_inc(&mm->mm_count);	/* the caller's mmdrop */
		victim_reaped = true;
	}
	spin_unlock(&victim_lock);
	return mm;
}

void oom_reaper_done(struct mm *mm)
{
	set_bit(MMF_OOM_SKIP, &mm->flags);
}

static bool select_and_kill(gfp_t gfp, unsigned int order)
{
	struct oom_choice choice = { .totalpages = totalram_pages() + total_swap_pages() };

	ops->for_each_process(consider, &choice);
	print_report(gfp, order);
	if (!choice.task)
		panic("System is deadlocked on memory: out of memory and no killable processes");
	if (sysctl_panic_on_oom)
		panic("Out of memory: system-wide panic_on_oom is enabled");
	ops->for_each_process(make_victim, &choice);
	if (choice.made_victim)
		kill_victim(choice.task);
	put_task(choice.task);
	return true;	/* also when it went by itself: then its memory is back */
}

bool out_of_memory(gfp_t gfp, unsigned int order)
{
	bool killed = true;

	if (!ops)
		return false;	/* too early: there are no processes */
	/* A dying task needs no victim, it is one: it gets memory from the reserve, and gives all of its own back. */
	if (fatal_signal_pending(current) || (current->flags & PF_EXITING))
		return true;
	if (!mutex_trylock(&oom_mutex)) {
		schedule_timeout_uninterruptible(1);
		return true;
	}
	if (oom_victims_pending())
		schedule_timeout_uninterruptible(1);
	else
		killed = select_and_kill(gfp, order);
	mutex_unlock(&oom_mutex);
	return killed;
}
