/* mm/alloc/slab.c - caches of equal objects.
 *
 * Three layers. A magazine per CPU and cache holds a few free objects: most requests take from it and touch no lock. Behind
 * it a cache has slabs, blocks of 2^order frames cut into objects, whose free objects are chained through
 * themselves; a full or empty magazine is exchanged with them half a magazine at a time, under the cache's lock. Behind
 * the slabs are the frames.
 *
 * The pointer of the chain lies in the free object, except where its content must survive (constructor, SLAB_TYPESAFE) and
 * in debug builds: there it lies behind it. Debug builds also put a guard word behind each object, which says
 * whether it is free, another one before the next object, and who allocated and freed it last; and they fill free objects
 * with a pattern: an overrun, a double free and a write after free are found at the next free or allocation.
 *
 *	struct page of a slab: mapping the cache, index the first free object, private objects in use, lru in a list of the cache
 *
 * Linux: mm/slub.c. Magazines: Bonwick and Adams, "Magazines and Vmem", USENIX 2001.
 */
#define pr_fmt(fmt) "slab: " fmt

#include <mm/alloc/slab.h>
#include <kernel/debug/expect.h>
#include <kernel/debug/fault_inject.h>
#include <kernel/debug/kasan.h>
#include <kernel/debug/ksyms.h>
#include <kernel/debug/panic.h>
#include <kernel/lib/math.h>
#include <kernel/lib/string.h>
#include <kernel/x86/smp.h>
#include <mm/alloc/page_alloc.h>
#include <mm/alloc/slab_internal.h>
#include <mm/frame/vmstat.h>
#include <mm/reclaim/reclaim.h>

#define MAX_CACHES	64
#define MAGAZINE_SIZE	31
#define MAGAZINE_BYTES	(32 * 1024UL)	/* a magazine of large objects holds fewer */
#define MIN_OBJECTS	8		/* a slab holds at least so many, if MAX_SLAB_ORDER allows */
#define MAX_SLAB_ORDER	3
#define MAGAZINE_DRAIN_MIN	128	/* objects that a shrinker must be asked for, before it empties the magazines */
#define MAX_EMPTY_SLABS	2		/* kept by a cache for the next request */

/* Locks: (c) lock, irq-safe (i) set by kmem_cache_create */
struct kmem_cache {
	const char	*name;		/* (i) */
	unsigned int	index;		/* (i) of its magazine in each CPU's set */
	unsigned int	object_size;	/* (i) bytes, as asked for */
	unsigned int	stride;		/* (i) bytes from one object to the next */
	unsigned int	link_offset;	/* (i) where a free object keeps the chain */
	unsigned int	order;		/* (i) of a slab; 0 is used when memory is in pieces and an object fits */
	unsigned int	min_order;	/* (i) */
	unsigned int	limit;		/* (i) objects in a magazine */
	unsigned int	flags;		/* (i) SLAB_* */
	void		(*ctor)(void *); /* (i) */
	spinlock_t	lock;
	struct list_head partial;	/* (c) slabs with free objects and used ones */
	struct list_head empty;		/* (c) slabs without used objects */
	unsigned int	nr_empty;	/* (c) */
	unsigned long	nr_slabs;	/* (c) */
	unsigned long	nr_objects;	/* (c) in all slabs */
	unsigned long	nr_out;		/* (c) taken from slabs: in use, or in magazines */
};

struct magazine {
	unsigned long	nr;		/* this CPU, irqs off */
	void		*objects[MAGAZINE_SIZE]; /* the oldest first */
};
struct magazine_set {
	struct magazine of[MAX_CACHES];
};
static DEFINE_PER_CPU(struct magazine_set, magazines);

static struct kmem_cache caches[MAX_CACHES];
static unsigned int nr_caches;
static DEFINE_SPINLOCK(caches_lock);
DEFINE_FAULT_ATTR(failslab, "failslab");

/* --- objects ---------------------------------------------------------------------------------------------------------- */

