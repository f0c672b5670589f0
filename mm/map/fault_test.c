/* mm/map/fault_test.c - faults of 4 KB: entries, references, mapping counts and RSS after each. */
#include <mm/map/map_test.h>

#define PAGES(n) ((unsigned long)(n) << PAGE_SHIFT)

/* Only this mm has the page, by one entry. */
static bool is_alone(struct page *page)
{
	lru_add_drain_all();
	return page && page_count(page) == 1 && page_mapcount(page) == 1 && PageAnonExclusive(page) && PageLRU(page);
}

KTEST(fault, a_read_maps_the_zero_page_and_a_write_replaces_it)
{
	struct mm *mm = mm_alloc();
	unsigned long a = test_map(mm, 0, PAGES(4), 0);
	unsigned long mapped = page_state(NR_ANON_MAPPED);
	pte_t pte;

	KASSERT_TRUE(!IS_ERR_VALUE(a));
	KEXPECT_EQ(test_touch(mm, a, false), 0U);
	pte = test_pte(mm, a);
	KEXPECT(pte_special(pte) && is_zero_pfn(pte_pfn(pte)) && !pte_write(pte));
	KEXPECT_EQ(get_mm_rss(mm), 0UL);
	KEXPECT(test_write(mm, a, 1));
	pte = test_pte(mm, a);
	KEXPECT(pte_write(pte) && pte_dirty(pte) && !pte_special(pte));
	KEXPECT(is_alone(test_page(mm, a)));
	KEXPECT_EQ(test_word(mm, a)[1], 0ULL);
	KEXPECT_EQ(get_mm_counter(mm, MM_ANONPAGES), 1UL);
	KEXPECT_EQ(page_state(NR_ANON_MAPPED), mapped + 1);
	mmput(mm);
	KEXPECT_EQ(page_state(NR_ANON_MAPPED), mapped);
}

KTEST(fault, an_address_outside_is_refused_and_rights_are_checked)
{
	struct mm *mm = mm_alloc();
	unsigned long a = do_mmap(mm, 0, PAGES(2), PROT_READ, TEST_ANON, NULL, 0);
	int code = 0;

	KEXPECT_EQ(fault_in_user(mm, a, 0, &code), 0);
	KEXPECT_EQ(fault_in_user(mm, a, FAULT_FLAG_WRITE, &code), FAULT_SIGSEGV);
	KEXPECT_EQ(code, FAULT_SEGV_ACCERR);
	KEXPECT_EQ(fault_in_user(mm, a, FAULT_FLAG_INSTRUCTION, &code), FAULT_SIGSEGV);
	KEXPECT_EQ(code, FAULT_SEGV_ACCERR);
	KEXPECT_EQ(fault_in_user(mm, a + PAGES(2), 0, &code), FAULT_SIGSEGV);
	KEXPECT_EQ(code, FAULT_SEGV_MAPERR);
	mmput(mm);
}

KTEST(fault, fork_shares_and_the_first_write_copies)
{
	struct mm *parent = mm_alloc(), *child = mm_alloc();
	unsigned long a = test_map(parent, 0, PAGES(2), 0);
	struct page *page;

	KEXPECT(test_write(parent, a, 0x1111));
	page = test_page(parent, a);
	KEXPECT_EQ(dup_mmap(child, parent), 0);
	KEXPECT(test_page(child, a) == page);
	KEXPECT(!pte_write(test_pte(parent, a)) && !pte_write(test_pte(child, a)));
	KEXPECT(!PageAnonExclusive(page));
	KEXPECT_EQ(page_mapcount(page), 2);
	KEXPECT_EQ(get_mm_counter(child, MM_ANONPAGES), 1UL);
	/* the child gets a copy of its own */
	KEXPECT(test_write(child, a, 0x2222));
	KEXPECT(test_page(child, a) != page);
	KEXPECT(is_alone(test_page(child, a)));
	KEXPECT_EQ(*test_word(parent, a), 0x1111ULL);
	KEXPECT_EQ(page_mapcount(page), 1);
	/* the parent is alone now, and takes the page over without copying */
	KEXPECT(test_write(parent, a, 0x3333));
	KEXPECT(test_page(parent, a) == page && is_alone(page));
	KEXPECT_EQ(*test_word(child, a), 0x2222ULL);
	mmput(child);
	mmput(parent);
}

