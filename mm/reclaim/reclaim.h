/* mm/reclaim/reclaim.h - memory is short: whose pages go.
 *
 * Everything that frees memory stands below everything that allocates it: nothing here may call alloc_pages().
 * Linux: mm/vmscan.c, mm/oom_kill.c, mm/workingset.c.
 */
#ifndef MM_RECLAIM_RECLAIM_H
#define MM_RECLAIM_RECLAIM_H

#include <mm/frame/buddy.h>
#include <mm/frame/lru.h>

void reclaim_init(void);

/* => direct reclaim: sleeps; the caller is PF_MEMALLOC meanwhile. Returns pages freed; 0: no progress at any priority */
unsigned long try_to_free_pages(unsigned int order, gfp_t gfp);
/* kswapd's work until every zone is above high for order. Returns the order it ended with (0 when it lowered its aim) */
int balance_pgdat(struct node *node, unsigned int order);
/* MADV_PAGEOUT: write these out now. => isolated pages (isolate_lru_page) on the list; returns pages freed; leaves the list empty */
unsigned long reclaim_pages(struct list_head *page_list);
/* "throttled until kswapd has freed some": true when the task got a fatal signal meanwhile */
bool throttle_direct_reclaim(gfp_t gfp);

extern unsigned int vm_swappiness;		/* 0..200 */

/* Accessed bits of all mappings, cleared; the number of young entries. => page locked */
int page_referenced(struct page *page, unsigned long *vm_flags);

/* Caches that can give memory back, from the floors above. */
struct shrinker {
	const char	*name;
	unsigned long (*count)(struct shrinker *);
	unsigned long (*scan)(struct shrinker *, unsigned long nr);	/* returns objects freed; never waits for who allocates */
	struct list_head list;
};
void register_shrinker(struct shrinker *shrinker);
unsigned long shrink_slab(int priority);

/* --- OOM --------------------------------------------------------------------------------------------------------- */
/* Registered by process/: how to walk victims and kill one. Linux's score: rss + swap + tables, plus oom_score_adj. */
struct mm;
struct oom_ops {
	/* calls fn for every user process until it returns false; the mm is pinned (not locked) during the call */
	void (*for_each_process)(bool (*fn)(struct task *leader, struct mm *mm, int oom_score_adj, void *arg), void *arg);
	void (*kill)(struct task *leader);	/* SIGKILL to all of its threads, and to others that share the mm */
};
void oom_register(const struct oom_ops *ops);
/* The score of one process: 0 = never. total in pages */
unsigned long oom_badness(struct mm *mm, int oom_score_adj, unsigned long totalpages);
/* => returns true when something was (or is being) killed: try again. Says in the log who, why, and how memory stood */
bool out_of_memory(gfp_t gfp, unsigned int order);
bool oom_victims_pending(void);
void oom_victim_gone(struct mm *mm);		/* exit_mmap is done */

#endif
