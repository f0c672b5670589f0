/* mm/space/anon_vma_make.c - areas get their anon_vmas: at the first fault, when they split, and when a process forks.
 *
 * Every anon_vma of a fork family has the same root, whose lock is the lock of all. A child's area is linked to all
 * anon_vmas of its parent's area (pages inherited at fork name those), and to one of its own for the pages that it
 * makes itself: so a walk for a page of the child does not visit parent and siblings.
 *
 * No memory is allocated with the lock held: reclaim takes it to unmap pages.
 *
 * Linux: mm/rmap.c (__anon_vma_prepare, anon_vma_clone, anon_vma_fork, unlink_anon_vmas).
 */
#include <mm/space/space.h>

#include <mm/alloc/slab.h>
#include <mm/space/space_internal.h>

static struct kmem_cache *anon_vma_cache, *chain_cache;

/* Once for each piece of memory, not for each use: a stale holder may have the lock (mm/rmap/anon_vma.c). */
static void anon_vma_construct(void *object)
{
	struct anon_vma *av = object;

	init_rwsem(&av->rwsem);
	atomic_set(&av->refcount, 0);
	av->root = av;
	av->areas = RB_ROOT;
}

static void anon_vma_free(struct anon_vma *av)
{
	kmem_cache_free(anon_vma_cache, av);
}

void anon_vma_init(void)
{
	anon_vma_cache = kmem_cache_create("anon_vma", sizeof(struct anon_vma), 0, SLAB_TYPESAFE, anon_vma_construct);
	chain_cache = kmem_cache_create("anon_vma_chain", sizeof(struct anon_vma_chain), 0, 0, NULL);
	anon_vma_free_hook = anon_vma_free;
}

/* A root of its own, with one reference. */
static struct anon_vma *anon_vma_alloc(void)
{
	struct anon_vma *av = kmem_cache_alloc(anon_vma_cache, GFP_KERNEL);

	if (av) {
		av->root = av;
		av->parent = av;
		av->num_children = 0;
		av->num_active_vmas = 0;
		av->areas = RB_ROOT;
		atomic_set(&av->refcount, 1);
	}
	return av;
}

static struct anon_vma_chain *chain_alloc(void)
{
	return kmem_cache_alloc(chain_cache, GFP_KERNEL);
}

static void chain_free(struct anon_vma_chain *avc)
{
	kmem_cache_free(chain_cache, avc);
}

/* --- the first anonymous page ------------------------------------------------------------------------------------------ */

/* Two neighbours that mprotect could make one, if they had the same anon_vma. */
static bool could_join_later(const struct vma *left, const struct vma *right)
{
	return left->vm_end == right->vm_start && left->ops == right->ops && left->file == right->file &&
	       !((left->vm_flags ^ right->vm_flags) & ~(VM_READ | VM_WRITE | VM_EXEC | VM_SOFTDIRTY)) &&
	       left->vm_pgoff + vma_pages(left) == right->vm_pgoff;
}

/* A neighbour's anon_vma, so that the areas can be joined; or NULL. */
static struct anon_vma *find_mergeable_anon_vma(struct vma *vma)
{
	struct vma *prev = vma_prev(vma), *next = vma_next(vma);
	struct anon_vma *av;

	if (next && could_join_later(vma, next)) {
		av = READ_ONCE(next->anon_vma);
		if (av && list_is_singular(&next->anon_vma_chain))
			return av;
	}
	if (prev && could_join_later(prev, vma)) {
		av = READ_ONCE(prev->anon_vma);
		if (av && list_is_singular(&prev->anon_vma_chain))
			return av;
	}
	return NULL;
}

int __anon_vma_prepare(struct vma *vma)
{
	struct anon_vma_chain *avc = chain_alloc();
	struct anon_vma *av, *fresh = NULL;

	if (!avc)
		return -ENOMEM;
	av = find_mergeable_anon_vma(vma);
	if (!av) {
		av = fresh = anon_vma_alloc();
		if (!av) {
			chain_free(avc);
			return -ENOMEM;
		}
		av->num_children = 1;	/* a root is its own parent */
	}
	anon_vma_lock_write(av);
	/* Other threads may fault in the same area: mmap_lock is held for reading only. */
	spin_lock(&vma->vm_mm->page_table_lock);
	if (!vma->anon_vma) {
		anon_vma_chain_link(vma, avc, av);
		av->num_active_vmas++;
		WRITE_ONCE(vma->anon_vma, av);
		fresh = NULL;
		avc = NULL;
	}
	spin_unlock(&vma->vm_mm->page_table_lock);
	anon_vma_unlock_write(av);
	if (fresh)
		put_anon_vma(fresh);
	if (avc)
		chain_free(avc);
	return 0;
}

