/* mm/swap/slots.h - the nouns of this room: areas, clusters, slots. Only mm/swap and the checker include it.
 *
 * A slot is named by a swp_entry_t (type of the area, offset in it). For each slot there are two words:
 *
 *	count	the number of page-table entries that name it, up to 62; or SLOT_BAD; the bit SLOT_RETIRED after a write error
 *	cache	the page in memory that has this slot (one 4 KB part of it when it is huge), or NULL
 *
 * A slot is free when both are 0, and never before: a slot freed while the cache still holds it would be handed out
 * twice. Beside them lies the shadow: what reclaim wants to remember of the page that went out to the slot, until it
 * comes back or the slot is free. What it means only mm/reclaim knows.
 *
 * 512 adjacent slots are a cluster, aligned, with one lock. A CPU has a cluster of its own, from which it takes one slot
 * after the other, so that pages evicted together lie together on the disk. For the next one it prefers what is in use
 * already and has holes: a huge page needs a whole free cluster, and there must be some left.
 *
 * Few slots are named more than 62 times, but a page that hundreds of processes share has one. What does not fit into the
 * count goes on in a table of the cluster, `more`: a frame that is taken from the buddy allocator's reserve when the first
 * slot of the cluster needs it, and goes back when the last one does not. If there is no frame, the page stays in memory,
 * or fork fails.
 *
 * Linux: mm/swapfile.c, include/linux/swap.h.
 */
#ifndef MM_SWAP_SLOTS_H
#define MM_SWAP_SLOTS_H

#include <drivers/block/block.h>
#include <kernel/lib/bitmap.h>
#include <kernel/sync/wait.h>
#include <mm/swap/swap.h>

#define SLOT_BAD	0x3f		/* the header, a bad page, a retired slot: never handed out */
#define SLOT_COUNT_MAX	0x3e		/* uses above that are in `more` */
#define SLOT_COUNT_MASK	0x3f
#define SLOT_RETIRED	0x40		/* a write to it failed: becomes SLOT_BAD instead of free */

/* A cluster is on the list of its state, always. */
enum cluster_state {
	CLUSTER_NEW,			/* on none yet */
	CLUSTER_FREE,			/* whole, for a huge page or to begin with */
	CLUSTER_NONFULL,		/* has holes */
	CLUSTER_OWNED,			/* has holes, and one CPU fills them */
	CLUSTER_FULL,
	CLUSTER_DISCARD,		/* free, but the disk was not told yet */
	CLUSTER_DISCARDING,		/* is being told: hands off */
	NR_CLUSTER_STATES
};

/* Locks: (c) lock of the cluster, irq-safe  (a) lock of the area, inside (c)  (l) swap_list_lock  (i) set at swapon */
struct swap_cluster {
	spinlock_t	lock;
	u16		nr_used;			/* (c) slots that are not free: counted, cached, bad */
	u16		nr_more;			/* (c) slots with more[] > 0 */
	u8		state;				/* (c) and (a) enum cluster_state */
	u8		owner;				/* (c) the CPU that takes its single slots here, + 1; 0: none */
	struct list_head list;				/* (a) */
	u32		*more;				/* (c) uses above SLOT_COUNT_MAX, by slot; NULL: none has any */
	DECLARE_BITMAP(zero, SWAP_CLUSTER_SLOTS);	/* (c) what was last written is all zeros, and not on the disk */
	u8		count[SWAP_CLUSTER_SLOTS];	/* (c) */
	struct page	*cache[SWAP_CLUSTER_SLOTS];	/* (c) */
	u32		shadow[SWAP_CLUSTER_SLOTS];	/* (c) 0: none */
};
static_assert(MAX_CPUS < 256);

struct swap_area {
	bool		active;			/* (l) its type is taken */
	bool		leaving;		/* (l) swapoff has begun: no new slots */
	bool		dead;			/* its disk answers nothing any more: no new slots */
	u8		type;			/* (i) */
	int		priority;		/* (i) larger first */
	u32		nr_slots;		/* (i) with the header */
	u32		nr_clusters;		/* (i) */
	unsigned int	order_on;		/* (i) counts swapons: the order of /proc/swaps */
	struct block_device *bdev;		/* (i) */
	char		name[40];		/* (i) */
	atomic_t	nr_usable;		/* slots without the header, bad and retired ones */
	atomic_t	nr_used;		/* of these: counted or cached */
	struct swap_cluster *clusters;		/* (i); NULL when not active: read with irqs off, see lock_cluster() */
	spinlock_t	lock;
	struct list_head by_state[NR_CLUSTER_STATES];	/* (a) clusters */
	struct list_head by_priority;		/* (l) */
	bool		rotational;		/* set right after swapon */
	bool		discard_freed;		/* set right after swapon: tell the disk of clusters that become free */
	atomic_t	discard_busy;		/* its one discard is under way: then the next three belong to it */
	struct block_request discard;
	struct swap_cluster *discarded;
	wait_queue_head_t discard_wait;		/* for its end */
};

