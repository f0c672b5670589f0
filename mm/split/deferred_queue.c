/* mm/split/deferred_queue.c - huge pages that may hold more memory than they use wait here until memory is short.
 *
 * When some 4 KB parts of a huge page lose their last mapping, the memory of these parts can be had back by splitting the
 * page. Not at that moment: munmap holds a page-table lock and can't take what a split needs; and when a process exits,
 * the rest follows at once. So the page is queued, and a shrinker splits it when memory is needed.
 *
 * A page is on the queue if and only if PG_partially_mapped is set. All others wait on a second list, from their first day
 * until somebody has looked into them for zeroes: those with PG_unexamined. Flags and lists change under the queue's
 * lock. The list links are those of the second tail, which no list uses otherwise.
 *
 * Linux: deferred_split_folio, deferred_split_scan in mm/huge_memory.c.
 */
#include <mm/split/deferred_queue.h>
#include <mm/frame/vmstat.h>
#include <mm/rmap/anon_vma.h>
#include <kernel/trace/trace.h>

static DEFINE_SPINLOCK(queue_lock);		/* irq-safe: the last put of a page may come in an interrupt */
static LIST_HEAD(queue);			/* (queue_lock) head[2].lru */
static unsigned long queue_length;		/* (queue_lock) huge pages */
static LIST_HEAD(unexamined);			/* (queue_lock) head[2].lru */
static unsigned long nr_unexamined;		/* (queue_lock) huge pages */

void deferred_split_page(struct page *head)
{
	struct anon_vma *anon_vma = page_anon_vma(head);

	if (!PageTransHuge(head) || PagePartiallyMapped(head))
		return;
	/* A split itself takes the mappings of the parts away one by one: it is not a reason to split later. */
	if (rwsem_is_held_write(&anon_vma->root->rwsem))
		return;
	/* Nor does reclaim, which takes it out of all tables to write it as a whole. */
	if (PageSwapCache(head) && PageLocked(head))
		return;
	deferred_split_queue(head);
}

/* => queue_lock held */
static void forget_unexamined(struct page *head)
{
	if (!TestClearPageUnexamined(head))
		return;
	list_del_init(&head[2].lru);
	nr_unexamined--;
}

void deferred_split_watch(struct page *head)
{
	unsigned long irqflags;

	spin_lock_irqsave(&queue_lock, irqflags);
	/* One that comes back here after a look may have got holes meanwhile. */
	if (!PagePartiallyMapped(head) && !TestSetPageUnexamined(head)) {
		list_add_tail(&head[2].lru, &unexamined);
		nr_unexamined++;
	}
	spin_unlock_irqrestore(&queue_lock, irqflags);
}

void deferred_split_recheck(struct page *head)
{
	if (!PageAnon(head) || !page_mapped(head) || entire_mapcount(head))
		return;
	for (unsigned long i = 0; i < HPAGE_PMD_NR; i++) {
		if (!page_mapcount(head + i)) {
			deferred_split_queue(head);
			return;
		}
	}
}

void deferred_split_queue(struct page *head)
{
	unsigned long irqflags;

	spin_lock_irqsave(&queue_lock, irqflags);
	if (!TestSetPagePartiallyMapped(head)) {
		forget_unexamined(head);
		list_add_tail(&head[2].lru, &queue);
		queue_length++;
		count_vm_event(THP_DEFERRED_SPLIT_PAGE);
		trace(deferred_split_page, page_to_pfn(head));
	}
	spin_unlock_irqrestore(&queue_lock, irqflags);
}

/* => queue_lock held */
static void unqueue(struct page *head)
{
	forget_unexamined(head);
	if (!TestClearPagePartiallyMapped(head))
		return;
	list_del_init(&head[2].lru);
	queue_length--;
}

void deferred_split_unqueue(struct page *head)
{
	unsigned long irqflags;

	if (!PagePartiallyMapped(head) && !PageUnexamined(head))
		return;
	spin_lock_irqsave(&queue_lock, irqflags);
	unqueue(head);
	spin_unlock_irqrestore(&queue_lock, irqflags);
}

bool deferred_split_freeze(struct page *head, int expected)
{
	unsigned long irqflags;
	bool frozen;

	spin_lock_irqsave(&queue_lock, irqflags);
	frozen = page_ref_freeze(head, expected);
	if (frozen)
		unqueue(head);
	spin_unlock_irqrestore(&queue_lock, irqflags);
	return frozen;
}

unsigned long deferred_split_count(void)
{
	return READ_ONCE(queue_length);
}

struct page *deferred_split_next(void)
{
	struct page *head = NULL;
	unsigned long irqflags;

	spin_lock_irqsave(&queue_lock, irqflags);
	while (!list_empty(&queue) && !head) {
		head = list_first_entry(&queue, struct page, lru) - 2;
		if (get_page_unless_zero(head)) {
			list_move_tail(&head[2].lru, &queue);
		} else {
			unqueue(head);	/* it is being freed: who does that finds it unqueued */
			head = NULL;
		}
	}
	spin_unlock_irqrestore(&queue_lock, irqflags);
	return head;
}

unsigned long unexamined_count(void)
{
	return READ_ONCE(nr_unexamined);
}

struct page *unexamined_next(void)
{
	struct page *head = NULL;
	unsigned long irqflags;

	spin_lock_irqsave(&queue_lock, irqflags);
	while (!list_empty(&unexamined) && !head) {
		head = list_first_entry(&unexamined, struct page, lru) - 2;
		forget_unexamined(head);
		if (!get_page_unless_zero(head))
			head = NULL;
	}
	spin_unlock_irqrestore(&queue_lock, irqflags);
	return head;
}
