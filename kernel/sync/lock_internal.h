/* kernel/sync/lock_internal.h - what the parts of the lock checker know of each other. */
#ifndef KERNEL_SYNC_LOCK_INTERNAL_H
#define KERNEL_SYNC_LOCK_INTERNAL_H

#include <kernel/sync/lock_check.h>

#ifdef CONFIG_DEBUG

/* What one class is. (g) the graph's lock (i) set before the class is used */
struct lock_class_info {
	const char	*name;		/* (i) NULL: named by `first_taken` */
	u32		first_taken;	/* (i) return address, low half */
	u16		base;		/* (i) the class of subclass 0 */
	u8		subclass;	/* (i) */
	u8		rank;		/* step of the documented order, from 1; 0: not in it */
	u16		sub[LOCK_SUBCLASSES]; /* (g) of the base: the classes of its subclasses */
	bool		taken_in_irq;	/* (g) by an interrupt handler, which waited for it */
	bool		taken_irqs_on;	/* (g) where a handler could come in */
	bool		irq_reported;	/* (g) */
	u32		in_irq_trace[LOCK_TRACE], irqs_on_trace[LOCK_TRACE];	/* (g) */
};
extern struct lock_class_info lock_classes[MAX_LOCK_CLASSES];

/* "`to` was taken while `from` was held": where each was taken then */
struct lock_edge {
	u16		from, to;
	u32		from_trace[LOCK_TRACE], to_trace[LOCK_TRACE];
};

/* lock_graph.c. => interrupts off */
void lock_graph_lock(void);
void lock_graph_unlock(void);
u16 lock_class_of(const void *lock, u32 caller);	/* an unknown lock's, by its address or its first user */
u16 lock_subclass(u16 class, unsigned int subclass);
bool lock_edge_known(u16 from, u16 to);
/* => graph lock held */
void lock_edge_add(const struct held_lock *from, const struct held_lock *to);
const struct lock_edge *lock_edge_find(u16 from, u16 to);
/* => a way from `from` to `to` along what has been seen: its classes, at most max, or 0: there is none. Graph lock held */
unsigned int lock_graph_path(u16 from, u16 to, u16 *path, unsigned int max);
/* => the first class that is reached from `from`, itself not included, and taken with interrupts on; 0: none */
u16 lock_graph_reaches_unsafe(u16 from);
const struct lock_order_step *lock_order_steps(unsigned int *nr);

enum lock_problem {
	LOCK_CYCLE,		/* path: from the new lock back to the held one */
	LOCK_AGAINST_ORDER,
	LOCK_SAME_CLASS,
	LOCK_RECURSION,
	LOCK_IRQ_UNSAFE,	/* class: taken in handlers and with interrupts on */
	LOCK_IRQ_INVERSION,	/* path: from a class of handlers to one that is taken with interrupts on */
	LOCK_SLEEPS_IN_IRQ,
	LOCK_NOT_HELD,
	LOCK_TOO_MANY,
	LOCK_HELD_AT_RETURN,
	LOCK_FATAL,
};

#define LOCK_PATH_MAX	12
struct lock_violation {
	enum lock_problem problem;
	const struct held_lock *held;	/* may be NULL */
	const struct held_lock *wanted;	/* the lock that is being taken or released */
	const char	*text;
	u16		path[LOCK_PATH_MAX];
	unsigned int	path_length;
};

/* kernel/debug/lock_report.c registers itself. => interrupts off; any context */
extern void (*lock_violation_hook)(const struct lock_violation *violation);

/* The locks that the CPU and the running task hold. */
const struct held_locks *lock_check_cpu_list(unsigned int cpu);
const struct held_locks *lock_check_task_list(void);

/*
 * A test that provokes a violation: reports are counted and kept here, and are no warnings, while they come from the task
 * that expects them.
 */
struct lock_expectation {
	unsigned int	count;
	enum lock_problem last;
};
void lock_expect(struct lock_expectation *expectation);		/* NULL: the end */

#endif
#endif
