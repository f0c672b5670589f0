/* mm/reclaim/compact_internal.h - one run of compaction, and what is remembered of a zone between runs. */
#ifndef MM_RECLAIM_COMPACT_INTERNAL_H
#define MM_RECLAIM_COMPACT_INTERNAL_H

#include <mm/reclaim/compact.h>

#define COMPACT_CLUSTER_MAX	MIGRATE_BATCH	/* pages isolated at a time */
#define COMPACT_MAX_DEFER_SHIFT	6		/* at most 64 attempts are skipped */

/*
 * What is remembered. Nothing is locked: all of it is advice, and a lost update costs a little work.
 */
struct compact_memory {
	unsigned long	migrate_pfn[2];		/* where the next run begins: asynchronous, others */
	unsigned long	free_pfn;
	bool		forget;			/* a run met itself: the skip marks are worn out */
	unsigned long	*skip;			/* pageblocks where nothing was found; NULL: no memory for marks */
	/* deferral */
	unsigned int	considered, defer_shift; /* attempts since the last failure; skip up to 2^shift of them */
	unsigned int	order_failed;		/* this order and larger ones have failed */
};
struct compact_memory *compact_memory(const struct zone *zone);

/* One run in one zone. */
struct compact_control {
	struct zone	*zone;
	int		order;			/* -1: no block is wanted, compact all */
	enum migrate_mode mode;
	bool		direct;			/* for the caller himself */
	bool		whole_zone;		/* from end to end; else from where the last run stopped */
	bool		ignore_skip;		/* look at marked pageblocks as well */
	bool		ignore_type;		/* take free frames from pageblocks of any type */
	bool		proactive;
	struct block_capture *capture;		/* NULL: the block goes to the free lists */
	/* the state of the run */
	bool		contended;
	unsigned long	migrate_pfn, free_pfn;	/* the next to look at; free_pfn: a pageblock's start */
	unsigned long	last_migrated;		/* a page freed here may still lie in a per-CPU list; 0: none */
	struct list_head migratepages, freepages;
	unsigned long	nr_migratepages, nr_freepages;
	unsigned long	migrate_scanned, free_scanned;
};

static inline unsigned long pageblock_start(unsigned long pfn) { return pfn & ~(BIT(PAGEBLOCK_ORDER) - 1); }
static inline unsigned long pageblock_end(unsigned long pfn) { return pageblock_start(pfn) + BIT(PAGEBLOCK_ORDER); }

/* --- compact.c --- */
enum compact_result compact_zone(struct compact_control *cc);

/* --- compact_scan.c --- */
/* => false: contended, or being killed. The list may be empty: nothing found up to the free scanner */
bool isolate_migratepages(struct compact_control *cc);
void isolate_freepages(struct compact_control *cc);
void release_freepages(struct compact_control *cc);
static inline bool scanners_met(const struct compact_control *cc)
{ return pageblock_start(cc->migrate_pfn) >= cc->free_pfn; }

/* --- compact_memory.c --- */
void compact_memory_init(void);
void compact_reset_zone(struct zone *zone);	/* marks and places forgotten */
static inline unsigned long compact_block_number(const struct zone *zone, unsigned long pfn)
{ return (pfn - pageblock_start(zone->start_pfn)) >> PAGEBLOCK_ORDER; }
/* an order that failed is put off */
void defer_compaction(struct zone *zone, unsigned int order);		/* a full run brought nothing */
bool compaction_deferred(struct zone *zone, unsigned int order);	/* => true: not now; counts the attempt */
/* A run succeeded (alloc_success: and the page was had). */
void compaction_defer_reset(struct zone *zone, unsigned int order, bool alloc_success);
bool compaction_restarting(const struct zone *zone, unsigned int order); /* deferred to the maximum, and its time has come */

#endif
