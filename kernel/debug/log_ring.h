/* kernel/debug/log_ring.h - the records of the log in memory. Only kernel/debug uses it; readers see printk.h.
 *
 * Records of different length follow each other in a ring of bytes. An offset counts all bytes ever written, its
 * place in the ring is the remainder. A record never wraps: a filler takes the rest of the ring before it. The
 * oldest records give way to new ones.
 *
 * The lock is a word of its own, taken with interrupts off, so that printk depends on no other room's lock, nor on the
 * checks of one. During a panic there is no other CPU left, and it is ignored.
 *
 * Linux: kernel/printk/printk_ringbuffer.c.
 */
#ifndef KERNEL_DEBUG_LOG_RING_H
#define KERNEL_DEBUG_LOG_RING_H

#include <kernel/debug/printk.h>

struct log_record {
	u64	ns;		/* since boot */
	u32	size;		/* bytes to the next record: header, text, padding */
	u16	len;		/* of the text, which follows; LOG_FILLER: none, skip to the ring's beginning */
	u8	level;
	u8	reserved;
};
#define LOG_FILLER	0xffff
#define LOG_ALIGN	16	/* a record's size and the ring's are multiples: a filler always fits */
static_assert(sizeof(struct log_record) == LOG_ALIGN);

/* What the console has printed. (console lock of printk.c; moved by log_move) */
extern struct log_cursor console_cursor;

unsigned long log_lock(void);		/* => the flags for log_unlock; interrupts off */
void log_unlock(unsigned long flags);
extern bool log_lock_broken;		/* a panic: nobody else is left, take nothing */

/* => the lock is held; text is without its trailing newline */
void log_append(u8 level, const char *text, size_t len);

/*
 * log_next_record - the record at the cursor, which moves behind it
 *
 * => the lock is held, and the result is valid until it is dropped; NULL: there is none
 * => *lost (may be NULL) counts the records that the cursor missed
 */
const struct log_record *log_next_record(struct log_cursor *cursor, u64 *lost);

static inline const char *log_text(const struct log_record *record)
{
	return (const char *)(record + 1);
}

#endif
