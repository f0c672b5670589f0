/* mm/reclaim/migrate.c - a page moves to another frame, and nobody who uses it notices more than a moment's wait.
 *
 *	lock -> wait for write-back, or give up, as the mode says -> migration entries in all page tables -> flush ->
 *	freeze the count -> copy content, flags, place -> the cache names the new page -> the entries map it -> unlock, free
 *
 * Who faults meanwhile finds a migration entry and waits for the lock of the old page. The count is frozen: from exactly
 * what is known (our reference, the cache's) to 0. Where that fails somebody holds the page, and everything goes back as it
 * was. While it is frozen nobody gets a reference, so that what is copied is complete.
 *
 * Up to 32 pages share one flush. While we hold several page locks we never wait for one: another who does the same could
 * wait for ours. So the first passes only try, together; later ones wait, as far as the mode allows, for one page at a time.
 *
 * Pages of files and of shared memory move in the same way. The tree of their mapping is locked from the freeze until it
 * names the new page: a look-up takes its reference without asking whether there is one, and so it waits.
 *
 * Linux: mm/migrate.c.
 */
#include <mm/reclaim/migrate.h>
#include <kernel/lib/errno.h>
#include <kernel/sched/task.h>
#include <kernel/trace/trace.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>
#include <mm/rmap/anon_vma.h>
#include <mm/split/deferred_queue.h>
#include <mm/split/migration_entry.h>
#include <mm/split/split.h>
#include <mm/swap/swap.h>

#define NR_BATCHED_PASSES	3	/* trylocks only, with a shared flush */

/* What goes along. Not the lock, lists and caches, nor what the entries know (exclusive) or the new mappings set (mlocked). */
#define MOVED_FLAGS	(BIT(PG_referenced) | BIT(PG_uptodate) | BIT(PG_dirty) | BIT(PG_active) | BIT(PG_workingset) |	\
			 BIT(PG_swapbacked) | BIT(PG_error) | BIT(PG_idle) | BIT(PG_young))

/* One page under way. */
struct migration {
	struct page	*old, *new;
	struct anon_vma	*anon_vma;	/* referenced; NULL: no anonymous mapping */
	bool		was_mapped;
	bool		was_mlocked;
	bool		was_queued;	/* for deferred split */
	bool		was_unexamined;	/* by the shrinker, for zeroes */
};

/* What one call of migrate_pages carries around. */
struct migrate_run {
	const struct migrate_targets *targets;
	enum migrate_mode mode;
	struct list_head *from;		/* still to do */
	struct list_head again;		/* of this pass: somebody holds them */
	struct list_head failed;	/* for good */
	struct tlb_ubc	ubc;
	unsigned long	moved, thp_moved, thp_failed, thp_split;
};

static bool is_file_page(const struct page *page)
{
	return page->mapping && !PageAnon(page);
}

/* One for each 4 KB that the swap cache, or the tree of a mapping, names. */
static int cache_references(const struct page *page)
{
	return PageSwapCache(page) || is_file_page(page) ? compound_nr(page) : 0;
}

bool page_is_movable(struct page *page)
{
	/* The mapping may be gone by now: only who has locked the page may look into it. */
	return PageSwapCache(page) || READ_ONCE(page->mapping);
}

/* --- back to the lists ------------------------------------------------------------------------------------------------ */

/* munlock_page() takes the mark off a page that it finds on its list: not while the page is in our hands. */
static bool unevictable_without_reason(const struct page *page)
{
	return PageUnevictable(page) && !PageMlocked(page) && !is_file_page(page);
}

static void putback_movable_page(struct page *page)
{
	get_page(page);
	if (unevictable_without_reason(page))
		ClearPageUnevictable(page);
	putback_lru_page(page);
	smp_mb();
	if (unevictable_without_reason(page) && isolate_lru_page(page)) {
		ClearPageUnevictable(page);
		putback_lru_page(page);
	}
	put_page(page);
}

