/* mm/frame/freelist.c - a free page becomes somebody's, and is free again: what is checked and prepared between.
 *
 * A free page has no flag but its zone, count 0, no mapping. free_frozen_page() makes sure of that, and what it finds wrong it
 * reports and keeps out of circulation: a page that somebody still uses must not be given to somebody else. Debug builds
 * also fill free pages with a pattern, and look at allocation whether somebody wrote to it.
 *
 * Linux: mm/page_alloc.c (free_pages_prepare, prep_new_page, get_page_from_freelist).
 */
#define pr_fmt(fmt) "page: " fmt

#include <mm/frame/buddy_internal.h>
#include <kernel/debug/expect.h>
#include <kernel/debug/kasan.h>
#include <kernel/debug/panic.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>
#include <kernel/trace/trace.h>
#include <mm/frame/lru.h>
#include <mm/frame/page_debug.h>
#include <mm/frame/vmstat.h>

/* With any of these a page is in use. Referenced, uptodate, dirty, active and the like mean nothing any more. */
#define FLAGS_IN_USE	(BIT(PG_locked) | BIT(PG_lru) | BIT(PG_slab) | BIT(PG_buddy) | BIT(PG_table) |	\
			 BIT(PG_reserved) | BIT(PG_swapcache) | BIT(PG_writeback) | BIT(PG_hole))

static const char *const flag_names[__NR_PAGEFLAGS] = {
	[PG_locked] = "locked", [PG_referenced] = "referenced", [PG_uptodate] = "uptodate", [PG_dirty] = "dirty",
	[PG_lru] = "lru", [PG_active] = "active", [PG_workingset] = "workingset", [PG_head] = "head",
	[PG_slab] = "slab", [PG_buddy] = "buddy", [PG_table] = "table", [PG_reserved] = "reserved",
	[PG_swapbacked] = "swapbacked", [PG_swapcache] = "swapcache", [PG_writeback] = "writeback",
	[PG_reclaim] = "reclaim", [PG_unevictable] = "unevictable", [PG_mlocked] = "mlocked", [PG_error] = "error",
	[PG_anon_exclusive] = "anon_exclusive", [PG_partially_mapped] = "partially_mapped",
	[PG_unexamined] = "unexamined",
	[PG_isolated] = "isolated", [PG_idle] = "idle", [PG_young] = "young", [PG_hole] = "hole",
};

void dump_page(const struct page *page, const char *reason)
{
	const char *sep = "";
	char text[256];
	int len = 0;

	for (unsigned int i = 0; i < __NR_PAGEFLAGS; i++) {
		if (!(page->flags & BIT(i)))
			continue;
		len += scnprintf(text + len, sizeof(text) - len, "%s%s", sep, flag_names[i]);
		sep = "|";
	}
	text[len] = '\0';
	pr_err("%s: pfn %lu count %d mapcount %d mapping %p index 0x%llx private 0x%lx head 0x%lx flags 0x%lx(%s)\n",
	       reason, page_to_pfn(page), atomic_read(&page->_refcount), atomic_read(&page->_mapcount) + 1,
	       page->mapping, page->index, page->private, page->compound_head, page->flags, text);
}

unsigned long nr_bad_pages;

static noinline __cold bool bad_page(struct page *page, const char *reason)
{
	__atomic_fetch_add(&nr_bad_pages, 1, __ATOMIC_RELAXED);
	pr_err("bad page state at pfn %lu: %s; it is not used again\n", page_to_pfn(page), reason);
	dump_page(page, "bad page");
	page_debug_show(page);
	dump_stack();
	return false;
}

#ifdef CONFIG_DEBUG
#define POISON_BYTE	0xaa
#define POISONED	0x706f69736f6eUL	/* in page->index of a free page: the pattern is there */

static void poison_pages(struct page *page, unsigned int order)
{
	kasan_unpoison(page_address(page), PAGE_SIZE << order);
	for (unsigned long i = 0; i < BIT(order); i++) {
		memset(page_address(page + i), POISON_BYTE, PAGE_SIZE);
		page[i].index = POISONED;
	}
	kasan_poison(page_address(page), PAGE_SIZE << order, KASAN_FREE_PAGE);
	page_debug_freed(page, order);
}

/* Somebody wrote to a page that was free: who had it last is the suspect. */
static noinline __cold void poison_is_broken(struct page *page, const u8 *bad)
{
	unsigned int offset = bad - (u8 *)page_address(page), len = 1;

	while (offset + len < PAGE_SIZE && bad[len] != POISON_BYTE)
		len++;
	if (debug_report("free frame %lu was written to: %u bytes at offset %u, the first 0x%02x instead of 0x%02x",
			 page_to_pfn(page), len, offset, *bad, POISON_BYTE))
		page_debug_show(page);
}

