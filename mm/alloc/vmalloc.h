/* mm/alloc/vmalloc.h - large kernel areas, adjacent in virtual memory only, each followed by a guard page.
 * Kernel stacks live here, so that an overflow faults instead of writing over a neighbour. Linux: mm/vmalloc.c.
 */
#ifndef MM_ALLOC_VMALLOC_H
#define MM_ALLOC_VMALLOC_H

#include <mm/types.h>

void vmalloc_init(void);			/* after slab_init */
void *vmalloc(size_t size);		/* NULL on failure; sleeps */
void *vzalloc(size_t size);
void vfree(const void *addr);		/* sleeps; frees pages and mapping, flushes the TLB on all CPUs first */
struct page *vmalloc_to_page(const void *addr);
bool is_vmalloc_addr(const void *addr);

#define KERNEL_STACK_SIZE	(16 * 1024)
void *kernel_stack_alloc(void);		/* lowest address; cached per CPU, guard page below; NULL on failure */
void kernel_stack_free(void *stack);	/* may be called with interrupts off: the real work is put off when it must be */
void kernel_stack_drain(void);		/* give cached stacks of all CPUs back; sleeps */

/* Device memory above 4 GB for kernel/x86/io.h's ioremap(): uncached, never unmapped. vmalloc_init registers it. */
void *vmalloc_ioremap(phys_addr_t pa, size_t size);

#endif