void putback_movable_pages(struct list_head *list)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, list, lru) {
		list_del(&page->lru);
		putback_movable_page(page);
	}
}

/* --- one page, step by step -------------------------------------------------------------------------------------------- */

/* => 0: the old page is locked; -EAGAIN: worth another look; -EBUSY: not */
static int lock_old(struct page *old, enum migrate_mode mode, bool may_wait)
{
	if (!trylock_page(old)) {
		if (!may_wait || mode == MIGRATE_ASYNC || current->flags & PF_MEMALLOC)
			return -EAGAIN;
		lock_page(old);
	}
	if (!PageWriteback(old))
		return 0;
	if (mode == MIGRATE_SYNC && may_wait) {
		wait_on_page_writeback(old);
		return 0;
	}
	unlock_page(old);
	return mode == MIGRATE_SYNC ? -EAGAIN : -EBUSY;
}

/* => page locked. 0; -EBUSY: not of a kind that moves; -EAGAIN: somebody holds it */
static int may_move(struct page *old)
{
	const struct mapping *mapping = old->mapping;

	if (!PageAnon(old) && !PageSwapCache(old) && (!mapping || !mapping->ops || !mapping->ops->migrate))
		return -EBUSY;
	return page_count(old) == 1 + page_mapcount_total(old) + cache_references(old) ? 0 : -EAGAIN;
}

static bool holds_anon_vma_lock(const struct migration *m)
{
	return m->anon_vma && PageHead(m->new);
}

static bool unmap_old(struct migration *m, struct tlb_ubc *ubc)
{
	if (!m->was_mapped)
		return true;
	if (PageAnon(m->old) && !m->anon_vma)
		return false;
	return try_to_migrate(m->old, holds_anon_vma_lock(m), false, ubc);
}

static void map_again(struct migration *m, struct page *page)
{
	if (!m->was_mapped || (PageAnon(page) && !m->anon_vma))
		return;
	remove_migration_ptes(m->old, page, 0, holds_anon_vma_lock(m) ? RMP_LOCKED : 0);
	if (!holds_anon_vma_lock(m))
		return;
	/* A hole may be new: an entry that was unmapped while it said "wait" told nobody. */
	if (m->was_queued)
		deferred_split_queue(page);
	else
		deferred_split_recheck(page);
}

/*
 * A huge page needs the anon_vma for itself: so that its parts, which may be mapped by PTEs and are unmapped one by one, do not
 * make it wait for its split.
 */
static void hold_anon_vma(struct migration *m)
{
	m->anon_vma = PageAnon(m->old) ? page_get_anon_vma(m->old) : NULL;
	if (m->anon_vma && PageHead(m->old))
		anon_vma_lock_write(m->anon_vma);
}

static void drop_anon_vma(struct migration *m)
{
	if (!m->anon_vma)
		return;
	if (holds_anon_vma_lock(m))
		anon_vma_unlock_write(m->anon_vma);
	put_anon_vma(m->anon_vma);
}

/* The mappings go back; the target too. => the old page is unlocked, and as it was */
static void undo(struct migration *m, struct migrate_run *run)
{
	map_again(m, m->old);
	drop_anon_vma(m);
	if (PageTransHuge(m->old))
		deferred_split_recheck(m->old);
	unlock_page(m->old);
	unlock_page(m->new);
	run->targets->put(m->new, run->targets->arg);
}

/* => 0: the old page is locked and mapped by migration entries only, which are not flushed yet */
static int begin(struct migration *m, struct migrate_run *run, bool may_wait)
{
	int error = lock_old(m->old, run->mode, may_wait);
	bool locked = !error;

	if (!error)
		error = may_move(m->old);
	if (error) {
		if (locked)
			unlock_page(m->old);
		run->targets->put(m->new, run->targets->arg);
		return error;
	}
	locked = __trylock_page(m->new);
	ASSERT(locked);			/* nobody else knows it */
	m->was_mlocked = PageMlocked(m->old);
	m->was_mapped = page_mapped(m->old);
	hold_anon_vma(m);
	if (unmap_old(m, &run->ubc))
		return 0;
	try_to_unmap_flush(&run->ubc);
	undo(m, run);
	return -EAGAIN;
}

