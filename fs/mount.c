/* fs/mount.c - file systems, and where they are mounted.
 *
 * All mounts are in one list, oldest first; there are few. A mount is counted by the list, by every
 * path into it, and by the mounts on top of it. It goes when the last of these does; a detached one
 * (umount -l) is no longer in the list and has no parent.
 *
 * Linux: fs/namespace.c, super.c, filesystems.c.
 */
#define pr_fmt(fmt) "mount: " fmt
#include <fs/vfs.h>
#include <fs/dcache.h>
#include <fs/mount.h>
#include <kernel/debug/assert.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/string.h>
#include <mm/alloc/slab.h>

static struct file_system_type *file_systems;	/* filled at start-up */
static struct file_system_type **file_systems_tail = &file_systems;
static LIST_HEAD(mount_list);			/* (dcache_lock) */
static DEFINE_MUTEX(mount_mutex);		/* mount and umount, one at a time */
static struct mount *root_mount;		/* set once */
static struct kmem_cache *mount_cache;
static int next_mount_id = 20;			/* (mount_mutex) */
static u32 next_anon_dev = 2;			/* (mount_mutex) minor of device 0 for file systems without a disk */

void mount_init(void)
{
	mount_cache = kmem_cache_create("mnt_cache", sizeof(struct mount), 0, 0, NULL);
}

void register_filesystem(struct file_system_type *type)
{
	type->next = NULL;
	*file_systems_tail = type;
	file_systems_tail = &type->next;
}

struct file_system_type *next_filesystem(struct file_system_type *type)
{
	return type ? type->next : file_systems;
}

static struct file_system_type *find_filesystem(const char *name)
{
	struct file_system_type *type;

	for (type = file_systems; type; type = type->next)
		if (!strcmp(type->name, name))
			return type;
	return NULL;
}

/* --- superblocks ------------------------------------------------------------------------------ */

/*
 * The pinned dentries of an in-memory file system, leaves first. Nobody else can come in: the last
 * mount is gone.
 */
static void drop_tree(struct dentry *root)
{
	struct dentry *dentry = root, *child, *parent;

	for (;;) {
		spin_lock(&dcache_lock);
		child = list_first_entry_or_null(&dentry->children, struct dentry, sibling);
		spin_unlock(&dcache_lock);
		if (child) {
			dentry = child;
			continue;
		}
		if (dentry == root)
			break;
		parent = dentry->parent;
		d_delete(dentry);
		dentry = parent;
	}
	dput(root);
}

static void put_super(struct superblock *sb)
{
	if (!atomic_dec_and_test(&sb->count))
		return;
	if (sb->op->sync_fs)
		sb->op->sync_fs(sb);
	drop_tree(sb->root);
	if (sb->op->put_super)
		sb->op->put_super(sb);
	kfree(sb);
}

/* => mount_mutex held; a superblock with one reference for the caller, or ERR_PTR */
static struct superblock *get_super(struct file_system_type *type, const char *source, const char *options)
{
	struct superblock *sb = type->single;
	int error;

	if (sb) {
		atomic_inc(&sb->count);
		return sb;
	}
	sb = kzalloc(sizeof(*sb), GFP_KERNEL);
	if (!sb)
		return ERR_PTR(-ENOMEM);
	sb->type = type;
	sb->dev = MKDEV(0, next_anon_dev++);
	atomic_set(&sb->count, 1);
	error = type->fill_super(sb, source, options);
	if (error) {
		kfree(sb);
		return ERR_PTR(error);
	}
	if (type->is_single) {
		type->single = sb;
		atomic_inc(&sb->count);		/* kept for ever */
	}
	return sb;
}

struct superblock *kern_single_super(struct file_system_type *type)
{
	struct superblock *sb;

	mutex_lock(&mount_mutex);
	sb = get_super(type, "", "");
	mutex_unlock(&mount_mutex);
	return sb;
}

/* --- the tree of mounts ----------------------------------------------------------------------- */

static void put_mount(struct mount *mnt)
{
	if (!atomic_dec_and_test(&mnt->count))
		return;
	ASSERT(mnt != root_mount);
	dput(mnt->root);
	put_super(mnt->sb);
	kmem_cache_free(mount_cache, mnt);
}

