/* mm/fault/fault.c - what kind of fault is it?
 *
 * The area says what an address is meant to be, the entry says what is there now. From both follows who handles it:
 *
 *	PMD none, area wants huge pages		do_huge_pmd_anonymous_page	huge_anon.c
 *	PMD huge, read-only, written to		do_huge_pmd_wp_page		huge_wp.c
 *	the same in a shared area		split_huge_pmd, then its PTE	mm/split
 *	PMD-sized swap entry			do_huge_pmd_swap_page		huge_swap_in.c
 *	PTE none, anonymous area		do_anonymous_page		anon.c
 *	PTE none, file or shared memory		do_fault			file.c
 *	PTE not present				do_swap_page			swap_in.c
 *	PTE read-only, written to		do_wp_page			cow.c
 *	PMD or PTE being moved or split		wait for its page, try again	swap_in.c
 *	PMD or PTE that allows the access	set accessed, dirty		touch_pmd, touch_pte
 *
 * Entries are read without a lock here; each handler takes the lock and reads again before it changes anything. When
 * somebody else was faster the answer is 0 as well: the program tries again, and faults again if it must.
 *
 * Linux: mm/memory.c (__handle_mm_fault, handle_pte_fault).
 */
#include <mm/fault/fault.h>

#include <kernel/debug/panic.h>
#include <kernel/sync/lockdep.h>
#include <mm/alloc/page_alloc.h>
#include <mm/fault/fault_internal.h>
#include <mm/fault/huge_fault.h>
#include <mm/frame/vmstat.h>
#include <mm/table/tlb.h>

void (*khugepaged_enter_hook)(struct vma *vma);
void (*khugepaged_exit_hook)(struct mm *mm);

static const char *const huge_fault_names[] = {
	[HUGE_FAULT_MAPPED] = "mapped", [HUGE_FAULT_ZERO_PAGE] = "zero_page", [HUGE_FAULT_NO_PAGE] = "no_page",
	[HUGE_FAULT_LOST] = "lost", [HUGE_FAULT_REUSED] = "reused", [HUGE_FAULT_SPLIT] = "split",
	[HUGE_FAULT_COPIED] = "copied", [HUGE_FAULT_SWAPPED_IN] = "swapped_in", [HUGE_FAULT_SWAP_SPLIT] = "swap_split",
};
static struct trace_symbols huge_fault_results = {
	.name = "huge_fault", .names = huge_fault_names, .nr = ARRAY_SIZE(huge_fault_names),
};

void fault_init(void)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

	trace_symbols_register(&huge_fault_results);
	if (!page)
		panic("no memory for the zero page");
	SetPageReserved(page);
	zero_pfn = page_to_pfn(page);
	thp_policy_init();
	huge_zero_init();
}

/* The entry allows the access already, or only lacks the accessed or dirty bit. */
static void touch_pmd(struct vm_fault *vmf)
{
	u64 bits = _PAGE_ACCESSED | (vmf->flags & FAULT_FLAG_WRITE ? _PAGE_DIRTY | _PAGE_SOFT_DIRTY : 0);

	vmf->ptl = pmd_lock(vmf->pmd);
	/* An addition of bits: what the hardware adds at the same time is not lost. */
	if (pmd_same(pmdp_get(vmf->pmd), vmf->orig_pmd))
		__atomic_fetch_or(&vmf->pmd->pmd, bits, __ATOMIC_SEQ_CST);
	spin_unlock(vmf->ptl);
	flush_tlb_fix_spurious_fault(vmf->address);
}

/* => VM_FAULT_FALLBACK: there is a table now, go on with its PTE */
static vm_fault_t handle_huge_pmd(struct vm_fault *vmf)
{
	if (is_swap_pmd(vmf->orig_pmd))
		return is_pmd_migration_entry(vmf->orig_pmd) ? pmd_migration_entry_wait(vmf) : do_huge_pmd_swap_page(vmf);
	if (pmd_is_invalid(vmf->orig_pmd)) {
		/* Being split: whoever does it holds the lock until there is a table. */
		spin_unlock(pmd_lock(vmf->pmd));
		return VM_FAULT_FALLBACK;
	}
	if (vmf->flags & FAULT_FLAG_WRITE && !pmd_write(vmf->orig_pmd)) {
		if (vma_is_anonymous(vmf->vma))
			return do_huge_pmd_wp_page(vmf);
		/* A shared one: its small entries know how to become writable. */
		split_huge_pmd(vmf->vma, vmf->pmd, vmf->address);
		return VM_FAULT_FALLBACK;
	}
	touch_pmd(vmf);
	return 0;
}

static vm_fault_t touch_pte(struct vm_fault *vmf)
{
	u64 bits = _PAGE_ACCESSED;

	if (!lock_unchanged_pte(vmf))
		return 0;
	if (vmf->flags & FAULT_FLAG_WRITE) {
		if (!pte_write(vmf->orig_pte))
			return do_wp_page(vmf);
		bits |= _PAGE_DIRTY | _PAGE_SOFT_DIRTY;
	}
	__atomic_fetch_or(&vmf->pte->pte, bits, __ATOMIC_SEQ_CST);
	spin_unlock(vmf->ptl);
	flush_tlb_fix_spurious_fault(vmf->address);
	return 0;
}

static vm_fault_t handle_pte_fault(struct vm_fault *vmf)
{
	pmd_t pmd = pmdp_get(vmf->pmd);

	vmf->orig_pte = __pte(0);
	if (pmd_is_table(pmd))
		vmf->orig_pte = ptep_get(pte_offset(pmd, vmf->address));
	else if (unlikely(!pmd_none(pmd)))
		return 0;	/* another thread's huge page */
	if (pte_none(vmf->orig_pte))
		return vma_is_anonymous(vmf->vma) ? do_anonymous_page(vmf) : do_fault(vmf);
	if (!pte_present(vmf->orig_pte))
		return do_swap_page(vmf);
	return touch_pte(vmf);
}

vm_fault_t handle_mm_fault(struct vma *vma, unsigned long address, unsigned int flags)
{
	struct vm_fault vmf = {
		.vma = vma, .address = address & PAGE_MASK, .real_address = address, .flags = flags,
	};
	vm_fault_t ret;

	lockdep_assert_held(&vma->vm_mm->mmap_lock);
	VM_ASSERT(address >= vma->vm_start && address < vma->vm_end);
	count_vm_event(PGFAULT);
	vmf.pmd = pmd_alloc(vma->vm_mm, address);
	if (unlikely(!vmf.pmd))
		return VM_FAULT_OOM;
	vmf.orig_pmd = pmdp_get(vmf.pmd);
	if (pmd_none(vmf.orig_pmd)) {
		if (thp_vma_eligible(vma, address, THP_ASK_FAULT)) {
			ret = do_huge_pmd_anonymous_page(&vmf);
			if (!(ret & VM_FAULT_FALLBACK))
				return ret;
		}
	} else if (unlikely(!pmd_is_table(vmf.orig_pmd))) {
		ret = handle_huge_pmd(&vmf);
		if (!(ret & VM_FAULT_FALLBACK))
			return ret;
	}
	return handle_pte_fault(&vmf);
}
