/* mm/frame/lru.c - five queues for eviction, and the ways between them.
 *
 * New pages wait in a batch of their CPU until there are enough for one turn of the LRU lock. Everything else takes
 * the lock at once: PG_lru, the list links and nr_pages change together under it. Interrupt handlers move pages
 * when their write-back ends, so the lock is irq-safe, and the batches are touched with interrupts off.
 *
 * Linux: mm/swap.c, include/linux/mm_inline.h.
 */
#include <mm/frame/lru.h>
#include <kernel/lib/string.h>
#include <kernel/x86/smp.h>
#include <mm/frame/buddy.h>
#include <mm/frame/vmstat.h>

#define LRU_BATCH	31

struct lru_batch {
	unsigned long	nr;		/* this CPU, irqs off */
	struct page	*pages[LRU_BATCH]; /* each with a reference */
};
static DEFINE_PER_CPU(struct lru_batch, lru_add_batch);

void lru_init(struct lruvec *lruvec)
{
	spin_lock_init(&lruvec->lru_lock);
	for (unsigned int i = 0; i < NR_LRU_LISTS; i++)
		INIT_LIST_HEAD(&lruvec->lists[i]);
}

struct lruvec *page_lruvec(const struct page *page __unused)
{
	return &NODE0->lruvec;
}

unsigned long lru_size(enum lru_list lru)
{
	return READ_ONCE(NODE0->lruvec.nr_pages[lru]);
}

enum lru_list page_lru(const struct page *page)
{
	unsigned long flags = READ_ONCE(page->flags);
	enum lru_list lru = flags & BIT(PG_swapbacked) ? LRU_INACTIVE_ANON : LRU_INACTIVE_FILE;

	if (flags & BIT(PG_unevictable))
		return LRU_UNEVICTABLE;
	return flags & BIT(PG_active) ? lru + LRU_ACTIVE_ANON - LRU_INACTIVE_ANON : lru;
}

void lruvec_add_page(struct lruvec *lruvec, struct page *page, bool tail)
{
	enum lru_list lru = page_lru(page);

	assert_spin_locked(&lruvec->lru_lock);
	if (tail)
		list_add_tail(&page->lru, &lruvec->lists[lru]);
	else
		list_add(&page->lru, &lruvec->lists[lru]);
	lruvec->nr_pages[lru] += compound_nr(page);
}

void lruvec_del_page(struct lruvec *lruvec, struct page *page)
{
	assert_spin_locked(&lruvec->lru_lock);
	list_del(&page->lru);
	lruvec->nr_pages[page_lru(page)] -= compound_nr(page);
}

/*
 * The head, still counted with all of its pages, is being split: its tails join behind it and the sum stays the same.
 */
void lruvec_add_split_tail(struct lruvec *lruvec, struct page *head, struct page *tail)
{
	assert_spin_locked(&lruvec->lru_lock);
	VM_ASSERT(PageLRU(head) && !PageLRU(tail));
	SetPageLRU(tail);
	list_add(&tail->lru, &head->lru);
}

/* --- joining -------------------------------------------------------------------------------------------------------- */

/* => irqs off */
static void drain_batch(struct lru_batch *batch)
{
	struct lruvec *lruvec = &NODE0->lruvec;
	struct page *pages[LRU_BATCH];
	unsigned int nr = batch->nr;

	if (!nr)
		return;
	spin_lock(&lruvec->lru_lock);
	for (unsigned int i = 0; i < nr; i++) {
		VM_ASSERT(!PageLRU(batch->pages[i]));
		lruvec_add_page(lruvec, batch->pages[i], false);
		SetPageLRU(batch->pages[i]);
	}
	spin_unlock(&lruvec->lru_lock);
	/* The last put of a page may come to this batch again (through a hook): empty it first. */
	memcpy(pages, batch->pages, nr * sizeof(pages[0]));
	batch->nr = 0;
	put_pages(pages, nr);
}

void lru_add(struct page *page)
{
	struct lru_batch *batch;
	unsigned long flags;

	VM_ASSERT(!PageTail(page) && !PageLRU(page));
	get_page(page);
	local_irq_save(flags);
	batch = this_cpu_ptr(&lru_add_batch);
	batch->pages[batch->nr++] = page;
	/* A huge page does not wait: 31 of them would be 62 MB that reclaim cannot see. */
	if (unlikely(batch->nr == LRU_BATCH || PageHead(page)))
		drain_batch(batch);
	local_irq_restore(flags);
}

