/* fs/readdir.c - getdents64(2), and the listing of directories that live in the dentry tree.
 *
 * A position in a directory is a cookie that belongs to one name for as long as the name exists, so
 * that a listing in several calls sees every name that was there all the time exactly once,
 * whatever else comes and goes.
 *
 * Linux: fs/readdir.c, libfs.c.
 */
#include <fs/dcache.h>
#include <fs/files.h>
#include <fs/syscalls.h>
#include <kernel/lib/string.h>
#include <kernel/x86/usercopy.h>
#include <mm/alloc/slab.h>

struct getdents_context {
	struct dir_context ctx;
	char __user	*buf;
	size_t		room, used;
	int		error;			/* -EFAULT, or -EINVAL: not even one entry fits */
};

static bool emit_dirent64(struct dir_context *ctx, const char *name, size_t len, u64 ino, u8 type, u64 next_pos)
{
	struct getdents_context *g = container_of(ctx, struct getdents_context, ctx);
	size_t size = ALIGN(offsetof(struct linux_dirent64, d_name) + len + 1, 8);
	union {
		struct linux_dirent64 d;
		char bytes[ALIGN(offsetof(struct linux_dirent64, d_name) + NAME_MAX + 1, 8)];
	} entry;

	if (size > g->room - g->used) {
		g->error = -EINVAL;
		return false;
	}
	memset(&entry, 0, size);
	entry.d.d_ino = ino;
	entry.d.d_off = next_pos;
	entry.d.d_reclen = size;
	entry.d.d_type = type;
	memcpy(entry.d.d_name, name, len);
	if (copy_to_user(g->buf + g->used, &entry, size)) {
		g->error = -EFAULT;
		return false;
	}
	g->used += size;
	return true;
}

long ksys_getdents64(unsigned int fd, void __user *dirent, unsigned int count)
{
	struct getdents_context g = { .ctx.emit = emit_dirent64, .buf = dirent, .room = count };
	struct fd f = fdget(fd);
	int error;

	if (!f.file)
		return -EBADF;
	if (!f.file->op->iterate) {
		fdput(f);
		return -ENOTDIR;
	}
	mutex_lock(&f.file->pos_lock);
	g.ctx.pos = f.file->pos;
	error = f.file->op->iterate(f.file, &g.ctx);
	f.file->pos = g.ctx.pos;
	mutex_unlock(&f.file->pos_lock);
	fdput(f);
	if (g.used)
		return g.used;
	return error ? error : g.error;
}

/*
 * The child with the lowest cookie >= pos, referenced, or NULL. after: the one before it, if known,
 * which saves the search
 * => dir's rwsem held: nobody takes names away or adds some
 */
static struct dentry *next_child(struct dentry *dir, struct dentry *after, u64 pos)
{
	struct dentry *child;

	spin_lock(&dcache_lock);
	child = after ? list_next_entry(after, sibling) : list_first_entry(&dir->children, struct dentry, sibling);
	list_for_each_entry_from(child, &dir->children, sibling) {	/* in the order of their cookies */
		if (child->cookie < pos || !child->inode)
			continue;
		dget(child);
		spin_unlock(&dcache_lock);
		return child;
	}
	spin_unlock(&dcache_lock);
	return NULL;
}

bool dir_emit_dots(struct file *file, struct dir_context *ctx)
{
	struct dentry *dir = file->path.dentry;

	if (ctx->pos == 0) {
		if (!ctx->emit(ctx, ".", 1, dir->inode->ino, mode_to_dt(S_IFDIR), 1))
			return false;
		ctx->pos = 1;
	}
	if (ctx->pos == 1) {
		if (!ctx->emit(ctx, "..", 2, dir->parent->inode->ino, mode_to_dt(S_IFDIR), 2))
			return false;
		ctx->pos = 2;
	}
	return true;
}

int dcache_iterate(struct file *file, struct dir_context *ctx)
{
	struct dentry *dir = file->path.dentry, *child = NULL, *next;
	bool room = dir_emit_dots(file, ctx);

	down_read(&dir->inode->rwsem);
	while (room && (next = next_child(dir, child, ctx->pos))) {
		if (child)
			dput(child);
		child = next;
		room = ctx->emit(ctx, child->name, child->name_len, child->inode->ino, mode_to_dt(child->inode->mode),
				 child->cookie + 1);
		if (room)
			ctx->pos = child->cookie + 1;
	}
	if (child)
		dput(child);
	up_read(&dir->inode->rwsem);
	return 0;
}

static s64 dir_llseek(struct file *file, s64 offset, int whence)
{
	return whence == SEEK_SET || whence == SEEK_CUR ? seek_position(file, offset, whence, 0) : -EINVAL;
}

const struct file_operations dcache_dir_operations = {
	.iterate	= dcache_iterate,
	.llseek		= dir_llseek,
};
