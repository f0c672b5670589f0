/* kernel/x86/percpu.c - each CPU's copy of the template.
 *
 * Linux: arch/x86/kernel/setup_percpu.c.
 */
#include <kernel/x86/percpu.h>
#include <kernel/lib/string.h>
#include <kernel/x86/address.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/msr.h>

extern char __percpu_start[], __percpu_end[], __percpu_boot_area[];	/* linker.ld */

unsigned long per_cpu_offset[MAX_CPUS];
DEFINE_PER_CPU(unsigned long, this_cpu_offset);
DEFINE_PER_CPU(unsigned int, cpu_number);

unsigned int nr_cpus = 1;
cpumask_t cpu_online_mask = { 1 };
u32 cpu_apic_id[MAX_CPUS];

size_t percpu_area_size(void)
{
	return __percpu_end - __percpu_start;
}

void percpu_init_area(unsigned int cpu, void *memory)
{
	memcpy(memory, __percpu_start, percpu_area_size());
	per_cpu_offset[cpu] = (unsigned long)memory - (unsigned long)__percpu_start;
	per_cpu(this_cpu_offset, cpu) = per_cpu_offset[cpu];
	per_cpu(cpu_number, cpu) = cpu;
}

void percpu_init_boot_cpu(void)
{
	/*
	 * Seen through the direct map, so that GS_BASE in the kernel is always in the upper half and that of a program never is:
	 * that is how the NMI entry tells them apart.
	 */
	percpu_init_area(0, __va(__pa_symbol(__percpu_boot_area)));
	wrmsr(MSR_GS_BASE, per_cpu_offset[0]);
}
