/* mm/rmap/anon_vma.c - the areas of one anon_vma in an interval tree, and safe ways from a page to its anon_vma.
 *
 * An area that maps page offsets [vm_pgoff, vm_pgoff + pages) can hold the pages with these indices. One region that
 * mprotect has cut into thousands of areas shares one anon_vma, hence a tree: a walk visits only the areas that
 * overlap the page.
 *
 * Linux: mm/rmap.c, mm/interval_tree.c.
 */
#include <mm/rmap/anon_vma.h>

#include <kernel/sync/lockdep.h>
#include <mm/frame/page.h>

void (*anon_vma_free_hook)(struct anon_vma *av);

/* --- the interval tree ---------------------------------------------------------------------------------------- */

static pgoff_t first_offset(const struct anon_vma_chain *avc)
{
	return avc->vma->vm_pgoff;
}

static pgoff_t last_offset(const struct anon_vma_chain *avc)
{
	const struct vma *vma = avc->vma;

	return vma->vm_pgoff + ((vma->vm_end - vma->vm_start) >> PAGE_SHIFT) - 1;
}

static void update_last(struct rb_node *node)
{
	struct anon_vma_chain *avc = rb_entry(node, struct anon_vma_chain, rb);
	struct anon_vma_chain *left = rb_entry_safe(node->rb_left, struct anon_vma_chain, rb);
	struct anon_vma_chain *right = rb_entry_safe(node->rb_right, struct anon_vma_chain, rb);
	pgoff_t last = last_offset(avc);

	if (left && left->rb_last > last)
		last = left->rb_last;
	if (right && right->rb_last > last)
		last = right->rb_last;
	avc->rb_last = last;
}

static const struct rb_augment_callbacks last_callbacks = { .update = update_last };

static void insert_area(struct anon_vma_chain *avc)
{
	struct rb_root *root = &avc->anon_vma->areas;
	struct rb_node **link = &root->rb_node, *parent = NULL;
	pgoff_t first = first_offset(avc);

	while (*link) {
		parent = *link;
		if (first < first_offset(rb_entry(parent, struct anon_vma_chain, rb)))
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&avc->rb, parent, link);
	rb_insert_augmented(&avc->rb, root, &last_callbacks);
}

/* The overlapping area with the lowest offset in the subtree of node, whose rb_last is at least first. */
static struct anon_vma_chain *search_subtree(struct rb_node *node, pgoff_t first, pgoff_t last)
{
	for (;;) {
		struct anon_vma_chain *avc = rb_entry(node, struct anon_vma_chain, rb);
		struct anon_vma_chain *left = rb_entry_safe(node->rb_left, struct anon_vma_chain, rb);
		struct anon_vma_chain *right = rb_entry_safe(node->rb_right, struct anon_vma_chain, rb);

		/* Some area on the left reaches up to first. If even that begins after last, everything here does. */
		if (left && left->rb_last >= first) {
			node = node->rb_left;
			continue;
		}
		if (first_offset(avc) > last)
			return NULL;
		if (last_offset(avc) >= first)
			return avc;
		if (!right || right->rb_last < first)
			return NULL;
		node = node->rb_right;
	}
}

struct anon_vma_chain *anon_vma_first_area(struct anon_vma *av, pgoff_t first, pgoff_t last)
{
	struct anon_vma_chain *top = rb_entry_safe(av->areas.rb_node, struct anon_vma_chain, rb);

	return top && top->rb_last >= first ? search_subtree(&top->rb, first, last) : NULL;
}

struct anon_vma_chain *anon_vma_next_area(struct anon_vma_chain *avc, pgoff_t first, pgoff_t last)
{
	struct rb_node *node = &avc->rb, *parent;

	for (;;) {
		struct anon_vma_chain *right = rb_entry_safe(node->rb_right, struct anon_vma_chain, rb);

		if (right && right->rb_last >= first)
			return search_subtree(&right->rb, first, last);
		/* Up to the first ancestor on whose left side we are: the next in order. */
		while ((parent = rb_parent(node)) && parent->rb_right == node)
			node = parent;
		if (!parent)
			return NULL;
		node = parent;
		avc = rb_entry(node, struct anon_vma_chain, rb);
		if (first_offset(avc) > last)
			return NULL;
		if (last_offset(avc) >= first)
			return avc;
	}
}

