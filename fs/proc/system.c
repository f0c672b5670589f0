/* fs/proc/system.c - /proc/stat, uptime, loadavg, cpuinfo, version, cmdline, filesystems, mounts, kmsg and the like.
 * Linux: fs/proc/{stat,uptime,loadavg,version,cmdline,kmsg}.c, arch/x86/kernel/cpu/proc.c, fs/proc_namespace.c.
 */
#include <fs/files.h>
#include <fs/proc/proc.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/cmdline.h>
#include <kernel/lib/string.h>
#include <kernel/sched/sched.h>
#include <kernel/version.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/percpu.h>
#include <kernel/x86/tsc.h>
#include <mm/alloc/slab.h>

#define NS_TO_TICKS(ns)	((unsigned long long)((ns) / (NSEC_PER_SEC / 100)))	/* USER_HZ */

static void cpu_line(struct seq *m, const struct cpu_times *t)
{
	seq_printf(m, " %llu %llu %llu %llu %llu %llu 0 0 0 0\n", NS_TO_TICKS(t->user), NS_TO_TICKS(t->nice),
		   NS_TO_TICKS(t->system), NS_TO_TICKS(t->idle), NS_TO_TICKS(t->iowait), NS_TO_TICKS(t->irq));
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
	seq_printf(m, "intr 0\nctxt %llu\nbtime %llu\nprocesses %llu\nprocs_running %u\nprocs_blocked %u\nsoftirq 0\n",
		   (unsigned long long)context_switches(),
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

static void cpu_strings(char vendor[13], char brand[49])
{
	u32 a, b, c, d, leaf;

	cpuid(0, 0, &a, &b, &c, &d);
	memcpy(vendor, &b, 4);
	memcpy(vendor + 4, &d, 4);
	memcpy(vendor + 8, &c, 4);
	vendor[12] = 0;
	memset(brand, 0, 49);
	cpuid(0x80000000, 0, &a, &b, &c, &d);
	if (a < 0x80000004)
		return;
	for (leaf = 0; leaf < 3; leaf++) {
		cpuid(0x80000002 + leaf, 0, &a, &b, &c, &d);
		memcpy(brand + 16 * leaf, &a, 4);
		memcpy(brand + 16 * leaf + 4, &b, 4);
		memcpy(brand + 16 * leaf + 8, &c, 4);
		memcpy(brand + 16 * leaf + 12, &d, 4);
	}
}

static void cpu_flags(struct seq *m)
{
	static const struct { u8 reg, bit; char name[10]; } flags[] = {	/* reg: leaf 1 edx, ecx; 0x80000001 edx; 7 ebx */
		{ 0, 0, "fpu" }, { 0, 3, "pse" }, { 0, 4, "tsc" }, { 0, 5, "msr" }, { 0, 6, "pae" }, { 0, 8, "cx8" },
		{ 0, 9, "apic" }, { 0, 13, "pge" }, { 0, 15, "cmov" }, { 0, 24, "fxsr" }, { 0, 25, "sse" }, { 0, 26, "sse2" },
		{ 2, 11, "syscall" }, { 2, 20, "nx" }, { 2, 26, "pdpe1gb" }, { 2, 29, "lm" }, { 1, 0, "pni" },
		{ 1, 9, "ssse3" }, { 1, 13, "cx16" }, { 1, 19, "sse4_1" }, { 1, 20, "sse4_2" }, { 1, 23, "popcnt" },
		{ 1, 26, "xsave" }, { 1, 28, "avx" }, { 1, 30, "rdrand" }, { 3, 5, "avx2" }, { 3, 7, "smep" },
		{ 3, 9, "erms" }, { 3, 20, "smap" },
	};
	u32 a, b, c, reg[4];
	unsigned int i;

	cpuid(1, 0, &a, &b, &reg[1], &reg[0]);
	cpuid(0x80000001, 0, &a, &b, &c, &reg[2]);
	cpuid(7, 0, &a, &reg[3], &b, &c);
	seq_puts(m, "flags\t\t:");
	for (i = 0; i < ARRAY_SIZE(flags); i++)
		if (reg[flags[i].reg] >> flags[i].bit & 1)
			seq_printf(m, " %s", flags[i].name);
	seq_putc(m, '\n');
}

static int cpuinfo_show(struct seq *m, void *arg __unused)
{
	u64 khz = tsc_hz / 1000;
	char vendor[13], brand[49];
	unsigned int cpu;
	u32 a, b, c, d;

	cpu_strings(vendor, brand);
	cpuid(1, 0, &a, &b, &c, &d);
	for_each_online_cpu(cpu) {
		seq_printf(m, "processor\t: %u\nvendor_id\t: %s\ncpu family\t: %u\nmodel\t\t: %u\nmodel name\t: %s\n", cpu, vendor,
			   (a >> 8 & 15) + ((a >> 8 & 15) == 15 ? a >> 20 & 255 : 0), (a >> 4 & 15) | (a >> 12 & 0xf0),
			   skip_spaces(brand));
		seq_printf(m, "stepping\t: %u\ncpu MHz\t\t: %llu.%03llu\nphysical id\t: 0\nsiblings\t: %u\ncore id\t\t: %u\n"
			   "cpu cores\t: %u\napicid\t\t: %u\nfpu\t\t: yes\nwp\t\t: yes\n",
			   a & 15, (unsigned long long)khz / 1000, (unsigned long long)khz % 1000, nr_cpus, cpu, nr_cpus,
			   cpu_apic_id[cpu]);
		cpu_flags(m);
		seq_printf(m, "bogomips\t: %llu.%02llu\n\n", (unsigned long long)khz / 500, (unsigned long long)khz / 5 % 100);
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

const struct pseudo_file proc_system_files[] = {
	{ .path = "stat", .show = stat_show },
	{ .path = "uptime", .show = uptime_show },
	{ .path = "loadavg", .show = loadavg_show },
	{ .path = "cpuinfo", .show = cpuinfo_show },
	{ .path = "version", .show = version_show },
	{ .path = "cmdline", .show = cmdline_show },
	{ .path = "filesystems", .show = filesystems_show },
	{ .path = "devices", .show = devices_show },
	{ .path = "kmsg", .mode = 0400, .fop = &kmsg_operations },
	{ .path = "mounts", .link = "self/mounts" },
};
const size_t nr_proc_system_files = ARRAY_SIZE(proc_system_files);
