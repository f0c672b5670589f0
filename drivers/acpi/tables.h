/* drivers/acpi/tables.h - the tables as they lie in memory. Source: ACPI specification 6.4, sections 5.2.5 to 5.2.12. */
#ifndef DRIVERS_ACPI_TABLES_H
#define DRIVERS_ACPI_TABLES_H

#include <kernel/lib/compiler.h>
#include <kernel/lib/types.h>

#define ACPI_RSDP_SIGNATURE	"RSD PTR "
#define ACPI_RSDP_1_LENGTH	20		/* what the first checksum covers */
#define ACPI_MAX_TABLE_SIZE	(1UL << 20)

struct acpi_rsdp {
	char signature[8];
	u8 checksum;
	char oem[6];
	u8 revision;
	u32 rsdt;
	u32 length;				/* from here on: revision 2 */
	u64 xsdt;
	u8 extended_checksum, reserved[3];
} __packed;

struct acpi_header {
	char signature[4];
	u32 length;				/* of the whole table */
	u8 revision, checksum;
	char oem[6], oem_table[8];
	u32 oem_revision, creator, creator_revision;
} __packed;

struct madt {
	struct acpi_header header;
	u32 local_apic;
	u32 flags;
	char entries[];
} __packed;

enum madt_type { MADT_LOCAL_APIC = 0, MADT_IOAPIC = 1, MADT_OVERRIDE = 2, MADT_APIC_ADDRESS = 5, MADT_X2APIC = 9 };
#define MADT_CPU_ENABLED	BIT(0)

struct madt_entry {
	u8 type, length;
} __packed;

struct madt_local_apic {
	struct madt_entry entry;
	u8 processor, apic_id;
	u32 flags;
} __packed;

struct madt_ioapic {
	struct madt_entry entry;
	u8 id, reserved;
	u32 address, gsi_base;
} __packed;

struct madt_override {
	struct madt_entry entry;
	u8 bus, irq;
	u32 gsi;
	u16 flags;
} __packed;

struct madt_apic_address {
	struct madt_entry entry;
	u16 reserved;
	u64 address;
} __packed;

struct madt_x2apic {
	struct madt_entry entry;
	u16 reserved;
	u32 apic_id, flags, processor;
} __packed;

struct fadt {
	struct acpi_header header;
	u32 facs, dsdt;
	u8 reserved0, profile;
	u16 sci_interrupt;
	u32 smi_command;
	u8 acpi_enable, acpi_disable, s4bios, pstate;
	u32 pm1a_event, pm1b_event, pm1a_control, pm1b_control, pm2_control, pm_timer;
	u32 gpe0, gpe1;
	u8 pm1_event_length, pm1_control_length, pm2_control_length, pm_timer_length;
	u8 unused[40];
	u64 x_facs, x_dsdt;
} __packed;
static_assert(offsetof(struct fadt, pm_timer) == 76, "FADT");
static_assert(offsetof(struct fadt, x_dsdt) == 140, "FADT");
#define FADT_MIN_LENGTH		116		/* ACPI 1.0 */

struct mcfg {
	struct acpi_header header;
	u64 reserved;
	struct {
		u64 address;
		u16 segment;
		u8 first_bus, last_bus;
		u32 reserved;
	} __packed entries[];
} __packed;

/* The few AML opcodes in front of the sleep types. */
#define AML_NAME	0x08
#define AML_BYTE	0x0a
#define AML_PACKAGE	0x12

#endif