static void copy_flags(struct migration *m, unsigned long flags)
{
	__atomic_fetch_or(&m->new->flags, READ_ONCE(m->old->flags) & flags, __ATOMIC_SEQ_CST);
	smp_wmb();
}

static bool freeze(struct migration *m, int expected)
{
	unsigned long irqflags;
	bool frozen;

	if (!PageHead(m->old))
		return page_ref_freeze(m->old, expected);
	m->was_queued = PagePartiallyMapped(m->old);
	m->was_unexamined = PageUnexamined(m->old);
	local_irq_save(irqflags);
	frozen = deferred_split_freeze(m->old, expected);
	local_irq_restore(irqflags);
	return frozen;
}

static int move_anonymous(struct migration *m)
{
	int cached = cache_references(m->old);

	if (!freeze(m, 1 + cached))
		return -EAGAIN;
	if (PageHead(m->old))
		copy_huge_page(m->new, m->old);
	else
		copy_page(page_address(m->new), page_address(m->old));
	copy_flags(m, MOVED_FLAGS);
	m->new->index = m->old->index;
	m->new->mapping = m->old->mapping;
	page_ref_add(m->new, cached);
	if (cached)
		swap_cache_replace(m->old, m->new);
	page_ref_unfreeze(m->old, 1);
	return 0;
}

/* Look-ups take a reference under the tree lock without asking whether there is one: they wait while we copy. */
static int move_file(struct migration *m)
{
	struct mapping *mapping = m->old->mapping;
	/* mlock sets this flag anew; of who can't be evicted because of his file it is moved. */
	unsigned long unevictable = mapping->flags & BIT(AS_UNEVICTABLE) ? BIT(PG_unevictable) : 0;
	int cached = cache_references(m->old), error = -EAGAIN;

	spin_lock(&mapping->tree_lock);
	if (freeze(m, 1 + cached)) {
		for (int i = 0; i < cached; i++)
			copy_page(page_address(m->new + i), page_address(m->old + i));
		copy_flags(m, MOVED_FLAGS | unevictable);
		page_ref_add(m->new, cached);
		mapping->ops->migrate(m->old, m->new);
		page_ref_unfreeze(m->old, 1);
		error = 0;
	}
	spin_unlock(&mapping->tree_lock);
	return error;
}

static void finish(struct migration *m)
{
	/* On its list before it is mapped: mlock_page(), which the mapping of a locked area calls, moves it from there. */
	lru_add(m->new);
	if (m->was_mlocked)
		lru_add_drain();
	if (m->was_unexamined)
		deferred_split_watch(m->new);
	map_again(m, m->new);
	drop_anon_vma(m);
	unlock_page(m->new);
	put_page(m->new);
	/* Nothing names the old page any more; who waits for its lock looks at his entry again. */
	unlock_page(m->old);
	put_page(m->old);
}

/* => flushed. 0: moved, and the old page is gone; else it is as it was */
static int complete(struct migration *m, struct migrate_run *run)
{
	int error = is_file_page(m->old) ? move_file(m) : move_anonymous(m);

	if (error)
		undo(m, run);
	else
		finish(m);
	return error;
}

/* --- many pages ---------------------------------------------------------------------------------------------------------- */

/* The verdict about one page, and with it the list that it waits in. => off every list */
static void account(struct migrate_run *run, struct page *old, unsigned long nr, int error)
{
	if (!error) {
		count_vm_events(PGMIGRATE_SUCCESS, nr);
		run->moved += nr;
		if (nr > 1) {
			count_vm_event(THP_MIGRATION_SUCCESS);
			run->thp_moved++;
		}
	} else {
		list_add_tail(&old->lru, error == -EAGAIN ? &run->again : &run->failed);
	}
}

