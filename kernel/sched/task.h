/* kernel/sched/task.h - a task: what the scheduler runs, and what the upper rooms hang on it.
 *
 * Rules. A task's state is changed by itself (set_current_state) or by a waker (try_to_wake_up, under wake_lock). The
 * state is set before the condition is tested, so that a wakeup in between is not lost. Kernel code is not preempted:
 * a task leaves the CPU in schedule(), cond_resched(), or on its way back to user mode. A dead task's memory goes when
 * its last reference does, and never before it is off its CPU (finish_task_switch).
 *
 * This header is shared: the rooms above (process, mm, fs) add their own fields to their part of struct task.
 *
 * Linux: include/linux/sched.h, kernel/sched/core.c.
 */
#ifndef KERNEL_SCHED_TASK_H
#define KERNEL_SCHED_TASK_H

#include <kernel/debug/refcount.h>
#include <kernel/lib/atomic.h>
#include <kernel/lib/compiler.h>
#include <kernel/lib/cpumask.h>
#include <kernel/lib/list.h>
#include <kernel/lib/rbtree.h>
#include <kernel/sched/task_signals.h>
#include <kernel/sync/spinlock.h>
#include <kernel/x86/clock.h>
#include <kernel/x86/page_table_root.h>
#include <kernel/x86/thread.h>

#define HZ		CLOCK_HZ
#define TICK_NS		(NSEC_PER_SEC / HZ)
#define TASK_COMM_LEN	16
#define MAX_SCHEDULE_TIMEOUT	LONG_MAX
#define MIN_NICE	(-20)
#define MAX_NICE	19

/* What a task waits for. The values are Linux's: /proc/PID/stat makes its letter of them. */
#define TASK_RUNNING		0x0000
#define TASK_INTERRUPTIBLE	0x0001	/* a signal wakes it */
#define TASK_UNINTERRUPTIBLE	0x0002
#define __TASK_STOPPED		0x0004
#define __TASK_TRACED		0x0008
#define EXIT_DEAD		0x0010	/* (exit_state) */
#define EXIT_ZOMBIE		0x0020	/* (exit_state) */
#define TASK_DEAD		0x0080	/* its last schedule() */
#define TASK_WAKEKILL		0x0100	/* a fatal signal wakes it, whatever else it waits for */
#define TASK_WAKING		0x0200	/* a waker is choosing its CPU */
#define TASK_NOLOAD		0x0400	/* does not count to the load average */
#define TASK_NEW		0x0800	/* not yet woken for the first time */
#define TASK_KILLABLE		(TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define TASK_STOPPED		(TASK_WAKEKILL | __TASK_STOPPED)
#define TASK_TRACED		(TASK_WAKEKILL | __TASK_TRACED)
#define TASK_IDLE		(TASK_UNINTERRUPTIBLE | TASK_NOLOAD)
#define TASK_NORMAL		(TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)

/* task.flags: written by the task itself only */
#define PF_IDLE			0x00000002	/* a CPU's idle task */
#define PF_EXITING		0x00000004	/* do_exit() has begun */
#define PF_MEMALLOC		0x00000800	/* frees memory: allocates without reclaim, from the whole reserve */
#define PF_KSWAPD		0x00020000
#define PF_KTHREAD		0x00200000

struct mm;
struct files;
struct fs_context;
struct completion;
struct signal_state;
struct sighand;
struct reclaim_state;

/*
 * Locks: (o) the task itself  (a) atomic  (w) wake_lock  (q) the lock of its CPU's run queue
 *	  (q|w) the queue's lock while it is on a queue, else wake_lock  (t) tasklist_lock
 *	  (i) set before it first runs, then immutable
 */
struct task {
	struct x86_thread thread;	/* first, so that current is one load; thread.flags: TIF_* (a) */
	u32		state;		/* (w), and set to a sleeping state by (o): TASK_* */
	u32		flags;		/* (o) PF_* */
	atomic_t	usage;		/* references: its parent's wait, its CPU until it is dead, others */
	void		*stack;		/* (i) lowest address of KERNEL_STACK_SIZE bytes */

