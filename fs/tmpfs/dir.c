/* fs/tmpfs/dir.c - names: the dentries are the directory, so little is left to do. See tmpfs.h. */
#include <fs/tmpfs/tmpfs.h>
#include <kernel/lib/string.h>
#include <mm/alloc/slab.h>

#define NAME_BYTES	20	/* how much a name adds to the size that a directory shows, as on Linux */

static void add_name(struct inode *dir, struct dentry *dentry, struct inode *inode)
{
	dir->size += NAME_BYTES;
	d_add(dentry, inode, true);
}

static int tmpfs_mknod(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t rdev)
{
	struct inode *inode = tmpfs_new_inode(dir->sb, mode, rdev);

	if (!inode)
		return -ENOMEM;
	add_name(dir, dentry, inode);
	return 0;
}

static int tmpfs_create(struct inode *dir, struct dentry *dentry, umode_t mode)
{
	return tmpfs_mknod(dir, dentry, mode, 0);
}

static int tmpfs_mkdir(struct inode *dir, struct dentry *dentry, umode_t mode)
{
	int error = tmpfs_mknod(dir, dentry, mode, 0);

	if (!error)
		dir->nlink++;
	return error;
}

static int tmpfs_symlink(struct inode *dir, struct dentry *dentry, const char *target)
{
	struct inode *inode;
	char *text = kstrdup(target, GFP_KERNEL);

	if (!text)
		return -ENOMEM;
	inode = tmpfs_new_inode(dir->sb, S_IFLNK | 0777, 0);
	if (!inode) {
		kfree(text);
		return -ENOMEM;
	}
	inode->private = text;
	inode->size = strlen(text);
	add_name(dir, dentry, inode);
	return 0;
}

static int tmpfs_link(struct dentry *old, struct inode *dir, struct dentry *dentry)
{
	struct inode *inode = old->inode;

	iget(inode);
	inode->nlink++;
	add_name(dir, dentry, inode);
	return 0;
}

static int tmpfs_unlink(struct inode *dir, struct dentry *dentry)
{
	dentry->inode->nlink--;
	dir->size -= NAME_BYTES;
	return 0;
}

static int tmpfs_rmdir(struct inode *dir, struct dentry *dentry)
{
	if (d_has_children(dentry))
		return -ENOTEMPTY;
	dir->nlink--;
	dir->size -= NAME_BYTES;
	return 0;
}

static int tmpfs_rename(struct inode *old_dir, struct dentry *old, struct inode *new_dir, struct dentry *target,
			unsigned int flags)
{
	bool directory = is_directory(old->inode);

	if (flags & RENAME_EXCHANGE) {
		bool other = is_directory(target->inode);

		old_dir->nlink += other - directory;
		new_dir->nlink += directory - other;
		return 0;
	}
	if (target->inode) {
		if (d_has_children(target))
			return -ENOTEMPTY;
		if (directory) {
			target->inode->nlink = 0;
			new_dir->nlink--;
		} else {
			target->inode->nlink--;
		}
		new_dir->size -= NAME_BYTES;
	}
	old_dir->size -= NAME_BYTES;
	new_dir->size += NAME_BYTES;
	old_dir->nlink -= directory;
	new_dir->nlink += directory;
	return 0;
}

const struct inode_operations tmpfs_dir_inode_operations = {
	.create		= tmpfs_create,
	.mkdir		= tmpfs_mkdir,
	.mknod		= tmpfs_mknod,
	.symlink	= tmpfs_symlink,
	.link		= tmpfs_link,
	.unlink		= tmpfs_unlink,
	.rmdir		= tmpfs_rmdir,
	.rename		= tmpfs_rename,
};

static int tmpfs_readlink(struct dentry *dentry, char *buf, size_t size)
{
	struct inode *inode = dentry->inode;
	size_t len = min(size, (size_t)inode->size);

	memcpy(buf, inode->private, len);
	return len;
}

const struct inode_operations tmpfs_link_inode_operations = { .readlink = tmpfs_readlink };
