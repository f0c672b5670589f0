/* mm/reclaim/referenced.c - was a page used since we looked last? Its mappings' accessed bits say so.
 *
 * The bits are cleared without a TLB flush: a CPU that has the translation cached will not set the bit again for a while,
 * and the page looks older than it is. That costs a fault now and then; a flush for every look would cost more.
 *
 * Linux: folio_referenced in mm/rmap.c.
 */
#include <mm/reclaim/reclaim.h>
#include <mm/rmap/rmap.h>

struct reference_count {
	int		young;
	unsigned long	vm_flags;	/* of all areas that map the page */
};

static bool referenced_visit(struct rmap_visit *v, void *arg)
{
	struct reference_count *count = arg;

	count->vm_flags |= v->vma->vm_flags;
	if (v->vma->vm_flags & VM_LOCKED)
		return false;	/* it stays anyway */
	count->young += v->pte ? ptep_test_and_clear_young(v->pte) : pmdp_test_and_clear_young(v->pmd);
	return true;
}

int page_referenced(struct page *page, unsigned long *vm_flags)
{
	struct reference_count count = { };
	struct rmap_walk_control rwc = { .arg = &count, .visit = referenced_visit, .trylock = true };
	bool complete;

	*vm_flags = 0;
	if (!page_mapped(page))
		return 0;
	complete = rmap_walk(page, &rwc);
	*vm_flags = count.vm_flags;
	if (count.young)
		ClearPageIdle(page);
	/* Bits that idle page tracking has cleared before us. */
	count.young += TestClearPageYoung(page);
	if (!complete && !(count.vm_flags & VM_LOCKED))
		return -1;
	return count.young;
}
