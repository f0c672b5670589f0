/* fs/sys/debugfs.c - /sys/kernel/debug: the checker, and failures on demand.
 *
 * check_mm: write 1 to check, read for the result of the last check: "ok" or one line a violation.
 * fail_NAME/: probability, interval, times, space, verbose, task-filter, as on Linux.
 * Linux: fs/debugfs/, lib/fault-inject.c.
 */
#include <fs/sys/sys.h>
#include <kernel/debug/fault_inject.h>
#include <kernel/lib/parse.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>
#include <kernel/sync/mutex.h>
#include <mm/alloc/slab.h>
#include <mm/check/check_mm.h>
#include <mm/collapse/khugepaged.h>
#include <mm/frame/fail_mm_step.h>
#include <mm/reclaim/compact.h>

#define DEBUGFS_MAGIC		0x64626720
#define CHECK_REPORT_SIZE	4096

/* --- the checker ----------------------------------------------------------------------------------------------------------- */

static DEFINE_MUTEX(check_mutex);
static char check_report[CHECK_REPORT_SIZE];	/* (check_mutex) of the last check */

static int check_mm_show(struct seq *m, void *arg __unused)
{
	mutex_lock(&check_mutex);
	seq_puts(m, check_report[0] ? check_report : "never checked: write 1 first\n");
	mutex_unlock(&check_mutex);
	return 0;
}

static int check_mm_store(char *text, void *arg __unused)
{
	int violations;

	if (!sysfs_streq(text, "1"))
		return -EINVAL;
	mutex_lock(&check_mutex);
	violations = check_mm(check_report, sizeof(check_report));
	if (!violations)
		strscpy(check_report, "ok\n", sizeof(check_report));
	mutex_unlock(&check_mutex);
	return 0;
}

/* --- khugepaged's answers: how often each -------------------------------------------------------------------------------------- */

static int scan_results_show(struct seq *m, void *arg __unused)
{
	unsigned int i;

	for (i = 0; i < NR_SCAN_RESULTS; i++)
		seq_printf(m, "%s %lu\n", scan_result_names[i], READ_ONCE(khugepaged.results[i]));
	return 0;
}

/* --- fragmentation: one line a zone, one column an order ------------------------------------------------------------------------ */

/* In 1/1000, as a decimal fraction; a block that is there is -1.000. */
static void show_thousandths(struct seq *m, int value)
{
	seq_printf(m, "%s%d.%03d ", value < 0 ? "-" : "", abs(value) / 1000, abs(value) % 1000);
}

static int extfrag_show(struct seq *m, void *arg)
{
	int (*index)(const struct free_info *info, unsigned int order) = arg;
	struct zone *zone;

	for_each_zone(zone) {
		seq_printf(m, "Node %d, zone %8s ", zone->node->id, zone->name);
		for (unsigned int order = 0; order <= MAX_ORDER; order++) {
			struct free_info info = zone_free_info(zone, order);

			show_thousandths(m, index(&info, order));
		}
		seq_puts(m, "\n");
	}
	return 0;
}

static const struct pseudo_file debug_files[] = {
	{ .path = "extfrag/extfrag_index", .show = extfrag_show, .arg = fragmentation_index },
	{ .path = "extfrag/unusable_index", .show = extfrag_show, .arg = unusable_free_index },
	{ .path = "check_mm", .mode = 0600, .show = check_mm_show, .store = check_mm_store },
	{ .path = "khugepaged_results", .show = scan_results_show },
	{ .path = "split_huge_pages", .mode = 0200, .store = sys_split_huge_pages_store },
};

/* --- fault injection ---------------------------------------------------------------------------------------------------------------- */

static int atomic_show(struct seq *m, void *arg)
{
	seq_printf(m, "%d\n", atomic_read((atomic_t *)arg));
	return 0;
}

static int atomic_store(char *text, void *arg)
{
	int value, err = kstrtoint(strim(text), 10, &value);

	if (!err)
		atomic_set((atomic_t *)arg, value);
	return err;
}

