/* kernel/x86/ioapic.c - the IOAPICs of the machine. Routes are made while the machine starts, by one CPU at a time.
 *
 * Linux: arch/x86/kernel/apic/io_apic.c.
 */
#include <kernel/x86/ioapic.h>
#include <kernel/lib/errno.h>
#include <kernel/x86/address.h>
#include <kernel/x86/io.h>
#include <kernel/x86/percpu.h>
#include <kernel/x86/report.h>
#include <kernel/x86/trap.h>

#define MAX_IOAPICS	8
#define NR_ISA_IRQS	16

#define REG_SELECT	0x00		/* write a register number here, */
#define REG_WINDOW	0x10		/* and find the register there */
#define REG_VERSION	1
#define REG_ROUTE(pin)	(0x10 + 2 * (pin))

#define ROUTE_LOW_ACTIVE	BIT(13)
#define ROUTE_LEVEL		BIT(15)
#define ROUTE_MASKED		BIT(16)

/* MADT interrupt flags: 0 means "as the bus does it". */
#define FLAGS_POLARITY		0x3
#define FLAGS_LOW_ACTIVE	0x3
#define FLAGS_TRIGGER		0xc
#define FLAGS_LEVEL		0xc

struct ioapic {
	void __iomem *base;
	u32 gsi_base, nr_pins;
};

static struct ioapic ioapics[MAX_IOAPICS];
static unsigned int nr_ioapics;

static struct {
	u32 gsi;
	u16 flags;
	bool known;
} overrides[NR_ISA_IRQS];

static u32 ioapic_read(const struct ioapic *ioapic, u32 reg)
{
	writel(reg, ioapic->base + REG_SELECT);
	return readl(ioapic->base + REG_WINDOW);
}

static void ioapic_write(const struct ioapic *ioapic, u32 reg, u32 value)
{
	writel(reg, ioapic->base + REG_SELECT);
	writel(value, ioapic->base + REG_WINDOW);
}

void ioapic_add(phys_addr_t address, u32 gsi_base)
{
	struct ioapic *ioapic = &ioapics[nr_ioapics];

	if (nr_ioapics == MAX_IOAPICS) {
		x86_warn("more than %u IOAPICs: the one at %llx is ignored", MAX_IOAPICS, address);
		return;
	}
	ioapic->base = ioremap(address, PAGE_SIZE);
	if (!ioapic->base)
		return;
	ioapic->gsi_base = gsi_base;
	ioapic->nr_pins = (ioapic_read(ioapic, REG_VERSION) >> 16 & 0xff) + 1;
	for (u32 pin = 0; pin < ioapic->nr_pins; pin++)
		ioapic_write(ioapic, REG_ROUTE(pin), ROUTE_MASKED);
	nr_ioapics++;
}

void ioapic_add_override(u8 irq, u32 gsi, u16 flags)
{
	if (irq >= NR_ISA_IRQS)
		return;
	overrides[irq].gsi = gsi;
	overrides[irq].flags = flags;
	overrides[irq].known = true;
}

static const struct ioapic *find_ioapic(u32 gsi)
{
	for (unsigned int i = 0; i < nr_ioapics; i++)
		if (gsi - ioapics[i].gsi_base < ioapics[i].nr_pins)
			return &ioapics[i];
	return NULL;
}

/* ISA irqs are edge triggered and high active unless the firmware says otherwise, all others level and low. */
static u32 route_mode(unsigned int irq, u32 *gsi)
{
	u16 flags = 0;
	u32 mode = 0;

	*gsi = irq;
	if (irq < NR_ISA_IRQS && overrides[irq].known) {
		*gsi = overrides[irq].gsi;
		flags = overrides[irq].flags;
	}
	if ((flags & FLAGS_POLARITY) == FLAGS_LOW_ACTIVE || (!(flags & FLAGS_POLARITY) && irq >= NR_ISA_IRQS))
		mode |= ROUTE_LOW_ACTIVE;
	if ((flags & FLAGS_TRIGGER) == FLAGS_LEVEL || (!(flags & FLAGS_TRIGGER) && irq >= NR_ISA_IRQS))
		mode |= ROUTE_LEVEL;
	return mode;
}

int ioapic_route(unsigned int irq, int vector, unsigned int cpu)
{
	u32 gsi, mode = route_mode(irq, &gsi);
	const struct ioapic *ioapic = find_ioapic(gsi);

	if (!ioapic)
		return -ENODEV;
	ioapic_write(ioapic, REG_ROUTE(gsi - ioapic->gsi_base) + 1, cpu_apic_id[cpu] << 24);
	ioapic_write(ioapic, REG_ROUTE(gsi - ioapic->gsi_base), mode | vector);
	return 0;
}
