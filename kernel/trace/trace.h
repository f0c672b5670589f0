/* kernel/trace/trace.h - what happened, in order: one ring of events for each CPU.
 *
 * trace(EVENT, ...) costs one predicted branch while the event is off. The table of events is kernel/trace/events.h;
 * each decision of the kernel is one event with its reason, and everything that tells the story (the files of tracefs,
 * the last events of a panic, gdb's vm-trace, the tests) reads these records.
 *
 * The records, and the pages of a ring, are Linux's binary format (ring.h), so that programs which know that format read
 * ours. A ring is written by its own CPU, also in interrupt handlers, under the ring's lock with interrupts off; readers
 * on other CPUs take the lock for one record or one page.
 *
 * Boot options: trace_event=PATTERN (event names, system:name, `*`, commas) turns events on from the beginning;
 * trace_buf_size=BYTES is the size of a CPU's ring.
 *
 * Linux: include/linux/trace_events.h, kernel/trace/trace_events.c.
 */
#ifndef KERNEL_TRACE_TRACE_H
#define KERNEL_TRACE_TRACE_H

#include <kernel/lib/compiler.h>
#include <kernel/x86/percpu.h>

#define TRACE_COMM_LEN	16
#define TRACE_SAVED_COMMS	256U		/* tasks whose names are remembered */

/* --- the events ------------------------------------------------------------------------------------------------- */

#define FIELD(type, name)
#define FIELD_TEXT(name, length)
#define FIELD_ARRAY(type, name, length)

enum trace_event_id {
#define TRACE_EVENT(system, name, fields, format, args)	TRACE_##name,
#include <kernel/trace/events.h>
#undef TRACE_EVENT
	NR_TRACE_EVENTS,
};

#undef FIELD
#undef FIELD_TEXT
#undef FIELD_ARRAY

/* What each record begins with. Linux's field names have common_ before them. */
struct trace_entry {
	u16	type;			/* trace_event_number(id) */
	u8	flags;			/* TRACE_FLAG_* */
	u8	preempt_count;		/* always 0: the kernel is not preempted */
	s32	pid;
};
enum { TRACE_FLAG_IRQS_OFF = 1, TRACE_FLAG_NEED_RESCHED = 4, TRACE_FLAG_HARDIRQ = 8 };

/* One struct for each event, trace_entry_mm_vmscan_kswapd_wake and so on. */
#define FIELD(type, name)			type name;
#define FIELD_TEXT(name, length)		char name[length];
#define FIELD_ARRAY(type, name, length)		type name[length];
#define TRACE_EVENT(system, name, fields, format, args)	struct trace_entry_##name { struct trace_entry common; fields };
#include <kernel/trace/events.h>
#undef TRACE_EVENT
#undef FIELD
#undef FIELD_TEXT
#undef FIELD_ARRAY

/* What the caller says: the fields in their order, texts as pointers. And one function that writes it down (record.c). */
#define FIELD(type, name)			type name;
#define FIELD_TEXT(name, length)		const char *name;
#define FIELD_ARRAY(type, name, length)		const type *name;
#define TRACE_EVENT(system, name, fields, format, args)				\
	struct trace_args_##name { fields };						\
	void __trace_##name(const struct trace_args_##name *from);
#include <kernel/trace/events.h>
#undef TRACE_EVENT
#undef FIELD
#undef FIELD_TEXT
#undef FIELD_ARRAY

extern u8 trace_enabled[NR_TRACE_EVENTS];

/* false: built with TRACE=0, no event is ever recorded. For who looks at the rings from outside. */
extern const bool trace_is_compiled_in;

/*
 * trace(mm_vmscan_kswapd_wake, nid, zid, order): the name and the fields as in events.h. Any context.
 *
 * The byte is read without READ_ONCE: a volatile access would be a load, a test and a jump, this is a comparison with memory and
 * a jump. A value that is a moment old costs one record more or less.
 */
#ifdef CONFIG_NO_TRACE
#define trace_is_on(name)	false
#else
#define trace_is_on(name)	unlikely(trace_enabled[TRACE_##name])
#endif
#define trace(name, ...) do {					\
	if (trace_is_on(name))					\
		__trace_##name(&(const struct trace_args_##name){ __VA_ARGS__ }); \
} while (0)

