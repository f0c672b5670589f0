/* mm/file/radix_tree.c - see radix_tree.h.
 *
 * A node of shift s covers 64 << s indexes; its slots are nodes of shift s - 6, or the stored
 * pointers when s is 0. An index beyond the root's range is put in by growing: a new root whose
 * first slot is the old one.
 */
#include <mm/file/radix_tree.h>
#include <kernel/debug/assert.h>
#include <kernel/lib/errno.h>
#include <mm/alloc/slab.h>

struct radix_node {
	u8		shift;
	u8		used;			/* slots that are not NULL */
	u8		slot_in_parent;
	struct radix_node *parent;		/* NULL: the root. In a pool: the next node */
	void		*slots[RADIX_SLOTS];
};

static struct kmem_cache *radix_cache;

void radix_tree_init(void)
{
	radix_cache = kmem_cache_create("radix_tree_node", sizeof(struct radix_node), 0, 0, NULL);
}

static inline unsigned int slot_of(const struct radix_node *node, pgoff_t index)
{
	return (index >> node->shift) & (RADIX_SLOTS - 1);
}

static inline pgoff_t last_index(const struct radix_node *root)
{
	unsigned int bits = root->shift + RADIX_BITS;

	return bits >= 64 ? ~0ULL : (1ULL << bits) - 1;
}

/* the leaf node that would hold index, or NULL */
static struct radix_node *find_leaf(struct radix_node *node, pgoff_t index)
{
	if (!node || index > last_index(node))
		return NULL;
	while (node && node->shift)
		node = node->slots[slot_of(node, index)];
	return node;
}

void *radix_lookup(void *tree, pgoff_t index)
{
	struct radix_node *leaf = find_leaf(tree, index);

	return leaf ? leaf->slots[slot_of(leaf, index)] : NULL;
}

void *radix_next(void *tree, pgoff_t *index)
{
	struct radix_node *root = tree, *node;
	pgoff_t i = *index;

	while (root && i <= last_index(root)) {
		node = root;
		for (;;) {
			void *entry = node->slots[slot_of(node, i)];

			if (entry && !node->shift) {
				*index = i;
				return entry;
			}
			if (!entry)
				break;
			node = entry;
		}
		/* nothing under this slot: to the beginning of the next one, from the root again */
		i = (i | ((1ULL << node->shift) - 1)) + 1;
		if (!i)
			break;
	}
	return NULL;
}

unsigned int radix_nodes_needed(void *tree, pgoff_t index)
{
	struct radix_node *node = tree;
	unsigned int nr = 0, shift;

	if (!node) {
		do {
			nr++;
			index >>= RADIX_BITS;
		} while (index);
		return nr;
	}
	if (index > last_index(node)) {
		/* grow, then go down a branch that is all new */
		for (shift = node->shift; shift + RADIX_BITS < 64 && index >> (shift + RADIX_BITS); shift += RADIX_BITS)
			nr++;
		return nr + shift / RADIX_BITS;
	}
	while (node->shift) {
		struct radix_node *child = node->slots[slot_of(node, index)];

		if (!child)
			return node->shift / RADIX_BITS;
		node = child;
	}
	return 0;
}

static struct radix_node *pool_take(struct radix_pool *pool, unsigned int shift)
{
	struct radix_node *node = pool->first;

	ASSERT(pool->nr && node);
	pool->nr--;
	pool->first = node->parent;
	node->parent = NULL;
	node->shift = shift;
	return node;
}

static void attach(struct radix_node *parent, unsigned int slot, struct radix_node *child)
{
	parent->slots[slot] = child;
	parent->used++;
	child->parent = parent;
	child->slot_in_parent = slot;
}

int radix_insert(void **tree, pgoff_t index, void *item, struct radix_pool *pool)
{
	struct radix_node *node = *tree;
	unsigned int slot, shift = 0;

	if (!node) {
		while (shift + RADIX_BITS < 64 && index >> (shift + RADIX_BITS))
			shift += RADIX_BITS;
		*tree = node = pool_take(pool, shift);
	}
	while (index > last_index(node)) {
		struct radix_node *root = pool_take(pool, node->shift + RADIX_BITS);

		attach(root, 0, node);
		*tree = node = root;
	}
	while (node->shift) {
		slot = slot_of(node, index);
		if (!node->slots[slot])
			attach(node, slot, pool_take(pool, node->shift - RADIX_BITS));
		node = node->slots[slot];
	}
	slot = slot_of(node, index);
	if (node->slots[slot])
		return -EEXIST;
	node->slots[slot] = item;
	node->used++;
	return 0;
}

void *radix_replace(void *tree, pgoff_t index, void *item)
{
	struct radix_node *node = find_leaf(tree, index);
	void **slot = node ? &node->slots[slot_of(node, index)] : NULL;
	void *old = slot ? *slot : NULL;

	if (old)
		*slot = item;
	return old;
}

void *radix_delete(void **tree, pgoff_t index)
{
	struct radix_node *node = find_leaf(*tree, index), *parent;
	unsigned int slot;
	void *item;

	if (!node)
		return NULL;
	slot = slot_of(node, index);
	item = node->slots[slot];
	if (!item)
		return NULL;
	while (node) {
		node->slots[slot] = NULL;
		if (--node->used)
			return item;
		slot = node->slot_in_parent;
		parent = node->parent;
		kmem_cache_free(radix_cache, node);
		node = parent;
	}
	*tree = NULL;
	return item;
}

int radix_pool_fill(struct radix_pool *pool, unsigned int nr, gfp_t gfp)
{
	while (pool->nr < nr) {
		struct radix_node *node = kmem_cache_alloc(radix_cache, gfp | __GFP_ZERO);

		if (!node)
			return -ENOMEM;
		node->parent = pool->first;
		pool->first = node;
		pool->nr++;
	}
	return 0;
}

void radix_pool_free(struct radix_pool *pool)
{
	while (pool->nr)
		kmem_cache_free(radix_cache, pool_take(pool, 0));
}
