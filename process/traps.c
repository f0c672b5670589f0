/* process/traps.c - exceptions: what a program did becomes a signal, what the kernel did is resolved, fixed up, or its end.
 *
 * A page fault of the kernel on a user address is normal in copy_from_user() and friends, and only there: those open SMAP
 * (AC is set) or stand in the exception table. Everything else is a mistake, and is named as precisely as possible.
 *
 * Linux: arch/x86/kernel/traps.c, arch/x86/mm/fault.c.
 */
#define pr_fmt(fmt) "trap: " fmt

#include <kernel/debug/panic.h>
#include <kernel/debug/printk.h>
#include <kernel/trace/trace.h>
#include <kernel/x86/fpu.h>
#include <kernel/x86/trap.h>
#include <kernel/x86/usercopy.h>
#include <mm/fault/fault.h>
#include <process/process.h>
#include <process/signal_send.h>

static_assert(SIGBUS == FAULT_SIGBUS && SIGSEGV == FAULT_SIGSEGV && SEGV_MAPERR == FAULT_SEGV_MAPERR &&
	      SEGV_ACCERR == FAULT_SEGV_ACCERR && BUS_ADRERR == FAULT_BUS_ADRERR, "mm/fault names the ABI's values");

/* --- programs ------------------------------------------------------------------------------------------------- */

static void note_trap(unsigned int vector, u64 error, unsigned long address)
{
	current->sig.trap_vector = vector;
	current->sig.trap_error = error;
	current->sig.trap_cr2 = address;
}

/* A line in the log for a program that dies of it. */
static void log_unhandled(const struct pt_regs *regs, int sig, const char *what, unsigned long address, u64 error)
{
	void __user *handler = current->sighand->action[sig - 1].handler;

	if (handler != SIG_DFL && handler != SIG_IGN && !sigset_has(current->sig.blocked, sig))
		return;
	pr_info_ratelimited("%s[%d]: %s at %lx ip %llx sp %llx error %llx\n", current->comm, current->pid, what, address,
			    regs->rip, regs->rsp, error);
}

static void program_trap(const struct pt_regs *regs, unsigned int vector, u64 error, int sig, int code, u64 address)
{
	note_trap(vector, error, 0);
	log_unhandled(regs, sig, trap_name(vector), regs->rip, error);
	force_signal_fault(sig, code, address);
}

static void divide_error(struct pt_regs *regs, u64 error)
{
	program_trap(regs, TRAP_DIVIDE, error, SIGFPE, FPE_INTDIV, regs->rip);
}

static void debug_trap(struct pt_regs *regs, u64 error)
{
	program_trap(regs, TRAP_DEBUG, error, SIGTRAP, TRAP_TRACE, regs->rip);
}

static void breakpoint(struct pt_regs *regs, u64 error)
{
	program_trap(regs, TRAP_BREAKPOINT, error, SIGTRAP, SI_KERNEL, 0);
}

static void overflow(struct pt_regs *regs, u64 error)
{
	program_trap(regs, TRAP_OVERFLOW, error, SIGSEGV, SI_KERNEL, 0);
}

static void bound_range(struct pt_regs *regs, u64 error)
{
	program_trap(regs, TRAP_BOUND, error, SIGSEGV, SI_KERNEL, 0);
}

static void invalid_opcode(struct pt_regs *regs, u64 error)
{
	program_trap(regs, TRAP_INVALID_OPCODE, error, SIGILL, ILL_ILLOPN, regs->rip);
}

static void no_segment(struct pt_regs *regs, u64 error)
{
	program_trap(regs, TRAP_NO_SEGMENT, error, SIGBUS, SI_KERNEL, 0);
}

static void stack_segment(struct pt_regs *regs, u64 error)
{
	program_trap(regs, TRAP_STACK, error, SIGBUS, SI_KERNEL, 0);
}

static void general_protection(struct pt_regs *regs, u64 error)
{
	program_trap(regs, TRAP_GENERAL_PROTECTION, error, SIGSEGV, SI_KERNEL, 0);
}

static void alignment_check(struct pt_regs *regs, u64 error)
{
	program_trap(regs, TRAP_ALIGNMENT, error, SIGBUS, BUS_ADRALN, 0);
}

/* The bits are the same in the x87 status word and in MXCSR: IE DE ZE OE UE PE. */
static int fpe_code(unsigned int exceptions)
{
	if (exceptions & BIT(0))
		return FPE_FLTINV;
	if (exceptions & BIT(2))
		return FPE_FLTDIV;
	if (exceptions & BIT(3))
		return FPE_FLTOVF;
	if (exceptions & (BIT(1) | BIT(4)))
		return FPE_FLTUND;
	return exceptions & BIT(5) ? FPE_FLTRES : SI_KERNEL;
}

/* The registers still hold what the program had: the kernel uses no floating point. */
static void x87_error(struct pt_regs *regs, u64 error)
{
	u16 status, control;

	asm volatile("fnstsw %0; fnstcw %1" : "=m"(status), "=m"(control));
	program_trap(regs, TRAP_X87, error, SIGFPE, fpe_code(status & ~control & 0x3f), regs->rip);
}

static void simd_error(struct pt_regs *regs, u64 error)
{
	u32 mxcsr;

	asm volatile("stmxcsr %0" : "=m"(mxcsr));
	program_trap(regs, TRAP_SIMD, error, SIGFPE, fpe_code(mxcsr & ~(mxcsr >> 7) & 0x3f), regs->rip);
}

