/* mm/table/entry_test.c - entries mean what they say, and tables that were set aside come back. */
#include <mm/table/entry.h>
#include <kernel/debug/ktest.h>
#include <mm/frame/buddy.h>
#include <mm/table/walk.h>

KTEST(entry, a_swap_entry_survives_the_trip_through_a_pte_and_never_looks_present)
{
	static const u64 offsets[] = { 1, 2, 511, 512, 0x12345678, BIT(50) - 2 };

	for (unsigned int type = 0; type <= SWP_MIGRATION_WRITE; type++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(offsets); i++) {
			swp_entry_t entry = swp_entry(type, offsets[i]), back;
			pte_t pte = swp_entry_to_pte(entry);

			KEXPECT(!pte_present(pte) && !pte_none(pte) && is_swap_pte(pte));
			KEXPECT(!(pte.pte & (_PAGE_PSE | _PAGE_GLOBAL)));
			pte = pte_swp_mkexclusive(pte_swp_mksoft_dirty(pte));
			KEXPECT(!pte_present(pte) && pte_swp_exclusive(pte) && pte_swp_soft_dirty(pte));
			back = pte_to_swp_entry(pte);
			KEXPECT_EQ(swp_type(back), type);
			KEXPECT_EQ(swp_offset(back), offsets[i]);
			KEXPECT_EQ(is_migration_entry(back), type >= SWP_MIGRATION_READ);
		}
	}
}

KTEST(entry, private_areas_are_mapped_read_only_and_data_is_never_executable)
{
	for (unsigned long flags = 0; flags < 16; flags++) {
		u64 bits = vm_get_page_prot(flags).bits;

		KEXPECT_EQ(!(bits & _PAGE_NX), !!(flags & VM_EXEC));
		KEXPECT_EQ(!!(bits & _PAGE_RW), (flags & VM_SHARED) && (flags & VM_WRITE));
		KEXPECT(pte_present(__pte(bits)));
		KEXPECT_EQ(!!(bits & _PAGE_PRESENT), (flags & (VM_READ | VM_WRITE | VM_EXEC)) != 0);
	}
}

KTEST(entry, changing_rights_keeps_frame_and_history)
{
	pte_t pte = pte_mkdirty(pfn_pte(0x12345, vm_get_page_prot(VM_READ | VM_WRITE | VM_SHARED)));
	pte_t none = pte_modify(pte, vm_get_page_prot(0));

	KEXPECT(pte_present(none) && !(none.pte & _PAGE_PRESENT) && pte_dirty(none));
	KEXPECT_EQ(pte_pfn(none), 0x12345UL);
	KEXPECT(pte_same(pte_modify(none, vm_get_page_prot(VM_READ | VM_WRITE | VM_SHARED)), pte));
}

static struct page *new_table(void)
{
	struct page *page = frame_alloc(0, __GFP_ZERO);

	table_page_init(page);
	return page;
}

KTEST(deposit, tables_come_back_in_the_order_in_which_they_went)
{
	struct page *pmds = new_table(), *tables[5];
	pmd_t *pmd = page_address(pmds);
	spinlock_t *ptl = pmd_lock(pmd);

	for (unsigned int i = 0; i < 3; i++)
		pgtable_trans_huge_deposit(pmd + i, tables[i] = new_table());
	KEXPECT(pgtable_trans_huge_withdraw(pmd + 7) == tables[0]);
	for (unsigned int i = 3; i < 5; i++)
		pgtable_trans_huge_deposit(pmd + 100, tables[i] = new_table());
	for (unsigned int i = 1; i < 5; i++)
		KEXPECT(pgtable_trans_huge_withdraw(pmd) == tables[i]);
	KEXPECT(!pmds->mapping);
	spin_unlock(ptl);
	for (unsigned int i = 0; i < 5; i++)
		table_page_free(tables[i]);
	table_page_free(pmds);
}

KTEST(walk, a_pte_is_found_locked_and_entries_in_use_are_counted)
{
	struct page *pmds = new_table(), *table = new_table();
	pmd_t *pmd = (pmd_t *)page_address(pmds) + 3;
	spinlock_t *ptl;
	pte_t *pte;

	KEXPECT(!pte_offset_map_lock(pmd, 0x1000, &ptl));
	pmd_populate(pmd, table);
	pte = pte_offset_map_lock(pmd, 0x5000, &ptl);
	KASSERT_TRUE(pte);
	KEXPECT(ptl == &table->ptl && spin_is_held(ptl));
	KEXPECT(pte == (pte_t *)page_address(table) + 5);
	set_pte_at(pte, pfn_pte(77, vm_get_page_prot(VM_READ)));
	set_pte_at(pte, pfn_pte(78, vm_get_page_prot(VM_READ)));
	KEXPECT_EQ(table->table_used, 1U);
	KEXPECT_EQ(pte_pfn(ptep_clear(pte)), 78UL);
	ptep_clear(pte);
	KEXPECT_EQ(table->table_used, 0U);
	pte_unmap_unlock(pte, ptl);
	KEXPECT(!pmd_trans_huge_lock(pmd));
	table_page_free(table);
	table_page_free(pmds);
}
