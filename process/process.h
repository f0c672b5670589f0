/* process/process.h - the nouns of processes: what the threads of one process share, groups and sessions.
 *
 * A process is its thread group: a ring of tasks with one leader, whose pid is the number of the process (tgid).
 * Children hang below the leader, whichever thread forked them. A leader that exits before the other
 * threads stays as a zombie until they are gone.
 *
 * LOCK ORDER	tty->lock -> tasklist_lock -> sighand->lock -> wake_lock. All are irq-safe spinlocks: no user memory is
 * touched under them. Who sends a signal to another task holds tasklist_lock, so the task's sighand and threads stay.
 * signal_state and sighand live as long as any task that names them, also a dead one with a reference.
 *
 * Linux: include/linux/sched/signal.h, kernel/pid.c, kernel/sys.c.
 */
#ifndef PROCESS_PROCESS_H
#define PROCESS_PROCESS_H

#include <kernel/sched/task.h>
#include <kernel/sched/timer.h>
#include <kernel/sync/wait.h>
#include <process/signal_abi.h>

#define RLIM_NLIMITS	16
struct rlimit64 {
	u64	rlim_cur, rlim_max;	/* RLIM_INFINITY: none */
};

/* What the threads of a process have used in all; the running ones count for themselves until they exit. */
struct process_usage {
	u64		utime, stime;		/* ns */
	unsigned long	min_flt, maj_flt;
	u64		nvcsw, nivcsw;
	unsigned long	max_rss;		/* pages */
};

/* signal_state.flags */
#define SIGNAL_STOP_STOPPED	BIT(0)	/* all threads have stopped; group_exit_code is the signal, 0 once reported */
#define SIGNAL_STOP_CONTINUED	BIT(1)	/* SIGCONT came since: for WCONTINUED */
#define SIGNAL_GROUP_EXIT	BIT(2)	/* all threads are to die; group_exit_code is the wait status */
#define SIGNAL_CLD_STOPPED	BIT(3)	/* the parent is still to be told that it stopped, */
#define SIGNAL_CLD_CONTINUED	BIT(4)	/* or that it goes on */
#define SIGNAL_CLD_MASK		(SIGNAL_CLD_STOPPED | SIGNAL_CLD_CONTINUED)
#define SIGNAL_UNKILLABLE	BIT(5)	/* init: signals without a handler do nothing */

/* Locks: (t) tasklist_lock  (s) sighand->lock  (a) atomic  (i) immutable */
struct signal_state {
	atomic_t	count;			/* (a) tasks that point here */
	int		nr_threads;		/* (t) linked threads */
	atomic_t	live;			/* (a) threads that have not come to do_exit() */
	unsigned int	flags;			/* (s) SIGNAL_* */
	int		group_exit_code;	/* (s) see flags */
	int		group_stop_count;	/* (s) threads that have yet to stop */
	struct sigpending shared_pending;	/* (s) for whichever thread comes first */
	struct task	*exec_task;		/* (t) waits in execve() for the other threads to go */
	wait_queue_head_t child_wait;		/* wait4() of any thread */
	wait_queue_head_t pidfd_wait;		/* poll() on a descriptor of the process: until it ends */

	struct pgroup	*pgroup;		/* (t) */
	struct list_head pgroup_member;		/* (t) */
	pid_t		ppid;			/* (t) parent's tgid, for getppid() */
	struct task	*leader;		/* (t) */
	bool		did_exec;		/* (t) its parent may no longer move it to another group */

	struct process_usage gone;		/* (t) of exited threads */
	struct process_usage children;		/* (t) of children that were waited for, with theirs */

	struct rlimit64	limits[RLIM_NLIMITS];	/* (s) */
	int		oom_score_adj;		/* -1000..1000 */

	struct timer	real_timer;		/* ITIMER_REAL, alarm() */
	u64		real_interval;		/* (s) ns, 0: once */
	struct list_head posix_timers;		/* (s) */
	int		next_timer_id;		/* (s) */
};

/* What the signals of a process do. Shared with CLONE_SIGHAND. */
struct sighand {
	spinlock_t	lock;
	atomic_t	count;
	struct sigaction action[_NSIG];		/* (lock) */
};

/* A process group. It lives as long as it has members. */
struct pgroup {
	pid_t		number;			/* (i) */
	struct session	*session;		/* (i) counted */
	struct list_head members;		/* (t) signal_state.pgroup_member */
	struct hlist_node hash;			/* (t) */
};

struct session {
	pid_t		number;			/* (i) */
	unsigned int	nr_groups;		/* (t) */
};

static inline bool is_kernel_thread(const struct task *task)
{
	return !task->signal;
}

static inline bool thread_group_leader(const struct task *task)
{
	return task->group_leader == task;
}

static inline bool thread_group_empty(const struct task *task)
{
	return list_empty(&task->thread_group);
}

static inline bool same_thread_group(const struct task *a, const struct task *b)
{
	return a->signal == b->signal;
}

/* The wait status of a dead process: of exit_group() or a fatal signal, else of its leader. */
static inline int process_exit_code(const struct task *leader)
{
	return leader->signal->flags & SIGNAL_GROUP_EXIT ? leader->signal->group_exit_code : leader->exit_code;
}

extern struct task *init_process;	/* pid 1: gets the orphans; NULL until it runs */

/* process_init - caches and hooks of all files of this room. => fs and mm are up; before the first process */
void process_init(void);
/* traps_init - who answers exceptions. => as early as the scheduler is up */
void traps_init(void);
/* The memory of tasks: struct task from a slab, stacks from vmalloc. => before sched_start() */
void task_memory_init(void);
/*
 * init_start - make process 1, which becomes the first program that it finds
 *
 * => of the boot options rdinit= or init=, or /init, /sbin/init, /etc/init, /bin/init, /bin/sh
 */
void init_start(void);

#endif
