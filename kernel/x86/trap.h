/* kernel/x86/trap.h - how the CPU comes into the kernel, and who answers.
 *
 * All 256 vectors end in one small stub each (entry.asm), which builds a pt_regs and calls trap_dispatch(). Exceptions
 * (0-31) have handlers registered by the rooms above; device vectors (32-238) are handed out by irq_alloc_vector();
 * the last ones are the local APIC's and the calls between CPUs.
 *
 * Exceptions run with interrupts as they were where they happened; device handlers run with interrupts off, on the
 * stack of the interrupted task. Double fault, NMI and machine check have a stack of their own (IST).
 *
 * Linux: arch/x86/kernel/traps.c, irq.c, entry/entry_64.S, entry/common.c.
 */
#ifndef KERNEL_X86_TRAP_H
#define KERNEL_X86_TRAP_H

#include <kernel/lib/types.h>
#include <kernel/x86/cpu.h>

enum trap_vector {
	TRAP_DIVIDE = 0, TRAP_DEBUG = 1, TRAP_NMI = 2, TRAP_BREAKPOINT = 3, TRAP_OVERFLOW = 4, TRAP_BOUND = 5,
	TRAP_INVALID_OPCODE = 6, TRAP_NO_DEVICE = 7, TRAP_DOUBLE_FAULT = 8, TRAP_INVALID_TSS = 10,
	TRAP_NO_SEGMENT = 11, TRAP_STACK = 12, TRAP_GENERAL_PROTECTION = 13, TRAP_PAGE_FAULT = 14,
	TRAP_X87 = 16, TRAP_ALIGNMENT = 17, TRAP_MACHINE_CHECK = 18, TRAP_SIMD = 19,
	NR_TRAPS = 32,
	VECTOR_DEVICE_FIRST = 32, VECTOR_DEVICE_LAST = 238,
	VECTOR_TIMER = 239, VECTOR_CALL = 240, VECTOR_RESCHEDULE = 241,
	VECTOR_APIC_ERROR = 254, VECTOR_SPURIOUS = 255,
	NR_VECTORS = 256,
};

/* Error code of a page fault. */
#define PF_PRESENT	BIT(0)		/* a protection was violated; 0: nothing mapped */
#define PF_WRITE	BIT(1)
#define PF_USER		BIT(2)
#define PF_RESERVED	BIT(3)
#define PF_INSTRUCTION	BIT(4)

static inline bool user_mode(const struct pt_regs *regs)
{
	return regs->cs & 3;
}

typedef void (*trap_handler_t)(struct pt_regs *regs, u64 error);
typedef void (*page_fault_handler_t)(struct pt_regs *regs, u64 error, unsigned long address);
typedef void (*irq_handler_t)(void *arg);

/*
 * trap_register - who answers an exception of a program (vector < NR_TRAPS, not the page fault)
 *
 * => the handler runs with interrupts on and may sleep
 * => an exception in the kernel itself does not come here: it has a fixup (usercopy.h) or is fatal
 */
void trap_register(unsigned int vector, trap_handler_t handler);

/*
 * trap_register_page_fault - who answers page faults of programs and of the kernel
 *
 * => address is CR2, read before anything else could fault
 * => interrupts are on if they were on where the fault happened
 */
void trap_register_page_fault(page_fault_handler_t handler);

/*
 * trap_register_fatal - what happens when nobody answers: an exception in the kernel without a fixup, a double fault,
 * an exception without a handler. name is like "double fault"; it must not return.
 */
void trap_register_fatal(void (*handler)(struct pt_regs *regs, unsigned int vector, u64 error, unsigned long cr2,
					 const char *name));
void __noreturn trap_fatal(struct pt_regs *regs, unsigned int vector, u64 error, unsigned long cr2);
const char *trap_name(unsigned int vector);

/* Called for each system call, interrupts on. regs->orig_rax is its number, regs->rax (-ENOSYS) takes the result. */
extern void (*syscall_dispatch)(struct pt_regs *regs);

/*
 * Called before a return to user mode while the thread has a TIF flag, until it has none: signals, rescheduling.
 * Interrupts are off at the call and on return; it may enable them between and sleep. A handler that
 * changes regs of a system call (signal frame, sigreturn, exec, ptrace) needs to do nothing else: the entry code
 * compares rip and eflags with what sysret can restore, and uses iretq otherwise. cs and ss must stay USER_CS and
 * USER_DS, and of eflags only the bits that a program may change. A rip outside of user space becomes
 * a page fault at USER_ADDRESS_END in user mode.
 */
extern void (*return_to_user)(struct pt_regs *regs);

/* Called at every timer tick on every CPU, interrupts off; regs say what was interrupted. Called by kernel/x86/clock. */
extern void (*timer_tick)(struct pt_regs *regs);

/* current_irq_regs - what the interrupt that runs on this CPU interrupted; NULL outside of one */
struct pt_regs *current_irq_regs(void);

/*
 * irq_alloc_vector - a vector for a device interrupt (MSI, MSI-X or an IOAPIC pin)
 *
 * => the handler runs on whatever CPU the device is routed to, interrupts off, must not sleep; EOI is done for it
 * => name is kept, not copied
 * => -ENOSPC when all are taken
 */
int irq_alloc_vector(irq_handler_t handler, void *arg, const char *name);
void irq_free_vector(int vector);

/* irq_name, irq_count - for /proc/interrupts and /proc/stat; NULL: the vector is not in use */
const char *irq_name(unsigned int vector);
u64 irq_count(unsigned int vector, unsigned int cpu);

/* ioapic_route - let an ISA irq or global interrupt arrive as vector on cpu; => -ENODEV: no IOAPIC has it. See ioapic.h */
int ioapic_route(unsigned int irq, int vector, unsigned int cpu);

/* trap_init - boot CPU: fill the IDT and load it; trap_init_cpu - the others: load it */
void trap_init(void);
void trap_init_cpu(void);

#endif
