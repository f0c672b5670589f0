/* boot/machine.c - the machine under the kernel: CPU, interrupt controllers, clocks.
 *
 * kernel/x86 knows how to drive each of them, drivers/acpi knows what there is; neither knows the other.
 */
#define pr_fmt(fmt) "machine: " fmt

#include <boot/machine.h>
#include <drivers/acpi/acpi.h>
#include <drivers/serial/serial.h>
#include <kernel/debug/panic.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/cmdline.h>
#include <kernel/lib/math.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/random.h>
#include <kernel/sched/sched.h>
#include <kernel/x86/address.h>
#include <kernel/x86/apic.h>
#include <kernel/x86/boot_info.h>
#include <kernel/x86/clock.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/fpu.h>
#include <kernel/x86/gdt.h>
#include <kernel/x86/ioapic.h>
#include <kernel/x86/report.h>
#include <kernel/x86/trap.h>
#include <kernel/x86/smp.h>
#include <kernel/x86/tsc.h>
#include <mm/frame/boot_mem.h>
#include <mm/frame/buddy.h>

#define DEFAULT_IOAPIC	0xfec00000
#define MESSAGE_MAX	200

extern char boot_stack[], boot_stack_top[];	/* start.asm */

static phys_addr_t trampoline_page;

static void __printf(1, 2) info(const char *format, ...)
{
	char message[MESSAGE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	pr_info("%s\n", message);
}

static void __printf(1, 2) warn(const char *format, ...)
{
	char message[MESSAGE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	pr_warn("%s\n", message);
}

static void __noreturn fatal_trap(struct pt_regs *regs, unsigned int vector, u64 error, unsigned long cr2, const char *name)
{
	if (vector == TRAP_DOUBLE_FAULT && regs->rsp - cr2 < PAGE_SIZE)
		panic_regs(regs, "kernel stack overflow: rsp 0x%llx has reached the guard page", regs->rsp);
	if (vector == TRAP_PAGE_FAULT)
		panic_regs(regs, "page fault in the kernel at address 0x%lx, error code 0x%llx", cr2, error);
	panic_regs(regs, "%s in %s mode, error code 0x%llx", name, user_mode(regs) ? "user" : "kernel", error);
}

void machine_lend_voice(void)
{
	x86_info = info;
	x86_warn = warn;
	x86_panic = panic;
	trap_register_fatal(fatal_trap);
}

void machine_init_cpu(void)
{
	gdt_init_cpu();
	trap_init();
	cpu_enable_protections();
	fpu_init();
}

void machine_read_acpi(void)
{
	acpi_init(boot_info.rsdp);
}

void machine_init_interrupts(void)
{
	apic_init(acpi_info.local_apic);
	for (unsigned int i = 0; i < acpi_info.nr_ioapics; i++)
		ioapic_add(acpi_info.ioapics[i].address, acpi_info.ioapics[i].gsi_base);
	if (!acpi_info.nr_ioapics)
		ioapic_add(DEFAULT_IOAPIC, 0);
	for (unsigned int i = 0; i < acpi_info.nr_overrides; i++)
		ioapic_add_override(acpi_info.overrides[i].irq, acpi_info.overrides[i].gsi, acpi_info.overrides[i].flags);
	serial_irq_init();
}

/* What differs from boot to boot. */
static void seed_random(void)
{
	u64 word;

	random_add_seed(rdtsc());
	random_add_seed(clock_realtime_ns());
	for (int i = 0; i < 4; i++)
		if (rdrand(&word))
			random_add_seed(word);
}

void machine_init_clock(void)
{
	tsc_calibrate(acpi_info.pm_timer_port);
	clock_init();
	seed_random();
	pr_info("TSC %llu kHz, APIC timer %llu kHz (measured with %s)\n",
		tsc_hz / 1000, apic_timer_hz / 1000, tsc_reference);
}

void machine_reserve_memory(void)
{
	boot_mem_init();
	trampoline_page = boot_alloc_low_page();
}

void machine_adopt_idle_task(void)
{
	sched_init(boot_stack, boot_stack_top - boot_stack);
}

static void *alloc_percpu_area(size_t bytes)
{
	struct page *page = frame_alloc(ilog2(roundup_pow_of_two(PAGE_ALIGN(bytes) >> PAGE_SHIFT)), 0);

	return page ? page_address(page) : NULL;
}

void machine_start_cpus(void)
{
	static struct smp_boot_ops ops = {
		.alloc = alloc_percpu_area, .idle_stack_top = sched_prepare_cpu, .start = sched_start_cpu,
	};
	unsigned long limit = cmdline_bool("nosmp") ? 1 : cmdline_ulong("maxcpus", MAX_CPUS);

	ops.trampoline = trampoline_page;
	smp_boot_cpus(acpi_info.apic_ids, acpi_info.nr_cpus, limit, &ops);
	pr_info("%u of %u CPUs\n", nr_cpus, acpi_info.nr_cpus ? acpi_info.nr_cpus : 1);
}
