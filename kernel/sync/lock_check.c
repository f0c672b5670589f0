/* kernel/sync/lock_check.c - who holds which locks, and whether one more would be right.
 *
 * Linux: kernel/locking/lockdep.c.
 */
#include <kernel/sync/lock_internal.h>

#ifdef CONFIG_DEBUG
#include <kernel/lib/string.h>
#include <kernel/x86/address.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/percpu.h>
#include <kernel/x86/thread.h>
#include <kernel/x86/trap.h>

#define STACK_SPAN	(64 * 1024UL)	/* more than a kernel stack */

static DEFINE_PER_CPU(struct held_locks, cpu_locks);
static DEFINE_PER_CPU(bool, checking);
static bool stopped;

void (*lock_violation_hook)(const struct lock_violation *violation);

void lock_check_stop(void)
{
	WRITE_ONCE(stopped, true);
}

const struct held_locks *lock_check_cpu_list(unsigned int cpu)
{
	return per_cpu_ptr(&cpu_locks, cpu);
}

const struct held_locks *lock_check_task_list(void)
{
	struct x86_thread *thread = current_x86_thread();

	return thread ? thread->held_locks : NULL;
}

static void set_paused(bool paused)
{
	struct held_locks *list = (struct held_locks *)lock_check_task_list();

	if (list)
		WRITE_ONCE(list->paused, paused);
}

void lock_check_pause(void)
{
	set_paused(true);
}

void lock_check_resume(void)
{
	set_paused(false);
}

static struct held_locks *list_for(unsigned int flags)
{
	if (flags & LOCK_SLEEPS)
		return (struct held_locks *)lock_check_task_list();
	return this_cpu_ptr(&cpu_locks);
}

unsigned int lock_check_spinlocks_held(void)
{
	return this_cpu_ptr(&cpu_locks)->nr;
}

/*
 * The callers of the checker's entry points. A chain of frame pointers is followed upwards inside the running task's
 * stack only: the frame of a program's entry holds whatever the program had in rbp.
 */
static __always_inline void save_trace(u32 *trace, const unsigned long *frame)
{
	struct x86_thread *thread = current_x86_thread();
	unsigned long top = thread ? thread->stack_top : 0;
	unsigned int n = 0;

	while (n < LOCK_TRACE) {
		unsigned long at = (unsigned long)frame;

		trace[n++] = (u32)frame[1];
		if (top - at > STACK_SPAN || frame[0] <= at || frame[0] + 16 > top || !IS_ALIGNED(frame[0], 8))
			break;
		frame = (const unsigned long *)frame[0];
	}
	while (n < LOCK_TRACE)
		trace[n++] = 0;
}

static void report(enum lock_problem problem, const struct held_lock *held, const struct held_lock *wanted,
		   const char *text)
{
	struct lock_violation violation = { .problem = problem, .held = held, .wanted = wanted, .text = text };

	if (lock_violation_hook)
		lock_violation_hook(&violation);
}

static void report_path(enum lock_problem problem, const struct held_lock *held, const struct held_lock *wanted,
			u16 from, u16 to)
{
	struct lock_violation violation = { .problem = problem, .held = held, .wanted = wanted };

	lock_graph_lock();
	violation.path_length = lock_graph_path(from, to, violation.path, LOCK_PATH_MAX);
	lock_graph_unlock();
	if (lock_violation_hook)
		lock_violation_hook(&violation);
}

/* A class of handlers leads to one that is taken with interrupts on: a handler may come in there and close the circle. */
static void check_inversions(const struct held_lock *wanted)
{
	for (u16 class = 1; class < MAX_LOCK_CLASSES; class++) {
		u16 unsafe = 0;

		if (!lock_classes[class].taken_in_irq)
			continue;
		lock_graph_lock();
		unsafe = lock_graph_reaches_unsafe(class);
		if (unsafe)
			lock_classes[unsafe].irq_reported = true;
		lock_graph_unlock();
		if (unsafe)
			report_path(LOCK_IRQ_INVERSION, NULL, wanted, class, unsafe);
	}
}

