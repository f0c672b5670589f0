/* process/sleep.h - sleeping until a time. Linux: kernel/time/hrtimer.c (nanosleep). */
#ifndef PROCESS_SLEEP_H
#define PROCESS_SLEEP_H

#include <kernel/lib/types.h>

/* => expires: ktime_get_ns() value. 0: it is that time; -EINTR: a signal is pending. Up to one tick late, never early */
long sleep_until(u64 expires);

#endif
