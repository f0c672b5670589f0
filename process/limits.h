/* process/limits.h - resource limits and the accounting of what processes use.
 *
 * Kept and given out as on Linux. Enforced: STACK, AS, DATA, MEMLOCK (mm/), NOFILE, FSIZE (fs/), SIGPENDING, and RTPRIO not at all:
 * every process is root's.
 *
 * Linux: kernel/sys.c.
 */
#ifndef PROCESS_LIMITS_H
#define PROCESS_LIMITS_H

#include <process/process.h>

#define RLIMIT_CPU		0
#define RLIMIT_CORE		4
#define RLIMIT_RSS		5
#define RLIMIT_NPROC		6
#define RLIMIT_NOFILE		7
#define RLIMIT_LOCKS		10
#define RLIMIT_SIGPENDING	11
#define RLIMIT_MSGQUEUE		12
#define RLIMIT_NICE		13
#define RLIMIT_RTPRIO		14
#define RLIMIT_RTTIME		15

void limits_init(void);				/* hooks of mm and fs */
void limits_set_defaults(struct signal_state *signal);	/* of process 1 */

/*
 * do_prlimit - new and old may be NULL. => 0; -EINVAL: no such resource, or soft above hard
 * => task: of a user process, with a reference
 */
int do_prlimit(struct task *task, unsigned int resource, const struct rlimit64 *new, struct rlimit64 *old);

/* Add what a task has used to a sum. */
void usage_add_task(struct process_usage *sum, struct task *task);
void usage_add(struct process_usage *sum, const struct process_usage *more);
/* All threads of the process, also the gone ones. => tasklist_lock held */
void usage_of_process(struct task *leader, struct process_usage *sum);

#endif
