/* mm/alloc/slab_internal.h - what kmalloc.c and start.c need of slab.c. */
#ifndef MM_ALLOC_SLAB_INTERNAL_H
#define MM_ALLOC_SLAB_INTERNAL_H

#include <mm/alloc/slab.h>

/* The cache that an object belongs to; NULL: its frames are not a slab. */
struct kmem_cache *slab_cache_of(const void *object);
unsigned int kmem_cache_size(const struct kmem_cache *cache);	/* bytes of an object */
void slab_register_shrinker(void);	/* => tasks run */

#endif
