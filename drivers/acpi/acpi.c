/* drivers/acpi/acpi.c - finding the tables, and reading the few that matter. */
#define pr_fmt(fmt) "ACPI: " fmt

#include <drivers/acpi/acpi.h>
#include <drivers/acpi/tables.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/compiler.h>
#include <kernel/lib/string.h>
#include <kernel/x86/address.h>

struct acpi_info acpi_info;

static bool checksum_ok(const void *data, size_t len)
{
	const u8 *p = data;
	u8 sum = 0;

	while (len--)
		sum += *p++;
	return !sum;
}

/*
 * The table at an address, or NULL with a line in the log. Only what the early page tables map is believed: firmware puts
 * tables below 4 GB.
 */
static const struct acpi_header *check_table(phys_addr_t address, const char *what)
{
	const struct acpi_header *table = __va(address);

	if (!address || address > LOW_DIRECT_MAP_SIZE - ACPI_MAX_TABLE_SIZE) {
		pr_err("%s at 0x%llx, which can't be: ignored\n", what, address);
		return NULL;
	}
	if (table->length < sizeof(*table) || table->length > ACPI_MAX_TABLE_SIZE) {
		pr_err("%s at 0x%llx has length %u: ignored\n", what, address, table->length);
		return NULL;
	}
	if (!checksum_ok(table, table->length)) {
		pr_err("%s at 0x%llx has a wrong checksum: ignored\n", what, address);
		return NULL;
	}
	return table;
}

/* --- MADT: CPUs and interrupt controllers ------------------------------------------------------- */

static void add_cpu(u32 apic_id, u32 flags)
{
	if (!(flags & MADT_CPU_ENABLED))
		return;
	if (acpi_info.nr_cpus == MAX_CPUS) {
		printk_once(KERN_WARNING "ACPI: more than %d CPUs: the others stay off\n", MAX_CPUS);
		return;
	}
	acpi_info.apic_ids[acpi_info.nr_cpus++] = apic_id;
}

static void add_ioapic(const struct madt_ioapic *entry)
{
	if (acpi_info.nr_ioapics < ACPI_MAX_IOAPICS)
		acpi_info.ioapics[acpi_info.nr_ioapics++] =
			(struct acpi_ioapic){ entry->address, entry->gsi_base };
}

static void add_override(const struct madt_override *entry)
{
	if (acpi_info.nr_overrides < ACPI_MAX_OVERRIDES)
		acpi_info.overrides[acpi_info.nr_overrides++] =
			(struct acpi_override){ entry->irq, entry->gsi, entry->flags };
}

/* Smallest length of each entry type that we read. */
static const u8 madt_min_length[] = {
	[MADT_LOCAL_APIC] = sizeof(struct madt_local_apic), [MADT_IOAPIC] = sizeof(struct madt_ioapic),
	[MADT_OVERRIDE] = sizeof(struct madt_override), [MADT_APIC_ADDRESS] = sizeof(struct madt_apic_address),
	[MADT_X2APIC] = sizeof(struct madt_x2apic),
};

static void read_madt_entry(const struct madt_entry *entry)
{
	switch (entry->type) {
	case MADT_LOCAL_APIC: {
		const struct madt_local_apic *cpu = (const void *)entry;

		add_cpu(cpu->apic_id, cpu->flags);
		break;
	}
	case MADT_X2APIC: {
		const struct madt_x2apic *cpu = (const void *)entry;

		add_cpu(cpu->apic_id, cpu->flags);
		break;
	}
	case MADT_IOAPIC:
		add_ioapic((const void *)entry);
		break;
	case MADT_OVERRIDE:
		add_override((const void *)entry);
		break;
	case MADT_APIC_ADDRESS:
		acpi_info.local_apic = ((const struct madt_apic_address *)entry)->address;
		break;
	}
}

static void read_madt(const struct acpi_header *table)
{
	const struct madt *madt = (const void *)table;
	const char *p = madt->entries, *end = (const char *)table + table->length;

	if (table->length < sizeof(*madt)) {
		pr_err("MADT has length %u: ignored\n", table->length);
		return;
	}
	acpi_info.local_apic = madt->local_apic;
	while (p + sizeof(struct madt_entry) <= end) {
		const struct madt_entry *entry = (const void *)p;

		if (entry->length < sizeof(*entry) || entry->length > end - p ||
		    (entry->type < ARRAY_SIZE(madt_min_length) && entry->length < madt_min_length[entry->type])) {
			pr_err("MADT entry of type %u has length %u: the rest is ignored\n", entry->type, entry->length);
			return;
		}
		read_madt_entry(entry);
		p += entry->length;
	}
}

/* --- FADT: the PM timer, and how to switch off -------------------------------------------------- */

/*
 * The values to write for "soft off" are in AML: Name (_S5_, Package () { a, b, ... }). Without an interpreter, look for
 * just that. => false: not found
 */
static bool find_s5(const u8 *aml, size_t len)
{
	for (size_t i = 1; i + 16 < len; i++) {
		const u8 *p = aml + i;
		u16 value[2];

		if (memcmp(p, "_S5_", 4) || p[4] != AML_PACKAGE ||
		    (p[-1] != AML_NAME && (p[-1] != '\\' || p[-2] != AML_NAME)))
			continue;
		p += 5;
		p += (*p >> 6) + 2;		/* package length (1 to 4 bytes) and number of elements */
		for (int n = 0; n < 2; n++) {
			if (*p == AML_BYTE)
				p++;
			value[n] = *p++;	/* also the opcodes for 0 and 1 */
		}
		acpi_info.sleep_type_s5_a = value[0];
		acpi_info.sleep_type_s5_b = value[1];
		return true;
	}
	return false;
}

