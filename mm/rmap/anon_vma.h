/* mm/rmap/anon_vma.h - which areas may hold the anonymous pages of a fork family.
 *
 * An area's new pages go to vma->anon_vma. Fork gives the child its own anon_vma and links into every one of the
 * parent's, since inherited pages still name those. One lock per family, in the root. This room only links and locks;
 * allocation stands higher (mm/space/anon_vma_make.c). Linux: mm/rmap.c.
 */
#ifndef MM_RMAP_ANON_VMA_H
#define MM_RMAP_ANON_VMA_H

#include <mm/types.h>

static inline void anon_vma_lock_write(struct anon_vma *av) { down_write(&av->root->rwsem); }
static inline void anon_vma_unlock_write(struct anon_vma *av) { up_write(&av->root->rwsem); }
static inline void anon_vma_lock_read(struct anon_vma *av) { down_read(&av->root->rwsem); }
static inline void anon_vma_unlock_read(struct anon_vma *av) { up_read(&av->root->rwsem); }

/* => anon_vma locked for writing, mmap_lock held for writing (or the area not yet visible) */
void anon_vma_chain_link(struct vma *vma, struct anon_vma_chain *avc, struct anon_vma *av);
/* The opposite; the chain is then the caller's to free. => anon_vma locked for writing */
void anon_vma_chain_unlink(struct anon_vma_chain *avc);
/*
 * An area's start, end or page offset is about to change (its key in all its anon_vmas' trees): out before, in after.
 * => anon_vma locked for writing from before the first to after the second, so that no walk misses the area
 */
void anon_vma_areas_remove(struct vma *vma);
void anon_vma_areas_insert(struct vma *vma);
/* Areas whose page offsets overlap [first, last], in the order of their offsets. => anon_vma locked */
struct anon_vma_chain *anon_vma_first_area(struct anon_vma *av, pgoff_t first, pgoff_t last);
struct anon_vma_chain *anon_vma_next_area(struct anon_vma_chain *avc, pgoff_t first, pgoff_t last);
#define anon_vma_for_each_area(avc, av, first, last) \
	for ((avc) = anon_vma_first_area(av, first, last); (avc); (avc) = anon_vma_next_area(avc, first, last))

/* The anon_vma that the page names, or NULL. Stable while the page is locked and mapped, or its area is. */
struct anon_vma *page_anon_vma(const struct page *page);
static inline void get_anon_vma(struct anon_vma *av) { atomic_inc(&av->refcount); }

/*
 * The anon_vma of a page, locked: it may be freed and reused while we wait for its lock, so after the lock is held the
 * page must still be mapped and still name it.
 * => page locked (so that mapping can't change); NULL: not anonymous, or not mapped any more
 */
struct anon_vma *page_lock_anon_vma_read(struct page *page, bool trylock);
/* A counted anon_vma, for whoever must sleep before locking (split). Put with put_anon_vma. */
struct anon_vma *page_get_anon_vma(struct page *page);
/* The last put frees through the pointer that mm/space registered. */
void put_anon_vma(struct anon_vma *av);
extern void (*anon_vma_free_hook)(struct anon_vma *av);

#endif
