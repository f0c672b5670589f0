/* kernel/x86/smp_boot.c - starting the other CPUs, one after the other.
 *
 * Linux: arch/x86/kernel/smpboot.c.
 */
#include <kernel/x86/smp.h>
#include <kernel/lib/atomic.h>
#include <kernel/lib/compiler.h>
#include <kernel/lib/string.h>
#include <kernel/x86/address.h>
#include <kernel/x86/apic.h>
#include <kernel/x86/clock.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/fpu.h>
#include <kernel/x86/gdt.h>
#include <kernel/x86/msr.h>
#include <kernel/x86/page_table_root.h>
#include <kernel/x86/report.h>
#include <kernel/x86/trap.h>
#include <kernel/x86/tsc.h>

#define INIT_SETTLE_US		200	/* between INIT and STARTUP; processors since 2010 need none */
#define SECOND_STARTUP_US	20000	/* the first one may be lost */
#define GIVE_UP_US		100000

/* At the end of trampoline.asm. */
struct trampoline_parameters {
	u64 boot_cr3;
	u64 efer;
	u64 kernel_cr3;
	u64 stack_top;
	u64 gs_base;
	u64 cpu;
	u32 far_offset;
	u16 far_selector;
	u16 gdt_limit;
	u64 gdt_address;
	u64 long_mode_offset, little_gdt_offset;
} __packed;

extern const char trampoline_start[], trampoline_parameters[], trampoline_end[];	/* trampoline.asm */

static const struct smp_boot_ops *boot_ops;
static unsigned int cpu_arrived;		/* the last CPU that came up */

void smp_secondary_main(unsigned int cpu);

/* The new CPU, on its own stack and per-CPU area, with interrupts off. */
void smp_secondary_main(unsigned int cpu)
{
	cpu_enable_protections();
	gdt_init_cpu();
	trap_init_cpu();
	fpu_init_cpu();
	switch_page_table_root(&kernel_root);
	apic_init_cpu();
	clock_start_tick();

	cpumask_set_cpu(cpu, &cpu_online_mask);
	WRITE_ONCE(nr_cpus, cpu + 1);
	smp_store_release(&cpu_arrived, cpu);
	boot_ops->start(cpu);
	machine_halt();
}

static struct trampoline_parameters *install_trampoline(phys_addr_t page)
{
	struct trampoline_parameters *p = __va(page + (trampoline_parameters - trampoline_start));

	memcpy(__va(page), trampoline_start, trampoline_end - trampoline_start);
	p->boot_cr3 = __pa_symbol(boot_pgd);
	p->efer = EFER_LME | EFER_SCE | (cpu_has(X86_FEATURE_NX) ? EFER_NX : 0);
	p->kernel_cr3 = kernel_root.cr3;
	p->far_offset = page + p->long_mode_offset;
	p->gdt_address = page + p->little_gdt_offset;
	return p;
}

static bool wait_for_cpu(unsigned int cpu, unsigned long us)
{
	for (; us; us -= 10) {
		if (smp_load_acquire(&cpu_arrived) == cpu)
			return true;
		udelay(10);
	}
	return false;
}

static void start_cpu(unsigned int cpu, u32 apic_id, const struct smp_boot_ops *ops, struct trampoline_parameters *p)
{
	void *area = ops->alloc(percpu_area_size());
	void *stack_top = ops->idle_stack_top(cpu);

	if (!area || !stack_top) {
		x86_warn("no memory for CPU %u: it stays off", cpu);
		return;
	}
	percpu_init_area(cpu, area);
	cpu_apic_id[cpu] = apic_id;
	p->stack_top = (u64)stack_top;
	p->gs_base = per_cpu_offset[cpu];
	p->cpu = cpu;

	apic_send_init(apic_id);
	udelay(INIT_SETTLE_US);
	apic_send_startup(apic_id, ops->trampoline);
	if (wait_for_cpu(cpu, SECOND_STARTUP_US))
		return;
	apic_send_startup(apic_id, ops->trampoline);
	if (wait_for_cpu(cpu, GIVE_UP_US - SECOND_STARTUP_US))
		return;
	apic_send_init(apic_id);	/* it must not come later and take the parameters of another */
	x86_warn("the CPU with APIC id %u does not start", apic_id);
}

void smp_boot_cpus(const u32 *apic_ids, unsigned int count, unsigned int limit, const struct smp_boot_ops *ops)
{
	struct trampoline_parameters *p;

	boot_ops = ops;
	if (limit > MAX_CPUS)
		limit = MAX_CPUS;
	if (count < 2 || limit < 2)
		return;
	if (!ops->trampoline) {
		x86_warn("no page below 1 MB to start CPUs in: one CPU");
		return;
	}
	p = install_trampoline(ops->trampoline);
	for (unsigned int i = 0; i < count && nr_cpus < limit; i++)
		if (apic_ids[i] != cpu_apic_id[0])
			start_cpu(nr_cpus, apic_ids[i], ops, p);
}