static void read_fadt(const struct acpi_header *table)
{
	const struct fadt *fadt = (const void *)table;
	const struct acpi_header *dsdt;
	phys_addr_t dsdt_address;

	if (table->length < FADT_MIN_LENGTH) {
		pr_err("FADT has length %u: ignored\n", table->length);
		return;
	}
	if (fadt->pm_timer_length == 4)
		acpi_info.pm_timer_port = fadt->pm_timer;
	dsdt_address = fadt->dsdt;
	if (!dsdt_address && table->length >= sizeof(*fadt))
		dsdt_address = fadt->x_dsdt;
	dsdt = check_table(dsdt_address, "DSDT");
	if (!dsdt || !find_s5((const u8 *)(dsdt + 1), dsdt->length - sizeof(*dsdt)))
		return;
	acpi_info.pm1a_control = fadt->pm1a_control;
	acpi_info.pm1b_control = fadt->pm1b_control;
	acpi_info.smi_command_port = fadt->smi_command;
	acpi_info.acpi_enable = fadt->acpi_enable;
}

/* --- MCFG: PCI configuration space in memory ---------------------------------------------------- */

static void read_mcfg(const struct acpi_header *table)
{
	const struct mcfg *mcfg = (const void *)table;
	unsigned int n = (table->length - min_t(size_t, table->length, sizeof(*mcfg))) / sizeof(mcfg->entries[0]);

	for (unsigned int i = 0; i < n && acpi_info.nr_ecams < ACPI_MAX_ECAMS; i++) {
		if (mcfg->entries[i].first_bus > mcfg->entries[i].last_bus) {
			pr_err("MCFG has buses %u to %u: ignored\n", mcfg->entries[i].first_bus, mcfg->entries[i].last_bus);
			continue;
		}
		acpi_info.ecams[acpi_info.nr_ecams++] = (struct acpi_ecam){
			mcfg->entries[i].address, mcfg->entries[i].segment,
			mcfg->entries[i].first_bus, mcfg->entries[i].last_bus,
		};
	}
}

/* --- the root ----------------------------------------------------------------------------------- */

static const struct {
	char signature[5];
	void (*read)(const struct acpi_header *table);
} readers[] = {
	{ "APIC", read_madt },
	{ "FACP", read_fadt },
	{ "MCFG", read_mcfg },
};

/* Of two tables of a kind the first counts: seen has a bit for each reader. */
static void read_table(phys_addr_t address, unsigned long *seen)
{
	const struct acpi_header *table = __va(address);

	if (!address || address > LOW_DIRECT_MAP_SIZE - ACPI_MAX_TABLE_SIZE)
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(readers); i++) {
		if (memcmp(table->signature, readers[i].signature, 4) || *seen & BIT(i))
			continue;
		*seen |= BIT(i);
		table = check_table(address, readers[i].signature);
		if (table)
			readers[i].read(table);
		return;
	}
}

static const struct acpi_rsdp *find_rsdp(phys_addr_t start, phys_addr_t end)
{
	for (; start + sizeof(struct acpi_rsdp) <= end; start += 16) {
		const struct acpi_rsdp *rsdp = __va(start);

		if (!memcmp(rsdp->signature, ACPI_RSDP_SIGNATURE, 8) && checksum_ok(rsdp, ACPI_RSDP_1_LENGTH))
			return rsdp;
	}
	return NULL;
}

static const struct acpi_rsdp *search_bios_area(void)
{
	phys_addr_t ebda = (phys_addr_t)*(const u16 *)__va(0x40e) << 4;
	const struct acpi_rsdp *rsdp = NULL;

	if (ebda >= 0x80000 && ebda < 0xa0000)
		rsdp = find_rsdp(ebda, ebda + 1024);
	return rsdp ? rsdp : find_rsdp(0xe0000, 0x100000);
}

/* The XSDT has 64-bit addresses, the RSDT of old 32-bit ones. */
static void read_root(phys_addr_t address, size_t entry_size, const char *what)
{
	const struct acpi_header *root = check_table(address, what);
	size_t n = root ? (root->length - sizeof(*root)) / entry_size : 0;
	unsigned long seen = 0;

	for (size_t i = 0; i < n; i++) {
		u64 table = 0;

		memcpy(&table, (const char *)(root + 1) + i * entry_size, entry_size);
		read_table(table, &seen);
	}
}

void acpi_init(phys_addr_t address)
{
	const struct acpi_rsdp *rsdp = address ? __va(address) : search_bios_area();

	if (!rsdp || memcmp(rsdp->signature, ACPI_RSDP_SIGNATURE, 8) || !checksum_ok(rsdp, ACPI_RSDP_1_LENGTH)) {
		pr_err("no tables found: one CPU, no power off\n");
		return;
	}
	if (rsdp->revision >= 2 && rsdp->xsdt)
		read_root(rsdp->xsdt, sizeof(u64), "XSDT");
	else
		read_root(rsdp->rsdt, sizeof(u32), "RSDT");
	if (!acpi_info.nr_cpus)
		pr_warn("no usable MADT: one CPU\n");
}
