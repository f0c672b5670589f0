/* kernel/x86/clock.h - what time it is, and the tick.
 *
 * ktime_get_ns() is the time-stamp counter scaled to nanoseconds: the same on all CPUs, never backwards. The
 * calendar is read once from the CMOS clock. Every CPU has a tick of its own, CLOCK_HZ times a second, which calls timer_tick
 * (trap.h).
 *
 * Linux: kernel/time/timekeeping.c, arch/x86/kernel/rtc.c.
 */
#ifndef KERNEL_X86_CLOCK_H
#define KERNEL_X86_CLOCK_H

#include <kernel/lib/types.h>

#define CLOCK_HZ	100
#define NSEC_PER_SEC	1000000000UL
#define NSEC_PER_MSEC	1000000UL
#define NSEC_PER_USEC	1000UL

/* ktime_get_ns - since boot; 0 until the calibration. Any context, NMI too. */
u64 ktime_get_ns(void);
/* clock_realtime_ns - since 1970-01-01 UTC */
u64 clock_realtime_ns(void);
/* clock_set_realtime_ns - settimeofday */
void clock_set_realtime_ns(u64 ns);

/* clock_mark_start - ktime 0 is now: the first thing at boot */
void clock_mark_start(void);

/* clock_init - boot CPU, after tsc_calibrate(): scale, CMOS; clock_start_tick - this CPU's tick begins */
void clock_init(void);
void clock_start_tick(void);

/* clock_tsc_to_ns - a difference of TSC values in nanoseconds; after clock_init() */
u64 clock_tsc_to_ns(u64 tsc_ticks);

#endif
