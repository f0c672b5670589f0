/* mm/frame/lru.c - the ways onto the LRU lists, between them, and off.
 *
 * New pages wait in a batch of their CPU until there are enough for one turn of the LRU lock. Everything else takes
 * the lock at once. Interrupt handlers move pages when their write-back ends, so the lock is irq-safe, and the
 * batches are touched with interrupts off.
 *
 * Linux: mm/swap.c.
 */
#include <mm/frame/lru.h>
#include <kernel/lib/string.h>
#include <kernel/x86/smp.h>
#include <mm/frame/buddy.h>
#include <mm/frame/vmstat.h>

#define LRU_BATCH	31
#define LRU_COST_OF_IO	32UL	/* a write or read against another look at a page in memory */

struct lru_batch {
	unsigned long	nr;		/* this CPU, irqs off */
	struct page	*pages[LRU_BATCH]; /* each with a reference */
};
static DEFINE_PER_CPU(struct lru_batch, lru_add_batch);

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

bool activate_page(struct page *page)
{
	return !PageActive(compound_head(page)) &&
	       move_page(page, BIT(PG_referenced), BIT(PG_active), false, PGACTIVATE);
}

void deactivate_page(struct page *page)
{
	move_page(page, BIT(PG_active) | BIT(PG_referenced), 0, false, PGDEACTIVATE);
}

void lazyfree_page(struct page *page)
{
	VM_ASSERT(PageLocked(page) && PageAnon(page) && !PageSwapCache(page));
	move_page(page, BIT(PG_active) | BIT(PG_referenced) | BIT(PG_swapbacked), 0, false, PGLAZYFREE);
}

void rotate_reclaimable_page(struct page *page)
{
	move_page(page, BIT(PG_active), 0, true, PGROTATED);
}

/*
 * A page in a CPU's batch, or in the hands of reclaim, gets the mark only: it joins the list that the mark names then,
 * under the same lock. PG_mlocked is read under it too, so that of an mlock and a munlock on two CPUs the later one decides.
 */
void lru_follow_mlocked(struct page *page)
{
	struct lruvec *lruvec = page_lruvec(page);
	bool mlocked, on_list;
	unsigned long flags;

	spin_lock_irqsave(&lruvec->lru_lock, flags);
	mlocked = PageMlocked(page);
	on_list = PageLRU(page);
	if (mlocked != PageUnevictable(page)) {
		if (on_list)
			lruvec_del_page(lruvec, page);
		if (mlocked)
			SetPageUnevictable(page);
		else
			ClearPageUnevictable(page);
		if (on_list)
			lruvec_add_page(lruvec, page, false);
		count_vm_events(mlocked ? UNEVICTABLE_PGCULLED : UNEVICTABLE_PGRESCUED, compound_nr(page));
	}
	spin_unlock_irqrestore(&lruvec->lru_lock, flags);
}

void mark_page_accessed(struct page *page)
{
	page = compound_head(page);
	if (PageIdle(page))
		ClearPageIdle(page);
	if (!PageReferenced(page))
		SetPageReferenced(page);
	else if (PageLRU(page) && !PageActive(page) && !PageUnevictable(page) && activate_page(page))
		lru_age_nonresident(page_lruvec(page), compound_nr(page));
}

/* Old costs fade when as much again has been looked at. */
void lru_note_cost(struct lruvec *lruvec, bool file, unsigned long nr_io, unsigned long nr_rotated)
{
	unsigned long irqflags, size = 0;

	spin_lock_irqsave(&lruvec->lru_lock, irqflags);
	for (enum lru_list lru = 0; lru < LRU_UNEVICTABLE; lru++)
		size += lruvec->nr_pages[lru];
	*(file ? &lruvec->file_cost : &lruvec->anon_cost) += nr_io * LRU_COST_OF_IO + nr_rotated;
	while (lruvec->anon_cost + lruvec->file_cost > size / 4 + 1) {
		lruvec->anon_cost /= 2;
		lruvec->file_cost /= 2;
	}
	spin_unlock_irqrestore(&lruvec->lru_lock, irqflags);
}
