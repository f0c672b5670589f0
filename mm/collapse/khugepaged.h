/* mm/collapse/khugepaged.h - huge pages come together: 512 small pages become one.
 *
 * khugepaged looks at all address spaces that may hold huge pages, a few thousand PTEs at a time, and collapses what
 * passes its limits. Every refusal is one value of one enum, shared by code, trace, counters, tests and gdb.
 * Linux: mm/khugepaged.c.
 */
#ifndef MM_COLLAPSE_KHUGEPAGED_H
#define MM_COLLAPSE_KHUGEPAGED_H

#include <mm/fault/fault.h>

#define SCAN_RESULTS(X)										\
	X(SCAN_FAIL, "failed") X(SCAN_SUCCEED, "succeeded") X(SCAN_PMD_NULL, "pmd_null")	\
	X(SCAN_PMD_NONE, "pmd_none") X(SCAN_PMD_MAPPED, "page_pmd_mapped") X(SCAN_EXCEED_NONE_PTE, "exceed_none_pte") \
	X(SCAN_EXCEED_SWAP_PTE, "exceed_swap_pte") X(SCAN_EXCEED_SHARED_PTE, "exceed_shared_pte") \
	X(SCAN_PTE_NON_PRESENT, "pte_non_present") X(SCAN_LACK_REFERENCED_PAGE, "lack_referenced_page") \
	X(SCAN_PAGE_COUNT, "not_suitable_page_count") X(SCAN_PAGE_LRU, "page_not_in_lru")	\
	X(SCAN_PAGE_LOCK, "page_locked") X(SCAN_ANY_PROCESS, "no_process_for_page")		\
	X(SCAN_VMA_NULL, "vma_null") X(SCAN_VMA_CHECK, "vma_check_failed")			\
	X(SCAN_ADDRESS_RANGE, "not_suitable_address_range") X(SCAN_DEL_PAGE_LRU, "could_not_delete_page_from_lru") \
	X(SCAN_ALLOC_HUGE_PAGE_FAIL, "alloc_huge_page_failed") X(SCAN_SWAPIN_FAIL, "swapin_failed") \
	X(SCAN_PMD_SWAPPED, "pmd_swapped")	/* ours: in swap as one 2 MB entry */
#define SCAN_ID(id, name) id,
enum scan_result { SCAN_RESULTS(SCAN_ID) NR_SCAN_RESULTS };
extern const char *const scan_result_names[NR_SCAN_RESULTS];

struct khugepaged_config {		/* /sys/kernel/mm/transparent_hugepage/khugepaged/ */
	bool		defrag;
	unsigned int	max_ptes_swap, max_ptes_shared, pages_to_scan;	/* max_ptes_none: mm/split/split.h */
	unsigned int	scan_sleep_millisecs, alloc_sleep_millisecs;
	unsigned long	pages_collapsed, full_scans;
	unsigned long	results[NR_SCAN_RESULTS];	/* how often each outcome */
};
extern struct khugepaged_config khugepaged;
void khugepaged_init(void);		/* caches and hooks. => slab_init, fault_init have run */
void khugepaged_start(void);		/* the daemon; listed in boot/main.c */
void khugepaged_wake(void);		/* a sleep time or the policy changed */
void khugepaged_enabled_changed(void);	/* the same, and how much is to be kept free follows from it */

/*
 * khugepaged_scan_pmd - would the 2 MB at address collapse? If so, try it
 *
 * => mmap_lock held for reading; *mmap_locked says whether it still is: it is dropped before a collapse is tried
 * => address: aligned to 2 MB, the range inside vma
 * => who: khugepaged keeps its limits; for MADV_COLLAPSE there are none, nor need the pages have been used
 */
enum scan_result khugepaged_scan_pmd(struct vma *vma, unsigned long address, enum thp_asker who, bool *mmap_locked);

/*
 * collapse_huge_page - one huge page instead of what the 512 PTEs at address map
 *
 * => no lock held, mm pinned (mm_count is enough); takes and drops mmap_lock; address aligned to 2 MB
 * => referenced, unmapped: young PTEs and swap entries that the scan saw
 * => on any result but SCAN_SUCCEED the tables are as before, except that pages may have been swapped in
 */
enum scan_result collapse_huge_page(struct mm *mm, unsigned long address, enum thp_asker who, int referenced, int unmapped);

/*
 * madvise_collapse - MADV_COLLAPSE: every aligned 2 MB in one area's [start, end) becomes huge, now
 *
 * => mmap_lock held for reading, not held on return; vma may be gone then
 * => 0: all of them are huge; else the reason why the last that is not: -ENOMEM, no huge page is to be had; -EBUSY, a limit;
 *    -EAGAIN, somebody held, locked or moved a page; -EINVAL, all others, also an area that may not hold huge pages
 */
int madvise_collapse(struct vma *vma, unsigned long start, unsigned long end);

#endif