static void complete_batch(struct migrate_run *run, struct migration *batch, unsigned int nr)
{
	try_to_unmap_flush(&run->ubc);
	for (unsigned int i = 0; i < nr; i++) {
		struct page *old = batch[i].old;
		unsigned long pages = compound_nr(old);

		account(run, old, pages, complete(&batch[i], run));
	}
}

/* No target of its size: its parts are moved instead. => false: it stays, on run->failed */
static bool split_instead(struct migrate_run *run, struct page *old)
{
	bool split = false;

	list_del(&old->lru);
	if (trylock_page(old)) {
		split = split_huge_page_to_list(old, run->from) == SPLIT_OK;
		unlock_page(old);
	}
	if (split) {
		count_vm_event(THP_MIGRATION_SPLIT);
		run->thp_split++;
	}
	list_add(&old->lru, split ? run->from : &run->failed);
	return split;
}

/* Its last user went while we had it: it is free as soon as we let go. => count 1 stays 1, when nothing names the page */
static bool is_forsaken(struct page *page)
{
	return page_count(page) == 1 && !page_mapped(page) && !cache_references(page);
}

/* One pass over the list. together: many pages with one flush, and no waiting. => 0 or -ENOMEM */
static int migrate_pass(struct migrate_run *run, bool together)
{
	struct migration batch[MIGRATE_BATCH];
	unsigned int nr = 0;
	int error = 0;

	while (!list_empty(run->from)) {
		struct page *old = list_first_entry(run->from, struct page, lru);
		bool huge = PageHead(old);
		struct page *new;

		cond_resched();
		if (is_forsaken(old)) {
			list_del(&old->lru);
			put_page(old);
			continue;
		}
		new = run->targets->get(old, run->targets->arg);
		if (!new && huge) {
			split_instead(run, old);
			continue;
		}
		if (!new) {
			error = -ENOMEM;
			break;
		}
		list_del(&old->lru);
		/* The locks of a huge page are not to be held together with others. */
		if (huge)
			complete_batch(run, batch, nr), nr = 0;
		batch[nr] = (struct migration){ .old = old, .new = new };
		error = begin(&batch[nr], run, !together && !nr);
		if (error)
			account(run, old, 1, error);
		else
			nr++;
		error = 0;
		if (nr == MIGRATE_BATCH || (nr && (huge || !together)))
			complete_batch(run, batch, nr), nr = 0;
	}
	complete_batch(run, batch, nr);
	return error;
}

static unsigned long count_left(struct list_head *list, unsigned long *thps)
{
	unsigned long pages = 0;
	struct page *page;

	list_for_each_entry(page, list, lru) {
		pages += compound_nr(page);
		*thps += PageHead(page);
	}
	return pages;
}

long migrate_pages(struct list_head *from, const struct migrate_targets *targets, enum migrate_mode mode,
		   enum migrate_reason reason, unsigned long *nr_moved)
{
	unsigned int passes = mode == MIGRATE_ASYNC ? NR_BATCHED_PASSES : NR_MAX_MIGRATE_PASS;
	struct migrate_run run = { .targets = targets, .mode = mode, .from = from };
	unsigned long left;
	int error = 0;

	INIT_LIST_HEAD(&run.again);
	INIT_LIST_HEAD(&run.failed);
	for (unsigned int pass = 0; pass < passes && !list_empty(from) && !error; pass++) {
		error = migrate_pass(&run, pass < NR_BATCHED_PASSES);
		list_splice_init(&run.again, from);
	}
	list_splice_init(&run.failed, from);
	left = count_left(from, &run.thp_failed);
	count_vm_events(PGMIGRATE_FAIL, left);
	count_vm_events(THP_MIGRATION_FAIL, run.thp_failed);
	trace(mm_migrate_pages, run.moved, left, run.thp_moved, run.thp_failed, run.thp_split, run.thp_split, mode, reason);
	if (nr_moved)
		*nr_moved = run.moved;
	return error ? error : (long)left;
}
