/* mm/split/underused.c - the other side of khugepaged: huge pages that are mostly zeroes give their memory back.
 *
 * A program that touches a few pages in each 2 MB pays for all 512. When memory is short each huge page is looked into once:
 * if it has more zero-filled parts than khugepaged would have filled in, it is split, and these parts are mapped to the
 * shared zero page instead. With max_ptes_none at 511 khugepaged would fill in anything, and nothing is underused.
 *
 * Linux: thp_underused, deferred_split_scan in mm/huge_memory.c.
 */
#include <mm/split/deferred_queue.h>
#include <mm/frame/lru.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>
#include <mm/swap/swap.h>
#include <kernel/lib/string.h>
#include <kernel/sched/task.h>
#include <kernel/trace/trace.h>

bool split_underused_thp = true;
unsigned int khugepaged_max_ptes_none = HPAGE_PMD_NR - 1;

static bool nothing_is_underused(void)
{
	return !READ_ONCE(split_underused_thp) || READ_ONCE(khugepaged_max_ptes_none) == HPAGE_PMD_NR - 1;
}

/* => 4 KB parts that are zeroes, or 0 if these are too few. Who maps the page may write to it meanwhile: the split looks again */
static unsigned long zeroes_if_underused(struct page *head)
{
	unsigned long zero = 0, used = 0, max = READ_ONCE(khugepaged_max_ptes_none);

	for (unsigned long i = 0; i < HPAGE_PMD_NR && used < HPAGE_PMD_NR - max; i++) {
		if (memchr_inv(page_address(head + i), 0, PAGE_SIZE))
			used++;
		else
			zero++;
		cond_resched();
	}
	return used < HPAGE_PMD_NR - max ? zero : 0;
}

unsigned long underused_count(void)
{
	return nothing_is_underused() ? 0 : unexamined_count();
}

/* => locked and referenced; 4 KB pages freed */
static unsigned long split_if_underused(struct page *head)
{
	unsigned long zero = PageTransHuge(head) && page_mapped(head) ? zeroes_if_underused(head) : 0;
	unsigned long pfn __unused = page_to_pfn(head);
	enum split_result result;

	if (!zero)
		return 0;
	/* What the cache still keeps for somebody else's swap entry can't become the zero page. */
	result = PageSwapCache(head) && !try_to_free_swap(head) ? SPLIT_PINNED : split_huge_page(head);
	trace(split_underused, pfn, zero, result);
	if (result != SPLIT_OK) {
		deferred_split_watch(head);	/* somebody holds it: it remains worth a look */
		return 0;
	}
	count_vm_event(THP_UNDERUSED_SPLIT_PAGE);
	return zero;
}

unsigned long underused_scan(unsigned long nr_to_scan)
{
	unsigned long freed = 0;

	lru_add_drain();
	nr_to_scan = min(nr_to_scan, underused_count());
	while (nr_to_scan--) {
		struct page *head = unexamined_next();

		if (!head)
			break;
		if (trylock_page(head)) {
			freed += split_if_underused(head);
			unlock_page(head);
		} else {
			deferred_split_watch(head);
		}
		put_page(head);
	}
	return freed;
}