	/* kernel/sched */
	spinlock_t	wake_lock;	/* irq-safe; one waker at a time; before any run queue's lock */
	u32		cpu;		/* (q|w) where it runs or last ran */
	bool		on_rq;		/* (q) runnable on cpu's queue, also while it runs */
	bool		on_cpu;		/* registers are in a CPU, not in thread */
	bool		migrating;	/* (q|w) runnable, on no queue: leaves a CPU that it may not use */
	bool		in_iowait;	/* (o) the sleep is a wait for a device */
	bool		kernel_bound;	/* (i) a kthread of one CPU: its affinity can't be changed */
	s8		nice;		/* (q) -20..19 */
	u8		policy;		/* (q) SCHED_*; real-time ones are accepted and treated as normal */
	u8		rt_priority;	/* (q) as told, for sched_getparam */
	u32		weight;		/* (q) share of the CPU; 1024 at nice 0 */
	cpumask_t	cpus_allowed;	/* (w) and (q), read under either */
	struct rb_node	run_node;	/* (q) in the queue's tree while runnable and not running */
	u64		vruntime;	/* (q) ns run, scaled by 1024 / weight */
	u64		exec_start;	/* (q) ns, when sum_exec_runtime was last brought up to date */
	u64		sum_exec_runtime; /* (q) ns run in all */
	u64		slice_start;	/* (q) sum_exec_runtime when it was last picked */
	u64		nvcsw, nivcsw;	/* (q) switches it asked for, and others */
	u64		utime, stime;	/* (o) ns, counted in ticks; task_cputime() scales them */
	u64		start_time;	/* (i) ns since boot */
	u64		watched_switches, watched_since; /* the watchdog's: its switches, and since when they are the same */

	/* who it is */
	pid_t		pid, tgid;	/* (i); tgid changes in exec of another thread (t) */
	char		comm[TASK_COMM_LEN]; /* (o) always terminated */
	struct list_head tasks;		/* (t) all tasks that are not idle tasks */
	struct hlist_node pid_node;	/* (t) find_task_by_pid() */
	struct task	*parent;	/* (t) gets SIGCHLD and waits */
	struct list_head children;	/* (t) */
	struct list_head sibling;	/* (t) in parent->children */
	struct task	*group_leader;	/* (t) */
	struct list_head thread_group;	/* (t) ring of the threads of one process */
	int		exit_state;	/* (t) 0, EXIT_ZOMBIE, EXIT_DEAD */
	int		exit_code;	/* wait status: signal number, or code << 8 */
	int		exit_signal;	/* to the parent; -1: a thread, nobody waits for it */

	/* mm */
	struct page_table_root *root;	/* (o) what its CPU runs on; NULL: the kernel's own */
	struct mm	*mm;		/* (o) writes under (t); NULL: kernel thread */
	struct mm	*active_mm;	/* unused by kernel threads; kept equal to mm */
	unsigned long	maj_flt, min_flt; /* (o) */
	struct reclaim_state *reclaim_state; /* (o) pages freed by slab shrinkers during one reclaim */
	bool		in_user_fault;	/* (o) an allocation is for a user fault: OOM may be reported by it */

	/* fs */
	struct files	*files;		/* (o) writes under (t) */
	struct fs_context *fs;		/* (o) writes under (t) */

	/* process */
	struct signal_state *signal;	/* (i) shared by the process; NULL: kernel thread */
	struct sighand	*sighand;	/* (t) what its signals do; NULL: kernel thread */
	struct task_signals sig;
	int __user	*set_child_tid, *clear_child_tid; /* (o) */
	void __user	*robust_list;	/* (o) futexes that it holds, for its sudden death */
	struct completion *vfork_done;	/* (t) the parent waits until it gives the address space back */
	int		pdeath_signal;	/* (o) to us when our parent exits; 0: none */
	u32		personality;	/* (o) */
	bool		sigkill_pending; /* (a) a fatal signal is on its way: killable sleeps end */
	bool		make_it_fail;	/* fault injection with task_filter hits this task */
	u32		fail_nth;	/* (o) that many steps that can fail from now on, one does; 0: none */
	uid_t		uid, euid, suid, fsuid;	/* (o) see capable() */
	gid_t		gid, egid, sgid, fsgid;

