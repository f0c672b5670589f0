/* kernel/x86/apic.c - the local APIC. Linux: arch/x86/kernel/apic/apic.c, ipi.c. */
#include <kernel/x86/apic.h>
#include <kernel/x86/address.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/io.h>
#include <kernel/x86/ipi.h>
#include <kernel/x86/msr.h>
#include <kernel/x86/percpu.h>
#include <kernel/x86/report.h>
#include <kernel/x86/trap.h>

/* Register offsets in memory; the x2APIC has register r at MSR 0x800 + r / 16. */
enum apic_register {
	APIC_ID = 0x20, APIC_TPR = 0x80, APIC_EOI = 0xb0, APIC_SPURIOUS = 0xf0, APIC_ERROR = 0x280, APIC_ICR = 0x300,
	APIC_ICR_HIGH = 0x310, APIC_LVT_TIMER = 0x320, APIC_LVT_LINT0 = 0x350, APIC_LVT_LINT1 = 0x360,
	APIC_LVT_ERROR = 0x370, APIC_TIMER_INITIAL = 0x380, APIC_TIMER_CURRENT = 0x390, APIC_TIMER_DIVIDE = 0x3e0,
};

#define SPURIOUS_ENABLE		BIT(8)
#define LVT_MASKED		BIT(16)
#define LVT_PERIODIC		BIT(17)
#define DELIVERY_NMI		(4 << 8)
#define DELIVERY_INIT		(5 << 8)
#define DELIVERY_STARTUP	(6 << 8)
#define ICR_PENDING		BIT(12)
#define ICR_ASSERT		BIT(14)
#define DIVIDE_BY_16		3

#define PIC1_COMMAND	0x20
#define PIC1_DATA	0x21
#define PIC2_COMMAND	0xa0
#define PIC2_DATA	0xa1
#define PIC_VECTORS	0xf0	/* spurious interrupts of the masked 8259s arrive here, where no device is */

static void __iomem *apic_base;
static bool x2apic;

static u32 apic_read(enum apic_register reg)
{
	return x2apic ? rdmsr(MSR_X2APIC_FIRST + reg / 16) : readl(apic_base + reg);
}

static void apic_write(enum apic_register reg, u32 value)
{
	if (x2apic)
		wrmsr(MSR_X2APIC_FIRST + reg / 16, value);
	else
		writel(value, apic_base + reg);
}

u32 apic_read_id(void)
{
	u32 id = apic_read(APIC_ID);

	return x2apic ? id : id >> 24;
}

void apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

/* In the xAPIC a command is two writes: an interrupt handler that sends one between them would divert ours. */
static void send_command(u32 apic_id, u32 command)
{
	unsigned long flags;

	if (x2apic) {
		wrmsr(MSR_X2APIC_FIRST + APIC_ICR / 16, (u64)apic_id << 32 | command);
		return;
	}
	local_irq_save(flags);
	while (apic_read(APIC_ICR) & ICR_PENDING)
		cpu_relax();
	apic_write(APIC_ICR_HIGH, apic_id << 24);
	apic_write(APIC_ICR, command);
	local_irq_restore(flags);
}

void apic_send_ipi(u32 apic_id, u8 vector)
{
	send_command(apic_id, vector | ICR_ASSERT);
}

void apic_send_nmi(u32 apic_id)
{
	send_command(apic_id, DELIVERY_NMI | ICR_ASSERT);
}

void apic_send_init(u32 apic_id)
{
	send_command(apic_id, DELIVERY_INIT | ICR_ASSERT);
}

void apic_send_startup(u32 apic_id, phys_addr_t page)
{
	send_command(apic_id, DELIVERY_STARTUP | ICR_ASSERT | page >> 12);
}

void apic_report_error(void)
{
	apic_write(APIC_ERROR, 0);		/* the write makes the register show what has been collected */
	x86_warn("APIC error %x on CPU %u", apic_read(APIC_ERROR), smp_processor_id());
}

void apic_timer_start_free(void)
{
	apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_16);
	apic_write(APIC_LVT_TIMER, LVT_MASKED | VECTOR_TIMER);
	apic_write(APIC_TIMER_INITIAL, U32_MAX);
}

u32 apic_timer_counter(void)
{
	return apic_read(APIC_TIMER_CURRENT);
}

void apic_timer_start_periodic(u32 count)
{
	apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_16);
	apic_write(APIC_LVT_TIMER, LVT_PERIODIC | VECTOR_TIMER);
	apic_write(APIC_TIMER_INITIAL, count);
}

/* The 8259s can't be switched off. Give them vectors that disturb nobody, then mask every line. */
static void silence_pics(void)
{
	outb(0x11, PIC1_COMMAND);		/* ICW1: initialise, ICW4 follows */
	outb(0x11, PIC2_COMMAND);
	outb(PIC_VECTORS, PIC1_DATA);		/* ICW2: first vector */
	outb(PIC_VECTORS + 8, PIC2_DATA);
	outb(4, PIC1_DATA);			/* ICW3: how they are chained */
	outb(2, PIC2_DATA);
	outb(1, PIC1_DATA);			/* ICW4: 8086 mode */
	outb(1, PIC2_DATA);
	outb(0xff, PIC1_DATA);
	outb(0xff, PIC2_DATA);
}

void apic_init_cpu(void)
{
	u64 base = rdmsr(MSR_APIC_BASE);

	if (!(base & APIC_BASE_ENABLE) || (x2apic && !(base & APIC_BASE_X2APIC)))
		wrmsr(MSR_APIC_BASE, base | APIC_BASE_ENABLE | (x2apic ? APIC_BASE_X2APIC : 0));
	apic_write(APIC_TPR, 0);
	apic_write(APIC_LVT_TIMER, LVT_MASKED | VECTOR_TIMER);
	apic_write(APIC_LVT_LINT0, LVT_MASKED | VECTOR_SPURIOUS);
	apic_write(APIC_LVT_LINT1, DELIVERY_NMI);
	apic_write(APIC_LVT_ERROR, VECTOR_APIC_ERROR);
	apic_write(APIC_ERROR, 0);
	apic_write(APIC_SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
	apic_eoi();
	cpu_apic_id[smp_processor_id()] = apic_read_id();
}

void apic_init(phys_addr_t address)
{
	u64 base = rdmsr(MSR_APIC_BASE);

	if (!cpu_has(X86_FEATURE_APIC))
		x86_panic("this CPU has no local APIC");
	x2apic = base & APIC_BASE_X2APIC;
	apic_base = ioremap(address ? address : base & 0xffffff000UL, PAGE_SIZE);
	silence_pics();
	apic_init_cpu();
}
