/* mm/map/mincore.c - which pages are in memory, and would not wait for a disk.
 *
 * Linux: mm/mincore.c.
 */
#include <mm/map/map_internal.h>

#include <kernel/sched/task.h>
#include <kernel/x86/usercopy.h>
#include <mm/alloc/page_alloc.h>
#include <mm/file/page_cache.h>
#include <mm/swap/swap.h>

/* => page referenced, the reference is dropped; NULL: none */
static u8 is_uptodate(struct page *page)
{
	u8 uptodate;

	if (!page)
		return 0;
	uptodate = PageUptodate(compound_head(page));
	put_page(page);
	return uptodate;
}

/* Nothing is mapped: an anonymous page does not exist, one of a file may be in the page cache. */
static u8 in_page_cache(struct vma *vma, unsigned long address)
{
	struct mapping *mapping = vma->ops && vma->ops->mapping ? vma->ops->mapping(vma) : NULL;
	struct mapping_entry entry;

	if (!mapping || !mapping_get_entry(mapping, linear_page_index(vma, address), &entry))
		return 0;
	return is_uptodate(entry.page ? entry.page : swap_cache_get(entry.slot));
}

static u8 in_swap_cache(swp_entry_t entry)
{
	return is_migration_entry(entry) ? 1 : is_uptodate(swap_cache_get(entry));
}

/*
 * With the lock of the table: who replaces an entry, e.g. because the page moves, clears it first, and a page that is
 * locked in memory would seem to be gone.
 */
static void look_at_ptes(struct vma *vma, pte_t *ptep, unsigned long start, unsigned long end, u8 *vec)
{
	unsigned long address;

	for (address = start; address < end; address += PAGE_SIZE) {
		pte_t pte = ptep_get(ptep++);

		if (pte_none(pte))
			*vec++ = in_page_cache(vma, address);
		else
			*vec++ = pte_present(pte) ? 1 : in_swap_cache(pte_to_swp_entry(pte));
	}
}

/* Where the PMD is no table. */
static u8 look_at_pmd(struct vma *vma, pmd_t pmd, unsigned long address)
{
	if (pmd_swapped_out(pmd))
		return in_swap_cache((swp_entry_t){ pmd_to_swp_entry(pmd).val + pte_index(address) });
	return pmd_none(pmd) ? in_page_cache(vma, address) : 1;
}

/* What lies under one PMD. */
static void look_under_pmd(struct vma *vma, pmd_t *pmdp, unsigned long start, unsigned long end, u8 *vec)
{
	spinlock_t *ptl = pmdp ? pmd_trans_huge_lock(pmdp) : NULL;
	pmd_t pmd = ptl ? pmdp_get(pmdp) : __pmd(0);
	pte_t *pte = !ptl && pmdp ? pte_offset_map_lock(pmdp, start, &ptl) : NULL;
	unsigned long address;

	if (pte)
		look_at_ptes(vma, pte, start, end, vec);
	for (address = start; !pte && address < end; address += PAGE_SIZE)
		*vec++ = look_at_pmd(vma, pmd, address);
	if (ptl)
		spin_unlock(ptl);
}

/* => mmap_lock held for reading; fills one byte a page */
static void look_at_area(struct vma *vma, unsigned long start, unsigned long end, u8 *vec)
{
	unsigned long address, next;

	for (address = start; address < end; vec += (next - address) >> PAGE_SHIFT, address = next) {
		next = pmd_addr_end(address, end);
		look_under_pmd(vma, mm_find_pmd(vma->vm_mm, address), address, next, vec);
	}
}

/* As much as one area has of the range, at most a frame of answers. => pages, or -ENOMEM: a hole */
static long look_at_some(struct mm *mm, unsigned long start, unsigned long end, u8 *vec)
{
	struct vma *vma;

	mmap_read_lock(mm);
	vma = vma_lookup(mm, start);
	if (vma) {
		end = min(min(end, vma->vm_end), start + (PAGE_SIZE << PAGE_SHIFT));
		look_at_area(vma, start, end, vec);
	}
	mmap_read_unlock(mm);
	return vma ? (long)((end - start) >> PAGE_SHIFT) : -ENOMEM;
}

int do_mincore(struct mm *mm, unsigned long start, unsigned long len, u8 __user *vec)
{
	unsigned long end = PAGE_ALIGN(start + len);
	long done = 0;
	u8 *answers;

	if (start & ~PAGE_MASK)
		return -EINVAL;
	if (!access_ok((void __user *)start, len))
		return -ENOMEM;
	if (!access_ok(vec, (end - start) >> PAGE_SHIFT))
		return -EFAULT;
	answers = get_free_page(GFP_KERNEL);
	if (!answers)
		return -EAGAIN;
	while (start < end && done >= 0) {
		done = look_at_some(mm, start, end, answers);
		/* Copied without the lock: the answer's own page may have to be faulted in. */
		if (done > 0 && copy_to_user(vec, answers, done))
			done = -EFAULT;
		if (done > 0) {
			vec += done;
			start += done << PAGE_SHIFT;
		}
		cond_resched();
	}
	free_page(answers);
	return done < 0 ? (int)done : 0;
}
