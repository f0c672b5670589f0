/* mm/alloc/page_alloc.c - the front desk: take what is free, or make it free.
 *
 * Fast path: mm/frame's lists, above the low mark. Slow path, each step only if the one before it brought nothing:
 *
 *	wake kswapd, go down to the min mark	(half of it with __GFP_HIGH; the whole reserve for who frees memory)
 *	compact, without waiting		large blocks only: there may be enough memory, in small pieces
 *	reclaim for ourselves			may be throttled, so that a crowd does not eat the reserve
 *	give the per-CPU lists back		a page that we freed may lie on another CPU's
 *	compact, waiting where it must		blocks only
 *	again, while there is progress or hope	16 rounds without progress end it. For a block: while compaction has new
 *						room, or can try harder (small blocks: with all its might)
 *	kill somebody				and again
 *
 * Linux: mm/page_alloc.c (__alloc_pages_slowpath).
 */
#define pr_fmt(fmt) "page_alloc: " fmt

#include <mm/alloc/page_alloc.h>
#include <kernel/debug/panic.h>
#include <kernel/sched/task.h>
#include <kernel/sync/mutex.h>
#include <kernel/x86/trap.h>
#include <mm/frame/lru.h>
#include <mm/frame/vmstat.h>
#include <mm/reclaim/compact.h>
#include <mm/reclaim/reclaim.h>
#include <mm/swap/swap.h>

#define MAX_COMPACT_RETRIES	16

DEFINE_FAULT_ATTR(fail_page_alloc, "fail_page_alloc");

/* One out-of-memory decision at a time. */
static DEFINE_MUTEX(oom_lock);

/* During the start, before kswapd runs, there is nothing to reclaim, and interrupts may still be off. */
static inline bool can_direct_reclaim(gfp_t gfp)
{
	return (gfp & __GFP_DIRECT_RECLAIM) && READ_ONCE(NODE0->kswapd);
}

#ifdef CONFIG_DEBUG
void might_alloc(gfp_t gfp)
{
	if (can_direct_reclaim(gfp))
		might_sleep();
}
#endif

/* Who works on freeing memory, or has been killed and must be able to exit, may use the whole reserve. */
static bool may_use_reserve(gfp_t gfp)
{
	if (gfp & __GFP_NOMEMALLOC)
		return false;
	if (gfp & __GFP_MEMALLOC)
		return true;
	return !current_irq_regs() && ((current->flags & PF_MEMALLOC) ||
				       (fatal_signal_pending(current) && oom_victims_pending()));
}

static unsigned int slow_alloc_flags(gfp_t gfp)
{
	if (may_use_reserve(gfp))
		return ALLOC_NO_WATERMARKS;
	return ALLOC_WMARK_MIN | (gfp & __GFP_HIGH ? ALLOC_HIGH : 0);
}

static void warn_alloc(gfp_t gfp, unsigned int order)
{
	static u64 window;
	static u32 printed;

	if ((gfp & __GFP_NOWARN) || !__printk_ratelimit(&window, &printed, 10))
		return;
	pr_warn("%s[%d]: page allocation failure: order:%u, mode:0x%x\n", current->comm, current->pid, order, gfp);
	dump_stack();
	show_mem();
}

/*
 * Compact, then take what came of it: the block that was captured for us, or one from the lists.
 *
 * => *result says what compaction did, or COMPACT_SKIPPED
 */
static struct page *compact_and_take(gfp_t gfp, unsigned int order, enum compact_priority priority,
				     enum compact_result *result)
{
	struct page *page;

	*result = COMPACT_SKIPPED;
	if (!order)
		return NULL;
	*result = try_to_compact_pages(gfp, order, priority, &page);
	if (*result <= COMPACT_DEFERRED)
		return NULL;
	count_vm_event(COMPACTSTALL);
	if (page)
		prep_isolated_page(page, order, gfp);
	else
		page = get_page_from_freelist(gfp, order, slow_alloc_flags(gfp));
	count_vm_event(page ? COMPACTSUCCESS : COMPACTFAIL);
	if (page)
		compaction_allocated(page, order);
	cond_resched();
	return page;
}

/* Reclaim, then take; once more after the per-CPU lists have come back. *progress: pages freed */
static struct page *reclaim_and_take(gfp_t gfp, unsigned int order, unsigned long *progress)
{
	struct page *page;

	*progress = try_to_free_pages(order, gfp);
	cond_resched();
	if (!*progress)
		return NULL;
	page = get_page_from_freelist(gfp, order, slow_alloc_flags(gfp));
	if (page)
		return page;
	drain_all_pages();
	return get_page_from_freelist(gfp, order, slow_alloc_flags(gfp));
}

