/* boot/main.c - the table of contents of a start: every room is opened here, in order, and every daemon.
 *
 * The code runs on the boot CPU. It becomes task 0 on the way (sched_init), and at the end that CPU's idle task; the
 * last step starts process 1. The time of each step is kept and shown with the boot option `boottime`.
 *
 * Linux: init/main.c.
 */
#define pr_fmt(fmt) "boot: " fmt

#include <boot/loader.h>
#include <boot/machine.h>
#include <drivers/acpi/acpi.h>
#include <drivers/serial/serial.h>
#include <kernel/debug/panic.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/cmdline.h>
#include <kernel/lib/compiler.h>
#include <kernel/sched/sched.h>
#include <kernel/x86/clock.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/percpu.h>
#include <kernel/x86/trap.h>
#include <mm/frame/buddy.h>
#include <mm/table/walk.h>

struct boot_step {
	const char *name;
	void (*run)(void);
};

static const struct boot_step steps[] = {
	/* the machine */
	{ "acpi tables",	machine_read_acpi },
	{ "interrupts",		machine_init_interrupts },
	{ "clock",		machine_init_clock },

	/* memory, until it can be allocated */
	{ "boot memory",	machine_reserve_memory },
	{ "page tables",	kernel_page_table_init },
	{ "frames",		frame_init },

	/* tasks on all CPUs */
	{ "task 0",		machine_adopt_idle_task },
	{ "scheduler",		sched_start },
	{ "tick",		clock_start_tick },
	{ "other CPUs",		machine_start_cpus },
};

static u64 step_end_tsc[ARRAY_SIZE(steps)];
static u64 start_tsc, entry_tsc;

void boot_main(u32 magic, u32 info);

static void show_boot_times(void)
{
	u64 before = start_tsc;

	if (!cmdline_bool("boottime"))
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(steps); i++) {
		pr_info("%6llu us  %s\n", clock_tsc_to_ns(step_end_tsc[i] - before) / NSEC_PER_USEC, steps[i].name);
		before = step_end_tsc[i];
	}
	pr_info("%6llu us  in all, %llu us of them before the first step\n",
		clock_tsc_to_ns(before - entry_tsc) / NSEC_PER_USEC,
		clock_tsc_to_ns(start_tsc - entry_tsc) / NSEC_PER_USEC);
}

/* From here on there is a per-CPU area, a log, a serial line, and somebody who answers exceptions. */
static void start_talking(void)
{
	static struct console serial_console = { .name = "ttyS0", .write = serial_console_write };

	percpu_init_boot_cpu();
	cpu_features_init();
	machine_lend_voice();
	if (serial_early_init())
		console_register(&serial_console);
	machine_init_cpu();
}

static void read_options(u32 magic, u32 info)
{
	boot_info_read(magic, info);
	cmdline_init(boot_info.cmdline);
	printk_init();
	panic_init();
	pr_notice("Quire: %s, command line \"%s\"\n", boot_info.loader, boot_info.cmdline);
}

void boot_main(u32 magic, u32 info)
{
	entry_tsc = rdtsc();
	clock_mark_start();
	start_talking();
	read_options(magic, info);
	start_tsc = rdtsc();
	for (unsigned int i = 0; i < ARRAY_SIZE(steps); i++) {
		steps[i].run();
		step_end_tsc[i] = rdtsc();
	}
	show_boot_times();
	machine_exit(0);
}
