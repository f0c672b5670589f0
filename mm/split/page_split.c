/* mm/split/page_split.c - one page of 2 MB becomes 512 pages of 4 KB, or stays exactly as it was.
 *
 * A mapping can always be split; a page only when nobody holds it whom we don't know. The steps:
 *	1. the anon_vma lock for writing: against collapse, and against another split
 *	2. a look at the counts, to give up early
 *	3. every mapping becomes migration entries. Now the hardware can't write the page, and who faults waits for us
 *	4. the reference count is frozen: from the expected value to 0 in one step. If that fails somebody holds the page
 *	   (a pin, or a short look-up): the mappings go back, and nothing has happened
 *	5. the tails, from high to low: flags, mapping, index, slot; the link to the head is cut; and only then the tail's
 *	   count is set, which makes it a page of its own
 *	6. the head last: a look-up that finds it before would believe it to be still huge
 *	7. the migration entries become PTEs again, of small pages; or of the zero page, where a part is nothing but zeroes
 *
 * Linux: split_huge_page_to_list, __split_huge_page in mm/huge_memory.c.
 */
#include <mm/split/split.h>
#include <mm/split/deferred_queue.h>
#include <mm/split/migration_entry.h>
#include <mm/frame/lru.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>
#include <mm/rmap/anon_vma.h>
#include <mm/swap/swap.h>
#include <kernel/trace/trace.h>

/* What a tail inherits. Not PG_anon_exclusive: that is each 4 KB page's own, and the migration entries keep it. */
#define TAIL_FLAGS	(BIT(PG_locked) | BIT(PG_referenced) | BIT(PG_uptodate) | BIT(PG_dirty) | BIT(PG_active) |	\
			 BIT(PG_workingset) | BIT(PG_swapbacked) | BIT(PG_swapcache) | BIT(PG_unevictable) |		\
			 BIT(PG_mlocked) | BIT(PG_isolated) | BIT(PG_idle) | BIT(PG_young))

/* Shared memory's: the tree of its mapping names every part. */
static bool is_in_mapping(const struct page *head)
{
	return head->mapping && !PageAnon(head);
}

/* What holds each part beside those who map it. */
static int part_references(const struct page *head)
{
	return PageSwapCache(head) || is_in_mapping(head);
}

static int cache_references(const struct page *head)
{
	return part_references(head) * HPAGE_PMD_NR;
}

/* Racy: to give up before all mappings have been taken apart. The freeze decides. */
static bool can_split(struct page *head)
{
	return page_count(head) == page_mapcount_total(head) + cache_references(head) + 1;
}

/* => lru_lock held, head frozen; the tail is nobody's until its count is set */
static void split_tail(struct page *head, unsigned long i, struct lruvec *lruvec, struct list_head *list)
{
	struct page *tail = head + i;

	ASSERTF(atomic_read(&tail->_mapcount) == -1 && atomic_read(&tail->_refcount) == 0,
		"tail %lu of page 0x%lx: mapcount %d, refcount %d", i, page_to_pfn(head),
		atomic_read(&tail->_mapcount) + 1, atomic_read(&tail->_refcount));
	tail->flags |= head->flags & TAIL_FLAGS;
	tail->mapping = head->mapping;
#ifdef BUG_split_tail_index
	tail->index = head->index;	/* the reverse map looks for every part at the address of the first */
#else
	tail->index = head->index + i;
#endif
	if (!PageSwapCache(head))
		tail->private = 0;
	page_lock_adopt(tail);
	smp_wmb();
	/* From here on PageTail is false; from the next line on it can be found and used. */
	WRITE_ONCE(tail->compound_head, 0);
	page_ref_unfreeze(tail, 1 + part_references(head) + !!list);
	if (list)
		list_add_tail(&tail->lru, list);
	else
		lruvec_add_split_tail(lruvec, head, tail);
}

/* => irqs off, head frozen and off the deferred queue */
static void split_frozen(struct page *head, struct list_head *list)
{
	struct lruvec *lruvec = page_lruvec(head);

	/* Who takes a page off its list holds a reference: frozen, it is where the caller believes it to be. */
	ASSERT(list || PageLRU(head));
	spin_lock(&lruvec->lru_lock);
	if (PageSwapCache(head))
		swap_cache_split(head);
	for (unsigned long i = HPAGE_PMD_NR - 1; i; i--)
		split_tail(head, i, lruvec, list);
	/* A write of the whole failed: which of its slots is bad, each part will find out. */
	ClearPageError(head);
	ClearPageHead(head);
	page_ref_unfreeze(head, 1 + part_references(head));
	spin_unlock(&lruvec->lru_lock);
}

