/* mm/collapse/tally.c - the limits: how much may be missing, swapped or shared in what becomes a huge page.
 *
 * The scan counts before the locks are taken, to give up cheaply; the collapse counts again what it isolates. Both ask here.
 *
 * Linux: mm/khugepaged.c.
 */
#include <mm/collapse/collapse_internal.h>
#include <mm/frame/vmstat.h>

#define SCAN_NAME(id, name) name,
const char *const scan_result_names[NR_SCAN_RESULTS] = { SCAN_RESULTS(SCAN_NAME) };

struct khugepaged_config khugepaged = {
	.defrag = true,
	.max_ptes_swap = HPAGE_PMD_NR / 8,
	.max_ptes_shared = HPAGE_PMD_NR / 2,
	.pages_to_scan = HPAGE_PMD_NR * 8,
	.scan_sleep_millisecs = 10000,
	.alloc_sleep_millisecs = 60000,
};

enum scan_result tally_none(struct pte_tally *tally)
{
	if (++tally->none_or_zero <= khugepaged_max_ptes_none || tally->who == THP_ASK_ADVISED)
		return SCAN_SUCCEED;
	count_vm_event(THP_SCAN_EXCEED_NONE_PTE);
	return SCAN_EXCEED_NONE_PTE;
}

enum scan_result tally_shared(struct pte_tally *tally)
{
	if (++tally->shared <= khugepaged.max_ptes_shared || tally->who == THP_ASK_ADVISED)
		return SCAN_SUCCEED;
	count_vm_event(THP_SCAN_EXCEED_SHARED_PTE);
	return SCAN_EXCEED_SHARED_PTE;
}

enum scan_result tally_swapped(struct pte_tally *tally)
{
	if (++tally->swapped <= khugepaged.max_ptes_swap || tally->who == THP_ASK_ADVISED)
		return SCAN_SUCCEED;
	count_vm_event(THP_SCAN_EXCEED_SWAP_PTE);
	return SCAN_EXCEED_SWAP_PTE;
}

enum scan_result tally_used(const struct pte_tally *tally, unsigned int swapped)
{
	if (tally->who == THP_ASK_ADVISED)
		return SCAN_SUCCEED;
	if (!tally->referenced || (swapped && tally->referenced < HPAGE_PMD_NR / 2))
		return SCAN_LACK_REFERENCED_PAGE;
	return SCAN_SUCCEED;
}

enum scan_result why_no_table(pmd_t entry)
{
	if (pmd_none(entry))
		return SCAN_PMD_NONE;
	if (pmd_trans_huge(entry))
		return SCAN_PMD_MAPPED;
	/* Else it is being moved, and will be huge again. */
	return pmd_swapped_out(entry) ? SCAN_PMD_SWAPPED : SCAN_PMD_NULL;
}

bool refcount_suitable(struct page *head)
{
	int expected = page_mapcount_total(head);

	if (PageSwapCache(head))
		expected += compound_nr(head);
	return page_count(head) == expected;
}

bool collapse_test_exit(struct mm *mm)
{
	return !atomic_read(&mm->mm_users) || !mm_is_stable(mm);
}