/* One more pair: is it the other way round in what has been seen? */
static void check_new_edge(const struct held_lock *held, const struct held_lock *wanted)
{
	u16 path[LOCK_PATH_MAX];
	bool cycle;

	lock_graph_lock();
	cycle = lock_graph_path(wanted->class, held->class, path, LOCK_PATH_MAX);
	lock_graph_unlock();
	if (cycle)
		report_path(LOCK_CYCLE, held, wanted, wanted->class, held->class);
	lock_graph_lock();
	lock_edge_add(held, wanted);
	lock_graph_unlock();
	check_inversions(wanted);
}

static void check_pair(const struct held_lock *held, const struct held_lock *wanted)
{
	const struct lock_class_info *have = &lock_classes[held->class], *want = &lock_classes[wanted->class];

	/* Page locks stand in one entry; mm/frame/page_lock.c knows which of them is ours. */
	if (held->lock == wanted->lock && held->class != LOCK_CLASS_PAGE)
		report(LOCK_RECURSION, held, wanted, NULL);
	if (lock_edge_known(held->class, wanted->class))
		return;
	if (held->class == wanted->class) {
		report(LOCK_SAME_CLASS, held, wanted, NULL);
		lock_graph_lock();
		lock_edge_add(held, wanted);	/* says it once; a class of its own path is no cycle */
		lock_graph_unlock();
		return;
	}
	if (want->rank && have->rank > want->rank)
		report(LOCK_AGAINST_ORDER, held, wanted, NULL);
	check_new_edge(held, wanted);
}

static void check_against(const struct held_locks *list, const struct held_lock *wanted)
{
	for (unsigned int i = 0; list && i < list->nr; i++)
		/* What the interrupted code holds is no order: it is checked by the use of classes in handlers. */
		if ((list->entry[i].flags & LOCK_IN_IRQ) == (wanted->flags & LOCK_IN_IRQ))
			check_pair(&list->entry[i], wanted);
}

static void note_use(bool *flag, u32 *trace, const struct held_lock *wanted)
{
	bool unsafe;

	if (READ_ONCE(*flag))
		return;
	lock_graph_lock();
	*flag = true;
	memcpy(trace, wanted->trace, sizeof(wanted->trace));
	lock_graph_unlock();
	unsafe = lock_classes[wanted->class].taken_in_irq && lock_classes[wanted->class].taken_irqs_on;
	if (unsafe && !lock_classes[wanted->class].irq_reported) {
		lock_classes[wanted->class].irq_reported = true;
		report(LOCK_IRQ_UNSAFE, NULL, wanted, NULL);
	}
	check_inversions(wanted);
}

static void check_interrupts(const struct held_lock *wanted, bool irqs_on)
{
	struct lock_class_info *info = &lock_classes[wanted->class];

	if (wanted->flags & LOCK_SLEEPS) {
		if ((wanted->flags & LOCK_IN_IRQ) && !(wanted->flags & LOCK_TRY))
			report(LOCK_SLEEPS_IN_IRQ, NULL, wanted, NULL);
		return;
	}
	/* Who only tries in a handler does not wait for the code that it interrupted. */
	if ((wanted->flags & LOCK_IN_IRQ) && !(wanted->flags & LOCK_TRY))
		note_use(&info->taken_in_irq, info->in_irq_trace, wanted);
	if (!(wanted->flags & LOCK_IN_IRQ) && irqs_on)
		note_use(&info->taken_irqs_on, info->irqs_on_trace, wanted);
}

static void check(const struct held_lock *wanted, bool irqs_on)
{
	if (!(wanted->flags & LOCK_TRY)) {
		if (!(wanted->flags & LOCK_IN_IRQ))
			check_against(lock_check_task_list(), wanted);
		check_against(this_cpu_ptr(&cpu_locks), wanted);
	}
	check_interrupts(wanted, irqs_on);
}

/* => whether to go on: not while a report is being made, nor after a panic, nor where the task said so */
static inline bool enter(const struct held_locks *list, unsigned long *flags)
{
	local_irq_save(*flags);
	if (unlikely(!list || READ_ONCE(list->paused))) {
		local_irq_restore(*flags);
		return false;
	}
	if (likely(!READ_ONCE(stopped) && !this_cpu_read(checking))) {
		this_cpu_write(checking, true);
		return true;
	}
	local_irq_restore(*flags);
	return false;
}