static inline void **link_of(const struct kmem_cache *cache, void *object)
{
	return object + cache->link_offset;
}

static inline bool keeps_content(const struct kmem_cache *cache)
{
	return cache->ctor || (cache->flags & SLAB_TYPESAFE);
}

#ifdef CONFIG_DEBUG
#define GUARD_FREE	0xf4ee0b1ec7f4ee00ULL
#define GUARD_USED	0x05ed0b1ec705ed00ULL
#define GUARD_LAST	0xe4d0f0b1ec7e4d00ULL
#define POISON_FREE	0x6b
#define POISON_NEW	0x5a		/* allocated, and not written to yet */
#define OBJECT_TRACE	3

/* Behind each object, before the link of the chain; the last word of all guards the beginning of the next object. */
struct object_debug {
	u64	guard;			/* GUARD_* */
	u32	alloc_trace[OBJECT_TRACE], free_trace[OBJECT_TRACE];	/* return addresses, low halves */
};
#define GUARD_SIZE	sizeof(struct object_debug)
#define LAST_GUARD_SIZE	sizeof(u64)

static inline struct object_debug *debug_of(const struct kmem_cache *cache, void *object)
{
	return object + ALIGN(cache->object_size, sizeof(u64));
}

static inline u64 *last_guard_of(const struct kmem_cache *cache, void *object)
{
	return object + cache->stride - sizeof(u64);
}

static __always_inline void remember_caller(u32 *trace)
{
	unsigned long addresses[OBJECT_TRACE];
	unsigned int n = collect_backtrace((unsigned long)__builtin_frame_address(0), addresses, OBJECT_TRACE);

	for (unsigned int i = 0; i < OBJECT_TRACE; i++)
		trace[i] = i < n ? (u32)addresses[i] : 0;
}

static void show_callers(const char *what, const u32 *trace)
{
	char place[KSYM_TEXT_MAX];

	for (unsigned int i = 0; i < OBJECT_TRACE && trace[i]; i++)
		pr_err("%s%s\n", i ? "      " : what, ksym_format_return(0xffffffff00000000UL | trace[i], place, sizeof(place)));
}

static noinline __cold void object_is_broken(const struct kmem_cache *cache, void *object, const char *how, u64 value)
{
	struct object_debug *debug = debug_of(cache, object);

	if (!debug_report("%s object %p %s (0x%llx)", cache->name, object, how, value))
		return;
	show_callers("  allocated at ", debug->alloc_trace);
	show_callers("  freed at     ", debug->free_trace);
}

static void check_last_guard(const struct kmem_cache *cache, void *object)
{
	u64 *guard = last_guard_of(cache, object);

	if (likely(*guard == GUARD_LAST))
		return;
	object_is_broken(cache, object + cache->stride, "was written to before its beginning, by the object before it?", *guard);
	*guard = GUARD_LAST;
}

static void debug_new_object(const struct kmem_cache *cache, void *object)
{
	kasan_poison(object + ALIGN(cache->object_size, KASAN_GRANULE),
		     cache->stride - ALIGN(cache->object_size, KASAN_GRANULE), KASAN_REDZONE);
	*debug_of(cache, object) = (struct object_debug){ .guard = GUARD_FREE };
	*last_guard_of(cache, object) = GUARD_LAST;
	if (!keeps_content(cache)) {
		memset(object, POISON_FREE, cache->object_size);
		kasan_poison(object, cache->object_size, KASAN_FREE_OBJECT);
	}
}

static void debug_alloc_object(const struct kmem_cache *cache, void *object)
{
	struct object_debug *debug = debug_of(cache, object);
	u8 *bad;

	kasan_unpoison(object, cache->object_size);
	bad = keeps_content(cache) ? NULL : memchr_inv(object, POISON_FREE, cache->object_size);

	if (unlikely(debug->guard != GUARD_FREE))
		object_is_broken(cache, object, "was overrun while it was free", debug->guard);
	if (unlikely(bad))
		object_is_broken(cache, object, "was written to while it was free", *bad);
	check_last_guard(cache, object);
	debug->guard = GUARD_USED;
	remember_caller(debug->alloc_trace);
	if (!keeps_content(cache))
		memset(object, POISON_NEW, cache->object_size);
}

