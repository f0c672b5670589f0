/*
 * mm/file/radix_tree_test.c - the tree under the page cache: what goes in comes out, and empty
 * nodes go back.
 */
#include <mm/file/radix_tree.h>
#include <kernel/debug/ktest.h>
#include <kernel/lib/errno.h>

static int insert(void **tree, pgoff_t index, void *item)
{
	struct radix_pool pool = { 0 };
	int error = radix_pool_fill(&pool, radix_nodes_needed(*tree, index), GFP_KERNEL);

	if (!error)
		error = radix_insert(tree, index, item, &pool);
	/* an insertion uses up exactly what it had asked for */
	if (!error && pool.nr)
		error = -E2BIG;
	radix_pool_free(&pool);
	return error;
}

static void *item(pgoff_t index)
{
	return (void *)(index * 16 + 8);
}

static const pgoff_t indexes[] = { 0, 1, 63, 64, 4095, 4096, 5000, 1ULL << 18, 1ULL << 30, (1ULL << 51) + 7, ~0ULL };

KTEST(radix_tree, every_index_is_found_again)
{
	void *tree = NULL;

	for (unsigned int i = 0; i < ARRAY_SIZE(indexes); i++)
		KASSERT_EQ(insert(&tree, indexes[i], item(indexes[i])), 0);
	KEXPECT_EQ(insert(&tree, 64, item(1)), -EEXIST);
	for (unsigned int i = 0; i < ARRAY_SIZE(indexes); i++) {
		KEXPECT(radix_lookup(tree, indexes[i]) == item(indexes[i]));
		KEXPECT(!radix_lookup(tree, indexes[i] ^ 2));
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(indexes); i++)
		KEXPECT(radix_delete(&tree, indexes[i]) == item(indexes[i]));
	KEXPECT(!tree);
}

KTEST(radix_tree, a_large_first_index_does_not_hide_small_ones)
{
	void *tree = NULL;

	KASSERT_EQ(insert(&tree, 1ULL << 40, item(2)), 0);
	KASSERT_EQ(insert(&tree, 3, item(3)), 0);
	KEXPECT(radix_lookup(tree, 3) == item(3));
	KEXPECT(radix_delete(&tree, 1ULL << 40) == item(2));
	KEXPECT(radix_delete(&tree, 1ULL << 40) == NULL);
	KEXPECT(radix_delete(&tree, 3) == item(3));
	KEXPECT(!tree);
}

KTEST(radix_tree, next_goes_through_all_in_order)
{
	void *tree = NULL;
	pgoff_t index = 0;
	unsigned int i = 0;

	for (unsigned int n = ARRAY_SIZE(indexes); n--;)
		KASSERT_EQ(insert(&tree, indexes[n], item(indexes[n])), 0);
	while (i < ARRAY_SIZE(indexes) && radix_next(tree, &index) == item(indexes[i])) {
		KEXPECT_EQ(index, indexes[i]);
		i++;
		if (!++index)
			break;
	}
	KEXPECT_EQ(i, (unsigned int)ARRAY_SIZE(indexes));
	for (i = 0; i < ARRAY_SIZE(indexes); i++)
		radix_delete(&tree, indexes[i]);
}
