/* mm/map/mremap.c - an area grows, shrinks, or moves with its pages.
 *
 * A page keeps its offset in its anon_vma or file, and the new area is linked to the same: so moving an entry does not touch
 * struct page at all. While entries move, the reverse map is locked: a walk that has visited the new place and not yet
 * the old one would miss the page.
 *
 * Linux: mm/mremap.c, mm/huge_memory.c (move_huge_pmd).
 */
#include <mm/map/map_internal.h>

#include <kernel/sched/task.h>
#include <mm/split/split.h>

/* What mremap was asked for. */
struct mremap_request {
	struct mm	*mm;
	unsigned long	addr, old_len;		/* bytes, page aligned */
	unsigned long	new_addr, new_len;
	unsigned long	flags;			/* MREMAP_* */
	unsigned long	populate;		/* bytes at the end to fault in: the area is locked */
};

/* --- moving entries ---------------------------------------------------------------------------------------------------- */

static void lock_rmap(struct vma *vma)
{
	if (vma->ops && vma->ops->mapping && vma->ops->mapping(vma))
		down_write(&vma->ops->mapping(vma)->i_mmap_rwsem);
	if (vma->anon_vma)
		anon_vma_lock_write(vma->anon_vma);
}

static void unlock_rmap(struct vma *vma)
{
	if (vma->anon_vma)
		anon_vma_unlock_write(vma->anon_vma);
	if (vma->ops && vma->ops->mapping && vma->ops->mapping(vma))
		up_write(&vma->ops->mapping(vma)->i_mmap_rwsem);
}

/* Two locks of one kind: only a holder of mmap_lock for writing takes two, so that nobody does it the other way round. */
static spinlock_t *lock_second(spinlock_t *second, spinlock_t *first, enum ptl_subclass which)
{
	if (second != first)
		spin_lock_nested(second, which);
	return second;
}

static void unlock_both(spinlock_t *first, spinlock_t *second)
{
	if (second != first)
		spin_unlock(second);
	spin_unlock(first);
}

/* 512 entries at once: the whole table changes its place. false: the new place is not empty */
static bool move_table(struct vma *vma, unsigned long old_addr, pmd_t *old_pmd, pmd_t *new_pmd)
{
	spinlock_t *old_ptl = pmd_lock(old_pmd);
	spinlock_t *new_ptl = lock_second(pmd_lockptr(new_pmd), old_ptl, PTL_PMD_SECOND);
	pmd_t pmd = pmdp_get(old_pmd);
	bool moved = pmd_is_table(pmd) && pmd_none(pmdp_get(new_pmd));

	if (moved) {
		set_pmd(old_pmd, __pmd(0));
		set_pmd(new_pmd, pmd);
		flush_tlb_range(vma->vm_mm, old_addr, old_addr + PMD_SIZE);
	}
	unlock_both(old_ptl, new_ptl);
	return moved;
}

/* A huge entry moves with its deposit. false: it is not huge (any more), or the new place is not empty */
static bool move_huge_pmd(struct vma *vma, unsigned long old_addr, pmd_t *old_pmd, pmd_t *new_pmd)
{
	spinlock_t *old_ptl = pmd_trans_huge_lock(old_pmd), *new_ptl;
	bool moved;
	pmd_t pmd;

	if (!old_ptl)
		return false;
	new_ptl = lock_second(pmd_lockptr(new_pmd), old_ptl, PTL_PMD_SECOND);
	moved = pmd_none(pmdp_get(new_pmd));
	if (moved) {
		pmd = pmdp_exchange(old_pmd, __pmd(0));
#ifndef BUG_mremap_leaves_deposit	/* the entry moves, the table for its split does not */
		if (new_ptl != old_ptl)
			pgtable_trans_huge_deposit(new_pmd, pgtable_trans_huge_withdraw(old_pmd));
#endif
		set_pmd(new_pmd, pmd_present(pmd) ? __pmd(pmd.pmd | _PAGE_SOFT_DIRTY) : pmd_swp_mksoft_dirty(pmd));
		flush_pmd_tlb_range(vma->vm_mm, old_addr, old_addr + PMD_SIZE);
	}
	unlock_both(old_ptl, new_ptl);
	return moved;
}

