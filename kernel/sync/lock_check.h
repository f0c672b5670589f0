/* kernel/sync/lock_check.h - the lock checker of debug builds: in which order locks are taken, and where.
 *
 * All locks that are initialised at one place are one class. Whenever a lock is taken while others are held, the checker
 * remembers "this class after that one" for ever. So an order that two CPUs could turn into a deadlock is found
 * the first time that both orders have been seen, on one CPU, at any time apart. It finds:
 *
 *	order		a cycle in what has been seen, or against the documented order (registered by the room that owns it)
 *	nesting		two locks of one class at once, where nobody has said by which rule (spin_lock_nested and friends)
 *	recursion	the same lock again
 *	interrupts	a class that a handler takes, and that somebody takes with interrupts on; or one that is taken
 *			inside it and that somebody takes with interrupts on
 *	sleep		a spinlock held, or interrupts off, where the code may sleep; a sleeping lock taken in a handler
 *	release		of a lock that this CPU (spinlock) or this task (all others) does not hold
 *	return		to user mode, or the end of a task, with a lock held
 *
 * Spinlocks are on a list of their CPU, because the run queue's lock goes with the CPU from one task to the next; locks
 * that may sleep are on a list of their task. A violation is reported once (kernel/debug/lock_report.c) and counts as a
 * warning, so that the test run fails; recursion ends in a panic, because the machine would hang.
 *
 * Rules: called with any lock held and in any context but NMI; takes no lock but its own word, calls nothing
 * that takes one. In release builds there is nothing of it. Linux: kernel/locking/lockdep.c.
 */
#ifndef KERNEL_SYNC_LOCK_CHECK_H
#define KERNEL_SYNC_LOCK_CHECK_H

#include <kernel/lib/compiler.h>
#include <kernel/lib/types.h>

/* Classes of locks that are made without an init function. Others are numbered as they come. */
enum {
	LOCK_CLASS_UNKNOWN,		/* found by the lock's address when it is first taken */
	LOCK_CLASS_PAGE,		/* PG_locked of all pages */
	LOCK_CLASS_WAIT_QUEUE,		/* DECLARE_WAIT_QUEUE_HEAD, completions on the stack */
	LOCK_CLASS_MUTEX_WAITERS,
	LOCK_CLASS_RWSEM_WAITERS,
	LOCK_CLASS_FIRST_FREE,
};

#define LOCK_SUBCLASSES		4	/* levels of nesting that can be told apart within a class */
#define SINGLE_DEPTH_NESTING	1

/* What a class is called: what stands in the source where it is initialised. */
#define LOCK_NAME(lock)		#lock " (" __FILE__ ")"

#ifdef CONFIG_DEBUG

#define MAX_LOCK_CLASSES	384
#define MAX_HELD_LOCKS		16
#define LOCK_TRACE		5	/* return addresses that are kept of each taking */

/* How a lock is taken; the subclass in the low bits. */
#define LOCK_SUBCLASS_MASK	(LOCK_SUBCLASSES - 1)
#define LOCK_TRY		BIT(4)	/* does not wait, so can't deadlock by itself */
#define LOCK_SLEEPS		BIT(5)	/* mutex, rwsem, page lock */
#define LOCK_IN_IRQ		BIT(6)	/* (set by the checker) taken in an interrupt handler */

struct held_lock {
	const void	*lock;
	u16		class;		/* with the subclass */
	u16		flags;		/* LOCK_* */
	u32		count;		/* page locks: one entry stands for all that the task holds */
	u32		trace[LOCK_TRACE]; /* return addresses, innermost first; low halves, kernel text is in the top 2 GB */
};

struct held_locks {
	unsigned int	nr;
	bool		paused;
	struct held_lock entry[MAX_HELD_LOCKS];
};

/* A name for every DEFINE_SPINLOCK: a static initialiser can't ask for a class. In one section (linker.ld). */
struct static_lock {
	const void	*lock;
	const char	*name;
};

/* => the class of this name; *cache keeps it for the next call from the same place */
u16 lock_class(u16 *cache, const char *name);
/* => text for reports; "/1" behind it is the subclass */
const char *lock_class_name(u16 class);

/*
 * lock_check_acquire - before a lock is waited for: would it be right to take it?
 * lock_check_acquired - it is ours: on the list
 * lock_check_release - before it is let go: off the list
 *
 * => class may be LOCK_CLASS_UNKNOWN for a spinlock: *class is then filled in
 */
void lock_check_acquire(const void *lock, u16 *class, unsigned int flags);
void lock_check_acquired(const void *lock, u16 *class, unsigned int flags);
void lock_check_release(const void *lock, unsigned int flags);

/* => spinlocks that this CPU holds */
unsigned int lock_check_spinlocks_held(void);
/* The task goes back to user mode, or ends: it holds nothing. */
void lock_check_holds_nothing(const char *when);
/*
 * A task that takes, and later releases, any number of sleeping locks by a rule of its own, which the caller states: they
 * are not followed between pause and resume.
 */
void lock_check_pause(void);
void lock_check_resume(void);
/* `what` was found out about a lock by its own code: the report, and a panic. */
void __noreturn lock_check_fatal(const void *lock, u16 class, const char *what);

/*
 * The documented order, outermost first. Each step names classes by how their names begin (without a leading '&').
 * Locks that are named nowhere are only checked against what has been seen.
 */
#define LOCK_ORDER_NAMES	4
struct lock_order_step {
	const char	*label;
	const char	*names[LOCK_ORDER_NAMES];
};
void lock_order_register(const struct lock_order_step *steps, unsigned int nr);

/* What a lock that may sleep carries. */
struct lock_dep {
	const char	*name;		/* NULL: found by its address, or by its first user */
	u16		class;		/* LOCK_CLASS_UNKNOWN until it is first taken */
};
#define LOCK_DEP_INIT(lock_name)	.dep = { .name = (lock_name) },
#define lock_dep_init(dep, lock_name)	((void)((dep)->name = (lock_name), (dep)->class = LOCK_CLASS_UNKNOWN))

static inline u16 *lock_dep_class(struct lock_dep *dep)
{
	if (!dep->class && dep->name)
		lock_class(&dep->class, dep->name);
	return &dep->class;
}

/* For any lock with a `dep`: before, after, and at the end. */
#define lock_dep_acquire(l, flags)	lock_check_acquire(l, lock_dep_class(&(l)->dep), LOCK_SLEEPS | (flags))
#define lock_dep_acquired(l, flags)	lock_check_acquired(l, lock_dep_class(&(l)->dep), LOCK_SLEEPS | (flags))
#define lock_dep_release(l)		lock_check_release(l, LOCK_SLEEPS)

/* No more checks: the last CPU breaks locks to tell what it knows. */
void lock_check_stop(void);

#else
#define LOCK_TRY	0
#define LOCK_DEP_INIT(lock_name)
#define lock_dep_init(dep, lock_name)	((void)0)
#define lock_dep_acquire(l, flags)	((void)(flags))
#define lock_dep_acquired(l, flags)	((void)(flags))
#define lock_dep_release(l)		((void)0)
static inline void lock_check_stop(void) { }
static inline void lock_check_pause(void) { }
static inline void lock_check_resume(void) { }
static inline void lock_check_holds_nothing(const char *when __unused) { }
#endif
#endif
