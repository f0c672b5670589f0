/* fs/proc/system.c - /proc/stat, uptime, loadavg, cpuinfo, interrupts, version, cmdline, filesystems, mounts, kmsg and the like.
 * Linux: fs/proc/{stat,uptime,loadavg,version,cmdline,kmsg}.c, arch/x86/kernel/cpu/proc.c, fs/proc_namespace.c.
 */
#include <fs/files.h>
#include <fs/proc/proc.h>
#include <kernel/debug/ksyms.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/cmdline.h>
#include <kernel/lib/string.h>
#include <kernel/sched/sched.h>
#include <kernel/version.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/percpu.h>
#include <kernel/x86/trap.h>
#include <kernel/x86/tsc.h>
#include <mm/alloc/slab.h>

#define NS_TO_TICKS(ns)	((unsigned long long)((ns) / (NSEC_PER_SEC / 100)))	/* USER_HZ */

static void cpu_line(struct seq *m, const struct cpu_times *t)
{
	seq_printf(m, " %llu %llu %llu %llu %llu %llu 0 0 0 0\n", NS_TO_TICKS(t->user), NS_TO_TICKS(t->nice),
		   NS_TO_TICKS(t->system), NS_TO_TICKS(t->idle), NS_TO_TICKS(t->iowait), NS_TO_TICKS(t->irq));
}

/* All vectors, all CPUs. */
static u64 interrupts_total(void)
{
	unsigned int vector, cpu;
	u64 total = 0;

	for_each_online_cpu(cpu)
		for (vector = 0; vector < NR_VECTORS; vector++)
			total += irq_count(vector, cpu);
	return total;
}

static int stat_show(struct seq *m, void *arg __unused)
{
	struct cpu_times sum = { 0 }, t;
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		cpu_times_get(cpu, &t);
		sum.user += t.user;
		sum.nice += t.nice;
		sum.system += t.system;
		sum.idle += t.idle;
		sum.iowait += t.iowait;
		sum.irq += t.irq;
	}
	seq_puts(m, "cpu ");
	cpu_line(m, &sum);
	for_each_online_cpu(cpu) {
		cpu_times_get(cpu, &t);
		seq_printf(m, "cpu%u", cpu);
		cpu_line(m, &t);
	}
	seq_printf(m, "intr %llu\nctxt %llu\nbtime %llu\nprocesses %llu\nprocs_running %u\nprocs_blocked %u\nsoftirq 0\n",
		   interrupts_total(), (unsigned long long)context_switches(),
		   (unsigned long long)((clock_realtime_ns() - ktime_get_ns()) / NSEC_PER_SEC),
		   (unsigned long long)total_forks(), nr_running(), nr_iowait());
	return 0;
}

static int uptime_show(struct seq *m, void *arg __unused)
{
	u64 up = ktime_get_ns() / (NSEC_PER_SEC / 100), idle = 0;
	struct cpu_times t;
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		cpu_times_get(cpu, &t);
		idle += (t.idle + t.iowait) / (NSEC_PER_SEC / 100);
	}
	seq_printf(m, "%llu.%02llu %llu.%02llu\n", (unsigned long long)up / 100, (unsigned long long)up % 100,
		   (unsigned long long)idle / 100, (unsigned long long)idle % 100);
	return 0;
}

static int loadavg_show(struct seq *m, void *arg __unused)
{
	unsigned long loads[3];
	unsigned int i;

	get_avenrun(loads);
	for (i = 0; i < 3; i++) {
		unsigned long hundredths = (loads[i] * 100 + (1UL << (LOAD_SHIFT - 1))) >> LOAD_SHIFT;

		seq_printf(m, "%lu.%02lu ", hundredths / 100, hundredths % 100);
	}
	seq_printf(m, "%u/%u %d\n", nr_running(), READ_ONCE(nr_threads), last_pid);
	return 0;
}

/* --- processors ----------------------------------------------------------------------------------------------------- */

static int cpuinfo_show(struct seq *m, void *arg __unused)
{
	const struct cpu_identity *id = &cpu_identity;
	char *flags = kmalloc(CPU_FEATURE_NAMES_MAX, GFP_KERNEL);
	u64 khz = tsc_hz / 1000;
	unsigned int cpu;

	if (!flags)
		return -ENOMEM;
	cpu_feature_names(flags, CPU_FEATURE_NAMES_MAX);
	for_each_online_cpu(cpu) {
		seq_printf(m, "processor\t: %u\nvendor_id\t: %s\ncpu family\t: %u\nmodel\t\t: %u\nmodel name\t: %s\n", cpu,
			   id->vendor, id->family, id->model, skip_spaces(id->model_name));
		seq_printf(m, "stepping\t: %u\ncpu MHz\t\t: %llu.%03llu\nphysical id\t: 0\nsiblings\t: %u\ncore id\t\t: %u\n"
			   "cpu cores\t: %u\napicid\t\t: %u\nfpu\t\t: yes\nwp\t\t: yes\nflags\t\t: %s\n",
			   id->stepping, khz / 1000, khz % 1000, nr_cpus, cpu, nr_cpus, cpu_apic_id[cpu], flags);
		seq_printf(m, "bogomips\t: %llu.%02llu\n", khz / 500, khz / 5 % 100);
		seq_printf(m, "address sizes\t: %u bits physical, %u bits virtual\n\n", id->phys_bits, id->virt_bits);
	}
	kfree(flags);
	return 0;
}

