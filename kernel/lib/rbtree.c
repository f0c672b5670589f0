/* kernel/lib/rbtree.c - keeping the trees balanced.
 *
 * The rules of a red-black tree: the root is black; a red node has no red child; every way from a node down to an
 * empty place passes the same number of black nodes. An insertion can break the second rule, an erasure the third;
 * both are repaired on the way up (Cormen, Leiserson, Rivest, Stein, chapter 13). Empty places count as black.
 *
 * Both repairs have a left and a right form. They are written once, with a side (0: left, 1: right) as an index.
 *
 * Linux: lib/rbtree.c.
 */
#include <kernel/lib/rbtree.h>

enum { RED, BLACK };

static struct rb_node **child(struct rb_node *node, int side)
{
	return side ? &node->rb_right : &node->rb_left;
}

static bool is_red(const struct rb_node *node)
{
	return node && (node->rb_parent_color & 1) == RED;
}

static void set_parent(struct rb_node *node, struct rb_node *parent)
{
	node->rb_parent_color = (unsigned long)parent | (node->rb_parent_color & 1);
}

static void set_color(struct rb_node *node, unsigned long color)
{
	node->rb_parent_color = (node->rb_parent_color & ~1UL) | color;
}

/* Let `parent` (NULL: the root) point to `new` where it points to `old`. */
static void replace_child(struct rb_root *root, struct rb_node *parent, struct rb_node *old, struct rb_node *new)
{
	if (!parent)
		WRITE_ONCE(root->rb_node, new);
	else if (parent->rb_left == old)
		WRITE_ONCE(parent->rb_left, new);
	else
		WRITE_ONCE(parent->rb_right, new);
}

/* `node` goes down to the given side; its child of the other side takes its place. Colours stay with the nodes. */
static void rotate(struct rb_root *root, struct rb_node *node, int side, const struct rb_augment_callbacks *cb)
{
	struct rb_node *up = *child(node, !side), *parent = rb_parent(node), *middle = *child(up, side);

	*child(node, !side) = middle;
	if (middle)
		set_parent(middle, node);
	*child(up, side) = node;
	set_parent(node, up);
	set_parent(up, parent);
	replace_child(root, parent, node, up);
	if (cb) {
		cb->update(node);
		cb->update(up);
	}
}

static void insert_balance(struct rb_node *node, struct rb_root *root, const struct rb_augment_callbacks *cb)
{
	struct rb_node *parent;

	while ((parent = rb_parent(node)) && is_red(parent)) {
		struct rb_node *grand = rb_parent(parent);	/* exists: a red node is not the root */
		int side = parent == grand->rb_right;
		struct rb_node *uncle = *child(grand, !side);

		if (is_red(uncle)) {
			/* Push the black of the grandparent down to both; the trouble moves up two levels. */
			set_color(parent, BLACK);
			set_color(uncle, BLACK);
			set_color(grand, RED);
			node = grand;
			continue;
		}
		if (node == *child(parent, !side)) {
			/* A bend: straighten it, then node and parent have changed roles. */
			rotate(root, parent, side, cb);
			parent = node;
		}
		set_color(parent, BLACK);
		set_color(grand, RED);
		rotate(root, grand, !side, cb);
		break;
	}
	set_color(root->rb_node, BLACK);
}

void rb_augment_propagate(struct rb_node *node, const struct rb_augment_callbacks *cb)
{
	for (; node; node = rb_parent(node))
		cb->update(node);
}

void rb_insert_augmented(struct rb_node *node, struct rb_root *root, const struct rb_augment_callbacks *cb)
{
	rb_augment_propagate(node, cb);
	insert_balance(node, root, cb);
}

void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	insert_balance(node, root, NULL);
}

/*
 * The ways through `node` (which may be an empty place below `parent`) are one black node short. Its sibling exists:
 * the ways through it have at least one black node more.
 */
