/* mm/reclaim/reclaim.h - memory is short: whose pages go.
 *
 * Everything that frees memory stands below everything that allocates it: nothing here may call alloc_pages().
 * Linux: mm/vmscan.c, mm/oom_kill.c, mm/workingset.c.
 */
#ifndef MM_RECLAIM_RECLAIM_H
#define MM_RECLAIM_RECLAIM_H

#include <mm/frame/buddy.h>
#include <mm/frame/lru.h>

void reclaim_init(void);		/* shrinkers of the floors below */

/*
 * try_to_free_pages - direct reclaim
 *
 * => sleeps; the caller has been through throttle_direct_reclaim(), and is PF_MEMALLOC meanwhile (set here)
 * => returns pages freed, or, when none was freed yet, pages whose write has been started and waited for; 0: no progress
 *    at any priority, so that a caller who tries again and again does not go on for ever
 */
unsigned long try_to_free_pages(unsigned int order, gfp_t gfp);
/* kswapd's work until a zone is above high for order. Returns the order it ended with (0 when it lowered its aim) */
int balance_pgdat(struct node *node, unsigned int order);
/* MADV_PAGEOUT: write these out now. => isolated pages (isolate_lru_page) on the list; returns pages freed; leaves the list empty */
unsigned long reclaim_pages(struct list_head *page_list);
/* Waits, at most a second, while kswapd is at work and the reserve nearly used up. => true: the task is being killed */
bool throttle_direct_reclaim(gfp_t gfp);

extern unsigned int vm_swappiness;		/* 0..200 */

/* How huge pages go out: /sys/kernel/mm/transparent_hugepage/swap, and the boot option thp_swap= */
enum thp_swap_mode {
	THP_SWAP_SPLIT,		/* the page is split first; its parts go out one by one */
	THP_SWAP_DELAYED,	/* 512 adjacent slots and one write of 2 MB; the mapping is split. Without such slots as above */
	THP_SWAP_WHOLE,		/* the same, but the mapping becomes one PMD-sized swap entry: one fault, one read, and it is huge again */
	NR_THP_SWAP_MODES,
};
extern enum thp_swap_mode thp_swap_mode;
extern const char *const thp_swap_mode_names[NR_THP_SWAP_MODES];

/* Accessed bits of all mappings, cleared; the number of young entries, -1: a lock was busy. => page locked */
int page_referenced(struct page *page, unsigned long *vm_flags);

/*
 * Idle page tracking: mark the page of a frame idle; is it still? Frames that are free, tails, or no user's memory are never
 * idle. => any pfn; sleeps
 */
void page_set_idle(unsigned long pfn);
bool page_is_idle(unsigned long pfn);

/* Caches that can give memory back, from the floors above. */
#define DEFAULT_SEEKS	2
struct shrinker {
	const char	*name;
	unsigned long (*count_objects)(struct shrinker *);	/* how many could be freed, roughly */
	/* => tries nr objects, returns pages freed; never waits for who allocates. SHRINK_STOP: it would be in vain now */
	unsigned long (*scan_objects)(struct shrinker *, unsigned long nr);
	unsigned int	seeks;		/* what it costs to make an object again; 0: nothing */
	struct list_head list;
};
#define SHRINK_STOP	(~0UL)
void register_shrinker(struct shrinker *shrinker);
void unregister_shrinker(struct shrinker *shrinker);
unsigned long shrink_slab(int priority);	/* returns pages freed; sleeps */

/* /proc/sys/vm/drop_caches. => sleep */
void drop_pagecache(void);	/* clean pages of files that nobody maps */
void drop_slab(void);		/* whatever shrinkers can give */

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
bool oom_victims_pending(void);			/* one is being killed, and its memory is not back yet */
void oom_victim_gone(struct mm *mm);		/* exit_mmap is done */
extern bool sysctl_panic_on_oom;

/*
 * The reaper's work list. Its thread stands above: it sleeps on oom_reaper_wait until oom_reaper_next() gives an mm (with
 * a reference of mm_count, mmdrop it), takes its memory away under mmap_lock for reading, and calls oom_reaper_done().
 */
extern wait_queue_head_t oom_reaper_wait;
struct mm *oom_reaper_next(void);
void oom_reaper_done(struct mm *mm);		/* sets MMF_OOM_SKIP: the next victim may be chosen */

#endif
