/* kernel/trace/trace.h - what happened, in order: fixed records in one ring per CPU.
 *
 * trace(EVENT, ...) costs one predicted branch while the event is off. The table of events is kernel/trace/events.h;
 * each decision of the kernel is one event with its reason, and everything that tells the story (the trace file,
 * the last events of a panic, the tests) reads these records.
 *
 * A ring is written by its own CPU only, also from its interrupt handlers: a slot is taken by one atomic addition.
 * A record's time is 0 while it is being written; a reader copies the record and looks at the time and at the ring's
 * position again, and drops what was overtaken meanwhile.
 *
 * Boot option: trace=PATTERN (event names, `*`, commas) turns events on from the beginning.
 *
 * Linux: include/linux/trace_events.h, kernel/trace/ring_buffer.c.
 */
#ifndef KERNEL_TRACE_TRACE_H
#define KERNEL_TRACE_TRACE_H

#include <kernel/lib/compiler.h>
#include <kernel/x86/percpu.h>

#define TRACE_ARGS	6

enum trace_event_id {
#define TRACE_EVENT(system, name, fmt, ...)	TRACE_##name,
#include <kernel/trace/events.h>
#undef TRACE_EVENT
	NR_TRACE_EVENTS,
};

struct trace_event {
	const char	*system;	/* vmscan, huge_memory, ...: the folder in tracefs */
	const char	*name;
	const char	*format;	/* for printf, all arguments u64 */
	const char	*args;		/* the names of the arguments, separated by commas */
};
extern const struct trace_event trace_events[NR_TRACE_EVENTS];

struct trace_record {
	u64	ns;			/* ktime_get_ns() */
	u16	event;			/* enum trace_event_id */
	u16	cpu;
	s32	pid;
	u64	args[TRACE_ARGS];
};
static_assert(sizeof(struct trace_record) == 64);

extern u8 trace_enabled[NR_TRACE_EVENTS];
DECLARE_PER_CPU(s32, trace_pid);	/* the running task's pid: set by the context switch */

void __trace(enum trace_event_id event, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f);

/* trace(mm_vmscan_kswapd_wake, nid, order): the name as in events.h, up to 6 integers or pointers. Any context. */
#define trace_is_on(name)	unlikely(READ_ONCE(trace_enabled[TRACE_##name]))
#define trace(name, ...) do {								\
	if (trace_is_on(name))								\
		__trace_pad(TRACE_##name, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0);		\
} while (0)
#define __trace_pad(ev, a, b, c, d, e, f, ...)						\
	__trace(ev, __trace_u64(a), __trace_u64(b), __trace_u64(c), __trace_u64(d),	\
		__trace_u64(e), __trace_u64(f))
#define __trace_u64(x)		((u64)(unsigned long)(x))

/* Turn on the events of the boot option trace=. CPU 0 has a small ring from the beginning. */
void trace_init(void);
/* => bytes that a CPU's ring should have: boot option trace_buf_size=, a power of two; default 64K */
size_t trace_ring_bytes(void);
/*
 * trace_set_ring - give a CPU its ring; what it has recorded so far is forgotten
 *
 * => once per CPU, at boot; memory of trace_ring_bytes(), never freed. A CPU without a ring records nothing.
 */
void trace_set_ring(unsigned int cpu, void *memory, size_t bytes);

/* => the number of events whose system:name, system or name matches the pattern */
unsigned int trace_set(const char *pattern, bool on);

/* Stop and start recording without touching which events are on: tracing_on. */
extern bool tracing_on;

/* A reader's place: the next record of each CPU. */
struct trace_cursor {
	u64	next[MAX_CPUS];
	u64	lost;		/* records that were overwritten before they were read */
};

void trace_seek_oldest(struct trace_cursor *cursor);
/* => false when there is no more; records of all CPUs in the order of time */
bool trace_next(struct trace_cursor *cursor, struct trace_record *record);
/* => the length; "-pid [cpu] s.us: name: text": the reader puts the task's name in front */
int trace_format(const struct trace_record *record, char *buf, size_t size);

/*
 * Names for the values of an enum: where a format says %{name}, the reader sees names[value], and the record keeps the number.
 * The room that owns the enum registers them once, at boot; without that, or for other values, the number is shown.
 */
struct trace_symbols {
	const char	*name;
	const char *const *names;
	unsigned int	nr;
	struct trace_symbols *next;
};
void trace_symbols_register(struct trace_symbols *symbols);
/* Forget everything recorded. */
void trace_clear(void);

#endif