static int ulong_store(char *text, void *arg)
{
	unsigned long value;
	int err = kstrtoul(strim(text), 10, &value);

	if (!err)
		WRITE_ONCE(*(unsigned long *)arg, value);
	return err;
}

static int filter_show(struct seq *m, void *arg)
{
	seq_printf(m, "%c\n", READ_ONCE(*(bool *)arg) ? 'Y' : 'N');
	return 0;
}

static int filter_store(char *text, void *arg)
{
	bool value;
	int err = kstrtobool(text, &value);

	if (!err)
		WRITE_ONCE(*(bool *)arg, value);
	return err;
}

/* The steps by name, those that may fail in brackets. */
static int steps_show(struct seq *m, void *arg __unused)
{
	for (unsigned int i = 0; i < NR_MM_STEPS; i++)
		seq_printf(m, READ_ONCE(fail_mm_steps) & BIT(i) ? "%s[%s]" : "%s%s", i ? " " : "", mm_step_names[i]);
	seq_putc(m, '\n');
	return 0;
}

/* "all", or names with spaces between. */
static int steps_store(char *text, void *arg __unused)
{
	unsigned long steps = 0;
	char *rest = strim(text), *name;

	while ((name = strsep(&rest, " "))) {
		unsigned long named = strcmp(name, "all") ? 0 : ~0UL;

		for (unsigned int i = 0; i < NR_MM_STEPS; i++)
			if (!strcmp(name, mm_step_names[i]))
				named = BIT(i);
		if (!named)
			return -EINVAL;
		steps |= named;
	}
	WRITE_ONCE(fail_mm_steps, steps);
	return 0;
}

static int add_fault_attr(struct superblock *sb, struct fault_attr *attr)
{
	const struct pseudo_file files[] = {
		{ .path = "probability", .mode = 0600, .show = pseudo_show_ulong, .store = ulong_store, .arg = &attr->probability },
		{ .path = "interval", .mode = 0600, .show = pseudo_show_ulong, .store = ulong_store, .arg = &attr->interval },
		{ .path = "times", .mode = 0600, .show = atomic_show, .store = atomic_store, .arg = &attr->times },
		{ .path = "space", .mode = 0600, .show = atomic_show, .store = atomic_store, .arg = &attr->space },
		{ .path = "verbose", .mode = 0600, .show = pseudo_show_ulong, .store = ulong_store, .arg = &attr->verbose },
		{ .path = "task-filter", .mode = 0600, .show = filter_show, .store = filter_store, .arg = &attr->task_filter },
		{ .path = "injected", .show = atomic_show, .arg = &attr->injected },
	};
	static const struct pseudo_file step = { .path = "fail_mm_step/step", .mode = 0600, .show = steps_show, .store = steps_store };
	struct dentry *dir = pseudo_add(sb->root, attr->name, strlen(attr->name), NULL);
	unsigned int i;

	for (i = 0; dir && i < ARRAY_SIZE(files); i++)
		if (!pseudo_add(dir, files[i].path, strlen(files[i].path), &files[i]))
			return -ENOMEM;
	if (dir && attr == &fail_mm_step && !pseudo_add(dir, "step", 4, &step))
		return -ENOMEM;
	return dir ? 0 : -ENOMEM;
}

static int debugfs_fill_super(struct superblock *sb, const char *source __unused, const char *options __unused)
{
	struct fault_attr *attr;
	int err = pseudo_fill_root(sb, DEBUGFS_MAGIC, NULL, NULL);

	if (!err)
		err = pseudo_populate(sb, debug_files, ARRAY_SIZE(debug_files));
	for (attr = fault_attr_next(NULL); attr && !err; attr = fault_attr_next(attr))
		err = add_fault_attr(sb, attr);
	return err;
}

static struct file_system_type debugfs_type = { .name = "debugfs", .fill_super = debugfs_fill_super, .is_single = true };

void debugfs_init(void)
{
	register_filesystem(&debugfs_type);
}
