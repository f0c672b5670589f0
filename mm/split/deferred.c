/* mm/split/deferred.c - the shrinker's side of the queue: split what waits there, so that its holes become free memory.
 *
 * Linux: deferred_split_scan in mm/huge_memory.c.
 */
#include <mm/split/deferred_queue.h>
#include <mm/frame/lru.h>
#include <mm/frame/page_lock.h>
#include <kernel/trace/trace.h>

static unsigned long unmapped_parts(const struct page *head)
{
	unsigned long nr = 0;

	for (unsigned long i = 0; i < HPAGE_PMD_NR; i++)
		nr += page_mapcount(head + i) == 0;
	return nr;
}

unsigned long deferred_split_scan(unsigned long nr_to_scan)
{
	unsigned long freed = 0;

	/* The references of this CPU's LRU batch would make every split fail. */
	lru_add_drain();
	nr_to_scan = min(nr_to_scan, deferred_split_count());
	while (nr_to_scan--) {
		struct page *head = deferred_split_next();
		unsigned long parts;

		if (!head)
			break;
		/* Not lock_page: who holds it may be waiting for the memory that we are to free. */
		if (trylock_page(head)) {
			parts = PageTransHuge(head) ? unmapped_parts(head) : 0;
			if (parts && split_huge_page(head) == SPLIT_OK)
				freed += parts;
			unlock_page(head);
		}
		put_page(head);
	}
	return freed;
}

static const char *const split_result_names[] = {
	[SPLIT_OK] = "split", [SPLIT_BUSY_WRITEBACK] = "under_writeback", [SPLIT_ZERO_PAGE] = "zero_page",
	[SPLIT_NO_ANON_VMA] = "no_anon_vma", [SPLIT_PINNED] = "pinned",
};
static struct trace_symbols split_results = {
	.name = "split_result", .names = split_result_names, .nr = ARRAY_SIZE(split_result_names),
};

void split_init(void)
{
	trace_symbols_register(&split_results);
	deferred_split_hook = deferred_split_page;
	deferred_split_unqueue_hook = deferred_split_unqueue;
}