	/* kernel threads */
	int		(*kthread_fn)(void *data); /* (i) */
	void		*kthread_data;	/* (i) */
	bool		kthread_stop_asked; /* (a) */
	bool		kthread_exited;	/* (w) its function has returned kthread_result */
	int		kthread_result;
	struct task	*kthread_stopper; /* (w) waits in kthread_stop() */

#ifdef CONFIG_DEBUG
	struct held_locks held_locks;	/* (o) mutexes, rwsems and page locks that it holds */
#endif
};

/* The running task. */
#define current		container_of(current_x86_thread(), struct task, thread)

/* --- all tasks ---------------------------------------------------------------------------------------- */

/*
 * Protects the list and tree of tasks and their pids. irq-safe: always spin_lock_irq or _irqsave. Before any wake_lock;
 * after signal locks it is not taken.
 */
extern spinlock_t tasklist_lock;
extern struct list_head task_list;
extern unsigned int nr_threads;		/* (t) */

#define for_each_task(p)		list_for_each_entry(p, &task_list, tasks)
#define for_each_thread(leader, p)	\
	for ((p) = (leader); (p); \
	     (p) = list_next_entry(p, thread_group) == (leader) ? NULL : list_next_entry(p, thread_group))

/* => NULL when there is none; the caller holds tasklist_lock, and takes a reference before it drops it */
struct task *find_task_by_pid(pid_t pid);
/* => with a reference, or NULL */
struct task *find_get_task_by_pid(pid_t pid);

/* => a free pid > 1, or -EAGAIN; they go up and wrap at pid_max. 1 is kept for init, which just takes it. */
pid_t pid_alloc(void);
/* => after the task is off the list and no group or session uses the number */
void pid_free(pid_t pid);
extern int pid_max;

/* Make the task known: list, pid table, nr_threads. => tasklist_lock held; pid, tgid are set */
void task_link(struct task *task);
void task_unlink(struct task *task);

static inline struct task *get_task(struct task *task)
{
	refcount_inc(&task->usage, REF_TASK);
	return task;
}

/* The last one frees the struct and the stack. Any context. */
void put_task(struct task *task);

/* Where the memory of tasks comes from, and who takes his part of a dead one: given by the rooms above at start-up. */
struct task_memory_ops {
	struct task *(*alloc_task)(void);	/* => zeroed, or NULL; sleeps */
	void	(*free_task)(struct task *task);	/* any context */
	void	*(*alloc_stack)(void);		/* => lowest address, or NULL; sleeps */
	void	(*free_stack)(void *stack);	/* any context */
	size_t	stack_size;			/* bytes */
};
void sched_set_task_memory(const struct task_memory_ops *ops);
/* Called when the last reference goes, before the memory does: signal_state, fpu area. Any context. May be NULL. */
extern void (*task_release_hook)(struct task *task);

/*
 * task_alloc - a new task with a stack, in state TASK_NEW, runnable by nobody
 *
 * => sleeps; NULL when there is no memory. usage is 2: one for its CPU, dropped after its last schedule(), and one for
 *    who waits for it
 * => nice, policy and affinity are those of the caller; list heads are empty; everything else is 0; it has no pid and
 *    is not linked; thread_init() is the caller's, with task_start as first function
 */
struct task *task_alloc(void);
/* A task that was never woken: drop it with its stack. */
void task_free_new(struct task *task);

/*
 * The first function of every task, for thread_init(): finishes the switch, then calls arg: void (*)(struct task *).
 * A user task's function returns, which goes to user mode; it may be NULL.
 */
void task_start(struct x86_thread *last, void *arg);

/* Cut to 15 characters. Shown in /proc and messages. */
void set_task_comm(struct task *task, const char *name);

/* --- sleeping and waking --------------------------------------------------------------------------------- */

/* The store is a full barrier: what is tested afterwards is read afterwards. */
#define set_current_state(s)	((void)xchg(&current->state, (u32)(s)))
#define __set_current_state(s)	WRITE_ONCE(current->state, (u32)(s))

/*
 * try_to_wake_up - make a task runnable if its state is one of `mode`
 *
 * => any context; takes wake_lock and a run queue's lock
 * => true when this call woke it; everything written before is seen by the task
 */