/* => false: it is not to be freed */
static bool debug_free_object(const struct kmem_cache *cache, struct page *slab, void *object)
{
	struct object_debug *debug = debug_of(cache, object);

	if (unlikely((object - page_address(slab)) % cache->stride)) {
		debug_report("%p is freed, but is inside an object of %s", object, cache->name);
		return false;
	}
	if (unlikely(debug->guard == GUARD_FREE)) {
		object_is_broken(cache, object, "is freed twice", debug->guard);
		return false;
	}
	if (unlikely(debug->guard != GUARD_USED))
		object_is_broken(cache, object, "was overrun", debug->guard);
	check_last_guard(cache, object);
	debug->guard = GUARD_FREE;
	remember_caller(debug->free_trace);
	if (!keeps_content(cache)) {
		kasan_unpoison(object, cache->object_size);	/* kmalloc gives out less than the whole */
		memset(object, POISON_FREE, cache->object_size);
		kasan_poison(object, cache->object_size, KASAN_FREE_OBJECT);
	}
	return true;
}

/* => it belongs to this cache */
static bool debug_cache_is_right(const struct kmem_cache *cache, struct page *slab, void *object)
{
	if (likely(PageSlab(slab) && slab->mapping == cache))
		return true;
	debug_report("%p is freed to %s, but does not belong to it", object, cache->name);
	return false;
}
#else
#define GUARD_SIZE	0
#define LAST_GUARD_SIZE	0
static inline void debug_new_object(const struct kmem_cache *cache __unused, void *object __unused) { }
static inline void debug_alloc_object(const struct kmem_cache *cache __unused, void *object __unused) { }
static inline bool debug_free_object(const struct kmem_cache *cache __unused, struct page *slab __unused,
				     void *object __unused) { return true; }
static inline bool debug_cache_is_right(const struct kmem_cache *cache, struct page *slab, void *object)
{
	ASSERTF(PageSlab(slab) && slab->mapping == cache, "%p is freed to %s, but does not belong to it", object, cache->name);
	return true;
}
#endif

/* --- slabs: => cache->lock held where one is passed ------------------------------------------------------------------- */

static inline struct page *slab_of(const void *object)
{
	return compound_head(virt_to_page(object));
}

static inline unsigned int slab_capacity(const struct kmem_cache *cache, const struct page *slab)
{
	return (PAGE_SIZE << compound_order(slab)) / cache->stride;
}

static inline enum vmstat_state slab_state(const struct kmem_cache *cache)
{
	return cache->flags & SLAB_RECLAIM_ACCOUNT ? NR_SLAB_RECLAIMABLE : NR_SLAB_UNRECLAIMABLE;
}

static void *pop_object(struct kmem_cache *cache, struct page *slab)
{
	void *object = (void *)(uintptr_t)slab->index;

	slab->index = (uintptr_t)*link_of(cache, object);
	if (!slab->private++) {
		list_move(&slab->lru, &cache->partial);
		cache->nr_empty--;
	}
	if (!slab->index)
		list_del_init(&slab->lru);
	cache->nr_out++;
	return object;
}

/* Slabs that are no longer needed go to doomed: their frames are freed after the lock is dropped. */
static void push_object(struct kmem_cache *cache, void *object, struct list_head *doomed)
{
	struct page *slab = slab_of(object);
	bool was_full = !slab->index;

	*link_of(cache, object) = (void *)(uintptr_t)slab->index;
	slab->index = (uintptr_t)object;
	slab->private--;
	cache->nr_out--;
	if (was_full)
		list_add(&slab->lru, &cache->partial);
	if (slab->private)
		return;
	if (cache->nr_empty < MAX_EMPTY_SLABS || (cache->flags & SLAB_TYPESAFE)) {
		list_move(&slab->lru, &cache->empty);
		cache->nr_empty++;
		return;
	}
	list_move(&slab->lru, doomed);
	cache->nr_slabs--;
	cache->nr_objects -= slab_capacity(cache, slab);
}

