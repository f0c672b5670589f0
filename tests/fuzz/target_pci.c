/* fuzz: drivers/pci/pci.c drivers/pci/bars.c drivers/pci/config.c drivers/pci/msix.c
 *
 * A bus whose devices say anything: bridges that lead in circles, base addresses of impossible sizes, lists of capabilities
 * without an end. The input says where the configuration space is (ports or memory), and then lists functions with their
 * registers and with what their base addresses read after all ones were written. What the driver maps must lie in a base
 * address, and those that it gives out itself must not meet anything else.
 */
#include <drivers/acpi/acpi.h>
#include <drivers/pci/pci.h>
#include <kernel/lib/string.h>
#include <kernel/x86/boot_info.h>
#include <kernel/x86/io.h>
#include <kernel/x86/msi.h>
#include <tests/fuzz/fuzz.h>

#define MAX_FUNCTIONS	80
#define SPACE		256
#define ECAM		0xb0000000UL
#define RAM_END		0x80000000UL
#define REGISTERS	0x7f0000000000ULL	/* device memory at physical address a appears at this + a */
#define BARS		0x10
#define BAR_BYTES	24

struct acpi_info acpi_info;
struct boot_info boot_info;

static struct function {
	u8	bus, slot, function;
	u8	space[SPACE];
	u8	mask[BAR_BYTES];	/* which bits of the base addresses can be written */
} functions[MAX_FUNCTIONS];
static unsigned int nr_functions;
static char *bottom;		/* of the stack */
static u32 port_address;
u32 cpu_apic_id[MAX_CPUS];

static u64 mapped_start, mapped_end;	/* the last ioremap() */

static struct function *find(unsigned int bus, unsigned int slot, unsigned int function)
{
	for (struct function *f = functions; f < functions + nr_functions; f++)
		if (f->bus == bus && f->slot == slot && f->function == function)
			return f;
	return NULL;
}

static u32 read_space(const struct function *f, unsigned int offset, unsigned int bytes)
{
	u32 value = ~0U;

	if (f && offset + bytes <= SPACE)
		memcpy(&value, f->space + offset, bytes);
	return value;
}

static void write_space(struct function *f, unsigned int offset, u32 value, unsigned int bytes)
{
	for (unsigned int i = 0; f && i < bytes; i++, offset++, value >>= 8) {
		u8 mask = offset >= BARS && offset < BARS + BAR_BYTES ? f->mask[offset - BARS] : 0xff;

		if (offset < SPACE)
			f->space[offset] = (f->space[offset] & ~mask) | (value & mask);
	}
}

static struct function *selected(void)
{
	/* A kernel stack is not deeper; frames are larger here. */
	fuzz_check(bottom - (char *)__builtin_frame_address(0) < 16 * 1024);
	fuzz_check(port_address & 1U << 31);
	return find(port_address >> 16 & 0xff, port_address >> 11 & 31, port_address >> 8 & 7);
}

u32 fuzz_port_read(u16 port, unsigned int bytes)
{
	fuzz_check(port >= 0xcfc && port + bytes <= 0xd00);
	return read_space(selected(), (port_address & 0xfc) + port - 0xcfc, bytes);
}

void fuzz_port_write(u16 port, u32 value, unsigned int bytes)
{
	if (port == 0xcf8)
		port_address = value;
	else
		write_space(selected(), (port_address & 0xfc) + port - 0xcfc, value, bytes);
}

static struct function *in_ecam(u64 address)
{
	u64 offset = address - REGISTERS - ECAM;

	return address - REGISTERS >= ECAM && offset < 1UL << 28 ? find(offset >> 20, offset >> 15 & 31, offset >> 12 & 7) : NULL;
}

static void check_mapped(u64 address, unsigned int bytes)
{
	u64 physical = address - REGISTERS;

	if (acpi_info.nr_ecams && physical >= ECAM && physical + bytes <= ECAM + (1UL << 28))
		return;
	fuzz_check(physical >= mapped_start && physical + bytes <= mapped_end);
}

u64 fuzz_mmio_read(u64 address, unsigned int bytes)
{
	check_mapped(address, bytes);
	return read_space(in_ecam(address), address & 0xfff, bytes);
}

void fuzz_mmio_write(u64 address, u64 value, unsigned int bytes)
{
	check_mapped(address, bytes);
	write_space(in_ecam(address), address & 0xfff, value, bytes);
}

void __iomem *ioremap(phys_addr_t address, size_t size)
{
	fuzz_check(size && address + size > address && size <= 1UL << 52);
	mapped_start = address;
	mapped_end = address + size;
	return (void *)(REGISTERS + address);
}

int irq_alloc_vector(irq_handler_t handler, void *arg __unused, const char *name __unused)
{
	return handler ? 48 : -1;
}

/* --- the machine in the input ----------------------------------------------------------------------- */

static void read_machine(struct fuzz_input *in)
{
	u8 kind = fuzz_take(in, 1);

	boot_info.ranges[0] = (struct boot_range){ 0, RAM_END, BOOT_RAM };
	boot_info.nr_ranges = 1;
	if (kind & 1) {
		acpi_info.nr_ecams = 1;
		acpi_info.ecams[0] = (struct acpi_ecam){ ECAM, 0, 0, fuzz_take(in, 1) };
	}
	while (in->size && nr_functions < MAX_FUNCTIONS) {
		struct function *f = &functions[nr_functions++];
		size_t size = fuzz_take(in, 1);
		u8 *bytes;

		*f = (struct function){ .bus = fuzz_take(in, 1), .function = fuzz_take(in, 1) };
		f->slot = f->function >> 3;
		f->function &= 7;
		for (int i = 0; i < BAR_BYTES; i++)
			f->mask[i] = fuzz_take(in, 1);
		bytes = fuzz_take_block(in, &size);
		memcpy(f->space, bytes, size);
	}
}

/* A base address that was given out here lies in the hole below 4 GB, on its own, at a multiple of its size. */
static void check_bar(const struct pci_device *dev, const struct pci_bar *bar)
{
	u32 low = read_space(find(dev->bus, dev->slot, dev->function), BARS + 4 * (bar - dev->bars), 4);

	fuzz_check(!(bar->size & (bar->size - 1)));
	if (bar->is_io || !bar->size || !bar->address)
		return;
	fuzz_check(bar->address + bar->size > bar->address);
	fuzz_check((bar->address & (bar->size - 1)) == 0 && (low & ~15U) == (u32)bar->address);
}

void fuzz_one(struct fuzz_input *in)
{
	struct pci_device *dev;
	u8 cap;

	bottom = __builtin_frame_address(0);
	read_machine(in);
	pci_init();
	for (unsigned int i = 0; (dev = pci_device_at(i)); i++) {
		for (unsigned int b = 0; b < PCI_NR_BARS; b++)
			check_bar(dev, &dev->bars[b]);
		for (cap = 0; (cap = pci_find_capability(dev, PCI_CAP_VENDOR, cap)); )
			pci_map_bar(dev, pci_read8(dev, cap + 4), pci_read32(dev, cap + 8), pci_read32(dev, cap + 12));
		if (!pci_msix_init(dev))
			pci_msix_route(dev, dev->msix_vectors - 1, (irq_handler_t)fuzz_one, NULL, "fuzz", 0);
	}
}
