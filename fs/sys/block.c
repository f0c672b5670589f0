/* fs/sys/block.c - /sys/block/vda/: what programs ask about a disk. Linux: block/genhd.c, blk-sysfs.c. */
#include <drivers/block/block.h>
#include <fs/sys/sys.h>
#include <kernel/lib/parse.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>
#include <mm/alloc/slab.h>

static int size_show(struct seq *m, void *arg)
{
	const struct block_device *disk = arg;

	seq_printf(m, "%llu\n", disk->nr_sectors);
	return 0;
}

static int dev_show(struct seq *m, void *arg)
{
	const struct block_device *disk = arg;

	seq_printf(m, "%u:%u\n", disk->major, disk->minor);
	return 0;
}

static int read_only_show(struct seq *m, void *arg)
{
	const struct block_device *disk = arg;

	seq_printf(m, "%d\n", disk->read_only);
	return 0;
}

static int block_size_show(struct seq *m, void *arg)
{
	const struct block_device *disk = arg;

	seq_printf(m, "%u\n", disk->block_size);
	return 0;
}

/* No disk here turns, unless somebody says so: then, when it is swap, read-ahead goes by its slots, not by address. */
static int rotational_show(struct seq *m, void *arg)
{
	const struct block_device *disk = arg;

	seq_printf(m, "%d\n", disk->rotational);
	return 0;
}

static int rotational_store(char *text, void *arg)
{
	struct block_device *disk = arg;
	unsigned long value;
	int err = kstrtoul(strim(text), 10, &value);

	if (!err)
		disk->rotational = value;
	return err;
}

static int io_timeout_show(struct seq *m, void *arg)
{
	const struct block_device *disk = arg;

	seq_printf(m, "%u\n", disk->timeout_ms);
	return 0;
}

static int io_timeout_store(char *text, void *arg)
{
	struct block_device *disk = arg;
	unsigned int value;

	if (kstrtouint(strim(text), 10, &value) || !value)
		return -EINVAL;
	WRITE_ONCE(disk->timeout_ms, value);
	return 0;
}

static int discard_max_show(struct seq *m, void *arg)
{
	const struct block_device *disk = arg;

	seq_printf(m, "%llu\n", (u64)disk->max_discard_sectors << SECTOR_SHIFT);
	return 0;
}

static int discard_granularity_show(struct seq *m, void *arg)
{
	const struct block_device *disk = arg;

	seq_printf(m, "%llu\n", (u64)disk->discard_granularity << SECTOR_SHIFT);
	return 0;
}

static int add_disk(struct superblock *sb, struct block_device *disk)
{
	static const struct pseudo_file files[] = {
		{ .path = "size", .show = size_show },
		{ .path = "dev", .show = dev_show },
		{ .path = "ro", .show = read_only_show },
		{ .path = "queue/logical_block_size", .show = block_size_show },
		{ .path = "queue/physical_block_size", .show = block_size_show },
		{ .path = "queue/rotational", .mode = 0644, .show = rotational_show, .store = rotational_store },
		{ .path = "queue/io_timeout", .mode = 0644, .show = io_timeout_show, .store = io_timeout_store },
		{ .path = "queue/discard_max_bytes", .show = discard_max_show },
		{ .path = "queue/discard_granularity", .show = discard_granularity_show },
	};
	char path[64];
	int err = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(files) && !err; i++) {
		struct pseudo_file file = files[i];

		snprintf(path, sizeof(path), "block/%s/%s", disk->name, files[i].path);
		file.path = path;
		file.arg = disk;
		err = pseudo_populate(sb, &file, 1);
	}
	return err;
}

int sys_add_disks(struct superblock *sb)
{
	struct block_device *disk = NULL;
	int err = 0;

	while (!err && (disk = block_next(disk)))
		err = add_disk(sb, disk);
	return err;
}
