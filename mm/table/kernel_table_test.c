/* mm/table/kernel_table_test.c - nothing is writable and executable, and holes in memory are harmless. */
#include <mm/table/walk.h>
#include <kernel/debug/ktest.h>
#include <kernel/x86/address.h>
#include <kernel/x86/usercopy.h>
#include <mm/frame/boot_mem.h>
#include <mm/frame/buddy.h>

struct rights {
	unsigned long leaves, write_exec, user, not_global;
};

static void note_leaf(struct rights *r, u64 e, bool writable, bool executable)
{
	r->leaves++;
	r->write_exec += writable && (e & _PAGE_RW) && executable && !(e & _PAGE_NX);
	r->user += !!(e & _PAGE_USER);
	r->not_global += !(e & _PAGE_GLOBAL);
}

static void note_table(struct rights *r, const u64 *table, unsigned int level, unsigned int first)
{
	for (unsigned int i = first; i < PTRS_PER_TABLE; i++) {
		u64 e = READ_ONCE(table[i]);

		if (!(e & _PAGE_PRESENT))
			continue;
		if (level == 1 || (e & _PAGE_PSE))
			note_leaf(r, e, true, true);
		else
			note_table(r, __va(e & PTE_PFN_MASK), level - 1, 0);
	}
}

KTEST(kernel_table, no_page_is_writable_and_executable_and_none_is_the_users)
{
	struct rights r = { 0 };

	note_table(&r, (u64 *)kernel_pgd, 4, PTRS_PER_TABLE / 2);
	KEXPECT_GT(r.leaves, 100UL);
	KEXPECT_EQ(r.write_exec, 0UL);
	KEXPECT_EQ(r.user, 0UL);
	KEXPECT_EQ(r.not_global, 0UL);
	for (unsigned int i = 0; i < PTRS_PER_TABLE / 2; i++)
		KEXPECT_EQ(kernel_pgd[i].pgd, 0ULL);
}

KTEST(kernel_table, text_and_rodata_cannot_be_written_under_any_address)
{
	static const u64 constant = 42;
	u64 value = 0;

	KEXPECT_EQ(copy_to_kernel_nofault(_text, &value, 1), -EFAULT);
	KEXPECT_EQ(copy_to_kernel_nofault(__va(__pa_symbol(_text)), &value, 1), -EFAULT);
	KEXPECT_EQ(copy_to_kernel_nofault((void *)&constant, &value, 8), -EFAULT);
	KEXPECT_EQ(copy_to_kernel_nofault(__va(__pa_symbol(&constant)), &value, 8), -EFAULT);
	KEXPECT_EQ(copy_from_kernel_nofault(&value, __va(__pa_symbol(&constant)), 8), 0L);
	KEXPECT_EQ(value, 42ULL);
}

KTEST(kernel_table, all_ram_can_be_read_through_the_direct_map)
{
	phys_addr_t start, end;
	u64 word;

	for (unsigned int i = 0; boot_ram_range(i, &start, &end); i++) {
		KEXPECT_EQ(copy_from_kernel_nofault(&word, __va(start), 8), 0L);
		KEXPECT_EQ(copy_from_kernel_nofault(&word, __va(start + (end - start) / 2), 8), 0L);
		KEXPECT_EQ(copy_from_kernel_nofault(&word, __va(end - 8), 8), 0L);
	}
	KEXPECT_EQ(copy_from_kernel_nofault(&word, __va(max(boot_ram_end(), (phys_addr_t)LOW_DIRECT_MAP_SIZE) + PUD_SIZE), 8),
		   -EFAULT);
}

KTEST(kernel_table, every_struct_page_below_max_pfn_can_be_read)
{
	unsigned long unreadable = 0;
	struct page page;

	for (unsigned long pfn = 0; pfn < max_pfn; pfn += 64)
		unreadable += copy_from_kernel_nofault(&page, pfn_to_page(pfn), sizeof(page)) != 0;
	unreadable += copy_from_kernel_nofault(&page, pfn_to_page(max_pfn - 1), sizeof(page)) != 0;
	KEXPECT_EQ(unreadable, 0UL);
}

KTEST(kernel_table, vmalloc_tables_are_made_on_demand_and_a_copy_of_the_pgd_shares_them)
{
	struct page *page = frame_alloc(0, __GFP_ZERO);
	unsigned long va = VMALLOC_END - PMD_SIZE;
	pgd_t *copy = page_address(page);

	kernel_pgd_copy(copy);
	KEXPECT_EQ(kernel_map_prepare(va, va + PAGE_SIZE), 0);
	KASSERT_TRUE(kernel_pte(va));
	KEXPECT(pte_none(ptep_get(kernel_pte(va))));
	KEXPECT_EQ(copy[pgd_index(va)].pgd, kernel_pgd[pgd_index(va)].pgd);
	KEXPECT_EQ(copy[0].pgd, 0ULL);
	KEXPECT(!kernel_pte(VMALLOC_END));
	put_page(page);
}
