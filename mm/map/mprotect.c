/* mm/map/mprotect.c - other rights for a range.
 *
 * First the areas (split and joined as needed), then the entries, then one flush. An entry is taken out and put back changed, so that
 * no bit that the hardware sets meanwhile is lost; a huge one is only made invalid for that moment: if it looked
 * empty, a concurrent MADV_DONTNEED would pass it by and leave old data behind.
 *
 * Linux: mm/mprotect.c, mm/huge_memory.c (change_huge_pmd).
 */
#include <mm/map/map_internal.h>

#include <kernel/sched/task.h>
#include <mm/split/migration_entry.h>
#include <mm/split/split.h>

/* --- entries --------------------------------------------------------------------------------------------------------- */

/* A private page that has been written to, and that only this entry can have, needs no fault to be written again. */
static bool can_write_now(const struct vma *vma, const struct page *page, bool dirty)
{
	if (!(vma->vm_flags & VM_WRITE) || vma->vm_flags & VM_SHARED)
		return false;
	return dirty && page && PageAnon(page) && PageAnonExclusive(page);
}

static void change_present_pte(struct vma *vma, pte_t *ptep, pgprot_t prot)
{
	pte_t pte = pte_modify(ptep_get_and_clear(ptep), prot);

	if (can_write_now(vma, pte_special(pte) ? NULL : pte_page(pte), pte_dirty(pte)))
		pte = pte_mkwrite(pte);
	if (vma_soft_dirty_enabled(vma) && !pte_soft_dirty(pte))
		pte = pte_wrprotect(pte);
	set_pte(ptep, pte);
}

/* When the page is back, the entry must be read-only; a write then faults and decides by the new rights. */
static void change_migration_pte(pte_t *ptep, pte_t pte)
{
	if (is_writable_migration_entry(pte_to_swp_entry(pte)))
		set_pte(ptep, migration_pte_with(pte, SWP_MIGRATION_READ_EXCLUSIVE));
}

static void change_migration_pmd(pmd_t *pmdp)
{
	pmd_t pmd = pmdp_get(pmdp);

	if (is_writable_migration_entry(pmd_to_swp_entry(pmd)))
		set_pmd(pmdp, migration_pmd_with(pmd, SWP_MIGRATION_READ_EXCLUSIVE));
}

/* => true: something that a TLB may know has changed */
static bool change_pte_range(struct vma *vma, pmd_t *pmd, unsigned long start, unsigned long end, pgprot_t prot)
{
	spinlock_t *ptl;
	pte_t *pte = pte_offset_map_lock(pmd, start, &ptl);
	bool changed = false;
	unsigned long address;

	if (!pte)
		return false;
	flush_tlb_batched_pending(vma->vm_mm);
	for (address = start; address < end; address += PAGE_SIZE, pte++) {
		pte_t entry = ptep_get(pte);

		if (pte_present(entry)) {
			change_present_pte(vma, pte, prot);
			changed = true;
		} else if (!pte_none(entry) && is_migration_entry(pte_to_swp_entry(entry))) {
			change_migration_pte(pte, entry);
		}
	}
	spin_unlock(ptl);
	return changed;
}

/* => false: it is no huge PMD (any more) */
static bool change_huge_pmd(struct vma *vma, pmd_t *pmdp, pgprot_t prot)
{
	spinlock_t *ptl = pmd_trans_huge_lock(pmdp);
	pmd_t pmd;

	if (!ptl)
		return false;
	if (is_swap_pmd(pmdp_get(pmdp))) {
		change_migration_pmd(pmdp);	/* a swap entry has no rights: it gets the area's when it comes in */
		spin_unlock(ptl);
		return true;
	}
	pmd = pmd_modify(pmdp_invalidate(pmdp), prot);
	if (can_write_now(vma, pmd_special(pmd) ? NULL : pmd_page(pmd), pmd_dirty(pmd)))
		pmd = pmd_mkwrite(pmd);
	if (vma_soft_dirty_enabled(vma) && !pmd_soft_dirty(pmd))
		pmd = pmd_wrprotect(pmd);
	set_pmd(pmdp, pmd);
	spin_unlock(ptl);
	return true;
}

static bool change_pmd(struct vma *vma, pmd_t *pmd, unsigned long start, unsigned long end, pgprot_t prot)
{
	if (pmd_none(pmdp_get(pmd)))
		return false;
	if (!pmd_is_table(pmdp_get(pmd))) {
		if (end - start == HPAGE_PMD_SIZE && change_huge_pmd(vma, pmd, prot))
			return true;
		split_huge_pmd(vma, pmd, start);
	}
	return change_pte_range(vma, pmd, start, end, prot);
}

