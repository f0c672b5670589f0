/* kernel/debug/panic.c - the end, and the warning before it.
 *
 * Order: one CPU wins and stops the others, then breaks the log's locks (nobody is left to hold them), then tells all it
 * knows. A fault while it does so ends everything at once, with what has been printed.
 *
 * Linux: kernel/panic.c, arch/x86/kernel/dumpstack.c.
 */
#include <kernel/debug/panic.h>

#include <kernel/debug/assert.h>
#include <kernel/debug/ksyms.h>
#include <kernel/lib/atomic.h>
#include <kernel/lib/cmdline.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>
#include <kernel/sync/lock_check.h>
#include <kernel/x86/address.h>
#include <kernel/x86/percpu.h>
#include <kernel/x86/smp.h>
#include <kernel/x86/trap.h>
#include <kernel/x86/usercopy.h>

#define BACKTRACE_MAX	40

bool panicking;
unsigned long warn_count;

static u32 panic_cpu;		/* CPU + 1 of the one that panics */
static bool hang_after_panic, panic_on_warn;
static struct panic_note *notes;

void panic_init(void)
{
	char how[16];

	hang_after_panic = cmdline_get("panic", how, sizeof(how)) && !strcmp(how, "hang");
	panic_on_warn = cmdline_bool("panic_on_warn");
}

void panic_note_register(struct panic_note *note)
{
	struct panic_note **end = &notes;

	while (*end)
		end = &(*end)->next;
	note->next = NULL;
	*end = note;
}

void show_regs(const struct pt_regs *regs)
{
	char where[KSYM_TEXT_MAX];

	printk(KERN_EMERG "rip %04llx:%s  rsp %04llx:%016llx  flags %08llx  code %lld\n", regs->cs,
	       ksym_format(regs->rip, where, sizeof(where)), regs->ss, regs->rsp, regs->eflags, (s64)regs->orig_rax);
	printk(KERN_EMERG "rax %016llx  rbx %016llx  rcx %016llx  rdx %016llx\n",
	       regs->rax, regs->rbx, regs->rcx, regs->rdx);
	printk(KERN_EMERG "rsi %016llx  rdi %016llx  rbp %016llx  r8  %016llx\n",
	       regs->rsi, regs->rdi, regs->rbp, regs->r8);
	printk(KERN_EMERG "r9  %016llx  r10 %016llx  r11 %016llx  r12 %016llx\n",
	       regs->r9, regs->r10, regs->r11, regs->r12);
	printk(KERN_EMERG "r13 %016llx  r14 %016llx  r15 %016llx  cr2 %016llx\n",
	       regs->r13, regs->r14, regs->r15, read_cr2());
	printk(KERN_EMERG "cr0 %016llx  cr3 %016llx  cr4 %016llx\n", read_cr0(), read_cr3(), read_cr4());
}

/*
 * Every function of the kernel begins with push rbp; mov rbp, rsp: at rbp lies the caller's rbp, above it the return
 * address. An interrupt handler's chain goes on in the interrupted code.
 */
unsigned int collect_backtrace(unsigned long rbp, unsigned long *addresses, unsigned int max)
{
	unsigned long frame[2];
	unsigned int n;

	for (n = 0; n < max; n++) {
		if (rbp < DIRECT_MAP_BASE || !IS_ALIGNED(rbp, 8) ||
		    copy_from_kernel_nofault(frame, (void *)rbp, sizeof(frame)))
			break;
		if (frame[1] < (unsigned long)_text || frame[1] >= (unsigned long)_etext || frame[0] == rbp)
			break;
		addresses[n] = frame[1];
		rbp = frame[0];
	}
	return n;
}

void show_backtrace(unsigned long rbp)
{
	unsigned long addresses[BACKTRACE_MAX];
	char where[KSYM_TEXT_MAX];
	unsigned int i, n;

	n = collect_backtrace(rbp ? rbp : (unsigned long)__builtin_frame_address(0), addresses, BACKTRACE_MAX);
	printk(KERN_EMERG "Called from:\n");
	for (i = 0; i < n; i++)
		printk(KERN_EMERG "  %s\n", ksym_format_return(addresses[i], where, sizeof(where)));
}

void dump_stack(void)
{
	show_backtrace(0);
}

/* => only on the first CPU that panics; the others are stopped when it returns */
static void become_the_last_cpu(void)
{
	u32 me, winner;

	local_irq_disable();
	me = smp_processor_id() + 1;
	winner = cmpxchg(&panic_cpu, 0, me);
	if (winner == me) {
		printk(KERN_EMERG "Fault during a panic: giving up\n");
		machine_exit(PANIC_EXIT_CODE);
	}
	if (winner)
		machine_halt();
	panicking = true;
	lock_check_stop();
	smp_stop_others();
	printk_enter_panic();
}

static void __noreturn vpanic(const struct pt_regs *regs, const char *fmt, va_list args)
{
	static char message[LOG_LINE_MAX / 2];
	struct panic_note *note;

	become_the_last_cpu();
	vsnprintf(message, sizeof(message), fmt, args);
	printk(KERN_EMERG "Kernel panic on CPU %u: %s\n", smp_processor_id(), message);
	if (regs)
		show_regs(regs);
	show_backtrace(regs && !user_mode(regs) ? regs->rbp : 0);
	for (note = notes; note; note = note->next)
		note->print();
	printk(KERN_EMERG "End of kernel panic: %s\n", message);
	if (hang_after_panic)
		machine_halt();
	machine_exit(PANIC_EXIT_CODE);
}

void panic(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vpanic(NULL, fmt, args);
}

void panic_regs(const struct pt_regs *regs, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vpanic(regs, fmt, args);
}

void assertion_failed(const char *file, int line, const char *func, const char *expr, const char *fmt, ...)
{
	static char values[LOG_LINE_MAX / 4];
	va_list args;

	va_start(args, fmt);
	vsnprintf(values, sizeof(values), fmt, args);
	va_end(args);
	panic("assertion failed: %s%s (%s, %s:%d)", expr, values, func, file, line);
}

void __warn(const char *file, int line, const char *fmt, ...)
{
	char message[160];
	va_list args;

	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	if (panic_on_warn)
		panic("warning at %s:%d: %s", file, line, message);
	__atomic_fetch_add(&warn_count, 1, __ATOMIC_RELAXED);
	printk(KERN_WARNING "WARNING at %s:%d on CPU %u: %s\n", file, line, smp_processor_id(), message);
	dump_stack();
}
