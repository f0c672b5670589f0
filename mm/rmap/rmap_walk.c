/* mm/rmap/rmap_walk.c - visit every entry that maps a page.
 *
 * The walk knows only how to find entries: through the areas that the page's anon_vma or mapping lists, at the address
 * that the page's index has there. It holds the list's lock all the time, and each entry's table lock during the visit.
 * Page tables of listed areas can't go away under that lock; PMDs can change between leaf and table, so each step
 * reads the PMD, takes its lock and reads again.
 *
 * Linux: mm/rmap.c (rmap_walk), mm/page_vma_mapped.c.
 */
#include <mm/rmap/rmap.h>

#include <mm/rmap/anon_vma.h>

static unsigned long address_of_index(const struct vma *vma, pgoff_t index)
{
	return vma->vm_start + ((index - vma->vm_pgoff) << PAGE_SHIFT);
}

unsigned long page_address_in_vma(struct page *page, struct vma *vma)
{
	pgoff_t index = compound_head(page)->index + (page - compound_head(page));
	pgoff_t pages = (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;

	if (index < vma->vm_pgoff || index - vma->vm_pgoff >= pages)
		return -EFAULT;
	return address_of_index(vma, index);
}

/* Does the entry map (or, in migration mode, stand for) the frame? */
static bool pte_is_of(pte_t pte, const struct page *subpage, const struct page *head, const struct page *migrating)
{
	unsigned long pfn = page_to_pfn(migrating ? migrating + (subpage - head) : subpage);

	if (!migrating)
		return pte_present(pte) && !pte_special(pte) && pte_pfn(pte) == pfn;
	return is_swap_pte(pte) && is_migration_entry(pte_to_swp_entry(pte)) &&
	       swp_offset(pte_to_swp_entry(pte)) == pfn;
}

static bool pmd_is_of(pmd_t pmd, const struct page *head, const struct page *migrating)
{
	if (!migrating)
		return pmd_present(pmd) && !pmd_special(pmd) && pmd_page(pmd) == head;
	return is_pmd_migration_entry(pmd) && swp_offset(pmd_to_swp_entry(pmd)) == page_to_pfn(migrating);
}

/* => false: the visitor wants no more. v->ptl is NULL when the visitor has dropped it. */
static bool visit_ptes(struct rmap_visit *v, unsigned long start, unsigned long end, struct page *subpage,
		       pte_t *pte, struct rmap_walk_control *rwc)
{
	unsigned long address;

	for (address = start; address < end; address += PAGE_SIZE, pte++, subpage++) {
		if (!pte_is_of(ptep_get(pte), subpage, v->page, rwc->migrating))
			continue;
		v->address = address;
		v->pte = pte;
		v->subpage = subpage;
		if (!rwc->visit(v, rwc->arg))
			return false;
		if (!v->ptl)
			return true;
	}
	return true;
}

static bool visit_leaf(struct rmap_visit *v, unsigned long address, struct rmap_walk_control *rwc)
{
	if (!pmd_is_of(pmdp_get(v->pmd), v->page, rwc->migrating))
		return true;
	v->address = address & HPAGE_PMD_MASK;
	v->pte = NULL;
	v->subpage = v->page;
	return rwc->visit(v, rwc->arg);
}

/* What one PMD has of [start, end), which begins with subpage. => as visit_ptes */
static bool visit_pmd(struct rmap_visit *v, unsigned long start, unsigned long end, struct page *subpage,
		      struct rmap_walk_control *rwc)
{
	bool more = true;
	pte_t *pte;

	while (!pmd_none(pmdp_get(v->pmd))) {
		v->ptl = pmd_trans_huge_lock(v->pmd);
		if (v->ptl) {
			more = visit_leaf(v, start, rwc);
			break;
		}
		if (!pmd_is_table(pmdp_get(v->pmd)))
			break;
		pte = pte_offset_map_lock(v->pmd, start, &v->ptl);
		if (pte) {
			more = visit_ptes(v, start, end, subpage, pte, rwc);
			break;
		}
		v->ptl = NULL;
	}
	if (v->ptl)
		spin_unlock(v->ptl);
	return more;
}

/* How many 4 KB the walk is for: a page that was just split is walked once for all of its parts. */
static unsigned long pages_of(const struct page *head, const struct rmap_walk_control *rwc)
{
	return rwc->nr_pages ? rwc->nr_pages : compound_nr(head);
}

/* All entries of the page in one area. => false: stop the whole walk */
static bool visit_area(struct page *head, struct vma *vma, struct rmap_walk_control *rwc)
{
	pgoff_t first = max(head->index, vma->vm_pgoff);
	pgoff_t end_index = min(head->index + pages_of(head, rwc),
				vma->vm_pgoff + ((vma->vm_end - vma->vm_start) >> PAGE_SHIFT));
	struct rmap_visit v = { .page = head, .vma = vma };
	unsigned long address = address_of_index(vma, first), end = address_of_index(vma, end_index), next;
	struct page *subpage = head + (first - head->index);

	if (first >= end_index || (rwc->skip_vma && rwc->skip_vma(vma, rwc->arg)))
		return true;
	for (; address < end; subpage += (next - address) >> PAGE_SHIFT, address = next) {
		next = pmd_addr_end(address, end);
		v.pmd = mm_find_pmd(vma->vm_mm, address);
		if (!v.pmd)
			continue;
		v.ptl = NULL;
		if (!visit_pmd(&v, address, next, subpage, rwc))
			return false;
		if (rwc->done && rwc->done(head))
			return true;
	}
	return true;
}

static bool walk_anon(struct page *head, struct rmap_walk_control *rwc)
{
	pgoff_t first = head->index, last = first + pages_of(head, rwc) - 1;
	struct anon_vma_chain *avc;
	struct anon_vma *av;
	bool more = true;

	if (rwc->locked) {
		av = page_anon_vma(head);
	} else if (rwc->migrating) {
		/* Not mapped, so nothing but the caller's reference keeps the anon_vma. */
		av = page_anon_vma(head);
		anon_vma_lock_read(av);
	} else {
		av = page_lock_anon_vma_read(head, rwc->trylock);
		if (!av)
			return !page_mapped(head);
	}
	anon_vma_for_each_area(avc, av, first, last) {
		more = visit_area(head, avc->vma, rwc);
		if (!more || (rwc->done && rwc->done(head)))
			break;
	}
	if (!rwc->locked)
		anon_vma_unlock_read(av);
	return more;
}

static bool walk_file(struct page *head, struct rmap_walk_control *rwc)
{
	struct mapping *mapping = head->mapping;
	struct vma *vma;
	bool more = true;

	if (!mapping)
		return true;
	if (!rwc->locked) {
		if (!rwc->trylock)
			down_read(&mapping->i_mmap_rwsem);
		else if (!down_read_trylock(&mapping->i_mmap_rwsem))
			return false;
	}
	list_for_each_entry(vma, &mapping->i_mmap, i_mmap_node) {
		more = visit_area(head, vma, rwc);
		if (!more || (rwc->done && rwc->done(head)))
			break;
	}
	if (!rwc->locked)
		up_read(&mapping->i_mmap_rwsem);
	return more;
}

bool rmap_walk(struct page *page, struct rmap_walk_control *rwc)
{
	struct page *head = compound_head(page);

	VM_ASSERT(PageLocked(head));
	return PageAnon(head) ? walk_anon(head, rwc) : walk_file(head, rwc);
}