void lru_add_drain(void)
{
	unsigned long flags;

	local_irq_save(flags);
	drain_batch(this_cpu_ptr(&lru_add_batch));
	local_irq_restore(flags);
}

static void drain_call(void *arg __unused)
{
	lru_add_drain();
}

void lru_add_drain_all(void)
{
	cpumask_t cpus = CPU_MASK_NONE;
	unsigned int cpu;

	for_each_online_cpu(cpu)
		if (READ_ONCE(per_cpu_ptr(&lru_add_batch, cpu)->nr))
			cpumask_set_cpu(cpu, &cpus);
	lru_add_drain();
	cpumask_clear_cpu(smp_processor_id(), &cpus);
	if (!cpumask_empty(&cpus))
		smp_call_function_many(&cpus, drain_call, NULL, true);
}

/* --- isolation ------------------------------------------------------------------------------------------------------ */

static inline enum vmstat_state isolated_state(const struct page *page)
{
	return PageSwapBacked(page) ? NR_ISOLATED_ANON : NR_ISOLATED_FILE;
}

void page_clear_isolated(struct page *page)
{
	if (PageIsolated(page)) {
		ClearPageIsolated(page);
		mod_page_state(isolated_state(page), -(long)compound_nr(page));
	}
}

bool lruvec_isolate_page(struct lruvec *lruvec, struct page *page)
{
	assert_spin_locked(&lruvec->lru_lock);
	if (!PageLRU(page) || !get_page_unless_zero(page))
		return false;
	ClearPageLRU(page);
	lruvec_del_page(lruvec, page);
	SetPageIsolated(page);
	mod_page_state(isolated_state(page), compound_nr(page));
	return true;
}

bool isolate_lru_page(struct page *page)
{
	struct lruvec *lruvec = page_lruvec(page);
	unsigned long flags;
	bool isolated;

	if (PageTail(page))
		return false;
	spin_lock_irqsave(&lruvec->lru_lock, flags);
	isolated = lruvec_isolate_page(lruvec, page);
	spin_unlock_irqrestore(&lruvec->lru_lock, flags);
	return isolated;
}

void putback_lru_page(struct page *page)
{
	struct lruvec *lruvec = page_lruvec(page);
	unsigned long flags;

	VM_ASSERT(PageIsolated(page) && !PageLRU(page));
	spin_lock_irqsave(&lruvec->lru_lock, flags);
	page_clear_isolated(page);
	lruvec_add_page(lruvec, page, false);
	SetPageLRU(page);
	spin_unlock_irqrestore(&lruvec->lru_lock, flags);
	put_page(page);
}

/* --- moving --------------------------------------------------------------------------------------------------------- */

/* Change the flags that name a page's list while it is on one, and requeue it. => false: it is not on a list */
static bool move_page(struct page *page, unsigned long clear, unsigned long set, bool tail, enum vmstat_event event)
{
	struct lruvec *lruvec = page_lruvec(page);
	unsigned long flags;
	bool moved = false;

	page = compound_head(page);
	spin_lock_irqsave(&lruvec->lru_lock, flags);
	if (PageLRU(page) && !PageUnevictable(page)) {
		lruvec_del_page(lruvec, page);
		__atomic_fetch_and(&page->flags, ~clear, __ATOMIC_SEQ_CST);
		__atomic_fetch_or(&page->flags, set, __ATOMIC_SEQ_CST);
		lruvec_add_page(lruvec, page, tail);
		count_vm_events(event, compound_nr(page));
		moved = true;
	}
	spin_unlock_irqrestore(&lruvec->lru_lock, flags);
	return moved;
}

void activate_page(struct page *page)
{
	if (!PageActive(compound_head(page)))
		move_page(page, BIT(PG_referenced), BIT(PG_active), false, PGACTIVATE);
}

void deactivate_page(struct page *page)
{
	move_page(page, BIT(PG_active) | BIT(PG_referenced), 0, false, PGDEACTIVATE);
}

void rotate_reclaimable_page(struct page *page)
{
	move_page(page, BIT(PG_active), 0, true, PGROTATED);
}

void mark_page_accessed(struct page *page)
{
	page = compound_head(page);
	if (!PageReferenced(page))
		SetPageReferenced(page);
	else if (PageLRU(page) && !PageActive(page) && !PageUnevictable(page))
		activate_page(page);
}
