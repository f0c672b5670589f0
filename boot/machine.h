/* boot/machine.h - steps of main.c that bring kernel/x86, the firmware's tables and the log together. */
#ifndef BOOT_MACHINE_H
#define BOOT_MACHINE_H

void machine_lend_voice(void);		/* kernel/x86 may speak: printk and panic for its reports and traps */
void machine_init_cpu(void);		/* descriptor tables, protections, FPU of the boot CPU */
void machine_read_acpi(void);
void machine_init_interrupts(void);	/* local APIC, IOAPICs, interrupt-driven serial line */
void machine_init_clock(void);		/* calibration, time of day, random numbers */
void machine_reserve_memory(void);	/* the memory map, and the page that other CPUs start in */
void machine_adopt_idle_task(void);	/* the code that runs becomes task 0 */
void machine_start_cpus(void);		/* boot options maxcpus=N and nosmp */

#endif
