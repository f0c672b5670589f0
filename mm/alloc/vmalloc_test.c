/* mm/alloc/vmalloc_test.c - areas do not touch, their ends fault, and their frames come back. */
#include <mm/alloc/vmalloc.h>
#include <kernel/debug/ktest.h>
#include <kernel/lib/random.h>
#include <kernel/lib/string.h>
#include <kernel/x86/usercopy.h>
#include <mm/alloc/page_alloc.h>
#include <mm/alloc/slab.h>
#include <mm/frame/vmstat.h>
#include <mm/table/walk.h>

#define AREAS	64

KTEST(vmalloc, the_pages_around_an_area_are_not_there)
{
	u8 *p = vmalloc(3 * PAGE_SIZE - 100), byte = 1;

	KASSERT_TRUE(p);
	KEXPECT(is_vmalloc_addr(p) && IS_ALIGNED((unsigned long)p, PAGE_SIZE));
	memset(p, 7, 3 * PAGE_SIZE);
	KEXPECT_EQ(copy_from_kernel_nofault(&byte, p + 3 * PAGE_SIZE - 1, 1), 0L);
	KEXPECT_EQ(byte, 7);
	KEXPECT_EQ(copy_to_kernel_nofault(p + 3 * PAGE_SIZE, &byte, 1), -EFAULT);
	KEXPECT_EQ(copy_to_kernel_nofault(p - 1, &byte, 1), -EFAULT);
	KEXPECT(vmalloc_to_page(p) && vmalloc_to_page(p) != vmalloc_to_page(p + PAGE_SIZE));
	KEXPECT(!vmalloc_to_page(p + 3 * PAGE_SIZE));
	vfree(p);
	KEXPECT_EQ(copy_from_kernel_nofault(&byte, p, 1), -EFAULT);
	KEXPECT(!vmalloc(0));
	KEXPECT(!vmalloc(1UL << 46));
	vfree(NULL);
}

static struct {
	u64	*p;
	size_t	words;
	u64	stamp;
} areas_in_use[AREAS];

static bool release_area(unsigned int i)
{
	bool right = areas_in_use[i].p[0] == areas_in_use[i].stamp &&
		     areas_in_use[i].p[areas_in_use[i].words - 1] == areas_in_use[i].stamp + 1;

	vfree(areas_in_use[i].p);
	areas_in_use[i].p = NULL;
	return right;
}

KTEST(vmalloc, random_areas_never_overlap_and_low_addresses_are_used_again)
{
	unsigned long before, wrong = 0, highest = 0, state = page_state(NR_VMALLOC);

	slab_drain_all();
	before = nr_free_pages();
	for (unsigned int round = 0; round < 3000; round++) {
		unsigned int i = get_random_below(AREAS);

		if (areas_in_use[i].p) {
			wrong += !release_area(i);
			continue;
		}
		areas_in_use[i].words = (1 + get_random_below(20)) * PAGE_SIZE / 8 - get_random_below(100);
		areas_in_use[i].p = vzalloc(areas_in_use[i].words * 8);
		if (!areas_in_use[i].p)
			continue;
		wrong += areas_in_use[i].p[areas_in_use[i].words - 1] != 0;
		areas_in_use[i].stamp = get_random_u64();
		areas_in_use[i].p[0] = areas_in_use[i].stamp;
		areas_in_use[i].p[areas_in_use[i].words - 1] = areas_in_use[i].stamp + 1;
		highest = max(highest, (unsigned long)areas_in_use[i].p);
	}
	for (unsigned int i = 0; i < AREAS; i++)
		if (areas_in_use[i].p)
			wrong += !release_area(i);
	KEXPECT_EQ(wrong, 0UL);
	KEXPECT_EQ(page_state(NR_VMALLOC), state);
	/* First fit: all of them ever alive together, and not more than twice that. */
	KEXPECT_LT(highest - VMALLOC_START, 2 * AREAS * 21 * PAGE_SIZE + PMD_SIZE);
	slab_drain_all();
	KEXPECT_LE(before - min(before, nr_free_pages()), 4UL);	/* page tables of the range stay */
}

KTEST(vmalloc, a_stack_is_mapped_guarded_and_used_again)
{
	unsigned long kb = page_state(NR_KERNEL_STACK_KB);
	u8 *stack = kernel_stack_alloc(), byte = 0;
	void *many[50];
	unsigned int nr = 0;

	KASSERT_TRUE(stack);
	KEXPECT_EQ(page_state(NR_KERNEL_STACK_KB) - kb, 16UL);
	memset(stack, 0, KERNEL_STACK_SIZE);
	KEXPECT_EQ(copy_to_kernel_nofault(stack - 1, &byte, 1), -EFAULT);
	KEXPECT_EQ(copy_to_kernel_nofault(stack + KERNEL_STACK_SIZE, &byte, 1), -EFAULT);
	kernel_stack_free(stack);
	KEXPECT(kernel_stack_alloc() == stack);
	kernel_stack_free(stack);

	while (nr < ARRAY_SIZE(many) && (many[nr] = kernel_stack_alloc()))
		nr++;
	while (nr)
		kernel_stack_free(many[--nr]);
	KEXPECT_EQ(page_state(NR_KERNEL_STACK_KB), kb);
	kernel_stack_drain();
	KEXPECT_EQ(copy_from_kernel_nofault(&byte, stack, 1), -EFAULT);
}

KTEST(vmalloc, device_memory_is_mapped_uncached_at_its_offset)
{
	/* Where there is surely neither RAM nor a device. */
	phys_addr_t pa = (1ULL << 45) + 0x123;
	unsigned long va = (unsigned long)vmalloc_ioremap(pa, 2 * PAGE_SIZE);
	pte_t pte;

	KASSERT_TRUE(va);
	KEXPECT_EQ(va & ~PAGE_MASK, 0x123UL);
	pte = ptep_get(kernel_pte(va));
	KEXPECT_EQ(pte_pfn(pte), PHYS_PFN(pa));
	KEXPECT(pte.pte & _PAGE_PCD);
	KEXPECT(pte.pte & _PAGE_NX);
	KEXPECT_EQ(pte_pfn(ptep_get(kernel_pte(va + 2 * PAGE_SIZE))), PHYS_PFN(pa) + 2);
}
