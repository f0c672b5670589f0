/* mm/file/radix_tree.h - from an index to a pointer: 64 branches at each level, as high as the
 * largest index needs.
 *
 * The caller locks. Nodes are allocated before the lock is taken: ask how many an insertion needs,
 * bring them in a pool. Deleting frees nodes at once when they are empty.
 *
 * Linux: lib/radix-tree.c, lib/xarray.c.
 */
#ifndef MM_FILE_RADIX_TREE_H
#define MM_FILE_RADIX_TREE_H

#include <mm/types.h>

#define RADIX_BITS	6
#define RADIX_SLOTS	(1U << RADIX_BITS)

struct radix_node;

/* Nodes set aside for one insertion. */
struct radix_pool {
	unsigned int	nr;
	struct radix_node *first;
};

void radix_tree_init(void);			/* slab cache */

/* *tree: NULL is the empty tree. => the pointer at index, or NULL */
void *radix_lookup(void *tree, pgoff_t index);
/* => the first pointer at *index or above, and its index; NULL: none */
void *radix_next(void *tree, pgoff_t *index);
/* => new nodes that radix_insert() would use up */
unsigned int radix_nodes_needed(void *tree, pgoff_t index);
/*
 * => 0 or -EEXIST; item is not NULL; the pool holds what radix_nodes_needed() said, under the same
 *    lock
 */
int radix_insert(void **tree, pgoff_t index, void *item, struct radix_pool *pool);
/* another item in the place of what is there. => what was there, or NULL (and nothing has changed) */
void *radix_replace(void *tree, pgoff_t index, void *item);
/* => what was there, or NULL */
void *radix_delete(void **tree, pgoff_t index);

/* => fill the pool up to nr nodes; 0 or -ENOMEM; sleeps when gfp allows */
int radix_pool_fill(struct radix_pool *pool, unsigned int nr, gfp_t gfp);
void radix_pool_free(struct radix_pool *pool);

#endif
