/* mm/space/area.c - areas begin, end, split, join and change.
 *
 * An area's range is read by three kinds of others: under mmap_lock by everybody, under the anon_vma lock and the
 * mapping's i_mmap lock by walks of the reverse map. So it is changed with all of these held, and in an order in which a
 * walk always finds each page: first the area that takes a range over is there, then the one that loses it goes.
 *
 * Linux: mm/vma.c (vma_merge, __split_vma, vma_modify), kernel/fork.c (vm_area_dup).
 */
#include <mm/space/vma_tree.h>

#include <kernel/debug/panic.h>
#include <kernel/sync/lockdep.h>
#include <mm/alloc/slab.h>
#include <mm/space/space_internal.h>
#include <mm/split/split.h>

unsigned int sysctl_max_map_count = 65530;

static struct kmem_cache *vma_cache;

void area_init(void)
{
	vma_cache = kmem_cache_create("vm_area_struct", sizeof(struct vma), 0, 0, NULL);
}

/* --- one area ------------------------------------------------------------------------------------------------------ */

struct vma *vma_alloc(struct mm *mm)
{
	struct vma *vma = kmem_cache_alloc(vma_cache, GFP_KERNEL | __GFP_ZERO);

	if (vma) {
		vma->vm_mm = mm;
		INIT_LIST_HEAD(&vma->anon_vma_chain);
	}
	return vma;
}

struct vma *vma_dup(struct vma *src)
{
	struct vma *vma = kmem_cache_alloc(vma_cache, GFP_KERNEL);

	if (vma) {
		*vma = *src;
		INIT_LIST_HEAD(&vma->anon_vma_chain);
		vma->anon_vma = NULL;
	}
	return vma;
}

/* A copy whose ops were never opened. */
static void vma_discard(struct vma *vma)
{
	kmem_cache_free(vma_cache, vma);
}

void vma_free(struct vma *vma)
{
	VM_ASSERT(list_empty(&vma->anon_vma_chain));
	if (vma->ops && vma->ops->close)
		vma->ops->close(vma);
	kmem_cache_free(vma_cache, vma);
}

static struct mapping *vma_mapping(struct vma *vma)
{
	return vma->ops && vma->ops->mapping ? vma->ops->mapping(vma) : NULL;
}

void vm_stat_account(struct mm *mm, unsigned long vm_flags, long pages)
{
	mm->total_vm += pages;
	if ((vm_flags & (VM_EXEC | VM_WRITE | VM_GROWSDOWN)) == VM_EXEC)
		mm->exec_vm += pages;
	else if (vm_flags & VM_GROWSDOWN)
		mm->stack_vm += pages;
	else if ((vm_flags & (VM_WRITE | VM_SHARED)) == VM_WRITE)
		mm->data_vm += pages;
	mm->hiwater_vm = max(mm->hiwater_vm, mm->total_vm);
}

void vma_link(struct mm *mm, struct vma *vma)
{
	struct mapping *mapping = vma_mapping(vma);

	if (mapping) {
		down_write(&mapping->i_mmap_rwsem);
		list_add_tail(&vma->i_mmap_node, &mapping->i_mmap);
		up_write(&mapping->i_mmap_rwsem);
	}
	vma_tree_insert(mm, vma);
	mm->map_count++;
	vm_stat_account(mm, vma->vm_flags, vma_pages(vma));
}

static void i_mmap_unlink(struct vma *vma)
{
	struct mapping *mapping = vma_mapping(vma);

	if (!mapping)
		return;
	down_write(&mapping->i_mmap_rwsem);
	list_del(&vma->i_mmap_node);
	up_write(&mapping->i_mmap_rwsem);
}

void vma_unlink(struct mm *mm, struct vma *vma)
{
	vma_tree_erase(mm, vma);
	mm->map_count--;
	vm_stat_account(mm, vma->vm_flags, -(long)vma_pages(vma));
	unlink_anon_vmas(vma);
	i_mmap_unlink(vma);
}

/* --- changing ranges ------------------------------------------------------------------------------------------------ */

/* => areas that change together have the same mapping, and anon_vmas of one family: the locks of one are those of all */
static void lock_rmap(struct vma *vma)
{
	struct mapping *mapping = vma_mapping(vma);

	if (mapping)
		down_write(&mapping->i_mmap_rwsem);
	if (vma->anon_vma)
		anon_vma_lock_write(vma->anon_vma);
}

