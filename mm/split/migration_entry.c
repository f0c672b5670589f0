/* mm/split/migration_entry.c - the format of migration entries. See mm/split/migration_entry.h.
 *
 * Linux: include/linux/swapops.h.
 */
#include <mm/split/migration_entry.h>

#define MARKS	(_PAGE_SWP_SOFT_DIRTY | _PAGE_MIG_YOUNG | _PAGE_MIG_DIRTY)

pte_t make_migration_pte(struct page *subpage, pte_t old, bool exclusive)
{
	unsigned int type = pte_write(old) ? SWP_MIGRATION_WRITE :
			    exclusive ? SWP_MIGRATION_READ_EXCLUSIVE : SWP_MIGRATION_READ;
	pte_t pte = swp_entry_to_pte(swp_entry(type, page_to_pfn(subpage)));

	if (pte_young(old))
		pte.pte |= _PAGE_MIG_YOUNG;
	if (pte_dirty(old))
		pte.pte |= _PAGE_MIG_DIRTY;
	if (pte_soft_dirty(old))
		pte = pte_swp_mksoft_dirty(pte);
	return pte;
}

pte_t restore_migration_pte(struct page *page, struct vma *vma, pte_t entry)
{
	pte_t pte = mk_pte(page, vm_get_page_prot(vma->vm_flags));

	/* mprotect changes the area's flags first and the entries then: the flags may already allow less. */
	if (is_writable_migration_entry(pte_to_swp_entry(entry)) && (vma->vm_flags & VM_WRITE))
		pte = pte_mkwrite(pte);
	else
		pte = pte_wrprotect(pte);
	pte = entry.pte & _PAGE_MIG_YOUNG ? pte_mkyoung(pte) : pte_mkold(pte);
	if (entry.pte & _PAGE_MIG_DIRTY)
		pte.pte |= _PAGE_DIRTY;
	if (pte_swp_soft_dirty(entry))
		pte.pte |= _PAGE_SOFT_DIRTY;
	return pte;
}

/* All bits but that of the size mean the same. */
pmd_t make_migration_pmd(struct page *page, pmd_t old, bool exclusive)
{
	return __pmd(make_migration_pte(page, __pte(old.pmd & ~_PAGE_PSE), exclusive).pte);
}

pmd_t restore_migration_pmd(struct page *page, struct vma *vma, pmd_t entry)
{
	return pmd_mkhuge(__pmd(restore_migration_pte(page, vma, __pte(entry.pmd)).pte));
}

pte_t migration_pte_with(pte_t entry, unsigned int type)
{
	return __pte(swp_entry_to_pte(swp_entry(type, swp_offset(pte_to_swp_entry(entry)))).pte | (entry.pte & MARKS));
}
