/* mm/space/vma_tree_test.c - the tree of areas against a model: one byte for each page. */
#include <mm/space/vma_tree.h>

#include <kernel/debug/ktest.h>
#include <kernel/lib/random.h>
#include <mm/alloc/slab.h>

#define MODEL_BASE	0x100000000UL
#define MODEL_PAGES	2048UL
#define MODEL_END	(MODEL_BASE + (MODEL_PAGES << PAGE_SHIFT))

static unsigned long model_address(unsigned long page)
{
	return MODEL_BASE + (page << PAGE_SHIFT);
}

static bool model_is_free(const u8 *model, unsigned long first, unsigned long nr)
{
	for (unsigned long i = first; i < first + nr; i++)
		if (model[i])
			return false;
	return true;
}

/* The highest hole of nr pages, or 0. */
static unsigned long model_find(const u8 *model, unsigned long nr)
{
	for (unsigned long first = MODEL_PAGES - nr + 1; first-- > 0; )
		if (model_is_free(model, first, nr))
			return model_address(first);
	return 0;
}

static bool link_random(struct mm *mm, u8 *model)
{
	unsigned long nr = 1 + get_random_below(24), first = get_random_below(MODEL_PAGES - nr);
	struct vma *vma;

	if (!model_is_free(model, first, nr))
		return true;
	vma = vma_alloc(mm);
	if (!vma)
		return false;
	vma->vm_start = model_address(first);
	vma->vm_end = model_address(first + nr);
	vma_link(mm, vma);
	memset(model + first, 1, nr);
	return true;
}

static void unlink_random(struct mm *mm, u8 *model)
{
	struct vma *vma = find_vma(mm, model_address(get_random_below(MODEL_PAGES)));

	if (!vma)
		return;
	memset(model + ((vma->vm_start - MODEL_BASE) >> PAGE_SHIFT), 0, vma_pages(vma));
	vma_unlink(mm, vma);
	vma_free(vma);
}

static void shrink_random(struct mm *mm, u8 *model)
{
	struct vma *vma = find_vma(mm, model_address(get_random_below(MODEL_PAGES)));

	if (!vma || vma_pages(vma) < 2)
		return;
	if (get_random_below(2)) {
		model[(vma->vm_start - MODEL_BASE) >> PAGE_SHIFT] = 0;
		vma_set_range(vma, vma->vm_start + PAGE_SIZE, vma->vm_end);
	} else {
		model[((vma->vm_end - MODEL_BASE) >> PAGE_SHIFT) - 1] = 0;
		vma_set_range(vma, vma->vm_start, vma->vm_end - PAGE_SIZE);
	}
	mm->total_vm--;
}

static bool agrees(struct mm *mm, const u8 *model)
{
	unsigned long page = get_random_below(MODEL_PAGES), nr = 1 + get_random_below(40);
	unsigned long found = find_free_range_in(mm, nr << PAGE_SHIFT, 0, MODEL_BASE, MODEL_END);
	unsigned long expected = model_find(model, nr);

	if (!vma_lookup(mm, model_address(page)) != !model[page])
		return false;
	return expected ? found == expected : IS_ERR_VALUE(found);
}

KTEST(vma_tree, random_areas_and_holes_agree_with_a_model)
{
	struct mm *mm = mm_alloc();
	u8 *model = kzalloc(MODEL_PAGES, GFP_KERNEL);
	bool ok = mm && model;

	KASSERT_TRUE(ok);
	mmap_write_lock(mm);
	for (int i = 0; i < 6000 && ok; i++) {
		unsigned long what = get_random_below(8);

		if (what < 4)
			ok = link_random(mm, model);
		else if (what < 7)
			unlink_random(mm, model);
		else
			shrink_random(mm, model);
		ok = ok && agrees(mm, model) && (i % 64 || vma_tree_verify(mm));
	}
	KEXPECT(ok);
	KEXPECT(vma_tree_verify(mm));
	mmap_write_unlock(mm);
	kfree(model);
	mmput(mm);
}

