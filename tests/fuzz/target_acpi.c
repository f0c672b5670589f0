/* fuzz: drivers/acpi/acpi.c
 *
 * The input is a list of tables, the first of them the root pointer. Table n lies at n MB, so that 32 bits of the input
 * are enough to point at it. Sums are made right, mostly: else nothing would be read at all.
 */
#include <drivers/acpi/acpi.h>
#include <drivers/acpi/tables.h>
#include <kernel/lib/string.h>
#include <kernel/x86/address.h>
#include <tests/fuzz/fuzz.h>

#define MAX_TABLES	16
#define KEEP_SUM	0x80		/* in the first byte of a table's piece of the input */
#define KEEP_LENGTH	0x40

static u8 sum_of(const u8 *bytes, size_t n)
{
	u8 sum = 0;

	while (n--)
		sum += *bytes++;
	return sum;
}

/* Whoever claims to be longer than he is would be followed into memory that is really there: cut, unless it is absurd. */
static void finish_table(u8 *table, size_t size, u8 how)
{
	struct acpi_header *header = (void *)table;

	if (size < sizeof(*header))
		return;
	if (!(how & KEEP_LENGTH) || (header->length > size && header->length <= ACPI_MAX_TABLE_SIZE))
		header->length = size;
	if (!(how & KEEP_SUM) && header->length <= size)
		header->checksum -= sum_of(table, header->length);
}

static void finish_root_pointer(u8 *table, size_t size, u8 how)
{
	struct acpi_rsdp *rsdp = (void *)table;

	if (size < sizeof(*rsdp) || how & KEEP_SUM)
		return;
	memcpy(rsdp->signature, ACPI_RSDP_SIGNATURE, 8);
	rsdp->checksum -= sum_of(table, ACPI_RSDP_1_LENGTH);
}

void fuzz_one(struct fuzz_input *in)
{
	unsigned int n;

	for (n = 1; in->size && n <= MAX_TABLES; n++) {
		u8 how = fuzz_take(in, 1);
		size_t size = fuzz_take(in, 2), room = n == 1 ? sizeof(struct acpi_rsdp) : sizeof(struct acpi_header);
		u8 *bytes = fuzz_take_block(in, &size), *table = fuzz_alloc(max(size, room));

		memcpy(table, bytes, size);
		if (n == 1)
			finish_root_pointer(table, max(size, room), how);
		else
			finish_table(table, max(size, room), how);
		fuzz_place((phys_addr_t)n << 20, table);
	}
	acpi_init(n > 1 ? 1 << 20 : 0);
	fuzz_check(acpi_info.nr_cpus <= MAX_CPUS && acpi_info.nr_ioapics <= ACPI_MAX_IOAPICS);
	fuzz_check(acpi_info.nr_overrides <= ACPI_MAX_OVERRIDES && acpi_info.nr_ecams <= ACPI_MAX_ECAMS);
	for (unsigned int i = 0; i < acpi_info.nr_ecams; i++)
		fuzz_check(acpi_info.ecams[i].first_bus <= acpi_info.ecams[i].last_bus);
}
