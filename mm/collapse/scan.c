/* mm/collapse/scan.c - would these 512 PTEs make a good huge page? A look under the table's lock, nothing is changed.
 *
 * Every refusal is one value of enum scan_result. The limits keep khugepaged from wasting memory (too much would be filled
 * with zeroes), from reading too much back from swap, and from copying what processes share. At least one page must have
 * been used lately; when pages have to be swapped in, half of them.
 *
 * Linux: hpage_collapse_scan_pmd in mm/khugepaged.c.
 */
#include <mm/collapse/collapse_internal.h>
#include <mm/frame/vmstat.h>
#include <kernel/trace/trace.h>

/* => PTE present and not a zero page */
static enum scan_result scan_page(struct page *page, struct pte_tally *tally)
{
	struct page *head = compound_head(page);

	VM_ASSERT(PageAnon(head));	/* nothing else is found in an area without a file */
	tally->page = head;
	if (page_mapcount(page) > 1 && tally_shared(tally) != SCAN_SUCCEED)
		return SCAN_EXCEED_SHARED_PTE;
	if (!PageLRU(head))
		return SCAN_PAGE_LRU;
	if (PageLocked(head))
		return SCAN_PAGE_LOCK;
	if (!refcount_suitable(head))
		return SCAN_PAGE_COUNT;
	if (PageReferenced(head))
		tally->referenced++;
	return SCAN_SUCCEED;
}

/*
 * Present comes first: the bits of an entry that is not present mean something else, and a swap entry taken for the zero page
 * would be thrown away with the page's data.
 */
static enum scan_result scan_pte(pte_t pte, struct pte_tally *tally)
{
	enum scan_result result;

	if (pte_none(pte))
		return tally_none(tally);
#ifdef BUG_collapse_swap_is_none
	if (!pte_present(pte))
		return tally_none(tally);	/* what is on the disk is taken for nothing */
#endif
	if (!pte_present(pte))
		return is_migration_entry(pte_to_swp_entry(pte)) ? SCAN_PTE_NON_PRESENT : tally_swapped(tally);
	if (is_zero_pfn(pte_pfn(pte)))
		return tally_none(tally);
	VM_ASSERT(!pte_special(pte));
	tally->writable |= pte_write(pte);
	result = scan_page(pte_page(pte), tally);
	if (result == SCAN_SUCCEED && page_was_used(pte))
		tally->referenced++;
	return result;
}

static enum scan_result scan_table(pmd_t *pmd, unsigned long address, struct pte_tally *tally)
{
	enum scan_result result = SCAN_SUCCEED;
	spinlock_t *ptl;
	pte_t *pte = pte_offset_map_lock(pmd, address, &ptl);

	if (!pte)
		return why_no_table(pmdp_get(pmd));
	for (unsigned int i = 0; i < PTRS_PER_TABLE && result == SCAN_SUCCEED; i++)
		result = scan_pte(ptep_get(&pte[i]), tally);
	pte_unmap_unlock(pte, ptl);
	return result == SCAN_SUCCEED ? tally_used(tally, tally->swapped) : result;
}

enum scan_result khugepaged_scan_pmd(struct vma *vma, unsigned long address, enum thp_asker who, bool *mmap_locked)
{
	struct mm *mm = vma->vm_mm;
	struct pte_tally tally = { .who = who };
	enum scan_result result = SCAN_PMD_NULL;
	pmd_t *pmd = mm_find_pmd(mm, address);

	ASSERT(IS_ALIGNED(address, HPAGE_PMD_SIZE) && address >= vma->vm_start && address + HPAGE_PMD_SIZE <= vma->vm_end);
	*mmap_locked = true;
	if (pmd)
		result = scan_table(pmd, address, &tally);
	trace(mm_khugepaged_scan_pmd, mm, tally_pfn(&tally), tally.writable, tally.referenced, tally.none_or_zero, result,
	      tally.swapped);
	if (result == SCAN_SUCCEED) {
		mmap_read_unlock(mm);
		*mmap_locked = false;
		result = collapse_huge_page(mm, address, who, tally.referenced, tally.swapped);
		if (result == SCAN_SUCCEED && who == THP_ASK_KHUGEPAGED)
			khugepaged.pages_collapsed++;
	}
	khugepaged.results[result]++;
	trace(khugepaged_range, mm, address, result);
	return result;
}