static void erase_balance(struct rb_node *node, struct rb_node *parent, struct rb_root *root,
			  const struct rb_augment_callbacks *cb)
{
	while (parent && !is_red(node)) {
		int side = node == parent->rb_right;
		struct rb_node *sibling = *child(parent, !side);

		if (is_red(sibling)) {
			/* Make the sibling black, without changing any count. */
			set_color(sibling, BLACK);
			set_color(parent, RED);
			rotate(root, parent, side, cb);
			sibling = *child(parent, !side);
		}
		if (!is_red(sibling->rb_left) && !is_red(sibling->rb_right)) {
			/* Take one black from the sibling's side too: now the parent as a whole is short. */
			set_color(sibling, RED);
			node = parent;
			parent = rb_parent(node);
			continue;
		}
		if (!is_red(*child(sibling, !side))) {
			/* The red nephew is the near one: turn it into the far one. */
			set_color(*child(sibling, side), BLACK);
			set_color(sibling, RED);
			rotate(root, sibling, !side, cb);
			sibling = *child(parent, !side);
		}
		/* The far nephew's red pays for the missing black. */
		set_color(sibling, parent->rb_parent_color & 1);
		set_color(parent, BLACK);
		set_color(*child(sibling, !side), BLACK);
		rotate(root, parent, side, cb);
		return;
	}
	if (node)
		set_color(node, BLACK);
}

/* Take the place, the colour and the children of `old`, which has two children. */
static void take_place(struct rb_node *new, struct rb_node *old, struct rb_root *root)
{
	*new = *old;
	replace_child(root, rb_parent(old), old, new);
	if (new->rb_left)
		set_parent(new->rb_left, new);
	if (new->rb_right)
		set_parent(new->rb_right, new);
}

static void erase(struct rb_node *node, struct rb_root *root, const struct rb_augment_callbacks *cb)
{
	struct rb_node *gone = node, *below, *parent;
	bool was_black;

	/* With two children, the successor leaves its place instead, and then takes that of node. */
	if (node->rb_left && node->rb_right)
		for (gone = node->rb_right; gone->rb_left; )
			gone = gone->rb_left;
	below = gone->rb_left ? gone->rb_left : gone->rb_right;
	parent = rb_parent(gone);
	was_black = !is_red(gone);
	if (below)
		set_parent(below, parent);
	replace_child(root, parent, gone, below);
	if (gone != node) {
		take_place(gone, node, root);
		if (parent == node)
			parent = gone;
	}
	if (cb)
		rb_augment_propagate(parent, cb);
	if (was_black)
		erase_balance(below, parent, root, cb);
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	erase(node, root, NULL);
}

void rb_erase_augmented(struct rb_node *node, struct rb_root *root, const struct rb_augment_callbacks *cb)
{
	erase(node, root, cb);
}

void rb_replace_node(struct rb_node *victim, struct rb_node *new, struct rb_root *root)
{
	take_place(new, victim, root);
}

/* The outermost node on one side of a subtree. */
static struct rb_node *outermost(const struct rb_node *node, int side)
{
	const struct rb_node *next;

	for (; node && (next = *child((struct rb_node *)node, side)); node = next)
		;
	return (struct rb_node *)node;
}

/* The neighbour on one side: below when there is something, else the first ancestor reached from its other side. */
static struct rb_node *neighbour(const struct rb_node *node, int side)
{
	struct rb_node *below = *child((struct rb_node *)node, side), *parent;

	if (below)
		return outermost(below, !side);
	while ((parent = rb_parent(node)) && node == *child(parent, side))
		node = parent;
	return parent;
}

struct rb_node *rb_first(const struct rb_root *root)
{
	return outermost(root->rb_node, 0);
}

struct rb_node *rb_last(const struct rb_root *root)
{
	return outermost(root->rb_node, 1);
}

struct rb_node *rb_next(const struct rb_node *node)
{
	return RB_EMPTY_NODE(node) ? NULL : neighbour(node, 1);
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	return RB_EMPTY_NODE(node) ? NULL : neighbour(node, 0);
}

/* => the number of black nodes on every way down, or -1. The depth is at most 2 log2(n + 1): 128 for any memory. */
static int black_height(const struct rb_node *node, const struct rb_node *parent)
{
	int left, right;

	if (!node)
		return 0;
	if (rb_parent(node) != parent || (is_red(node) && is_red(parent)))
		return -1;
	left = black_height(node->rb_left, node);
	right = black_height(node->rb_right, node);
	if (left < 0 || left != right)
		return -1;
	return left + !is_red(node);
}

bool rb_verify(const struct rb_root *root)
{
	return !is_red(root->rb_node) && black_height(root->rb_node, NULL) >= 0;
}
