/* mm/space/area_test.c - areas split, join and move their borders; offsets and counters stay right. */
#include <mm/space/vma_tree.h>

#include <kernel/debug/ktest.h>

#define RW	(VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE)
#define RO	(VM_READ | VM_MAYREAD | VM_MAYWRITE)
#define BASE	0x200000000UL
#define PAGES(n) ((unsigned long)(n) << PAGE_SHIFT)

static struct vma *area(struct mm *mm, unsigned long first, unsigned long nr, unsigned long flags)
{
	struct vma *vma = vma_alloc(mm);

	vma->vm_start = BASE + PAGES(first);
	vma->vm_end = vma->vm_start + PAGES(nr);
	vma->vm_flags = flags;
	vma->vm_pgoff = vma->vm_start >> PAGE_SHIFT;
	vma_link(mm, vma);
	return vma;
}

/* Every anonymous area's offsets are its addresses here. */
static bool offsets_ok(struct mm *mm)
{
	struct vma *vma;

	for_each_vma(mm, vma)
		if (vma->vm_pgoff != vma->vm_start >> PAGE_SHIFT)
			return false;
	return vma_tree_verify(mm);
}

KTEST(area, split_keeps_offsets_and_counts)
{
	struct mm *mm = mm_alloc();
	struct vma *vma;

	mmap_write_lock(mm);
	vma = area(mm, 0, 10, RW);
	KEXPECT_EQ(split_vma(mm, vma, BASE + PAGES(4), false), 0);
	KEXPECT_EQ(vma->vm_end, BASE + PAGES(4));
	KEXPECT_EQ(split_vma(mm, vma, BASE + PAGES(1), true), 0);
	KEXPECT_EQ(vma->vm_start, BASE + PAGES(1));
	KEXPECT_EQ(mm->map_count, 3U);
	KEXPECT_EQ(mm->total_vm, 10UL);
	KEXPECT(offsets_ok(mm));
	mmap_write_unlock(mm);
	mmput(mm);
}

KTEST(area, flags_come_and_go_and_leave_one_area)
{
	struct mm *mm = mm_alloc();
	struct vma *vma;

	mmap_write_lock(mm);
	vma = area(mm, 0, 10, RW);
	vma = vma_modify_flags(vma, BASE + PAGES(3), BASE + PAGES(5), RO);
	KEXPECT_EQ(vma->vm_start, BASE + PAGES(3));
	KEXPECT_EQ(mm->map_count, 3U);
	KEXPECT_EQ(mm->data_vm, 8UL);
	/* the border between two areas moves, up and down */
	vma_modify_flags(vma_lookup(mm, BASE + PAGES(5)), BASE + PAGES(5), BASE + PAGES(7), RO);
	KEXPECT_EQ(mm->map_count, 3U);
	KEXPECT_EQ(vma_lookup(mm, BASE + PAGES(3))->vm_end, BASE + PAGES(7));
	vma_modify_flags(vma_lookup(mm, BASE), BASE + PAGES(2), BASE + PAGES(3), RO);
	KEXPECT_EQ(mm->map_count, 3U);
	KEXPECT_EQ(vma_lookup(mm, BASE + PAGES(3))->vm_start, BASE + PAGES(2));
	KEXPECT(offsets_ok(mm));
	/* a whole area changes and joins both neighbours */
	vma = vma_modify_flags(vma_lookup(mm, BASE + PAGES(3)), BASE + PAGES(2), BASE + PAGES(7), RW);
	KEXPECT_EQ(mm->map_count, 1U);
	KEXPECT_EQ(vma->vm_start, BASE);
	KEXPECT_EQ(vma->vm_end, BASE + PAGES(10));
	KEXPECT_EQ(mm->data_vm, 10UL);
	KEXPECT(offsets_ok(mm));
	mmap_write_unlock(mm);
	mmput(mm);
}

KTEST(area, a_new_area_fills_the_hole_between_two)
{
	struct mm *mm = mm_alloc();
	struct vma like = { .vm_flags = RW, .vm_start = BASE + PAGES(2), .vm_end = BASE + PAGES(4) };

	mmap_write_lock(mm);
	like.vm_pgoff = like.vm_start >> PAGE_SHIFT;
	area(mm, 0, 2, RW);
	area(mm, 4, 2, RW);
	KEXPECT(vma_merge(mm, &like));
	KEXPECT_EQ(mm->map_count, 1U);
	KEXPECT_EQ(mm->total_vm, 6UL);
	KEXPECT(offsets_ok(mm));
	like.vm_start = BASE + PAGES(6);
	like.vm_end = BASE + PAGES(7);
	like.vm_pgoff = 1;
	KEXPECT(!vma_merge(mm, &like));		/* offsets do not fit */
	like.vm_pgoff = like.vm_start >> PAGE_SHIFT;
	like.vm_flags = RO;
	KEXPECT(!vma_merge(mm, &like));
	mmap_write_unlock(mm);
	mmput(mm);
}

KTEST(area, the_limit_on_areas_holds)
{
	unsigned int old = sysctl_max_map_count;
	struct mm *mm = mm_alloc();
	struct vma *vma;

	mmap_write_lock(mm);
	vma = area(mm, 0, 10, RW);
	sysctl_max_map_count = 2;
	vma = vma_modify_flags(vma, BASE + PAGES(3), BASE + PAGES(5), RO);
	KEXPECT_EQ(PTR_ERR(vma), (long)-ENOMEM);
	KEXPECT_EQ(mm->map_count, 1U);
	sysctl_max_map_count = old;
	mmap_write_unlock(mm);
	mmput(mm);
}

KTEST(area, a_stack_with_small_offsets_does_not_grow_below_offset_0)
{
	struct mm *mm = mm_alloc();
	struct vma *vma;

	mmap_write_lock(mm);
	vma = area(mm, 64, 4, RW | VM_GROWSDOWN);
	vma->vm_pgoff = 2;		/* as mremap leaves it, which moves pages with their offsets */
	KEXPECT_EQ(expand_stack(vma, BASE + PAGES(61)), -ENOMEM);
	KEXPECT_EQ(expand_stack(vma, BASE + PAGES(62)), 0);
	KEXPECT_EQ(vma->vm_pgoff, 0UL);
	mmap_write_unlock(mm);
	mmput(mm);
}
