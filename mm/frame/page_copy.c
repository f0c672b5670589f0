/* mm/frame/page_copy.c - zero and copy whole pages.
 *
 * `rep stosq` and `rep movsq` are the fewest instructions and, on real processors, the widest stores. But an emulator that
 * keeps a small direct-mapped TLB (QEMU without KVM) looks source and destination up in the same entry when their
 * addresses differ by a multiple of 2 MB, and then each of the 512 steps evicts the other's: ten times slower. Such pairs,
 * the rule for huge pages, are copied in batches of eight registers.
 *
 * Linux: arch/x86/lib/clear_page_64.S, copy_page_64.S; mm/memory.c (clear_huge_page).
 */
#include <mm/frame/page.h>
#include <kernel/sched/task.h>

void clear_page(void *page)
{
	unsigned long count = PAGE_SIZE / 8;

	asm volatile("rep stosq" : "+D"(page), "+c"(count) : "a"(0L) : "memory");
}

static void copy_page_batches(void *to, const void *from)
{
	unsigned long end = (unsigned long)from + PAGE_SIZE;

	asm volatile("1:\n\t"
		     "movq (%1), %%rax\n\t"	"movq 8(%1), %%rdx\n\t"
		     "movq 16(%1), %%rcx\n\t"	"movq 24(%1), %%r8\n\t"
		     "movq 32(%1), %%r9\n\t"	"movq 40(%1), %%r10\n\t"
		     "movq 48(%1), %%r11\n\t"	"movq 56(%1), %%r12\n\t"
		     "movq %%rax, (%0)\n\t"	"movq %%rdx, 8(%0)\n\t"
		     "movq %%rcx, 16(%0)\n\t"	"movq %%r8, 24(%0)\n\t"
		     "movq %%r9, 32(%0)\n\t"	"movq %%r10, 40(%0)\n\t"
		     "movq %%r11, 48(%0)\n\t"	"movq %%r12, 56(%0)\n\t"
		     "addq $64, %0\n\t"		"addq $64, %1\n\t"
		     "cmpq %2, %1\n\t"		"jne 1b"
		     : "+r"(to), "+r"(from) : "r"(end)
		     : "rax", "rdx", "rcx", "r8", "r9", "r10", "r11", "r12", "memory", "cc");
}

void copy_page(void *to, const void *from)
{
	unsigned long count = PAGE_SIZE / 8;

	if ((((unsigned long)to ^ (unsigned long)from) & ~HPAGE_PMD_MASK) == 0) {
		copy_page_batches(to, from);
		return;
	}
	asm volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
}

/* The page that was asked for comes last, so that it is still in the cache when the fault returns. */
void clear_huge_page(struct page *head, unsigned long fault_address)
{
	unsigned long last = (fault_address & ~HPAGE_PMD_MASK) >> PAGE_SHIFT;

	for (unsigned long i = 1; i <= HPAGE_PMD_NR; i++) {
		clear_page(page_address(head + ((last + i) & (HPAGE_PMD_NR - 1))));
		cond_resched();
	}
}

void copy_huge_page(struct page *to, struct page *from)
{
	for (unsigned long i = 0; i < HPAGE_PMD_NR; i++) {
		copy_page(page_address(to + i), page_address(from + i));
		cond_resched();
	}
}
