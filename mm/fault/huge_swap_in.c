/* mm/fault/huge_swap_in.c - a fault on a PMD-sized swap entry: 2 MB come back by one read, as the huge page that they were.
 *
 * The entry names 512 adjacent slots, and counts as one user of each. The page table that was set aside when the page was first
 * mapped is still there. So nothing needs memory but the page itself; and when no huge page can be had, or a part can't be
 * read, the entry is split into 512 small ones and each 4 KB comes in for itself: then only what is on the bad sector is
 * lost.
 *
 * The slots may be in the swap cache as small pages: another process has split its entry, or the huge page was split while
 * it was on its way out. Two pages for one slot must not be, so the entry is split then too.
 *
 * What was huge when it left is huge again, whatever the policy is by now, unless the area was told not to have huge pages,
 * or is read at random and does not fit into memory: then 512 pages would have to go for each one that is wanted, and in
 * parts one goes for one.
 *
 * Linux: has no such entries; see do_swap_page in mm/memory.c for the small ones.
 */
#include <mm/fault/fault.h>

#include <kernel/sched/task.h>
#include <kernel/trace/trace.h>
#include <mm/alloc/page_alloc.h>
#include <mm/fault/fault_internal.h>
#include <mm/fault/huge_fault.h>
#include <mm/frame/lru.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>
#include <mm/reclaim/workingset.h>
#include <mm/swap/swap.h>

#define EDGE_PAGES	8		/* who begins so near to an end of the 2 MB walks through them, in steps of up to this */

/*
 * Is one page wanted of these 2 MB, or all of them? Nothing tells before they are here, and the one accessed bit of the huge
 * page doesn't afterwards. But who walks through memory enters each 2 MB at one of its ends. And who jumps is served well by
 * 2 MB at a time, too, as long as what he wants fits into memory: each range comes in once. It does not fit when more of
 * them come in than there are, while little more was put out (or became active) than that brought in.
 */
bool swap_in_whole_pays(struct vma *vma, unsigned long address, bool plentiful)
{
	unsigned long page = (address & ~HPAGE_PMD_MASK) >> PAGE_SHIFT;
	unsigned long ranges = (vma->vm_end - vma->vm_start) >> HPAGE_PMD_SHIFT;
	unsigned int reads;

	if (page < EDGE_PAGES || page >= HPAGE_PMD_NR - EDGE_PAGES || plentiful)
		return true;
	if (workingset_clock_since(READ_ONCE(vma->whole_since)) > 4 * ranges * HPAGE_PMD_NR) {
		WRITE_ONCE(vma->whole_since, workingset_clock());
		WRITE_ONCE(vma->whole_reads, 0);
	}
	reads = READ_ONCE(vma->whole_reads);
	if (reads > ranges)
		return false;
	WRITE_ONCE(vma->whole_reads, reads + 1);
	return true;
}

static bool in_swap_cache(swp_entry_t entry)
{
	struct page *page = swap_cache_get(entry);

	if (page)
		put_page(page);
	return page;
}

/*
 * As hard as for the same memory in 512 small pages, but nobody is killed for it. A first touch can wait for khugepaged;
 * here the 2 MB were in use before, and reclaim frees what went out whole in pieces of this size.
 */
static gfp_t swapin_gfp(void)
{
	if (thp_defrag == THP_DEFRAG_NEVER)
		return GFP_TRANSHUGE_LIGHT;
	return GFP_TRANSHUGE | __GFP_KSWAPD_RECLAIM | __GFP_NORETRY;
}

/* A new huge page for the 512 slots, in the cache: locked, referenced, not uptodate. NULL: *error as swap_cache_add, or -ENOMEM */
static struct page *new_huge_cache_page(swp_entry_t entry, int *error)
{
	struct page *page = alloc_pages(swapin_gfp(), HPAGE_PMD_ORDER);

	*error = -ENOMEM;
	if (!page)
		return NULL;
	page->flags |= BIT(PG_locked) | BIT(PG_swapbacked);
	page_lock_adopt(page);
	*error = swap_cache_add(page, entry);
	if (*error) {
		unlock_page(page);
		put_page(page);
		return NULL;
	}
	return page;
}

/* => page locked, referenced and in the cache; unlocked. NULL: a part could not be read, and it is gone again */
static struct page *read_huge_page(struct page *page)
{
	if (swap_read_page(page)) {
		delete_from_swap_cache(page);
		unlock_page(page);
		put_page(page);
		return NULL;
	}
	count_vm_event(THP_SWPIN);
	workingset_refault(page, swap_take_shadow(page_swap_entry(page)));
	lru_add(page);
	unlock_page(page);
	return page;
}

struct page *swapin_huge_page(swp_entry_t entry, struct vma *vma, unsigned long address, bool *did_io)
{
	struct page *page;
	int error = 0;

