/* mm/swap/slots.h - the nouns of this room: areas, clusters, slots. Only mm/swap and the checker include it.
 *
 * A slot is named by a swp_entry_t (type of the area, offset in it). For each slot there are two words:
 *
 *	count	the number of page-table entries that name it; or SLOT_BAD; the bit SLOT_RETIRED after a write error
 *	cache	the page in memory that has this slot (one 4 KB part of it when it is huge), or NULL
 *
 * A slot is free when both are 0, and never before: a slot freed while the cache still holds it would be handed out
 * twice. Beside them lies the shadow: what reclaim wants to remember of the page that went out to the slot, until it
 * comes back or the slot is free. What it means only mm/reclaim knows.
 *
 * 512 adjacent slots are a cluster, aligned, with one lock. A CPU takes its slots one after another from the cluster it
 * used last, so that pages evicted together lie together on the disk; a huge page takes a whole free cluster.
 *
 * The count has 15 bits, so that it never needs to be continued elsewhere: that would need memory, and memory is what
 * we are here to free.
 *
 * Linux: mm/swapfile.c, include/linux/swap.h.
 */
#ifndef MM_SWAP_SLOTS_H
#define MM_SWAP_SLOTS_H

#include <mm/swap/swap.h>

#define SLOT_BAD	0x7fff		/* the header, a bad page, a retired slot: never handed out */
#define SLOT_COUNT_MAX	0x7ffe
#define SLOT_RETIRED	0x8000		/* a write to it failed: becomes SLOT_BAD instead of free */
#define SLOT_COUNT_MASK	0x7fff

enum cluster_state { CLUSTER_FULL, CLUSTER_FREE, CLUSTER_NONFULL };

/* Locks: (c) lock of the cluster, irq-safe  (a) lock of the area, inside (c)  (l) swap_list_lock  (i) set at swapon */
struct swap_cluster {
	spinlock_t	lock;
	u16		nr_used;			/* (c) slots that are not free: counted, cached, bad */
	u8		state;				/* (c) enum cluster_state: which list it is on */
	struct list_head list;				/* (a) */
	u16		count[SWAP_CLUSTER_SLOTS];	/* (c) */
	struct page	*cache[SWAP_CLUSTER_SLOTS];	/* (c) */
	u32		shadow[SWAP_CLUSTER_SLOTS];	/* (c) 0: none */
};

struct swap_area {
	bool		active;			/* (l) its type is taken */
	bool		leaving;		/* (l) swapoff has begun: no new slots */
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
	struct list_head free, nonfull;		/* (a) clusters */
	struct list_head by_priority;		/* (l) */
};

extern struct swap_area swap_areas[MAX_SWAPFILES];
extern spinlock_t swap_list_lock;
extern struct list_head swap_by_priority;	/* (swap_list_lock) active areas, first the one to use first */

static inline unsigned int slot_uses(u16 count)
{
	return (count & SLOT_COUNT_MASK) == SLOT_BAD ? 0 : count & SLOT_COUNT_MASK;
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
static inline void unlock_cluster(struct swap_cluster *c, unsigned long irqflags)
{
	spin_unlock_irqrestore(&c->lock, irqflags);
}

/*
 * slot_alloc - take 1 or 512 adjacent free slots of this area for page, and put page into their cache words
 *
 * => page is locked and referenced, and not in the cache; never sleeps
 * => on success page is in the swap cache, without the cache's references yet: the caller has added them before
 */
bool slot_alloc(struct swap_area *area, struct page *page, swp_entry_t *entry);

/* cache_install - page is now what these slots' cache words name. => cluster locked, words NULL */
void cache_install(struct swap_cluster *c, unsigned int slot, struct page *page, swp_entry_t entry);
/* cache_clear - and now they name nothing; slots without count become free. => cluster locked */
void cache_clear(struct swap_area *area, struct swap_cluster *c, unsigned int slot, struct page *page);
/* slot_put - one entry stopped naming this slot; true: only the cache holds it now */
bool slot_put(swp_entry_t entry);
/* slot_retire - a write to this slot failed: it is not handed out again. => any context; false: it was retired before */
bool slot_retire(swp_entry_t entry);

static inline struct swap_area *entry_area(swp_entry_t entry)
{
	return &swap_areas[swp_type(entry)];
}

#endif