bool try_to_wake_up(struct task *task, unsigned int mode);
/* The same from somebody who sleeps soon: if he runs alone, the task takes over his CPU, and no other is disturbed. */
bool try_to_wake_up_sync(struct task *task, unsigned int mode);
bool wake_up_process(struct task *task);	/* mode TASK_NORMAL */
bool wake_up_state(struct task *task, unsigned int mode);
/* The first wakeup of a task of task_alloc(). */
void wake_up_new_task(struct task *task);

/* Give up the CPU until woken; at once runnable again in state TASK_RUNNING. No spinlock held. Interrupts on or off. */
void schedule(void);
/* => ticks left when woken earlier, 0 when the time is over; the state was set by the caller */
long schedule_timeout(long ticks);
long schedule_timeout_interruptible(long ticks);
long schedule_timeout_uninterruptible(long ticks);
void msleep(unsigned int ms);
/* As if waiting for a device: counts as iowait. */
void io_schedule(void);
long io_schedule_timeout(long ticks);
/* Let others run; stays runnable, behind all of the same CPU. sched_yield(2). */
void yield(void);

bool __cond_resched(void);
/* A place where a long piece of kernel code lets others run. => it did; no spinlock held */
static inline bool cond_resched(void)
{
	if (likely(!thread_test_flag(current_x86_thread(), TIF_NEED_RESCHED)))
		return false;
	return __cond_resched();
}

static inline bool need_resched(void)
{
	return thread_test_flag(current_x86_thread(), TIF_NEED_RESCHED);
}

static inline void set_tsk_need_resched(struct task *task)
{
	thread_set_flag(&task->thread, TIF_NEED_RESCHED);
}

/* A running task's CPU is made to look at its TIF flags now (a signal for a task in user mode). */
void kick_process(struct task *task);

static inline bool signal_pending(const struct task *task)
{
	return unlikely(thread_test_flag(&task->thread, TIF_SIGPENDING));
}

static inline bool fatal_signal_pending(const struct task *task)
{
	return unlikely(READ_ONCE(task->sigkill_pending)) && signal_pending(task);
}

/* => a signal ends a sleep in this state */
static inline bool signal_pending_state(unsigned int state, const struct task *task)
{
	if (!(state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL)) || !signal_pending(task))
		return false;
	return (state & TASK_INTERRUPTIBLE) || fatal_signal_pending(task);
}

/* The caller may sleep here. Debug builds report when a spinlock is held or interrupts are off. */
#ifdef CONFIG_DEBUG
void __might_sleep(const char *file, int line);
#define might_sleep()	__might_sleep(__FILE__, __LINE__)
#else
#define might_sleep()	((void)0)
#endif

/* The end of exit: the last schedule() of this task. => tasks off all lists; the CPU's reference is dropped */
void __noreturn do_task_dead(void);

/* As Linux counts: 120 is nice 0 */
static inline int task_prio(const struct task *task)
{
	return 120 + task->nice;
}

/* --- rights ------------------------------------------------------------------------------------------------- */

/* Root has all capabilities and nobody else has one; capset(2) changes nothing. Numbers as on Linux. */
enum { CAP_IPC_LOCK = 14, CAP_SYS_PTRACE = 19, CAP_SYS_ADMIN = 21, CAP_SYS_NICE = 23, CAP_SYS_RESOURCE = 24 };

static inline bool capable(int capability __unused)
{
	return current->euid == 0;
}

/* --- time -------------------------------------------------------------------------------------------------- */

extern volatile unsigned long jiffies;	/* ticks since boot */
#define time_after(a, b)	((long)((b) - (a)) < 0)
#define time_before(a, b)	time_after(b, a)
#define time_after_eq(a, b)	((long)((a) - (b)) >= 0)
#define time_before_eq(a, b)	time_after_eq(b, a)

static inline unsigned long msecs_to_jiffies(unsigned long ms)
{
	return (ms * HZ + 999) / 1000;
}

static inline unsigned long jiffies_to_msecs(unsigned long ticks)
{
	return ticks * (1000 / HZ);
}

/* => ns rounded up to ticks, at most MAX_SCHEDULE_TIMEOUT */
static inline long ns_to_jiffies(u64 ns)
{
	return ns > (u64)MAX_SCHEDULE_TIMEOUT ? MAX_SCHEDULE_TIMEOUT : (long)((ns + TICK_NS - 1) / TICK_NS);
}

#include <kernel/sched/kthread.h>

#endif
