/* mm/reclaim/scan.h - what the files of this room share: one run of reclaim, and what becomes of a page.
 *
 * Linux: struct scan_control in mm/vmscan.c.
 */
#ifndef MM_RECLAIM_SCAN_H
#define MM_RECLAIM_SCAN_H

#include <mm/reclaim/reclaim.h>

#define SWAP_CLUSTER_MAX	32UL	/* pages that are isolated at a time */
#define DEF_PRIORITY		12	/* a run begins with 1/4096 of each list and ends with all of it */

enum reclaimer { RECLAIM_KSWAPD, RECLAIM_DIRECT, RECLAIM_MADVISE };	/* of a write, too: swap_plug.writer */

/* How trace events describe reclaim's writes: all of ours are asynchronous. */
enum { RECLAIM_WB_ANON = 1, RECLAIM_WB_FILE = 2, RECLAIM_WB_ASYNC = 8 };
static inline int reclaim_flags(bool file)
{
	return (file ? RECLAIM_WB_FILE : RECLAIM_WB_ANON) | RECLAIM_WB_ASYNC;
}

/* One run of reclaim. Counts are in 4 KB pages. */
struct scan_control {
	enum reclaimer	who;
	unsigned long	nr_to_reclaim;
	unsigned int	order;
	int		priority;
	bool		may_io;			/* __GFP_IO: may write to a device */
	bool		ignore_references;	/* MADV_PAGEOUT: out, used or not */
	/* what came of it */
	unsigned long	nr_scanned, nr_reclaimed;
	unsigned long	nr_written;		/* writes started */
};

/* What became of a page that reclaim looked at, and why: the trace event mm_vmscan_reclaim_page shows it. */
#define RECLAIM_VERDICTS(X)									\
	X(PAGE_FREED, "freed") X(PAGE_ORPHAN, "orphan")						\
	X(PAGE_WRITTEN, "write_started") X(PAGE_LOCKED, "locked")				\
	X(PAGE_REFERENCED, "referenced") X(PAGE_HELD, "held") X(PAGE_REDIRTIED, "redirtied")	\
	X(PAGE_NO_IO, "no_io_allowed")								\
	X(PAGE_ACTIVATE, "referenced_twice") X(PAGE_UNEVICTABLE, "unevictable")			\
	X(PAGE_WRITEBACK, "under_writeback") X(PAGE_NO_SWAP, "no_swap_space")			\
	X(PAGE_SPLIT_FAILED, "split_failed") X(PAGE_UNMAP_FAILED, "unmap_failed")		\
	X(PAGE_WRITE_ERROR, "write_error") X(PAGE_DIRTY_FILE, "dirty_file")			\
	X(PAGE_WANTED_AGAIN, "written_after_free")
#define VERDICT_ID(id, name) id,
enum page_verdict {
	RECLAIM_VERDICTS(VERDICT_ID)
	NR_PAGE_VERDICTS,
	PAGE_GO_ON = NR_PAGE_VERDICTS,	/* no verdict yet */
	PAGE_TO_WRITE,			/* PAGE_WRITTEN, as soon as the TLBs are flushed */
	/* from here on: to the active list, since another look soon would be in vain */
	PAGE_FIRST_ACTIVATED = PAGE_ACTIVATE,
};
extern const char *const page_verdict_names[NR_PAGE_VERDICTS];
extern atomic_long_t page_verdicts[NR_PAGE_VERDICTS];	/* since boot, in 4 KB pages; shown when memory is out */

/* How a batch of pages fared, in 4 KB pages by verdict. */
struct shrink_result {
	unsigned long	nr[NR_PAGE_VERDICTS];
};

/*
 * shrink_page_list - try to free each page of the list
 *
 * => isolated pages; sleeps. Afterwards the list holds what was not freed, for putback_lru_page()
 * => returns pages freed
 */
unsigned long shrink_page_list(struct list_head *list, struct scan_control *sc, struct shrink_result *result);
void putback_list(struct list_head *list);
/* page_written - swap_written_hook. => interrupt context */
void page_written(struct page *page, unsigned int who);
/* free_written_page - free what is in the swap cache, clean and unmapped, if nobody holds it but the caller. => any context */
bool free_written_page(struct page *page);
/* Pages freed: from which kind of list, and by whom. */
void count_stolen(bool file, enum reclaimer who, unsigned long nr);

/*
 * isolate_lru_pages - take about nr_to_scan pages (4 KB each; a huge page is 512) from the end of a list
 *
 * => returns the pages taken; *scanned the pages looked at
 */
unsigned long isolate_lru_pages(struct lruvec *lruvec, enum lru_list lru, unsigned long nr_to_scan,
				struct list_head *dst, unsigned long *scanned);

/* The lists of the node, by what is in them and how much it cost to find it there. */
void shrink_node(struct scan_control *sc);
/* 32 active anonymous pages become inactive when these are few: also when nothing needs to be freed from them now. */
void age_active_anon(struct scan_control *sc);

/* How many pages of each list to scan: the balance of anonymous and file pages. Numbers in, numbers out: tested alone. */
struct scan_balance {
	unsigned int	swappiness;
	int		priority;
	bool		may_swap;		/* there is free swap space */
	bool		file_is_tiny;		/* all file pages and free pages together would not reach the high mark */
	unsigned long	size[NR_LRU_LISTS];	/* pages */
	unsigned long	anon_cost, file_cost;
};
void get_scan_count(const struct scan_balance *in, unsigned long nr[NR_LRU_LISTS]);
bool inactive_is_low(unsigned long inactive, unsigned long active);

/* Free pages above half of the min marks: direct reclaimers need not wait for kswapd. */
bool allow_direct_reclaim(struct node *node);

/* --- throttle.c: who reclaims in vain waits -------------------------------------------------------------------------- */
/*
 * => sleeps, at most as long as the reason allows (a tick to a tenth of a second); less, when what it waits for happens
 * => true: it did happen. false: time is up, or there is nothing to wait for
 */
bool reclaim_throttle(struct node *node, enum vmscan_throttle_state reason);
/* After a look at the lists: has it gone so badly that a pause is better? Or so well that others may go on? */
void consider_reclaim_throttle(struct node *node, const struct scan_control *sc);
void throttle_init(void);

#endif
