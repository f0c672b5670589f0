/* process/itimer.h - alarm() and setitimer(ITIMER_REAL): SIGALRM for a process.
 *
 * Linux: kernel/time/itimer.c.
 */
#ifndef PROCESS_ITIMER_H
#define PROCESS_ITIMER_H

#include <process/process.h>

void itimer_setup(struct signal_state *signal);		/* of a new process */
void itimer_exit(struct signal_state *signal);		/* sleeps not; tasklist_lock not held */
/* Of the running process. ns until it expires (0: not running) and between; old may be NULL */
void itimer_get(u64 *value, u64 *interval);
void itimer_set(u64 value, u64 interval, u64 *old_value, u64 *old_interval);

#endif
