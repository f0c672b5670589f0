/* mm/check/check_internal.h - one check on its way: what was counted, and what was found wrong.
 */
#ifndef MM_CHECK_INTERNAL_H
#define MM_CHECK_INTERNAL_H

#include <mm/check/check_mm.h>
#include <mm/space/space.h>
#include <mm/swap/slots.h>

/* Reclaim passes many pages in one round of a slow machine: those of all rounds but one must not make a violation. */
#define SUSPECT_BITS	15
#define SUSPECT_PLACES	(1U << SUSPECT_BITS)
#define MAX_SUSPECTS	(SUSPECT_PLACES / 2)	/* the others stay empty, so that each search ends */

struct suspects {
	unsigned int	nr;		/* more than MAX_SUSPECTS: the rest is forgotten */
	u64		places[SUSPECT_PLACES];	/* hashed; 0: empty */
};

struct check {
	char		*report;
	size_t		len, used;
	unsigned int	violations;
	/* what was wrong in this round, and in the last one: only what is wrong in all rounds counts */
	unsigned int	round;
	struct suspects	suspects, before;

	struct mm	**mms;			/* all, locked for writing */
	unsigned int	nr_mms;
	/* counted from the page tables, by frame number and by slot */
	u16		*pte_maps;		/* PTEs that map this 4 KB */
	u16		*pmd_maps;		/* PMDs that map the huge page which begins here */
	u16		*slot_uses[MAX_SWAPFILES];
	u8		*on_list;		/* LRU lists that the page was found on */
	unsigned long	anon_huge_mapped;	/* huge pages with a PMD mapping, each counted once */
	unsigned long	shmem_huge_mapped;	/* the same of shared memory */
	unsigned long	nr_tables;
};

/* check_fail - this does not hold for this frame, slot or address (key) */
void check_fail(struct check *c, enum invariant inv, u64 key, const char *fmt, ...) __printf(4, 5);

void check_tables(struct check *c);	/* first: fills the counts */
void check_frames(struct check *c);
void check_lru(struct check *c);	/* before check_frames */
void check_buddy(struct check *c);
void check_slots(struct check *c);

#endif
