/* kernel/x86/trap.c - from a vector to its handler.
 *
 * Linux: arch/x86/kernel/traps.c, irq.c, apic/vector.c.
 */
#include <kernel/x86/trap.h>
#include <kernel/lib/atomic.h>
#include <kernel/lib/errno.h>
#include <kernel/x86/apic.h>
#include <kernel/x86/ipi.h>
#include <kernel/x86/percpu.h>
#include <kernel/x86/report.h>
#include <kernel/x86/thread.h>
#include <kernel/x86/usercopy.h>

static_assert(sizeof(struct pt_regs) == 21 * 8, "asm_constants.inc: REGS_SIZE");
static_assert(offsetof(struct pt_regs, orig_rax) == 15 * 8, "asm_constants.inc: REGS_ORIG_RAX");
static_assert(offsetof(struct pt_regs, rdi) == 14 * 8, "asm_constants.inc: REGS_RDI");

/* One vector for devices. Free when handler is NULL; name is set last and cleared first. */
struct irq {
	irq_handler_t handler;
	void *arg;
	const char *name;
};

void (*syscall_dispatch)(struct pt_regs *regs);
void (*return_to_user)(struct pt_regs *regs);
void (*timer_tick)(struct pt_regs *regs);

static trap_handler_t trap_handlers[NR_TRAPS];
static page_fault_handler_t page_fault_handler;
static void (*fatal_handler)(struct pt_regs *regs, unsigned int vector, u64 error, unsigned long cr2, const char *name);
static struct irq irqs[NR_VECTORS];

static DEFINE_PER_CPU(u32, irq_counts[NR_VECTORS]);
static DEFINE_PER_CPU(struct pt_regs *, irq_regs);
DEFINE_PER_CPU(u64, user_rsp);		/* entry.asm: the program's rsp for the first instructions of a system call */

static const char *const trap_names[NR_TRAPS] = {
	"divide error", "debug", "NMI", "breakpoint", "overflow", "bound range", "invalid opcode", "no FPU",
	"double fault", "coprocessor overrun", "invalid TSS", "segment not present", "stack segment fault",
	"general protection fault", "page fault", "reserved", "x87 error", "alignment check", "machine check",
	"SIMD error", "virtualization exception", "control protection",
};

/* entry.asm calls these. */
void trap_dispatch(struct pt_regs *regs, unsigned int vector);
void trap_dispatch_ist(struct pt_regs *regs, unsigned int vector);
void exit_to_user_work(struct pt_regs *regs);

const char *trap_name(unsigned int vector)
{
	return vector < NR_TRAPS && trap_names[vector] ? trap_names[vector] : "unknown trap";
}

void trap_register(unsigned int vector, trap_handler_t handler)
{
	trap_handlers[vector] = handler;
}

void trap_register_page_fault(page_fault_handler_t handler)
{
	page_fault_handler = handler;
}

void trap_register_fatal(void (*handler)(struct pt_regs *regs, unsigned int vector, u64 error, unsigned long cr2,
					 const char *name))
{
	fatal_handler = handler;
}

void __noreturn trap_fatal(struct pt_regs *regs, unsigned int vector, u64 error, unsigned long cr2)
{
	local_irq_disable();
	if (fatal_handler)
		fatal_handler(regs, vector, error, cr2, trap_name(vector));
	x86_panic("%s at %p, error %llx, cr2 %lx", trap_name(vector), (void *)regs->rip, error, cr2);
}

static void page_fault(struct pt_regs *regs, u64 error)
{
	unsigned long address = read_cr2();

	if (regs->eflags & EFLAGS_IF)
		local_irq_enable();
	if (unlikely(fault_disabled()) && !user_mode(regs) && fixup_exception(regs))
		return;
	if (unlikely(!page_fault_handler))
		trap_fatal(regs, TRAP_PAGE_FAULT, error, address);
	page_fault_handler(regs, error, address);
}

