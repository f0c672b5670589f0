/* kernel/lib/rbtree_test.c - trees stay balanced, ordered, and keep what each node knows about the nodes below it. */
#include <kernel/lib/rbtree.h>

#include <kernel/debug/ktest.h>
#include <kernel/lib/random.h>

#define NR_NODES	500

struct item {
	struct rb_node	node;
	u32		key;
	u32		highest;	/* the highest key of the subtree */
	bool		in_tree;
};

static struct item items[NR_NODES];

static struct item *item_of(struct rb_node *node)
{
	return rb_entry(node, struct item, node);
}

static void update_highest(struct rb_node *node)
{
	struct item *item = item_of(node);

	item->highest = item->key;
	if (node->rb_left)
		item->highest = max(item->highest, item_of(node->rb_left)->highest);
	if (node->rb_right)
		item->highest = max(item->highest, item_of(node->rb_right)->highest);
}

static const struct rb_augment_callbacks callbacks = { .update = update_highest };

static void insert(struct rb_root *root, struct item *item, u32 key)
{
	struct rb_node **link = &root->rb_node, *parent = NULL;

	item->key = key;
	item->in_tree = true;
	while (*link) {
		parent = *link;
		link = key < item_of(parent)->key ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&item->node, parent, link);
	rb_insert_augmented(&item->node, root, &callbacks);
}

/* => the tree is ordered, and has `count` nodes, and every node knows its subtree */
static bool tree_is_sound(struct rb_root *root, unsigned int count)
{
	struct rb_node *node;
	u32 last = 0;

	for (node = rb_first(root); node; node = rb_next(node), count--) {
		u32 known = item_of(node)->highest;

		update_highest(node);
		if (item_of(node)->key < last || known != item_of(node)->highest)
			return false;
		last = item_of(node)->key;
	}
	return !count && rb_verify(root);
}

KTEST(rbtree, random_insertions_and_erasures_keep_order_balance_and_subtree_values)
{
	struct rb_root root = RB_ROOT;
	unsigned int count = 0, i;

	for (i = 0; i < NR_NODES; i++)
		items[i].in_tree = false;
	for (i = 0; i < 4000; i++) {
		struct item *item = &items[get_random_below(NR_NODES)];

		if (item->in_tree) {
			rb_erase_augmented(&item->node, &root, &callbacks);
			item->in_tree = false;
			count--;
		} else {
			insert(&root, item, get_random_below(1000));
			count++;
		}
		if (i % 50 == 0)
			KASSERT_TRUE(tree_is_sound(&root, count));
	}
	KEXPECT(tree_is_sound(&root, count));
}

KTEST(rbtree, a_tree_that_is_emptied_from_its_smallest_node_stays_balanced)
{
	struct rb_root root = RB_ROOT;
	struct rb_node *first;
	u32 i, last = 0;

	for (i = 0; i < NR_NODES; i++)
		insert(&root, &items[i], i);
	for (i = NR_NODES; (first = rb_first(&root)); i--) {
		KASSERT_TRUE(item_of(first)->key >= last);
		last = item_of(first)->key;
		rb_erase_augmented(first, &root, &callbacks);
		KASSERT_TRUE(rb_verify(&root));
	}
	KEXPECT_EQ(i, 0U);
}

KTEST(rbtree, walking_backwards_sees_the_same_nodes)
{
	struct rb_root root = RB_ROOT;
	struct rb_node *node;
	u32 i, expected = 99;

	for (i = 0; i < 100; i++)
		insert(&root, &items[i], (i * 37) % 100);
	for (node = rb_last(&root); node; node = rb_prev(node))
		KASSERT_EQ(item_of(node)->key, expected--);
	KEXPECT_EQ(expected, ~0U);
}

KTEST(rbtree, a_replaced_node_takes_the_place_of_the_old_one)
{
	struct rb_root root = RB_ROOT;
	u32 i;

	for (i = 0; i < 50; i++)
		insert(&root, &items[i], i);
	items[60].key = 25;
	items[60].highest = items[25].highest;
	rb_replace_node(&items[25].node, &items[60].node, &root);
	KEXPECT(tree_is_sound(&root, 50));
	KEXPECT(rb_next(&items[24].node) == &items[60].node);
}

KTEST(rbtree, the_cached_first_node_follows_insertions_and_erasures)
{
	struct rb_root_cached root = RB_ROOT_CACHED;

	rb_link_node(&items[1].node, NULL, &root.rb_root.rb_node);
	rb_insert_color_cached(&items[1].node, &root, true);
	rb_link_node(&items[0].node, &items[1].node, &items[1].node.rb_left);
	rb_insert_color_cached(&items[0].node, &root, true);
	KEXPECT(rb_first_cached(&root) == &items[0].node);
	rb_erase_cached(&items[0].node, &root);
	KEXPECT(rb_first_cached(&root) == &items[1].node);
	rb_erase_cached(&items[1].node, &root);
	KEXPECT(!rb_first_cached(&root));
}
