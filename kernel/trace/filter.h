/* kernel/trace/filter.h - which records of an event are wanted: "order > 0 && gfp_flags & 0x20".
 *
 *	expression	term { || term }		term	factor { && factor }
 *	factor		( expression ) | ! factor | FIELD OP VALUE
 *	OP		== != < <= > >= &  for numbers,  == != ~ (a glob pattern)  for texts
 *
 * A filter is parsed once into a list of steps that a record is put through; it has no pointers, and needs no memory
 * but its own.
 *
 * Linux: kernel/trace/trace_events_filter.c.
 */
#ifndef KERNEL_TRACE_FILTER_H
#define KERNEL_TRACE_FILTER_H

#include <kernel/trace/trace.h>

#define FILTER_STEPS	32
#define FILTER_TEXT	256
#define FILTER_WORD	32

enum filter_op { FILTER_EQ, FILTER_NE, FILTER_LT, FILTER_LE, FILTER_GT, FILTER_GE, FILTER_AND_BITS, FILTER_GLOB,
		 FILTER_BOTH, FILTER_EITHER, FILTER_NOT };

/* In the order of evaluation: a comparison pushes its result, FILTER_BOTH and the like take what they need. */
struct filter_step {
	enum filter_op	op;
	const struct trace_field *field;
	s64		number;
	char		word[FILTER_WORD];	/* of a text field */
};

struct trace_filter {
	unsigned int	nr;
	struct filter_step steps[FILTER_STEPS];
	char		text[FILTER_TEXT];	/* as it was written */
};

/* => 0 or -EINVAL: no such field, no such operator, too long. error says where: an offset into text */
int trace_filter_parse(enum trace_event_id id, const char *text, struct trace_filter *filter, unsigned int *error);
bool trace_filter_matches(const struct trace_filter *filter, const void *record);

/* The filter of an event, NULL: all records. => the old one, which writers may still look at */
struct trace_filter *trace_filter_exchange(enum trace_event_id id, struct trace_filter *filter);
/* => the old one, which nobody looks at any more (control.c) */
struct trace_filter *trace_filter_install(enum trace_event_id id, struct trace_filter *filter);
const struct trace_filter *trace_filter_of(enum trace_event_id id);
/* => called by the writer, with its ring locked */
bool trace_filter_wants(enum trace_event_id id, const void *record);

#endif
