/* kernel/debug/fault_inject.h - make things fail on purpose: memory that runs out, disks that err.
 *
 * A place that can fail owns a struct fault_attr and asks should_fail() just before it would succeed. The files in
 * /sys/kernel/debug/fail_NAME/ set the fields, named as on Linux.
 *
 * /proc/PID/fail-nth is for who wants each step of an operation to fail once, one after the other: the n-th question that the
 * task asks from now on is answered "fail", whatever it is about, and whatever the files say.
 *
 * Linux: include/linux/fault-inject.h, lib/fault-inject.c.
 */
#ifndef KERNEL_DEBUG_FAULT_INJECT_H
#define KERNEL_DEBUG_FAULT_INJECT_H

#include <kernel/lib/atomic.h>

struct fault_attr {
	const char	*name;		/* fail_page_alloc, fail_block_io */
	unsigned long	probability;	/* per cent; 0: never, the default */
	unsigned long	interval;	/* every n-th call may fail; 0 and 1: each */
	atomic_t	times;		/* failures left; -1: no limit */
	atomic_t	space;		/* bytes (or units of the caller) that go through before the first failure */
	unsigned long	verbose;	/* 0: silent, 1: a line for each, 2: with the calls that led there */
	bool		task_filter;	/* only tasks that are marked: /proc/PID/make-it-fail */
	unsigned long	count;		/* calls that passed the filters so far */
	atomic_t	injected;	/* failures so far */
	struct fault_attr *next;	/* the list of all */
};

#define DEFINE_FAULT_ATTR(var, name_)	struct fault_attr var = {	\
	.name = name_, .interval = 1, .times = ATOMIC_INIT(1), .space = ATOMIC_INIT(0), .verbose = 1 }

/* Some task has a count-down, or had one since boot. */
extern bool fail_nth_used;
static inline bool fault_may_be_wanted(const struct fault_attr *attr)
{
	return unlikely(READ_ONCE(attr->probability) | READ_ONCE(fail_nth_used));
}

/* => true: fail now. `size` is subtracted from `space`. Any context; one predicted branch while nobody wants any. */
bool __should_fail(struct fault_attr *attr, long size);
static inline bool should_fail(struct fault_attr *attr, long size)
{
	return fault_may_be_wanted(attr) && __should_fail(attr, size);
}

/* Make it known by name, and read its boot option NAME=interval,probability,space,times. */
void fault_attr_register(struct fault_attr *attr);
/* => NULL at the end; attr NULL: the first */
struct fault_attr *fault_attr_next(struct fault_attr *attr);

/* => the running task is marked; registered by kernel/sched */
extern bool (*fault_task_marked)(void);
/* => the count-down of the running task, NULL in an interrupt; registered by kernel/sched */
extern u32 *(*fault_task_nth)(void);

#endif
