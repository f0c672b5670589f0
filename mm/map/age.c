/* mm/map/age.c - MADV_COLD and MADV_PAGEOUT: pages of a range become the next to go, or go now.
 *
 * Only pages that this area alone maps: others would lose what they use. A huge page that the range covers as a whole goes as
 * one (reclaim splits it as the mode says), one that it covers in part is split first.
 *
 * Linux: mm/madvise.c (madvise_cold_or_pageout_pte_range).
 */
#include <mm/map/map_internal.h>

#include <kernel/sched/task.h>
#include <mm/frame/lru.h>
#include <mm/frame/page_lock.h>
#include <mm/reclaim/reclaim.h>
#include <mm/split/split.h>

#define PAGEOUT_BATCH	32	/* pages that are isolated before they are reclaimed */

struct aging {
	struct vma	*vma;
	bool		pageout;
	unsigned int	nr;		/* entries on the list */
	struct list_head pages;		/* isolated */
};

static void age_page(struct aging *aging, struct page *page)
{
	ClearPageReferenced(page);
	ClearPageYoung(page);
	/* Called for, not found unused: it has its rank back when it returns. */
	if (PageActive(page))
		SetPageWorkingset(page);
	if (!aging->pageout) {
		deactivate_page(page);
	} else if (!PageUnevictable(page) && isolate_lru_page(page)) {
		list_add_tail(&page->lru, &aging->pages);
		aging->nr++;
	}
}

static void reclaim_aged(struct aging *aging)
{
	if (aging->nr)
		reclaim_pages(&aging->pages);
	aging->nr = 0;
}

/* A huge page of which the range has only a part. => referenced, the reference is dropped; true: it is small pages now */
static bool split_covered_in_part(struct page *head)
{
	bool split = false;

	if (trylock_page(head)) {
		split = split_huge_page(head) == SPLIT_OK;
		unlock_page(head);
	}
	put_page(head);
	return split;
}

/*
 * Small pages. => the address where it stopped: end; or at a part of a huge page, with *head referenced
 */
static unsigned long age_ptes(struct aging *aging, pmd_t *pmd, unsigned long start, unsigned long end, struct page **head)
{
	unsigned long address;
	spinlock_t *ptl;
	pte_t *pte;

	pte = pte_offset_map_lock(pmd, start, &ptl);
	if (!pte)
		return end;
	for (address = start; address < end && aging->nr < PAGEOUT_BATCH; address += PAGE_SIZE, pte++) {
		pte_t entry = ptep_get(pte);
		struct page *page;

		if (!pte_present(entry) || pte_special(entry))
			continue;
		page = pte_page(entry);
		if (page_mapcount(page) != 1)
			continue;
		if (PageCompound(page)) {
			*head = compound_head(page);
			get_page(*head);
			break;
		}
		ptep_test_and_clear_young(pte);
		age_page(aging, page);
	}
	spin_unlock(ptl);
	return address;
}

static void age_table(struct aging *aging, pmd_t *pmd, unsigned long start, unsigned long end)
{
	while (start < end) {
		struct page *head = NULL;

		start = age_ptes(aging, pmd, start, end, &head);
		if (head && !split_covered_in_part(head))
			start += PAGE_SIZE;
		reclaim_aged(aging);
		cond_resched();
	}
}

/* => true: done with this PMD; false: it is (or has become) a table */
static bool age_huge_pmd(struct aging *aging, pmd_t *pmd, unsigned long start, unsigned long end)
{
	spinlock_t *ptl = pmd_trans_huge_lock(pmd);
	struct page *page;

	if (!ptl)
		return false;
	page = !pmd_present(pmdp_get(pmd)) || pmd_special(pmdp_get(pmd)) ? NULL : pmd_page(pmdp_get(pmd));
	if (!page || page_mapcount_total(page) != 1) {
		spin_unlock(ptl);
		return true;
	}
	if (end - start < HPAGE_PMD_SIZE) {
		get_page(page);
		spin_unlock(ptl);
		return !split_covered_in_part(page);
	}
	pmdp_test_and_clear_young(pmd);
	age_page(aging, page);
	spin_unlock(ptl);
	reclaim_aged(aging);
	return true;
}

void age_range(struct vma *vma, unsigned long start, unsigned long end, bool pageout)
{
	struct aging aging = { .vma = vma, .pageout = pageout, .pages = LIST_HEAD_INIT(aging.pages) };
	unsigned long address, next;

	/* What waits in a batch is not on a list yet, and could not be taken off it. */
	lru_add_drain();
	for (address = start; address < end && !fatal_signal_pending(current); address = next) {
		pmd_t *pmd = mm_find_pmd(vma->vm_mm, address);

		next = pmd ? pmd_addr_end(address, end) : pud_addr_end(address, end);
		if (!pmd || pmd_none(pmdp_get(pmd)))
			continue;
		if (!age_huge_pmd(&aging, pmd, address, next))
			age_table(&aging, pmd, address, next);
		cond_resched();
	}
}