static pte_t mark_moved(pte_t pte)
{
	return pte_present(pte) ? __pte(pte.pte | _PAGE_SOFT_DIRTY) : pte_swp_mksoft_dirty(pte);
}

static void move_ptes(struct vma *vma, unsigned long old_addr, unsigned long len, pmd_t *old_pmd, unsigned long new_addr,
		      pmd_t *new_pmd)
{
	spinlock_t *old_ptl, *new_ptl;
	pte_t *old_pte = pte_offset_map_lock(old_pmd, old_addr, &old_ptl), *new_pte;
	unsigned long offset;
	bool flush = false;

	if (!old_pte)
		return;
	new_pte = pte_offset(pmdp_get(new_pmd), new_addr);
	new_ptl = lock_second(pte_lockptr(pmdp_get(new_pmd)), old_ptl, PTL_PTE_SECOND);
	flush_tlb_batched_pending(vma->vm_mm);
	for (offset = 0; offset < len; offset += PAGE_SIZE, old_pte++, new_pte++) {
		pte_t pte;

		if (pte_none(ptep_get(old_pte)))
			continue;
		pte = ptep_clear(old_pte);
		flush |= pte_present(pte);
		set_pte_at(new_pte, mark_moved(pte));
	}
	/* Before the locks go: from then on reclaim may write the page out by the new entry, and must not miss a write by the old. */
	if (flush)
		flush_tlb_range(vma->vm_mm, old_addr, old_addr + len);
	unlock_both(old_ptl, new_ptl);
}

/* One piece that lies under one PMD on both sides. 0 or -ENOMEM */
static int move_piece(struct vma *vma, unsigned long old_addr, unsigned long new_addr, unsigned long len)
{
	struct mm *mm = vma->vm_mm;
	pmd_t *old_pmd = mm_find_pmd(mm, old_addr), *new_pmd;
	bool moved = false;

	if (!old_pmd || pmd_none(pmdp_get(old_pmd)))
		return 0;
	new_pmd = pmd_alloc(mm, new_addr);
	if (!new_pmd)
		return -ENOMEM;
	if (len == PMD_SIZE) {
		lock_rmap(vma);
		moved = move_huge_pmd(vma, old_addr, old_pmd, new_pmd) || move_table(vma, old_addr, old_pmd, new_pmd);
		unlock_rmap(vma);
	}
	if (moved)
		return 0;
	split_huge_pmd(vma, old_pmd, old_addr);
	if (pte_alloc(mm, new_pmd))
		return -ENOMEM;
	lock_rmap(vma);
	move_ptes(vma, old_addr, len, old_pmd, new_addr, new_pmd);
	unlock_rmap(vma);
	return 0;
}

/* => the bytes whose entries have been moved: len, or less when memory for tables ran out */
static unsigned long move_page_tables(struct vma *vma, unsigned long old_addr, unsigned long new_addr, unsigned long len)
{
	unsigned long done = 0, piece;

	for (; done < len; done += piece) {
		unsigned long from = old_addr + done, to = new_addr + done;

		piece = min(len - done, PMD_SIZE - max(from & ~PMD_MASK, to & ~PMD_MASK));
		if (move_piece(vma, from, to, piece))
			break;
		cond_resched();
	}
	return done;
}

/* --- moving areas -------------------------------------------------------------------------------------------------------- */

/*
 * An area like vma at the new place, perhaps as part of a neighbour there. NULL without memory.
 * => vma may have been joined with something and be gone: look it up again
 */
