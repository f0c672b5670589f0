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
#include <kernel/lib/printf.h>
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
#include <kernel/x86/tsc.h>

#define DEFAULT_IOAPIC	0xfec00000
#define MESSAGE_MAX	200

static void report(const char *level, const char *format, va_list args)
{
	char message[MESSAGE_MAX];

	vsnprintf(message, sizeof(message), format, args);
	printk("%sx86: %s\n", level, message);
}

static void __printf(1, 2) info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report(KERN_INFO, format, args);
	va_end(args);
}

static void __printf(1, 2) warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report(KERN_WARNING, format, args);
	va_end(args);
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

void machine_init_clock(void)
{
	tsc_calibrate(acpi_info.pm_timer_port);
	clock_init();
	pr_info("TSC %llu kHz, APIC timer %llu kHz (measured with %s)\n",
		tsc_hz / 1000, apic_timer_hz / 1000, tsc_reference);
}