extern struct swap_area swap_areas[MAX_SWAPFILES];
extern spinlock_t swap_list_lock;
extern struct list_head swap_by_priority;	/* (swap_list_lock) active areas, first the one to use first */

/* Does any entry name it? Also without a lock, when the answer may be old. */
static inline bool slot_has_uses(u8 count)
{
	return (count & SLOT_COUNT_MASK) && (count & SLOT_COUNT_MASK) != SLOT_BAD;
}

/* The entries that name it. => cluster locked */
static inline unsigned int slot_uses(const struct swap_cluster *c, unsigned int slot)
{
	if (!slot_has_uses(c->count[slot]))
		return 0;
	return (c->count[slot] & SLOT_COUNT_MASK) + (c->more ? c->more[slot] : 0);
}

static inline bool slot_is_free(const struct swap_cluster *c, unsigned int slot)
{
	return !c->count[slot] && !c->cache[slot];
}

/* area_clusters_init - make the tables of a new area: all slots free except the header, bad pages and the rest of the last cluster */
void area_clusters_init(struct swap_area *area, const struct swap_header_info *info);

/*
 * lock_cluster - the cluster of an entry, locked, and irqs off
 *
 * => returns NULL, with nothing locked, when the entry names no slot of an active area
 * => *slot: the index in the cluster
 */
struct swap_cluster *lock_cluster(swp_entry_t entry, unsigned int *slot, unsigned long *irqflags);
extern atomic_t nr_clusters_to_discard;		/* in state CLUSTER_DISCARD, of all areas */
/* swap_start_discards - tell the disks of free clusters, one at a time in each area. => any context, no lock of this room held */
void swap_start_discards(void);

/* A cluster may have become free: the disk is told as soon as its lock is dropped. */
static inline void unlock_cluster(struct swap_cluster *c, unsigned long irqflags)
{
	spin_unlock_irqrestore(&c->lock, irqflags);
	if (unlikely(atomic_read(&nr_clusters_to_discard)))
		swap_start_discards();
}

/* cluster_move - to the list of this state. => cluster locked */
void cluster_move(struct swap_area *area, struct swap_cluster *c, enum cluster_state state);
/* cluster_relist - after nr_used or owner changed: to the list that it belongs on now. => cluster locked */
void cluster_relist(struct swap_area *area, struct swap_cluster *c);
/*
 * cluster_next - a cluster in this state, or NULL
 *
 * => the next caller gets another one, if there is. Not locked: who takes it locks it and looks again
 */
struct swap_cluster *cluster_next(struct swap_area *area, enum cluster_state state);

/*
 * slot_alloc - take 1 or 512 adjacent free slots of this area for page, and put page into their cache words
 *
 * => page is locked and referenced, and not in the cache; never sleeps
 * => on success page is in the swap cache, without the cache's references yet: the caller has added them before
 */
bool slot_alloc(struct swap_area *area, struct page *page, swp_entry_t *entry);
/* The same, but one slot and only from the cluster that this CPU has now, of any area. => false: it has none, or that is full */
bool slot_alloc_here(struct page *page, swp_entry_t *entry);

/* slot_mark_zero - what is in the nr slots from now on is all zeros, or is not. => the page is locked, in the cache */
void slot_mark_zero(swp_entry_t entry, unsigned int nr, bool zero);
/* => how many of the nr slots hold zeros that are not on the disk */
unsigned int slot_count_zero(swp_entry_t entry, unsigned int nr);

/* cache_install - page is now what these slots' cache words name. => cluster locked, words NULL */
void cache_install(struct swap_cluster *c, unsigned int slot, struct page *page, swp_entry_t entry);
/* cache_clear - and now they name nothing; slots without count become free. => cluster locked */
void cache_clear(struct swap_area *area, struct swap_cluster *c, unsigned int slot, struct page *page);
/* free_cached_slot - give up a slot that only the cache holds, unless that needs waiting. => no lock of this room held */
void free_cached_slot(swp_entry_t entry);
/* slots_put - one entry stopped naming each of nr adjacent slots; true: only the cache holds some of them now */
bool slots_put(swp_entry_t entry, unsigned int nr);
/* slot_retire - a write to this slot failed: it is not handed out again. => any context; false: it was retired before */
bool slot_retire(swp_entry_t entry);

static inline bool area_gives_slots(const struct swap_area *area)
{
	return READ_ONCE(area->active) && !READ_ONCE(area->leaving) && !READ_ONCE(area->dead);
}

static inline struct swap_area *entry_area(swp_entry_t entry)
{
	return &swap_areas[swp_type(entry)];
}

#endif
