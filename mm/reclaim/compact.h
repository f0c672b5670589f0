/* mm/reclaim/compact.h - large free blocks are made by moving pages together.
 *
 * Two scanners run through a zone. One climbs from its start and picks movable pages, the other comes down from its end and
 * picks free frames for them. Where they meet, the used memory lies above and the free memory below.
 *
 * A caller of alloc_pages() who needs a block compacts for himself; kcompactd (mm/alloc) does it for others, and before
 * anybody asks. Where it was in vain, it is put off for longer and longer (deferral).
 *
 * Linux: mm/compaction.c, Documentation/admin-guide/mm/concepts.rst.
 */
#ifndef MM_RECLAIM_COMPACT_H
#define MM_RECLAIM_COMPACT_H

#include <mm/frame/buddy.h>
#include <mm/reclaim/migrate.h>

/* Shared by the code, the trace events and the tests. The order matters: of several zones the largest result counts. */
enum compact_result {
	COMPACT_NOT_SUITABLE_ZONE,	/* memory is short, not fragmented */
	COMPACT_SKIPPED,		/* too few free pages to work with */
	COMPACT_DEFERRED,		/* it was in vain lately */
	COMPACT_NO_SUITABLE_PAGE,	/* no block yet */
	COMPACT_CONTINUE,		/* go on; or: worth beginning */
	COMPACT_COMPLETE,		/* the whole zone, and no block */
	COMPACT_PARTIAL_SKIPPED,	/* a part of the zone, and no block */
	COMPACT_CONTENDED,		/* locks were busy, or the task is being killed */
	COMPACT_SUCCESS,
	NR_COMPACT_RESULTS,
};
extern const char *const compact_result_names[NR_COMPACT_RESULTS];

/* How hard: the lower, the harder. */
enum compact_priority {
	COMPACT_PRIO_SYNC_FULL,		/* all of the zone: whatever its blocks are for, and were found to hold before */
	COMPACT_PRIO_SYNC_LIGHT,
	COMPACT_PRIO_ASYNC,		/* never waits; gives up where locks are busy */
	NR_COMPACT_PRIOS,
};

void compact_init(void);

/*
 * try_to_compact_pages - make a block of this order for the caller, in one of the zones that gfp allows
 *
 * => sleeps; PF_MEMALLOC meanwhile (set here): never waits for a page lock, the caller may hold one
 * => *captured: the block, kept for the caller, or NULL. It has count 0: prep_isolated_page()
 */
enum compact_result try_to_compact_pages(gfp_t gfp, unsigned int order, enum compact_priority priority,
					 struct page **captured);

/*
 * compaction_suitable - would compaction of this zone bring about a block of this order?
 *
 * => COMPACT_CONTINUE: yes; SUCCESS: there is one already; SKIPPED, NOT_SUITABLE_ZONE: no
 */
enum compact_result compaction_suitable(struct zone *zone, unsigned int order);

/* A request of this order got its page: what was tried in vain may be worth trying again. */
void compaction_allocated(struct page *page, unsigned int order);

/* kcompactd's work: all zones for one order. proactive: until the fragmentation is low. compact_memory: everything */
void compact_node_for_order(unsigned int order);
void compact_node_proactively(void);
void compact_node_fully(void);
/* Fruitless blocks are looked at again: kswapd calls it when it goes to sleep. */
void compaction_forget_skipped(void);

/* --- how fragmented is it? ------------------------------------------------------------------------------------------ */
/* The free blocks of a zone as seen by a request. Numbers in, numbers out: tested alone. */
struct free_info {
	unsigned long	pages;		/* all free pages */
	unsigned long	blocks;		/* all free blocks, of any size */
	unsigned long	suitable;	/* blocks of the wanted order that could be cut from them */
};
struct free_info zone_free_info(const struct zone *zone, unsigned int order);
/* -1000: a block is there; else 0 (memory is short) to 1000 (it is all fragmentation) */
int fragmentation_index(const struct free_info *info, unsigned int order);
/* the share of free memory that is in too small blocks, in 1/1000 */
int unusable_free_index(const struct free_info *info, unsigned int order);
/* 0 to 100: the share of free memory that is not in huge page sized blocks, zones weighted by their size */
unsigned int fragmentation_score_node(void);
unsigned int fragmentation_score_wmark(bool low);	/* proactive compaction runs down to low when above high */

extern unsigned int sysctl_extfrag_threshold;		/* 0..1000 */
extern unsigned int sysctl_compaction_proactiveness;	/* 0..100 */
extern unsigned int sysctl_compact_unevictable_allowed;	/* 0 or 1 */

#endif