static void unlock_rmap(struct vma *vma)
{
	struct mapping *mapping = vma_mapping(vma);

	if (vma->anon_vma)
		anon_vma_unlock_write(vma->anon_vma);
	if (mapping)
		up_write(&mapping->i_mmap_rwsem);
}

/* => lock_rmap; the page at an address that stays in the area keeps its offset */
static void set_range(struct vma *vma, unsigned long start, unsigned long end)
{
	anon_vma_areas_remove(vma);
	vma->vm_pgoff += (long)(start - vma->vm_start) >> PAGE_SHIFT;
	vma->vm_start = start;
	vma->vm_end = end;
	anon_vma_areas_insert(vma);
}

void vma_set_range(struct vma *vma, unsigned long start, unsigned long end)
{
	lock_rmap(vma);
	set_range(vma, start, end);
	unlock_rmap(vma);
	vma_tree_update(vma);
}

/* The new half of a split: all but the place in the tree. NULL without memory. */
static struct vma *make_half(struct vma *vma, unsigned long start, unsigned long end)
{
	struct vma *half = vma_dup(vma);

	if (!half)
		return NULL;
	half->vm_start = start;
	half->vm_end = end;
	half->vm_pgoff += (start - vma->vm_start) >> PAGE_SHIFT;
	if (anon_vma_clone(half, vma)) {
		vma_discard(half);
		return NULL;
	}
	if (half->ops && half->ops->open)
		half->ops->open(half);
	return half;
}

int split_vma(struct mm *mm, struct vma *vma, unsigned long addr, bool new_below)
{
	unsigned long start = new_below ? addr : vma->vm_start, end = new_below ? vma->vm_end : addr;
	struct mapping *mapping = vma_mapping(vma);
	struct vma *half;

	VM_ASSERT(addr > vma->vm_start && addr < vma->vm_end && IS_ALIGNED(addr, PAGE_SIZE));
	half = make_half(vma, new_below ? vma->vm_start : addr, new_below ? addr : vma->vm_end);
	if (!half)
		return -ENOMEM;
	vma_adjust_trans_huge(vma, start, end);
	lock_rmap(vma);
	if (mapping)
		list_add(&half->i_mmap_node, &vma->i_mmap_node);
	set_range(vma, start, end);
	unlock_rmap(vma);
	vma_tree_update(vma);
	vma_tree_insert(mm, half);
	mm->map_count++;
	return 0;
}

/* --- joining -------------------------------------------------------------------------------------------------------- */

/*
 * Two areas with different anon_vmas stay two: a page would have to be looked for in both families. One that has none
 * yet can join any, but not one with a long chain, which the walks of both would then have to go through.
 */
static bool anon_vmas_fit(const struct vma *a, const struct vma *b)
{
	const struct vma *with = a->anon_vma ? a : b;

	if (a->anon_vma == b->anon_vma)
		return true;
	if (a->anon_vma && b->anon_vma)
		return false;
	return list_is_singular(&with->anon_vma_chain);
}

/* Could left and right, with these flags, be one area? */
static bool can_join(const struct vma *left, const struct vma *right, unsigned long left_flags, unsigned long right_flags)
{
	return left->vm_end == right->vm_start && !((left_flags ^ right_flags) & ~VM_SOFTDIRTY) &&
	       left->ops == right->ops && left->file == right->file && left->private == right->private &&
	       left->vm_pgoff + vma_pages(left) == right->vm_pgoff && anon_vmas_fit(left, right);
}

/* to is about to cover pages of from. 0 or -ENOMEM */
static int share_anon_vma(struct vma *to, struct vma *from)
{
	return from->anon_vma && !to->anon_vma ? anon_vma_clone(to, from) : 0;
}

/* right becomes part of left. => can_join; false: no memory, nothing has changed */
static bool join(struct mm *mm, struct vma *left, struct vma *right)
{
	struct mapping *mapping = vma_mapping(right);

	if (share_anon_vma(left, right))
		return false;
	vma_tree_erase(mm, right);
	mm->map_count--;
	lock_rmap(left);
	set_range(left, left->vm_start, right->vm_end);
	if (mapping)
		list_del(&right->i_mmap_node);
	unlock_rmap(left);
	left->vm_flags |= right->vm_flags & VM_SOFTDIRTY;
	vma_tree_update(left);
	unlink_anon_vmas(right);
	vma_free(right);
	return true;
}

