/* mm/map/zap.c - entries become empty, and what they mapped is freed after the flush.
 *
 * Under the lock of each table: take the entry out (the hardware may have set its dirty bit until that moment), count it
 * down, hand the page to the gatherer. The page is freed only after all CPUs have forgotten the translation.
 *
 * Linux: mm/memory.c (unmap_page_range, zap_pte_range), mm/huge_memory.c (zap_huge_pmd).
 */
#include <mm/map/map_internal.h>

#include <kernel/sched/task.h>
#include <mm/fault/fault.h>
#include <mm/split/split.h>
#include <mm/swap/swap.h>

/* One range of one area. rss: what to take off the counters, kept until a table is done. */
struct zap {
	struct mmu_gather *tlb;
	struct vma	*vma;
	bool		keep_copies;	/* only what belongs to the file goes */
	int		rss[NR_MM_COUNTERS];
};

static void zap_present_pte(struct zap *zap, pte_t *ptep, unsigned long address)
{
	pte_t pte = ptep_clear(ptep);
	struct page *page;

	/* For each page: the gatherer flushes, and forgets the range, whenever its batch is full. */
	tlb_track_range(zap->tlb, address, PAGE_SIZE);
	if (unlikely(pte_special(pte)))
		return;
	page = pte_page(pte);
	if (PageAnon(page)) {
		zap->rss[MM_ANONPAGES]++;
	} else {
		zap->rss[mm_counter_of(page)]++;
		if (pte_dirty(pte))
			SetPageDirty(page);
	}
	page_remove_rmap(page, zap->vma, RMAP_PTE);
	free_swap_if_unmapped(compound_head(page));
	tlb_remove_page(zap->tlb, page);
}

static void zap_swap_pte(struct zap *zap, pte_t *ptep)
{
	swp_entry_t entry = pte_to_swp_entry(ptep_clear(ptep));

	if (is_migration_entry(entry)) {
		/* No reference and no mapping to drop: whoever restores entries finds none here. */
		zap->rss[mm_counter_of(migration_entry_to_page(entry))]++;
		return;
	}
	zap->rss[MM_SWAPENTS]++;
	free_swap_and_cache(entry);
}

static void subtract_rss(struct zap *zap)
{
	for (enum mm_counter c = 0; c < NR_MM_COUNTERS; c++) {
		if (zap->rss[c])
			add_mm_counter(zap->vma->vm_mm, c, -zap->rss[c]);
		zap->rss[c] = 0;
	}
}

/* Anonymous memory in an area of a file: what was written to there. A page of the file may be moved, but is never out. */
static bool is_private_copy(pte_t pte)
{
	swp_entry_t entry = pte_to_swp_entry(pte);

	if (pte_none(pte) || pte_present(pte))
		return pte_present(pte) && !pte_special(pte) && PageAnon(pte_page(pte));
	return !is_migration_entry(entry) || PageAnon(migration_entry_to_page(entry));
}

static void zap_pte_range(struct zap *zap, pmd_t *pmd, unsigned long start, unsigned long end)
{
	unsigned long address;
	spinlock_t *ptl;
	pte_t *pte = pte_offset_map_lock(pmd, start, &ptl);

	if (!pte)
		return;
	flush_tlb_batched_pending(zap->vma->vm_mm);
	for (address = start; address < end; address += PAGE_SIZE, pte++) {
		pte_t entry = ptep_get(pte);

		if (unlikely(zap->keep_copies) && is_private_copy(entry))
			continue;
		if (pte_present(entry))
			zap_present_pte(zap, pte, address);
		else if (!pte_none(entry))
			zap_swap_pte(zap, pte);
	}
	subtract_rss(zap);
	spin_unlock(ptl);
}

/* => pmd lock held, the entry cleared; returns the page whose reference is to be dropped after the flush, or NULL */
static struct page *put_huge_entry(struct zap *zap, pmd_t pmd, unsigned long address)
{
	struct mm *mm = zap->vma->vm_mm;
	struct page *page;

