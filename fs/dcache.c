/* fs/dcache.c - the names that are known: dentries and their hash table.
 *
 * A hashed dentry is found by name; d_delete takes it out of the table and of its directory's list
 * of children, and it lives on without being found while somebody holds it. A pinned dentry has one
 * reference more while it is hashed. One that is not pinned is unhashed and freed with its last
 * reference: a file system with lookup() makes it again.
 *
 * Linux: fs/dcache.c.
 */
#include <fs/vfs.h>
#include <fs/dcache.h>
#include <kernel/debug/assert.h>
#include <kernel/lib/hash.h>
#include <kernel/lib/string.h>
#include <mm/alloc/slab.h>

#define DENTRY_HASH_BITS	11

DEFINE_SPINLOCK(dcache_lock);
static struct hlist_head dentry_hash[1 << DENTRY_HASH_BITS];	/* (dcache_lock) */
static struct kmem_cache *dentry_cache;

void dcache_init(void)
{
	dentry_cache = kmem_cache_create("dentry", sizeof(struct dentry), 0, SLAB_RECLAIM_ACCOUNT, NULL);
}

static u32 name_hash(const char *name, size_t len)
{
	u64 h = hash_bytes(name, len);

	return h ^ h >> 32;
}

static struct hlist_head *bucket(const struct dentry *parent, u32 hash)
{
	return &dentry_hash[hash_64((unsigned long)parent ^ (u64)hash << 32, DENTRY_HASH_BITS)];
}

static void free_name(struct dentry *dentry)
{
	if (dentry->name != dentry->name_inline)
		kfree(dentry->name);
}

static int set_name(struct dentry *dentry, const char *name, size_t len)
{
	char *copy = dentry->name_inline;

	if (len >= DENTRY_NAME_INLINE) {
		copy = kmalloc(len + 1, GFP_KERNEL);
		if (!copy)
			return -ENOMEM;
	}
	memcpy(copy, name, len);
	copy[len] = 0;
	dentry->name = copy;
	dentry->name_len = len;
	dentry->hash = name_hash(name, len);
	return 0;
}

struct dentry *d_alloc(struct dentry *parent, const char *name, size_t len)
{
	struct dentry *dentry = kmem_cache_alloc(dentry_cache, GFP_KERNEL | __GFP_ZERO);

	if (!dentry)
		return NULL;
	if (set_name(dentry, name, len)) {
		kmem_cache_free(dentry_cache, dentry);
		return NULL;
	}
	atomic_set(&dentry->count, 1);
	INIT_LIST_HEAD(&dentry->children);
	INIT_LIST_HEAD(&dentry->sibling);
	dentry->next_cookie = 2;	/* 0 and 1 are "." and ".." */
	dentry->parent = dentry;
	if (parent) {
		dentry->parent = dget(parent);
		dentry->sb = parent->sb;
	}
	return dentry;
}

struct dentry *d_make_root(struct superblock *sb, struct inode *inode)
{
	struct dentry *dentry = inode ? d_alloc(NULL, "/", 1) : NULL;

	if (!dentry) {
		if (inode)
			iput(inode);
		return NULL;
	}
	dentry->sb = sb;
	dentry->inode = inode;
	return dentry;
}

/* => dcache_lock held */
static void hash_dentry(struct dentry *dentry)
{
	struct dentry *parent = dentry->parent;

	hlist_add_head(&dentry->hash_node, bucket(parent, dentry->hash));
	list_add_tail(&dentry->sibling, &parent->children);
	dentry->cookie = parent->next_cookie++;
}

/* => dcache_lock held */
static void unhash_dentry(struct dentry *dentry)
{
	hlist_del_init(&dentry->hash_node);
	list_del_init(&dentry->sibling);
}

void d_add(struct dentry *dentry, struct inode *inode, bool pin)
{
	spin_lock(&dcache_lock);
	ASSERT(hlist_unhashed(&dentry->hash_node) && !dentry->inode);
	dentry->inode = inode;
	if (pin) {
		dentry->flags |= DENTRY_PINNED;
		atomic_inc(&dentry->count);
	}
	hash_dentry(dentry);
	spin_unlock(&dcache_lock);
}

