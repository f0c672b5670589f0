/* fs/sys/sysfs.c - /sys itself. Linux: fs/sysfs/, drivers/base/. */
#include <fs/sys/sys.h>
#include <kernel/lib/cpumask.h>
#include <kernel/x86/percpu.h>

#define SYSFS_MAGIC	0x62656572

static int cpus_online_show(struct seq *m, void *arg __unused)
{
	if (nr_cpus > 1)
		seq_printf(m, "0-%u\n", nr_cpus - 1);
	else
		seq_puts(m, "0\n");
	return 0;
}

static const struct pseudo_file sys_files[] = {
	{ .path = "devices/system/cpu/online", .show = cpus_online_show },
	{ .path = "devices/system/cpu/possible", .show = cpus_online_show },
	{ .path = "fs/" },
	{ .path = "block/" },
	{ .path = "kernel/mm/page_idle/bitmap", .mode = 0600, .fop = &sys_page_idle_operations },
	{ .path = "kernel/debug/" },
	{ .path = "kernel/tracing/" },
};

static int sysfs_fill_super(struct superblock *sb, const char *source __unused, const char *options __unused)
{
	int err = pseudo_fill_root(sb, SYSFS_MAGIC, NULL, NULL);

	if (!err)
		err = pseudo_populate(sb, sys_files, ARRAY_SIZE(sys_files));
	if (!err)
		err = pseudo_populate(sb, sys_thp_files, nr_sys_thp_files);
	if (!err)
		err = pseudo_populate(sb, &sys_swap_file, 1);
	if (!err)
		err = sys_add_disks(sb);
	return err;
}

static struct file_system_type sysfs_type = { .name = "sysfs", .fill_super = sysfs_fill_super, .is_single = true };

void sysfs_init(void)
{
	register_filesystem(&sysfs_type);
}
