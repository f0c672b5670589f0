/* mm/fault/swap_in.c - a fault on an entry that is not present: the page is on disk, or being split or moved.
 *
 * Between reading the entry and holding the page's lock anything may have happened: the slot was freed and given to
 * another page, another thread swapped the page in, reclaim took it out again. So everything is looked at twice: the page must
 * still be the swap cache's page of this slot, and the entry still name the slot.
 *
 * The slot stays in the cache behind the page, so that an unchanged page can go out again without a write; it is given
 * back early when swap is more than half full, when the area is locked, and when the page is written to anyway.
 *
 * The page may be a part of a huge one that went out as a whole and is still in memory. Then only the part is mapped; the
 * flags, the lock, the references and the cache are the whole page's.
 *
 * Linux: mm/memory.c (do_swap_page), mm/migrate.c (migration_entry_wait).
 */
#include <mm/fault/fault.h>

#include <kernel/sched/task.h>
#include <kernel/trace/trace.h>
#include <mm/fault/fault_internal.h>
#include <mm/fault/huge_fault.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>
#include <mm/swap/swap.h>

static vm_fault_t migration_entry_wait(struct vm_fault *vmf)
{
	swp_entry_t entry = pte_to_swp_entry(vmf->orig_pte);

	/* Under the lock the entry guarantees that the page is locked: it is restored before the page is unlocked. */
	if (lock_unchanged_pte(vmf))
		wait_on_page_locked_drop(migration_entry_to_page(entry), vmf->ptl);
	return 0;
}

vm_fault_t pmd_migration_entry_wait(struct vm_fault *vmf)
{
	spinlock_t *ptl = pmd_lock(vmf->pmd);

	if (pmd_same(pmdp_get(vmf->pmd), vmf->orig_pmd))
		wait_on_page_locked_drop(migration_entry_to_page(pmd_to_swp_entry(vmf->orig_pmd)), ptl);
	else
		spin_unlock(ptl);
	return 0;
}

bool should_free_swap(struct page *page, struct vma *vma, bool write)
{
	if (!PageSwapCache(page))
		return false;
	/* For a write: only the caller and the cache have the page, so that without the cache it is ours alone. */
	return vm_swap_full() || vma->vm_flags & VM_LOCKED || (write && page_count(page) == 1 + (int)compound_nr(page));
}

pte_t map_swapped_in(struct vma *vma, unsigned long address, pte_t *ptep, struct page *page, bool write)
{
	pte_t old = ptep_get(ptep), pte = pte_mkyoung(mk_pte(page, vm_get_page_prot(vma->vm_flags)));
	struct page *head = compound_head(page);
	bool exclusive;

	swap_free(pte_to_swp_entry(old));
	if (should_free_swap(head, vma, write))
		try_to_free_swap(head);
	exclusive = pte_swp_exclusive(old) || page_count(page) == 1;
	if (write && exclusive)
		pte = pte_mkwrite(pte_mkdirty(pte));
	trace(swap_in, vma->vm_mm, address, pte_to_swp_entry(old).val, page_to_pfn(page), exclusive);
	if (pte_swp_soft_dirty(old))
		pte.pte |= _PAGE_SOFT_DIRTY;
	add_mm_counter(vma->vm_mm, MM_ANONPAGES, 1);
	add_mm_counter(vma->vm_mm, MM_SWAPENTS, -1);
	page_add_anon_rmap(page, vma, address, exclusive ? RMAP_EXCLUSIVE : 0, RMAP_PTE);
	set_pte_at(ptep, pte);
	if (unlikely(vma->vm_flags & VM_LOCKED))
		mlock_page(page);
	return pte;
}

/* => page referenced; the reference is used up if the page gets mapped, which *mapped tells */
static vm_fault_t map_locked_page(struct vm_fault *vmf, struct page *page, bool did_io, bool *mapped)
{
	swp_entry_t entry __unused = pte_to_swp_entry(vmf->orig_pte);
	struct page *head = compound_head(page);
	bool write = vmf->flags & FAULT_FLAG_WRITE;

#ifdef BUG_swap_no_recheck	/* while we waited for the disk another thread brought the page in: it is mapped twice */
	if (!(vmf->pte = pte_offset_map_lock(vmf->pmd, vmf->address, &vmf->ptl))) {
#else
	if (!PageSwapCache(head) || page_swap_entry(page).val != entry.val || !lock_unchanged_pte(vmf)) {
#endif
		unlock_page(page);
		return 0;
	}
	if (unlikely(!PageUptodate(head))) {
		spin_unlock(vmf->ptl);
		/* Out of the cache, so that the next access tries the disk again. */
		delete_from_swap_cache(head);
		unlock_page(page);
		/* If it was somebody else's read (read-ahead), it is worth one of our own now. */
		return did_io ? VM_FAULT_SIGBUS : VM_FAULT_RETRY;
	}
	*mapped = true;
	vmf->orig_pte = map_swapped_in(vmf->vma, vmf->address, vmf->pte, page, write);
	unlock_page(page);
	if (write && !pte_write(vmf->orig_pte))
		return do_wp_page(vmf);		/* drops the lock of the table */
	spin_unlock(vmf->ptl);
	return 0;
}

/* No page: without memory, or because the slot is not ours any more. */
static vm_fault_t no_page(struct vm_fault *vmf)
{
	if (!lock_unchanged_pte(vmf))
		return 0;
	spin_unlock(vmf->ptl);
	if (!swap_entry_valid(pte_to_swp_entry(vmf->orig_pte)))
		return VM_FAULT_SIGBUS;
	return VM_FAULT_OOM;
}

vm_fault_t do_swap_page(struct vm_fault *vmf)
{
	swp_entry_t entry = pte_to_swp_entry(vmf->orig_pte);
	bool did_io = false, mapped = false;
	struct page *page;
	vm_fault_t ret;

	if (is_migration_entry(entry))
		return migration_entry_wait(vmf);
	if (unlikely(anon_vma_prepare(vmf->vma)))
		return VM_FAULT_OOM;
	page = swapin_readahead(entry, GFP_HIGHUSER_MOVABLE, vmf->vma, vmf->address, &did_io);
	if (unlikely(!page))
		return no_page(vmf);
	if (lock_page_killable(page)) {
		put_page(page);
		return VM_FAULT_RETRY;
	}
	ret = map_locked_page(vmf, page, did_io, &mapped);
	if (!mapped)
		put_page(page);
	if (did_io) {
		count_vm_event(PGMAJFAULT);
		ret |= VM_FAULT_MAJOR;
	}
	return ret;
}
