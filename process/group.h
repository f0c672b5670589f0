/* process/group.h - process groups and sessions, and how long a number stays taken.
 *
 * A number is given to a task as its pid, and may outlive it as the number of a group or session. Only when nothing
 * uses it any more it goes back (number_put), so that no new process finds itself leader of an old group.
 *
 * => all functions: tasklist_lock held, unless said otherwise
 *
 * Linux: kernel/pid.c, kernel/sys.c, kernel/exit.c (orphaned groups).
 */
#ifndef PROCESS_GROUP_H
#define PROCESS_GROUP_H

#include <process/process.h>

struct pgroup *pgroup_find(pid_t number);		/* NULL: no such group */

/* A group and session for process 1, before it is linked; no lock. Both numbers are 0, as on Linux. */
struct pgroup *pgroup_create_first(void);

void pgroup_join(struct signal_state *signal, struct pgroup *group);
/* The process leaves its group; the last one out frees it. */
void pgroup_leave(struct signal_state *signal);

static inline pid_t process_group(const struct task *task)
{
	return task->signal && task->signal->pgroup ? task->signal->pgroup->number : 0;
}

static inline pid_t process_session(const struct task *task)
{
	return task->signal && task->signal->pgroup ? task->signal->pgroup->session->number : 0;
}

/* The same for who does not hold the lock. */
pid_t get_process_group(const struct task *task);
pid_t get_process_session(const struct task *task);

/* Free a number if no task, group or session has it. */
void number_put(pid_t number);

/*
 * pgroup_is_orphaned - no member has a parent in the same session but another group: nobody could continue it
 *
 * => leaving: a member that does not count any more, or NULL
 */
bool pgroup_is_orphaned(const struct pgroup *group, const struct task *leaving);
bool pgroup_has_stopped(const struct pgroup *group);

/* The system calls; they take the lock. => 0 or the new session's number; -EPERM, -EACCES, -ESRCH, -EINVAL, -ENOMEM */
long do_setpgid(pid_t pid, pid_t number);
long do_setsid(void);

#endif