static void exception(struct pt_regs *regs, unsigned int vector, u64 error)
{
	if (likely(vector == TRAP_PAGE_FAULT)) {
		page_fault(regs, error);
	} else if (!user_mode(regs)) {
		if (!fixup_exception(regs))
			trap_fatal(regs, vector, error, 0);
	} else {
		local_irq_enable();
		if (!trap_handlers[vector])
			trap_fatal(regs, vector, error, 0);
		trap_handlers[vector](regs, error);
	}
}

static void device_interrupt(unsigned int vector)
{
	struct irq *irq = &irqs[vector];
	irq_handler_t handler = READ_ONCE(irq->handler);

	if (handler)
		handler(irq->arg);
	else
		x86_warn("interrupt on vector %u, which nobody has", vector);
}

static void interrupt(struct pt_regs *regs, unsigned int vector)
{
	struct pt_regs *outer = this_cpu_read(irq_regs);

	this_cpu_write(irq_regs, regs);
	(*this_cpu_ptr(&irq_counts))[vector]++;
	switch (vector) {
	case VECTOR_TIMER:
		if (timer_tick)
			timer_tick(regs);
		break;
	case VECTOR_CALL:
		smp_handle_calls();
		break;
	case VECTOR_RESCHEDULE:		/* the way back looks at TIF_NEED_RESCHED, and so does the idle loop */
	case VECTOR_SPURIOUS:
		break;
	case VECTOR_APIC_ERROR:
		apic_report_error();
		break;
	default:
		device_interrupt(vector);
	}
	/* Not before: a level-triggered line is still up until the handler has talked to the device. */
	if (vector != VECTOR_SPURIOUS)
		apic_eoi();
	this_cpu_write(irq_regs, outer);
}

/* entry.asm calls this with interrupts off. What the CPU pushed as error code, 0 or not, lies in orig_rax. */
void trap_dispatch(struct pt_regs *regs, unsigned int vector)
{
	u64 error = regs->orig_rax;

	regs->orig_rax = -1;
	if (vector < NR_TRAPS)
		exception(regs, vector, error);
	else
		interrupt(regs, vector);
}

/* The exceptions with stacks of their own. Nothing here may sleep or fault. */
void trap_dispatch_ist(struct pt_regs *regs, unsigned int vector)
{
	u64 error = regs->orig_rax;

	regs->orig_rax = -1;
	if (vector != TRAP_NMI)
		trap_fatal(regs, vector, error, read_cr2());
	(*this_cpu_ptr(&irq_counts))[TRAP_NMI]++;
	smp_handle_nmi(regs);
}

void exit_to_user_work(struct pt_regs *regs)
{
	while (READ_ONCE(current_x86_thread()->flags) & TIF_WORK) {
		return_to_user(regs);
		local_irq_disable();
	}
}

struct pt_regs *current_irq_regs(void)
{
	return this_cpu_read(irq_regs);
}

int irq_alloc_vector(irq_handler_t handler, void *arg, const char *name)
{
	for (int vector = VECTOR_DEVICE_FIRST; vector <= VECTOR_DEVICE_LAST; vector++) {
		if (cmpxchg(&irqs[vector].name, NULL, name))
			continue;
		irqs[vector].arg = arg;
		smp_store_release(&irqs[vector].handler, handler);
		return vector;
	}
	return -ENOSPC;
}

void irq_free_vector(int vector)
{
	WRITE_ONCE(irqs[vector].handler, NULL);
	smp_store_release(&irqs[vector].name, NULL);
}

const char *irq_name(unsigned int vector)
{
	switch (vector) {
	case TRAP_NMI:		return "non-maskable interrupts";
	case VECTOR_TIMER:	return "local timer";
	case VECTOR_CALL:	return "function calls between CPUs";
	case VECTOR_RESCHEDULE:	return "rescheduling";
	case VECTOR_SPURIOUS:	return "spurious";
	case VECTOR_APIC_ERROR:	return "APIC errors";
	default:		return vector < NR_VECTORS ? irqs[vector].name : NULL;
	}
}

u64 irq_count(unsigned int vector, unsigned int cpu)
{
	return (*per_cpu_ptr(&irq_counts, cpu))[vector];
}
