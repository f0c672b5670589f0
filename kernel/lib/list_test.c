/* kernel/lib/list_test.c - lists keep their order, and deleted entries are recognisable. */
#include <kernel/lib/list.h>

#include <kernel/debug/ktest.h>

struct item {
	int		value;
	struct list_head node;
	struct hlist_node hash;
};

/* The values of the list as one number: 1, 2, 3 gives 123. */
static int digits(struct list_head *head)
{
	struct item *item;
	int n = 0;

	list_for_each_entry(item, head, node)
		n = n * 10 + item->value;
	return n;
}

static void fill(struct item *items, int n, struct list_head *head)
{
	int i;

	INIT_LIST_HEAD(head);
	for (i = 0; i < n; i++) {
		items[i].value = i + 1;
		list_add_tail(&items[i].node, head);
	}
}

KTEST(list, add_puts_first_and_add_tail_puts_last)
{
	struct item items[3] = { { .value = 1 }, { .value = 2 }, { .value = 3 } };
	LIST_HEAD(head);

	list_add(&items[0].node, &head);
	list_add_tail(&items[1].node, &head);
	list_add(&items[2].node, &head);
	KEXPECT_EQ(digits(&head), 312);
	KEXPECT_EQ(list_count_nodes(&head), 3UL);
	KEXPECT(list_is_last(&items[1].node, &head) && list_is_first(&items[2].node, &head));
}

KTEST(list, a_deleted_entry_points_to_poison_or_to_itself)
{
	struct item items[3];
	struct list_head head;

	fill(items, 3, &head);
	list_del(&items[1].node);
	KEXPECT(items[1].node.next == LIST_POISON1 && items[1].node.prev == LIST_POISON2);
	list_del_init(&items[0].node);
	KEXPECT(list_empty(&items[0].node));
	KEXPECT_EQ(digits(&head), 3);
	KEXPECT(list_is_singular(&head));
}

KTEST(list, splice_keeps_the_order_and_empties_the_source)
{
	struct item a[3], b[2];
	struct list_head to, from;

	fill(a, 3, &to);
	fill(b, 2, &from);
	list_splice_tail_init(&from, &to);
	KEXPECT_EQ(digits(&to), 12312);
	KEXPECT(list_empty(&from));
	list_splice_init(&from, &to);
	KEXPECT_EQ(digits(&to), 12312);
}

KTEST(list, the_safe_walk_survives_deletion_of_its_entry)
{
	struct item items[5], *item, *next;
	struct list_head head;

	fill(items, 5, &head);
	list_for_each_entry_safe(item, next, &head, node)
		if (item->value % 2)
			list_del(&item->node);
	KEXPECT_EQ(digits(&head), 24);
}

KTEST(list, move_and_rotate)
{
	struct item items[4];
	struct list_head head;

	fill(items, 4, &head);
	list_move(&items[2].node, &head);
	KEXPECT_EQ(digits(&head), 3124);
	list_move_tail(&items[0].node, &head);
	KEXPECT_EQ(digits(&head), 3241);
	list_rotate_to_front(&items[3].node, &head);
	KEXPECT_EQ(digits(&head), 4132);
}

KTEST(list, hash_chains_delete_in_the_middle_and_at_the_head)
{
	struct item items[3] = { { .value = 1 }, { .value = 2 }, { .value = 4 } }, *item;
	HLIST_HEAD(head);
	int i, sum = 0;

	for (i = 0; i < 3; i++)
		hlist_add_head(&items[i].hash, &head);
	hlist_del_init(&items[1].hash);
	KEXPECT(hlist_unhashed(&items[1].hash));
	hlist_del(&items[2].hash);
	hlist_for_each_entry(item, &head, hash)
		sum += item->value;
	KEXPECT_EQ(sum, 1);
}
