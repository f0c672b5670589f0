/* mm/rmap/rmap.c - how many entries map a page.
 *
 * Three counters, each one less than what it counts: _mapcount of each 4 KB (PTEs that map it), and of a huge page
 * entire_mapcount (PMDs) and large_mapcount (PMDs and PTEs of any part). The last one to go takes the page out of
 * nr_anon_pages or nr_mapped: a huge page counts as a whole until no part of it is mapped, because its memory is not
 * free before that.
 *
 * Linux: mm/rmap.c (folio_add_anon_rmap_ptes, folio_remove_rmap_ptes).
 */
#include <mm/rmap/rmap.h>

#include <mm/frame/lru.h>
#include <mm/frame/vmstat.h>
#include <mm/rmap/anon_vma.h>

void (*deferred_split_hook)(struct page *head);

static pgoff_t page_offset_in(const struct vma *vma, unsigned long address)
{
	return ((address - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff;
}

static void set_anon_mapping(struct page *head, struct anon_vma *av, pgoff_t index)
{
	head->index = index;
	WRITE_ONCE(head->mapping, (void *)((unsigned long)av | PAGE_MAPPING_ANON));
}

void page_add_new_anon_rmap(struct page *page, struct vma *vma, unsigned long address, enum rmap_level level)
{
	VM_ASSERT(!PageTail(page) && vma->anon_vma);
	/* Nobody else knows the page: no need for atomic operations. */
	page->flags |= BIT(PG_swapbacked) | BIT(PG_anon_exclusive);
	set_anon_mapping(page, vma->anon_vma, page_offset_in(vma, address));
	if (level == RMAP_PTE) {
		VM_ASSERT(!PageHead(page));
		atomic_set(&page->_mapcount, 0);
		mod_page_state(NR_ANON_MAPPED, 1);
	} else {
		atomic_set(&page[1].entire_mapcount, 0);
		atomic_set(&page[1].large_mapcount, 0);
		mod_page_state(NR_ANON_MAPPED, HPAGE_PMD_NR);
		mod_page_state(NR_ANON_THPS, HPAGE_PMD_NR);
	}
}

#define MAPCOUNT_SATURATED	0x3fffffff	/* a page that is for ever mapped, and never freed */

/* The counters are one less than what they count: -1 is none. => the new value, never below 0 */
static int mapcount_inc(atomic_t *count)
{
	int now = atomic_inc_return(count);

	if (likely(now >= 0))
		return now;
	atomic_set(count, MAPCOUNT_SATURATED);
	refcount_report(REF_MAPCOUNT, "overflow");
	return MAPCOUNT_SATURATED;
}

/* => the new value, never below -1; one mapping too few is as if nothing had been dropped */
static int mapcount_dec(atomic_t *count)
{
	int now = atomic_dec_return(count);

	if (likely(now >= -1))
		return now;
	atomic_set(count, -1);
	refcount_report(REF_MAPCOUNT, "dropped more often than taken");
	return 0;
}

/* One mapping more. => the page was not mapped before */
static bool count_mapping(struct page *page, struct page *head, enum rmap_level level)
{
	if (level == RMAP_PTE) {
		int count = mapcount_inc(&page->_mapcount);

		return PageHead(head) ? mapcount_inc(&head[1].large_mapcount) == 0 : count == 0;
	}
	if (mapcount_inc(&head[1].entire_mapcount) == 0)
		mod_page_state(PageAnon(head) ? NR_ANON_THPS : NR_SHMEM_PMDMAPPED, HPAGE_PMD_NR);
	return mapcount_inc(&head[1].large_mapcount) == 0;
}

void page_add_anon_rmap(struct page *page, struct vma *vma, unsigned long address, unsigned int rmap_flags,
			enum rmap_level level)
{
	struct page *head = compound_head(page);

	if (!PageAnon(head)) {
		/*
		 * Fresh from swap. A page that other processes may hold too must be found from all of the family:
		 * it gets the root, which every area of the family is linked to.
		 */
		struct anon_vma *av = rmap_flags & RMAP_EXCLUSIVE ? vma->anon_vma : vma->anon_vma->root;

		set_anon_mapping(head, av, page_offset_in(vma, address) - (page - head));
	}
	if (count_mapping(page, head, level))
		mod_page_state(NR_ANON_MAPPED, compound_nr(head));
	if (rmap_flags & RMAP_EXCLUSIVE)
		SetPageAnonExclusive(page);
}

void page_add_file_rmap(struct page *page, enum rmap_level level)
{
	struct page *head = compound_head(page);

	if (count_mapping(page, head, level))
		mod_page_state(NR_FILE_MAPPED, compound_nr(head));
}

void __page_dup_rmap(struct page *page, enum rmap_level level)
{
	struct page *head = compound_head(page);

	VM_ASSERT(page_mapped(head));
	count_mapping(page, head, level);
}

/* => the page lost its last mapping; *part: it did not, but some 4 KB of it did */
static bool uncount_mapping(struct page *page, struct page *head, enum rmap_level level, bool *part)
{
	int count, all;

	if (level == RMAP_PTE) {
		count = mapcount_dec(&page->_mapcount);
		if (!PageHead(head))
			return count < 0;
		all = mapcount_dec(&head[1].large_mapcount);
		*part = count < 0 && all >= 0 && atomic_read(&head[1].entire_mapcount) < 0;
		return all < 0;
	}
	count = mapcount_dec(&head[1].entire_mapcount);
	if (count < 0)
		mod_page_state(PageAnon(head) ? NR_ANON_THPS : NR_SHMEM_PMDMAPPED, -(long)HPAGE_PMD_NR);
	all = mapcount_dec(&head[1].large_mapcount);
	*part = count < 0 && all >= 0 && all + 1 < (int)HPAGE_PMD_NR;
	return all < 0;
}

void page_remove_rmap(struct page *page, struct vma *vma, enum rmap_level level)
{
	struct page *head = compound_head(page);
	bool part = false, last = uncount_mapping(page, head, level, &part);

	if (last)
		mod_page_state(PageAnon(head) ? NR_ANON_MAPPED : NR_FILE_MAPPED, -(long)compound_nr(head));
	else if (part && PageAnon(head) && deferred_split_hook)
		deferred_split_hook(head);
	if (unlikely(vma->vm_flags & VM_LOCKED) && PageMlocked(head) && (last || !PageHead(head)))
		munlock_page(head);
}

void page_move_anon_rmap(struct page *page, struct vma *vma)
{
	struct page *head = compound_head(page);

	VM_ASSERT(PageLocked(head) && PageAnon(head));
	WRITE_ONCE(head->mapping, (void *)((unsigned long)vma->anon_vma | PAGE_MAPPING_ANON));
}

/* Shared memory has no other place than memory, locked or not. */
static bool must_stay(const struct page *page)
{
	const struct mapping *mapping = PageAnon(page) ? NULL : READ_ONCE(page->mapping);

	return mapping && mapping->flags & BIT(AS_UNEVICTABLE);
}

void mlock_page(struct page *page)
{
	page = compound_head(page);
	if (TestSetPageMlocked(page))
		return;
	mod_page_state(NR_MLOCK, compound_nr(page));
	count_vm_events(UNEVICTABLE_PGMLOCKED, compound_nr(page));
	if (!must_stay(page))
		lru_follow_mlocked(page);
}

void munlock_page(struct page *page)
{
	page = compound_head(page);
	if (!TestClearPageMlocked(page))
		return;
	mod_page_state(NR_MLOCK, -(long)compound_nr(page));
	count_vm_events(UNEVICTABLE_PGMUNLOCKED, compound_nr(page));
	if (!must_stay(page))
		lru_follow_mlocked(page);
}
