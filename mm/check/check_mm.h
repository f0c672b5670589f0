/* mm/check/check_mm.h - is all of memory consistent? Everything is walked, and every invariant proved or reported.
 *
 * The same facts are kept in several places for speed: counts in struct page, in an mm, in a slot, in a table. The
 * checker builds each of them again from the entries of all page tables, and compares. At a quiet moment nothing may differ.
 */
#ifndef MM_CHECK_CHECK_MM_H
#define MM_CHECK_CHECK_MM_H

#include <kernel/lib/types.h>

/* The invariants. The number is the one in the report: "I4: frame 0x1f21 ...". */
enum invariant {
	INV_REFCOUNT = 1,	/* I1: mapcount <= refcount, and an anonymous page is held by what we know of and nobody else */
	INV_MAPCOUNT,		/* I2: mapcounts == entries that map the page */
	INV_FREE,		/* I3: a free page has no mapping, no user and no list but the free one's; the counts agree */
	INV_DEPOSIT,		/* I4: page tables set aside == huge PMDs and PMD-sized swap and migration entries, in each PMD table */
	INV_SLOT,		/* I5: a slot's count == entries of tables and trees that name it; cache words and pages name each other */
	INV_LRU,		/* I6: a page is on exactly one list, the one that its flags name; sizes agree */
	INV_RSS,		/* I7: resident and swap counters of an mm == what its tables hold; its page-table bytes */
	INV_TABLE,		/* I8: entries in use as the table counts them; no entry outside of an area */
	INV_RMAP,		/* I9: what a PTE maps is found by the page's reverse map */
	INV_EXCLUSIVE,		/* I10: an exclusive page or swap entry has one user */
	INV_MIGRATION,		/* I11: a migration entry names a locked page */
	INV_STATE,		/* I12: states of /proc/vmstat == what was counted */
};

/*
 * check_mm - check everything
 *
 * => sleeps; takes the mmap_lock of every address space for writing, so that none changes meanwhile. Only reclaim goes on:
 *    what differs is looked at again a few times before it is reported
 * => returns the number of violations, or -ENOMEM; report: a line for each, as many as fit in len
 */
int check_mm(char *report, size_t len);

#endif
