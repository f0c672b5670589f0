/* mm/fault/user_page.c - the page behind a user address, for the kernel's own use.
 *
 * Linux: mm/gup.c (follow_page_mask, __get_user_pages, populate_vma_page_range).
 */
#include <mm/fault/fault.h>

#include <kernel/sched/task.h>

/* A huge page's 4 KB at address, if the entry allows the access. => lock of the PMD held */
static struct page *page_of_leaf(pmd_t pmd, unsigned long address, bool write, bool zero)
{
	if (!pmd_present(pmd) || (write && !pmd_write(pmd)) || (pmd_special(pmd) && !zero))
		return NULL;
	return pmd_page(pmd) + pte_index(address);
}

/* As above. pte_pfn of a zero page is a real frame too. */
static struct page *page_of_pte(pte_t pte, bool write, bool zero)
{
	if (!pte_present(pte) || (write && !pte_write(pte)) || (pte_special(pte) && !zero))
		return NULL;
	return pte_page(pte);
}

/* The mapped page, referenced; NULL when the entry is missing or does not allow the access. zero: zero pages too */
static struct page *mapped_page(struct vma *vma, unsigned long address, bool write, bool zero)
{
	pmd_t *pmd = mm_find_pmd(vma->vm_mm, address);
	struct page *page;
	spinlock_t *ptl;
	pte_t *pte;

	if (!pmd || pmd_none(pmdp_get(pmd)))
		return NULL;
	if (!pmd_is_table(pmdp_get(pmd))) {
		ptl = pmd_trans_huge_lock(pmd);
		if (ptl) {
			page = page_of_leaf(pmdp_get(pmd), address, write, zero);
			goto found;
		}
	}
	pte = pte_offset_map_lock(pmd, address, &ptl);
	if (!pte)
		return NULL;
	page = page_of_pte(ptep_get(pte), write, zero);
found:
	if (page) {
		get_page(page);
		/* The kernel's writes set no dirty bit in the entry. */
		if (write && PageAnon(page))
			SetPageDirty(compound_head(page));
	}
	spin_unlock(ptl);
	return page;
}

struct page *follow_page(struct vma *vma, unsigned long address)
{
	return mapped_page(vma, address, false, false);
}

/* The page, referenced, or ERR_PTR. */
static struct page *fault_in_and_get(struct vma *vma, unsigned long address, unsigned int flags)
{
	for (;;) {
		struct page *page = mapped_page(vma, address, flags & FAULT_FLAG_WRITE, true);
		vm_fault_t ret;

		if (page)
			return page;
		if (fatal_signal_pending(current))
			return ERR_PTR(-EINTR);
		ret = handle_mm_fault(vma, address, flags);
		if (ret & VM_FAULT_OOM)
			return ERR_PTR(-ENOMEM);
		if (ret & VM_FAULT_ERROR)
			return ERR_PTR(-EFAULT);
		cond_resched();
	}
}

int fault_in_page(struct vma *vma, unsigned long address, unsigned int flags)
{
	struct page *page = fault_in_and_get(vma, address, flags);

	if (IS_ERR(page))
		return PTR_ERR(page);
#ifndef BUG_populate_keeps_reference	/* whatever mlock or MAP_POPULATE has touched is never freed again */
	put_page(page);
#endif
	return 0;
}

struct page *get_user_page(struct mm *mm, unsigned long address, bool write)
{
	struct vma *vma = vma_lookup(mm, address);

	if (!vma || !(vma->vm_flags & (write ? VM_WRITE : VM_READ)))
		return ERR_PTR(-EFAULT);
	return fault_in_and_get(vma, address, FAULT_FLAG_REMOTE | (write ? FAULT_FLAG_WRITE : 0));
}
