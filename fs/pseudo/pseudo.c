/* fs/pseudo/pseudo.c - trees of generated files. See pseudo.h. Linux: fs/proc/generic.c, fs/seq_file.c. */
#include <fs/pseudo/pseudo.h>
#include <kernel/lib/parse.h>
#include <kernel/lib/string.h>
#include <mm/alloc/slab.h>

/* --- one open file ------------------------------------------------------------------------------------------------ */

static int pseudo_open(struct inode *inode __unused, struct file *file)
{
	file->private = NULL;
	return 0;
}

static void pseudo_release(struct inode *inode __unused, struct file *file)
{
	struct seq *m = file->private;

	if (m) {
		seq_free(m);
		kfree(m);
	}
}

/* The text of this open file; made anew when the reader is back at the beginning. => pos_lock held */
static struct seq *pseudo_text(struct file *file, const struct pseudo_source *source, u64 pos)
{
	struct seq *m = file->private;
	int err;

	if (m && pos)
		return m;
	if (m)
		seq_free(m);
	else
		m = kzalloc(sizeof(*m), GFP_KERNEL);
	if (!m)
		return ERR_PTR(-ENOMEM);
	file->private = NULL;
	err = seq_make(m, source->show, source->arg);
	if (err) {
		kfree(m);
		return ERR_PTR(err);
	}
	file->private = m;
	return m;
}

static ssize_t pseudo_read(struct file *file, struct iov_iter *to, u64 *pos)
{
	const struct pseudo_source *source = file->inode->private;
	struct seq *m;
	size_t n;

	if (!source->show)
		return -EINVAL;
	m = pseudo_text(file, source, *pos);
	if (IS_ERR(m))
		return PTR_ERR(m);
	if (*pos >= m->len)
		return 0;
	n = min_t(size_t, m->len - *pos, iov_iter_count(to));
	n = copy_to_iter(m->buf + *pos, n, to);
	*pos += n;
	return n ? (ssize_t)n : -EFAULT;
}

