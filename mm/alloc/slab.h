/* mm/alloc/slab.h - objects smaller than a page: caches of equal objects, and kmalloc on top of them.
 *
 * Per-CPU magazine of free objects in front, slabs (pages with PG_slab) behind. Empty slabs go back to the buddy except
 * in SLAB_TYPESAFE caches. Linux: mm/slub.c, mm/slab_common.c.
 */
#ifndef MM_ALLOC_SLAB_H
#define MM_ALLOC_SLAB_H

#include <mm/types.h>

struct kmem_cache;
#define SLAB_RECLAIM_ACCOUNT	BIT(0)
#define SLAB_TYPESAFE		BIT(1)	/* memory stays this type for ever; ctor runs once per object, not per allocation */

void slab_init(void);
/* => ctor may be NULL; align 0 = natural; panics at boot when there is no memory */
struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align, unsigned int flags, void (*ctor)(void *));
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp);	/* NULL on failure; __GFP_ZERO honoured */
void kmem_cache_free(struct kmem_cache *cache, void *object);
/* Empty magazines and give every empty slab back: for tests that count free memory, and when memory is short. Irqs on. */
void slab_drain_all(void);
/* sizes up to 4 MB: caches up to 8 KB, whole pages above */
void *kmalloc(size_t size, gfp_t gfp);
void *kzalloc(size_t size, gfp_t gfp);
void *kcalloc(size_t n, size_t size, gfp_t gfp);		/* NULL on overflow */
void kfree(const void *p);					/* NULL is fine */
size_t ksize(const void *p);
char *kstrdup(const char *s, gfp_t gfp);
void *kmemdup(const void *src, size_t len, gfp_t gfp);
/* For /proc/slabinfo: fills lines; see fs/proc */
struct slab_info { const char *name; unsigned long active_objs, num_objs, objsize, objperslab, pagesperslab, active_slabs, num_slabs; };
bool slab_info(unsigned int i, struct slab_info *info);

#endif
