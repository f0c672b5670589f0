/* fs/devfs/devtmpfs.c - the file system in /dev. See devfs.h. */
#include <fs/devfs/devfs.h>
#include <fs/devices.h>
#include <fs/namei.h>
#include <fs/tmpfs/tmpfs.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/string.h>

static int add_entry(struct superblock *sb, const char *name, umode_t mode, dev_t dev, const char *link)
{
	struct inode *dir = sb->root->inode;
	struct dentry *dentry = d_alloc(sb->root, name, strlen(name));
	int error;

	if (!dentry)
		return -ENOMEM;
	if (link)
		error = dir->op->symlink(dir, dentry, link);
	else if (S_ISDIR(mode))
		error = dir->op->mkdir(dir, dentry, mode);
	else
		error = dir->op->mknod(dir, dentry, mode, dev);
	dput(dentry);
	return error;
}

static int devtmpfs_fill_super(struct superblock *sb, const char *source, const char *options)
{
	static const char *const links[][2] = {
		{ "fd", "/proc/self/fd" }, { "stdin", "/proc/self/fd/0" }, { "stdout", "/proc/self/fd/1" },
		{ "stderr", "/proc/self/fd/2" },
	};
	struct device *device = NULL;
	int error = tmpfs_fill_super(sb, source, options);

	if (error)
		return error;
	sb->root->inode->mode = S_IFDIR | 0755;
	while (!error && (device = next_device(device)))
		error = add_entry(sb, device->name, device->mode, device->dev, NULL);
	for (unsigned int i = 0; !error && i < ARRAY_SIZE(links); i++)
		error = add_entry(sb, links[i][0], 0, 0, links[i][1]);
	if (!error)
		error = add_entry(sb, "shm", S_IFDIR | 0755, 0, NULL);
	return error;
}

static struct file_system_type devtmpfs_type = {
	.name = "devtmpfs", .fill_super = devtmpfs_fill_super, .is_single = true,
};

void devtmpfs_init(void)
{
	register_filesystem(&devtmpfs_type);
}

void devtmpfs_mount(void)
{
	int error = kern_mkdir("/dev", 0755);

	if (!error || error == -EEXIST)
		error = kern_mount_at("devtmpfs", "devtmpfs", "/dev", 0, NULL);
	if (error)
		pr_err("devtmpfs: can't be mounted on /dev: error %d\n", error);
}
