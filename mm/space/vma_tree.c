/* mm/space/vma_tree.c - find areas, and find holes between them.
 *
 * Linux: mm/mmap.c (before the maple tree: vma_compute_gap, unmapped_area_topdown).
 */
#include <mm/space/vma_tree.h>

#include <kernel/sync/lockdep.h>

#define vma_of(node)	rb_entry_safe(node, struct vma, rb)

/* --- the tree and its gaps -------------------------------------------------------------------------------------- */

/* The end of the hole below an area: a stack needs room to grow, and a guard below it. */
static unsigned long hole_end(const struct vma *vma)
{
	if (!(vma->vm_flags & VM_GROWSDOWN))
		return vma->vm_start;
	return vma->vm_start > STACK_GUARD_GAP ? vma->vm_start - STACK_GUARD_GAP : 0;
}

static unsigned long gap_below(const struct vma *vma, const struct vma *prev)
{
	unsigned long low = prev ? prev->vm_end : 0, high = hole_end(vma);

	return high > low ? high - low : 0;
}

static unsigned long subtree_max_gap(const struct vma *vma)
{
	const struct vma *left = vma_of(vma->rb.rb_left), *right = vma_of(vma->rb.rb_right);
	unsigned long gap = vma->gap;

	if (left && left->rb_max_gap > gap)
		gap = left->rb_max_gap;
	if (right && right->rb_max_gap > gap)
		gap = right->rb_max_gap;
	return gap;
}

static void update_max_gap(struct rb_node *node)
{
	struct vma *vma = vma_of(node);

	vma->rb_max_gap = subtree_max_gap(vma);
}

static const struct rb_augment_callbacks gap_callbacks = { .update = update_max_gap };

/* The gap below vma is another one: so may be the largest of the subtrees that contain it, up to where nothing changes. */
static void set_gap(struct vma *vma, const struct vma *prev)
{
	struct rb_node *node = &vma->rb;
	unsigned long max;

	vma->gap = gap_below(vma, prev);
	for (; node; node = rb_parent(node)) {
		vma = vma_of(node);
		max = subtree_max_gap(vma);
		if (max == vma->rb_max_gap)
			break;
		vma->rb_max_gap = max;
	}
}

void vma_tree_insert(struct mm *mm, struct vma *vma)
{
	struct rb_node **link = &mm->vma_tree.rb_node, *parent = NULL;
	struct vma *prev = NULL, *next = NULL;

	lockdep_assert_held_write(&mm->mmap_lock);
	while (*link) {
		struct vma *at = vma_of(*link);

		parent = *link;
		if (vma->vm_start < at->vm_start) {
			next = at;
			link = &parent->rb_left;
		} else {
			prev = at;
			link = &parent->rb_right;
		}
	}
	ASSERTF((!prev || prev->vm_end <= vma->vm_start) && (!next || vma->vm_end <= next->vm_start),
		"area 0x%lx-0x%lx overlaps another", vma->vm_start, vma->vm_end);
	vma->gap = gap_below(vma, prev);
	/* The next area is an ancestor of the new leaf: the insertion computes its subtree and all above anyway. */
	if (next)
		next->gap = gap_below(next, vma);
	rb_link_node(&vma->rb, parent, link);
	rb_insert_augmented(&vma->rb, &mm->vma_tree, &gap_callbacks);
}

void vma_tree_erase(struct mm *mm, struct vma *vma)
{
	struct vma *prev = vma_prev(vma), *next = vma_next(vma);

	rb_erase_augmented(&vma->rb, &mm->vma_tree, &gap_callbacks);
	if (next)
		set_gap(next, prev);
}

void vma_tree_update(struct vma *vma)
{
	struct vma *next = vma_next(vma);

	set_gap(vma, vma_prev(vma));
	if (next)
		set_gap(next, vma);
}

bool vma_tree_verify(struct mm *mm)
{
	struct vma *vma, *prev = NULL;
	unsigned int count = 0;

	for_each_vma(mm, vma) {
		if (vma->vm_start >= vma->vm_end || (prev && prev->vm_end > vma->vm_start) ||
		    vma->gap != gap_below(vma, prev) || vma->rb_max_gap != subtree_max_gap(vma))
			return false;
		prev = vma;
		count++;
	}
	return count == mm->map_count && rb_verify(&mm->vma_tree);
}

