/* fs/file.c - open files: made, counted, closed; and files that have no name.
 *
 * Linux: fs/file_table.c, open.c (do_dentry_open), anon_inodes.c.
 */
#include <fs/vfs.h>
#include <fs/dcache.h>
#include <fs/mount.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>
#include <mm/alloc/slab.h>

static struct kmem_cache *file_cache;
char anon_dentry_mark;

/* The file system of nameless files is never mounted anywhere; its root directory is empty for ever. */
static const struct super_operations anon_super_operations;
static struct superblock anon_super = { .op = &anon_super_operations, .dev = MKDEV(0, 1), .magic = 0x09041934 };
static struct mount anon_mount = { .sb = &anon_super, .list = LIST_HEAD_INIT(anon_mount.list) };

void file_init(void)
{
	file_cache = kmem_cache_create("filp", sizeof(struct file), 0, 0, NULL);
	atomic_set(&anon_super.count, 1);
	atomic_set(&anon_mount.count, 1);
	anon_super.root = d_make_root(&anon_super, new_inode(&anon_super, S_IFDIR | 0555, 0));
	anon_mount.root = anon_super.root;
}

int anon_path(const char *name, umode_t mode, struct path *path)
{
	struct inode *inode = new_inode(&anon_super, mode, 0);
	char text[NAME_MAX + 1];
	struct dentry *dentry;

	if (!inode)
		return -ENOMEM;
	inode->nlink = 0;
	if (strstr(name, "%llu")) {
		size_t prefix = strstr(name, "%llu") - name;

		snprintf(text, sizeof(text), "%.*s%llu%s", (int)prefix, name, inode->ino, name + prefix + 4);
		name = text;
	}
	dentry = d_alloc(anon_super.root, name, strlen(name));
	if (!dentry) {
		iput(inode);
		return -ENOMEM;
	}
	dentry->inode = inode;
	dentry->private = &anon_dentry_mark;
	path->dentry = dentry;
	path->mnt = &anon_mount;
	atomic_inc(&anon_mount.count);
	return 0;
}

struct file *alloc_file(const struct path *path, unsigned int flags, const struct file_operations *op, void *private)
{
	static const unsigned int modes[4] = { FMODE_READ, FMODE_WRITE, FMODE_READ | FMODE_WRITE, 0 };
	struct file *file = kmem_cache_alloc(file_cache, GFP_KERNEL | __GFP_ZERO);

	if (!file)
		return ERR_PTR(-ENOMEM);
	atomic_set(&file->count, 1);
	file->mode = flags & O_PATH ? FMODE_PATH : modes[flags & O_ACCMODE];
	file->flags = flags & ~(O_CREAT | O_CLOEXEC);
	file->op = op;
	file->path = *path;
	path_get(path);
	file->inode = path->dentry->inode;
	mutex_init(&file->pos_lock);
	file->private = private;
	return file;
}

static int claim_writing(struct file *file)
{
	int error;

	if (!(file->mode & FMODE_WRITE) || !S_ISREG(file->inode->mode))
		return 0;
	error = mnt_want_write(&file->path);
	if (!error)
		error = get_write_access(file->inode);
	if (!error)
		file->mode |= FMODE_WRITER;
	return error;
}

struct file *dentry_open(const struct path *path, unsigned int flags)
{
	struct file *file = alloc_file(path, flags, path->dentry->inode->fop, NULL);
	int error = 0;

	if (IS_ERR(file) || (flags & O_PATH))
		return file;
	if (!file->op)
		error = -ENXIO;
	if (!error)
		error = claim_writing(file);
	if (!error && file->op->open)
		error = file->op->open(file->inode, file);
	if (error) {
		file->op = NULL;		/* nothing to release */
		fput(file);
		return ERR_PTR(error);
	}
	file->flags &= ~(O_EXCL | O_NOCTTY | O_TRUNC);	/* meant for the open operation only */
	return file;
}

void fput(struct file *file)
{
	if (!refcount_dec_and_test(&file->count, REF_FILE))
		return;
	if (file->op && file->op->release)
		file->op->release(file->inode, file);
	if (file->mode & FMODE_WRITER)
		put_write_access(file->inode);
	path_put(&file->path);
	kmem_cache_free(file_cache, file);
}
