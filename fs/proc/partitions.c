/* fs/proc/partitions.c - /proc/partitions and /proc/diskstats. Linux: block/genhd.c. */
#include <drivers/block/block.h>
#include <fs/proc/proc.h>
#include <kernel/x86/clock.h>

static int partitions_show(struct seq *m, void *arg __unused)
{
	struct block_device *disk = NULL;

	seq_puts(m, "major minor  #blocks  name\n\n");
	while ((disk = block_next(disk)))
		seq_printf(m, "%4u  %7u %10llu %s\n", disk->major, disk->minor, disk->nr_sectors / 2, disk->name);
	return 0;
}

/* requests, merged ones (none), sectors, milliseconds */
static void operation_columns(struct seq *m, const struct block_stat *s)
{
	seq_printf(m, " %llu 0 %llu %llu", s->requests, s->sectors, s->ns / NSEC_PER_MSEC);
}

static int diskstats_show(struct seq *m, void *arg __unused)
{
	struct block_stat stat[NR_BLOCK_OPS];
	struct block_device *disk = NULL;
	unsigned int in_flight;
	u64 busy_ns, weighted_ns;

	while ((disk = block_next(disk))) {
		block_stats(disk, stat, &in_flight, &busy_ns);
		weighted_ns = stat[BLOCK_READ].ns + stat[BLOCK_WRITE].ns + stat[BLOCK_FLUSH].ns +
			      stat[BLOCK_DISCARD].ns;
		seq_printf(m, "%4u %7u %s", disk->major, disk->minor, disk->name);
		operation_columns(m, &stat[BLOCK_READ]);
		operation_columns(m, &stat[BLOCK_WRITE]);
		seq_printf(m, " %u %llu %llu", in_flight, busy_ns / NSEC_PER_MSEC, weighted_ns / NSEC_PER_MSEC);
		operation_columns(m, &stat[BLOCK_DISCARD]);
		seq_printf(m, " %llu %llu\n", stat[BLOCK_FLUSH].requests,
			   stat[BLOCK_FLUSH].ns / NSEC_PER_MSEC);
	}
	return 0;
}

const struct pseudo_file proc_block_files[] = {
	{ .path = "partitions", .show = partitions_show },
	{ .path = "diskstats", .show = diskstats_show },
};
const size_t nr_proc_block_files = ARRAY_SIZE(proc_block_files);