static void free_slabs(struct kmem_cache *cache, struct list_head *doomed)
{
	struct page *slab, *next;

	list_for_each_entry_safe(slab, next, doomed, lru) {
		list_del(&slab->lru);
		mod_page_state(slab_state(cache), -(long)compound_nr(slab));
		slab->mapping = NULL;
		slab->index = 0;
		ClearPageSlab(slab);
		put_page(slab);
	}
}

static struct page *alloc_slab_pages(struct kmem_cache *cache, gfp_t gfp)
{
	struct page *slab = NULL;

	gfp = (gfp & ~(__GFP_ZERO | __GFP_MOVABLE | __GFP_DMA32)) | __GFP_COMP;
	if (cache->flags & SLAB_RECLAIM_ACCOUNT)
		gfp |= __GFP_RECLAIMABLE;
	if (cache->order > cache->min_order)
		slab = alloc_pages((gfp & ~(__GFP_DIRECT_RECLAIM | __GFP_NOFAIL)) | __GFP_NOWARN, cache->order);
	return slab ? slab : alloc_pages(gfp, cache->min_order);
}

/* One more slab, empty. => may sleep as gfp says; no lock held */
static bool grow_cache(struct kmem_cache *cache, gfp_t gfp)
{
	struct page *slab = alloc_slab_pages(cache, gfp);
	unsigned int capacity;
	unsigned long flags;
	void *next = NULL;

	if (!slab)
		return false;
	capacity = slab_capacity(cache, slab);
	for (unsigned int i = capacity; i-- > 0; ) {
		void *object = page_address(slab) + i * cache->stride;

		if (cache->ctor)
			cache->ctor(object);
		debug_new_object(cache, object);
		*link_of(cache, object) = next;
		next = object;
	}
	slab->mapping = cache;
	slab->index = (uintptr_t)next;
	slab->private = 0;
	SetPageSlab(slab);
	mod_page_state(slab_state(cache), compound_nr(slab));

	spin_lock_irqsave(&cache->lock, flags);
	list_add(&slab->lru, &cache->empty);
	cache->nr_empty++;
	cache->nr_slabs++;
	cache->nr_objects += capacity;
	spin_unlock_irqrestore(&cache->lock, flags);
	return true;
}

/* --- magazines: => irqs off --------------------------------------------------------------------------------------------- */

static inline struct magazine *magazine_of(const struct kmem_cache *cache)
{
	return &this_cpu_ptr(&magazines)->of[cache->index];
}

/* Half a magazine from the slabs. => false: they have nothing */
static noinline bool fill_magazine(struct kmem_cache *cache, struct magazine *mag)
{
	unsigned int want = DIV_ROUND_UP(cache->limit, 2);

	spin_lock(&cache->lock);
	while (mag->nr < want) {
		struct page *slab = list_first_entry_or_null(&cache->partial, struct page, lru);

		if (!slab)
			slab = list_first_entry_or_null(&cache->empty, struct page, lru);
		if (!slab)
			break;
		mag->objects[mag->nr++] = pop_object(cache, slab);
	}
	spin_unlock(&cache->lock);
	return mag->nr;
}

