/* kernel/x86/thread.h - what the processor must keep of a task that does not run.
 *
 * struct x86_thread is embedded in struct task. A switched-out thread is its saved stack pointer: everything
 * else that C needs lies on its stack. User threads also have FS and GS bases and a floating-point area.
 *
 * The flags are the reasons for a detour on the way back to user mode (TIF_*). They are set by any CPU, with atomic
 * operations, and looked at with interrupts off immediately before the return.
 *
 * Linux: arch/x86/include/asm/processor.h (thread_struct), thread_info.h, kernel/process_64.c.
 */
#ifndef KERNEL_X86_THREAD_H
#define KERNEL_X86_THREAD_H

#include <kernel/lib/compiler.h>
#include <kernel/lib/types.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/percpu.h>

#define TIF_NOTIFY_RESUME	1	/* call return_to_user for any other reason */
#define TIF_SIGPENDING		2
#define TIF_NEED_RESCHED	3
#define TIF_SYSCALL_TRACE	4	/* reserved for ptrace */

#define TIF_WORK	(BIT(TIF_NOTIFY_RESUME) | BIT(TIF_SIGPENDING) | BIT(TIF_NEED_RESCHED))
static_assert(TIF_WORK == 0xe, "asm_constants.inc: TIF_WORK");

struct held_locks;

/* The fields up to flags are known to entry.asm and switch.asm by their offsets. */
struct x86_thread {
	u64		rsp;		/* of a switched-out thread */
	u64		stack_top;	/* first byte above its kernel stack, 16-byte aligned */
	unsigned long	flags;		/* BIT(TIF_*), atomic */
	u64		fsbase, gsbase;	/* of user mode; always current here, the registers follow */
	void		*fpu;		/* fpu_area_size() bytes, 64-byte aligned; NULL: never uses it (kernel thread) */
#ifdef CONFIG_DEBUG
	struct held_locks *held_locks;	/* of locks that may sleep (kernel/sync/lock_check.h); NULL: not followed */
#endif
};
static_assert(offsetof(struct x86_thread, rsp) == 0, "switch.asm: THREAD_RSP");
static_assert(offsetof(struct x86_thread, stack_top) == 8, "entry.asm: THREAD_STACK_TOP");
static_assert(offsetof(struct x86_thread, flags) == 16, "entry.asm: THREAD_FLAGS");

/* The thread that runs on this CPU. struct task's `current` is the container of it: one gs: load. */
DECLARE_PER_CPU(struct x86_thread *, current_thread);
#define current_x86_thread()	this_cpu_read(current_thread)

/*
 * thread_init - make a thread that starts in start(last, arg) when it is first switched to
 *
 * => stack: lowest byte; size: bytes; both 16-byte aligned. fpu, fsbase, gsbase and flags are left alone.
 * => start() runs with interrupts off; last is the thread that was switched from (finish the switch, then enable).
 * => when start() returns, the CPU goes to user mode with task_pt_regs(thread): a forked child's copy of its parent's,
 *    or what exec has put there. A kernel thread's start() must not return otherwise.
 */
void thread_init(struct x86_thread *thread, void *stack, size_t size,
		 void (*start)(struct x86_thread *last, void *arg), void *arg);

/* thread_adopt - the code that runs now, on this CPU and this stack, becomes thread (the idle task at boot) */
void thread_adopt(struct x86_thread *thread, void *stack, size_t size);

/*
 * switch_to - leave prev, run next; => returns when prev is switched to again, with the thread that ran before it
 *
 * => interrupts off; the page-table root is switched by the caller
 */
struct x86_thread *switch_to(struct x86_thread *prev, struct x86_thread *next);

/* thread_pt_regs - where the registers of user mode lie while the thread is in the kernel */
static inline struct pt_regs *thread_pt_regs(struct x86_thread *thread)
{
	return (struct pt_regs *)thread->stack_top - 1;
}

/* thread_frame_pointer - rbp of a switched-out thread, where its chain of calls begins */
u64 thread_frame_pointer(const struct x86_thread *thread);

/* thread_set_fsbase, thread_set_gsbase - arch_prctl and clone(CLONE_SETTLS); thread may be the running one or not yet started */
void thread_set_fsbase(struct x86_thread *thread, u64 base);
void thread_set_gsbase(struct x86_thread *thread, u64 base);

/* thread_start_user - exec: regs for a fresh program; all registers 0, interrupts on */
void thread_start_user(struct pt_regs *regs, u64 rip, u64 rsp);

static inline void thread_set_flag(struct x86_thread *thread, int flag)
{
	asm volatile("lock orq %1, %0" : "+m"(thread->flags) : "er"(BIT(flag)) : "memory");
}

static inline void thread_clear_flag(struct x86_thread *thread, int flag)
{
	asm volatile("lock andq %1, %0" : "+m"(thread->flags) : "er"(~BIT(flag)) : "memory");
}

static inline bool thread_test_flag(const struct x86_thread *thread, int flag)
{
	return READ_ONCE(thread->flags) & BIT(flag);
}

#endif
