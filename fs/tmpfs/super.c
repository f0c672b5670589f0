/* fs/tmpfs/super.c - mounting: options, limits, inodes. See tmpfs.h. */
#include <fs/tmpfs/tmpfs.h>
#include <kernel/lib/parse.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>
#include <kernel/sched/task.h>
#include <mm/alloc/slab.h>
#include <mm/file/page_cache.h>
#include <mm/frame/buddy.h>

/* Half of memory, as on Linux: with little swap programs must have room beside the files. */
static unsigned long default_pages(void)
{
	return totalram_pages() / 2;
}

/* => 0 or -EINVAL */
static int parse_size(const char *text, unsigned long *pages)
{
	char *end;
	u64 size = memparse(text, &end);

	if (*end == '%' && !end[1] && size <= 100)
		size = size * totalram_pages() / 100 * PAGE_SIZE;
	else if (*end || end == text)
		return -EINVAL;
	/* 0 means no limit */
	*pages = size ? DIV_ROUND_UP(size, PAGE_SIZE) : ULONG_MAX / 2;
	return 0;
}

static const char *const huge_names[] = {
	[SHMEM_HUGE_NEVER] = "never", [SHMEM_HUGE_ALWAYS] = "always", [SHMEM_HUGE_WITHIN_SIZE] = "within_size",
	[SHMEM_HUGE_ADVISE] = "advise",
};

static int parse_huge(const char *text, enum shmem_huge *huge)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(huge_names); i++) {
		if (!strcmp(text, huge_names[i])) {
			*huge = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_option(struct tmpfs *fs, char *option)
{
	static const char *const accepted[] = { "nr_inodes", "nr_blocks", "uid", "gid", "mpol", "inode32", "inode64",
						"noswap" };
	char *value = strchr(option, '=');
	unsigned int mode;
	int error;

	if (value)
		*value++ = 0;
	if (!strcmp(option, "size") && value) {
		fs->size_given = true;
		return parse_size(value, &fs->max_pages);
	}
	if (!strcmp(option, "huge") && value)
		return parse_huge(value, &fs->huge);
	if (!strcmp(option, "mode") && value) {
		error = kstrtouint(value, 8, &mode);
		fs->root_mode = mode & S_IALLUGO;
		return error;
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(accepted); i++)
		if (!strcmp(option, accepted[i]))
			return 0;
	return -EINVAL;
}

/* => fs is changed only when all options are right */
static int parse_options(struct tmpfs *fs, const char *options)
{
	char *copy = kstrdup(options, GFP_KERNEL), *rest = copy, *option;
	unsigned long pages = fs->max_pages;
	int error = 0;

	if (!copy)
		return -ENOMEM;
	while (!error && (option = strsep(&rest, ",")))
		if (*option)
			error = parse_option(fs, option);
	kfree(copy);
	if (error)
		fs->max_pages = pages;
	return error;
}

static int tmpfs_remount(struct superblock *sb, const char *options)
{
	struct tmpfs *fs = sb->private;
	unsigned long before = fs->max_pages;
	int error = parse_options(fs, options);

	if (!error && (unsigned long)atomic_long_read(&fs->used_pages) > fs->max_pages) {
		fs->max_pages = before;		/* more is in use already */
		error = -EINVAL;
	}
	return error;
}

static int tmpfs_statfs(struct superblock *sb, struct user_statfs *st)
{
	struct tmpfs *fs = sb->private;
	unsigned long used = atomic_long_read(&fs->used_pages);

	st->f_blocks = fs->max_pages;
	st->f_bfree = st->f_bavail = fs->max_pages > used ? fs->max_pages - used : 0;
	st->f_files = st->f_ffree = totalram_pages() / 2;
	return 0;
}

static void tmpfs_put_super(struct superblock *sb)
{
	kfree(sb->private);
}

static void tmpfs_show_options(struct superblock *sb, char *buf, size_t size)
{
	struct tmpfs *fs = sb->private;
	int n = 0;

	buf[0] = 0;
	if (fs->size_given)
		n = scnprintf(buf, size, ",size=%luk", fs->max_pages * (PAGE_SIZE / 1024));
	if (fs->root_mode != (01777))
		n += scnprintf(buf + n, size - n, ",mode=%o", fs->root_mode);
	if (fs->huge != SHMEM_HUGE_NEVER && fs->huge != SHMEM_HUGE_KNOB)
		scnprintf(buf + n, size - n, ",huge=%s", huge_names[fs->huge]);
}

static void tmpfs_evict_inode(struct inode *inode)
{
	if (S_ISLNK(inode->mode))
		kfree(inode->private);
}

static const struct super_operations tmpfs_super_operations = {
	.evict_inode	= tmpfs_evict_inode,
	.statfs		= tmpfs_statfs,
	.remount	= tmpfs_remount,
	.put_super	= tmpfs_put_super,
	.show_options	= tmpfs_show_options,
};

/* Pages join and leave under all kinds of locks: only a counter is moved. */
static int tmpfs_charge(struct mapping *mapping, long pages)
{
	struct inode *inode = mapping->host;
	struct tmpfs *fs = inode->sb->private;

	if (atomic_long_add_return(pages, &fs->used_pages) <= (long)fs->max_pages || pages < 0)
		return 0;
	atomic_long_sub(pages, &fs->used_pages);
	return -ENOSPC;
}

const struct mapping_ops tmpfs_mapping_ops = {
	.charge		= tmpfs_charge,
	.swap_out	= shmem_swap_out,
	.remove		= page_cache_delete,
	.migrate	= page_cache_replace,
};

struct inode *tmpfs_new_inode(struct superblock *sb, umode_t mode, dev_t rdev)
{
	struct inode *inode = new_inode(sb, mode, rdev);

	if (!inode)
		return NULL;
	inode->uid = current->fsuid;
	inode->gid = current->fsgid;
	inode->op = &tmpfs_file_inode_operations;
	if (S_ISREG(mode)) {
		inode->fop = &tmpfs_file_operations;
		inode->seals = F_SEAL_SEAL;
		mapping_init(&inode->mapping, &tmpfs_mapping_ops, inode, BIT(AS_SHMEM) | BIT(AS_COMMIT_PAGES));
		inode->mapping.huge = ((struct tmpfs *)sb->private)->huge;
	} else if (S_ISDIR(mode)) {
		inode->op = &tmpfs_dir_inode_operations;
		inode->fop = &dcache_dir_operations;
	} else if (S_ISLNK(mode)) {
		inode->op = &tmpfs_link_inode_operations;
	}
	return inode;
}

int tmpfs_fill_super(struct superblock *sb, const char *source __unused, const char *options)
{
	struct tmpfs *fs = kzalloc(sizeof(*fs), GFP_KERNEL);
	int error;

	if (!fs)
		return -ENOMEM;
	fs->max_pages = default_pages();
	fs->root_mode = 01777;
	error = parse_options(fs, options);
	if (!error) {
		sb->private = fs;
		sb->op = &tmpfs_super_operations;
		sb->magic = TMPFS_MAGIC;
		sb->root = d_make_root(sb, tmpfs_new_inode(sb, S_IFDIR | fs->root_mode, 0));
		error = sb->root ? 0 : -ENOMEM;
	}
	if (error)
		kfree(fs);
	return error;
}

static struct file_system_type tmpfs_type = { .name = "tmpfs", .fill_super = tmpfs_fill_super };

void tmpfs_init(void)
{
	register_filesystem(&tmpfs_type);
}