KTEST(fault, a_page_with_another_reference_is_copied_not_reused)
{
	struct mm *parent = mm_alloc(), *child = mm_alloc();
	unsigned long a = test_map(parent, 0, PAGES(1), 0);
	struct page *page;

	KEXPECT(test_write(parent, a, 7));
	KEXPECT_EQ(dup_mmap(child, parent), 0);
	page = test_page(parent, a);
	get_page(page);
	mmput(child);
	KEXPECT(test_write(parent, a, 8));
	KEXPECT(test_page(parent, a) != page);
	KEXPECT_EQ(*(u64 *)page_address(page), 7ULL);
	KEXPECT_EQ(page_mapcount(page), 0);
	put_page(page);
	mmput(parent);
}

KTEST(fault, mprotect_takes_the_right_to_write_and_gives_it_back)
{
	struct mm *mm = mm_alloc();
	unsigned long a = test_map(mm, 0, PAGES(8), 0);

	KEXPECT(test_write(mm, a + PAGES(3), 5));
	KEXPECT_EQ(do_mprotect(mm, a + PAGES(2), PAGES(3), PROT_READ), 0);
	KEXPECT(!pte_write(test_pte(mm, a + PAGES(3))));
	KEXPECT_EQ(mm->map_count, 3U);
	KEXPECT_EQ(do_mprotect(mm, a + PAGES(2), PAGES(3), PROT_NONE), 0);
	KEXPECT(pte_present(test_pte(mm, a + PAGES(3))) && !(test_pte(mm, a + PAGES(3)).pte & _PAGE_PRESENT));
	KEXPECT_EQ(do_mprotect(mm, a, PAGES(8), TEST_RW), 0);
	KEXPECT_EQ(mm->map_count, 1U);
	/* it was ours alone and dirty: writable at once */
	KEXPECT(pte_write(test_pte(mm, a + PAGES(3))));
	KEXPECT_EQ(*test_word(mm, a + PAGES(3)), 5ULL);
	KEXPECT_EQ(do_mprotect(mm, a, PAGES(9), PROT_READ), -ENOMEM);
	KEXPECT_EQ(do_mprotect(mm, a + 1, PAGES(1), PROT_READ), -EINVAL);
	mmput(mm);
}

KTEST(fault, munmap_frees_pages_and_tables)
{
	unsigned long tables = page_state(NR_PAGETABLE), anon = page_state(NR_ANON_MAPPED);
	struct mm *mm = mm_alloc();
	unsigned long a = test_map(mm, TEST_BASE, PAGES(1024), 0);

	for (unsigned long i = 0; i < 1024; i += 8)
		KEXPECT(test_write(mm, a + PAGES(i), i));
	KEXPECT_EQ(get_mm_rss(mm), 128UL);
	KEXPECT_EQ(do_munmap(mm, a + PAGES(16), PAGES(1000)), 0);
	KEXPECT_EQ(get_mm_rss(mm), 3UL);
	KEXPECT_EQ(mm->map_count, 2U);
	KEXPECT_EQ(do_munmap(mm, a, PAGES(1024)), 0);
	KEXPECT_EQ(get_mm_rss(mm), 0UL);
	KEXPECT_EQ(mm->map_count, 0U);
	KEXPECT_EQ(atomic_long_read(&mm->pgtables_bytes), 0L);
	KEXPECT_EQ(page_state(NR_PAGETABLE), tables);
	KEXPECT_EQ(page_state(NR_ANON_MAPPED), anon);
	mmput(mm);
}

KTEST(fault, dontneed_forgets_and_reads_zero_again)
{
	struct mm *mm = mm_alloc();
	unsigned long a = test_map(mm, 0, PAGES(4), 0);

	KEXPECT(test_write(mm, a, 9));
	KEXPECT_EQ(do_madvise(mm, a, PAGES(4), MADV_DONTNEED), 0);
	KEXPECT(pte_none(test_pte(mm, a)));
	KEXPECT_EQ(get_mm_rss(mm), 0UL);
	KEXPECT(test_write(mm, a + 8, 1));
	KEXPECT_EQ(*test_word(mm, a), 0ULL);
	KEXPECT_EQ(do_madvise(mm, a, PAGES(4), 12345), -EINVAL);
	KEXPECT_EQ(do_madvise(mm, a + 1, PAGES(1), MADV_DONTNEED), -EINVAL);
	KEXPECT_EQ(do_madvise(mm, a, PAGES(5), MADV_DONTNEED), -ENOMEM);
	mmput(mm);
}

