/* fs/sys/swap.c - /sys/kernel/mm/swap/. Linux: mm/swap_state.c. */
#include <fs/sys/sys.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/parse.h>
#include <kernel/lib/string.h>
#include <mm/fault/fault.h>

static int vma_ra_enabled_show(struct seq *m, void *arg __unused)
{
	seq_puts(m, READ_ONCE(swap_vma_ra_enabled) ? "true\n" : "false\n");
	return 0;
}

static int vma_ra_enabled_store(char *text, void *arg __unused)
{
	bool value;
	int err = kstrtobool(strim(text), &value);

	if (!err)
		WRITE_ONCE(swap_vma_ra_enabled, value);
	return err;
}

const struct pseudo_file sys_swap_file = {
	.path = "kernel/mm/swap/vma_ra_enabled", .mode = 0644, .show = vma_ra_enabled_show, .store = vma_ra_enabled_store,
};
