/* fs/proc/root.c - /proc itself: its global files, its processes, and `self`. Linux: fs/proc/root.c, self.c. */
#include <fs/proc/pid.h>
#include <fs/proc/proc.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>

#define PROC_SUPER_MAGIC	0x9fa0

static int self_readlink(struct dentry *dentry __unused, char *buf, size_t size)
{
	char text[12];
	int len = scnprintf(text, sizeof(text), "%d", current->tgid);

	return scnprintf(buf, size, "%.*s", len, text);
}

static int thread_self_readlink(struct dentry *dentry __unused, char *buf, size_t size)
{
	char text[40];
	int len = scnprintf(text, sizeof(text), "%d/task/%d", current->tgid, current->pid);

	return scnprintf(buf, size, "%.*s", len, text);
}

static const struct inode_operations self_operations = { .readlink = self_readlink };
static const struct inode_operations thread_self_operations = { .readlink = thread_self_readlink };

/* Remembers that the reader's buffer is full: only then do the processes wait for the next call. */
struct root_context {
	struct dir_context ctx;
	struct dir_context *reader;
	bool	full;
};

static bool root_emit(struct dir_context *ctx, const char *name, size_t len, u64 ino, u8 type, u64 next_pos)
{
	struct root_context *root = container_of(ctx, struct root_context, ctx);
	unsigned int pid;

	/* The directory of a process of which somebody has a file open is a name among the others: its turn comes later. */
	if (proc_parse_number(name, len, &pid))
		return true;
	root->full = !root->reader->emit(root->reader, name, len, ino, type, next_pos);
	return !root->full;
}

static int proc_root_iterate(struct file *file, struct dir_context *ctx)
{
	struct root_context root = { .ctx = { .emit = root_emit, .pos = ctx->pos }, .reader = ctx };
	int err;

	if (ctx->pos < PROC_PID_POS) {
		err = dcache_iterate(file, &root.ctx);
		ctx->pos = root.ctx.pos;
		if (err || root.full)
			return err;
		ctx->pos = PROC_PID_POS;
	}
	proc_pid_emit(ctx);
	return 0;
}

static const struct inode_operations proc_root_inode_operations = {
	.lookup = proc_pid_lookup, .still_valid = proc_pid_still_valid,
};
static const struct file_operations proc_root_operations = { .iterate = proc_root_iterate };

static const struct super_operations proc_super_operations = { .evict_inode = proc_evict_inode };

/* A link whose text depends on who reads it. */
static int add_self_link(struct superblock *sb, const char *name, const struct inode_operations *op)
{
	struct pseudo_file link = { .path = name, .link = "" };
	struct dentry *dentry = pseudo_add(sb->root, name, strlen(name), &link);

	if (!dentry)
		return -ENOMEM;
	dentry->inode->op = op;
	return 0;
}

static int proc_fill_super(struct superblock *sb, const char *source __unused, const char *options __unused)
{
	int err;

	err = pseudo_fill_root(sb, PROC_SUPER_MAGIC, &proc_root_inode_operations, &proc_root_operations);
	if (!err)
		err = pseudo_populate(sb, proc_memory_files, nr_proc_memory_files);
	if (!err)
		err = pseudo_populate(sb, proc_system_files, nr_proc_system_files);
	if (!err)
		err = pseudo_populate(sb, proc_sysctl_files, nr_proc_sysctl_files);
	if (!err)
		err = pseudo_populate(sb, proc_block_files, nr_proc_block_files);
	if (err)
		return err;
	sb->op = &proc_super_operations;
	err = add_self_link(sb, "self", &self_operations);
	return err ? err : add_self_link(sb, "thread-self", &thread_self_operations);
}

static struct file_system_type proc_type = { .name = "proc", .fill_super = proc_fill_super, .is_single = true };

void procfs_init(void)
{
	register_filesystem(&proc_type);
}