static ssize_t pseudo_write(struct file *file, struct iov_iter *from, u64 *pos)
{
	const struct pseudo_source *source = file->inode->private;
	size_t n = iov_iter_count(from);
	char *text;
	int err;

	if (!source->store)
		return -EINVAL;
	if (n >= PSEUDO_STORE_MAX)
		return -EINVAL;
	text = kmalloc(n + 1, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	err = copy_from_iter(text, n, from) == n ? 0 : -EFAULT;
	text[n] = 0;
	if (n && text[n - 1] == '\n')
		text[n - 1] = 0;
	if (!err)
		err = source->store(text, source->arg);
	kfree(text);
	if (err)
		return err;
	*pos += n;
	return n;
}

const struct file_operations pseudo_file_operations = {
	.open = pseudo_open,
	.release = pseudo_release,
	.read = pseudo_read,
	.write = pseudo_write,
};

/* --- the tree ------------------------------------------------------------------------------------------------------ */

static int pseudo_readlink(struct dentry *dentry, char *buf, size_t size)
{
	const char *text = dentry->inode->private;
	size_t len = min_t(size_t, strlen(text), size);

	memcpy(buf, text, len);
	return len;
}

static const struct inode_operations pseudo_link_operations = { .readlink = pseudo_readlink };
static const struct inode_operations pseudo_dir_operations = { };

/* Truncation by O_TRUNC of `echo 1 > knob` is accepted and does nothing. */
static int pseudo_truncate(struct inode *inode __unused, u64 size __unused)
{
	return 0;
}

static const struct inode_operations pseudo_file_inode_operations = { .truncate = pseudo_truncate };

static void pseudo_evict(struct inode *inode)
{
	if (S_ISREG(inode->mode) && inode->fop == &pseudo_file_operations)
		kfree(inode->private);
}

const struct super_operations pseudo_super_operations = { .evict_inode = pseudo_evict };

static int fill_inode(struct inode *inode, const struct pseudo_file *file)
{
	struct pseudo_source *source;

	if (file->link) {
		inode->op = &pseudo_link_operations;
		inode->private = (void *)file->link;
		inode->size = strlen(file->link);
		return 0;
	}
	inode->op = &pseudo_file_inode_operations;
	if (file->fop) {
		inode->fop = file->fop;
		inode->private = file->arg;
		return 0;
	}
	source = kmalloc(sizeof(*source), GFP_KERNEL);
	if (!source)
		return -ENOMEM;
	*source = (struct pseudo_source){ file->show, file->store, file->arg };
	inode->fop = &pseudo_file_operations;
	inode->private = source;
	return 0;
}

struct dentry *pseudo_add(struct dentry *dir, const char *name, size_t len, const struct pseudo_file *file)
{
	umode_t mode = S_IFDIR | 0555;
	struct dentry *dentry;
	struct inode *inode;

	if (file)
		mode = file->link ? S_IFLNK | 0777 : S_IFREG | (file->mode ? file->mode : 0444);
	dentry = d_alloc(dir, name, len);
	if (!dentry)
		return NULL;
	inode = new_inode(dir->sb, mode, 0);
	if (!inode)
		goto fail;
	if (!file) {
		inode->op = &pseudo_dir_operations;
		inode->fop = &dcache_dir_operations;
		dir->inode->nlink++;
	} else if (fill_inode(inode, file)) {
		iput(inode);
		goto fail;
	}
	d_add(dentry, inode, true);
	dput(dentry);			/* the pin keeps it */
	return dentry;
fail:
	dput(dentry);
	return NULL;
}

static struct dentry *subdirectory(struct dentry *dir, const char *name, size_t len)
{
	struct dentry *dentry = d_lookup(dir, name, len);

	if (!dentry)
		return pseudo_add(dir, name, len, NULL);
	dput(dentry);
	return dentry;
}

static int pseudo_add_path(struct dentry *dir, const struct pseudo_file *file)
{
	const char *name = file->path, *slash;

	while (dir && (slash = strchr(name, '/'))) {
		dir = subdirectory(dir, name, slash - name);
		name = slash + 1;
	}
	if (dir && *name)
		dir = pseudo_add(dir, name, strlen(name), file);
	return dir ? 0 : -ENOMEM;
}

int pseudo_populate(struct superblock *sb, const struct pseudo_file *files, size_t nr)
{
	size_t i;
	int err = 0;

	for (i = 0; i < nr && !err; i++)
		err = pseudo_add_path(sb->root, &files[i]);
	return err;
}

int pseudo_fill_root(struct superblock *sb, u64 magic, const struct inode_operations *root_op,
		     const struct file_operations *root_fop)
{
	struct inode *inode;

	sb->magic = magic;
	sb->op = &pseudo_super_operations;
	inode = new_inode(sb, S_IFDIR | 0555, 0);
	if (!inode)
		return -ENOMEM;
	inode->op = root_op ? root_op : &pseudo_dir_operations;
	inode->fop = root_fop ? root_fop : &dcache_dir_operations;
	sb->root = d_make_root(sb, inode);
	return sb->root ? 0 : -ENOMEM;
}

/* --- common knobs --------------------------------------------------------------------------------------------------- */

int pseudo_show_uint(struct seq *m, void *arg)
{
	seq_printf(m, "%u\n", READ_ONCE(*(unsigned int *)arg));
	return 0;
}

int pseudo_show_ulong(struct seq *m, void *arg)
{
	seq_printf(m, "%lu\n", READ_ONCE(*(unsigned long *)arg));
	return 0;
}

int pseudo_show_bool(struct seq *m, void *arg)
{
	seq_printf(m, "%d\n", READ_ONCE(*(bool *)arg));
	return 0;
}

int pseudo_store_uint(char *text, void *arg)
{
	unsigned int value;
	int err = kstrtouint(strim(text), 0, &value);

	if (!err)
		WRITE_ONCE(*(unsigned int *)arg, value);
	return err;
}

int pseudo_store_bool(char *text, void *arg)
{
	unsigned int value;
	int err = kstrtouint(strim(text), 0, &value);

	if (err || value > 1)
		return -EINVAL;
	WRITE_ONCE(*(bool *)arg, value);
	return 0;
}