/* --- what is known of an event ----------------------------------------------------------------------------------- */

struct trace_field {
	const char	*type;		/* as C says it: "unsigned long"; "char" for a text or an array of it */
	const char	*name;
	u16		offset, size;	/* in the record */
	u16		length;		/* elements; 0: it is no array */
	bool		is_signed;
};

struct trace_event {
	const char	*system;	/* vmscan, huge_memory, ...: the folder in tracefs */
	const char	*name;
	/* for printf, with %{name} where a value is shown by the table of trace_symbols */
	const char	*format;
	const char	*args;		/* the names of the fields that it shows, separated by commas */
	const struct trace_field *(*fields)(unsigned int *nr);
};
extern const struct trace_event trace_events[NR_TRACE_EVENTS];

/* The number in records and in tracefs. Those below 100 belong to what Linux has beside events. */
#define TRACE_PRINT_NUMBER	5
#define TRACE_FIRST_NUMBER	100U
static inline unsigned int trace_event_number(enum trace_event_id id)
{
	return id == TRACE_print ? TRACE_PRINT_NUMBER : TRACE_FIRST_NUMBER + id;
}
/* => NR_TRACE_EVENTS: no such number */
enum trace_event_id trace_event_of(unsigned int number);
const struct trace_field *trace_common_fields(unsigned int *nr);
/* One of its own or of the common ones; NULL: no such field */
const struct trace_field *trace_field_of(enum trace_event_id id, const char *name, size_t length);
/* The value of a field that is no text, sign-extended */
s64 trace_field_value(const struct trace_field *field, const void *record);

/* --- turning on and off (control.c, tasks.c) ------------------------------------------------------------------------------- */

/* Turn on the events of the boot option trace_event=. CPU 0 has a small ring from the beginning. */
void trace_init(void);
/* => the number of events whose system:name, system or name matches one of the patterns */
unsigned int trace_set(const char *patterns, bool on);

/* Stop and start recording without touching which events are on. => after trace_stop() nothing more is written */
extern bool tracing_on;
void trace_stop(void);
void trace_start(void);
/* A full ring forgets its oldest page; if not, events that find no room are dropped, and counted. */
extern bool trace_overwrite;
/* What a line has before its event: all of it (trace_context), the flags in it. Do programs' marks count? */
extern bool trace_context, trace_irq_info, trace_markers;

/*
 * Only events of these tasks are recorded; nr 0: of all.
 *
 * => one caller at a time; at most TRACE_MAX_PIDS; when it returns, nothing more is written by the old list
 */
#define TRACE_MAX_PIDS	32
void trace_set_pids(const s32 *pids, unsigned int nr);
unsigned int trace_get_pids(s32 *pids);			/* => how many; room for TRACE_MAX_PIDS */
void trace_replace_pids(const s32 *pids, unsigned int nr);	/* trace_set_pids without the wait (tasks.c) */
/* Is the running task one of them? And which is it? */
bool trace_pid_wanted(void);
s32 trace_current_pid(void);

/* The context switch says who runs: comm must stay readable as long as the task runs. */
void trace_task_runs(s32 pid, s32 tgid, const char *comm);
/* => the name under which a task was last recorded, "<...>" when that is forgotten */
const char *trace_comm_of(s32 pid);
/* => the process of a task that was recorded; 0: forgotten */
s32 trace_tgid_of(s32 pid);

/*
 * Names for the values of a field: where a format says %{name}, the reader sees the name, and the record keeps the number.
 * The room that owns the values registers its table once, at boot; without it, or for other values, the number is shown.
 */
struct trace_symbols {
	const char	*name;
	const char *const *names;	/* by value; holes are NULL. Or else */
	unsigned int	nr;		/* in either table */
	struct trace_symbols *next;
	const struct trace_flag *flags;	/* by bits: all that match, joined by | */
	const char	*none;		/* what no flag at all is called; NULL: 0 is shown */
};
struct trace_flag {
	u64		mask;		/* several bits first, so that the longest name wins */
	const char	*name;
};
void trace_symbols_register(struct trace_symbols *symbols);

/* A line of text among the events: what a program writes to trace_marker. */
void trace_print(unsigned long ip, const char *text, size_t length);

#endif
