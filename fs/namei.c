/* fs/namei.c - the walk along a path. See namei.h.
 *
 * The walk is a loop, not a recursion: when a symbolic link is met, its text and what is left of
 * the name become the new name.
 *
 * Linux: fs/namei.c.
 */
#include <fs/namei.h>
#include <fs/dcache.h>
#include <fs/files.h>
#include <fs/walk.h>
#include <kernel/lib/string.h>
#include <kernel/x86/usercopy.h>
#include <mm/alloc/slab.h>

char *getname(const char __user *name, unsigned int lookup_flags)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL);
	long len;

	if (!buf)
		return ERR_PTR(-ENOMEM);
	len = strncpy_from_user(buf, name, PATH_MAX);
	if (len == PATH_MAX)
		len = -ENAMETOOLONG;
	else if (!len && !(lookup_flags & LOOKUP_EMPTY))
		len = -ENOENT;
	if (len < 0) {
		kfree(buf);
		return ERR_PTR(len);
	}
	return buf;
}

void putname(char *name)
{
	if (!IS_ERR_OR_NULL(name))
		kfree(name);
}

static int start_directory(int dfd, struct path *path)
{
	struct fd f;

	if (dfd == AT_FDCWD) {
		get_fs_cwd(current->fs, path);
		return 0;
	}
	f = fdget_raw(dfd);
	if (!f.file)
		return -EBADF;
	*path = f.file->path;
	path_get(path);
	fdput(f);
	return 0;
}

int walk_begin(struct walk *w, int dfd, const char *name)
{
	*w = (struct walk){ .name = name };
	get_fs_root(current->fs, &w->root);
	if (*name == '/') {
		w->path = w->root;
		path_get(&w->path);
	} else {
		int error = start_directory(dfd, &w->path);

		if (error) {
			path_put(&w->root);
			return error;
		}
	}
	return 0;
}

void walk_end(struct walk *w)
{
	kfree(w->buffer);
	path_put(&w->path);
	path_put(&w->root);
}

/* A child that is known and not out of date, referenced; or NULL */
static struct dentry *lookup_cached(struct dentry *parent, const char *name, size_t len)
{
	const struct inode_operations *op = parent->inode->op;
	struct dentry *dentry = d_lookup(parent, name, len);

	if (dentry && op->still_valid && !op->still_valid(dentry)) {
		d_delete(dentry);
		dput(dentry);
		dentry = NULL;
	}
	return dentry;
}

/* => dir's rwsem held for writing, or dir has no lookup operation; a referenced dentry or ERR_PTR */
static struct dentry *lookup_uncached(struct dentry *parent, const char *name, size_t len)
{
	struct inode *dir = parent->inode;
	struct dentry *dentry;

	if (!dir->op->lookup)
		return ERR_PTR(-ENOENT);
	/* somebody may have looked it up while we waited for the lock */
	dentry = lookup_cached(parent, name, len);
	return dentry ? dentry : dir->op->lookup(dir, parent, name, len);
}

static struct dentry *lookup_child(struct dentry *parent, const char *name, size_t len)
{
	struct dentry *dentry = lookup_cached(parent, name, len);

	if (dentry || !parent->inode->op->lookup)
		return dentry ? dentry : ERR_PTR(-ENOENT);
	down_write(&parent->inode->rwsem);
	dentry = lookup_uncached(parent, name, len);
	up_write(&parent->inode->rwsem);
	return dentry;
}

static void step_up(struct walk *w)
{
	struct dentry *dentry, *parent;

	for (;;) {
		if (w->path.dentry == w->root.dentry && w->path.mnt == w->root.mnt)
			return;
		if (w->path.dentry != w->path.mnt->root)
			break;
		if (!follow_up(&w->path))
			return;
	}
	dentry = w->path.dentry;
	spin_lock(&dcache_lock);
	parent = dget(dentry->parent);
	spin_unlock(&dcache_lock);
	w->path.dentry = parent;
	dput(dentry);
	follow_mounts(&w->path);
}

/* The text of the link, and behind it what was left of the name, become the name. */
static int splice_link_text(struct walk *w, struct dentry *link, const char *rest)
{
	size_t rest_len = strlen(rest);
	char *text = kmalloc(2 * PATH_MAX, GFP_KERNEL);
	int len;

	if (!text)
		return -ENOMEM;
	len = link->inode->op->readlink(link, text, PATH_MAX - 1);
	if (len <= 0 || rest_len + 1 >= PATH_MAX) {
		kfree(text);
		return len < 0 ? len : len ? -ENAMETOOLONG : -ENOENT;
	}
	if (rest_len || w->trailing_slash)
		text[len++] = '/';
	memcpy(text + len, rest, rest_len + 1);
	kfree(w->buffer);
	w->buffer = text;
	w->name = text;
	if (*text == '/') {
		path_put(&w->path);
		w->path = w->root;
		path_get(&w->path);
	}
	return 0;
}