static inline void leave(unsigned long flags)
{
	this_cpu_write(checking, false);
	local_irq_restore(flags);
}

static inline unsigned int flags_now(unsigned int flags)
{
	return (flags & ~LOCK_SUBCLASS_MASK) | (current_irq_regs() ? LOCK_IN_IRQ : 0);
}

static u16 resolve(const void *lock, u16 *class, unsigned int flags, u32 caller)
{
	if (unlikely(!READ_ONCE(*class)))
		WRITE_ONCE(*class, lock_class_of(lock, caller));
	return lock_subclass(*class, flags & LOCK_SUBCLASS_MASK);
}

void lock_check_acquire(const void *lock, u16 *class, unsigned int flags)
{
	const unsigned long *frame = __builtin_frame_address(0);
	struct held_lock wanted = { .lock = lock };
	unsigned long irqs;

	if (!enter(list_for(flags), &irqs))
		return;
	save_trace(wanted.trace, frame);
	wanted.flags = flags_now(flags);
	wanted.class = resolve(lock, class, flags, wanted.trace[0]);
	check(&wanted, !irqs_disabled_flags(irqs));
	leave(irqs);
}

/* => the entry that holds lock, or, of page locks, all of them */
static struct held_lock *find_held(struct held_locks *list, const void *lock)
{
	for (unsigned int i = list->nr; i-- > 0; )
		if (list->entry[i].lock == lock)
			return &list->entry[i];
	return NULL;
}

static void push(struct held_locks *list, const struct held_lock *new)
{
	struct held_lock *same = new->class == LOCK_CLASS_PAGE ? find_held(list, new->lock) : NULL;

	if (same) {
		same->count++;
		return;
	}
	if (list->nr == MAX_HELD_LOCKS) {
		report(LOCK_TOO_MANY, &list->entry[MAX_HELD_LOCKS - 1], new, NULL);
		return;
	}
	list->entry[list->nr] = *new;
	list->entry[list->nr++].count = 1;
}

void lock_check_acquired(const void *lock, u16 *class, unsigned int flags)
{
	const unsigned long *frame = __builtin_frame_address(0);
	struct held_locks *list = list_for(flags);
	struct held_lock new = { .lock = lock };
	unsigned long irqs;

	if (!enter(list, &irqs))
		return;
	save_trace(new.trace, frame);
	new.flags = flags_now(flags);
	new.class = resolve(lock, class, flags, new.trace[0]);
	if (flags & LOCK_TRY)
		check(&new, !irqs_disabled_flags(irqs));
	push(list, &new);
	leave(irqs);
}

void lock_check_release(const void *lock, unsigned int flags)
{
	const unsigned long *frame = __builtin_frame_address(0);
	struct held_locks *list = list_for(flags);
	struct held_lock *held;
	unsigned long irqs;

	if (!enter(list, &irqs))
		return;
	held = find_held(list, lock);
	if (!held) {
		struct held_lock let_go = { .lock = lock, .flags = flags_now(flags) };

		save_trace(let_go.trace, frame);
		report(LOCK_NOT_HELD, NULL, &let_go, NULL);
	} else if (!--held->count) {
		unsigned int behind = --list->nr - (held - list->entry);

		memmove(held, held + 1, behind * sizeof(*held));
	}
	leave(irqs);
}

void lock_check_holds_nothing(const char *when)
{
	const struct held_locks *list = lock_check_task_list();
	unsigned long irqs;

	if (likely(!list || !list->nr) || !enter(list, &irqs))
		return;
	report(LOCK_HELD_AT_RETURN, &list->entry[list->nr - 1], NULL, when);
	((struct held_locks *)list)->nr = 0;
	leave(irqs);
}

void lock_check_fatal(const void *lock, u16 class, const char *what)
{
	struct held_lock wanted = { .lock = lock, .class = class };

	local_irq_disable();
	save_trace(wanted.trace, __builtin_frame_address(0));
	this_cpu_write(checking, true);
	report(LOCK_FATAL, NULL, &wanted, what);
	__asm__ __volatile__("ud2");
	unreachable();
}
#endif