void change_protection(struct vma *vma, unsigned long start, unsigned long end)
{
	pgprot_t prot = vm_get_page_prot(vma->vm_flags);
	unsigned long address, next, first = end, last = start;

	for (address = start; address < end; address = next) {
		pmd_t *pmd = mm_find_pmd(vma->vm_mm, address);

		if (!pmd) {
			next = pud_addr_end(address, end);
			continue;
		}
		next = pmd_addr_end(address, end);
		if (change_pmd(vma, pmd, address, next, prot)) {
			first = min(first, address);
			last = next;
		}
		cond_resched();
	}
	flush_tlb_range(vma->vm_mm, first, last);
}

/* --- areas ------------------------------------------------------------------------------------------------------------- */

/* A private area that becomes writable for the first time promises memory from now on. 0 or -ENOMEM */
static int charge_writable(struct vma *vma, unsigned long pages, unsigned long *new_flags)
{
	if (!(*new_flags & VM_WRITE) || vma->vm_flags & VM_WRITE)
		return 0;
	if (!may_expand_vm(vma->vm_mm, *new_flags, pages) && may_expand_vm(vma->vm_mm, vma->vm_flags, pages))
		return -ENOMEM;
	if (vma->vm_flags & (VM_ACCOUNT | VM_SHARED | VM_NORESERVE))
		return 0;
	if (vm_enough_memory(pages))
		return -ENOMEM;
	*new_flags |= VM_ACCOUNT;
	return 0;
}

/* One area's part of the range; *vmap is the area that contains it afterwards. */
static int mprotect_area(struct vma **vmap, unsigned long start, unsigned long end, unsigned long rights)
{
	const unsigned long all = VM_READ | VM_WRITE | VM_EXEC;
	struct vma *vma = *vmap;
	unsigned long old_flags = vma->vm_flags, new_flags = (old_flags & ~all) | rights;
	unsigned long pages = (end - start) >> PAGE_SHIFT;
	int error;

	/* VM_MAYREAD is VM_READ four bits higher, and so on. */
	if (rights & ~(old_flags >> 4) & all)
		return -EACCES;
	if (new_flags == old_flags)
		return 0;
	error = charge_writable(vma, pages, &new_flags);
	if (error)
		return error;
	vma = vma_modify_flags(vma, start, end, new_flags);
	if (IS_ERR(vma)) {
		if ((new_flags ^ old_flags) & VM_ACCOUNT)
			vm_unacct_memory(pages);
		return PTR_ERR(vma);
	}
	change_protection(vma, start, end);
	*vmap = vma;
	return 0;
}

/* PROT_GROWSDOWN: from the beginning of the stack. 0 or -errno */
static int extend_to_stack(struct vma *vma, unsigned long *start, unsigned long end, unsigned long prot)
{
	if (prot & PROT_GROWSDOWN) {
		if (vma->vm_start >= end || !(vma->vm_flags & VM_GROWSDOWN))
			return -EINVAL;
		*start = vma->vm_start;
	} else if (vma->vm_start > *start) {
		return -ENOMEM;
	}
	return prot & PROT_GROWSUP ? -EINVAL : 0;	/* no area grows up */
}

static int mprotect_locked(struct mm *mm, unsigned long start, unsigned long end, unsigned long prot)
{
	unsigned long rights = (prot & PROT_READ ? VM_READ : 0) | (prot & PROT_WRITE ? VM_WRITE : 0) |
			       (prot & PROT_EXEC ? VM_EXEC : 0);
	struct vma *vma = find_vma(mm, start);
	int error;

	if (!vma)
		return -ENOMEM;
	error = extend_to_stack(vma, &start, end, prot);
	while (!error) {
		unsigned long next = min(vma->vm_end, end);

		error = mprotect_area(&vma, start, next, rights);
		start = next;
		if (error || start >= end)
			break;
		vma = find_vma(mm, start);
		if (!vma || vma->vm_start > start)
			error = -ENOMEM;
	}
	return error;
}

int do_mprotect(struct mm *mm, unsigned long start, unsigned long len, unsigned long prot)
{
	unsigned long grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
	int error;

	if (grows == (PROT_GROWSDOWN | PROT_GROWSUP) || start & ~PAGE_MASK)
		return -EINVAL;
	if (!len)
		return 0;
	len = PAGE_ALIGN(len);
	if (start + len <= start)
		return -ENOMEM;
	if (prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC | grows | 0x8 /* PROT_SEM */))
		return -EINVAL;
	mmap_write_lock(mm);
	error = mprotect_locked(mm, start, start + len, prot);
	mmap_write_unlock(mm);
	return error;
}