	if (is_pmd_migration_entry(pmd)) {
		/* As with a small one: no reference and no mapping to drop. */
		add_mm_counter(mm, mm_counter_of(migration_entry_to_page(pmd_to_swp_entry(pmd))), -(long)HPAGE_PMD_NR);
		return NULL;
	}
	if (pmd_swapped_out(pmd)) {
		add_mm_counter(mm, MM_SWAPENTS, -(long)HPAGE_PMD_NR);
		free_swap_and_cache_range(pmd_to_swp_entry(pmd), HPAGE_PMD_NR);
		return NULL;
	}
	tlb_track_range(zap->tlb, address, HPAGE_PMD_SIZE);
	if (pmd_special(pmd))
		return NULL;
	page = pmd_page(pmd);
	add_mm_counter(mm, mm_counter_of(page), -(long)HPAGE_PMD_NR);
	page_remove_rmap(page, zap->vma, RMAP_PMD);
	free_swap_if_unmapped(page);
	return page;
}

/* => false: it is no huge PMD (any more) */
static bool zap_huge_pmd(struct zap *zap, pmd_t *pmdp, unsigned long address)
{
	struct mm *mm = zap->vma->vm_mm;
	spinlock_t *ptl = pmd_trans_huge_lock(pmdp);
	struct page *page, *deposit;

	if (!ptl)
		return false;
	page = put_huge_entry(zap, pmdp_exchange(pmdp, __pmd(0)), address);
	deposit = pgtable_trans_huge_withdraw(pmdp);
	spin_unlock(ptl);
	/* The hardware never saw the deposited table: no need to wait for the flush. */
	mm_dec_nr_ptes(mm);
	table_page_free(deposit);
	if (page)
		tlb_remove_page(zap->tlb, page);
	return true;
}

static void zap_pmd(struct zap *zap, pmd_t *pmd, unsigned long start, unsigned long end)
{
	while (!pmd_none(pmdp_get(pmd))) {
		if (pmd_is_table(pmdp_get(pmd))) {
			zap_pte_range(zap, pmd, start, end);
			return;
		}
		if (end - start == HPAGE_PMD_SIZE) {
			if (zap_huge_pmd(zap, pmd, start))
				return;
		} else {
			split_huge_pmd(zap->vma, pmd, start);
		}
	}
}

static void zap_range(struct zap *zap, unsigned long start, unsigned long end)
{
	unsigned long address, next;

	for (address = start; address < end; address = next) {
		pmd_t *pmd = mm_find_pmd(zap->vma->vm_mm, address);

		if (!pmd) {
			next = pud_addr_end(address, end);
			continue;
		}
		next = pmd_addr_end(address, end);
		if (!pmd_none(pmdp_get(pmd))) {
			zap_pmd(zap, pmd, address, next);
			cond_resched();
		}
	}
}

void unmap_page_range(struct mmu_gather *tlb, struct vma *vma, unsigned long start, unsigned long end)
{
	struct zap zap = { .tlb = tlb, .vma = vma };

	zap_range(&zap, start, end);
}

static void zap_and_flush(struct vma *vma, unsigned long start, unsigned long end, bool keep_copies)
{
	struct mmu_gather tlb;
	struct zap zap = { .tlb = &tlb, .vma = vma, .keep_copies = keep_copies };

	if (start >= end)
		return;
	update_hiwater_rss(vma->vm_mm);
	tlb_gather_mmu(&tlb, vma->vm_mm, false);
	zap_range(&zap, start, end);
	tlb_finish_mmu(&tlb);
}

void zap_page_range(struct vma *vma, unsigned long start, unsigned long end)
{
	zap_and_flush(vma, start, end, false);
}

void unmap_mapping_range(struct mapping *mapping, pgoff_t first, pgoff_t last, bool copies)
{
	struct vma *vma;

	down_read(&mapping->i_mmap_rwsem);
	list_for_each_entry(vma, &mapping->i_mmap, i_mmap_node) {
		pgoff_t from = max(first, vma->vm_pgoff);
		pgoff_t to = min(last, vma->vm_pgoff + vma_pages(vma) - 1);

		if (from <= to)
			zap_and_flush(vma, vma->vm_start + ((from - vma->vm_pgoff) << PAGE_SHIFT),
				      vma->vm_start + ((to - vma->vm_pgoff + 1) << PAGE_SHIFT), !copies);
	}
	up_read(&mapping->i_mmap_rwsem);
}
