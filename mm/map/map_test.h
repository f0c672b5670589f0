/* mm/map/map_test.h - an address space of a test's own: mapped, faulted and looked at without any process.
 *
 * All helpers are small enough to be inline; the tests of mm/map and of the faults share them.
 */
#ifndef MM_MAP_MAP_TEST_H
#define MM_MAP_MAP_TEST_H

#include <kernel/debug/ktest.h>
#include <kernel/sched/task.h>
#include <mm/fault/fault.h>
#include <mm/frame/buddy.h>
#include <mm/frame/lru.h>
#include <mm/frame/vmstat.h>
#include <mm/map/map_internal.h>

#define TEST_ANON	(MAP_PRIVATE | MAP_ANONYMOUS)
#define TEST_RW		(PROT_READ | PROT_WRITE)
#define TEST_BASE	0x400000000UL

static inline unsigned long test_map(struct mm *mm, unsigned long addr, unsigned long len, unsigned long flags)
{
	return do_mmap(mm, addr, len, TEST_RW, TEST_ANON | (addr ? MAP_FIXED : 0) | flags, NULL, 0);
}

/* 0, or the VM_FAULT_* error. */
static inline vm_fault_t test_touch(struct mm *mm, unsigned long addr, bool write)
{
	struct vma *vma;
	vm_fault_t ret;

	do {
		mmap_read_lock(mm);
		vma = vma_lookup(mm, addr);
		ret = vma ? handle_mm_fault(vma, addr, write ? FAULT_FLAG_WRITE : 0) : VM_FAULT_SIGSEGV;
		mmap_read_unlock(mm);
	} while (ret & VM_FAULT_RETRY);
	return ret & VM_FAULT_ERROR;
}

static inline pmd_t test_pmd(struct mm *mm, unsigned long addr)
{
	pmd_t *pmd = mm_find_pmd(mm, addr);

	return pmd ? pmdp_get(pmd) : __pmd(0);
}

static inline pte_t test_pte(struct mm *mm, unsigned long addr)
{
	pmd_t pmd = test_pmd(mm, addr);

	return pmd_is_table(pmd) ? ptep_get(pte_offset(pmd, addr)) : __pte(0);
}

/* The 4 KB page mapped at addr, by whatever entry; NULL: none, or a zero page. Not referenced. */
static inline struct page *test_page(struct mm *mm, unsigned long addr)
{
	pmd_t pmd = test_pmd(mm, addr);
	pte_t pte = test_pte(mm, addr);

	if (pmd_present(pmd) && !pmd_is_table(pmd))
		return pmd_special(pmd) ? NULL : pmd_page(pmd) + pte_index(addr);
	return pte_present(pte) && !pte_special(pte) ? pte_page(pte) : NULL;
}

/* What the program would read and write, through the direct map. => the page is there */
static inline u64 *test_word(struct mm *mm, unsigned long addr)
{
	return page_address(test_page(mm, addr)) + (addr & ~PAGE_MASK);
}

/* As a program writes: faults until the entry allows it. */
static inline bool test_write(struct mm *mm, unsigned long addr, u64 value)
{
	if (test_touch(mm, addr, true) || !test_page(mm, addr))
		return false;
	*test_word(mm, addr) = value;
	return true;
}

/* Page tables set aside under the PMD table of addr. */
static inline unsigned int test_deposits(struct mm *mm, unsigned long addr)
{
	pmd_t *pmd = mm_find_pmd(mm, addr);
	struct page *first = pmd ? virt_to_page((void *)((unsigned long)pmd & PAGE_MASK))->mapping : NULL;

	return first ? 1 + list_count_nodes(&first->lru) : 0;
}

/* A huge page at addr (2 MB aligned), written once. false: there was no memory for it */
static inline bool test_huge(struct mm *mm, unsigned long addr)
{
	return do_madvise(mm, addr, HPAGE_PMD_SIZE, MADV_HUGEPAGE) == 0 && test_write(mm, addr, addr) &&
	       pmd_trans_huge(test_pmd(mm, addr));
}

/* The policy that the tests rely on, and back. */
struct test_policy {
	enum thp_enabled enabled;
	enum thp_defrag defrag;
};
static inline struct test_policy test_set_policy(void)
{
	struct test_policy old = { thp_enabled, thp_defrag };

	thp_enabled = THP_MADVISE;
	thp_defrag = THP_DEFRAG_MADVISE;
	return old;
}
static inline void test_restore_policy(struct test_policy old)
{
	thp_enabled = old.enabled;
	thp_defrag = old.defrag;
}

#endif
