/* kernel/sched/sched.h - the doors of the scheduler that are not for everybody: start-up, knobs, statistics.
 *
 * Linux: kernel/sched/.
 */
#ifndef KERNEL_SCHED_SCHED_H
#define KERNEL_SCHED_SCHED_H

#include <kernel/sched/task.h>

/*
 * sched_init - the code that runs becomes task 0, the idle task of the boot CPU
 *
 * => boot CPU, interrupts off, before anything that asks for `current`; needs no memory
 * => stack: lowest address and size of the stack in use
 */
void sched_init(void *stack, size_t size);
/* Take over the timer tick. => the clock has been set up */
void sched_start(void);

/* For smp_boot_ops: make the idle task of a CPU that is about to start; => the top of its stack, or NULL. */
void *sched_prepare_cpu(unsigned int cpu);
/* The new CPU's side: becomes its idle task and never returns. => per-CPU data set up, interrupts off */
void __noreturn sched_start_cpu(unsigned int cpu);
/* What the boot CPU does when it has started everything. */
void __noreturn cpu_idle(void);

/*
 * What the return_to_user hook of kernel/x86 does first: let others run if this task's turn is over
 *
 * => interrupts off at entry and return, on in between
 */
void sched_return_to_user(void);

/* Task 0, the boot CPU's idle task: parent of all kernel threads and of init. */
extern struct task init_task;

/* --- knobs: the callers check permission -------------------------------------------------------------- */

#define SCHED_NORMAL	0
#define SCHED_FIFO	1
#define SCHED_RR	2
#define SCHED_BATCH	3
#define SCHED_IDLE	5

/* nice is clamped to -20..19 */
void set_user_nice(struct task *task, int nice);
/* => 0; -EINVAL: no CPU of the mask is online, or a bound kernel thread. Sleeps when the task is current. */
int sched_setaffinity(struct task *task, const cpumask_t *mask);
void sched_getaffinity(struct task *task, cpumask_t *mask);

/* Print every task with its state and the calls it sleeps in. => any context; also what a panic shows */
void sched_show_tasks(void);

/* --- statistics ------------------------------------------------------------------------------------------ */

/* ns on one CPU since boot; per-CPU, for /proc/stat */
struct cpu_times {
	u64	user, nice, system, idle, iowait, irq;
};
void cpu_times_get(unsigned int cpu, struct cpu_times *times);
u64 context_switches(void);		/* all CPUs */
unsigned int nr_running(void);		/* runnable tasks on all CPUs */
unsigned int nr_iowait(void);
u64 total_forks(void);
extern pid_t last_pid;

/* Fixed point with 11 bits behind the point, 1, 5 and 15 minutes: /proc/loadavg, sysinfo(2). */
#define LOAD_SHIFT	11
void get_avenrun(unsigned long loads[3]);

/* => ns in user and kernel mode; their sum is exactly what the task ran */
void task_cputime(struct task *task, u64 *utime, u64 *stime);
/* => the letter of /proc/PID/stat: R S D T t Z X I */
char task_state_char(const struct task *task);
/* => running on a CPU now */
static inline bool task_on_cpu(const struct task *task)
{
	return READ_ONCE(task->on_cpu);
}

#endif
