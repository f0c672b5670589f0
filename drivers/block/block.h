/* drivers/block/block.h - disks, and requests to them.
 *
 * A request is asynchronous: block_submit() never sleeps and never allocates memory, because swapping out depends on
 * it. When the device can't take a request at once, it waits in the driver's list, which is linked through the request
 * itself, and goes out when another one is finished. The end of a request is one call of its done().
 *
 * Sectors are 512 bytes whatever the disk's own block size is. Memory is named by physical address: a request of 2 MB
 * that lies in one piece is one segment.
 *
 * Linux: include/linux/blkdev.h, bio.h, block/.
 */
#ifndef DRIVERS_BLOCK_BLOCK_H
#define DRIVERS_BLOCK_BLOCK_H

#include <kernel/debug/fault_inject.h>
#include <kernel/lib/atomic.h>
#include <kernel/lib/list.h>
#include <kernel/sync/spinlock.h>
#include <mm/types.h>

#define SECTOR_SHIFT		9
#define SECTOR_SIZE		(1UL << SECTOR_SHIFT)
#define SECTORS_PER_PAGE	(PAGE_SIZE / SECTOR_SIZE)
#define BLOCK_NAME_LEN		16

enum block_op {
	BLOCK_READ,
	BLOCK_WRITE,
	BLOCK_FLUSH,		/* what was written before is on the disk afterwards; no segments */
	BLOCK_DISCARD,		/* nr_sectors are not needed any more: reads of them give anything; no segments */
	NR_BLOCK_OPS,
};

/* len bytes of memory at phys: len is a multiple of 512, phys of 4 */
struct block_segment {
	phys_addr_t	phys;
	u32		len;
};

/*
 * One transfer between a range of sectors and some pieces of memory. The submitter fills in the first part, and keeps
 * the request, its segments and the memory until done() has been called.
 */
struct block_request {
	struct block_device *device;
	enum block_op	op;
	sector_t	sector;			/* the first */
	sector_t	nr_sectors;		/* BLOCK_DISCARD only */
	unsigned int	nr_segments;
	const struct block_segment *segments;	/* any number; may be &inline_segment */
	struct block_segment inline_segment;	/* for the usual case of one */
	void		(*done)(struct block_request *request);
	void		*private;		/* for done() */

	int		status;			/* when done: 0, -EIO, -EROFS, -EINVAL, -EOPNOTSUPP, -ETIMEDOUT */

	/* for drivers/block and the driver, until done */
	struct list_head queue;
	u64		submitted_ns;
	unsigned int	next_segment;		/* a request that is too long for the device goes in pieces: */
	u32		next_offset;		/* how far it has got, in segments, bytes in that segment, */
	sector_t	next_sector;		/* and on the disk */
	bool		inject_failure;
};

struct block_ops {
	/* => any context, interrupts may be off; ends in block_complete(), perhaps before it returns */
	void (*submit)(struct block_request *request);
};

/* Counters of one operation, for /proc/diskstats. (lock of the device) */
struct block_stat {
	u64	requests, sectors, ns, errors;
};

/* Locks: (s) stat_lock  (r) registry lock  (i) set before block_register() */
struct block_device {
	char		name[BLOCK_NAME_LEN];	/* (i) vda, vdb, ... */
	u32		major, minor;		/* (i) */
	sector_t	nr_sectors;		/* (i) */
	u32		block_size;		/* (i) bytes; what the disk reads and writes at least */
	bool		read_only;		/* (i) */
	bool		can_flush;		/* (i) */
	u32		max_discard_sectors;	/* (i) of one transfer; 0: BLOCK_DISCARD is not possible */
	u32		discard_granularity;	/* (i) sectors */
	bool		rotational;		/* said so in /sys: places far apart on it cost time */
	unsigned int	timeout_ms;		/* a transfer without an answer for so long: the driver gives up the disk */
	bool		dead;			/* it was given up: all its requests fail */
	const struct block_ops *ops;		/* (i) */
	void		*driver;		/* (i) for ops */
	const char	*holder;		/* (r) who claimed it for himself alone; NULL: nobody */
	spinlock_t	stat_lock;		/* irq-safe */
	struct block_stat stat[NR_BLOCK_OPS];	/* (s) */
	unsigned int	in_flight;		/* (s) */
	u64		busy_since, busy_ns;	/* (s) while in_flight > 0 */
	struct block_device *next;		/* (r) */
};

/*
 * block_submit - begin a transfer
 *
 * => any context; sleeps not, allocates not
 * => done(request) is called exactly once: usually in an interrupt handler, with interrupts off, but also before
 *    block_submit() returns. It must not sleep, and the caller holds no lock that it takes.
 * => a request outside of the disk, or a write to a read-only one, ends with -EINVAL, -EROFS
 * => -ETIMEDOUT: the disk does not answer and may still be at it. What it could write to, the memory of a read, has got a
 *    reference that nobody ever drops, so that it is nobody else's afterwards
 */
void block_submit(struct block_request *request);

/* block_rw_sync - one transfer, and wait. => buf in the direct map; len a multiple of 512; 0 or the request's status */
int block_rw_sync(struct block_device *device, enum block_op op, sector_t sector, void *buf, size_t len);
/* => 0, -EOPNOTSUPP, or the request's status. May take long: in pieces, and an error ends it */
int block_discard_sync(struct block_device *device, sector_t sector, sector_t nr_sectors);
/* => 0 also when the disk has no cache to flush */
int block_flush_sync(struct block_device *device);

/* --- for drivers ------------------------------------------------------------------------------------------- */

/* => name is set, and free; the device stays for ever */
void block_register(struct block_device *device);
#define BLOCK_TIMEOUT_MS	30000	/* the usual one */
/* The driver's end of a request. => any context; calls done() with interrupts off; no lock held that done() takes */
void block_complete(struct block_request *request, int status);

/* --- for who looks for a disk --------------------------------------------------------------------------------- */

/* => NULL: there is none; "/dev/" in front is allowed */
struct block_device *block_find(const char *name);
struct block_device *block_find_number(u32 major, u32 minor);
/* => the next in order of registration, NULL at the end; device NULL: the first */
struct block_device *block_next(struct block_device *device);

/* block_claim - use the disk alone: swap, a mounted file system. => 0 or -EBUSY. holder is kept, not copied */
int block_claim(struct block_device *device, const char *holder);
void block_unclaim(struct block_device *device);

/* => a consistent copy of the counters; busy_ns up to now */
void block_stats(struct block_device *device, struct block_stat stat[NR_BLOCK_OPS], unsigned int *in_flight,
		 u64 *busy_ns);

/* Requests fail with -EIO; /sys/kernel/debug/fail_block_io. `space` counts bytes. */
extern struct fault_attr fail_block_io;

/* block_init - fault injection becomes known. => before the first driver */
void block_init(void);

#endif
