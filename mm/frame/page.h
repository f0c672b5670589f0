/* mm/frame/page.h - what one can ask and do with a struct page: flags, counts, compound pages.
 *
 * A reference (refcount) keeps a page from being freed; a mapping (mapcount) is an entry of a page table and holds one
 * reference, on the head when the page is compound. So mapcount <= refcount, and
 *
 *	expected refcount = mappings + (in the swap cache or page cache ? pages : 0) + references of the caller
 *
 * Any surplus is a pin or somebody's short look-up: whoever needs the page alone gives up, and does not wait.
 * Linux: include/linux/page-flags.h, mm.h (folio_*).
 */
#ifndef MM_FRAME_PAGE_H
#define MM_FRAME_PAGE_H

#include <mm/types.h>
#include <kernel/debug/assert.h>
#include <kernel/debug/refcount.h>
#include <mm/frame/fail_mm_step.h>

#define vmemmap ((struct page *)VMEMMAP_BASE)
extern unsigned long max_pfn;		/* frames of the page array: pfn < max_pfn have a struct page */

static inline struct page *pfn_to_page(unsigned long pfn) { return vmemmap + pfn; }
static inline unsigned long page_to_pfn(const struct page *page) { return page - vmemmap; }
static inline phys_addr_t page_to_phys(const struct page *page) { return PFN_PHYS(page_to_pfn(page)); }
static inline void *page_address(const struct page *page) { return __va(page_to_phys(page)); }
static inline struct page *virt_to_page(const void *va) { return pfn_to_page(PHYS_PFN(__pa(va))); }
static inline bool pfn_valid(unsigned long pfn) { return pfn < max_pfn; }

/* PageX(page), SetPageX, ClearPageX, TestSetPageX, TestClearPageX for every flag. Of a tail they are the tail's own. */
#define PAGE_FLAG(Name, flag)									\
static inline bool Page##Name(const struct page *p) { return READ_ONCE(p->flags) & BIT(flag); }	\
static inline void SetPage##Name(struct page *p) { __atomic_fetch_or(&p->flags, BIT(flag), __ATOMIC_SEQ_CST); }	\
static inline void ClearPage##Name(struct page *p) { __atomic_fetch_and(&p->flags, ~BIT(flag), __ATOMIC_SEQ_CST); } \
static inline bool TestSetPage##Name(struct page *p)						\
{ return __atomic_fetch_or(&p->flags, BIT(flag), __ATOMIC_SEQ_CST) & BIT(flag); }		\
static inline bool TestClearPage##Name(struct page *p)						\
{ return __atomic_fetch_and(&p->flags, ~BIT(flag), __ATOMIC_SEQ_CST) & BIT(flag); }

PAGE_FLAG(Locked, PG_locked)
PAGE_FLAG(Referenced, PG_referenced)
PAGE_FLAG(Uptodate, PG_uptodate)
PAGE_FLAG(Dirty, PG_dirty)
PAGE_FLAG(LRU, PG_lru)
PAGE_FLAG(Active, PG_active)
PAGE_FLAG(Workingset, PG_workingset)
PAGE_FLAG(Head, PG_head)
PAGE_FLAG(Slab, PG_slab)
PAGE_FLAG(Buddy, PG_buddy)
PAGE_FLAG(Table, PG_table)
PAGE_FLAG(Reserved, PG_reserved)
PAGE_FLAG(SwapBacked, PG_swapbacked)
PAGE_FLAG(SwapCache, PG_swapcache)
PAGE_FLAG(Writeback, PG_writeback)
PAGE_FLAG(Reclaim, PG_reclaim)
PAGE_FLAG(Unevictable, PG_unevictable)
PAGE_FLAG(Mlocked, PG_mlocked)
PAGE_FLAG(Error, PG_error)
PAGE_FLAG(AnonExclusive, PG_anon_exclusive)
PAGE_FLAG(PartiallyMapped, PG_partially_mapped)
PAGE_FLAG(Unexamined, PG_unexamined)
PAGE_FLAG(Isolated, PG_isolated)
PAGE_FLAG(Idle, PG_idle)
PAGE_FLAG(Young, PG_young)
PAGE_FLAG(Hole, PG_hole)

