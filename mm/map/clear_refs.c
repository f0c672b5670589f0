/* mm/map/clear_refs.c - forget which pages of an address space were used, or written to: /proc/PID/clear_refs.
 *
 * The hardware's accessed bit says that a page was used; nothing but clearing it is needed. Its dirty bit can't say "written
 * since": reclaim needs it. So there is a dirty bit of software's own: clearing it also takes away the right to write,
 * and the write fault that follows sets it. A new area is VM_SOFTDIRTY as a whole, because a page that was never there
 * when the bits were cleared has changed, too.
 *
 * One flush at the end: until then a CPU may go on writing by an old translation, which is "before the clearing".
 *
 * Linux: fs/proc/task_mmu.c (clear_refs_write).
 */
#include <mm/map/map_internal.h>

#include <kernel/sched/task.h>
#include <mm/split/migration_entry.h>

static void forget_use(struct page *page)
{
	page = compound_head(page);
	ClearPageYoung(page);
	ClearPageReferenced(page);
}

/* --- entries --------------------------------------------------------------------------------------------------------- */

/* A swap entry keeps its bit; what is being moved must come back without the right to write. */
static void clean_absent_pte(pte_t *ptep, pte_t pte)
{
	if (is_writable_migration_entry(pte_to_swp_entry(pte)))
		pte = migration_pte_with(pte, SWP_MIGRATION_READ_EXCLUSIVE);
	set_pte(ptep, pte_swp_clear_soft_dirty(pte));
}

static void clean_absent_pmd(pmd_t *pmdp, pmd_t pmd)
{
	if (is_writable_migration_entry(pmd_to_swp_entry(pmd)))
		pmd = migration_pmd_with(pmd, SWP_MIGRATION_READ_EXCLUSIVE);
	set_pmd(pmdp, pmd_swp_clear_soft_dirty(pmd));
}

static void clear_pte(pte_t *ptep, bool soft_dirty)
{
	pte_t pte = ptep_get(ptep);

	if (pte_none(pte))
		return;
	if (!pte_present(pte)) {
		if (soft_dirty)
			clean_absent_pte(ptep, pte);
	} else if (soft_dirty) {
		ptep_clear_soft_dirty(ptep);
	} else if (!pte_special(pte)) {
		ptep_test_and_clear_young(ptep);
		forget_use(pte_page(pte));
	}
}

/* => false: it is no huge PMD (any more) */
static bool clear_huge_pmd(pmd_t *pmdp, bool soft_dirty)
{
	spinlock_t *ptl = pmd_trans_huge_lock(pmdp);
	pmd_t pmd;

	if (!ptl)
		return false;
	pmd = pmdp_get(pmdp);
	if (pmd_present(pmd) && soft_dirty) {
		pmdp_clear_soft_dirty(pmdp);
	} else if (pmd_present(pmd) && !pmd_special(pmd)) {
		pmdp_test_and_clear_young(pmdp);
		forget_use(pmd_page(pmd));
	} else if (is_swap_pmd(pmd) && soft_dirty) {
		clean_absent_pmd(pmdp, pmd);
	}
	spin_unlock(ptl);
	return true;
}

static void clear_pmd(struct vma *vma, pmd_t *pmd, unsigned long start, unsigned long end, bool soft_dirty)
{
	spinlock_t *ptl;
	pte_t *pte;

	if (pmd_none(pmdp_get(pmd)) || clear_huge_pmd(pmd, soft_dirty))
		return;
	pte = pte_offset_map_lock(pmd, start, &ptl);
	if (!pte)
		return;
	flush_tlb_batched_pending(vma->vm_mm);
	for (; start < end; start += PAGE_SIZE, pte++)
		clear_pte(pte, soft_dirty);
	spin_unlock(ptl);
}

static void clear_area(struct vma *vma, bool soft_dirty)
{
	unsigned long address, next;

	for (address = vma->vm_start; address < vma->vm_end; address = next) {
		pmd_t *pmd = mm_find_pmd(vma->vm_mm, address);

		next = pmd ? pmd_addr_end(address, vma->vm_end) : pud_addr_end(address, vma->vm_end);
		if (pmd)
			clear_pmd(vma, pmd, address, next, soft_dirty);
		cond_resched();
	}
}

/* --- areas ------------------------------------------------------------------------------------------------------------- */

static bool is_meant(const struct vma *vma, enum clear_refs what)
{
	if (vma->vm_flags & VM_PFNMAP)
		return false;
	if (what == CLEAR_REFS_ANON)
		return vma_is_anonymous(vma);
	return what != CLEAR_REFS_MAPPED || !vma_is_anonymous(vma);
}

void clear_refs(struct mm *mm, enum clear_refs what)
{
	struct vma *vma;

	mmap_write_lock(mm);
	if (what == CLEAR_REFS_HIWATER_RSS) {
		mm->hiwater_rss = get_mm_rss(mm);
		mmap_write_unlock(mm);
		return;
	}
	for_each_vma(mm, vma) {
		if (!is_meant(vma, what))
			continue;
		if (what == CLEAR_REFS_SOFT_DIRTY)
			vma->vm_flags &= ~VM_SOFTDIRTY;
		clear_area(vma, what == CLEAR_REFS_SOFT_DIRTY);
	}
	flush_tlb_mm(mm);
	mmap_write_unlock(mm);
}
