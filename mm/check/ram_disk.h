/* mm/check/ram_disk.h - swap space for tests: a vmalloc area, a third of all memory and at most 256 MB, that is a block device.
 */
#ifndef MM_CHECK_RAM_DISK_H
#define MM_CHECK_RAM_DISK_H

#include <drivers/block/block.h>
#include <mm/swap/swap.h>

bool ram_disk_on(void);			/* swapon. => false: no memory */
bool ram_disk_on_with(int swap_flags);
int ram_disk_off(void);			/* swapoff: 0 or its error */
extern struct block_device *ram_disk;
extern int ram_disk_failures;		/* writes that are still to fail */
extern bool ram_disk_unreadable;	/* reads fail */
extern u32 ram_disk_bad_slot;		/* transfers that touch this slot fail; 0: none */
extern bool ram_disk_hold_discards;	/* one discard is under way until it is released */
void ram_disk_release_discards(void);
/* Writes end some ticks after they were submitted, as on a real disk; else at once. => false: no memory for the thread */
bool ram_disk_slow(bool slow);
extern u64 ram_disk_discarded;		/* sectors, since boot */

#endif
