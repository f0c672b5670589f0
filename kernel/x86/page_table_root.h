/* kernel/x86/page_table_root.h - the one thing the CPU and the scheduler know about an address space.
 *
 * root->cpus says who may have translations of it in his TLB. A CPU sets its bit *before* it loads CR3 and clears
 * the bit of the old root *after*: a shootdown that reads the mask between sees the CPU in both, which costs an
 * interrupt too many and never one too few.
 *
 * Kernel threads run on kernel_root. There are no PCIDs: a load of CR3 drops all translations but the global ones.
 *
 * Linux: arch/x86/mm/tlb.c (switch_mm_irqs_off).
 */
#ifndef KERNEL_X86_PAGE_TABLE_ROOT_H
#define KERNEL_X86_PAGE_TABLE_ROOT_H

#include <kernel/lib/cpumask.h>
#include <kernel/lib/types.h>

struct page_table_root {
	u64 cr3;		/* physical address of the PGD; set once */
	cpumask_t cpus;		/* atomic bits: CPUs that run on it */
};

/* The page tables of the kernel alone. mm/table fills in cr3 when it has built the final ones. */
extern struct page_table_root kernel_root;

/*
 * switch_page_table_root - run on another address space
 *
 * => cheap when next is already loaded on this CPU
 * => any context; turns interrupts off around the change
 */
void switch_page_table_root(struct page_table_root *next);

/* current_page_table_root - what this CPU runs on; NULL on the tables of the boot code */
struct page_table_root *current_page_table_root(void);

#endif