static struct vma *copy_vma(struct vma *vma, const struct mremap_request *r)
{
	struct mm *mm = r->mm;
	struct vma like = *vma, *new;

	like.vm_start = r->new_addr;
	like.vm_end = r->new_addr + r->new_len;
	like.vm_pgoff = linear_page_index(vma, r->addr);
	/* Without any page nothing needs the old offsets, and the area can join its new neighbours. */
	if (vma_is_anonymous(vma) && !vma->anon_vma)
		like.vm_pgoff = r->new_addr >> PAGE_SHIFT;
	new = vma_merge(mm, &like);
	if (new)
		return new;
	new = vma_dup(vma);
	if (!new)
		return NULL;
	new->vm_start = like.vm_start;
	new->vm_end = like.vm_end;
	new->vm_pgoff = like.vm_pgoff;
	if (new->ops && new->ops->open)
		new->ops->open(new);
	if (anon_vma_clone(new, vma)) {
		vma_free(new);
		return NULL;
	}
	vma_link(mm, new);
	return new;
}

/* MREMAP_DONTUNMAP: the old area stays, empty. */
static void leave_old_area(const struct mremap_request *r, struct vma *new)
{
	struct vma *old = vma_lookup(r->mm, r->addr);

	if (old->vm_flags & VM_LOCKED)
		r->mm->locked_vm -= r->old_len >> PAGE_SHIFT;
	old->vm_flags &= ~(VM_LOCKED | VM_LOCKONFAULT);
	/* No page of the old family is left in it: its next ones can have a new anon_vma. */
	if (old != new && old->vm_start == r->addr && old->vm_end == r->addr + r->old_len)
		unlink_anon_vmas(old);
}

/* The charge of the old pages goes with them. => the area is unmapped, which gives its charge back once more */
static int unmap_old_area(const struct mremap_request *r, unsigned long vm_flags)
{
	if (vm_flags & VM_ACCOUNT)
		atomic_long_add(r->old_len >> PAGE_SHIFT, &vm_committed_as);
	if (vm_flags & VM_LOCKED)
		r->mm->locked_vm += r->old_len >> PAGE_SHIFT;
	return munmap_locked(r->mm, r->addr, r->addr + r->old_len);
}

/* => the charge for what the area grows by has been taken. Returns the new address or -errno */
static unsigned long move_vma(struct vma *vma, struct mremap_request *r)
{
	unsigned long flags = vma->vm_flags, moved;
	struct mm *mm = r->mm;
	struct vma *new;

	/* The new area, and two more when a piece is cut out of the middle of the old one. */
	if (mm->map_count + 3 > sysctl_max_map_count)
		return -ENOMEM;
	new = copy_vma(vma, r);
	if (!new)
		return -ENOMEM;
	vma = vma_lookup(mm, r->addr);
	moved = r->old_len ? move_page_tables(vma, r->addr, r->new_addr, r->old_len) : 0;
	if (moved < r->old_len) {
		/* Going back needs no memory: the tables are there. Then the new place is given up. */
		move_page_tables(new, r->new_addr, r->addr, moved);
		if (flags & VM_ACCOUNT)
			atomic_long_add(r->new_len >> PAGE_SHIFT, &vm_committed_as);
		if (flags & VM_LOCKED)
			mm->locked_vm += r->new_len >> PAGE_SHIFT;
		munmap_locked(mm, r->new_addr, r->new_addr + r->new_len);
		return -ENOMEM;
	}
	if (flags & VM_LOCKED)
		mm->locked_vm += (long)(r->new_len - r->old_len) >> PAGE_SHIFT;
	if (r->flags & MREMAP_DONTUNMAP) {
		if (flags & VM_LOCKED)
			mm->locked_vm += r->old_len >> PAGE_SHIFT;
		leave_old_area(r, new);
	} else if (r->old_len) {
		unmap_old_area(r, flags);
	}
	return r->new_addr;
}

