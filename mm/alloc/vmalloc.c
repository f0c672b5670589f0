/* mm/alloc/vmalloc.c - areas that are adjacent only in virtual memory.
 *
 * The areas stand in a tree by address; each node also knows the largest hole below any area of its subtree, so that the
 * lowest hole that is large enough is found in one descent. Low addresses are used again first, because the page
 * tables made for them stay. Every area ends with a page that is never mapped.
 *
 * An area belongs to whoever asked for it: its entries are changed by nobody else, and need no lock. On the way back the order
 * is: entries cleared -> flushed on all CPUs -> frames and addresses given to others.
 *
 * Linux: mm/vmalloc.c.
 */
#define pr_fmt(fmt) "vmalloc: " fmt

#include <mm/alloc/vmalloc.h>
#include <kernel/debug/panic.h>
#include <kernel/x86/io.h>
#include <mm/alloc/page_alloc.h>
#include <mm/alloc/slab.h>
#include <mm/alloc/stack_internal.h>
#include <mm/frame/vmstat.h>
#include <mm/table/tlb.h>
#include <mm/table/walk.h>

/* Locks: (v) vmalloc_lock (i) set when the area is made */
struct vm_area {
	struct rb_node	rb;		/* (v) */
	unsigned long	start, end;	/* (i) bytes; end without the guard page */
	unsigned long	gap;		/* (v) the hole below, down to the previous area's guard page */
	unsigned long	max_gap;	/* (v) the largest gap in this subtree */
	bool		device;		/* (i) ioremap: the frames are not ours */
};

static DEFINE_SPINLOCK(vmalloc_lock);
static struct rb_root areas = RB_ROOT;	/* (v) */
static struct kmem_cache *area_cache;

#define FIRST_ADDRESS	(VMALLOC_START + PAGE_SIZE)	/* a guard page below the first area, too */

static inline struct vm_area *area_of(struct rb_node *node)
{
	return rb_entry(node, struct vm_area, rb);
}

static inline unsigned long max_gap_of(struct rb_node *node)
{
	return node ? area_of(node)->max_gap : 0;
}

static void update_max_gap(struct rb_node *node)
{
	struct vm_area *a = area_of(node);

	a->max_gap = max(a->gap, max(max_gap_of(node->rb_left), max_gap_of(node->rb_right)));
}

static const struct rb_augment_callbacks gap_callbacks = { .update = update_max_gap };

/* The first address after an area that another one may use. */
static inline unsigned long end_with_guard(const struct vm_area *a)
{
	return a->end + PAGE_SIZE;
}

/* The lowest hole of size bytes (guard page included); 0: none. => vmalloc_lock held */
static unsigned long find_hole(unsigned long size)
{
	struct rb_node *node = areas.rb_node, *last = rb_last(&areas);
	unsigned long start = last ? end_with_guard(area_of(last)) : FIRST_ADDRESS;

	if (max_gap_of(node) < size)
		return VMALLOC_END - start >= size ? start : 0;
	for (;;) {
		struct vm_area *a = area_of(node);

		if (max_gap_of(node->rb_left) >= size)
			node = node->rb_left;
		else if (a->gap >= size)
			return a->start - a->gap;
		else
			node = node->rb_right;
	}
}

static void set_gap(struct rb_node *node)
{
	struct vm_area *a = area_of(node);
	struct rb_node *prev = rb_prev(node);

	a->gap = a->start - (prev ? end_with_guard(area_of(prev)) : FIRST_ADDRESS);
	rb_augment_propagate(node, &gap_callbacks);
}

static void insert_area(struct vm_area *area)
{
	struct rb_node **link = &areas.rb_node, *parent = NULL, *next;

	while (*link) {
		parent = *link;
		link = area->start < area_of(parent)->start ? &parent->rb_left : &parent->rb_right;
	}
	area->gap = 0;
	rb_link_node(&area->rb, parent, link);
	rb_insert_augmented(&area->rb, &areas, &gap_callbacks);
	set_gap(&area->rb);
	next = rb_next(&area->rb);
	if (next)
		set_gap(next);
}

static struct vm_area *alloc_area(unsigned long size, bool device)
{
	struct vm_area *area = kmem_cache_alloc(area_cache, GFP_KERNEL);

	if (!area)
		return NULL;
	spin_lock(&vmalloc_lock);
	area->start = find_hole(size + PAGE_SIZE);
	area->end = area->start + size;
	area->device = device;
	if (area->start)
		insert_area(area);
	spin_unlock(&vmalloc_lock);
	if (area->start)
		return area;
	kmem_cache_free(area_cache, area);
	return NULL;
}

static void free_area(struct vm_area *area)
{
	struct rb_node *next;

	spin_lock(&vmalloc_lock);
	next = rb_next(&area->rb);
	rb_erase_augmented(&area->rb, &areas, &gap_callbacks);
	if (next)
		set_gap(next);
	spin_unlock(&vmalloc_lock);
	kmem_cache_free(area_cache, area);
}

static struct vm_area *find_area(unsigned long start)
{
	struct rb_node *node;