KTEST(fault, mremap_moves_pages_and_the_reverse_map_still_finds_them)
{
	struct mm *mm = mm_alloc();
	unsigned long a = test_map(mm, TEST_BASE, PAGES(16), 0), b;
	struct page *page;
	struct vma *vma;

	for (unsigned long i = 0; i < 16; i++)
		KEXPECT(test_write(mm, a + PAGES(i), i));
	page = test_page(mm, a + PAGES(5));
	b = do_mremap(mm, a + PAGES(4), PAGES(4), PAGES(8), MREMAP_MAYMOVE, 0);
	KASSERT_TRUE(!IS_ERR_VALUE(b));
	KEXPECT(b < a || b >= a + PAGES(16));
	KEXPECT(test_page(mm, b + PAGES(1)) == page);
	KEXPECT_EQ(*test_word(mm, b + PAGES(3)), 7ULL);
	KEXPECT(pte_none(test_pte(mm, a + PAGES(5))));
	KEXPECT(!vma_lookup(mm, a + PAGES(4)) && vma_lookup(mm, a + PAGES(8)));
	vma = vma_lookup(mm, b);
	KEXPECT_EQ(page_address_in_vma(page, vma), b + PAGES(1));
	KEXPECT_EQ(get_mm_rss(mm), 16UL);
	KEXPECT_EQ(mm->total_vm, 20UL);
	/* shrink, then grow where it is */
	KEXPECT_EQ(do_mremap(mm, b, PAGES(8), PAGES(2), 0, 0), b);
	KEXPECT_EQ(do_mremap(mm, b, PAGES(2), PAGES(4), 0, 0), b);
	KEXPECT_EQ(do_mremap(mm, b, PAGES(1), PAGES(2), 0, 0), (unsigned long)-ENOMEM);
	KEXPECT_EQ(do_mremap(mm, TEST_BASE - PAGES(100), PAGES(1), PAGES(2), 0, 0), (unsigned long)-EFAULT);
	mmput(mm);
}

KTEST(fault, mremap_dontunmap_leaves_an_empty_area)
{
	struct mm *mm = mm_alloc();
	unsigned long a = test_map(mm, TEST_BASE, PAGES(4), 0), b;

	KEXPECT(test_write(mm, a, 77));
	b = do_mremap(mm, a, PAGES(4), PAGES(4), MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0);
	KASSERT_TRUE(!IS_ERR_VALUE(b));
	KEXPECT_EQ(*test_word(mm, b), 77ULL);
	KEXPECT(vma_lookup(mm, a) && pte_none(test_pte(mm, a)));
	KEXPECT(test_write(mm, a, 1));
	KEXPECT_EQ(*test_word(mm, b), 77ULL);
	mmput(mm);
}

KTEST(fault, committed_memory_is_given_back)
{
	long before = atomic_long_read(&vm_committed_as);
	struct mm *mm = mm_alloc(), *child = mm_alloc();
	unsigned long a = test_map(mm, TEST_BASE, PAGES(16), 0);

	KEXPECT_EQ(atomic_long_read(&vm_committed_as), before + 16);
	KEXPECT_EQ(dup_mmap(child, mm), 0);
	KEXPECT_EQ(atomic_long_read(&vm_committed_as), before + 32);
	a = do_mremap(mm, a, PAGES(16), PAGES(64), MREMAP_MAYMOVE | MREMAP_FIXED, TEST_BASE + PAGES(4096));
	KEXPECT(!IS_ERR_VALUE(a));
	KEXPECT_EQ(atomic_long_read(&vm_committed_as), before + 80);
	KEXPECT_EQ(do_munmap(mm, a + PAGES(10), PAGES(10)), 0);
	KEXPECT_EQ(atomic_long_read(&vm_committed_as), before + 70);
	mmput(child);
	mmput(mm);
	KEXPECT_EQ(atomic_long_read(&vm_committed_as), before);
}