void path_get(const struct path *path)
{
	atomic_inc(&path->mnt->count);
	dget(path->dentry);
}

void path_put(const struct path *path)
{
	dput(path->dentry);
	put_mount(path->mnt);
}

void global_root(struct path *root)
{
	root->mnt = root_mount;
	root->dentry = root_mount->root;
	path_get(root);
}

/* => dcache_lock held; the newest mount on path, or NULL */
static struct mount *mount_on(const struct path *path)
{
	struct mount *mnt;

	list_for_each_entry_reverse(mnt, &mount_list, list)
		if (mnt->parent == path->mnt && mnt->mountpoint == path->dentry)
			return mnt;
	return NULL;
}

void follow_mounts(struct path *path)
{
	while (READ_ONCE(path->dentry->flags) & DENTRY_MOUNTED) {
		struct path below = *path;
		struct mount *mnt;

		spin_lock(&dcache_lock);
		mnt = mount_on(path);
		if (mnt) {
			path->mnt = mnt;
			path->dentry = mnt->root;
			path_get(path);
		}
		spin_unlock(&dcache_lock);
		if (!mnt)
			break;
		path_put(&below);
	}
}

bool follow_up(struct path *path)
{
	struct path above = *path;

	spin_lock(&dcache_lock);
	if (!path->mnt->parent) {
		spin_unlock(&dcache_lock);
		return false;
	}
	path->dentry = above.mnt->mountpoint;
	path->mnt = above.mnt->parent;
	path_get(path);
	spin_unlock(&dcache_lock);
	path_put(&above);
	return true;
}

int mnt_want_write(const struct path *path)
{
	return (path->mnt->flags | path->mnt->sb->flags) & MS_RDONLY ? -EROFS : 0;
}

struct mount *mount_at(unsigned int i)
{
	struct mount *mnt;

	spin_lock(&dcache_lock);
	list_for_each_entry(mnt, &mount_list, list) {
		if (i--)
			continue;
		atomic_inc(&mnt->count);
		spin_unlock(&dcache_lock);
		return mnt;
	}
	spin_unlock(&dcache_lock);
	return NULL;
}

void mount_put(struct mount *mnt)
{
	put_mount(mnt);
}

/* => mount_mutex held. Takes over the reference to sb; root: where in it the mount begins */
static struct mount *new_mount(struct superblock *sb, struct dentry *root, const char *source, unsigned long flags)
{
	struct mount *mnt = kmem_cache_alloc(mount_cache, GFP_KERNEL | __GFP_ZERO);

	if (!mnt) {
		put_super(sb);
		return NULL;
	}
	mnt->sb = sb;
	mnt->root = dget(root);
	atomic_set(&mnt->count, 1);
	mnt->id = next_mount_id++;
	mnt->flags = flags & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC);
	strscpy(mnt->source, *source ? source : "none", sizeof(mnt->source));
	return mnt;
}

/* => mount_mutex held; mnt becomes the newest mount on path; takes references */
static void attach_mount(struct mount *mnt, const struct path *path)
{
	path_get(path);
	spin_lock(&dcache_lock);
	mnt->parent = path->mnt;
	mnt->mountpoint = path->dentry;
	mnt->mountpoint->flags |= DENTRY_MOUNTED;
	list_add_tail(&mnt->list, &mount_list);
	spin_unlock(&dcache_lock);
}

int mount_root(const char *type_name)
{
	struct file_system_type *type = find_filesystem(type_name);
	struct superblock *sb;
	struct mount *mnt = NULL;

	if (!type)
		return -ENODEV;
	mutex_lock(&mount_mutex);
	sb = get_super(type, "rootfs", "");
	if (!IS_ERR(sb))
		mnt = new_mount(sb, sb->root, "rootfs", 0);
	if (mnt) {
		root_mount = mnt;
		list_add_tail(&mnt->list, &mount_list);
	}
	mutex_unlock(&mount_mutex);
	return IS_ERR(sb) ? PTR_ERR(sb) : mnt ? 0 : -ENOMEM;
}

struct mount *kern_mount(const char *type_name, const char *options)
{
	struct file_system_type *type = find_filesystem(type_name);
	struct superblock *sb;
	struct mount *mnt = NULL;

