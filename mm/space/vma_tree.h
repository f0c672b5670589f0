/* mm/space/vma_tree.h - the areas of an address space in a balanced tree by address: for mm/space only.
 *
 * Each area knows the usable hole right below it, each subtree the largest of these: so a hole for mmap is found in
 * O(log areas). A stack that grows down keeps STACK_GUARD_GAP of its hole for itself.
 */
#ifndef MM_SPACE_VMA_TREE_H
#define MM_SPACE_VMA_TREE_H

#include <mm/space/space.h>

/* => the area overlaps no other; mmap_lock held for writing */
void vma_tree_insert(struct mm *mm, struct vma *vma);
void vma_tree_erase(struct mm *mm, struct vma *vma);
/* vm_start, vm_end or VM_GROWSDOWN of vma changed, its place in the order did not: its gap and that of the next one */
void vma_tree_update(struct vma *vma);
/* Recompute every gap and compare, for tests and the checker. => mmap_lock held */
bool vma_tree_verify(struct mm *mm);

#endif
