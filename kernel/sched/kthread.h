/* kernel/sched/kthread.h - tasks that live in the kernel: daemons and tests.
 *
 * A kernel thread has no address space of its own. It ends when its function returns, and only kthread_stop() waits
 * for it; a thread that is stopped must not return before kthread_should_stop() says so. Its parent is task 0.
 *
 * Linux: include/linux/kthread.h, kernel/kthread.c.
 */
#ifndef KERNEL_SCHED_KTHREAD_H
#define KERNEL_SCHED_KTHREAD_H

#include <kernel/lib/compiler.h>
#include <kernel/lib/errno.h>

struct task;

/*
 * kthread_create - a new kernel thread, not yet woken
 *
 * => sleeps; ERR_PTR(-ENOMEM) or (-EAGAIN)
 * => the name is formatted, cut to 15 characters
 */
struct task *kthread_create(int (*fn)(void *data), void *data, const char *fmt, ...) __printf(3, 4);
/* The same, bound to one CPU for ever. */
struct task *kthread_create_on_cpu(int (*fn)(void *data), void *data, unsigned int cpu, const char *fmt, ...)
	__printf(4, 5);
/* Only before its first wakeup. */
void kthread_bind(struct task *task, unsigned int cpu);

/* => the running thread, or ERR_PTR */
#define kthread_run(fn, data, fmt, ...) ({				\
	struct task *___t = kthread_create(fn, data, fmt, ##__VA_ARGS__);	\
	if (!IS_ERR(___t))						\
		wake_up_process(___t);					\
	___t; })

/*
 * kthread_stop - ask the thread to end, wake it, and wait until it is gone
 *
 * => sleeps; what its function returned; -EINTR when it never ran
 * => the thread must not have returned by itself, unless the caller holds a reference (get_task)
 */
int kthread_stop(struct task *task);
/* => in a kernel thread: it shall end */
bool kthread_should_stop(void);

#endif
