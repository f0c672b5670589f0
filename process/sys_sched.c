/* process/sys_sched.c - system calls about the CPU: who gets how much of which.
 *
 * Linux: kernel/sched/syscalls.c, kernel/sys.c (priorities).
 */
#include <process/syscalls.h>

#include <kernel/lib/errno.h>
#include <kernel/sched/sched.h>
#include <kernel/x86/usercopy.h>
#include <process/clocks.h>
#include <process/group.h>

#define RR_SLICE_NS	(100 * NSEC_PER_MSEC)

/* => with a reference; pid 0: the caller */
static struct task *get_target(pid_t pid)
{
	return pid ? find_get_task_by_pid(pid) : get_task(current);
}

long sys_sched_yield(void)
{
	yield();
	return 0;
}

long sys_getcpu(u32 __user *cpu, u32 __user *node)
{
	if (cpu && put_user(smp_processor_id(), cpu))
		return -EFAULT;
	return node && put_user(0, node) ? -EFAULT : 0;
}

/* --- affinity ----------------------------------------------------------------------------------------------------- */

long sys_sched_getaffinity(pid_t pid, size_t len, u64 __user *umask)
{
	struct task *task;
	cpumask_t mask;
	u64 bits;

	if (len < sizeof(bits) || !IS_ALIGNED(len, sizeof(bits)))
		return -EINVAL;
	task = get_target(pid);
	if (!task)
		return -ESRCH;
	sched_getaffinity(task, &mask);
	put_task(task);
	bits = mask.bits & cpu_online_mask.bits;
	return put_user(bits, umask) ? -EFAULT : (long)sizeof(bits);
}

long sys_sched_setaffinity(pid_t pid, size_t len, const void __user *umask)
{
	struct task *task;
	cpumask_t mask = { 0 };
	long ret;

	if (copy_from_user(&mask.bits, umask, min(len, sizeof(mask.bits))))
		return -EFAULT;
	task = get_target(pid);
	if (!task)
		return -ESRCH;
	ret = sched_setaffinity(task, &mask);
	put_task(task);
	return ret;
}

/* --- nice ----------------------------------------------------------------------------------------------------------- */

enum { PRIO_PROCESS, PRIO_PGRP, PRIO_USER };

static bool is_meant(const struct task *task, int which, int who)
{
	switch (which) {
	case PRIO_PROCESS:
		return task->pid == (who ? who : current->pid);
	case PRIO_PGRP:
		return !is_kernel_thread(task) && process_group(task) == (who ? who : process_group(current));
	default:
		return task->uid == (who ? (uid_t)who : current->uid);
	}
}

long sys_getpriority(int which, int who)
{
	struct task *task;
	long best = -ESRCH;

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	spin_lock_irq(&tasklist_lock);
	for_each_task(task)
		if (is_meant(task, which, who))
			best = max(best, 20L - task->nice);
	spin_unlock_irq(&tasklist_lock);
	return best;
}

long sys_setpriority(int which, int who, int nice)
{
	struct task *task;
	long ret = -ESRCH;

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	nice = clamp(nice, MIN_NICE, MAX_NICE);
	spin_lock_irq(&tasklist_lock);
	for_each_task(task) {
		if (!is_meant(task, which, who))
			continue;
		set_user_nice(task, nice);
		ret = 0;
	}
	spin_unlock_irq(&tasklist_lock);
	return ret;
}

/* --- policies: kept and told, without effect ------------------------------------------------------------------------- */

static bool is_realtime(int policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR;
}

static bool is_policy(int policy)
{
	return policy == SCHED_NORMAL || is_realtime(policy) || policy == SCHED_BATCH || policy == SCHED_IDLE;
}

static long set_policy(pid_t pid, int policy, const int __user *param)
{
	struct task *task;
	int priority;

	if (pid < 0 || !param)
		return -EINVAL;
	if (get_user(priority, param))
		return -EFAULT;
	task = get_target(pid);
	if (!task)
		return -ESRCH;
	if (policy < 0)
		policy = task->policy;
	if (!is_policy(policy) || (is_realtime(policy) ? priority < 1 || priority > 99 : priority)) {
		put_task(task);
		return -EINVAL;
	}
	WRITE_ONCE(task->policy, policy);
	WRITE_ONCE(task->rt_priority, priority);
	put_task(task);
	return 0;
}

#define SCHED_RESET_ON_FORK	0x40000000

long sys_sched_setscheduler(pid_t pid, int policy, const int __user *param)
{
	return policy < 0 ? -EINVAL : set_policy(pid, policy & ~SCHED_RESET_ON_FORK, param);
}

long sys_sched_setparam(pid_t pid, const int __user *param)
{
	return set_policy(pid, -1, param);
}

long sys_sched_getscheduler(pid_t pid)
{
	struct task *task = pid < 0 ? NULL : get_target(pid);
	long ret;

	if (!task)
		return pid < 0 ? -EINVAL : -ESRCH;
	ret = task->policy;
	put_task(task);
	return ret;
}

long sys_sched_getparam(pid_t pid, int __user *param)
{
	struct task *task = pid < 0 || !param ? NULL : get_target(pid);
	int priority;

	if (!task)
		return pid < 0 || !param ? -EINVAL : -ESRCH;
	priority = task->rt_priority;
	put_task(task);
	return put_user(priority, param);
}

long sys_sched_get_priority_max(int policy)
{
	return !is_policy(policy) ? -EINVAL : is_realtime(policy) ? 99 : 0;
}

long sys_sched_get_priority_min(int policy)
{
	return !is_policy(policy) ? -EINVAL : is_realtime(policy) ? 1 : 0;
}

long sys_sched_rr_get_interval(pid_t pid, struct user_timespec __user *uts)
{
	struct task *task = pid < 0 ? NULL : get_target(pid);
	u64 ns;

	if (!task)
		return pid < 0 ? -EINVAL : -ESRCH;
	ns = task->policy == SCHED_FIFO ? 0 : RR_SLICE_NS;
	put_task(task);
	return put_timespec_ns(uts, ns);
}
