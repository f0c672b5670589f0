/* process/posix_timer.h - timer_create() and friends: signals at a time, counted when they come too fast.
 *
 * Each timer has one queue entry of its own. If that still waits when the timer expires again, the expiry is counted as an
 * overrun instead of queued. Clocks: REALTIME and MONOTONIC, BOOTTIME. Resolution: one tick.
 *
 * Linux: kernel/time/posix-timers.c.
 */
#ifndef PROCESS_POSIX_TIMER_H
#define PROCESS_POSIX_TIMER_H

#include <process/process.h>

struct posix_timer_time {
	u64	value, interval;	/* ns; value 0: not armed */
};

/* The system calls, with arguments in kernel memory. => 0 or the result; -EINVAL, -EAGAIN */
long posix_timer_create(int clock, const struct user_sigevent *event, int *id);
long posix_timer_settime(int id, bool absolute, const struct posix_timer_time *new, struct posix_timer_time *old);
long posix_timer_gettime(int id, struct posix_timer_time *time);
long posix_timer_getoverrun(int id);
long posix_timer_delete(int id);

/* exec and exit: all timers of the running process go. */
void posix_timers_exit(void);
/* A signal of a timer is about to be taken: fills in the overruns. => sighand lock held */
void posix_timer_taken(struct siginfo *info);

#endif
