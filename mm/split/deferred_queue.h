/* mm/split/deferred_queue.h - what the shrinker and the page split need of the queue. The others: mm/split/split.h.
 */
#ifndef MM_SPLIT_DEFERRED_QUEUE_H
#define MM_SPLIT_DEFERRED_QUEUE_H

#include <mm/split/split.h>

/* The page that waits longest, with a reference, or NULL; it goes to the end, so that the next call finds another. */
struct page *deferred_split_next(void);
/* The one that nobody has looked into for the longest time, with a reference, or NULL; it is off the list. */
struct page *unexamined_next(void);

/*
 * deferred_split_recheck - a split or move was given up: did parts lose their entries while these were migration entries?
 *
 * => page referenced and huge, its mappings back, its anon_vma not locked. munmap and madvise find no page behind such an entry,
 *    and so nobody has queued it
 */
void deferred_split_recheck(struct page *head);
/* Onto the queue without a question: a page in whose place another was queued. => referenced, huge */
void deferred_split_queue(struct page *head);

/* deferred_split_freeze - page_ref_freeze, and off the queue in the same moment. => irqs off; true when frozen */
bool deferred_split_freeze(struct page *head, int expected);

#endif
