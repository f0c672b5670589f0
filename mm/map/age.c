/* mm/map/age.c - MADV_COLD, MADV_PAGEOUT, MADV_FREE: pages of a range become the next to go, go now, or may be forgotten.
 *
 * Only pages that this area alone maps: others would lose what they use. A huge page that the range covers as a whole goes as
 * one, by whatever entries it is mapped (reclaim splits it as the mode says); one that it covers in part is split first.
 *
 * MADV_FREE says that the content is not needed any more, unless it is written again. So everything that says "changed" is
 * wiped out: the entry's dirty bit, the page's, and its slot in swap. Without PG_swapbacked the page stands among the
 * clean pages of files, and when its turn comes reclaim drops it without a write. A write sets the dirty bit; then it
 * stays (mm/swap/unmap.c). The TLBs are flushed before we return: a CPU that believes the bit to be set would not set it.
 *
 * Linux: mm/madvise.c (madvise_cold_or_pageout_pte_range, madvise_free_pte_range).
 */
#include <mm/map/map_internal.h>

#include <kernel/sched/task.h>
#include <mm/frame/lru.h>
#include <mm/frame/page_lock.h>
#include <mm/reclaim/reclaim.h>
#include <mm/split/split.h>
#include <mm/swap/swap.h>

#define PAGEOUT_BATCH	32	/* pages that are isolated before they are reclaimed */

struct aging {
	struct vma	*vma;
	enum age_goal	goal;
	struct mmu_gather *tlb;		/* AGE_FREE */
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
	if (aging->goal == AGE_COLD) {
		deactivate_page(page);
	} else if (!PageUnevictable(page) && isolate_lru_page(page)) {
		/* Reclaim begins at the end of the list: so neighbours get neighbouring slots, and can be read together. */
		list_add(&page->lru, &aging->pages);
		aging->nr++;
	}
}

/*
 * What the page and swap know of its content is forgotten. Under the page lock, so that reclaim does not meet it half done.
 *
 * => lock of the table held; false: it stays as it is
 */
static bool begin_lazy_free(struct page *page)
{
	if (!PageSwapBacked(page) || !trylock_page(page))
		return false;
	/* Somebody else may have an entry for the slot: it is his content too. */
	if (PageSwapCache(page) && !try_to_free_swap(page)) {
		unlock_page(page);
		return false;
	}
	ClearPageDirty(page);
	return true;
}

/* => the entry is clean, and its flush noted */
static void end_lazy_free(struct page *page)
{
	lazyfree_page(page);
	unlock_page(page);
}

static void free_pte_lazily(struct aging *aging, pte_t *pte, unsigned long address, struct page *page)
{
	if (!begin_lazy_free(page))
		return;
	ptep_mkold_clean(pte);
	tlb_track_range(aging->tlb, address, PAGE_SIZE);
	end_lazy_free(page);
}

/* What is out would only have to be read to be forgotten: it goes at once. */
static void free_swap_pte(struct aging *aging, pte_t *pte)
{
	if (is_migration_entry(pte_to_swp_entry(ptep_get(pte))))
		return;
	add_mm_counter(aging->vma->vm_mm, MM_SWAPENTS, -1);
	free_swap_and_cache(pte_to_swp_entry(ptep_clear(pte)));
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

/* From this entry on, each of the 512 maps its part of the huge page, and nothing else maps any. => lock of the table held */
static bool maps_all_of(const pte_t *pte, const struct page *head)
{
	if (page_mapcount_total(head) != (int)HPAGE_PMD_NR)
		return false;
	for (unsigned int i = 0; i < HPAGE_PMD_NR; i++)
		if (!pte_present(ptep_get(&pte[i])) || pte_page(ptep_get(&pte[i])) != head + i)
			return false;
	return true;
}

/* A huge page that is mapped by 512 PTEs goes as one, too. => true: it has been dealt with */
static bool age_whole(struct aging *aging, pte_t *pte, unsigned long address, unsigned long end)
{
	struct page *head = pte_page(ptep_get(pte));

	if (aging->goal == AGE_FREE || end - address < HPAGE_PMD_SIZE || PageTail(head) || !maps_all_of(pte, head))
		return false;
	for (unsigned int i = 0; i < HPAGE_PMD_NR; i++)
		ptep_test_and_clear_young(&pte[i]);
	age_page(aging, head);
	return true;
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
	if (aging->goal == AGE_FREE)
		flush_tlb_batched_pending(aging->vma->vm_mm);
	for (address = start; address < end && aging->nr < PAGEOUT_BATCH; address += PAGE_SIZE, pte++) {
		pte_t entry = ptep_get(pte);
		struct page *page;

		if (aging->goal == AGE_FREE && is_swap_pte(entry))
			free_swap_pte(aging, pte);
		if (!pte_present(entry) || pte_special(entry))
			continue;
		page = pte_page(entry);
		if (page_mapcount(page) != 1)
			continue;
		if (PageCompound(page)) {
			if (age_whole(aging, pte, address, end)) {
				address = end;
				break;
			}
			*head = compound_head(page);
			get_page(*head);
			break;
		}
		if (aging->goal == AGE_FREE) {
			free_pte_lazily(aging, pte, address, page);
			continue;
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

static void free_pmd_lazily(struct aging *aging, pmd_t *pmd, unsigned long address, struct page *page)
{
	if (!begin_lazy_free(page))
		return;
	pmdp_mkold_clean(pmd);
	tlb_track_range(aging->tlb, address, HPAGE_PMD_SIZE);
	end_lazy_free(page);
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
	if (aging->goal == AGE_FREE) {
		free_pmd_lazily(aging, pmd, start, page);
	} else {
		pmdp_test_and_clear_young(pmd);
		age_page(aging, page);
	}
	spin_unlock(ptl);
	reclaim_aged(aging);
	return true;
}

void age_range(struct vma *vma, unsigned long start, unsigned long end, enum age_goal goal)
{
	struct mmu_gather tlb;
	struct aging aging = { .vma = vma, .goal = goal, .tlb = &tlb, .pages = LIST_HEAD_INIT(aging.pages) };
	unsigned long address, next;

	/* What waits in a batch is not on a list yet, and could not be taken off it. */
	lru_add_drain();
	if (goal == AGE_FREE)
		tlb_gather_mmu(&tlb, vma->vm_mm, false);
	for (address = start; address < end && !fatal_signal_pending(current); address = next) {
		pmd_t *pmd = mm_find_pmd(vma->vm_mm, address);

		next = pmd ? pmd_addr_end(address, end) : pud_addr_end(address, end);
		if (!pmd || pmd_none(pmdp_get(pmd)))
			continue;
		if (goal == AGE_FREE && pmd_swapped_out(pmdp_get(pmd)))
			unmap_page_range(&tlb, vma, address, next);	/* as free_swap_pte() */
		else if (!age_huge_pmd(&aging, pmd, address, next))
			age_table(&aging, pmd, address, next);
		cond_resched();
	}
	if (goal == AGE_FREE)
		tlb_finish_mmu(&tlb);
}