struct vma *vma_merge(struct mm *mm, const struct vma *like)
{
	struct vma *next = find_vma(mm, like->vm_end - 1);
	struct vma *prev = next ? vma_prev(next) : rb_entry_safe(rb_last(&mm->vma_tree), struct vma, rb);
	unsigned long flags = like->vm_flags;
	struct vma *vma;

	if (flags & (VM_PFNMAP | VM_IO))
		return NULL;
	/* Pages that are to be moved here (mremap) must be found through the anon_vma that the neighbour has. */
	if (prev && like->anon_vma && prev->anon_vma != like->anon_vma)
		prev = NULL;
	if (next && like->anon_vma && next->anon_vma != like->anon_vma)
		next = NULL;
	if (prev && can_join(prev, like, prev->vm_flags, flags)) {
		vma = prev;
		vma_set_range(vma, vma->vm_start, like->vm_end);
		if (next && can_join(vma, next, flags, next->vm_flags))
			join(mm, vma, next);
	} else if (next && can_join(like, next, flags, next->vm_flags)) {
		vma = next;
		vma_set_range(vma, like->vm_start, vma->vm_end);
	} else {
		return NULL;
	}
	vma->vm_flags |= flags & VM_SOFTDIRTY;
	vm_stat_account(mm, flags, vma_pages(like));
	return vma;
}

/* --- changing flags ------------------------------------------------------------------------------------------------- */

/* Move the border between two neighbours to addr. => what is moved can_join the side that gets it; 0 or -ENOMEM */
static int move_border(struct vma *left, struct vma *right, unsigned long addr)
{
	bool up = addr > left->vm_end;

	if (share_anon_vma(up ? left : right, up ? right : left))
		return -ENOMEM;
	if (up)
		vma_adjust_trans_huge(right, addr, right->vm_end);
	else
		vma_adjust_trans_huge(left, left->vm_start, addr);
	/* Both have the same anon_vma family now, or the side that loses pages has none. */
	lock_rmap(up ? left : right);
	set_range(up ? left : right, up ? left->vm_start : addr, up ? addr : right->vm_end);
	set_range(up ? right : left, up ? addr : left->vm_start, up ? right->vm_end : addr);
	unlock_rmap(up ? left : right);
	vma_tree_update(left);
	vma_tree_update(right);
	return 0;
}

/* Cut [start, end) out of vma. 0 or -ENOMEM */
static int isolate_range(struct mm *mm, struct vma *vma, unsigned long start, unsigned long end)
{
	int cuts = (start > vma->vm_start) + (end < vma->vm_end), error = 0;

	if (cuts && mm->map_count + cuts > sysctl_max_map_count)
		return -ENOMEM;
	if (start > vma->vm_start)
		error = split_vma(mm, vma, start, true);
	if (!error && end < vma->vm_end)
		error = split_vma(mm, vma, end, false);
	return error;
}

struct vma *vma_modify_flags(struct vma *vma, unsigned long start, unsigned long end, unsigned long new_flags)
{
	struct mm *mm = vma->vm_mm;
	struct vma *prev = vma_prev(vma), *next = vma_next(vma);
	unsigned long old_flags = vma->vm_flags;
	long pages = (end - start) >> PAGE_SHIFT;
	bool join_prev = start == vma->vm_start && prev && can_join(prev, vma, prev->vm_flags, new_flags);
	bool join_next = end == vma->vm_end && next && can_join(vma, next, new_flags, next->vm_flags);

	if (join_prev && end < vma->vm_end && !move_border(prev, vma, end)) {
		vma = prev;
	} else if (join_next && start > vma->vm_start && !move_border(vma, next, start)) {
		vma = next;
	} else {
		if (isolate_range(mm, vma, start, end))
			return ERR_PTR(-ENOMEM);
		vma->vm_flags = new_flags;
		if (join_prev && end == vma->vm_end && join(mm, prev, vma))
			vma = prev;
		if (join_next && can_join(vma, next, new_flags, next->vm_flags))
			join(mm, vma, next);
	}
	vm_stat_account(mm, old_flags, -pages);
	vm_stat_account(mm, new_flags, pages);
	return vma;
}
