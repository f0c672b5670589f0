/* fs/sys/thp.c - /sys/kernel/mm/transparent_hugepage: when huge pages are used, and khugepaged's limits.
 *
 * Texts and errors are Linux's: the choice in force stands in brackets, anything unknown is EINVAL. A change of a
 * sleep time or of the policy wakes the daemon. Linux: mm/huge_memory.c, mm/khugepaged.c.
 */
#include <fs/sys/sys.h>
#include <kernel/lib/parse.h>
#include <kernel/lib/string.h>
#include <mm/collapse/khugepaged.h>
#include <mm/file/page_cache.h>
#include <mm/reclaim/reclaim.h>

#define THP_DIR	"kernel/mm/transparent_hugepage/"

/* --- one word of several -------------------------------------------------------------------------------------------------- */

static void show_choice(struct seq *m, const char *const *names, unsigned int nr, unsigned int chosen)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		seq_printf(m, i == chosen ? "%s[%s]" : "%s%s", i ? " " : "", names[i]);
	seq_putc(m, '\n');
}

static int find_choice(const char *text, const char *const *names, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (sysfs_streq(text, names[i]))
			return i;
	return -EINVAL;
}

static const char *const enabled_names[] = { "always", "madvise", "never" };
static const enum thp_enabled enabled_values[] = { THP_ALWAYS, THP_MADVISE, THP_NEVER };

static int enabled_show(struct seq *m, void *arg __unused)
{
	unsigned int i;

	for (i = 0; enabled_values[i] != thp_enabled; i++)
		;
	show_choice(m, enabled_names, ARRAY_SIZE(enabled_names), i);
	return 0;
}

static int enabled_store(char *text, void *arg __unused)
{
	int i = find_choice(text, enabled_names, ARRAY_SIZE(enabled_names));

	if (i < 0)
		return i;
	WRITE_ONCE(thp_enabled, enabled_values[i]);
	khugepaged_enabled_changed();
	return 0;
}

static const char *const shmem_names[] = { "always", "within_size", "advise", "never", "deny", "force" };
static const enum shmem_huge shmem_values[] = {
	SHMEM_HUGE_ALWAYS, SHMEM_HUGE_WITHIN_SIZE, SHMEM_HUGE_ADVISE, SHMEM_HUGE_NEVER, SHMEM_HUGE_DENY, SHMEM_HUGE_FORCE,
};

static int shmem_show(struct seq *m, void *arg __unused)
{
	unsigned int i;

	for (i = 0; shmem_values[i] != shmem_enabled; i++)
		;
	show_choice(m, shmem_names, ARRAY_SIZE(shmem_names), i);
	return 0;
}

static int shmem_store(char *text, void *arg __unused)
{
	int i = find_choice(text, shmem_names, ARRAY_SIZE(shmem_names));

	if (i < 0)
		return i;
	WRITE_ONCE(shmem_enabled, shmem_values[i]);
	return 0;
}

static const char *const defrag_names[] = { "always", "defer", "defer+madvise", "madvise", "never" };
static const enum thp_defrag defrag_values[] = {
	THP_DEFRAG_ALWAYS, THP_DEFRAG_DEFER, THP_DEFRAG_DEFER_MADVISE, THP_DEFRAG_MADVISE, THP_DEFRAG_NEVER,
};

static int defrag_show(struct seq *m, void *arg __unused)
{
	unsigned int i;

	for (i = 0; defrag_values[i] != thp_defrag; i++)
		;
	show_choice(m, defrag_names, ARRAY_SIZE(defrag_names), i);
	return 0;
}

static int defrag_store(char *text, void *arg __unused)
{
	int i = find_choice(text, defrag_names, ARRAY_SIZE(defrag_names));

	if (i < 0)
		return i;
	WRITE_ONCE(thp_defrag, defrag_values[i]);
	return 0;
}

static int hpage_pmd_size_show(struct seq *m, void *arg __unused)
{
	seq_printf(m, "%lu\n", HPAGE_PMD_SIZE);
	return 0;
}

/* --- khugepaged's limits ------------------------------------------------------------------------------------------------------ */

struct limit {
	unsigned int	*value;
	unsigned int	min, max;
	bool		wake;
};

