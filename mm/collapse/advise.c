/* mm/collapse/advise.c - MADV_COLLAPSE: a program that knows better than khugepaged, and does not wait for it.
 *
 * The same scan and the same collapse, in the program's own time. khugepaged's limits do not hold, nor does the policy of the
 * system (enabled): only what the area itself forbids, and PR_SET_THP_DISABLE. One range that does not come together
 * does not keep the others from it.
 *
 * Linux: madvise_collapse in mm/khugepaged.c.
 */
#include <mm/collapse/khugepaged.h>
#include <mm/frame/lru.h>
#include <kernel/sched/task.h>

/* Why a range is not huge, as the program is told. */
static int error_of(enum scan_result result)
{
	switch (result) {
	case SCAN_ALLOC_HUGE_PAGE_FAIL:
		return -ENOMEM;
	case SCAN_EXCEED_NONE_PTE:
		return -EBUSY;
	/* In a moment they may be gone. */
	case SCAN_PAGE_COUNT:
	case SCAN_PAGE_LOCK:
	case SCAN_PAGE_LRU:
	case SCAN_DEL_PAGE_LRU:
		return -EAGAIN;
	default:
		return -EINVAL;
	}
}

/* Of this range alone, or of the area, of memory, of the whole mm? */
static bool others_may_succeed(enum scan_result result)
{
	switch (result) {
	case SCAN_SUCCEED:
	case SCAN_PMD_MAPPED:
	case SCAN_PMD_NULL:
	case SCAN_PMD_NONE:
	case SCAN_PMD_SWAPPED:
	case SCAN_PTE_NON_PRESENT:
	case SCAN_PAGE_COUNT:
	case SCAN_PAGE_LOCK:
	case SCAN_PAGE_LRU:
	case SCAN_DEL_PAGE_LRU:
		return true;
	default:
		return false;
	}
}

/* => the area that holds the 2 MB at address, still fit; NULL, and why in *result. mmap_lock held for reading */
static struct vma *area_at(struct mm *mm, unsigned long address, enum scan_result *result)
{
	struct vma *vma = vma_lookup(mm, address);

	*result = SCAN_VMA_NULL;
	if (!vma)
		return NULL;
	*result = SCAN_VMA_CHECK;
	return thp_vma_eligible(vma, address, THP_ASK_ADVISED) ? vma : NULL;
}

/* What is out in swap as a whole comes back as a whole, if a huge page can be had. => mmap_lock held for reading */
static void bring_in(struct vma *vma, unsigned long address)
{
	pmd_t *pmd = mm_find_pmd(vma->vm_mm, address);

	if (pmd && pmd_swapped_out(pmdp_get(pmd)))
		handle_mm_fault(vma, address, FAULT_FLAG_REMOTE);
}

int madvise_collapse(struct vma *vma, unsigned long start, unsigned long end)
{
	enum scan_result result = SCAN_SUCCEED, last_failure = SCAN_FAIL;
	struct mm *mm = vma->vm_mm;
	bool locked = true, all = true;
	unsigned long address = ALIGN(start, HPAGE_PMD_SIZE);

	if (!thp_area_eligible(vma, THP_ASK_ADVISED)) {
		mmap_read_unlock(mm);
		return -EINVAL;
	}
	end &= HPAGE_PMD_MASK;
	lru_add_drain_all();
	for (; address < end && others_may_succeed(result) && !fatal_signal_pending(current); address += HPAGE_PMD_SIZE) {
		if (!locked)
			mmap_read_lock(mm);
		locked = true;
		vma = area_at(mm, address, &result);
		if (vma) {
			bring_in(vma, address);
			result = khugepaged_scan_pmd(vma, address, THP_ASK_ADVISED, &locked);
		}
		if (result != SCAN_SUCCEED && result != SCAN_PMD_MAPPED) {
			last_failure = result;
			all = false;
		}
		cond_resched();
	}
	if (locked)
		mmap_read_unlock(mm);
	return all && address >= end ? 0 : error_of(last_failure);
}