/* Pages that another round could free at best. */
static unsigned long reclaimable_pages(void)
{
	unsigned long nr = lru_size(LRU_ACTIVE_FILE) + lru_size(LRU_INACTIVE_FILE) + page_state(NR_ISOLATED_FILE);

	if (nr_swap_pages())
		nr += lru_size(LRU_ACTIVE_ANON) + lru_size(LRU_INACTIVE_ANON) + page_state(NR_ISOLATED_ANON);
	return nr;
}

/* What a request carries from round to round. */
struct slow_request {
	gfp_t		gfp;
	unsigned int	order;
	unsigned long	freed;			/* pages, by the last reclaim */
	int		no_progress_loops;
	enum compact_priority priority;		/* of the next compaction */
	enum compact_result compacted;		/* what the last one said */
	int		compaction_retries;	/* at this priority */
};

static inline bool is_costly(unsigned int order)
{
	return order > PAGE_ALLOC_COSTLY_ORDER;
}

/* Would the request be granted if everything reclaimable were free? A block must be there already: reclaim makes none. */
static bool could_be_granted(gfp_t gfp, unsigned int order)
{
	unsigned long reclaimable = reclaimable_pages();
	struct zone *zone;

	for_each_zone(zone) {
		if ((gfp & __GFP_DMA32) && zone != &NODE0->zones[ZONE_DMA32])
			continue;
		if (zone_watermark_ok_with(zone, order, zone->watermark[WMARK_MIN], 0, reclaimable))
			return true;
	}
	return false;
}

static bool should_reclaim_retry(struct slow_request *req)
{
	if (req->freed && !is_costly(req->order))
		req->no_progress_loops = 0;
	else if (++req->no_progress_loops > MAX_RECLAIM_RETRIES)
		return false;
	if (!could_be_granted(req->gfp, req->order))
		return false;
	/* Writes in flight, or kswapd, may need a moment. */
	if (!req->freed)
		schedule_timeout_uninterruptible(1);
	else
		cond_resched();
	return true;
}

/* Would there be room for compaction if all that reclaim can free were free? Of that, little comes in the right places. */
static bool room_after_reclaim(unsigned int order)
{
	unsigned long reclaimable = reclaimable_pages() / order;
	struct zone *zone;

	for_each_zone(zone)
		if (zone_watermark_ok_with(zone, 0, zone->watermark[WMARK_MIN] + (2UL << order), 0, reclaimable))
			return true;
	return false;
}

/*
 * Reclaim has freed something, and still there is no block. If compaction had no room, it may have now. If it has made a
 * block, somebody else has taken it. If it has failed, it can try harder.
 */
static bool should_compact_retry(struct slow_request *req)
{
	enum compact_priority hardest = is_costly(req->order) ? COMPACT_PRIO_SYNC_LIGHT : COMPACT_PRIO_SYNC_FULL;
	int most = is_costly(req->order) ? MAX_COMPACT_RETRIES / 4 : MAX_COMPACT_RETRIES;

	if (!req->order || fatal_signal_pending(current))
		return false;
	if (req->compacted <= COMPACT_SKIPPED)
		return ++req->compaction_retries <= most && room_after_reclaim(req->order);
	if (req->compacted == COMPACT_SUCCESS && ++req->compaction_retries <= most)
		return true;
	if (req->priority <= hardest)
		return false;
	req->priority--;
	req->compaction_retries = 0;
	return true;
}

/* => a page after all, or NULL with *progress: somebody was killed (or is dying), try again */
static struct page *alloc_pages_may_oom(gfp_t gfp, unsigned int order, bool *progress)
{
	struct page *page;

	*progress = false;
	if (!mutex_trylock(&oom_lock)) {
		*progress = true;
		schedule_timeout_uninterruptible(1);
		return NULL;
	}
	/* Somebody may have freed a lot since we looked; the high mark, so that killing is really the last resort. */
	page = get_page_from_freelist(gfp, order, ALLOC_WMARK_HIGH);
	if (!page && order <= PAGE_ALLOC_COSTLY_ORDER && !(gfp & __GFP_RETRY_MAYFAIL))
		*progress = out_of_memory(gfp, order);
	mutex_unlock(&oom_lock);
	return page;
}

/*
 * Before anything is taken from others for a large block: can it be made of what is free? *enough: no, and with NORETRY
 * reclaim is not to be tried either, because there is no room to compact, or it was in vain lately.
 */
