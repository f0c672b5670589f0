/* mm/file/tree.h - what the files of mm/file know of a mapping's tree, and nobody else.
 *
 * An item of the tree is a page, or the name of the swap slot that a page of shared memory went to: told apart by the
 * low bit, which is never set in a pointer. A slot in the tree is one use of it, as an entry of a page table is.
 */
#ifndef MM_FILE_TREE_H
#define MM_FILE_TREE_H

#include <mm/file/page_cache.h>
#include <mm/file/radix_tree.h>

static inline bool is_slot_item(const void *item) { return (unsigned long)item & 1; }
static inline void *slot_to_item(swp_entry_t slot) { return (void *)(slot.val << 1 | 1); }
static inline swp_entry_t item_to_slot(const void *item) { return (swp_entry_t){ (unsigned long)item >> 1 }; }

int mapping_charge(struct mapping *mapping, long pages);	/* ops->charge, if there is one */
void mapping_account(struct mapping *mapping, long pages);	/* pages that joined, or left: nr_file_pages, nr_shmem */
/* What kind of page it is must be visible before anybody can find it in the tree. => nobody can */
void mapping_prepare_page(struct mapping *mapping, struct page *page, pgoff_t index);

/*
 * shmem_swap_in - the page of a slot comes back to its place in the tree
 *
 * => 0: look again, it is there, or something else has happened meanwhile; -ENOMEM, -EIO. Sleeps
 */
int shmem_swap_in(struct mapping *mapping, pgoff_t index, swp_entry_t slot, gfp_t gfp, bool *did_io);
/* Truncation: the slot leaves the tree, if it is still there. => false: it is not */
bool shmem_free_slot(struct mapping *mapping, pgoff_t index, swp_entry_t slot);
/* The mapping ends: swapoff won't come to it any more. => its tree is empty; sleeps until swapoff has left it */
void shmem_forget(struct mapping *mapping);
void shmem_swap_init(void);

#endif