/* --- copies ---------------------------------------------------------------------------------------------------------------- */

/* As many links as src has, on a list by same_vma; false without memory. */
static bool alloc_chains(struct vma *src, struct list_head *chains)
{
	struct anon_vma_chain *avc, *next;
	size_t nr = list_count_nodes(&src->anon_vma_chain);

	while (nr--) {
		avc = chain_alloc();
		if (!avc)
			goto fail;
		list_add(&avc->same_vma, chains);
	}
	return true;
fail:
	list_for_each_entry_safe(avc, next, chains, same_vma)
		chain_free(avc);
	return false;
}

/*
 * An anon_vma whose own area is gone, and which has at most one child: a fork may use it again. Otherwise a chain of
 * processes, each forked by the one before, would make the list of links longer with every generation.
 */
static bool is_reusable(const struct anon_vma *av)
{
	return av->num_children < 2 && !av->num_active_vmas;
}

/* Link dst to all anon_vmas of src. When reuse is set, a reusable one becomes dst->anon_vma. 0 or -ENOMEM */
static int link_all(struct vma *dst, struct vma *src, bool reuse)
{
	struct anon_vma_chain *from, *avc;
	struct anon_vma *root;
	LIST_HEAD(chains);

	if (list_empty(&src->anon_vma_chain))
		return 0;
	if (!alloc_chains(src, &chains))
		return -ENOMEM;
	root = list_first_entry(&src->anon_vma_chain, struct anon_vma_chain, same_vma)->anon_vma->root;
	down_write(&root->rwsem);
	list_for_each_entry_reverse(from, &src->anon_vma_chain, same_vma) {
		avc = list_first_entry(&chains, struct anon_vma_chain, same_vma);
		list_del(&avc->same_vma);
		anon_vma_chain_link(dst, avc, from->anon_vma);
		if (reuse && !dst->anon_vma && is_reusable(from->anon_vma))
			dst->anon_vma = from->anon_vma;
	}
	if (dst->anon_vma)
		dst->anon_vma->num_active_vmas++;
	up_write(&root->rwsem);
	return 0;
}

int anon_vma_clone(struct vma *dst, struct vma *src)
{
	VM_ASSERT(list_empty(&dst->anon_vma_chain));
	dst->anon_vma = src->anon_vma;
	if (!link_all(dst, src, false))
		return 0;
	dst->anon_vma = NULL;
	return -ENOMEM;
}

int anon_vma_fork(struct vma *child, struct vma *parent)
{
	struct anon_vma_chain *avc;
	struct anon_vma *av;

	if (!parent->anon_vma)
		return 0;
	child->anon_vma = NULL;
	if (link_all(child, parent, true))
		return -ENOMEM;
	if (child->anon_vma)
		return 0;
	avc = chain_alloc();
	av = avc ? anon_vma_alloc() : NULL;
	if (!av) {
		if (avc)
			chain_free(avc);
		unlink_anon_vmas(child);
		return -ENOMEM;
	}
	av->root = parent->anon_vma->root;
	av->parent = parent->anon_vma;
	av->num_active_vmas = 1;
	get_anon_vma(av->root);
	child->anon_vma = av;
	anon_vma_lock_write(av);
	anon_vma_chain_link(child, avc, av);
	av->parent->num_children++;
	anon_vma_unlock_write(av);
	return 0;
}

/* --- the end ----------------------------------------------------------------------------------------------------------------- */

void unlink_anon_vmas(struct vma *vma)
{
	struct anon_vma_chain *avc, *next;
	struct anon_vma *root;
	LIST_HEAD(last_links);		/* their anon_vmas have no area any more */

	if (list_empty(&vma->anon_vma_chain))
		return;
	root = list_first_entry(&vma->anon_vma_chain, struct anon_vma_chain, same_vma)->anon_vma->root;
	down_write(&root->rwsem);
	list_for_each_entry_safe(avc, next, &vma->anon_vma_chain, same_vma) {
		anon_vma_chain_unlink(avc);
		if (RB_EMPTY_ROOT(&avc->anon_vma->areas)) {
			avc->anon_vma->parent->num_children--;
			list_add_tail(&avc->same_vma, &last_links);
		} else {
			chain_free(avc);
		}
	}
	if (vma->anon_vma) {
		vma->anon_vma->num_active_vmas--;
		vma->anon_vma = NULL;
	}
	up_write(&root->rwsem);
	/* Newest first, so the root goes last. */
	list_for_each_entry_safe(avc, next, &last_links, same_vma) {
		put_anon_vma(avc->anon_vma);
		chain_free(avc);
	}
}
