/* mm/reclaim/migrate.h - a page moves to another frame, and nobody who uses it notices more than a moment's wait.
 *
 * Linux: mm/migrate.c, include/linux/migrate.h.
 */
#ifndef MM_RECLAIM_MIGRATE_H
#define MM_RECLAIM_MIGRATE_H

#include <mm/frame/lru.h>

enum migrate_mode {
	MIGRATE_ASYNC,		/* never waits */
	MIGRATE_SYNC_LIGHT,	/* waits for page locks, not for write-back */
	MIGRATE_SYNC,		/* waits for both */
};
enum migrate_reason { MR_COMPACTION, MR_SYSCALL };	/* for the trace event */

/* Where pages go. => get: a page as large as old, with one reference, or NULL; put: it is not needed after all */
struct migrate_targets {
	struct page *(*get)(struct page *old, void *arg);
	void (*put)(struct page *new, void *arg);
	void		*arg;
};

#define NR_MAX_MIGRATE_PASS	10	/* looks at a page that somebody holds */
#define MIGRATE_BATCH		32	/* pages that share one TLB flush */

/*
 * migrate_pages - move the pages of the list
 *
 * => isolated pages (isolate_lru_page), anonymous, in the swap cache, or of mappings that have ->migrate
 * => a huge page for which there is no target of its size is split, and its parts are moved
 * => sleeps, also in MIGRATE_ASYNC (cond_resched). Who is PF_MEMALLOC never waits for a page lock: he may hold one
 * => afterwards the list holds what could not be moved, still isolated: putback_movable_pages()
 * => returns pages (huge ones count 512) left, or -ENOMEM when targets ran out; *nr_moved: pages that did move
 */
long migrate_pages(struct list_head *from, const struct migrate_targets *targets, enum migrate_mode mode,
		   enum migrate_reason reason, unsigned long *nr_moved);

/* Isolated pages back to their lists. One that was unlocked (munlock) meanwhile becomes evictable. */
void putback_movable_pages(struct list_head *list);

/* Could it be moved if nobody held it? A look without a lock: for scanners. */
bool page_is_movable(struct page *page);

#endif