/* Only vectors that somebody has, or that have come anyway. */
static int interrupts_show(struct seq *m, void *arg __unused)
{
	unsigned int vector, cpu;

	seq_puts(m, "    ");
	for_each_online_cpu(cpu)
		seq_printf(m, "       CPU%-3u", cpu);
	seq_putc(m, '\n');
	for (vector = 0; vector < NR_VECTORS; vector++) {
		if (!irq_name(vector))
			continue;
		seq_printf(m, "%3u:", vector);
		for_each_online_cpu(cpu)
			seq_printf(m, " %12llu", irq_count(vector, cpu));
		seq_printf(m, "  %s\n", irq_name(vector));
	}
	return 0;
}

/* --- texts ------------------------------------------------------------------------------------------------------------ */

static int version_show(struct seq *m, void *arg __unused)
{
	seq_printf(m, "%s version %s (%s) %s\n", UTS_SYSNAME, UTS_RELEASE, "gcc " __VERSION__, UTS_VERSION);
	return 0;
}

static int cmdline_show(struct seq *m, void *arg __unused)
{
	seq_printf(m, "%s\n", cmdline_text());
	return 0;
}

static int filesystems_show(struct seq *m, void *arg __unused)
{
	struct file_system_type *type;

	for (type = next_filesystem(NULL); type; type = next_filesystem(type))
		seq_printf(m, "%s\t%s\n", type->needs_device ? "" : "nodev", type->name);
	return 0;
}

static int devices_show(struct seq *m, void *arg __unused)
{
	seq_puts(m, "Character devices:\n  1 mem\n  4 ttyS\n  5 /dev/tty\n  5 /dev/console\n\nBlock devices:\n254 virtblk\n");
	return 0;
}

/* --- kmsg: the log, a record a read, waiting for the next ---------------------------------------------------------------- */

static int kmsg_open(struct inode *inode __unused, struct file *file)
{
	struct log_cursor *cursor = kmalloc(sizeof(*cursor), GFP_KERNEL);

	if (!cursor)
		return -ENOMEM;
	log_seek_clear(cursor);
	file->private = cursor;
	return 0;
}

static void kmsg_release(struct inode *inode __unused, struct file *file)
{
	kfree(file->private);
}

/* A reader that finds nothing looks again ten times a second: printk may run where nobody can be woken. */
static ssize_t kmsg_read(struct file *file, struct iov_iter *to, u64 *pos __unused)
{
	char *line = kmalloc(LOG_LINE_MAX + 64, GFP_KERNEL);
	size_t n = 0;
	ssize_t ret;

	if (!line)
		return -ENOMEM;
	for (;;) {
		n = log_read(file->private, line, LOG_LINE_MAX + 64, LOG_FORMAT_SYSLOG, NULL);
		if (n || file->flags & O_NONBLOCK || signal_pending(current))
			break;
		schedule_timeout_interruptible(HZ / 10);
	}
	if (!n)
		ret = file->flags & O_NONBLOCK ? -EAGAIN : -EINTR;
	else
		ret = copy_to_iter(line, n, to);
	kfree(line);
	return ret;
}

static const struct file_operations kmsg_operations = {
	.open = kmsg_open,
	.release = kmsg_release,
	.read = kmsg_read,
};

/* Where the kernel's functions are: what turns addresses of traces and backtraces into names. */
static int kallsyms_show(struct seq *m, void *arg __unused)
{
	const char *name;

	for (unsigned int i = 0; i < ksym_total() && !m->overflow; i++) {
		unsigned long address = ksym_get(i, &name);

		seq_printf(m, "%016lx T %s\n", address, name);
	}
	return 0;
}

const struct pseudo_file proc_system_files[] = {
	{ .path = "stat", .show = stat_show },
	{ .path = "uptime", .show = uptime_show },
	{ .path = "loadavg", .show = loadavg_show },
	{ .path = "cpuinfo", .show = cpuinfo_show },
	{ .path = "interrupts", .show = interrupts_show },
	{ .path = "version", .show = version_show },
	{ .path = "cmdline", .show = cmdline_show },
	{ .path = "filesystems", .show = filesystems_show },
	{ .path = "devices", .show = devices_show },
	{ .path = "kallsyms", .mode = 0400, .show = kallsyms_show },
	{ .path = "kmsg", .mode = 0400, .fop = &kmsg_operations },
	{ .path = "mounts", .link = "self/mounts" },
};
const size_t nr_proc_system_files = ARRAY_SIZE(proc_system_files);