	if (!type)
		return ERR_PTR(-ENODEV);
	mutex_lock(&mount_mutex);
	sb = get_super(type, "", options);
	if (!IS_ERR(sb))
		mnt = new_mount(sb, sb->root, "", 0);
	if (mnt)
		INIT_LIST_HEAD(&mnt->list);
	mutex_unlock(&mount_mutex);
	return IS_ERR(sb) ? ERR_CAST(sb) : mnt ? mnt : ERR_PTR(-ENOMEM);
}

int mount_type(const char *type_name, const char *source, const struct path *path, unsigned long flags, const char *options)
{
	struct file_system_type *type = find_filesystem(type_name);
	struct superblock *sb;
	struct mount *mnt = NULL;

	if (!type)
		return -ENODEV;
	if (!is_directory(path->dentry->inode))
		return -ENOTDIR;
	mutex_lock(&mount_mutex);
	sb = get_super(type, source, options);
	if (!IS_ERR(sb) && path->dentry == sb->root) {	/* the same once more on top of itself */
		put_super(sb);
		sb = ERR_PTR(-EBUSY);
	}
	if (!IS_ERR(sb))
		mnt = new_mount(sb, sb->root, source, flags);
	if (mnt)
		attach_mount(mnt, path);
	mutex_unlock(&mount_mutex);
	return IS_ERR(sb) ? PTR_ERR(sb) : mnt ? 0 : -ENOMEM;
}

int mount_bind(const struct path *from, const struct path *path)
{
	struct mount *mnt;

	if (is_directory(from->dentry->inode) != is_directory(path->dentry->inode))
		return -ENOTDIR;
	mutex_lock(&mount_mutex);
	atomic_inc(&from->mnt->sb->count);
	mnt = new_mount(from->mnt->sb, from->dentry, from->mnt->source, from->mnt->flags);
	if (mnt)
		attach_mount(mnt, path);
	mutex_unlock(&mount_mutex);
	return mnt ? 0 : -ENOMEM;
}

int mount_remount(const struct path *path, unsigned long flags, const char *options)
{
	struct superblock *sb = path->mnt->sb;
	int error = 0;

	if (path->dentry != path->mnt->root)
		return -EINVAL;
	mutex_lock(&mount_mutex);
	if (sb->op->remount)
		error = sb->op->remount(sb, options);
	if (!error)
		path->mnt->flags = flags & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC);
	mutex_unlock(&mount_mutex);
	return error;
}

/* => dcache_lock held */
static bool has_mounts_on_top(const struct mount *mnt)
{
	struct mount *other;

	list_for_each_entry(other, &mount_list, list)
		if (other->parent == mnt)
			return true;
	return false;
}

/* => dcache_lock held; out of the list; the caller drops *covered and the list's reference afterwards */
static void detach_mount(struct mount *mnt, struct path *covered)
{
	struct mount *other;

	covered->mnt = mnt->parent;
	covered->dentry = mnt->mountpoint;
	list_del_init(&mnt->list);
	mnt->parent = NULL;
	list_for_each_entry(other, &mount_list, list)
		if (other->mountpoint == covered->dentry)
			return;
	covered->dentry->flags &= ~DENTRY_MOUNTED;
}

int mount_umount(struct path *path, bool lazy)
{
	struct mount *mnt = path->mnt;
	struct path covered;
	int error = 0;

	if (path->dentry != mnt->root)
		return -EINVAL;
	mutex_lock(&mount_mutex);
	spin_lock(&dcache_lock);
	/* the list's reference, and the one of path */
	if (!mnt->parent)
		error = mnt == root_mount ? -EBUSY : -EINVAL;
	else if (has_mounts_on_top(mnt) || (!lazy && atomic_read(&mnt->count) > 2))
		error = -EBUSY;
	else
		detach_mount(mnt, &covered);
	spin_unlock(&dcache_lock);
	if (!error) {
		path_put(&covered);
		put_mount(mnt);
	}
	mutex_unlock(&mount_mutex);
	return error;
}

void sync_filesystems(void)
{
	struct mount *mnt;

	for (unsigned int i = 0; (mnt = mount_at(i)); i++) {
		if (mnt->sb->op->sync_fs)
			mnt->sb->op->sync_fs(mnt->sb);
		put_mount(mnt);
	}
}
