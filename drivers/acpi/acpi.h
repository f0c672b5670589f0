/* drivers/acpi/acpi.h - what the firmware knows about the machine: CPUs, IOAPICs, the PM timer, PCI, power off.
 *
 * Only tables are read; there is no interpreter for AML. Every table is checked (signature, length, checksum) before a
 * byte of it is believed. One that is broken is named in the log and then treated as absent: without a MADT there is one
 * CPU and the usual IOAPIC.
 *
 * Source: ACPI specification 6.4, chapter 5. Linux: drivers/acpi/tables.c, arch/x86/kernel/acpi/boot.c.
 */
#ifndef DRIVERS_ACPI_ACPI_H
#define DRIVERS_ACPI_ACPI_H

#include <kernel/lib/types.h>
#include <kernel/x86/percpu.h>

#define ACPI_MAX_IOAPICS	8
#define ACPI_MAX_OVERRIDES	16
#define ACPI_MAX_ECAMS		4

struct acpi_ioapic {
	phys_addr_t	address;
	u32		gsi_base;
};

struct acpi_override {
	u8	irq;
	u32	gsi;
	u16	flags;
};

/* PCI configuration space as memory (MCFG): buses first_bus to last_bus of a segment from address on, 1 MB each. */
struct acpi_ecam {
	phys_addr_t	address;
	u16		segment;
	u8		first_bus, last_bus;
};

/* Everything found. Constant after acpi_init(). */
struct acpi_info {
	phys_addr_t	local_apic;		/* 0: not told */
	unsigned int	nr_cpus;
	u32		apic_ids[MAX_CPUS];	/* usable CPUs, in the firmware's order */
	unsigned int	nr_ioapics;
	struct acpi_ioapic ioapics[ACPI_MAX_IOAPICS];
	unsigned int	nr_overrides;
	struct acpi_override overrides[ACPI_MAX_OVERRIDES];
	unsigned int	nr_ecams;
	struct acpi_ecam ecams[ACPI_MAX_ECAMS];
	u16		pm_timer_port;		/* 0: none */
	u16		pm1a_control, pm1b_control;	/* 0: no power off */
	u16		sleep_type_s5_a, sleep_type_s5_b;
	u32		smi_command_port;	/* write acpi_enable there to enter ACPI mode; 0: always in it */
	u8		acpi_enable;
};

extern struct acpi_info acpi_info;

/* acpi_init - rsdp 0: search the BIOS area. Never fails: what is not found stays 0. */
void acpi_init(phys_addr_t rsdp);

/* acpi_power_off - soft off (S5); returns when the machine does not do it */
void acpi_power_off(void);

#endif