/* --- areas by address --------------------------------------------------------------------------------------------- */

struct vma *find_vma(struct mm *mm, unsigned long address)
{
	struct rb_node *node = mm->vma_tree.rb_node;
	struct vma *found = NULL;

	while (node) {
		struct vma *vma = rb_entry(node, struct vma, rb);

		if (vma->vm_end > address) {
			found = vma;
			if (vma->vm_start <= address)
				break;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return found;
}

struct vma *vma_lookup(struct mm *mm, unsigned long address)
{
	struct vma *vma = find_vma(mm, address);

	return vma && vma->vm_start <= address ? vma : NULL;
}

struct vma *find_vma_intersection(struct mm *mm, unsigned long start, unsigned long end)
{
	struct vma *vma = find_vma(mm, start);

	return vma && vma->vm_start < end ? vma : NULL;
}

struct vma *vma_first(struct mm *mm)
{
	return vma_of(rb_first(&mm->vma_tree));
}

struct vma *vma_next(struct vma *vma)
{
	return vma_of(rb_next(&vma->rb));
}

struct vma *vma_prev(struct vma *vma)
{
	return vma_of(rb_prev(&vma->rb));
}

/* --- holes ---------------------------------------------------------------------------------------------------------- */

/*
 * What is looked for: len bytes at a multiple of align inside [low, high). A hole of need bytes holds that wherever it
 * begins; a smaller one that happens to lie well is passed over, so that each look at rb_max_gap decides.
 */
struct hole {
	unsigned long	len, align, need;
	unsigned long	low, high;
};

/* The highest place inside [start, end), or 0. */
static unsigned long fit(const struct hole *hole, unsigned long start, unsigned long end)
{
	start = max(start, hole->low);
	end = min(end, hole->high);
	if (end < hole->need || end - hole->need < start)
		return 0;
	return ALIGN_DOWN(end - hole->len, hole->align);
}

/*
 * The highest hole below the areas of this subtree, or 0. A subtree whose largest gap is too small is not entered, and
 * one that is entered in vain lies across the border of [low, high): O(log areas).
 */
static unsigned long highest_hole(struct rb_node *node, const struct hole *hole)
{
	while (node) {
		struct vma *vma = vma_of(node), *right = vma_of(node->rb_right), *left = vma_of(node->rb_left);
		unsigned long address = 0;

		if (right && right->rb_max_gap >= hole->need && vma->vm_end < hole->high)
			address = highest_hole(node->rb_right, hole);
		if (!address && vma->gap >= hole->need)
			address = fit(hole, hole_end(vma) - vma->gap, hole_end(vma));
		if (address)
			return address;
		if (!left || left->rb_max_gap < hole->need || vma->vm_start <= hole->low)
			return 0;
		node = node->rb_left;
	}
	return 0;
}

unsigned long find_free_range_in(struct mm *mm, unsigned long len, unsigned long align, unsigned long low,
				 unsigned long high)
{
	struct vma *last = vma_of(rb_last(&mm->vma_tree));
	struct hole hole = { .len = len, .align = PAGE_SIZE, .need = len, .low = low, .high = high };
	unsigned long address;

	if (align > PAGE_SIZE) {
		hole.align = align;
		hole.need = len + align - PAGE_SIZE;
	}
	address = fit(&hole, last ? last->vm_end : 0, high);

	if (!address)
		address = highest_hole(mm->vma_tree.rb_node, &hole);
	return address ? address : (unsigned long)-ENOMEM;
}

static bool range_is_free(struct mm *mm, unsigned long start, unsigned long len)
{
	struct vma *next;

	if (start < MMAP_MIN_ADDR || len > TASK_SIZE || start > TASK_SIZE - len)
		return false;
	next = find_vma(mm, start);
	return !next || start + len <= hole_end(next);
}

unsigned long find_free_range(struct mm *mm, unsigned long len, unsigned long align, unsigned long hint)
{
	unsigned long address;

	if (len > TASK_SIZE)
		return -ENOMEM;
	if (hint && range_is_free(mm, hint, len))
		return hint;
	address = find_free_range_in(mm, len, align, MMAP_MIN_ADDR, mm->mmap_base);
	if (IS_ERR_VALUE(address))
		address = find_free_range_in(mm, len, align, MMAP_MIN_ADDR, TASK_SIZE);
	return address;
}