/* The oldest nr objects back to their slabs. */
static noinline void empty_magazine(struct kmem_cache *cache, struct magazine *mag, unsigned int nr)
{
	LIST_HEAD(doomed);

	spin_lock(&cache->lock);
	for (unsigned int i = 0; i < nr; i++)
		push_object(cache, mag->objects[i], &doomed);
	spin_unlock(&cache->lock);
	mag->nr -= nr;
	memmove(mag->objects, mag->objects + nr, mag->nr * sizeof(mag->objects[0]));
	free_slabs(cache, &doomed);
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	struct magazine *mag;
	unsigned long flags;
	void *object;

	might_alloc(gfp);
	if (!(gfp & __GFP_NOFAIL) && should_fail(&failslab, cache->object_size))
		return NULL;
	local_irq_save(flags);
	mag = magazine_of(cache);
	while (unlikely(!mag->nr) && !fill_magazine(cache, mag)) {
		local_irq_restore(flags);
		if (!grow_cache(cache, gfp))
			return NULL;
		/* The allocation may have slept: this can be another CPU. */
		local_irq_save(flags);
		mag = magazine_of(cache);
	}
	object = mag->objects[--mag->nr];
	local_irq_restore(flags);
	debug_alloc_object(cache, object);
	if (gfp & __GFP_ZERO)
		memset(object, 0, cache->object_size);
	return object;
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	struct page *slab = slab_of(object);
	struct magazine *mag;
	unsigned long flags;

	if (!debug_cache_is_right(cache, slab, object) || !debug_free_object(cache, slab, object))
		return;
	local_irq_save(flags);
	mag = magazine_of(cache);
	if (unlikely(mag->nr == cache->limit))
		empty_magazine(cache, mag, DIV_ROUND_UP(cache->limit, 2));
	mag->objects[mag->nr++] = object;
	local_irq_restore(flags);
}

struct kmem_cache *slab_cache_of(const void *object)
{
	struct page *slab = slab_of(object);

	return PageSlab(slab) ? slab->mapping : NULL;
}

unsigned int kmem_cache_size(const struct kmem_cache *cache)
{
	return cache->object_size;
}

/* --- draining ------------------------------------------------------------------------------------------------------------ */

static void drain_call(void *arg __unused)
{
	for (unsigned int i = 0; i < nr_caches; i++) {
		struct magazine *mag = magazine_of(&caches[i]);

		if (mag->nr)
			empty_magazine(&caches[i], mag, mag->nr);
	}
}

/* At most nr of them, the longest unused first. => pages freed */
static unsigned long drop_empty_slabs(struct kmem_cache *cache, unsigned long nr)
{
	unsigned long flags, pages = 0;
	LIST_HEAD(doomed);

	if (cache->flags & SLAB_TYPESAFE)
		return 0;
	spin_lock_irqsave(&cache->lock, flags);
	while (nr-- && !list_empty(&cache->empty)) {
		struct page *slab = list_last_entry(&cache->empty, struct page, lru);

		list_move(&slab->lru, &doomed);
		cache->nr_empty--;
		cache->nr_slabs--;
		cache->nr_objects -= slab_capacity(cache, slab);
		pages += compound_nr(slab);
	}
	spin_unlock_irqrestore(&cache->lock, flags);
	free_slabs(cache, &doomed);
	return pages;
}

void slab_drain_all(void)
{
	on_each_cpu(drain_call, NULL);
	for (unsigned int i = 0; i < nr_caches; i++)
		drop_empty_slabs(&caches[i], ULONG_MAX);
}

/* --- the shrinker: objects are empty slabs, and free objects in magazines, which keep slabs from being empty --------------- */

static unsigned long objects_in_magazines(void)
{
	unsigned long nr = 0;
	unsigned int cpu;

	for_each_online_cpu(cpu)
		for (unsigned int i = 0; i < nr_caches; i++)
			nr += READ_ONCE(per_cpu_ptr(&magazines, cpu)->of[i].nr);
	return nr;
}

static unsigned long count_slabs(struct shrinker *shrinker __unused)
{
	unsigned long nr = objects_in_magazines();

	for (unsigned int i = 0; i < nr_caches; i++)
		if (!(caches[i].flags & SLAB_TYPESAFE))
			nr += READ_ONCE(caches[i].nr_empty);
	return nr;
}

