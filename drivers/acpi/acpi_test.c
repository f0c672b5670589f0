/* drivers/acpi/acpi_test.c - firmware that lies. */
#include <drivers/acpi/acpi.h>
#include <drivers/acpi/tables.h>
#include <kernel/debug/ktest.h>
#include <kernel/lib/string.h>
#include <kernel/x86/address.h>

#define TWO_CPUS	2

/* A root pointer, a root table with one entry, and a MADT with two CPUs and an IOAPIC. */
static struct {
	struct acpi_rsdp rsdp;
	struct {
		struct acpi_header header;
		u32 entries[1];
	} __packed rsdt;
	struct {
		struct madt madt;
		struct madt_local_apic cpus[TWO_CPUS];
		struct madt_ioapic ioapic;
	} __packed madt;
} fake __aligned(16);

static struct acpi_info saved;

static u8 checksum(const void *data, size_t len)
{
	const u8 *p = data;
	u8 sum = 0;

	while (len--)
		sum -= *p++;
	return sum;
}

static void finish_header(struct acpi_header *header, const char *signature, size_t length)
{
	memcpy(header->signature, signature, 4);
	header->length = length;
	header->checksum = 0;
	header->checksum = checksum(header, length);
}

static void build(void)
{
	saved = acpi_info;
	memset(&acpi_info, 0, sizeof(acpi_info));
	memset(&fake, 0, sizeof(fake));
	for (u8 i = 0; i < TWO_CPUS; i++)
		fake.madt.cpus[i] = (struct madt_local_apic){
			{ MADT_LOCAL_APIC, sizeof(struct madt_local_apic) }, i, i, MADT_CPU_ENABLED };
	fake.madt.ioapic = (struct madt_ioapic){ { MADT_IOAPIC, sizeof(struct madt_ioapic) }, 0, 0, 0xfec00000, 0 };
	finish_header(&fake.madt.madt.header, "APIC", sizeof(fake.madt));
	fake.rsdt.entries[0] = __pa_symbol(&fake.madt);
	finish_header(&fake.rsdt.header, "RSDT", sizeof(fake.rsdt));
	memcpy(fake.rsdp.signature, ACPI_RSDP_SIGNATURE, 8);
	fake.rsdp.rsdt = __pa_symbol(&fake.rsdt);
	fake.rsdp.checksum = checksum(&fake.rsdp, ACPI_RSDP_1_LENGTH);
}

static struct acpi_info read_fake(void)
{
	struct acpi_info found;

	acpi_init(__pa_symbol(&fake.rsdp));
	found = acpi_info;
	acpi_info = saved;
	return found;
}

KTEST(acpi, tables_that_are_right_are_believed)
{
	struct acpi_info found;

	build();
	found = read_fake();
	KEXPECT_EQ(found.nr_cpus, 2u);
	KEXPECT_EQ(found.apic_ids[1], 1u);
	KEXPECT_EQ(found.nr_ioapics, 1u);
	KEXPECT_EQ(found.ioapics[0].address, 0xfec00000ULL);
}

KTEST(acpi, a_table_with_a_wrong_checksum_is_absent)
{
	build();
	fake.madt.cpus[0].apic_id ^= 4;
	KEXPECT_EQ(read_fake().nr_cpus, 0u);
	build();
	fake.rsdt.header.oem_revision++;
	KEXPECT_EQ(read_fake().nr_cpus, 0u);
	build();
	fake.rsdp.checksum++;
	KEXPECT_EQ(read_fake().nr_cpus, 0u);
}

KTEST(acpi, a_length_that_cannot_be_is_not_followed)
{
	build();
	fake.madt.madt.header.length = 0xffffffff;
	KEXPECT_EQ(read_fake().nr_cpus, 0u);
	build();
	fake.madt.madt.header.length = 4;
	KEXPECT_EQ(read_fake().nr_cpus, 0u);
	build();
	fake.rsdt.entries[0] = 0xfffff000;
	finish_header(&fake.rsdt.header, "RSDT", sizeof(fake.rsdt));
	KEXPECT_EQ(read_fake().nr_cpus, 0u);
}

KTEST(acpi, an_entry_that_leaves_its_table_ends_the_walk)
{
	struct acpi_info found;

	build();
	fake.madt.cpus[1].entry.length = 0;
	finish_header(&fake.madt.madt.header, "APIC", sizeof(fake.madt));
	found = read_fake();
	KEXPECT_EQ(found.nr_cpus, 1u);
	KEXPECT_EQ(found.nr_ioapics, 0u);
	build();
	fake.madt.ioapic.entry.length = 200;
	finish_header(&fake.madt.madt.header, "APIC", sizeof(fake.madt));
	found = read_fake();
	KEXPECT_EQ(found.nr_cpus, 2u);
	KEXPECT_EQ(found.nr_ioapics, 0u);
}
