/* kernel/x86/percpu.h - variables of which every CPU has its own.
 *
 * The linker gathers them in one template section. Each CPU has a copy; GS_BASE of a CPU in the kernel is the distance
 * from the template to its copy, so that `gs:variable` is one instruction, whatever CPU it runs on. The template
 * itself is never written.
 *
 * A task may move to another CPU whenever it sleeps or calls cond_resched(), and never between: the kernel is not
 * preempted. An interrupt handler on the same CPU sees the same variables: this_cpu_add() and this_cpu_inc() are single
 * instructions and so safe against that; read-modify-write through this_cpu_ptr() needs interrupts off if a handler
 * writes the variable too.
 *
 * Linux: include/linux/percpu-defs.h, arch/x86/include/asm/percpu.h.
 */
#ifndef KERNEL_X86_PERCPU_H
#define KERNEL_X86_PERCPU_H

#include <kernel/lib/compiler.h>
#include <kernel/lib/cpumask.h>
#include <kernel/lib/types.h>

#define DEFINE_PER_CPU(type, name)	__section(".data..percpu") __typeof__(type) name
#define DECLARE_PER_CPU(type, name)	extern __section(".data..percpu") __typeof__(type) name

extern unsigned long per_cpu_offset[MAX_CPUS];
DECLARE_PER_CPU(unsigned long, this_cpu_offset);
DECLARE_PER_CPU(unsigned int, cpu_number);

extern unsigned int nr_cpus;		/* online; CPUs 0 .. nr_cpus-1 are, always without holes */
extern cpumask_t cpu_online_mask;
extern u32 cpu_apic_id[MAX_CPUS];

#define for_each_online_cpu(cpu)	for ((cpu) = 0; (cpu) < READ_ONCE(nr_cpus); (cpu)++)

#define this_cpu_ptr(pointer)								\
	((__typeof__(pointer))((unsigned long)(pointer) + this_cpu_read(this_cpu_offset)))
#define per_cpu_ptr(pointer, cpu)							\
	((__typeof__(pointer))((unsigned long)(pointer) + per_cpu_offset[cpu]))
#define per_cpu(name, cpu)	(*per_cpu_ptr(&(name), cpu))

/*
 * The address space __seg_gs makes the compiler itself emit `mov %gs:name`. It may then pick any instruction that does
 * the job in one access of 1, 2, 4 or 8 bytes.
 */
#define __percpu_access(name)	(*(volatile __seg_gs __typeof__(name) *)(unsigned long)&(name))

#define this_cpu_read(name)		__percpu_access(name)
#define this_cpu_write(name, value)	((void)(__percpu_access(name) = (value)))

#define __percpu_op(ins, name, value)	do {						\
	switch (sizeof(name)) {								\
	case 1: asm volatile(ins "b %1, %%gs:%0" : "+m"(name) : "qi"((u8)(value)) : "memory"); break;	\
	case 2: asm volatile(ins "w %1, %%gs:%0" : "+m"(name) : "ri"((u16)(value)) : "memory"); break;	\
	case 4: asm volatile(ins "l %1, %%gs:%0" : "+m"(name) : "ri"((u32)(value)) : "memory"); break;	\
	default: asm volatile(ins "q %1, %%gs:%0" : "+m"(name) : "re"((u64)(value)) : "memory"); break;	\
	}										\
} while (0)
#define this_cpu_add(name, value)	__percpu_op("add", name, value)
#define this_cpu_sub(name, value)	__percpu_op("sub", name, value)
#define this_cpu_inc(name)		this_cpu_add(name, 1)
#define this_cpu_dec(name)		this_cpu_sub(name, 1)

#define smp_processor_id()		this_cpu_read(cpu_number)

/* percpu_init_boot_cpu - the first thing C does: a copy of the template for CPU 0, and GS on it */
void percpu_init_boot_cpu(void);
/* percpu_area_size - bytes of one copy; percpu_init_area - make a copy for this CPU in zeroed or dirty memory */
size_t percpu_area_size(void);
void percpu_init_area(unsigned int cpu, void *memory);

#endif
