/* mm/split/migrate_walk.c - all mappings of a page become migration entries, and mappings again.
 *
 * Linux: try_to_migrate in mm/rmap.c, remove_migration_ptes in mm/migrate.c.
 */
#include <mm/split/migration_entry.h>
#include <mm/split/split.h>

static bool migrate_visit(struct rmap_visit *v, void *arg)
{
	struct tlb_ubc *ubc = arg;
	bool exclusive;
	pte_t old;

	if (!v->pte) {
		split_huge_pmd_locked(v->vma, v->pmd, v->address, true);
		return true;
	}
	old = ptep_clear(v->pte);
	set_tlb_ubc_flush_pending(ubc, v->vma->vm_mm, pte_dirty(old));
	if (pte_dirty(old))
		SetPageDirty(v->page);
	exclusive = PageAnonExclusive(v->subpage);
	if (exclusive)
		ClearPageAnonExclusive(v->subpage);
	set_pte_at(v->pte, make_migration_pte(v->subpage, old, exclusive));
	page_remove_rmap(v->subpage, v->vma, RMAP_PTE);
	put_page(v->page);
	return true;
}

static bool nothing_mapped(struct page *page)
{
	return !page_mapped(page);
}

bool try_to_migrate(struct page *page, bool have_anon_vma, struct tlb_ubc *batch)
{
	struct tlb_ubc own = { };
	struct rmap_walk_control rwc = {
		.arg = batch ? batch : &own, .visit = migrate_visit, .done = nothing_mapped, .locked = have_anon_vma,
	};

	VM_ASSERT(PageLocked(page) && !PageTail(page));
	rmap_walk(page, &rwc);
	try_to_unmap_flush(&own);
	return !page_mapped(page);
}

static bool restore_visit(struct rmap_visit *v, void *arg __unused)
{
	pte_t entry = ptep_get(v->pte);
	unsigned int type = swp_type(pte_to_swp_entry(entry));
	bool exclusive = type == SWP_MIGRATION_WRITE || type == SWP_MIGRATION_READ_EXCLUSIVE;

	get_page(v->subpage);
	page_add_anon_rmap(v->subpage, v->vma, v->address, exclusive ? RMAP_EXCLUSIVE : 0, RMAP_PTE);
	set_pte_at(v->pte, restore_migration_pte(v->subpage, v->vma, entry));
	if (v->vma->vm_flags & VM_LOCKED)
		mlock_page(v->subpage);
	return true;
}

void remove_migration_ptes(const struct page *from, struct page *page, unsigned int nr_pages, bool have_anon_vma)
{
	struct rmap_walk_control rwc = {
		.visit = restore_visit, .migrating = from, .locked = have_anon_vma, .nr_pages = nr_pages,
	};

	VM_ASSERT(PageLocked(page) && !PageTail(page));
	rmap_walk(page, &rwc);
}
