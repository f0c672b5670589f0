/* mm/alloc/kmalloc.c - memory of any size: from the cache of the next larger size, or whole frames above 8 KB.
 *
 * Sizes are powers of two and, between, 96 and 192. Objects of a power of two are aligned to their size (in
 * release builds; debug builds put a guard word behind each and keep the alignment by leaving room).
 *
 * Linux: mm/slab_common.c.
 */
#include <mm/alloc/slab.h>
#include <kernel/debug/assert.h>
#include <kernel/debug/kasan.h>
#include <kernel/lib/math.h>
#include <kernel/lib/string.h>
#include <mm/alloc/page_alloc.h>
#include <mm/alloc/slab_internal.h>

#define KMALLOC_MAX_CACHE	8192

static const struct {
	const char *name;
	unsigned int size;
} sizes[] = {
	{ "kmalloc-8", 8 }, { "kmalloc-16", 16 }, { "kmalloc-32", 32 }, { "kmalloc-64", 64 }, { "kmalloc-96", 96 },
	{ "kmalloc-128", 128 }, { "kmalloc-192", 192 }, { "kmalloc-256", 256 }, { "kmalloc-512", 512 },
	{ "kmalloc-1k", 1024 }, { "kmalloc-2k", 2048 }, { "kmalloc-4k", 4096 }, { "kmalloc-8k", 8192 },
};
static struct kmem_cache *kmalloc_caches[ARRAY_SIZE(sizes)];

/* By size in units of 8 bytes, rounded up, minus 1: for the sizes up to 192, where the steps are uneven. */
static const u8 small_index[192 / 8] = {
	0, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 6,
};
#define INDEX_OF_256	7

void slab_init(void)
{
	fault_attr_register(&failslab);
	fault_attr_register(&fail_page_alloc);
	fault_attr_register(&fail_mm_step);
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		size_t size = sizes[i].size;

		kmalloc_caches[i] = kmem_cache_create(sizes[i].name, size, is_power_of_2(size) ? size : 0, 0, NULL);
	}
}

static inline struct kmem_cache *cache_for(size_t size)
{
	if (size <= 192)
		return kmalloc_caches[small_index[(size - 1) / 8]];
	return kmalloc_caches[INDEX_OF_256 + order_base_2(size) - 8];
}

#ifdef CONFIG_SAN
/* The object may be larger than what was asked for: the sanitizer guards the rest. */
static inline void *leave_rest(void *object, size_t size)
{
	size_t all = kmem_cache_size(cache_for(size)), used = ALIGN(size, KASAN_GRANULE);

	if (object) {
		kasan_poison(object + used, all - used, KASAN_REDZONE);
		kasan_unpoison(object, size);
	}
	return object;
}
#else
static inline void *leave_rest(void *object, size_t size __unused)
{
	return object;
}
#endif

void *kmalloc(size_t size, gfp_t gfp)
{
	struct page *page;

	if (likely(size - 1 < KMALLOC_MAX_CACHE))
		return leave_rest(kmem_cache_alloc(cache_for(size), gfp), size);
	if (!size || size > PAGE_SIZE << MAX_ORDER)
		return NULL;
	page = alloc_pages(gfp | __GFP_COMP, order_base_2(DIV_ROUND_UP(size, PAGE_SIZE)));
	return page ? page_address(page) : NULL;
}

void *kzalloc(size_t size, gfp_t gfp)
{
	return kmalloc(size, gfp | __GFP_ZERO);
}

void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return kmalloc(bytes, gfp | __GFP_ZERO);
}

void kfree(const void *p)
{
	struct kmem_cache *cache;
	struct page *page;

	if (!p)
		return;
	cache = slab_cache_of(p);
	if (likely(cache)) {
		kmem_cache_free(cache, (void *)(uintptr_t)p);
		return;
	}
	page = virt_to_page(p);
	ASSERTF(PageHead(page) && !((unsigned long)p & ~PAGE_MASK), "kfree of %p, which kmalloc never gave out", p);
	put_page(page);
}

size_t ksize(const void *p)
{
	struct kmem_cache *cache;

	if (!p)
		return 0;
	cache = slab_cache_of(p);
	if (cache)
		kasan_unpoison(p, kmem_cache_size(cache));	/* who asks uses it */
	return cache ? kmem_cache_size(cache) : PAGE_SIZE << compound_order(virt_to_page(p));
}

void *kmemdup(const void *src, size_t len, gfp_t gfp)
{
	void *p = kmalloc(len, gfp);

	return p ? memcpy(p, src, len) : NULL;
}

char *kstrdup(const char *s, gfp_t gfp)
{
	return s ? kmemdup(s, strlen(s) + 1, gfp) : NULL;
}
