/* kernel/trace/ring.h - a CPU's ring of event pages.
 *
 * The format is Linux's, so that a page can be given away as it is:
 *
 *	page	u64 time_stamp (ns) of its first event; u64 commit: bytes of data that follow; the data
 *	event	u32: type_len in the low 5 bits, time_delta to the event before in the other 27, then
 *		type_len 1..28	a record of 4 * type_len bytes
 *		type_len 0	u32 length (with itself), and the record
 *		type_len 30	u32: the upper bits of a time_delta that is too long for 27; no record
 *
 * The writer is the CPU itself. When it comes to a page that holds old events, they are forgotten and counted (overrun).
 * Readers have positions of their own; one of them, the ring's, is what trace_pipe and trace_pipe_raw have consumed.
 *
 * Source: the format as tracefs describes it in events/header_page and events/header_event.
 * Linux: kernel/trace/ring_buffer.c.
 */
#ifndef KERNEL_TRACE_RING_H
#define KERNEL_TRACE_RING_H

#include <kernel/sync/spinlock.h>
#include <kernel/trace/trace.h>

#define TRACE_PAGE_SIZE		4096UL
#define TRACE_PAGE_DATA		(TRACE_PAGE_SIZE - 16)
#define TRACE_RECORD_MAX	1024UL		/* bytes of one record */
#define TRACE_MISSED_EVENTS	BIT(31)		/* in commit of a page that is given away: some were lost before it */

struct trace_page {
	u64	time_stamp;
	u64	commit;
	u8	data[TRACE_PAGE_DATA];
};

/*
 * The next event of a reader: page counts all pages ever begun, the place in the ring is the remainder. It never goes back,
 * also not when a ring is emptied or exchanged, so that no position of before can be taken for one in what came after.
 */
struct trace_position {
	u64	page;
	u32	offset;			/* in the page's data */
	u64	stamp;			/* time of the event before */
};

/* (l) lock */
struct trace_ring {
	spinlock_t	lock;
	struct trace_page *pages;	/* (l) may be exchanged by trace_ring_resize */
	u32		nr_pages;	/* (l) */
	u64		oldest, newest;	/* (l) pages; newest is being written */
	u64		stamp;		/* (l) time of the last event */
	struct trace_position consumed;	/* (l) */
	u64		written, overrun, dropped, bytes, read; /* (l) events; bytes of all written events */
};

struct trace_record {
	u64		ns;
	u32		cpu;
	u32		size;
	union {
		struct trace_entry entry;
		u8	data[TRACE_RECORD_MAX];
	};
};

/* Locks get their names. */
void trace_rings_init(void);
/* All other CPUs have stopped, perhaps in the middle of a record: their locks are free now. */
void trace_rings_after_stop(void);
/* NULL: this CPU records nothing */
struct trace_ring *trace_ring_of(unsigned int cpu);
/* What a ring has in numbers, all of one moment. => false: this CPU records nothing */
struct trace_ring_stats {
	u64	entries, written, overrun, dropped, bytes, read;
	u64	oldest_ns;			/* 0: it is empty */
	u32	nr_pages;
};
bool trace_ring_stats(unsigned int cpu, struct trace_ring_stats *stats);
/* => pages whose size trace_buf_size= asks for */
u32 trace_ring_pages(void);
/*
 * trace_ring_resize - other pages for a CPU's ring; what it has recorded is forgotten
 *
 * => pages: zeroed memory of nr pages, or NULL: the CPU records nothing. Returns the old memory, NULL if it was the first
 */
struct trace_page *trace_ring_resize(unsigned int cpu, struct trace_page *pages, u32 nr);
void trace_ring_clear(unsigned int cpu);
/* Until whatever is being written now is written. */
void trace_ring_wait(unsigned int cpu);

/* --- writing: between reserve and commit interrupts are off and the ring is locked --- */

/* => room for a record of this size, its common part filled in; NULL: not now. Sizes up to TRACE_RECORD_MAX */
void *trace_reserve(enum trace_event_id id, size_t size);
/* The record is complete, unless the event's filter does not want it. */
void trace_commit(enum trace_event_id id, void *record);

/* --- reading --- */

/* Where the oldest event is that nobody has consumed. */
void trace_ring_oldest(unsigned int cpu, struct trace_position *at);
/*
 * trace_ring_next - the event at a position, which moves behind it
 *
 * => false: there is none (yet). *lost grows when events were overwritten before they were read
 */
bool trace_ring_next(unsigned int cpu, struct trace_position *at, struct trace_record *record, u64 *lost);
/* => only its time; the position moves only over what was lost */
bool trace_ring_peek(unsigned int cpu, struct trace_position *at, u64 *ns, u64 *lost);
/* Forget what is before the position: it has been read. */
void trace_ring_consume(unsigned int cpu, const struct trace_position *at);
/* Consume up to one page, as the binary format has it. partly: also one that is not full. => false: nothing */
bool trace_ring_take_page(unsigned int cpu, struct trace_page *page, bool partly);

/* A reader of all CPUs, in the order of time. */
struct trace_cursor {
	struct trace_position at[MAX_CPUS];
	u64	lost;
};
void trace_seek_oldest(struct trace_cursor *cursor);
bool trace_next(struct trace_cursor *cursor, struct trace_record *record);

/* --- text (format.c) --- */

/* => the length, at most size - 1. "comm-pid [cpu] flags s.us: name: text", as the file trace has it */
int trace_format(const struct trace_record *record, char *buf, size_t size);
/* The text behind the name only */
int trace_format_fields(const struct trace_record *record, char *buf, size_t size);
/* The file events/SYSTEM/NAME/format */
int trace_describe(enum trace_event_id id, char *buf, size_t size);

#endif