int walk_follow_link(struct walk *w, const struct path *link, const char *rest)
{
	struct inode *inode = link->dentry->inode;
	struct path target;
	int error;

	if (++w->links > MAX_SYMLINKS)
		return -ELOOP;
	if (!inode->op->get_path)
		return splice_link_text(w, link->dentry, rest);
	error = inode->op->get_path(link->dentry, &target);
	if (error)
		return error;
	path_put(&w->path);
	w->path = target;
	w->name = rest;
	return 0;
}

/* one name below a directory. => follow: the link at the end of the path too */
static int step_down(struct walk *w, const char *name, size_t len, const char *rest, bool follow)
{
	struct dentry *dentry = lookup_child(w->path.dentry, name, len);
	struct path next;
	int error = 0;

	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	next.mnt = w->path.mnt;
	next.dentry = dentry;
	atomic_inc(&next.mnt->count);
	follow_mounts(&next);
	if (S_ISLNK(next.dentry->inode->mode) && (*rest || follow)) {
		error = walk_follow_link(w, &next, rest);
		path_put(&next);
		return error;
	}
	path_put(&w->path);
	w->path = next;
	w->name = rest;
	return 0;
}

int walk_path(struct walk *w, unsigned int flags, bool stop_at_last)
{
	for (;;) {
		const char *name = w->name, *rest;
		size_t len;
		int error;

		while (*name == '/')
			name++;
		len = strcspn(name, "/");
		rest = name + len;
		w->trailing_slash = *rest == '/';
		while (*rest == '/')
			rest++;
		if (len && !is_directory(w->path.dentry->inode))
			return -ENOTDIR;
		if (len > NAME_MAX)
			return -ENAMETOOLONG;
		w->last = name;
		w->last_len = len;
		if (!len || (stop_at_last && !*rest))
			break;
		if (*rest)
			w->trailing_slash = true;
		if (len == 1 && name[0] == '.') {
			w->name = rest;
		} else if (len == 2 && name[0] == '.' && name[1] == '.') {
			step_up(w);
			w->name = rest;
		} else {
			error = step_down(w, name, len, rest, (flags & LOOKUP_FOLLOW) || w->trailing_slash);
			if (error)
				return error;
		}
		if (w->trailing_slash && !*w->name && !is_directory(w->path.dentry->inode))
			return -ENOTDIR;
	}
	if (!stop_at_last && (flags & LOOKUP_DIRECTORY) && !is_directory(w->path.dentry->inode))
		return -ENOTDIR;
	return 0;
}

int path_lookup(int dfd, const char *name, unsigned int flags, struct path *path)
{
	struct walk w;
	int error;

	if (!*name && !(flags & LOOKUP_EMPTY))
		return -ENOENT;
	error = walk_begin(&w, dfd, name);
	if (error)
		return error;
	error = walk_path(&w, flags, false);
	if (!error) {
		*path = w.path;
		path_get(path);
	}
	walk_end(&w);
	return error;
}

int user_path_at(int dfd, const char __user *name, unsigned int flags, struct path *path)
{
	char *kname = getname(name, flags);
	int error;

	if (IS_ERR(kname))
		return PTR_ERR(kname);
	error = path_lookup(dfd, kname, flags, path);
	putname(kname);
	return error;
}

struct dentry *lookup_last(struct dentry *parent, const char *name, size_t len)
{
	struct dentry *dentry;

	if (d_unlinked(parent))
		return ERR_PTR(-ENOENT);	/* the directory was removed meanwhile */
	dentry = lookup_cached(parent, name, len);
	if (!dentry)
		dentry = lookup_uncached(parent, name, len);
	if (PTR_ERR(dentry) == -ENOENT)
		dentry = d_alloc(parent, name, len);
	return dentry ? dentry : ERR_PTR(-ENOMEM);
}

bool last_is_name(const struct walk *w)
{
	return w->last_len && !(w->last[0] == '.' && (w->last_len == 1 || (w->last_len == 2 && w->last[1] == '.')));
}

int filename_create(int dfd, const char *name, bool directory, struct path *parent, struct dentry **dentry)
{
	struct dentry *child;
	struct walk w;
	int error;

	if (!*name)
		return -ENOENT;
	error = walk_begin(&w, dfd, name);
	if (error)
		return error;
	error = walk_path(&w, 0, true);
	if (!error && !last_is_name(&w))
		error = -EEXIST;
	if (error) {
		walk_end(&w);
		return error;
	}
	*parent = w.path;
	path_get(parent);
	down_write(&parent->dentry->inode->rwsem);
	child = lookup_last(parent->dentry, w.last, w.last_len);
	if (!IS_ERR(child) && !child->inode && w.trailing_slash && !directory) {
		dput(child);
		child = ERR_PTR(-ENOENT);
	}
	walk_end(&w);
	if (IS_ERR(child)) {
		up_write(&parent->dentry->inode->rwsem);
		path_put(parent);
		return PTR_ERR(child);
	}
	*dentry = child;
	return 0;
}

void done_path(struct path *parent, struct dentry *dentry)
{
	dput(dentry);
	up_write(&parent->dentry->inode->rwsem);
	path_put(parent);
}
