/* mm/fault/file.c - pages that belong to a file or to shared memory.
 *
 * The area's operations bring the page, locked. Locked, because a truncation may take it away from the file at any moment
 * before: a page without a mapping is not the file's any more, and must not be mapped.
 *
 *	read			the file's own page, read-only in a private area
 *	write, shared		the file's own page, writable and dirty
 *	write, private		a copy of it, anonymous from birth
 *
 * Linux: mm/memory.c (do_read_fault, do_cow_fault, do_shared_fault, finish_fault).
 */
#include <mm/fault/fault.h>

#include <mm/alloc/page_alloc.h>
#include <mm/fault/fault_internal.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>

/* vmf->page: locked, referenced, still the file's. => VM_FAULT_MAJOR perhaps; or an error or RETRY without a page */
static vm_fault_t fetch_page(struct vm_fault *vmf)
{
	vm_fault_t ret = vmf->vma->ops->fault(vmf);

	if (unlikely(ret & (VM_FAULT_ERROR | VM_FAULT_RETRY)))
		return ret;
	if (!(ret & VM_FAULT_LOCKED))
		lock_page(vmf->page);
	if (unlikely(!compound_head(vmf->page)->mapping)) {
		unlock_page(vmf->page);
		put_page(vmf->page);
		return VM_FAULT_RETRY;
	}
	return ret & VM_FAULT_MAJOR;
}

/* Map the file's own page; the entry takes over the reference. => page locked; else as lock_empty_pte */
static vm_fault_t map_file_page(struct vm_fault *vmf, struct page *page)
{
	struct vma *vma = vmf->vma;
	pte_t pte = pte_mkyoung(mk_pte(page, vm_get_page_prot(vma->vm_flags)));
	vm_fault_t ret;

	if (vmf->flags & FAULT_FLAG_WRITE) {
		pte = pte_mkwrite(pte_mkdirty(pte));
		SetPageDirty(compound_head(page));
	} else if (vma_soft_dirty_enabled(vma)) {
		pte = pte_wrprotect(pte);
	}
	ret = lock_empty_pte(vmf);
	if (ret)
		return ret;
	add_mm_counter(vma->vm_mm, mm_counter_of(page), 1);
	page_add_file_rmap(page, RMAP_PTE);
	set_pte_at(vmf->pte, pte);
	if (unlikely(vma->vm_flags & VM_LOCKED))
		mlock_page(page);
	spin_unlock(vmf->ptl);
	return 0;
}

/* Does the whole huge page lie in the area, at an aligned address? */
static bool fits_pmd(const struct vma *vma, unsigned long address, const struct page *head)
{
	unsigned long start = address & HPAGE_PMD_MASK;

	return PageTransHuge(head) && vma->vm_flags & VM_SHARED && !(vma->vm_flags & VM_NOHUGEPAGE) && thp_allowed_in(vma) &&
	       start >= vma->vm_start && start + HPAGE_PMD_SIZE <= vma->vm_end &&
	       linear_page_index((struct vma *)vma, start) == head->index;
}

/* The PMD maps all of the page; the entry takes over the reference. => page locked. false: it was not to be, try a PTE */
static bool do_set_pmd(struct vm_fault *vmf, struct page *head)
{
	struct vma *vma = vmf->vma;
	pmd_t pmd = pmd_mkyoung(mk_huge_pmd(head, vm_get_page_prot(vma->vm_flags)));
	struct page *table;

	if (!pmd_none(pmdp_get(vmf->pmd)) || !fits_pmd(vma, vmf->address, head))
		return false;
	table = pte_alloc_one(GFP_KERNEL);
	if (!table)
		return false;
	if (vmf->flags & FAULT_FLAG_WRITE)
		pmd = pmd_mkwrite(pmd_mkdirty(pmd));
	else if (vma_soft_dirty_enabled(vma))
		pmd = pmd_wrprotect(pmd);
	vmf->ptl = pmd_lock(vmf->pmd);
	if (!pmd_none(pmdp_get(vmf->pmd))) {
		spin_unlock(vmf->ptl);
		table_page_free(table);
		return false;
	}
	pgtable_trans_huge_deposit(vmf->pmd, table);
	mm_inc_nr_ptes(vma->vm_mm);
	add_mm_counter(vma->vm_mm, mm_counter_of(head), HPAGE_PMD_NR);
	page_add_file_rmap(head, RMAP_PMD);
	set_pmd(vmf->pmd, pmd);
	count_vm_event(THP_FILE_MAPPED);
	if (unlikely(vma->vm_flags & VM_LOCKED))
		mlock_page(head);
	spin_unlock(vmf->ptl);
	return true;
}

