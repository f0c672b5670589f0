/* process/limits.c - resource limits, and what processes have used. See limits.h.
 *
 * Linux: kernel/sys.c (do_prlimit, getrusage).
 */
#include <process/limits.h>

#include <fs/files.h>
#include <kernel/lib/errno.h>
#include <kernel/sched/sched.h>
#include <mm/space/space.h>

static unsigned long current_limit(unsigned int resource, bool hard)
{
	const struct rlimit64 *limit;

	if (is_kernel_thread(current) || resource >= RLIM_NLIMITS)
		return RLIM_INFINITY;
	limit = &current->signal->limits[resource];
	return hard ? READ_ONCE(limit->rlim_max) : READ_ONCE(limit->rlim_cur);
}

static unsigned int current_files_limit(void)
{
	return min(current_limit(RLIMIT_NOFILE, false), (unsigned long)FILES_HARD_LIMIT);
}

void limits_init(void)
{
	rlimit_hook = current_limit;
	files_limit_hook = current_files_limit;
}

void limits_set_defaults(struct signal_state *signal)
{
	static const struct { u8 resource; u64 soft, hard; } finite[] = {
		{ RLIMIT_STACK, 8UL << 20, RLIM_INFINITY },
		{ RLIMIT_CORE, 0, RLIM_INFINITY },
		{ RLIMIT_NOFILE, FILES_DEFAULT_LIMIT, 4096 },
		{ RLIMIT_MEMLOCK, 8UL << 20, 8UL << 20 },
		{ RLIMIT_NPROC, 32768, 32768 },
		{ RLIMIT_SIGPENDING, 4096, 4096 },
		{ RLIMIT_MSGQUEUE, 819200, 819200 },
		{ RLIMIT_NICE, 0, 0 },
		{ RLIMIT_RTPRIO, 0, 0 },
	};

	for (unsigned int i = 0; i < RLIM_NLIMITS; i++)
		signal->limits[i] = (struct rlimit64){ RLIM_INFINITY, RLIM_INFINITY };
	for (unsigned int i = 0; i < ARRAY_SIZE(finite); i++)
		signal->limits[finite[i].resource] = (struct rlimit64){ finite[i].soft, finite[i].hard };
}

int do_prlimit(struct task *task, unsigned int resource, const struct rlimit64 *new, struct rlimit64 *old)
{
	struct rlimit64 *limit;
	int error = 0;

	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	if (new && new->rlim_cur > new->rlim_max)
		return -EINVAL;
	if (new && resource == RLIMIT_NOFILE && new->rlim_max > FILES_HARD_LIMIT)
		return -EPERM;
	limit = &task->signal->limits[resource];
	spin_lock_irq(&task->sighand->lock);
	if (old)
		*old = *limit;
	if (new && new->rlim_max > limit->rlim_max && !capable(CAP_SYS_RESOURCE))
		error = -EPERM;
	else if (new)
		*limit = *new;
	spin_unlock_irq(&task->sighand->lock);
	return error;
}

void usage_add_task(struct process_usage *sum, struct task *task)
{
	u64 utime, stime;

	task_cputime(task, &utime, &stime);
	sum->utime += utime;
	sum->stime += stime;
	sum->min_flt += task->min_flt;
	sum->maj_flt += task->maj_flt;
	sum->nvcsw += task->nvcsw;
	sum->nivcsw += task->nivcsw;
}

void usage_add(struct process_usage *sum, const struct process_usage *more)
{
	sum->utime += more->utime;
	sum->stime += more->stime;
	sum->min_flt += more->min_flt;
	sum->maj_flt += more->maj_flt;
	sum->nvcsw += more->nvcsw;
	sum->nivcsw += more->nivcsw;
	sum->max_rss = max(sum->max_rss, more->max_rss);
}

void usage_of_process(struct task *leader, struct process_usage *sum)
{
	struct task *t;

	usage_add(sum, &leader->signal->gone);
	for_each_thread(leader, t)
		usage_add_task(sum, t);
}
