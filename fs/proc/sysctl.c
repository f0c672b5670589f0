/* fs/proc/sysctl.c - /proc/sys: the knobs, by Linux's names. A value out of range is EINVAL, and nothing changes.
 * Linux: kernel/sysctl.c, mm/ (the vm tables).
 */
#include <fs/ipc/shm.h>
#include <fs/proc/proc.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/parse.h>
#include <kernel/lib/string.h>
#include <kernel/sched/task.h>
#include <kernel/version.h>
#include <mm/alloc/page_alloc.h>
#include <mm/alloc/slab.h>
#include <mm/fault/fault.h>
#include <mm/frame/buddy.h>
#include <mm/frame/vmstat.h>
#include <mm/map/map.h>
#include <mm/reclaim/compact.h>
#include <mm/reclaim/reclaim.h>
#include <mm/space/space.h>

/* An unsigned knob with a range and, where others depend on it, what to do after a change. */
struct knob {
	unsigned int	*value;
	unsigned int	min, max;
	void (*changed)(void);
};

static int knob_show(struct seq *m, void *arg)
{
	const struct knob *k = arg;

	seq_printf(m, "%u\n", READ_ONCE(*k->value));
	return 0;
}

static int knob_store(char *text, void *arg)
{
	const struct knob *k = arg;
	unsigned int value;
	int err = kstrtouint(strim(text), 10, &value);

	if (err)
		return err;
	if (value < k->min || value > k->max)
		return -EINVAL;
	WRITE_ONCE(*k->value, value);
	if (k->changed)
		k->changed();
	return 0;
}

#define KNOB(variable, lo, hi, fn) ((void *)&(const struct knob){ (unsigned int *)&(variable), lo, hi, fn })
#define KNOB_FILE(name, variable, lo, hi, fn) \
	{ .path = name, .mode = 0644, .show = knob_show, .store = knob_store, .arg = KNOB(variable, lo, hi, fn) }

static int ulong_store(char *text, void *arg)
{
	unsigned long value;
	int err = kstrtoul(strim(text), 10, &value);

	if (!err)
		WRITE_ONCE(*(unsigned long *)arg, value);
	return err;
}

/* The one that was written last counts. */
static void overcommit_by_ratio(void) { sysctl_overcommit_kbytes = 0; }
static void overcommit_by_kbytes(void) { sysctl_overcommit_ratio = 0; }

/* --- watermarks -------------------------------------------------------------------------------------------------------- */

struct wmark_knob {
	unsigned long	*value;
	unsigned long	min, max;
	void		(*choose)(unsigned long value);
};

static int wmark_store(char *text, void *arg)
{
	const struct wmark_knob *k = arg;
	unsigned long value;
	int err = kstrtoul(strim(text), 10, &value);

	if (err)
		return err;
	if (value < k->min || value > k->max)
		return -EINVAL;
	k->choose(value);
	return 0;
}

static int wmark_show(struct seq *m, void *arg)
{
	const struct wmark_knob *k = arg;

	seq_printf(m, "%lu\n", READ_ONCE(*k->value));
	return 0;
}

static void choose_scale_factor(unsigned long factor)
{
	WRITE_ONCE(watermark_scale_factor, factor);
	setup_watermarks();
}

static const struct wmark_knob min_free_knob = { &min_free_kbytes, 0, 1UL << 30, choose_min_free_kbytes };
static const struct wmark_knob scale_knob = { &watermark_scale_factor, 1, 3000, choose_scale_factor };

/* --- compaction ---------------------------------------------------------------------------------------------------------- */

static int compact_memory_store(char *text, void *arg __unused)
{
	if (!sysfs_streq(text, "1"))
		return -EINVAL;
	compact_node_fully();
	return 0;
}

/* --- caches ---------------------------------------------------------------------------------------------------------------- */

/* 1: pages of files, 2: what shrinkers give, 3: both; with 4 it is not told in the log from then on */
static int drop_caches_store(char *text, void *arg __unused)
{
	static bool quiet;
	unsigned int value;
	int err = kstrtouint(strim(text), 10, &value);

	if (err)
		return err;
	if (value < 1 || value > 4)
		return -EINVAL;
	if (value & 1) {
		drop_pagecache();
		count_vm_event(DROP_PAGECACHE);
	}
	if (value & 2) {
		drop_slab();
		slab_drain_all();
		count_vm_event(DROP_SLAB);
	}
	if (!quiet)
		pr_info("%s (%d): drop_caches: %u\n", current->comm, current->pid, value);
	quiet |= value & 4;
	return 0;
}