KTEST(fault, mmap_refuses_as_linux_does)
{
	struct mm *mm = mm_alloc();
	unsigned long a = test_map(mm, TEST_BASE, PAGES(2), 0);

	KEXPECT_EQ(do_mmap(mm, 0, 0, TEST_RW, TEST_ANON, NULL, 0), (unsigned long)-EINVAL);
	KEXPECT_EQ(do_mmap(mm, 0, PAGES(1), TEST_RW, MAP_ANONYMOUS, NULL, 0), (unsigned long)-EINVAL);
	KEXPECT_EQ(do_mmap(mm, 0, ~0UL, TEST_RW, TEST_ANON, NULL, 0), (unsigned long)-ENOMEM);
	KEXPECT_EQ(do_mmap(mm, 0, 1UL << 48, TEST_RW, TEST_ANON, NULL, 0), (unsigned long)-ENOMEM);
	KEXPECT_EQ(do_mmap(mm, a + 5, PAGES(1), TEST_RW, TEST_ANON | MAP_FIXED, NULL, 0), (unsigned long)-EINVAL);
	KEXPECT_EQ(do_mmap(mm, 0x1000, PAGES(1), TEST_RW, TEST_ANON | MAP_FIXED, NULL, 0), (unsigned long)-EPERM);
	KEXPECT_EQ(do_mmap(mm, a, PAGES(1), TEST_RW, TEST_ANON | MAP_FIXED_NOREPLACE, NULL, 0), (unsigned long)-EEXIST);
	KEXPECT_EQ(do_munmap(mm, a + 1, PAGES(1)), -EINVAL);
	KEXPECT_EQ(do_munmap(mm, a, 0), -EINVAL);
	KEXPECT_EQ(do_munmap(mm, TEST_BASE * 2, PAGES(1)), 0);
	a = do_mmap(mm, 0, PAGES(1), TEST_RW, TEST_ANON | MAP_32BIT, NULL, 0);
	KEXPECT(a >= 0x40000000 && a < 0x80000000);
	mmput(mm);
}

KTEST(fault, brk_moves_both_ways_and_stops_at_a_neighbour)
{
	struct mm *mm = mm_alloc();

	mm->start_brk = mm->brk = TEST_BASE + 0x123;
	KEXPECT_EQ(do_brk(mm, 0), TEST_BASE + 0x123);
	KEXPECT_EQ(do_brk(mm, TEST_BASE + PAGES(4)), TEST_BASE + PAGES(4));
	KEXPECT(test_write(mm, TEST_BASE + PAGES(3), 3));
	KEXPECT_EQ(do_brk(mm, TEST_BASE + PAGES(2)), TEST_BASE + PAGES(2));
	KEXPECT_EQ(get_mm_rss(mm), 0UL);
	KEXPECT_EQ(do_brk(mm, TEST_BASE), TEST_BASE + PAGES(2));
	test_map(mm, TEST_BASE + PAGES(10), PAGES(1), 0);
	KEXPECT_EQ(do_brk(mm, TEST_BASE + PAGES(9)), TEST_BASE + PAGES(9));
	KEXPECT_EQ(do_brk(mm, TEST_BASE + PAGES(10)), TEST_BASE + PAGES(9));
	KEXPECT_EQ(mm->map_count, 2U);
	mmput(mm);
}

KTEST(fault, mlock_makes_pages_unevictable_and_munlock_undoes_it)
{
	unsigned long locked = page_state(NR_MLOCK);
	struct mm *mm = mm_alloc();
	unsigned long a = test_map(mm, 0, PAGES(4), 0);

	KEXPECT(test_write(mm, a, 1));
	KEXPECT_EQ(do_mlock(mm, a, PAGES(4), VM_LOCKED), 0);
	KEXPECT_EQ(mm->locked_vm, 4UL);
	KEXPECT_EQ(get_mm_rss(mm), 4UL);
	KEXPECT_EQ(page_state(NR_MLOCK), locked + 4);
	KEXPECT(PageMlocked(test_page(mm, a)) && PageUnevictable(test_page(mm, a)));
	KEXPECT(PageMlocked(test_page(mm, a + PAGES(3))));
	KEXPECT_EQ(do_munlock(mm, a, PAGES(2)), 0);
	KEXPECT(!PageMlocked(test_page(mm, a)) && !PageUnevictable(test_page(mm, a)));
	KEXPECT_EQ(mm->locked_vm, 2UL);
	KEXPECT_EQ(do_mlock(mm, a + PAGES(3), PAGES(3), VM_LOCKED), -ENOMEM);
	mmput(mm);
	KEXPECT_EQ(page_state(NR_MLOCK), locked);
}
