/* fs/initramfs/initramfs.c - see initramfs.h.
 *
 * Hard links: entries with nlink > 1 and the same inode number are one file. Only one of them
 * (mostly the last) has the data, so the first makes the file and the others link to it, and
 * whichever has data fills it.
 */
#define pr_fmt(fmt) "initramfs: " fmt
#include <fs/initramfs/initramfs.h>
#include <fs/initramfs/cpio.h>
#include <fs/namei.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>
#include <kernel/x86/boot_info.h>
#include <kernel/x86/clock.h>
#include <mm/alloc/slab.h>
#include <mm/frame/boot_mem.h>

/* A file that further entries may link to. */
struct known_link {
	struct list_head list;
	u32		ino, dev_major, dev_minor;
	char		name[];
};

struct unpacking {
	struct list_head links;
	unsigned int	files, failures;
	u64		bytes;
	char		path[PATH_MAX + 2];	/* of the entry at hand, from "/" */
};

static struct known_link *find_link(struct unpacking *u, const struct cpio_entry *e)
{
	struct known_link *link;

	list_for_each_entry(link, &u->links, list)
		if (link->ino == e->ino && link->dev_major == e->dev_major && link->dev_minor == e->dev_minor)
			return link;
	return NULL;
}

static int remember_link(struct unpacking *u, const struct cpio_entry *e)
{
	struct known_link *link = kmalloc(sizeof(*link) + strlen(u->path) + 1, GFP_KERNEL);

	if (!link)
		return -ENOMEM;
	link->ino = e->ino;
	link->dev_major = e->dev_major;
	link->dev_minor = e->dev_minor;
	strscpy(link->name, u->path, strlen(u->path) + 1);
	list_add(&link->list, &u->links);
	return 0;
}

static void forget_links(void *arg)
{
	struct unpacking *u = arg;
	struct known_link *link, *next;

	list_for_each_entry_safe(link, next, &u->links, list)
		kfree(link);
	INIT_LIST_HEAD(&u->links);
}

static int write_file(struct unpacking *u, const struct cpio_entry *e)
{
	unsigned int trunc = e->nlink > 1 && !e->size ? 0 : O_TRUNC;
	struct file *file = filp_open(u->path, O_WRONLY | O_CREAT | trunc, e->mode & S_IALLUGO);
	u64 pos = 0;
	ssize_t n = 0;

	if (IS_ERR(file))
		return PTR_ERR(file);
	if (e->size)
		n = kernel_write(file, e->data, e->size, &pos);
	fput(file);
	return n < 0 ? n : n < (ssize_t)e->size ? -ENOSPC : 0;
}

static int make_regular(struct unpacking *u, const struct cpio_entry *e)
{
	struct known_link *link = e->nlink > 1 ? find_link(u, e) : NULL;
	int error = 0;

	if (link)
		error = kern_link(link->name, u->path);
	else if (e->nlink > 1)
		error = remember_link(u, e);
	return error && error != -EEXIST ? error : write_file(u, e);
}

static int make_symlink(struct unpacking *u, const struct cpio_entry *e)
{
	char *target;
	int error;

	if (!e->size || e->size >= PATH_MAX)
		return -EINVAL;
	target = kmalloc(e->size + 1, GFP_KERNEL);
	if (!target)
		return -ENOMEM;
	memcpy(target, e->data, e->size);
	target[e->size] = 0;
	error = kern_symlink(target, u->path);
	kfree(target);
	return error;
}

static int make_directory(struct unpacking *u, const struct cpio_entry *e)
{
	int error = *e->name ? kern_mkdir(u->path, e->mode & S_IALLUGO) : 0;

	return error == -EEXIST ? 0 : error;
}

static void set_attributes(struct unpacking *u, const struct cpio_entry *e)
{
	struct path path;

	if (kern_path(u->path, 0, &path))
		return;
	path.dentry->inode->uid = e->uid;
	path.dentry->inode->gid = e->gid;
	if (e->mtime)
		path.dentry->inode->mtime = e->mtime * NSEC_PER_SEC;
	path_put(&path);
}

static int make_entry(struct unpacking *u, const struct cpio_entry *e)
{
	switch (e->mode & S_IFMT) {
	case S_IFREG:
		return make_regular(u, e);
	case S_IFDIR:
		return make_directory(u, e);
	case S_IFLNK:
		return make_symlink(u, e);
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
		return kern_mknod(u->path, e->mode, MKDEV(e->rdev_major, e->rdev_minor));
	default:
		return -EINVAL;
	}
}

static int unpack_entry(const struct cpio_entry *e, void *arg)
{
	struct unpacking *u = arg;
	int error;

	snprintf(u->path, sizeof(u->path), "/%s", e->name);
	error = make_entry(u, e);
	if (error) {
		if (u->failures++ < 8)
			pr_err("%s: error %d\n", u->path, -error);
		return 0;
	}
	set_attributes(u, e);
	u->files++;
	u->bytes += e->size;
	return 0;
}

void initramfs_unpack(void)
{
	const struct boot_module *module = &boot_info.modules[0];
	struct cpio_error error;
	struct unpacking *u;

	if (!boot_info.nr_modules) {
		pr_warn("the boot loader brought none\n");
		return;
	}
	u = kzalloc(sizeof(*u), GFP_KERNEL);
	if (!u)
		return;
	INIT_LIST_HEAD(&u->links);
	if (cpio_parse(__va(module->start), module->end - module->start, unpack_entry, forget_links, u, &error))
		pr_err("broken at byte %lu: %s\n", (unsigned long)error.offset, error.what);
	forget_links(u);
	pr_info("%u files, %llu KB%s\n", u->files, u->bytes / 1024, u->failures ? ", some could not be unpacked" : "");
	kfree(u);
	boot_free_late(module->start, module->end - module->start);
}