/* By the PMD, or by a PTE. => as map_file_page */
static vm_fault_t map_shared_page(struct vm_fault *vmf, struct page *page)
{
	if (unlikely(PageCompound(page)) && !(vmf->flags & FAULT_FLAG_SMALL) && do_set_pmd(vmf, compound_head(page)))
		return 0;
	if (unlikely(pte_alloc(vmf->vma->vm_mm, vmf->pmd)))
		return VM_FAULT_OOM;
	return map_file_page(vmf, page);
}

/* Reads, and writes to shared areas. */
static vm_fault_t do_mapped_fault(struct vm_fault *vmf)
{
	vm_fault_t ret = fetch_page(vmf), unmapped;

	if (ret & (VM_FAULT_ERROR | VM_FAULT_RETRY))
		return ret;
	unmapped = map_shared_page(vmf, vmf->page);
	unlock_page(vmf->page);
	if (unmapped)
		put_page(vmf->page);
	return ret | (unmapped & ~VM_FAULT_RETRY);
}

static vm_fault_t map_private_copy(struct vm_fault *vmf, struct page *copy)
{
	struct vma *vma = vmf->vma;
	vm_fault_t ret;

	ret = lock_empty_pte(vmf);
	if (ret)
		return ret;
	add_mm_counter(vma->vm_mm, MM_ANONPAGES, 1);
	page_add_new_anon_rmap(copy, vma, vmf->address, RMAP_PTE);
	lru_add_new_page(copy, vma);
	set_pte_at(vmf->pte, mk_exclusive_pte(copy, vma));
	spin_unlock(vmf->ptl);
	return 0;
}

static vm_fault_t do_cow_fault(struct vm_fault *vmf)
{
	vm_fault_t ret, unmapped;
	struct page *copy;

	if (anon_vma_prepare(vmf->vma))
		return VM_FAULT_OOM;
	copy = alloc_page(GFP_HIGHUSER_MOVABLE);
	if (!copy)
		return VM_FAULT_OOM;
	ret = fetch_page(vmf);
	if (ret & (VM_FAULT_ERROR | VM_FAULT_RETRY)) {
		put_page(copy);
		return ret;
	}
	copy_page(page_address(copy), page_address(vmf->page));
	set_new_page_uptodate(copy);
	unmapped = map_private_copy(vmf, copy);
	if (unmapped)
		put_page(copy);
	unlock_page(vmf->page);
	put_page(vmf->page);
	return ret | (unmapped & ~VM_FAULT_RETRY);
}

vm_fault_t do_fault(struct vm_fault *vmf)
{
	struct vma *vma = vmf->vma;

	if (unlikely(!vma->ops->fault))
		return VM_FAULT_SIGBUS;
	vmf->pgoff = linear_page_index(vma, vmf->address);
	if (vmf->flags & FAULT_FLAG_WRITE && !(vma->vm_flags & VM_SHARED))
		return unlikely(pte_alloc(vma->vm_mm, vmf->pmd)) ? VM_FAULT_OOM : do_cow_fault(vmf);
	return do_mapped_fault(vmf);
}
