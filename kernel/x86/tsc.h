/* kernel/x86/tsc.h - how fast the counters run.
 *
 * The time-stamp counter and the APIC timer have no known frequency. Both are measured at once, for some milliseconds,
 * against a clock that has: the ACPI PM timer, else the PIT.
 *
 * Linux: arch/x86/kernel/tsc.c.
 */
#ifndef KERNEL_X86_TSC_H
#define KERNEL_X86_TSC_H

#include <kernel/lib/types.h>

#define CALIBRATION_US	5000

extern u64 tsc_hz;		/* ticks a second of rdtsc */
extern u64 apic_timer_hz;	/* ticks a second of the APIC timer as we divide it */
extern const char *tsc_reference;	/* "acpi_pm", "pit" or "cpuid" */

/* tsc_calibrate - pm_timer_port 0: there is none; the APIC must be on. Takes CALIBRATION_US. */
void tsc_calibrate(u16 pm_timer_port);

/* udelay - spin; before the calibration, counted in port reads of about 1 us */
void udelay(unsigned long us);

#endif
