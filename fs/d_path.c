/* fs/d_path.c - the name of a file as text, from its dentry up to the root.
 *
 * Linux: fs/d_path.c.
 */
#include <fs/vfs.h>
#include <fs/dcache.h>
#include <kernel/lib/string.h>

/* Text is put in from the end of the buffer towards its beginning. */
static bool prepend(char **p, char *buf, const char *text, size_t len)
{
	if ((size_t)(*p - buf) < len)
		return false;
	*p -= len;
	memcpy(*p, text, len);
	return true;
}

/* => dcache_lock held; from path up to root (NULL: the first mount); false: the buffer is too small */
static bool prepend_path(const struct path *path, const struct path *root, char **p, char *buf)
{
	struct dentry *dentry = path->dentry;
	struct mount *mnt = path->mnt;

	while (!root || dentry != root->dentry || mnt != root->mnt) {
		if (dentry == mnt->root || dentry->parent == dentry) {
			if (!mnt->parent)
				break;
			dentry = mnt->mountpoint;
			mnt = mnt->parent;
			continue;
		}
		if (!prepend(p, buf, dentry->name, dentry->name_len) || !prepend(p, buf, "/", 1))
			return false;
		dentry = dentry->parent;
	}
	return true;
}

char *d_path(const struct path *path, const struct path *root, char *buf, size_t size)
{
	char *p = buf + size;
	bool ok;

	if (!prepend(&p, buf, "", 1))
		return ERR_PTR(-ENAMETOOLONG);
	spin_lock(&dcache_lock);
	if (path->dentry->private == &anon_dentry_mark) {	/* a file that never had a name in a directory */
		ok = prepend(&p, buf, path->dentry->name, path->dentry->name_len);
		spin_unlock(&dcache_lock);
		return ok ? p : ERR_PTR(-ENAMETOOLONG);
	}
	ok = !d_unlinked(path->dentry) || prepend(&p, buf, " (deleted)", 10);
	if (ok) {
		char *end = p;

		ok = prepend_path(path, root, &p, buf);
		if (ok && p == end)
			ok = prepend(&p, buf, "/", 1);
	}
	spin_unlock(&dcache_lock);
	return ok ? p : ERR_PTR(-ENAMETOOLONG);
}

char *file_path(const struct file *file, char *buf, size_t size)
{
	return d_path(&file->path, NULL, buf, size);
}