static unsigned long drop_slabs_of_all(unsigned long nr)
{
	unsigned long pages = 0;

	for (unsigned int i = 0; i < nr_caches && pages < nr; i++)
		pages += drop_empty_slabs(&caches[i], nr - pages);
	return pages;
}

/* Emptying the magazines interrupts all CPUs: only for who asks for as much as a batch, and finds no empty slabs. */
static unsigned long scan_slabs(struct shrinker *shrinker __unused, unsigned long nr)
{
	unsigned long pages = drop_slabs_of_all(nr);

	if (pages || nr < MAGAZINE_DRAIN_MIN)
		return pages;
	on_each_cpu(drain_call, NULL);
	pages = drop_slabs_of_all(ULONG_MAX);
	return pages ? pages : SHRINK_STOP;
}

static struct shrinker slab_shrinker = {
	.name = "slab", .count_objects = count_slabs, .scan_objects = scan_slabs, .seeks = DEFAULT_SEEKS,
};

void slab_register_shrinker(void)
{
	register_shrinker(&slab_shrinker);
}

/* --- caches ---------------------------------------------------------------------------------------------------------------- */

static void set_layout(struct kmem_cache *cache, size_t align)
{
	size_t size = ALIGN(cache->object_size, sizeof(void *));
	bool link_behind = keeps_content(cache) || GUARD_SIZE;

	cache->link_offset = link_behind ? size + GUARD_SIZE : 0;
	cache->stride = ALIGN(size + GUARD_SIZE + (link_behind ? sizeof(void *) : 0) + LAST_GUARD_SIZE,
			      max(align, sizeof(void *)));
	cache->min_order = order_base_2(DIV_ROUND_UP(cache->stride, PAGE_SIZE));
	cache->order = order_base_2(DIV_ROUND_UP((size_t)cache->stride * MIN_OBJECTS, PAGE_SIZE));
	cache->order = max(min_t(unsigned int, cache->order, MAX_SLAB_ORDER), cache->min_order);
	cache->limit = clamp(MAGAZINE_BYTES / cache->stride, 2UL, (unsigned long)MAGAZINE_SIZE);
}

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align, unsigned int flags, void (*ctor)(void *))
{
	struct kmem_cache *cache;

	ASSERT(size && size <= PAGE_SIZE << MAX_SLAB_ORDER && (!align || is_power_of_2(align)));
	spin_lock(&caches_lock);
	if (nr_caches == MAX_CACHES)
		panic("slab: no place for a cache named %s", name);
	cache = &caches[nr_caches];
	cache->name = name;
	cache->index = nr_caches;
	cache->object_size = size;
	cache->flags = flags;
	cache->ctor = ctor;
	spin_lock_init(&cache->lock);
	INIT_LIST_HEAD(&cache->partial);
	INIT_LIST_HEAD(&cache->empty);
	set_layout(cache, align);
	smp_store_release(&nr_caches, nr_caches + 1);
	spin_unlock(&caches_lock);
	return cache;
}

bool slab_info(unsigned int i, struct slab_info *info)
{
	struct kmem_cache *cache = &caches[i];
	unsigned long in_magazines = 0, flags;
	unsigned int cpu;

	if (i >= READ_ONCE(nr_caches))
		return false;
	for_each_online_cpu(cpu)
		in_magazines += READ_ONCE(per_cpu_ptr(&magazines, cpu)->of[i].nr);
	spin_lock_irqsave(&cache->lock, flags);
	*info = (struct slab_info){
		.name = cache->name, .objsize = cache->object_size,
		.num_objs = cache->nr_objects, .active_objs = cache->nr_out - min(in_magazines, cache->nr_out),
		.objperslab = (PAGE_SIZE << cache->order) / cache->stride, .pagesperslab = BIT(cache->order),
		.num_slabs = cache->nr_slabs, .active_slabs = cache->nr_slabs - cache->nr_empty,
	};
	spin_unlock_irqrestore(&cache->lock, flags);
	return true;
}