/* The mappings are back: the parts are unlocked, and the reference that the split gave to each is dropped. */
static void finish_parts(struct page *head, struct page *keep)
{
	for (unsigned long i = 0; i < HPAGE_PMD_NR; i++) {
		if (head + i == keep)
			continue;
		unlock_page(head + i);
		/* A part that nobody maps, a hole that munmap or madvise has made, is freed here. */
		put_page(head + i);
	}
}

/* => no entry maps it, and none can: they are migration entries, or name its slots and wait for its lock */
static enum split_result split_unmapped(struct page *head, struct list_head *list)
{
	unsigned long irqflags;
	bool frozen;

	local_irq_save(irqflags);
	frozen = deferred_split_freeze(head, 1 + cache_references(head));
	if (frozen)
		split_frozen(head, list);
	local_irq_restore(irqflags);
	return frozen ? SPLIT_OK : SPLIT_PINNED;
}

/* => anon_vma locked for writing; the mappings are back in either case */
static enum split_result split_mapped(struct page *head, struct list_head *list)
{
	enum split_result result = SPLIT_PINNED;

	/* Without a mapping the page can't get one: only we could split a PMD, and only PTEs of it can be copied. */
	if (try_to_migrate(head, true, true, NULL))
		result = split_unmapped(head, list);
	remove_migration_ptes(head, head, HPAGE_PMD_NR, RMP_LOCKED | (result == SPLIT_OK ? RMP_USE_SHARED_ZEROPAGE : 0));
	return result;
}

/*
 * No migration entries here: who faults finds the page in its mapping, and waits for the lock. Look-ups take a reference
 * under the tree's lock without asking whether there is one: so it is held while the count is frozen. The tree names the
 * parts already.
 */
static enum split_result split_shared(struct page *head, struct list_head *list)
{
	struct mapping *mapping = head->mapping;
	enum split_result result;

	if (!can_split(head) || (page_mapped(head) && !try_to_unmap(head, TTU_IGNORE_MLOCK, NULL)))
		return SPLIT_PINNED;
	spin_lock(&mapping->tree_lock);
	result = split_unmapped(head, list);
	if (result == SPLIT_OK)
		mod_page_state(NR_SHMEM_THPS, -(long)HPAGE_PMD_NR);
	spin_unlock(&mapping->tree_lock);
	return result;
}

static enum split_result try_split(struct page *head, struct list_head *list)
{
	enum split_result result = SPLIT_PINNED;
	struct anon_vma *anon_vma;

	if (is_huge_zero_page(head))
		return SPLIT_ZERO_PAGE;
	if (PageWriteback(head))
		return SPLIT_BUSY_WRITEBACK;
	/* On its way to swap. Its areas may be gone already, and nothing is to be found there. */
	if (!page_mapped(head) && PageSwapCache(head))
		return split_unmapped(head, list);
	if (is_in_mapping(head))
		return split_shared(head, list);
	/* Referenced, because its areas may go while we wait for the lock. */
	anon_vma = page_get_anon_vma(head);
	if (!anon_vma)
		return SPLIT_NO_ANON_VMA;
	anon_vma_lock_write(anon_vma);
	if (can_split(head))
		result = split_mapped(head, list);
	anon_vma_unlock_write(anon_vma);
	put_anon_vma(anon_vma);
	if (result != SPLIT_OK)
		deferred_split_recheck(head);
	return result;
}

enum split_result split_huge_page_to_list(struct page *page, struct list_head *list)
{
	struct page *head = compound_head(page);
	enum split_result result;

	ASSERT(PageLocked(head) && PageTransHuge(head));
	trace(split_huge_page, page_to_pfn(head), page_mapcount_total(head), page_count(head), -1);
	result = try_split(head, list);
	if (result == SPLIT_OK)
		finish_parts(head, page);
	count_vm_event(result == SPLIT_OK ? THP_SPLIT_PAGE : THP_SPLIT_PAGE_FAILED);
	trace(split_huge_page, page_to_pfn(head), page_mapcount_total(page), page_count(page), result);
	return result;
}