struct dentry *d_lookup(struct dentry *parent, const char *name, size_t len)
{
	u32 hash = name_hash(name, len);
	struct dentry *dentry;

	spin_lock(&dcache_lock);
	hlist_for_each_entry(dentry, bucket(parent, hash), hash_node) {
		if (dentry->hash != hash || dentry->parent != parent || dentry->name_len != len ||
		    memcmp(dentry->name, name, len))
			continue;
		dget(dentry);
		spin_unlock(&dcache_lock);
		return dentry;
	}
	spin_unlock(&dcache_lock);
	return NULL;
}

void dput(struct dentry *dentry)
{
	/* Freeing a dentry drops its parent, and so on towards the root. */
	while (dentry) {
		struct dentry *parent = NULL;

		if (atomic_add_unless(&dentry->count, -1, 1))
			return;
		spin_lock(&dcache_lock);
		if (!refcount_dec_and_test(&dentry->count, REF_DENTRY)) {
			spin_unlock(&dcache_lock);
			return;
		}
		if (!hlist_unhashed(&dentry->hash_node))
			unhash_dentry(dentry);
		spin_unlock(&dcache_lock);
		if (dentry->inode)
			iput(dentry->inode);
		if (dentry->parent != dentry)
			parent = dentry->parent;
		free_name(dentry);
		kmem_cache_free(dentry_cache, dentry);
		dentry = parent;
	}
}

void d_delete(struct dentry *dentry)
{
	bool pinned;

	spin_lock(&dcache_lock);
	unhash_dentry(dentry);
	pinned = dentry->flags & DENTRY_PINNED;
	dentry->flags &= ~DENTRY_PINNED;
	spin_unlock(&dcache_lock);
	if (pinned)
		dput(dentry);
}

/* => dcache_lock held; a and b change names and parents; neither is hashed */
static void exchange_places(struct dentry *a, struct dentry *b)
{
	bool a_inline = a->name == a->name_inline, b_inline = b->name == b->name_inline;
	char text[DENTRY_NAME_INLINE];

	memcpy(text, a->name_inline, sizeof(text));
	memcpy(a->name_inline, b->name_inline, sizeof(text));
	memcpy(b->name_inline, text, sizeof(text));
	swap(a->name, b->name);
	swap(a->name_len, b->name_len);
	swap(a->hash, b->hash);
	if (b_inline)
		a->name = a->name_inline;
	if (a_inline)
		b->name = b->name_inline;
	swap(a->parent, b->parent);
}

void d_move(struct dentry *dentry, struct dentry *target)
{
	bool pinned;

	spin_lock(&dcache_lock);
	unhash_dentry(dentry);
	if (!hlist_unhashed(&target->hash_node))
		unhash_dentry(target);
	exchange_places(dentry, target);
	hash_dentry(dentry);
	pinned = target->flags & DENTRY_PINNED;
	target->flags &= ~DENTRY_PINNED;
	spin_unlock(&dcache_lock);
	if (pinned)
		dput(target);
}

void d_exchange(struct dentry *a, struct dentry *b)
{
	spin_lock(&dcache_lock);
	unhash_dentry(a);
	unhash_dentry(b);
	exchange_places(a, b);
	hash_dentry(a);
	hash_dentry(b);
	spin_unlock(&dcache_lock);
}

bool d_unlinked(const struct dentry *dentry)
{
	return dentry->parent != dentry && hlist_unhashed(&dentry->hash_node);
}

bool d_has_children(struct dentry *dentry)
{
	return !list_empty(&dentry->children);
}

bool d_is_ancestor(struct dentry *ancestor, struct dentry *dentry)
{
	bool found = true;

	spin_lock(&dcache_lock);
	while (dentry != ancestor) {
		if (dentry->parent == dentry) {
			found = false;
			break;
		}
		dentry = dentry->parent;
	}
	spin_unlock(&dcache_lock);
	return found;
}