/* --- kernel -------------------------------------------------------------------------------------------------------------- */

static int text_show(struct seq *m, void *arg)
{
	seq_printf(m, "%s\n", (const char *)arg);
	return 0;
}

static int printk_show(struct seq *m, void *arg __unused)
{
	seq_printf(m, "%d\t4\t1\t7\n", console_loglevel);
	return 0;
}

static int printk_store(char *text, void *arg __unused)
{
	char *first = strsep(&text, " \t");
	unsigned int level;
	int err = kstrtouint(first, 10, &level);

	if (err || level > 15)
		return -EINVAL;
	console_loglevel = level;
	return 0;
}

static int pid_max_show(struct seq *m, void *arg __unused)
{
	seq_printf(m, "%d\n", pid_max);
	return 0;
}

const struct pseudo_file proc_sysctl_files[] = {
	KNOB_FILE("sys/vm/swappiness", vm_swappiness, 0, 200, NULL),
	KNOB_FILE("sys/vm/overcommit_memory", sysctl_overcommit_memory, 0, 2, NULL),
	KNOB_FILE("sys/vm/overcommit_ratio", sysctl_overcommit_ratio, 0, 1000, overcommit_by_ratio),
	KNOB_FILE("sys/vm/overcommit_kbytes", sysctl_overcommit_kbytes, 0, -1U, overcommit_by_kbytes),
	KNOB_FILE("sys/vm/user_reserve_kbytes", sysctl_user_reserve_kbytes, 0, -1U, NULL),
	KNOB_FILE("sys/vm/admin_reserve_kbytes", sysctl_admin_reserve_kbytes, 0, -1U, NULL),
	KNOB_FILE("sys/vm/page-cluster", page_cluster, 0, 31, NULL),
	KNOB_FILE("sys/vm/max_map_count", sysctl_max_map_count, 1, 1U << 30, NULL),
	KNOB_FILE("sys/vm/compaction_proactiveness", sysctl_compaction_proactiveness, 0, 100, wakeup_kcompactd_proactively),
	KNOB_FILE("sys/vm/extfrag_threshold", sysctl_extfrag_threshold, 0, 1000, NULL),
	KNOB_FILE("sys/vm/compact_unevictable_allowed", sysctl_compact_unevictable_allowed, 0, 1, NULL),
	{ .path = "sys/vm/drop_caches", .mode = 0200, .store = drop_caches_store },
	{ .path = "sys/vm/compact_memory", .mode = 0200, .store = compact_memory_store },
	{ .path = "sys/vm/min_free_kbytes", .mode = 0644, .show = wmark_show, .store = wmark_store,
	  .arg = (void *)&min_free_knob },
	{ .path = "sys/vm/watermark_scale_factor", .mode = 0644, .show = wmark_show, .store = wmark_store,
	  .arg = (void *)&scale_knob },
	{ .path = "sys/kernel/ostype", .show = text_show, .arg = UTS_SYSNAME },
	{ .path = "sys/kernel/osrelease", .show = text_show, .arg = UTS_RELEASE },
	{ .path = "sys/kernel/version", .show = text_show, .arg = UTS_VERSION },
	{ .path = "sys/kernel/printk", .mode = 0644, .show = printk_show, .store = printk_store },
	KNOB_FILE("sys/kernel/shmmni", shm_ctlmni, 0, SHM_SLOTS, NULL),
	{ .path = "sys/kernel/shmmax", .mode = 0644, .show = pseudo_show_ulong, .store = ulong_store, .arg = &shm_ctlmax },
	{ .path = "sys/kernel/shmall", .mode = 0644, .show = pseudo_show_ulong, .store = ulong_store, .arg = &shm_ctlall },
	{ .path = "sys/kernel/pid_max", .show = pid_max_show },
};
const size_t nr_proc_sysctl_files = ARRAY_SIZE(proc_sysctl_files);
