/* kernel/x86/ioapic.h - wires of old devices (serial line, legacy PCI pins) to vectors.
 *
 * The MADT says which IOAPIC has which global interrupts, and which ISA irq is wired to another one than its number.
 *
 * Source: Intel 82093AA datasheet. Linux: arch/x86/kernel/apic/io_apic.c.
 */
#ifndef KERNEL_X86_IOAPIC_H
#define KERNEL_X86_IOAPIC_H

#include <kernel/lib/types.h>

/* ioapic_add - one IOAPIC at a physical address, whose first pin is global interrupt gsi_base; masks all its pins */
void ioapic_add(phys_addr_t address, u32 gsi_base);
/* ioapic_add_override - ISA irq is global interrupt gsi, with these MADT flags (polarity bits 0-1, trigger bits 2-3) */
void ioapic_add_override(u8 irq, u32 gsi, u16 flags);

/* ioapic_route, which drivers call, is declared in trap.h. */

#endif
