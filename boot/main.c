/* boot/main.c - the table of contents of a start: every room is opened here, in order, and every daemon.
 *
 * First the boot CPU is alone: it brings up the machine, memory, and the scheduler, where it becomes task 0, and then that
 * CPU's idle task. All that may sleep is done by a thread, whose last step makes process 1. The time of
 * each step is kept, and shown with the boot option `boottime`.
 *
 * Boot options: boottime; ktest=PATTERN runs tests in the kernel instead of process 1 and ends QEMU.
 *
 * Linux: init/main.c.
 */
#define pr_fmt(fmt) "boot: " fmt

#include <boot/loader.h>
#include <boot/machine.h>
#include <drivers/block/block.h>
#include <drivers/pci/pci.h>
#include <drivers/serial/serial.h>
#include <drivers/virtio/virtio_blk.h>
#include <fs/devfs/devfs.h>
#include <fs/initramfs/initramfs.h>
#include <fs/mount.h>
#include <fs/proc/proc.h>
#include <fs/sys/sys.h>
#include <fs/tracefs/tracefs.h>
#include <fs/tmpfs/tmpfs.h>
#include <fs/tty/tty.h>
#include <fs/vfs.h>
#include <kernel/debug/ktest.h>
#include <kernel/debug/lock_report.h>
#include <kernel/debug/panic.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/cmdline.h>
#include <kernel/sched/sched.h>
#include <kernel/trace/ring.h>
#include <kernel/version.h>
#include <kernel/x86/clock.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/percpu.h>
#include <mm/alloc/page_alloc.h>
#include <mm/alloc/slab.h>
#include <mm/alloc/vmalloc.h>
#include <mm/collapse/khugepaged.h>
#include <mm/fault/fault.h>
#include <mm/frame/buddy.h>
#include <mm/map/map.h>
#include <mm/reclaim/reclaim.h>
#include <mm/space/space.h>
#include <mm/split/split.h>
#include <mm/swap/swap.h>
#include <mm/table/walk.h>
#include <process/oom.h>
#include <process/process.h>

struct boot_step {
	const char *name;
	void (*run)(void);
};

static void run_in_kernel_tests(void);
static void enlarge_rings(void);
static void mount_root_file_system(void);

/* The boot CPU alone, interrupts off. */
static const struct boot_step early_steps[] = {
	{ "ACPI tables",	machine_read_acpi },
	{ "interrupts",		machine_init_interrupts },
	{ "clock",		machine_init_clock },
	{ "task 0",		machine_adopt_idle_task },

	{ "boot memory",	machine_reserve_memory },
	{ "page tables",	kernel_page_table_init },
	{ "frames",		frame_init },
	{ "slab",		slab_init },
	{ "vmalloc",		vmalloc_init },
	{ "trace",		trace_init },

	{ "task memory",	task_memory_init },
	{ "exceptions",		traps_init },
	{ "scheduler",		sched_start },
	{ "tick",		clock_start_tick },
};

/* In a thread: may sleep. */
static const struct boot_step late_steps[] = {
	{ "other CPUs",		machine_start_cpus },
	{ "log and trace rings", enlarge_rings },
	{ "PCI",		pci_init },
	{ "block layer",	block_init },
	{ "virtio disks",	virtio_blk_init },

	/* memory management, from the ground floor up */
	{ "swap",		swap_init },
	{ "split",		split_init },
	{ "reclaim",		reclaim_init },
	{ "address spaces",	space_init },
	{ "faults",		fault_init },
	{ "khugepaged's caches", khugepaged_init },
	{ "maps",		map_init },

	/* files */
	{ "VFS",		vfs_init },
	{ "tmpfs",		tmpfs_init },
	{ "proc",		procfs_init },
	{ "sys",		sysfs_init },
	{ "debugfs",		debugfs_init },
	{ "tracefs",		tracefs_init },
	{ "memory devices",	mem_devices_init },
	{ "terminal",		tty_init },
	{ "block devices",	block_devices_init },
	{ "dev",		devtmpfs_init },
	{ "root",		mount_root_file_system },
	{ "initramfs",		initramfs_unpack },
	{ "/dev",		devtmpfs_mount },

	/* processes, and the daemons */
	{ "processes",		process_init },
	{ "kswapd",		kswapd_start },
	{ "khugepaged",		khugepaged_start },
	{ "OOM reaper",		oom_reaper_start },
	{ "tests",		run_in_kernel_tests },
	{ "init",		init_start },
};

