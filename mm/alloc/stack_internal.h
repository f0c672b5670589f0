/* mm/alloc/stack_internal.h - between vmalloc.c and kernel_stack.c. */
#ifndef MM_ALLOC_STACK_INTERNAL_H
#define MM_ALLOC_STACK_INTERNAL_H

#include <mm/alloc/vmalloc.h>

void *vmalloc_gfp(size_t size, gfp_t gfp);
/* vfree_many - several areas with one flush. => sleeps */
void vfree_many(void *const *addrs, unsigned int nr);

/* Spare stacks can be given back when memory is short. => sleeps; called when the daemons start */
void kernel_stack_register_shrinker(void);

#endif
