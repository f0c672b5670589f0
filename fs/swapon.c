/* fs/swapon.c - swapon(2) and swapoff(2): from the name of a device file to the disk. mm/map does
 * the rest.
 *
 * Linux: mm/swapfile.c.
 */
#include <drivers/block/block.h>
#include <fs/namei.h>
#include <fs/syscalls.h>
#include <mm/alloc/slab.h>
#include <mm/map/map.h>

/* => the disk behind path; -EISDIR, -EINVAL: something else */
static struct block_device *disk_at(const struct path *path)
{
	struct inode *inode = path->dentry->inode;
	struct block_device *disk;

	if (!S_ISBLK(inode->mode))
		return ERR_PTR(S_ISDIR(inode->mode) ? -EISDIR : -EINVAL);
	disk = block_find_number(MAJOR(inode->rdev), MINOR(inode->rdev));
	return disk ? disk : ERR_PTR(-ENXIO);
}

static int swapon_path(const struct path *path, int flags)
{
	struct block_device *disk = disk_at(path);
	char *text, *name;
	int error;

	if (IS_ERR(disk))
		return PTR_ERR(disk);
	text = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	name = d_path(path, NULL, text, PATH_MAX);
	error = IS_ERR(name) ? PTR_ERR(name) : do_swapon(name, disk, flags);
	kfree(text);
	return error;
}

long ksys_swapon(const char __user *name, int flags)
{
	struct path path;
	int error;

	if (flags & ~SWAP_FLAGS_VALID)
		return -EINVAL;
	error = capable(CAP_SYS_ADMIN) ? user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW, &path) : -EPERM;
	if (error)
		return error;
	error = swapon_path(&path, flags);
	path_put(&path);
	return error;
}

long ksys_swapoff(const char __user *name)
{
	struct block_device *disk;
	struct path path;
	int error = capable(CAP_SYS_ADMIN) ? user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW, &path) : -EPERM;

	if (error)
		return error;
	disk = disk_at(&path);
	path_put(&path);
	return IS_ERR(disk) ? PTR_ERR(disk) : do_swapoff(disk);
}
