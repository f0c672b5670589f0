/* kernel/x86/tsc.c - measuring the counters against a clock whose frequency is a standard. */
#include <kernel/x86/tsc.h>
#include <kernel/lib/compiler.h>
#include <kernel/x86/apic.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/io.h>
#include <kernel/x86/report.h>

#define PM_TIMER_HZ	3579545UL
#define PM_TIMER_MASK	0xffffff		/* 24 bits count; some have 32 */
#define PIT_HZ		1193182UL
#define PIT_CHANNEL2	0x42
#define PIT_COMMAND	0x43
#define PORT_B		0x61			/* bit 0: gate of channel 2, bit 1: speaker */
#define USEC_PER_SEC	1000000UL

#define SAMPLES		8
#define MAX_READS	1000000			/* a clock that stands still so long is none */

u64 tsc_hz, apic_timer_hz;
const char *tsc_reference;

static u16 pm_port;

/* A clock that counts up at hz, modulo mask + 1. */
struct reference {
	const char *name;
	u64 hz;
	u32 mask;
	u32 (*read)(void);
};

struct sample {
	u64 tsc;
	u32 reference;
	u32 apic;		/* counts down */
};

static u32 read_pm_timer(void)
{
	return inl(pm_port) & PM_TIMER_MASK;
}

static u32 read_pit(void)
{
	u8 low;

	outb(0x80, PIT_COMMAND);		/* latch channel 2 */
	low = inb(PIT_CHANNEL2);
	return 0xffff - (low | inb(PIT_CHANNEL2) << 8);
}

static void start_pit(void)
{
	outb((inb(PORT_B) & ~2) | 1, PORT_B);
	outb(0xb0, PIT_COMMAND);		/* channel 2, both bytes, mode 0: count down once */
	outb(0xff, PIT_CHANNEL2);
	outb(0xff, PIT_CHANNEL2);
}

/*
 * The three counters can't be read at once, and on a virtual machine the host may run something else between two of
 * them. Read several times and keep the reading that took the shortest time.
 */
static struct sample take_sample(const struct reference *reference)
{
	struct sample best = { 0 };
	u64 best_width = U64_MAX;

	for (int i = 0; i < SAMPLES; i++) {
		u64 before = rdtsc();
		u32 count = reference->read();
		u32 apic = apic_timer_counter();
		u64 width = rdtsc() - before;

		if (width < best_width) {
			best_width = width;
			best = (struct sample){ before + width / 2, count, apic };
		}
	}
	return best;
}

/* => false: the reference does not count */
static bool measure(const struct reference *reference)
{
	u32 wanted = reference->hz * CALIBRATION_US / USEC_PER_SEC;
	struct sample first = take_sample(reference), last;
	int reads = 0;
	u64 ticks;

	while (((reference->read() - first.reference) & reference->mask) < wanted)
		if (++reads == MAX_READS)
			return false;
	last = take_sample(reference);
	ticks = (last.reference - first.reference) & reference->mask;
	tsc_hz = (last.tsc - first.tsc) * reference->hz / ticks;
	apic_timer_hz = (u64)(first.apic - last.apic) * reference->hz / ticks;
	tsc_reference = reference->name;
	return tsc_hz && apic_timer_hz;
}

/* Without a clock to compare with: what the CPU says of itself (leaf 0x15 exactly, 0x16 roughly). */
static bool ask_cpuid(void)
{
	u32 max, denominator, numerator, crystal, mhz, unused;

	cpuid(0, 0, &max, &unused, &unused, &unused);
	if (max < 0x15)
		return false;
	cpuid(0x15, 0, &denominator, &numerator, &crystal, &unused);
	if (denominator && numerator && crystal) {
		tsc_hz = (u64)crystal * numerator / denominator;
		apic_timer_hz = crystal / 16;
	} else if (max >= 0x16) {
		cpuid(0x16, 0, &mhz, &unused, &unused, &unused);
		tsc_hz = mhz * 1000000UL;
		apic_timer_hz = 100000000UL / 16;
	}
	tsc_reference = "cpuid";
	return tsc_hz && apic_timer_hz;
}

void tsc_calibrate(u16 pm_timer_port)
{
	static const struct reference pm_timer = { "acpi_pm", PM_TIMER_HZ, PM_TIMER_MASK, read_pm_timer };
	static const struct reference pit = { "pit", PIT_HZ, 0xffff, read_pit };

	if (!cpu_has(X86_FEATURE_TSC))
		x86_panic("this CPU has no time-stamp counter");
	apic_timer_start_free();
	pm_port = pm_timer_port;
	if (pm_port && measure(&pm_timer))
		return;
	start_pit();
	if (measure(&pit))
		return;
	if (!ask_cpuid())
		x86_panic("no clock: neither the ACPI PM timer nor the PIT counts");
}

void udelay(unsigned long us)
{
	u64 start = rdtsc();

	if (!tsc_hz) {
		while (us--)
			inb(0x80);
		return;
	}
	while (rdtsc() - start < us * tsc_hz / USEC_PER_SEC)
		cpu_relax();
}