/* --- Compound pages: order 9 for users, any order for slab ---------------------------------------------------- */
static inline bool PageTail(const struct page *p) { return READ_ONCE(p->compound_head) & 1; }
static inline bool PageCompound(const struct page *p) { return PageHead(p) || PageTail(p); }
static inline struct page *compound_head(const struct page *p)
{
	unsigned long head = READ_ONCE(p->compound_head);

	return head & 1 ? (struct page *)(head - 1) : (struct page *)p;
}
static inline unsigned int compound_order(const struct page *head) { return PageHead(head) ? head[1].compound_order : 0; }
static inline unsigned long compound_nr(const struct page *head) { return 1UL << compound_order(head); }
static inline bool PageTransHuge(const struct page *p) { return PageHead(p) && p[1].compound_order == HPAGE_PMD_ORDER; }

/* --- References ------------------------------------------------------------------------------------------------ */
static inline int page_count(const struct page *p) { return atomic_read(&compound_head(p)->_refcount); }
static inline void get_page(struct page *p)
{
	p = compound_head(p);
	refcount_inc(&p->_refcount, REF_PAGE);
}
static inline void page_ref_add(struct page *head, int nr) { refcount_add(&head->_refcount, nr, REF_PAGE); }
/* For whoever found the page without holding a reference (pfn walks): fails on free and on frozen pages. */
static inline bool get_page_unless_zero(struct page *p) { return refcount_inc_not_zero(&p->_refcount, REF_PAGE); }

/* The last put frees: removes the page from the LRU, and gives it to the buddy. Never sleeps; any context but NMI. */
void put_page(struct page *page);
/* A huge page on the deferred-split queue is being freed: mm/split, which stands above, takes it off. => any context */
extern void (*deferred_split_unqueue_hook)(struct page *head);
/* Put many at once (one lock round for those on the LRU); the array may be reused by the caller after it. */
void put_pages(struct page **pages, unsigned int nr);

/* page_ref_freeze - take the count from expected to 0 in one step, or fail. While frozen nobody can get the page. */
static inline bool page_ref_freeze(struct page *head, int expected)
{
	return !should_fail_mm_step(MM_STEP_FREEZE_PAGE) && atomic_cmpxchg(&head->_refcount, expected, 0) == expected;
}
static inline void page_ref_unfreeze(struct page *head, int count)
{
	VM_ASSERT(atomic_read(&head->_refcount) == 0);
	__atomic_store_n(&head->_refcount.counter, count, __ATOMIC_RELEASE);
}

/* --- Mappings --------------------------------------------------------------------------------------------------- */
/* How many entries (of any size) map this page or any part of it. */
static inline int page_mapcount_total(const struct page *page)
{
	const struct page *head = compound_head(page);

	if (PageHead(head))
		return atomic_read(&head[1].large_mapcount) + 1;
	return atomic_read(&head->_mapcount) + 1;
}
static inline bool page_mapped(const struct page *page) { return page_mapcount_total(page) > 0; }
/* How many PMDs map this huge page. */
static inline int entire_mapcount(const struct page *head) { return atomic_read(&head[1].entire_mapcount) + 1; }
/* How many entries map exactly this 4 KB: its own PTEs and the PMDs of its huge page. */
static inline int page_mapcount(const struct page *page)
{
	const struct page *head = compound_head(page);
	int count = atomic_read(&page->_mapcount) + 1;

	return PageHead(head) ? count + entire_mapcount(head) : count;
}
static inline bool PageAnon(const struct page *page)
{
	return (unsigned long)READ_ONCE(compound_head(page)->mapping) & PAGE_MAPPING_ANON;
}

static inline enum zone_type page_zone_type(const struct page *p) { return p->flags >> PAGE_ZONE_SHIFT; }
/* dump_page - one line in the log: everything the struct says, flags by name; nr_bad_pages: "bad page state" so far */
void dump_page(const struct page *page, const char *reason);
extern unsigned long nr_bad_pages;

struct zone *page_zone(const struct page *page);
struct node *page_node(const struct page *page);

/* Make one page of 2^order frames, and undo it. The buddy does it for __GFP_COMP; split undoes it by itself. */
void prep_compound_page(struct page *head, unsigned int order);

/* copy_page and clear_page work on direct-map addresses; the huge forms yield now and then, so they may sleep. */
void clear_page(void *page);
void copy_page(void *to, const void *from);
void clear_huge_page(struct page *head, unsigned long fault_address);
void copy_huge_page(struct page *to, struct page *from);

#endif
