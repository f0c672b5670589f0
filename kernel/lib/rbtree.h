/* kernel/lib/rbtree.h - red-black trees whose nodes live inside the objects they order.
 *
 * The caller descends by its own key, links the new node with rb_link_node and balances with rb_insert_color:
 * so the tree needs neither a comparison function nor memory.
 *
 *	while (*link) {
 *		parent = *link;
 *		link = key < key_of(parent) ? &parent->rb_left : &parent->rb_right;
 *	}
 *	rb_link_node(&new->node, parent, link);
 *	rb_insert_color(&new->node, &root);
 *
 * Augmented trees: each node carries a value that is computed from the node itself and its two children (the
 * highest end below, for interval trees). The _augmented functions call `update` on every node whose children
 * changed, children before parents.
 *
 * Linux: include/linux/rbtree.h, lib/rbtree.c.
 */
#ifndef KERNEL_LIB_RBTREE_H
#define KERNEL_LIB_RBTREE_H

#include <kernel/lib/compiler.h>

struct rb_node {
	unsigned long	rb_parent_color;	/* the parent's address; bit 0: 0 is red, 1 is black */
	struct rb_node	*rb_left;
	struct rb_node	*rb_right;
} __aligned(8);

struct rb_root {
	struct rb_node	*rb_node;
};

/* A root that remembers its smallest node: for queues that always take the first. */
struct rb_root_cached {
	struct rb_root	rb_root;
	struct rb_node	*rb_leftmost;
};

struct rb_augment_callbacks {
	void (*update)(struct rb_node *node);	/* compute the node's value from itself and its children */
};

#define RB_ROOT			(struct rb_root){ NULL }
#define RB_ROOT_CACHED		(struct rb_root_cached){ { NULL }, NULL }
#define rb_entry(ptr, type, member)	container_of(ptr, type, member)
#define rb_entry_safe(ptr, type, member) \
	({ __typeof__(ptr) ___p = (ptr); ___p ? rb_entry(___p, type, member) : NULL; })
#define RB_EMPTY_ROOT(root)	(READ_ONCE((root)->rb_node) == NULL)
#define rb_parent(node)		((struct rb_node *)((node)->rb_parent_color & ~1UL))

/* A node that is in no tree points to itself as parent. */
#define RB_EMPTY_NODE(node)	((node)->rb_parent_color == (unsigned long)(node))
#define RB_CLEAR_NODE(node)	((node)->rb_parent_color = (unsigned long)(node))

/* Hang `node` below `parent` at the empty place `link`, red and without children. Balance it next. */
static inline void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link)
{
	node->rb_parent_color = (unsigned long)parent;
	node->rb_left = NULL;
	node->rb_right = NULL;
	*link = node;
}

void rb_insert_color(struct rb_node *node, struct rb_root *root);
void rb_erase(struct rb_node *node, struct rb_root *root);

/* => the value of `node` itself need not be computed yet */
void rb_insert_augmented(struct rb_node *node, struct rb_root *root, const struct rb_augment_callbacks *cb);
void rb_erase_augmented(struct rb_node *node, struct rb_root *root, const struct rb_augment_callbacks *cb);
/* The value or key of `node` changed, its place did not: compute it and all above it again. */
void rb_augment_propagate(struct rb_node *node, const struct rb_augment_callbacks *cb);

/* In order; NULL at the end. */
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);

/* Put `new` exactly where `victim` is. Same key, and for augmented trees the same value. */
void rb_replace_node(struct rb_node *victim, struct rb_node *new, struct rb_root *root);

/* => `leftmost`: the descent went left at every step */
static inline void rb_insert_color_cached(struct rb_node *node, struct rb_root_cached *root, bool leftmost)
{
	if (leftmost)
		root->rb_leftmost = node;
	rb_insert_color(node, &root->rb_root);
}

static inline void rb_erase_cached(struct rb_node *node, struct rb_root_cached *root)
{
	if (root->rb_leftmost == node)
		root->rb_leftmost = rb_next(node);
	rb_erase(node, &root->rb_root);
}

#define rb_first_cached(root)	((root)->rb_leftmost)

/* Check colours, black heights and parent links of the whole tree. For tests and checkers. */
bool rb_verify(const struct rb_root *root);

#endif