static void check_new_pages(struct page *page, unsigned int order)
{
	kasan_unpoison(page_address(page), PAGE_SIZE << order);
	for (struct page *p = page; p < page + BIT(order); p++) {
		ASSERTF(!(p->flags & ~PAGE_ZONE_MASK) && !p->compound_head && !p->mapping &&
			!atomic_read(&p->_refcount) && atomic_read(&p->_mapcount) == -1,
			"free frame %lu is not free: flags 0x%lx count %d mapcount %d mapping %p", page_to_pfn(p),
			p->flags, atomic_read(&p->_refcount), atomic_read(&p->_mapcount) + 1, p->mapping);
		if (p->index == POISONED) {
			u8 *bad = memchr_inv(page_address(p), POISON_BYTE, PAGE_SIZE);

			if (unlikely(bad))
				poison_is_broken(p, bad);
		}
		p->index = 0;
	}
	page_debug_allocated(page, order);
}
#else
static inline void poison_pages(struct page *page __unused, unsigned int order __unused) { }
static inline void check_new_pages(struct page *page __unused, unsigned int order __unused) { }
#endif

/* --- compound pages ----------------------------------------------------------------------------------------------- */

void prep_compound_page(struct page *head, unsigned int order)
{
	for (struct page *tail = head + 1; tail < head + BIT(order); tail++)
		tail->compound_head = (unsigned long)head | 1;
	atomic_set(&head[1].entire_mapcount, -1);
	atomic_set(&head[1].large_mapcount, -1);
	head[1].compound_order = order;
	if (order >= 2)
		INIT_LIST_HEAD(&head[2].lru);
	head->flags |= BIT(PG_head);
}

static bool destroy_compound_page(struct page *head, unsigned int order)
{
	if (unlikely(compound_order(head) != order))
		return bad_page(head, "compound page freed with another order");
	if (unlikely(atomic_read(&head[1].entire_mapcount) != -1 || atomic_read(&head[1].large_mapcount) != -1))
		return bad_page(head, "compound page is still mapped");
	if (unlikely(order >= 2 && !list_empty(&head[2].lru)))
		return bad_page(head, "huge page is still on the deferred split queue");
	for (struct page *tail = head + 1; tail < head + BIT(order); tail++) {
		if (unlikely(tail->compound_head != ((unsigned long)head | 1)))
			return bad_page(tail, "tail of another compound page");
		if (unlikely(atomic_read(&tail->_mapcount) != -1 || atomic_read(&tail->_refcount)))
			return bad_page(tail, "tail is still mapped or referenced");
		tail->compound_head = 0;
		tail->mapping = NULL;
		tail->private = 0;
		tail->flags &= PAGE_ZONE_MASK;
	}
	head->flags &= ~BIT(PG_head);
	return true;
}

/* --- free ----------------------------------------------------------------------------------------------------------- */

/* Both counts at once: 0 references, mapcount -1. */
static inline bool counts_are_zero(const struct page *page)
{
	static_assert(offsetof(struct page, _mapcount) == offsetof(struct page, _refcount) + 4);
	return READ_ONCE(*(const u64 *)&page->_refcount) == 0xffffffff00000000ULL;
}

static const char *still_in_use(const struct page *page)
{
	if (page->flags & FLAGS_IN_USE)
		return "flags say that it is in use";
	if (atomic_read(&page->_mapcount) != -1)
		return "still mapped";
	if (atomic_read(&page->_refcount))
		return "still referenced";
	if (page->compound_head)
		return "tail of a compound page";
	if (page->mapping && !((unsigned long)page->mapping & PAGE_MAPPING_ANON))
		return "still belongs to a file";
	return NULL;
}

/* These flags stand in a counter as well. */
static noinline void forget_counted_flags(struct page *page, unsigned int order)
{
	page_clear_isolated(page);
	if (TestClearPageMlocked(page)) {
		mod_page_state(NR_MLOCK, -(long)BIT(order));
		count_vm_events(UNEVICTABLE_PGCLEARED, BIT(order));
	}
}

static __always_inline bool prepare_free(struct page *page, unsigned int order)
{
	unsigned long flags = page->flags;

	if (unlikely((flags & FLAGS_IN_USE) || !counts_are_zero(page) || page->compound_head ||
		     (page->mapping && !((unsigned long)page->mapping & PAGE_MAPPING_ANON))))
		return bad_page(page, still_in_use(page));
	if (unlikely(flags & (BIT(PG_isolated) | BIT(PG_mlocked))))
		forget_counted_flags(page, order);
	if (unlikely(flags & BIT(PG_head)) && !destroy_compound_page(page, order))
		return false;
	/* Nobody else can reach the page any more: no atomic operation is needed. */
	page->flags = flags & PAGE_ZONE_MASK;
	page->mapping = NULL;
	return true;
}

