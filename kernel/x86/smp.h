/* kernel/x86/smp.h - CPUs that call each other.
 *
 * smp_call_function_many() runs a function on other CPUs, in interrupt context, through one call slot per pair of CPUs:
 * nothing is allocated, and any number of CPUs may call each other at once, because a CPU that waits with interrupts off
 * answers what it is asked meanwhile.
 *
 * The one rule for callers: a spinlock that is held during a call must never be taken with interrupts off anywhere, or the
 * CPU that spins for it does not answer. The function must not sleep and must not take locks that callers hold.
 *
 * Linux: kernel/smp.c, arch/x86/kernel/smp.c, smpboot.c.
 */
#ifndef KERNEL_X86_SMP_H
#define KERNEL_X86_SMP_H

#include <kernel/lib/cpumask.h>
#include <kernel/lib/types.h>
#include <kernel/x86/percpu.h>

typedef void (*smp_call_t)(void *arg);

/*
 * smp_call_function_many - run fn(arg) on all CPUs of mask except this one
 *
 * => fn runs with interrupts off
 * => wait: returns when all have run it. Otherwise arg must stay valid, and fn is called some time later.
 * => any context except NMI; does not allocate
 */
void smp_call_function_many(const cpumask_t *mask, smp_call_t fn, void *arg, bool wait);
void smp_call_function_single(unsigned int cpu, smp_call_t fn, void *arg, bool wait);

/* on_each_cpu - run fn(arg) on every CPU, this one too (interrupts off), and wait */
void on_each_cpu(smp_call_t fn, void *arg);

/* smp_send_reschedule - make cpu look at its TIF_NEED_RESCHED now: it leaves hlt or user mode */
void smp_send_reschedule(unsigned int cpu);

/* smp_stop_others - panic: halt all other CPUs (NMI); waits a moment for them, never for ever */
void smp_stop_others(void);

/* boot/start.asm: page tables that map low memory where it is, for the first instructions of a CPU. */
extern char boot_pgd[];

/* What the rooms above give to start a CPU. */
struct smp_boot_ops {
	/* zeroed memory of the direct map, page aligned, never given back; NULL: this CPU stays off */
	void *(*alloc)(size_t bytes);
	/* first byte above the stack that cpu starts on: its idle task's. NULL: this CPU stays off */
	void *(*idle_stack_top)(unsigned int cpu);
	/* a page of RAM below 1 MB for the code that the new CPUs start in */
	phys_addr_t trampoline;
	/* runs on the new CPU, interrupts off; the scheduler takes it from here and never returns */
	void (*start)(unsigned int cpu);
};

/*
 * smp_boot_cpus - start the CPUs whose APIC ids are listed, up to limit in all
 *
 * => APIC ids come from the MADT (drivers/acpi); this CPU's own is skipped
 * => a CPU that does not come within 100 ms is left out with a warning; the numbers stay dense
 */
void smp_boot_cpus(const u32 *apic_ids, unsigned int count, unsigned int limit, const struct smp_boot_ops *ops);

#endif
