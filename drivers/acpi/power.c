/* drivers/acpi/power.c - soft off. Source: ACPI specification 6.4, section 4.8.3.2. Linux: drivers/acpi/sleep.c. */
#include <drivers/acpi/acpi.h>
#include <kernel/lib/compiler.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/io.h>

#define PM1_SCI_ENABLE		BIT(0)	/* 1: the hardware is in ACPI mode */
#define PM1_SLEEP_TYPE_SHIFT	10
#define PM1_SLEEP_ENABLE	BIT(13)
#define PATIENCE		1000000	/* port reads, about 1 us each */

static void enter_acpi_mode(void)
{
	if (!acpi_info.smi_command_port || inw(acpi_info.pm1a_control) & PM1_SCI_ENABLE)
		return;
	outb(acpi_info.acpi_enable, acpi_info.smi_command_port);
	for (int i = 0; i < PATIENCE && !(inw(acpi_info.pm1a_control) & PM1_SCI_ENABLE); i++)
		cpu_relax();
}

static void sleep(u16 port, u16 type)
{
	if (port)
		outw(type << PM1_SLEEP_TYPE_SHIFT | PM1_SLEEP_ENABLE, port);
}

void acpi_power_off(void)
{
	if (!acpi_info.pm1a_control)
		return;
	enter_acpi_mode();
	sleep(acpi_info.pm1a_control, acpi_info.sleep_type_s5_a);
	sleep(acpi_info.pm1b_control, acpi_info.sleep_type_s5_b);
	for (int i = 0; i < PATIENCE; i++)
		inb(0x80);
}