void free_frozen_page(struct page *page, unsigned int order)
{
	trace(mm_page_free, page_to_pfn(page), order);
	if (unlikely(!prepare_free(page, order)))
		return;
	count_vm_events(PGFREE, BIT(order));
	poison_pages(page, order);
	if (likely(!order))
		pcp_free(page);
	else
		buddy_free_block(page, order);
}

void __free_pages(struct page *page, unsigned int order)
{
	if (refcount_dec_and_test(&page->_refcount, REF_PAGE))
		free_frozen_page(page, order);
}

/* --- allocate --------------------------------------------------------------------------------------------------------- */

static_assert(__GFP_MOVABLE >> 1 == MIGRATE_MOVABLE && __GFP_RECLAIMABLE >> 1 == MIGRATE_RECLAIMABLE);

static inline enum migratetype gfp_migratetype(gfp_t gfp)
{
	VM_ASSERT((gfp & (__GFP_MOVABLE | __GFP_RECLAIMABLE)) != (__GFP_MOVABLE | __GFP_RECLAIMABLE));
	return (gfp & (__GFP_MOVABLE | __GFP_RECLAIMABLE)) >> 1;
}

static void prep_new_page(struct page *page, unsigned int order, gfp_t gfp)
{
	check_new_pages(page, order);
	page->private = 0;
	atomic_set(&page->_refcount, 1);
	if (gfp & __GFP_ZERO)
		for (unsigned long i = 0; i < BIT(order); i++)
			clear_page(page_address(page + i));
	if (order && (gfp & __GFP_COMP))
		prep_compound_page(page, order);
}

void prep_isolated_page(struct page *page, unsigned int order, gfp_t gfp)
{
	count_vm_events(PGALLOC_DMA32 + page_zone_type(page), BIT(order));
	prep_new_page(page, order, gfp);
	trace(mm_page_alloc, page_to_pfn(page), order, gfp, gfp_migratetype(gfp));
}

static inline struct page *rmqueue(struct zone *zone, unsigned int order, enum migratetype type)
{
	return order ? buddy_alloc_block(zone, order, type) : pcp_alloc(zone - NODE0->zones, type);
}

/* The zone that is asked first, by whether the page must lie below 4 GB. */
static inline enum zone_type first_zone(gfp_t gfp)
{
	return (gfp & __GFP_DMA32) || !NODE0->zones[ZONE_NORMAL].managed_pages ? ZONE_DMA32 : ZONE_NORMAL;
}

struct page *get_page_fast(gfp_t gfp)
{
	enum zone_type z = first_zone(gfp);
	struct zone *zone = &NODE0->zones[z];
	struct page *page;

	if (unlikely(atomic_long_read(&zone->free_pages) <= (long)READ_ONCE(zone->watermark[WMARK_LOW])))
		return NULL;
	page = pcp_alloc(z, gfp_migratetype(gfp));
	if (unlikely(!page))
		return NULL;
	count_vm_event(PGALLOC_DMA32 + z);
	check_new_pages(page, 0);
	page->private = 0;
	atomic_set(&page->_refcount, 1);
	trace(mm_page_alloc, page_to_pfn(page), 0, gfp, gfp_migratetype(gfp));
	if (gfp & __GFP_ZERO)
		clear_page(page_address(page));
	return page;
}

struct page *get_page_from_freelist(gfp_t gfp, unsigned int order, unsigned int alloc_flags)
{
	unsigned int wmark = alloc_flags & ALLOC_WMARK_MASK;
	enum migratetype type = gfp_migratetype(gfp);

	for (int z = first_zone(gfp); z >= 0; z--) {
		struct zone *zone = &NODE0->zones[z];
		struct page *page;

		if (wmark != ALLOC_NO_WATERMARKS &&
		    !zone_watermark_ok(zone, order, zone->watermark[wmark], alloc_flags))
			continue;
		page = rmqueue(zone, order, type);
		if (unlikely(!page))
			continue;
		count_vm_events(PGALLOC_DMA32 + z, BIT(order));
		prep_new_page(page, order, gfp);
		trace(mm_page_alloc, page_to_pfn(page), order, gfp, type);
		return page;
	}
	return NULL;
}

struct page *frame_alloc(unsigned int order, gfp_t gfp)
{
	return get_page_from_freelist(gfp, order, ALLOC_NO_WATERMARKS);
}