/* --- the request --------------------------------------------------------------------------------------------------------- */

/* The area at r->addr, if it may be resized like that; ERR_PTR. */
static struct vma *vma_to_resize(const struct mremap_request *r)
{
	struct vma *vma = vma_lookup(r->mm, r->addr);
	unsigned long grow = r->new_len > r->old_len ? (r->new_len - r->old_len) >> PAGE_SHIFT : 0;

	if (!vma)
		return ERR_PTR(-EFAULT);
	/* No old length: a second mapping of the same object, which only shared memory has. */
	if (!r->old_len && !(vma->vm_flags & (VM_SHARED | VM_MAYSHARE)))
		return ERR_PTR(-EINVAL);
	if (r->flags & MREMAP_DONTUNMAP && vma->vm_flags & (VM_DONTEXPAND | VM_PFNMAP))
		return ERR_PTR(-EINVAL);
	if (r->old_len > vma->vm_end - r->addr)
		return ERR_PTR(-EFAULT);
	if (!grow)
		return vma;
	if (linear_page_index(vma, r->addr) + (r->new_len >> PAGE_SHIFT) < linear_page_index(vma, r->addr))
		return ERR_PTR(-EINVAL);
	if (vma->vm_flags & (VM_DONTEXPAND | VM_PFNMAP))
		return ERR_PTR(-EFAULT);
	if (vma->vm_flags & VM_LOCKED && !mlock_limit_allows(r->mm, grow))
		return ERR_PTR(-EAGAIN);
	if (!may_expand_vm(r->mm, vma->vm_flags, grow))
		return ERR_PTR(-ENOMEM);
	return vma;
}

/* Pages that the commit limit has to allow for this. */
static long pages_to_charge(const struct vma *vma, const struct mremap_request *r)
{
	if (!(vma->vm_flags & VM_ACCOUNT))
		return 0;
	if (r->flags & MREMAP_DONTUNMAP)
		return r->new_len >> PAGE_SHIFT;
	return r->new_len > r->old_len ? (r->new_len - r->old_len) >> PAGE_SHIFT : 0;
}

/* Charge and move. => as move_vma */
static unsigned long charge_and_move(struct vma *vma, struct mremap_request *r)
{
	long charge = pages_to_charge(vma, r);
	unsigned long ret;

	if (vma->vm_flags & VM_LOCKED)
		r->populate = r->new_len > r->old_len ? r->new_len - r->old_len : 0;
	if (charge && vm_enough_memory(charge))
		return -ENOMEM;
	ret = move_vma(vma, r);
	if (IS_ERR_VALUE(ret))
		vm_unacct_memory(charge);
	return ret;
}

/* MREMAP_FIXED and MREMAP_DONTUNMAP. */
static unsigned long mremap_to(struct mremap_request *r)
{
	struct vma *vma;

	if (r->flags & MREMAP_FIXED) {
		if (r->new_addr & ~PAGE_MASK || r->new_len > TASK_SIZE || r->new_addr > TASK_SIZE - r->new_len)
			return -EINVAL;
		if (r->addr + r->old_len > r->new_addr && r->new_addr + r->new_len > r->addr)
			return -EINVAL;
		if (r->new_addr < MMAP_MIN_ADDR)
			return -EPERM;
	}
	if (r->mm->map_count + 5 > sysctl_max_map_count)
		return -ENOMEM;
	if (r->flags & MREMAP_FIXED && munmap_locked(r->mm, r->new_addr, r->new_addr + r->new_len))
		return -ENOMEM;
	if (r->old_len > r->new_len) {
		if (munmap_locked(r->mm, r->addr + r->new_len, r->addr + r->old_len))
			return -ENOMEM;
		r->old_len = r->new_len;
	}
	vma = vma_to_resize(r);
	if (IS_ERR(vma))
		return PTR_ERR(vma);
	if (r->flags & MREMAP_DONTUNMAP && !may_expand_vm(r->mm, vma->vm_flags, r->old_len >> PAGE_SHIFT))
		return -ENOMEM;
	if (!(r->flags & MREMAP_FIXED)) {
		r->new_addr = find_free_range(r->mm, r->new_len, 0, r->new_addr & PAGE_MASK);
		if (IS_ERR_VALUE(r->new_addr))
			return r->new_addr;
	}
	return charge_and_move(vma, r);
}

