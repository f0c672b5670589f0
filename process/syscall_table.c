/* process/syscall_table.c - from a number to a function: the lean way in for every system call.
 *
 * All functions are called with all six registers, whatever they declare: the calling convention passes integers and
 * pointers in registers, and a function does not look at those that it doesn't name.
 *
 * Linux: arch/x86/entry/common.c, syscalls/syscall_64.tbl.
 */
#include <process/syscalls.h>

#include <kernel/debug/printk.h>
#include <kernel/lib/bitmap.h>
#include <kernel/lib/errno.h>
#include <kernel/sync/lock_check.h>
#include <kernel/x86/trap.h>
#include <kernel/trace/trace.h>
#include <process/group.h>
#include <process/posix_timer.h>

typedef unsigned long (*syscall_fn_t)(u64, u64, u64, u64, u64, u64);

#define NR_SYSCALLS	463

#define SYSCALL(number, name, function, args)	[number] = (syscall_fn_t)(void *)function,
#define NO_SYSCALL(number, name)
static const syscall_fn_t functions[NR_SYSCALLS] = {
#include <process/syscall_list.h>
};
#undef SYSCALL
#undef NO_SYSCALL

#define SYSCALL(number, name, function, args)	[number] = #name,
#define NO_SYSCALL(number, name)		[number] = #name,
static const char *const names[NR_SYSCALLS] = {
#include <process/syscall_list.h>
};
#undef SYSCALL
#undef NO_SYSCALL

/* A program asks for what is not there: said once for each call, so that a reader of the log knows what to build next. */
static noinline long unknown_syscall(u64 number)
{
	static DECLARE_BITMAP(said, NR_SYSCALLS);

	if (number < NR_SYSCALLS && !test_and_set_bit(number, said))
		pr_info("%s[%d]: system call %llu (%s) is not implemented\n", current->comm, current->pid, number,
			names[number] ?: "without a name");
	return -ENOSYS;
}

static noinline void trace_enter(const struct pt_regs *regs, u64 number)
{
	const unsigned long args[6] = { regs->rdi, regs->rsi, regs->rdx, regs->r10, regs->r8, regs->r9 };

	trace(sys_enter, number, args);
}

static void dispatch(struct pt_regs *regs)
{
	u64 number = (u32)regs->orig_rax;

	if (trace_is_on(sys_enter))
		trace_enter(regs, number);
	if (likely(number < NR_SYSCALLS && functions[number]))
		regs->rax = functions[number](regs->rdi, regs->rsi, regs->rdx, regs->r10, regs->r8, regs->r9);
	else
		regs->rax = unknown_syscall(number);
	trace(sys_exit, number, regs->rax);
	lock_check_holds_nothing("at the end of a system call");
}

void syscall_init(void)
{
	syscall_dispatch = dispatch;
}
