/* mm/fault/huge_zero.c - 2 MB of zeroes that all read faults share.
 *
 * Made by the first who needs it, kept as long as any address space maps it, freed when memory is short. The count is one
 * for each address space that has ever mapped it (until its end) and one for the shrinker, so only the shrinker sees
 * it go from one to nothing.
 *
 * Linux: mm/huge_memory.c (get_huge_zero_folio, mm_get_huge_zero_folio).
 */
#include <mm/fault/fault.h>

#include <kernel/lib/bitmap.h>
#include <mm/alloc/page_alloc.h>
#include <mm/fault/fault_internal.h>
#include <mm/frame/vmstat.h>
#include <mm/reclaim/reclaim.h>

static atomic_t huge_zero_refcount;

static struct page *make_huge_zero_page(void)
{
	struct page *page = alloc_pages(GFP_TRANSHUGE & ~__GFP_MOVABLE, HPAGE_PMD_ORDER);

	if (!page) {
		count_vm_event(THP_ZERO_PAGE_ALLOC_FAILED);
		return NULL;
	}
	clear_huge_page(page, 0);
	count_vm_event(THP_ZERO_PAGE_ALLOC);
	return page;
}

/* => one count more, or false */
static bool get_huge_zero_page(void)
{
	struct page *page;

	while (!atomic_inc_not_zero(&huge_zero_refcount)) {
		page = make_huge_zero_page();
		if (!page)
			return false;
		if (cmpxchg(&huge_zero_page, NULL, page)) {
			/* Another CPU has made one, and is about to count it. */
			put_page(page);
			continue;
		}
		mod_page_state(NR_ZERO_THPS, 1);
		atomic_set(&huge_zero_refcount, 2);
		return true;
	}
	return true;
}

struct page *mm_get_huge_zero_page(struct mm *mm)
{
	if (test_bit(MMF_HUGE_ZERO_PAGE, &mm->flags))
		return READ_ONCE(huge_zero_page);
	if (!get_huge_zero_page())
		return NULL;
	/* Two threads may have come here: one count is enough. */
	if (test_and_set_bit(MMF_HUGE_ZERO_PAGE, &mm->flags))
		atomic_dec(&huge_zero_refcount);
	return READ_ONCE(huge_zero_page);
}

void mm_put_huge_zero_page(struct mm *mm)
{
	if (test_and_clear_bit(MMF_HUGE_ZERO_PAGE, &mm->flags))
		atomic_dec(&huge_zero_refcount);
}

static unsigned long huge_zero_count(struct shrinker *shrinker __unused)
{
	return atomic_read(&huge_zero_refcount) == 1 ? HPAGE_PMD_NR : 0;
}

static unsigned long huge_zero_scan(struct shrinker *shrinker __unused, unsigned long nr __unused)
{
	if (atomic_cmpxchg(&huge_zero_refcount, 1, 0) != 1)
		return 0;
	mod_page_state(NR_ZERO_THPS, -1);
	put_page(xchg(&huge_zero_page, NULL));
	return HPAGE_PMD_NR;
}

static struct shrinker huge_zero_shrinker = {
	.name = "huge_zero_page", .count_objects = huge_zero_count, .scan_objects = huge_zero_scan, .seeks = DEFAULT_SEEKS,
};

void huge_zero_init(void)
{
	register_shrinker(&huge_zero_shrinker);
}