/* --- page faults ------------------------------------------------------------------------------------------------ */

static unsigned int fault_flags(u64 error)
{
	return (error & PF_WRITE ? FAULT_FLAG_WRITE : 0) | (error & PF_USER ? FAULT_FLAG_USER : 0) |
	       (error & PF_INSTRUCTION ? FAULT_FLAG_INSTRUCTION : 0);
}

static void user_fault_failed(struct pt_regs *regs, u64 error, unsigned long address, int sig, int code)
{
	note_trap(TRAP_PAGE_FAULT, error, address);
	if (sig < 0) {
		if (!fatal_signal_pending(current)) {
			pr_warn_ratelimited("%s[%d] is killed: no memory for its page fault at %lx\n", current->comm,
					    current->pid, address);
			force_sigkill();
		}
		return;
	}
	log_unhandled(regs, sig, sig == SIGBUS ? "bus error" : "segfault", address, error);
	force_signal_fault(sig, code, address);
}

/* Why the kernel could not have meant this access. */
static const char *kernel_mistake(const struct pt_regs *regs, u64 error, unsigned long address)
{
	if (error & PF_RESERVED)
		return "a page-table entry has reserved bits set";
	if (address < MMAP_MIN_ADDR)
		return "NULL pointer";
	if (error & PF_INSTRUCTION)
		return address < TASK_SIZE ? "the kernel tried to execute user memory (SMEP)" :
			error & PF_PRESENT ? "the kernel tried to execute data (NX)" : "jump to where nothing is mapped";
	if (address < TASK_SIZE) {
		if (cpu_has(X86_FEATURE_SMAP) && (error & PF_PRESENT) && !(regs->eflags & EFLAGS_AC))
			return "user memory touched outside of copy_from_user and friends (SMAP)";
		return "user memory touched by an instruction without a fixup";
	}
	if (address - VMALLOC_START < VMALLOC_END - VMALLOC_START && !(error & PF_PRESENT)) {
		if (regs->rsp - address < PAGE_SIZE || address - regs->rsp < PAGE_SIZE)
			return "kernel stack overflow: guard page hit";
		return "nothing is mapped in this vmalloc area (a guard page, or freed memory)";
	}
	if ((error & PF_PRESENT) && (error & PF_WRITE))
		return "write to read-only kernel memory";
	if (address >= 0xdead000000000000UL && address < 0xdead000000001000UL)
		return "poisoned list pointer: entry used after list_del";
	return "no such kernel address";
}

/* => true: the access can go on, or has been led to its fixup */
static bool resolve_kernel_fault(struct pt_regs *regs, u64 error, unsigned long address)
{
	bool smap_open = !cpu_has(X86_FEATURE_SMAP) || (regs->eflags & EFLAGS_AC);
	int code;

	if (address < TASK_SIZE && smap_open && !(error & (PF_RESERVED | PF_INSTRUCTION)) && current->mm &&
	    (regs->eflags & EFLAGS_IF) && !fault_in_user(current->mm, address, fault_flags(error), &code))
		return true;
	return fixup_exception(regs);
}

/* => the signal that the program gets for it, or 0 */
static __always_inline int user_fault(u64 error, unsigned long address, int *code)
{
	return likely(address < TASK_SIZE && !(error & PF_RESERVED)) ?
		fault_in_user(current->mm, address, fault_flags(error), code) : SIGSEGV;
}

/* Apart, so that a fault which nobody traces pays for the tests only, and not for registers that are kept for the events. */
static noinline int user_fault_traced(struct pt_regs *regs, u64 error, unsigned long address, int *code)
{
	int sig;

	trace(page_fault_user, address, regs->rip, error);
	sig = user_fault(error, address, code);
	trace(user_fault_end, address, sig);
	return sig;
}

static void page_fault(struct pt_regs *regs, u64 error, unsigned long address)
{
	int code = SEGV_MAPERR, sig;

	if (likely(user_mode(regs))) {
		if (trace_is_on(page_fault_user) || trace_is_on(user_fault_end))
			sig = user_fault_traced(regs, error, address, &code);
		else
			sig = user_fault(error, address, &code);
		if (unlikely(sig))
			user_fault_failed(regs, error, address, sig, code);
		return;
	}
	trace(page_fault_kernel, address, regs->rip, error);
	if (resolve_kernel_fault(regs, error, address))
		return;
	panic_regs(regs, "page fault in the kernel: %s of %016lx (error %llx): %s",
		   error & PF_INSTRUCTION ? "execution" : error & PF_WRITE ? "write" : "read", address, error,
		   kernel_mistake(regs, error, address));
}

void traps_init(void)
{
	static const struct { u8 vector; trap_handler_t handler; } handlers[] = {
		{ TRAP_DIVIDE, divide_error }, { TRAP_DEBUG, debug_trap }, { TRAP_BREAKPOINT, breakpoint },
		{ TRAP_OVERFLOW, overflow }, { TRAP_BOUND, bound_range }, { TRAP_INVALID_OPCODE, invalid_opcode },
		{ TRAP_NO_SEGMENT, no_segment }, { TRAP_STACK, stack_segment },
		{ TRAP_GENERAL_PROTECTION, general_protection }, { TRAP_X87, x87_error },
		{ TRAP_ALIGNMENT, alignment_check }, { TRAP_SIMD, simd_error },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(handlers); i++)
		trap_register(handlers[i].vector, handlers[i].handler);
	trap_register_page_fault(page_fault);
}
