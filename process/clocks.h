/* process/clocks.h - the clocks of clock_gettime(2), all in nanoseconds.
 *
 * Linux: kernel/time/posix-timers.c, posix-cpu-timers.c.
 */
#ifndef PROCESS_CLOCKS_H
#define PROCESS_CLOCKS_H

#include <fs/abi.h>
#include <kernel/sched/task.h>

#define CLOCK_REALTIME			0
#define CLOCK_MONOTONIC			1
#define CLOCK_PROCESS_CPUTIME_ID	2
#define CLOCK_THREAD_CPUTIME_ID		3
#define CLOCK_MONOTONIC_RAW		4
#define CLOCK_REALTIME_COARSE		5
#define CLOCK_MONOTONIC_COARSE		6
#define CLOCK_BOOTTIME			7
#define CLOCK_TAI			11
#define TIMER_ABSTIME			1

/* => 0; -EINVAL: no such clock (or, for CPU clocks of others, no such task) */
int clock_read(int clock, u64 *ns);
/* => ns between two values that can be told apart; 0: no such clock */
u64 clock_resolution(int clock);
/* => a timer or a sleep may use it */
bool clock_can_sleep(int clock);
/* => the ktime_get_ns() value of a time of that clock; U64_MAX is kept */
u64 clock_to_ktime(int clock, u64 ns);

/* => 0 and ns, -EINVAL: negative or not normalized. Times too far away become U64_MAX */
int timespec_to_ns(const struct user_timespec *ts, u64 *ns);
int timeval_to_ns(const struct user_timeval *tv, u64 *ns);
static inline struct user_timespec ns_to_timespec(u64 ns)
{
	return (struct user_timespec){ ns / NSEC_PER_SEC, ns % NSEC_PER_SEC };
}

static inline struct user_timeval ns_to_timeval(u64 ns)
{
	return (struct user_timeval){ ns / NSEC_PER_SEC, ns % NSEC_PER_SEC / NSEC_PER_USEC };
}

/* => 0, -EFAULT, -EINVAL */
int get_timespec_ns(const struct user_timespec __user *from, u64 *ns);
int put_timespec_ns(struct user_timespec __user *to, u64 ns);
int put_timeval_ns(struct user_timeval __user *to, u64 ns);

#endif