/* --- links ---------------------------------------------------------------------------------------------------- */

void anon_vma_chain_link(struct vma *vma, struct anon_vma_chain *avc, struct anon_vma *av)
{
	lockdep_assert_held_write(&av->root->rwsem);
	avc->vma = vma;
	avc->anon_vma = av;
	/* Newest first: so unlinking comes to the root of a family last. */
	list_add(&avc->same_vma, &vma->anon_vma_chain);
	insert_area(avc);
}

void anon_vma_chain_unlink(struct anon_vma_chain *avc)
{
	lockdep_assert_held_write(&avc->anon_vma->root->rwsem);
	rb_erase_augmented(&avc->rb, &avc->anon_vma->areas, &last_callbacks);
	list_del(&avc->same_vma);
}

void anon_vma_areas_remove(struct vma *vma)
{
	struct anon_vma_chain *avc;

	list_for_each_entry(avc, &vma->anon_vma_chain, same_vma)
		rb_erase_augmented(&avc->rb, &avc->anon_vma->areas, &last_callbacks);
}

void anon_vma_areas_insert(struct vma *vma)
{
	struct anon_vma_chain *avc;

	list_for_each_entry(avc, &vma->anon_vma_chain, same_vma)
		insert_area(avc);
}

/* --- from a page to its anon_vma ------------------------------------------------------------------------------- */

struct anon_vma *page_anon_vma(const struct page *page)
{
	unsigned long mapping = (unsigned long)READ_ONCE(compound_head(page)->mapping);

	return mapping & PAGE_MAPPING_ANON ? (struct anon_vma *)(mapping & ~PAGE_MAPPING_ANON) : NULL;
}

/*
 * While a page is mapped, an area that maps it is linked to the page's anon_vma, and unlinking takes the root's lock.
 * So: lock held and page still mapped => the anon_vma is alive, stays alive until we unlock, and its root is the one
 * that we locked. Before that moment it may be a freed one, or one that somebody else has just been given: its memory
 * is of the same type for ever, and all that we do to it is take and release a lock.
 */
struct anon_vma *page_lock_anon_vma_read(struct page *page, bool trylock)
{
	struct anon_vma *av = page_anon_vma(page), *root;

	if (!av || !page_mapped(page) || (trylock && should_fail_mm_step(MM_STEP_ANON_VMA)))
		return NULL;
	root = READ_ONCE(av->root);
	if (down_read_trylock(&root->rwsem)) {
		if (page_mapped(page))
			return av;
		up_read(&root->rwsem);
		return NULL;
	}
	if (trylock)
		return NULL;
	av = page_get_anon_vma(page);
	if (!av)
		return NULL;
	anon_vma_lock_read(av);
	if (!page_mapped(page)) {
		anon_vma_unlock_read(av);
		put_anon_vma(av);
		return NULL;
	}
	/* Not the last reference: an area that maps the page is linked, and can't be unlinked now. */
	atomic_dec(&av->refcount);
	return av;
}

struct anon_vma *page_get_anon_vma(struct page *page)
{
	struct anon_vma *av = page_anon_vma(page);

	if (!av || !page_mapped(page) || should_fail_mm_step(MM_STEP_ANON_VMA) || !atomic_inc_not_zero(&av->refcount))
		return NULL;
	/* Counted, but perhaps as somebody else's: only if the page is still mapped was it alive all the time. */
	if (!page_mapped(page)) {
		put_anon_vma(av);
		return NULL;
	}
	return av;
}

void put_anon_vma(struct anon_vma *av)
{
	struct anon_vma *root = av->root;

	if (!atomic_dec_and_test(&av->refcount))
		return;
	ASSERT(RB_EMPTY_ROOT(&av->areas));
	anon_vma_free_hook(av);
	if (root != av)
		put_anon_vma(root);
}