/* An area for the tests below, linked. */
static struct vma *area(struct mm *mm, unsigned long start, unsigned long end, unsigned long flags)
{
	struct vma *vma = vma_alloc(mm);

	vma->vm_start = start;
	vma->vm_end = end;
	vma->vm_flags = flags;
	vma->vm_pgoff = start >> PAGE_SHIFT;
	vma_link(mm, vma);
	return vma;
}

KTEST(vma_tree, an_aligned_hole_is_found_in_a_large_gap)
{
	struct mm *mm = mm_alloc();
	unsigned long found;

	mmap_write_lock(mm);
	area(mm, 0x40000000, 0x40001000, 0);
	area(mm, 0x40a01000, 0x40a02000, 0);
	found = find_free_range_in(mm, HPAGE_PMD_SIZE, HPAGE_PMD_SIZE, 0x40000000, 0x40a02000);
	KEXPECT_EQ(found, 0x40800000UL);
	found = find_free_range_in(mm, 0x100000000, HPAGE_PMD_SIZE, 0x40000000, 0x40a02000);
	KEXPECT(IS_ERR_VALUE(found));
	mmap_write_unlock(mm);
	mmput(mm);
}

KTEST(vma_tree, a_hint_is_taken_when_it_is_free_and_not_in_a_stacks_guard)
{
	struct mm *mm = mm_alloc();

	mmap_write_lock(mm);
	area(mm, 0x50000000, 0x50010000, VM_READ | VM_WRITE | VM_GROWSDOWN);
	KEXPECT_EQ(find_free_range(mm, PAGE_SIZE, 0, 0x40000000), 0x40000000UL);
	KEXPECT_NE(find_free_range(mm, PAGE_SIZE, 0, 0x50001000), 0x50001000UL);
	KEXPECT_NE(find_free_range(mm, PAGE_SIZE, 0, 0x50000000 - STACK_GUARD_GAP), 0x50000000 - STACK_GUARD_GAP);
	KEXPECT_EQ(find_free_range(mm, PAGE_SIZE, 0, 0x50000000 - STACK_GUARD_GAP - PAGE_SIZE),
		   0x50000000 - STACK_GUARD_GAP - PAGE_SIZE);
	KEXPECT_NE(find_free_range(mm, PAGE_SIZE, 0, 0x1000), 0x1000UL);
	KEXPECT(find_free_range(mm, PAGE_SIZE, 0, 0) < mm->mmap_base);
	mmap_write_unlock(mm);
	mmput(mm);
}

KTEST(stack, grows_down_but_not_into_its_neighbour_nor_over_the_limit)
{
	struct mm *mm = mm_alloc();
	unsigned long top = 0x7ffff0000000UL;
	struct vma *stack;

	mmap_write_lock(mm);
	stack = area(mm, top - 0x10000, top, VM_READ | VM_WRITE | VM_GROWSDOWN);
	KEXPECT_EQ(expand_stack(stack, top - 0x20001), 0);
	KEXPECT_EQ(stack->vm_start, top - 0x21000);
	KEXPECT_EQ(stack->vm_pgoff, stack->vm_start >> PAGE_SHIFT);
	KEXPECT_EQ(mm->stack_vm, 0x21UL);
	area(mm, top - 0x300000, top - 0x2ff000, VM_READ);
	KEXPECT_EQ(expand_stack(stack, top - 0x2ff000 + STACK_GUARD_GAP), 0);
	KEXPECT_EQ(expand_stack(stack, top - 0x2ff000 + STACK_GUARD_GAP - 1), -ENOMEM);
	KEXPECT_EQ(expand_stack(stack, 0x1000), -ENOMEM);
	KEXPECT(vma_tree_verify(mm));
	mmap_write_unlock(mm);
	mmput(mm);
}
