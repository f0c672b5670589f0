/* process/sys_time.c - system calls about clocks, sleeping and timers.
 *
 * Linux: kernel/time/time.c, posix-timers.c, itimer.c, hrtimer.c.
 */
#include <process/syscalls.h>

#include <kernel/lib/errno.h>
#include <kernel/x86/usercopy.h>
#include <process/clocks.h>
#include <process/itimer.h>
#include <process/posix_timer.h>
#include <process/sleep.h>

#define ITIMER_REAL	0

struct user_itimerval {
	struct user_timeval interval, value;
};

struct user_itimerspec {
	struct user_timespec interval, value;
};

/* --- clocks ------------------------------------------------------------------------------------------------------- */

long sys_clock_gettime(int clock, struct user_timespec __user *uts)
{
	u64 ns;
	int error = clock_read(clock, &ns);

	return error ? error : put_timespec_ns(uts, ns);
}

long sys_clock_getres(int clock, struct user_timespec __user *uts)
{
	u64 ns = clock_resolution(clock);

	if (!ns)
		return -EINVAL;
	return uts ? put_timespec_ns(uts, ns) : 0;
}

long sys_clock_settime(int clock, const struct user_timespec __user *uts)
{
	u64 ns;
	int error;

	if (clock != CLOCK_REALTIME)
		return -EINVAL;
	error = get_timespec_ns(uts, &ns);
	if (!error)
		clock_set_realtime_ns(ns);
	return error;
}

long sys_gettimeofday(struct user_timeval __user *tv, void __user *tz)
{
	if (tv && put_timeval_ns(tv, clock_realtime_ns()))
		return -EFAULT;
	return tz && clear_user(tz, 2 * sizeof(u32)) ? -EFAULT : 0;
}

long sys_settimeofday(const struct user_timeval __user *utv)
{
	struct user_timeval tv;
	u64 ns;

	if (!utv)
		return 0;
	if (copy_from_user(&tv, utv, sizeof(tv)))
		return -EFAULT;
	if (timeval_to_ns(&tv, &ns))
		return -EINVAL;
	clock_set_realtime_ns(ns);
	return 0;
}

long sys_time(s64 __user *ut)
{
	s64 seconds = clock_realtime_ns() / NSEC_PER_SEC;

	if (ut && put_user(seconds, ut))
		return -EFAULT;
	return seconds;
}

/* --- sleeping ------------------------------------------------------------------------------------------------------ */

/* Where the time that is left is to be written is in args[0]. */
static long sleep_restartable(struct restart_block *block)
{
	struct user_timespec __user *rem = (void __user *)block->args[0];
	u64 now;

	if (!sleep_until(block->expires))
		return 0;
	now = ktime_get_ns();
	if (rem && put_timespec_ns(rem, block->expires > now ? block->expires - now : 0))
		return -EFAULT;
	return -ERESTART_RESTARTBLOCK;
}

static u64 from_now(u64 ns)
{
	u64 now = ktime_get_ns();

	return ns > U64_MAX - now ? U64_MAX : now + ns;
}

static long sleep_relative(u64 ns, struct user_timespec __user *rem)
{
	current->sig.restart = (struct restart_block){
		.fn = sleep_restartable, .expires = from_now(ns), .args = { (unsigned long)rem },
	};
	return sleep_restartable(&current->sig.restart);
}

long sys_nanosleep(const struct user_timespec __user *uts, struct user_timespec __user *rem)
{
	u64 ns;
	int error = get_timespec_ns(uts, &ns);

	return error ? error : sleep_relative(ns, rem);
}

long sys_clock_nanosleep(int clock, int flags, const struct user_timespec __user *uts, struct user_timespec __user *rem)
{
	u64 ns;
	int error;

	if (!clock_can_sleep(clock))
		return clock == CLOCK_PROCESS_CPUTIME_ID ? -EOPNOTSUPP : -EINVAL;
	error = get_timespec_ns(uts, &ns);
	if (error)
		return error;
	if (!(flags & TIMER_ABSTIME))
		return sleep_relative(ns, rem);
	return sleep_until(clock_to_ktime(clock, ns)) ? -ERESTARTNOHAND : 0;
}

/* --- interval timers ------------------------------------------------------------------------------------------------ */

long sys_alarm(unsigned int seconds)
{
	u64 left, interval;

	itimer_set(seconds * NSEC_PER_SEC, 0, &left, &interval);
	return DIV_ROUND_UP(left, NSEC_PER_SEC);
}

static int put_itimerval(struct user_itimerval __user *to, u64 value, u64 interval)
{
	struct user_itimerval it = { ns_to_timeval(interval), ns_to_timeval(value) };

	return copy_to_user(to, &it, sizeof(it)) ? -EFAULT : 0;
}

long sys_getitimer(int which, struct user_itimerval __user *to)
{
	u64 value, interval;

	if (which != ITIMER_REAL)
		return -EINVAL;
	itimer_get(&value, &interval);
	return put_itimerval(to, value, interval);
}

long sys_setitimer(int which, const struct user_itimerval __user *from, struct user_itimerval __user *old)
{
	struct user_itimerval it = { 0 };
	u64 value, interval, old_value, old_interval;

	if (which != ITIMER_REAL)
		return -EINVAL;
	if (from && copy_from_user(&it, from, sizeof(it)))
		return -EFAULT;
	if (timeval_to_ns(&it.value, &value) || timeval_to_ns(&it.interval, &interval))
		return -EINVAL;
	itimer_set(value, interval, &old_value, &old_interval);
	return old ? put_itimerval(old, old_value, old_interval) : 0;
}

/* --- POSIX timers --------------------------------------------------------------------------------------------------- */

long sys_timer_create(int clock, const struct user_sigevent __user *uevent, int __user *uid)
{
	struct user_sigevent event = { .notify = SIGEV_SIGNAL, .signo = SIGALRM };
	bool told = uevent;
	int id;
	long ret;

	if (told && copy_from_user(&event, uevent, sizeof(event)))
		return -EFAULT;
	ret = posix_timer_create(clock, &event, &id);
	if (!ret && put_user(id, uid)) {
		posix_timer_delete(id);
		return -EFAULT;
	}
	return ret;
}

static int put_itimerspec(struct user_itimerspec __user *to, const struct posix_timer_time *time)
{
	struct user_itimerspec it = { ns_to_timespec(time->interval), ns_to_timespec(time->value) };

	return copy_to_user(to, &it, sizeof(it)) ? -EFAULT : 0;
}

long sys_timer_settime(int id, int flags, const struct user_itimerspec __user *from, struct user_itimerspec __user *to)
{
	struct posix_timer_time new, old;
	struct user_itimerspec it;
	long ret;

	if (!from)
		return -EINVAL;
	if (copy_from_user(&it, from, sizeof(it)))
		return -EFAULT;
	if (timespec_to_ns(&it.value, &new.value) || timespec_to_ns(&it.interval, &new.interval))
		return -EINVAL;
	ret = posix_timer_settime(id, flags & TIMER_ABSTIME, &new, &old);
	return !ret && to ? put_itimerspec(to, &old) : ret;
}

long sys_timer_gettime(int id, struct user_itimerspec __user *to)
{
	struct posix_timer_time time;
	long ret = posix_timer_gettime(id, &time);

	return ret ? ret : put_itimerspec(to, &time);
}