static struct page *compact_first(gfp_t gfp, unsigned int order, bool *enough)
{
	enum compact_result result;
	struct page *page;

	*enough = false;
	if (!is_costly(order))
		return NULL;
	page = compact_and_take(gfp, order, COMPACT_PRIO_ASYNC, &result);
	*enough = (gfp & __GFP_NORETRY) && (result == COMPACT_SKIPPED || result == COMPACT_DEFERRED);
	return page;
}

/* One round. => NULL: nothing yet */
static struct page *reclaim_round(struct slow_request *req)
{
	struct page *page;

	if (req->gfp & __GFP_KSWAPD_RECLAIM)
		wakeup_kswapd(req->order, req->gfp);
	page = get_page_from_freelist(req->gfp, req->order, slow_alloc_flags(req->gfp));
	if (page || throttle_direct_reclaim(req->gfp))
		return page;
	page = reclaim_and_take(req->gfp, req->order, &req->freed);
	return page ? page : compact_and_take(req->gfp, req->order, req->priority, &req->compacted);
}

/* => NULL: this request ends here, unless it is __GFP_NOFAIL */
static struct page *reclaim_loop(gfp_t gfp, unsigned int order)
{
	struct slow_request req = {
		.gfp = gfp, .order = order,
		.priority = gfp & __GFP_NORETRY ? COMPACT_PRIO_ASYNC : COMPACT_PRIO_SYNC_LIGHT,
	};
	bool progress, enough;
	struct page *page = compact_first(gfp, order, &enough);

	if (page || enough)
		return page;
	for (;;) {
		req.freed = 0;
		page = reclaim_round(&req);
		if (page || (gfp & __GFP_NORETRY) || (is_costly(order) && !(gfp & __GFP_RETRY_MAYFAIL)))
			return page;
		/* A killed task gets one look at the reserve; then its exit is what frees memory. */
		if (fatal_signal_pending(current))
			return get_page_from_freelist(gfp, order, slow_alloc_flags(gfp));
		if (should_reclaim_retry(&req) || (req.freed && should_compact_retry(&req)))
			continue;
		page = alloc_pages_may_oom(gfp, order, &progress);
		if (page || !progress)
			return page;
		req.no_progress_loops = 0;
	}
}

static noinline struct page *alloc_pages_slowpath(gfp_t gfp, unsigned int order)
{
	struct page *page;

	for (;;) {
		if (gfp & __GFP_KSWAPD_RECLAIM)
			wakeup_kswapd(order, gfp);
		page = get_page_from_freelist(gfp, order, slow_alloc_flags(gfp));
		if (page)
			return page;
		/* Reclaim inside of reclaim would never end. */
		if (can_direct_reclaim(gfp) && !(current->flags & PF_MEMALLOC)) {
			page = reclaim_loop(gfp, order);
			if (page)
				return page;
		}
		if (!(gfp & __GFP_NOFAIL))
			break;
		page = get_page_from_freelist(gfp, order, ALLOC_NO_WATERMARKS);
		if (page)
			return page;
		if (can_direct_reclaim(gfp))
			schedule_timeout_uninterruptible(1);
	}
	warn_alloc(gfp, order);
	return NULL;
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	struct page *page;

	might_alloc(gfp);
	if (unlikely(order > MAX_ORDER))
		return NULL;
	if (!(gfp & __GFP_NOFAIL) && should_fail(&fail_page_alloc, PAGE_SIZE << order))
		return NULL;
	page = order ? NULL : get_page_fast(gfp);
	if (likely(page))
		return page;
	page = get_page_from_freelist(gfp, order, ALLOC_WMARK_LOW);
	return page ? page : alloc_pages_slowpath(gfp, order);
}

void *get_free_page(gfp_t gfp)
{
	struct page *page = alloc_page(gfp);

	return page ? page_address(page) : NULL;
}

void free_page(void *addr)
{
	if (addr)
		put_page(virt_to_page(addr));
}

/* What a new program could use without swapping: Linux's estimate (Documentation/filesystems/proc.rst, MemAvailable). */
unsigned long nr_available_pages(void)
{
	unsigned long cache = lru_size(LRU_ACTIVE_FILE) + lru_size(LRU_INACTIVE_FILE);
	unsigned long slab = page_state(NR_SLAB_RECLAIMABLE), low = 0;
	long available = nr_free_pages() - READ_ONCE(NODE0->totalreserve_pages);
	struct zone *zone;

	for_each_zone(zone)
		low += zone->watermark[WMARK_LOW];
	available += cache - min(cache / 2, low);
	available += slab - min(slab / 2, low);
	return available > 0 ? available : 0;
}