/* When each step ended. */
static u64 entry_tsc, first_step_tsc;
static u64 early_tsc[ARRAY_SIZE(early_steps)], late_tsc[ARRAY_SIZE(late_steps)];

void boot_main(u32 magic, u32 info);

static void mount_root_file_system(void)
{
	int error = mount_root("tmpfs");

	if (error)
		panic("the root file system can't be mounted: error %d", error);
}

/* Until now there was one small ring for the events of CPU 0, and the log's first buffer. */
static void enlarge_rings(void)
{
	size_t log_bytes = ALIGN(cmdline_ulong("log_buf_len", 0), 16);
	unsigned int cpu;
	void *memory;

	for_each_online_cpu(cpu) {
		memory = vmalloc(trace_ring_pages() * TRACE_PAGE_SIZE);
		if (memory)
			trace_ring_resize(cpu, memory, trace_ring_pages());
	}
	memory = log_bytes > log_size() ? vmalloc(log_bytes) : NULL;
	if (memory)
		log_move(memory, log_bytes);
}

static void run_in_kernel_tests(void)
{
	char pattern[128];

	if (!cmdline_get("ktest", pattern, sizeof(pattern)))
		return;
	machine_exit(ktest_run(*pattern ? pattern : "*") ? 1 : 0);
}

static void run_steps(const struct boot_step *steps, u64 *end_tsc, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		steps[i].run();
		end_tsc[i] = rdtsc();
	}
}

/* => when the last one ended */
static u64 show_steps(const struct boot_step *steps, const u64 *end_tsc, unsigned int count, u64 before)
{
	for (unsigned int i = 0; i < count; i++) {
		pr_info("%7llu us  %s\n", clock_tsc_to_ns(end_tsc[i] - before) / NSEC_PER_USEC, steps[i].name);
		before = end_tsc[i];
	}
	return before;
}

static void show_boot_times(void)
{
	u64 end;

	if (!cmdline_bool("boottime"))
		return;
	pr_info("%7llu us  entry, serial line, memory map\n",
		clock_tsc_to_ns(first_step_tsc - entry_tsc) / NSEC_PER_USEC);
	end = show_steps(early_steps, early_tsc, ARRAY_SIZE(early_steps), first_step_tsc);
	end = show_steps(late_steps, late_tsc, ARRAY_SIZE(late_steps), end);
	pr_info("%7llu us  in all\n", clock_tsc_to_ns(end - entry_tsc) / NSEC_PER_USEC);
}

static int boot_thread(void *unused __unused)
{
	run_steps(late_steps, late_tsc, ARRAY_SIZE(late_steps));
	show_boot_times();
	return 0;
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
	lock_report_init();
	printk(KERN_NOTICE "Quire: %s on %s, started by %s with \"%s\"\n", UTS_RELEASE, cpu_identity.model_name,
	       boot_info.loader, boot_info.cmdline);
	memory_map_show();
}

/* start.asm comes here, on the boot stack, interrupts off. */
void boot_main(u32 magic, u32 info)
{
	entry_tsc = rdtsc();
	clock_mark_start();
	start_talking();
	read_options(magic, info);
	first_step_tsc = rdtsc();
	run_steps(early_steps, early_tsc, ARRAY_SIZE(early_steps));
	local_irq_enable();
	if (IS_ERR(kthread_run(boot_thread, NULL, "boot")))
		panic("no memory for the thread that starts everything else");
	cpu_idle();
}
