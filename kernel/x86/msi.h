/* kernel/x86/msi.h - what a PCI device writes where, so that a vector arrives at a CPU. Source: Intel SDM 3, 11.11. */
#ifndef KERNEL_X86_MSI_H
#define KERNEL_X86_MSI_H

#include <kernel/lib/types.h>
#include <kernel/x86/percpu.h>

static inline u64 msi_address(unsigned int cpu)
{
	return 0xfee00000UL | (u64)(cpu_apic_id[cpu] & 0xff) << 12;	/* physical destination, no redirection */
}

static inline u32 msi_data(int vector)
{
	return vector;							/* edge, fixed delivery */
}

#endif