/* Grow where it is. => false: no room behind it, or no memory for the charge */
static bool expand_in_place(struct vma *vma, struct mremap_request *r)
{
	unsigned long end = r->addr + r->new_len, pages = (r->new_len - r->old_len) >> PAGE_SHIFT;
	struct vma like = *vma, *next = vma_next(vma);

	if (r->addr + r->old_len != vma->vm_end || end < vma->vm_end || end > TASK_SIZE)
		return false;
	if (next && next->vm_start < end)
		return false;
	if (vma->vm_flags & VM_ACCOUNT && vm_enough_memory(pages))
		return false;
	if (vma->vm_flags & VM_LOCKED) {
		r->mm->locked_vm += pages;
		r->populate = r->new_len - r->old_len;
	}
	like.vm_start = vma->vm_end;
	like.vm_end = end;
	like.vm_pgoff = vma->vm_pgoff + vma_pages(vma);
	if (vma_merge(r->mm, &like))
		return true;
	/* Areas of devices and the like are never merged, but may grow. */
	vma_set_range(vma, vma->vm_start, end);
	vm_stat_account(r->mm, vma->vm_flags, pages);
	return true;
}

static unsigned long mremap_locked(struct mremap_request *r)
{
	struct vma *vma = vma_lookup(r->mm, r->addr);

	if (!vma)
		return -EFAULT;
	if (r->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))
		return mremap_to(r);
	if (r->old_len >= r->new_len) {
		if (r->old_len > r->new_len &&
		    munmap_locked(r->mm, r->addr + r->new_len, r->addr + r->old_len))
			return -ENOMEM;
		return r->addr;
	}
	vma = vma_to_resize(r);
	if (IS_ERR(vma))
		return PTR_ERR(vma);
	if (expand_in_place(vma, r))
		return r->addr;
	if (!(r->flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	r->new_addr = find_free_range(r->mm, r->new_len, r->new_len >= HPAGE_PMD_SIZE && vma_is_anonymous(vma) ?
				      HPAGE_PMD_SIZE : 0, 0);
	if (IS_ERR_VALUE(r->new_addr))
		return r->new_addr;
	return charge_and_move(vma, r);
}

unsigned long do_mremap(struct mm *mm, unsigned long addr, unsigned long old_len, unsigned long new_len,
			unsigned long flags, unsigned long new_addr)
{
	struct mremap_request r = {
		.mm = mm, .addr = addr, .old_len = PAGE_ALIGN(old_len), .new_len = PAGE_ALIGN(new_len),
		.flags = flags, .new_addr = new_addr,
	};
	unsigned long ret;

	if (flags & ~(MREMAP_FIXED | MREMAP_MAYMOVE | MREMAP_DONTUNMAP) || addr & ~PAGE_MASK)
		return -EINVAL;
	if (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP) && !(flags & MREMAP_MAYMOVE))
		return -EINVAL;
	if ((flags & MREMAP_DONTUNMAP && old_len != new_len) || !r.new_len)
		return -EINVAL;
	if (addr >= TASK_SIZE)
		return -EFAULT;
	if (r.old_len > TASK_SIZE - addr)
		return -EINVAL;
	mmap_write_lock(mm);
	ret = mremap_locked(&r);
	mmap_write_unlock(mm);
	if (!IS_ERR_VALUE(ret) && r.populate)
		mm_populate(mm, ret + r.new_len - r.populate, ret + r.new_len);
	return ret;
}
