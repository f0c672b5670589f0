/* fs/proc/mounts.c - /proc/PID/mounts and mountinfo. Linux: fs/proc_namespace.c. */
#include <fs/files.h>
#include <fs/mount.h>
#include <fs/proc/proc.h>
#include <mm/alloc/slab.h>

#define ESCAPED	" \t\n#"

static void mount_flags_show(struct seq *m, unsigned long flags)
{
	seq_puts(m, flags & MS_RDONLY ? "ro" : "rw");
	if (flags & MS_NOSUID)
		seq_puts(m, ",nosuid");
	if (flags & MS_NODEV)
		seq_puts(m, ",nodev");
	if (flags & MS_NOEXEC)
		seq_puts(m, ",noexec");
}

static void super_options_show(struct seq *m, struct superblock *sb)
{
	char options[128] = "";

	if (sb->op && sb->op->show_options)
		sb->op->show_options(sb, options, sizeof(options));
	seq_puts(m, options);
}

static void mounts_line(struct seq *m, const struct mount *mnt, const char *name, char *buf __unused)
{
	seq_escape(m, mnt->source, ESCAPED);
	seq_putc(m, ' ');
	seq_escape(m, name, ESCAPED);
	seq_printf(m, " %s ", mnt->sb->type->name);
	mount_flags_show(m, mnt->flags);
	super_options_show(m, mnt->sb);
	seq_puts(m, " 0 0\n");
}

/* What of its file system a mount shows: "/", or deeper for a bind mount. */
static void mount_root_show(struct seq *m, const struct mount *mnt, char *buf)
{
	struct mount alone = { .sb = mnt->sb, .root = mnt->sb->root };
	struct path path = { &alone, mnt->root };
	char *name = d_path(&path, NULL, buf, PATH_MAX);

	seq_escape(m, IS_ERR(name) ? "?" : name, ESCAPED);
}

static void mountinfo_line(struct seq *m, const struct mount *mnt, const char *name, char *buf)
{
	const struct mount *parent = READ_ONCE(mnt->parent);

	seq_printf(m, "%d %d %u:%u ", mnt->id, parent ? parent->id : mnt->id, MAJOR(mnt->sb->dev), MINOR(mnt->sb->dev));
	mount_root_show(m, mnt, buf);
	seq_putc(m, ' ');
	seq_escape(m, name, ESCAPED);
	seq_putc(m, ' ');
	mount_flags_show(m, mnt->flags);
	seq_printf(m, " - %s ", mnt->sb->type->name);
	seq_escape(m, mnt->source, ESCAPED);
	seq_puts(m, mnt->sb->flags & MS_RDONLY ? " ro" : " rw");
	super_options_show(m, mnt->sb);
	seq_putc(m, '\n');
}

typedef void (*mount_line_fn)(struct seq *m, const struct mount *mnt, const char *name, char *buf);

/* One line for each mount that can be reached from the reader's root. */
static int for_each_mount_line(struct seq *m, mount_line_fn line)
{
	char *name, *buf = kmalloc(2 * PATH_MAX, GFP_KERNEL);
	struct path path, root;
	struct mount *mnt;
	unsigned int i;

	if (!buf)
		return -ENOMEM;
	get_fs_root(current->fs, &root);
	for (i = 0; (mnt = mount_at(i)); mount_put(mnt), i++) {
		path = (struct path){ mnt, mnt->root };
		name = d_path(&path, &root, buf, PATH_MAX);
		if (!IS_ERR(name))
			line(m, mnt, name, buf + PATH_MAX);
	}
	path_put(&root);
	kfree(buf);
	return 0;
}

int proc_mounts_show(struct seq *m, void *arg __unused)
{
	return for_each_mount_line(m, mounts_line);
}

int proc_mountinfo_show(struct seq *m, void *arg __unused)
{
	return for_each_mount_line(m, mountinfo_line);
}