	spin_lock(&vmalloc_lock);
	node = areas.rb_node;
	while (node && area_of(node)->start != start)
		node = start < area_of(node)->start ? node->rb_left : node->rb_right;
	spin_unlock(&vmalloc_lock);
	return node ? area_of(node) : NULL;
}

/* --- mapping ------------------------------------------------------------------------------------------------------------ */

/* Fill the area with new frames. => false without memory: what was mapped stays, for unmap_area() */
static bool map_frames(struct vm_area *area, gfp_t gfp)
{
	if (kernel_map_prepare(area->start, area->end))
		return false;
	for (unsigned long va = area->start; va < area->end; va += PAGE_SIZE) {
		struct page *page = alloc_page(gfp);

		if (!page)
			return false;
		set_pte(kernel_pte(va), mk_pte(page, PAGE_KERNEL));
	}
	mod_page_state(NR_VMALLOC, (area->end - area->start) >> PAGE_SHIFT);
	return true;
}

/* Clear the entries; the frames go to the list, chained by their lru links. */
static void unmap_frames(struct vm_area *area, struct list_head *frames)
{
	for (unsigned long va = area->start; va < area->end; va += PAGE_SIZE) {
		pte_t *ptep = kernel_pte(va), pte = ptep ? ptep_get_and_clear(ptep) : __pte(0);

		if (!pte_none(pte) && !area->device)
			list_add_tail(&pte_page(pte)->lru, frames);
	}
}

static void free_frames(struct list_head *frames)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, frames, lru) {
		list_del(&page->lru);
		put_page(page);
	}
}

static void unmap_area(struct vm_area *area)
{
	LIST_HEAD(frames);

	unmap_frames(area, &frames);
	flush_tlb_kernel_range(area->start, area->end);
	free_frames(&frames);
	free_area(area);
}

void *vmalloc_gfp(size_t size, gfp_t gfp)
{
	struct vm_area *area;

	size = PAGE_ALIGN(size);
	if (!size || size >> PAGE_SHIFT > totalram_pages())
		return NULL;
	area = alloc_area(size, false);
	if (!area)
		return NULL;
	if (map_frames(area, gfp))
		return (void *)area->start;
	unmap_area(area);
	return NULL;
}

void *vmalloc(size_t size)
{
	return vmalloc_gfp(size, GFP_KERNEL);
}

void *vzalloc(size_t size)
{
	return vmalloc_gfp(size, GFP_KERNEL | __GFP_ZERO);
}

void vfree(const void *addr)
{
	struct vm_area *area;

	if (!addr)
		return;
	area = find_area((unsigned long)addr);
	ASSERTF(area && !area->device, "vfree of %p, which vmalloc never gave out", addr);
	mod_page_state(NR_VMALLOC, -(long)((area->end - area->start) >> PAGE_SHIFT));
	unmap_area(area);
}

/* Many areas of equal size with one flush: kernel stacks. */
void vfree_many(void *const *addrs, unsigned int nr)
{
	unsigned long low = ULONG_MAX, high = 0;
	LIST_HEAD(frames);

	for (unsigned int i = 0; i < nr; i++) {
		struct vm_area *area = find_area((unsigned long)addrs[i]);

		ASSERTF(area && !area->device, "vfree of %p, which vmalloc never gave out", addrs[i]);
		mod_page_state(NR_VMALLOC, -(long)((area->end - area->start) >> PAGE_SHIFT));
		unmap_frames(area, &frames);
		low = min(low, area->start);
		high = max(high, area->end);
	}
	flush_tlb_kernel_range(low, high);
	free_frames(&frames);
	for (unsigned int i = 0; i < nr; i++)
		free_area(find_area((unsigned long)addrs[i]));
}

bool is_vmalloc_addr(const void *addr)
{
	return (unsigned long)addr >= VMALLOC_START && (unsigned long)addr < VMALLOC_END;
}

struct page *vmalloc_to_page(const void *addr)
{
	pte_t *ptep = kernel_pte((unsigned long)addr);
	pte_t pte = ptep ? ptep_get(ptep) : __pte(0);

	return pte_present(pte) ? pte_page(pte) : NULL;
}

void *vmalloc_ioremap(phys_addr_t pa, size_t size)
{
	unsigned long offset = pa & ~PAGE_MASK;
	struct vm_area *area = alloc_area(PAGE_ALIGN(size + offset), true);

	if (!area)
		return NULL;
	if (kernel_map_prepare(area->start, area->end)) {
		free_area(area);
		return NULL;
	}
	pa -= offset;
	for (unsigned long va = area->start; va < area->end; va += PAGE_SIZE, pa += PAGE_SIZE)
		set_pte(kernel_pte(va), pfn_pte(PHYS_PFN(pa), PAGE_KERNEL_NOCACHE));
	return (void *)(area->start + offset);
}

void vmalloc_init(void)
{
	area_cache = kmem_cache_create("vmap_area", sizeof(struct vm_area), 0, 0, NULL);
	ioremap_above_4g = vmalloc_ioremap;
}