static int limit_show(struct seq *m, void *arg)
{
	const struct limit *limit = arg;

	seq_printf(m, "%u\n", READ_ONCE(*limit->value));
	return 0;
}

static int limit_store(char *text, void *arg)
{
	const struct limit *limit = arg;
	unsigned int value;

	if (kstrtouint(strim(text), 10, &value) || value < limit->min || value > limit->max)
		return -EINVAL;
	WRITE_ONCE(*limit->value, value);
	if (limit->wake)
		khugepaged_wake();
	return 0;
}

#define LIMIT_FILE(field, lo, hi, wakes) {						\
	.path = THP_DIR "khugepaged/" #field, .mode = 0644, .show = limit_show, .store = limit_store,	\
	.arg = (void *)&(const struct limit){ &khugepaged.field, lo, hi, wakes } }

#define PTES_MAX	(HPAGE_PMD_NR - 1)

/* How huge pages are swapped out: Quire's own knob. */
static int swap_show(struct seq *m, void *arg __unused)
{
	show_choice(m, thp_swap_mode_names, NR_THP_SWAP_MODES, thp_swap_mode);
	return 0;
}

static int swap_store(char *text, void *arg __unused)
{
	int i = find_choice(text, thp_swap_mode_names, NR_THP_SWAP_MODES);

	if (i < 0)
		return i;
	WRITE_ONCE(thp_swap_mode, i);
	return 0;
}

/* What a write to a shared huge page copies: Quire's own, too. In the order of enum thp_cow. */
static const char *const cow_names[] = { "small", "huge" };

static int cow_show(struct seq *m, void *arg __unused)
{
	show_choice(m, cow_names, ARRAY_SIZE(cow_names), thp_cow);
	return 0;
}

static int cow_store(char *text, void *arg __unused)
{
	int i = find_choice(text, cow_names, ARRAY_SIZE(cow_names));

	if (i < 0)
		return i;
	WRITE_ONCE(thp_cow, i);
	return 0;
}

const struct pseudo_file sys_thp_files[] = {
	{ .path = THP_DIR "enabled", .mode = 0644, .show = enabled_show, .store = enabled_store },
	{ .path = THP_DIR "shmem_enabled", .mode = 0644, .show = shmem_show, .store = shmem_store },
	{ .path = THP_DIR "defrag", .mode = 0644, .show = defrag_show, .store = defrag_store },
	{ .path = THP_DIR "use_zero_page", .mode = 0644, .show = pseudo_show_bool, .store = pseudo_store_bool,
	  .arg = &thp_use_zero_page },
	{ .path = THP_DIR "hpage_pmd_size", .show = hpage_pmd_size_show },
	{ .path = THP_DIR "shrink_underused", .mode = 0644, .show = pseudo_show_bool, .store = pseudo_store_bool,
	  .arg = &split_underused_thp },
	{ .path = THP_DIR "cow", .mode = 0644, .show = cow_show, .store = cow_store },
	{ .path = THP_DIR "swap", .mode = 0644, .show = swap_show, .store = swap_store },
	{ .path = THP_DIR "khugepaged/defrag", .mode = 0644, .show = pseudo_show_bool, .store = pseudo_store_bool,
	  .arg = &khugepaged.defrag },
	{ .path = THP_DIR "khugepaged/max_ptes_none", .mode = 0644, .show = limit_show, .store = limit_store,
	  .arg = (void *)&(const struct limit){ &khugepaged_max_ptes_none, 0, PTES_MAX, false } },
	LIMIT_FILE(max_ptes_swap, 0, PTES_MAX, false),
	LIMIT_FILE(max_ptes_shared, 0, PTES_MAX, false),
	LIMIT_FILE(pages_to_scan, 1, ~0U, false),
	LIMIT_FILE(scan_sleep_millisecs, 0, ~0U, true),
	LIMIT_FILE(alloc_sleep_millisecs, 0, ~0U, true),
	{ .path = THP_DIR "khugepaged/pages_collapsed", .show = pseudo_show_ulong, .arg = &khugepaged.pages_collapsed },
	{ .path = THP_DIR "khugepaged/full_scans", .show = pseudo_show_ulong, .arg = &khugepaged.full_scans },
};
const size_t nr_sys_thp_files = ARRAY_SIZE(sys_thp_files);
