/* kernel/x86/apic.h - the local APIC of each CPU: interrupts between CPUs, end of interrupt, the timer.
 *
 * xAPIC through memory; x2APIC where the firmware has already switched it on.
 *
 * Source: Intel SDM volume 3, chapter 11. Linux: arch/x86/kernel/apic/.
 */
#ifndef KERNEL_X86_APIC_H
#define KERNEL_X86_APIC_H

#include <kernel/lib/types.h>

/* apic_init - boot CPU: find it (address from the MADT, 0: from the MSR), mask the 8259s; apic_init_cpu - each CPU */
void apic_init(phys_addr_t address);
void apic_init_cpu(void);

u32 apic_read_id(void);
void apic_eoi(void);

/* apic_send_ipi - fixed delivery of vector to one CPU; interrupts may be on or off */
void apic_send_ipi(u32 apic_id, u8 vector);
void apic_send_nmi(u32 apic_id);
/* apic_start_cpu - INIT, then STARTUP at page (a physical address below 1 MB) */
void apic_send_init(u32 apic_id);
void apic_send_startup(u32 apic_id, phys_addr_t page);

/* apic_timer_counter - let the timer run down from 2^32-1 without an interrupt, and read it (calibration) */
void apic_timer_start_free(void);
u32 apic_timer_counter(void);
/* apic_timer_start_periodic - VECTOR_TIMER every count timer ticks on this CPU; 0: stop */
void apic_timer_start_periodic(u32 count);

#endif
