/* mm/space/anon_vma_test.c - families of anon_vmas: who is found, and that all of them go in the end. */
#include <mm/space/vma_tree.h>

#include <kernel/debug/ktest.h>
#include <kernel/lib/random.h>

#define RW	(VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE)
#define BASE	0x300000000UL
#define PAGES(n) ((unsigned long)(n) << PAGE_SHIFT)

static struct vma *area(struct mm *mm, unsigned long first, unsigned long nr)
{
	struct vma *vma = vma_alloc(mm);

	vma->vm_start = BASE + PAGES(first);
	vma->vm_end = vma->vm_start + PAGES(nr);
	vma->vm_flags = RW;
	vma->vm_pgoff = vma->vm_start >> PAGE_SHIFT;
	vma_link(mm, vma);
	return vma;
}

static unsigned int areas_at(struct anon_vma *av, unsigned long page)
{
	pgoff_t offset = (BASE >> PAGE_SHIFT) + page;
	struct anon_vma_chain *avc;
	unsigned int n = 0;

	anon_vma_lock_read(av);
	anon_vma_for_each_area(avc, av, offset, offset)
		n++;
	anon_vma_unlock_read(av);
	return n;
}

KTEST(anon_vma, every_piece_of_a_cut_area_is_found_at_its_offset_and_nowhere_else)
{
	struct mm *mm = mm_alloc();
	struct vma *vma;
	struct anon_vma *av;
	bool ok = true;

	mmap_write_lock(mm);
	vma = area(mm, 0, 256);
	KEXPECT_EQ(anon_vma_prepare(vma), 0);
	av = vma->anon_vma;
	for (int i = 0; i < 100; i++) {
		unsigned long addr = BASE + PAGES(get_random_below(256));

		vma = vma_lookup(mm, addr);
		if (addr > vma->vm_start)
			ok = ok && !split_vma(mm, vma, addr, get_random_below(2));
	}
	for (unsigned long page = 0; page < 256; page++)
		ok = ok && areas_at(av, page) == 1;
	KEXPECT(ok);
	KEXPECT_EQ(areas_at(av, 256), 0U);
	/* and when all have joined again, there is one */
	for (vma = vma_first(mm); vma; vma = vma_next(vma))
		vma = vma_modify_flags(vma, vma->vm_start, vma->vm_end, vma->vm_flags ^ VM_EXEC);
	KEXPECT_EQ(mm->map_count, 1U);
	KEXPECT_EQ(areas_at(av, 17), 1U);
	KEXPECT(list_is_singular(&vma_first(mm)->anon_vma_chain));
	mmap_write_unlock(mm);
	mmput(mm);
}

KTEST(anon_vma, a_child_is_found_through_its_parent_and_not_the_other_way)
{
	struct mm *parent = mm_alloc(), *child = mm_alloc();
	struct vma *p, *c;

	mmap_write_lock(parent);
	down_write_nested(&child->mmap_lock, SINGLE_DEPTH_NESTING);
	p = area(parent, 0, 4);
	c = area(child, 0, 4);
	KEXPECT_EQ(anon_vma_prepare(p), 0);
	KEXPECT_EQ(anon_vma_fork(c, p), 0);
	KEXPECT(c->anon_vma != p->anon_vma);
	KEXPECT(c->anon_vma->root == p->anon_vma);
	KEXPECT_EQ(areas_at(p->anon_vma, 1), 2U);
	KEXPECT_EQ(areas_at(c->anon_vma, 1), 1U);
	mmap_write_unlock(child);
	mmap_write_unlock(parent);
	/* the parent dies first: its anon_vma lives on in the child's chain */
	mmput(parent);
	KEXPECT_EQ(areas_at(c->anon_vma->root, 1), 1U);
	mmput(child);
}

KTEST(anon_vma, a_long_line_of_ancestors_does_not_make_a_long_chain)
{
	struct mm *mm = mm_alloc();
	struct vma *vma;
	size_t longest = 0;

	mmap_write_lock(mm);
	vma = area(mm, 0, 4);
	anon_vma_prepare(vma);
	mmap_write_unlock(mm);
	for (int i = 0; i < 50; i++) {
		struct mm *child = mm_alloc();
		struct vma *copy;

		down_write_nested(&child->mmap_lock, SINGLE_DEPTH_NESTING);
		copy = area(child, 0, 4);
		KEXPECT_EQ(anon_vma_fork(copy, vma), 0);
		mmap_write_unlock(child);
		mmput(mm);
		mm = child;
		vma = copy;
		longest = max(longest, list_count_nodes(&vma->anon_vma_chain));
	}
	KEXPECT_LE(longest, (size_t)5);
	mmput(mm);
}

KTEST(anon_vma, neighbours_share_one_when_they_could_be_joined)
{
	struct mm *mm = mm_alloc();
	struct vma *a, *b;

	mmap_write_lock(mm);
	a = area(mm, 0, 4);
	b = area(mm, 4, 4);
	KEXPECT_EQ(anon_vma_prepare(a), 0);
	KEXPECT_EQ(anon_vma_prepare(b), 0);
	KEXPECT(a->anon_vma == b->anon_vma);
	mmap_write_unlock(mm);
	mmput(mm);
}
