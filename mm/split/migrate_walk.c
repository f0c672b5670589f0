/* mm/split/migrate_walk.c - all mappings of a page become migration entries, and mappings again.
 *
 * Linux: try_to_migrate in mm/rmap.c, remove_migration_ptes in mm/migrate.c.
 */
#include <mm/split/migration_entry.h>
#include <mm/split/split.h>
#include <kernel/lib/string.h>

struct migrate_walk {
	struct tlb_ubc	*ubc;
	bool		split_pmds;
};

/* => the page is exclusively mapped here; not marked as such any more: the entry keeps it */
static bool take_exclusive(struct page *page)
{
	bool exclusive = PageAnonExclusive(page);

	if (exclusive)
		ClearPageAnonExclusive(page);
	return exclusive;
}

/*
 * Flushed at once: before anything of 4 KB can be mapped at these addresses, no CPU may have a translation of 2 MB.
 */
static void migrate_pmd(struct rmap_visit *v)
{
	pmd_t old = pmdp_invalidate(v->pmd);

	flush_pmd_tlb_range(v->vma->vm_mm, v->address, v->address + HPAGE_PMD_SIZE);
	if (pmd_dirty(old))
		SetPageDirty(v->page);
	set_pmd(v->pmd, make_migration_pmd(v->page, old, take_exclusive(v->page)));
	page_remove_rmap(v->page, v->vma, RMAP_PMD);
	put_page(v->page);
}

static bool migrate_visit(struct rmap_visit *v, void *arg)
{
	const struct migrate_walk *walk = arg;
	pte_t old;

	if (!v->pte && walk->split_pmds) {
		split_huge_pmd_locked(v->vma, v->pmd, v->address, true);
		return true;
	}
	if (!v->pte) {
		migrate_pmd(v);
		return true;
	}
	old = ptep_clear(v->pte);
	set_tlb_ubc_flush_pending(walk->ubc, v->vma->vm_mm, pte_dirty(old));
	if (pte_dirty(old))
		SetPageDirty(v->page);
	set_pte_at(v->pte, make_migration_pte(v->subpage, old, take_exclusive(v->subpage)));
	page_remove_rmap(v->subpage, v->vma, RMAP_PTE);
	put_page(v->page);
	return true;
}

static bool nothing_mapped(struct page *page)
{
	return !page_mapped(page);
}

bool try_to_migrate(struct page *page, bool have_anon_vma, bool split_pmds, struct tlb_ubc *batch)
{
	struct tlb_ubc own = { };
	struct migrate_walk walk = { .ubc = batch ? batch : &own, .split_pmds = split_pmds };
	struct rmap_walk_control rwc = {
		.arg = &walk, .visit = migrate_visit, .done = nothing_mapped, .locked = have_anon_vma,
	};

	VM_ASSERT(PageLocked(page) && !PageTail(page));
	rmap_walk(page, &rwc);
	try_to_unmap_flush(&own);
	return !page_mapped(page);
}

static bool is_exclusive(swp_entry_t entry)
{
	return swp_type(entry) == SWP_MIGRATION_WRITE || swp_type(entry) == SWP_MIGRATION_READ_EXCLUSIVE;
}

/*
 * A part that holds nothing but zeroes is not worth a page: nobody can write to it now, and the first who will gets a new one.
 * Not where it has to stay in memory, nor where the disk has a copy of it that the swap cache keeps.
 */
static bool try_to_map_unused_to_zeropage(struct rmap_visit *v)
{
	pte_t pte = pte_mkspecial(pte_wrprotect(pfn_pte(zero_pfn, vm_get_page_prot(v->vma->vm_flags))));

	if (v->vma->vm_flags & VM_LOCKED || PageMlocked(v->subpage) || PageSwapCache(v->subpage) ||
	    memchr_inv(page_address(v->subpage), 0, PAGE_SIZE))
		return false;
	if (pte_swp_soft_dirty(ptep_get(v->pte)))
		pte.pte |= _PAGE_SOFT_DIRTY;
	set_pte_at(v->pte, pte);
	atomic_long_sub(1, &v->vma->vm_mm->rss[MM_ANONPAGES]);
	return true;
}

static bool restore_visit(struct rmap_visit *v, void *arg)
{
	enum rmap_level level = v->pte ? RMAP_PTE : RMAP_PMD;
	const unsigned int *rmp_flags = arg;
	swp_entry_t entry = v->pte ? pte_to_swp_entry(ptep_get(v->pte)) : pmd_to_swp_entry(pmdp_get(v->pmd));

	if (*rmp_flags & RMP_USE_SHARED_ZEROPAGE && v->pte && try_to_map_unused_to_zeropage(v))
		return true;
	get_page(v->subpage);
	if (PageAnon(v->page))
		page_add_anon_rmap(v->subpage, v->vma, v->address, is_exclusive(entry) ? RMAP_EXCLUSIVE : 0, level);
	else
		page_add_file_rmap(v->subpage, level);
	if (v->pte)
		set_pte_at(v->pte, restore_migration_pte(v->subpage, v->vma, ptep_get(v->pte)));
	else
		set_pmd(v->pmd, restore_migration_pmd(v->page, v->vma, pmdp_get(v->pmd)));
	if (v->vma->vm_flags & VM_LOCKED)
		mlock_page(v->subpage);
	return true;
}

void remove_migration_ptes(const struct page *from, struct page *page, unsigned int nr_pages, unsigned int rmp_flags)
{
	struct rmap_walk_control rwc = {
		.visit = restore_visit, .arg = &rmp_flags, .migrating = from, .locked = rmp_flags & RMP_LOCKED,
		.nr_pages = nr_pages,
	};

	VM_ASSERT(PageLocked(page) && !PageTail(page));
	rmap_walk(page, &rwc);
}
