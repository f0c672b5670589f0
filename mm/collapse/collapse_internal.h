/* mm/collapse/collapse_internal.h - what the scan and the collapse decide by the same rule.
 */
#ifndef MM_COLLAPSE_INTERNAL_H
#define MM_COLLAPSE_INTERNAL_H

#include <mm/collapse/khugepaged.h>

/* What 512 PTEs hold, against the limits: khugepaged's. Who asks by MADV_COLLAPSE has none. */
struct pte_tally {
	enum thp_asker	who;
	unsigned int	none_or_zero, shared, swapped, referenced;
	const struct page *page;	/* the head of the one that was looked at last; NULL: none yet */
	bool		writable;	/* one of them at least */
};

/* tally_pte_none - one more entry that maps nothing, or the zero page. => SCAN_SUCCEED: still within the limit */
enum scan_result tally_none(struct pte_tally *tally);
enum scan_result tally_shared(struct pte_tally *tally);
enum scan_result tally_swapped(struct pte_tally *tally);
/* Was enough of it used lately? swapped: entries that would have to be read first */
enum scan_result tally_used(const struct pte_tally *tally, unsigned int swapped);

/* What the trace events call it: ~0 when there was none */
static inline unsigned long tally_pfn(const struct pte_tally *tally)
{
	return tally->page ? page_to_pfn(tally->page) : ~0UL;
}

/* Why there is no page table below this entry. => an entry that is none, huge, or not present */
enum scan_result why_no_table(pmd_t entry);

/*
 * Nobody holds the page but its mappings and the swap cache. Any surplus is a pin, or somebody who looks at it: its content
 * may change while we copy.
 */
bool refcount_suitable(struct page *head);

/* Was the page used of late? Idle page tracking may have moved the accessed bit to PG_young. => a present, normal entry */
static inline bool page_was_used(pte_t pte)
{
	const struct page *head = compound_head(pte_page(pte));

	return pte_young(pte) || PageYoung(head) || PageReferenced(head);
}

/* The mm is being torn down, or the OOM reaper takes its memory away. */
bool collapse_test_exit(struct mm *mm);

#endif