	for (;;) {
		page = swap_cache_get(entry);
		if (page && PageTransHuge(page))
			return page;
		if (page)
			put_page(page);
		/* In the second round: it is not the huge page that is in the way, but small ones in some of its slots. */
		if (page || error || !thp_vma_eligible(vma, address, THP_ASK_SWAP_IN))
			return NULL;
		page = new_huge_cache_page(entry, &error);
		if (page)
			break;
		if (error != -EEXIST)
			return NULL;
	}
	*did_io = true;
	return read_huge_page(page);
}

pmd_t map_swapped_in_huge(struct vma *vma, unsigned long address, pmd_t *pmdp, struct page *page, bool write)
{
	pmd_t old = pmdp_get(pmdp), pmd = pmd_mkyoung(mk_huge_pmd(page, vm_get_page_prot(vma->vm_flags)));
	swp_entry_t entry = pmd_to_swp_entry(old);
	bool exclusive;

	swap_free_range(entry, HPAGE_PMD_NR);
	if (should_free_swap(page, vma, write))
		try_to_free_swap(page);
	exclusive = pmd_swp_exclusive(old) || page_count(page) == 1;
	if (write && exclusive)
		pmd = pmd_mkwrite(pmd_mkdirty(pmd));
	if (pmd_swp_soft_dirty(old))
		pmd.pmd |= _PAGE_SOFT_DIRTY;
	trace(swap_in, vma->vm_mm, address, entry.val, page_to_pfn(page), exclusive);
	add_mm_counter(vma->vm_mm, MM_ANONPAGES, HPAGE_PMD_NR);
	add_mm_counter(vma->vm_mm, MM_SWAPENTS, -(long)HPAGE_PMD_NR);
	page_add_anon_rmap(page, vma, address, exclusive ? RMAP_EXCLUSIVE : 0, RMAP_PMD);
	deferred_split_watch(page);
	set_pmd(pmdp, pmd);
	if (unlikely(vma->vm_flags & VM_LOCKED))
		mlock_page(page);
	return pmd;
}

/* => page referenced; the reference is used up if the page gets mapped, which *mapped tells */
static vm_fault_t map_locked_huge(struct vm_fault *vmf, struct page *page, bool *mapped)
{
	swp_entry_t entry = pmd_to_swp_entry(vmf->orig_pmd);
	bool write = vmf->flags & FAULT_FLAG_WRITE;

	if (!PageTransHuge(page) || !PageSwapCache(page) || page_swap_entry(page).val != entry.val) {
		unlock_page(page);
		return 0;
	}
	if (!lock_unchanged_pmd(vmf)) {
		/* If the entry was dropped meanwhile, 2 MB would wait here for nobody. */
		try_to_free_swap(page);
		unlock_page(page);
		return 0;
	}
	/* Whose read fails takes the page out of the cache before he unlocks it. */
	ASSERT(PageUptodate(page));
	*mapped = true;
	vmf->orig_pmd = map_swapped_in_huge(vmf->vma, vmf->address & HPAGE_PMD_MASK, vmf->pmd, page, write);
	trace_huge_fault(vmf, HUGE_FAULT_SWAPPED_IN);
	spin_unlock(vmf->ptl);
	unlock_page(page);
	return write && !pmd_write(vmf->orig_pmd) ? do_huge_pmd_wp_page(vmf) : 0;
}

static vm_fault_t split_entry(struct vm_fault *vmf)
{
	if (split_swap_pmd(vmf->vma, vmf->pmd, vmf->address)) {
		count_vm_event(THP_SWPIN_FALLBACK);
		trace_huge_fault(vmf, HUGE_FAULT_SWAP_SPLIT);
	}
	return VM_FAULT_FALLBACK;
}

vm_fault_t do_huge_pmd_swap_page(struct vm_fault *vmf)
{
	swp_entry_t entry = pmd_to_swp_entry(vmf->orig_pmd);
	bool did_io = false, mapped = false;
	struct page *page;
	vm_fault_t ret;

	if (unlikely(anon_vma_prepare(vmf->vma)))
		return VM_FAULT_OOM;
	if (!in_swap_cache(entry) && !swap_in_whole_pays(vmf->vma, vmf->address, memory_is_plentiful()))
		return split_entry(vmf);
	page = swapin_huge_page(entry, vmf->vma, vmf->address, &did_io);
	if (!page)
		return split_entry(vmf);
	if (lock_page_killable(page)) {
		put_page(page);
		return VM_FAULT_RETRY;
	}
	ret = map_locked_huge(vmf, page, &mapped);
	if (!mapped)
		put_page(page);
	if (did_io) {
		count_vm_event(PGMAJFAULT);
		ret |= VM_FAULT_MAJOR;
	}
	return ret;
}
