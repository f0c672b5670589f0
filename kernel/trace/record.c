/* kernel/trace/record.c - one function for each event that writes it down, made from events.h.
 *
 * Linux: include/trace/trace_events.h.
 */
#include <kernel/trace/ring.h>

#include <kernel/lib/string.h>

/*
 * Records lie at multiples of four bytes, as the format wants it: a field of eight may lie across. The processor does not mind,
 * and the sanitizer need not know.
 */
#define __any_alignment		__attribute__((no_sanitize("alignment")))

#define FIELD(type, name)			to->name = from->name;
#define FIELD_TEXT(name, length)		strscpy(to->name, from->name, sizeof(to->name));
#define FIELD_ARRAY(type, name, length)		memcpy(to->name, from->name, sizeof(to->name));
#define TRACE_EVENT(system, name, fields, format, args)				\
__any_alignment void __trace_##name(const struct trace_args_##name *from)	\
{										\
	struct trace_entry_##name *to = trace_reserve(TRACE_##name, sizeof(*to));	\
										\
	if (to) {								\
		fields								\
		trace_commit(TRACE_##name, to);					\
	}									\
}
#include <kernel/trace/events.h>
#undef TRACE_EVENT
#undef FIELD
#undef FIELD_TEXT
#undef FIELD_ARRAY

/* The text is as long as it is: not by the table's function. */
__any_alignment void trace_print(unsigned long ip, const char *text, size_t length)
{
	struct trace_entry_print *to;

	if (!trace_is_on(print) || !READ_ONCE(trace_markers))
		return;
	length = min(length, TRACE_RECORD_MAX - sizeof(*to) - 1);
	to = trace_reserve(TRACE_print, sizeof(*to) + length + 1);
	if (!to)
		return;
	to->ip = ip;
	memcpy(to->buf, text, length);
	to->buf[length] = '\0';
	trace_commit(TRACE_print, to);
}
