/* process/clocks.c - clocks by their number, and times as programs write them. See clocks.h.
 *
 * Linux: kernel/time/posix-timers.c, posix-cpu-timers.c, include/linux/time64.h.
 */
#include <process/clocks.h>

#include <kernel/lib/errno.h>
#include <kernel/sched/sched.h>
#include <kernel/x86/usercopy.h>
#include <process/limits.h>

#define MAX_SECONDS	(U64_MAX / NSEC_PER_SEC / 4)

/* A negative number names the CPU clock of a task: ~pid << 3 | bit 2: one thread | kind (2: the scheduler's). */
#define CPU_CLOCK_PID(clock)		(~((clock) >> 3))
#define CPU_CLOCK_PER_THREAD(clock)	((clock) & 4)

static u64 process_cputime(struct task *task)
{
	struct process_usage sum = { 0 };

	usage_of_process(task->group_leader, &sum);
	return sum.utime + sum.stime;
}

static u64 thread_cputime(struct task *task)
{
	u64 utime, stime;

	task_cputime(task, &utime, &stime);
	return utime + stime;
}

static int cpu_clock_read(int clock, u64 *ns)
{
	pid_t pid = CPU_CLOCK_PID(clock);
	struct task *task;
	int error = -EINVAL;

	if ((clock & 3) == 3)
		return -EINVAL;
	spin_lock_irq(&tasklist_lock);
	task = pid ? find_task_by_pid(pid) : current;
	if (task && !is_kernel_thread(task)) {
		*ns = CPU_CLOCK_PER_THREAD(clock) ? thread_cputime(task) : process_cputime(task);
		error = 0;
	}
	spin_unlock_irq(&tasklist_lock);
	return error;
}

int clock_read(int clock, u64 *ns)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_TAI:
		*ns = clock_realtime_ns();
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		*ns = ktime_get_ns();
		return 0;
	case CLOCK_PROCESS_CPUTIME_ID:
		return cpu_clock_read(~0 << 3 | 2, ns);
	case CLOCK_THREAD_CPUTIME_ID:
		return cpu_clock_read(~0 << 3 | 4 | 2, ns);
	default:
		return clock < 0 ? cpu_clock_read(clock, ns) : -EINVAL;
	}
}

u64 clock_resolution(int clock)
{
	u64 ns;

	if (clock_read(clock, &ns))
		return 0;
	return clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE ? TICK_NS : 1;
}

bool clock_can_sleep(int clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME || clock == CLOCK_TAI;
}

u64 clock_to_ktime(int clock, u64 ns)
{
	u64 offset = 0;

	if (ns == U64_MAX)
		return ns;
	if (clock == CLOCK_REALTIME || clock == CLOCK_TAI)
		offset = clock_realtime_ns() - ktime_get_ns();
	return ns > offset ? ns - offset : 0;
}

int timespec_to_ns(const struct user_timespec *ts, u64 *ns)
{
	if (ts->tv_sec < 0 || ts->tv_nsec < 0 || ts->tv_nsec >= (s64)NSEC_PER_SEC)
		return -EINVAL;
	*ns = (u64)ts->tv_sec > MAX_SECONDS ? U64_MAX : ts->tv_sec * NSEC_PER_SEC + ts->tv_nsec;
	return 0;
}

int timeval_to_ns(const struct user_timeval *tv, u64 *ns)
{
	if (tv->tv_sec < 0 || tv->tv_usec < 0 || tv->tv_usec >= 1000000)
		return -EINVAL;
	*ns = (u64)tv->tv_sec > MAX_SECONDS ? U64_MAX : tv->tv_sec * NSEC_PER_SEC + tv->tv_usec * NSEC_PER_USEC;
	return 0;
}

int get_timespec_ns(const struct user_timespec __user *from, u64 *ns)
{
	struct user_timespec ts;

	if (copy_from_user(&ts, from, sizeof(ts)))
		return -EFAULT;
	return timespec_to_ns(&ts, ns);
}

int put_timespec_ns(struct user_timespec __user *to, u64 ns)
{
	struct user_timespec ts = ns_to_timespec(ns);

	return copy_to_user(to, &ts, sizeof(ts)) ? -EFAULT : 0;
}

int put_timeval_ns(struct user_timeval __user *to, u64 ns)
{
	struct user_timeval tv = ns_to_timeval(ns);

	return copy_to_user(to, &tv, sizeof(tv)) ? -EFAULT : 0;
}
