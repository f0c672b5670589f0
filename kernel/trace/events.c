/* kernel/trace/events.c - what is known of each event: its fields and its text, made from events.h.
 *
 * Linux: include/trace/stages/.
 */
#include <kernel/trace/trace.h>

#include <kernel/lib/string.h>

/* A pointer is unsigned, and a bool is. */
#define IS_SIGNED(type)		(sizeof(type) > 1 && (type)-1 < (type)1)

/* A function for each, because only there "the record" can be a name for another type each time. */
#define FIELD(type, name)			{ #type, #name, offsetof(record, name), sizeof(type), 0, IS_SIGNED(type) },
#define FIELD_TEXT(name, length)		{ "char", #name, offsetof(record, name), length, length, true },
#define FIELD_ARRAY(type, name, length)		{ #type, #name, offsetof(record, name), sizeof(type) * (length), length, \
						  IS_SIGNED(type) },
#define TRACE_EVENT(system, name, fields, format, args)				\
static const struct trace_field *fields_of_##name(unsigned int *nr)		\
{										\
	typedef struct trace_entry_##name record;				\
	static const struct trace_field list[] = { fields };			\
										\
	*nr = ARRAY_SIZE(list);							\
	return list;								\
}
#include <kernel/trace/events.h>
#undef TRACE_EVENT
#undef FIELD
#undef FIELD_TEXT
#undef FIELD_ARRAY

#define FIELD(type, name)
#define FIELD_TEXT(name, length)
#define FIELD_ARRAY(type, name, length)
const struct trace_event trace_events[NR_TRACE_EVENTS] = {
#define TRACE_EVENT(system, name, fields, format, args)	{ #system, #name, format, args, fields_of_##name },
#include <kernel/trace/events.h>
#undef TRACE_EVENT
};

static const struct trace_field common_fields[] = {
	{ "unsigned short", "common_type", offsetof(struct trace_entry, type), 2, 0, false },
	{ "unsigned char", "common_flags", offsetof(struct trace_entry, flags), 1, 0, false },
	{ "unsigned char", "common_preempt_count", offsetof(struct trace_entry, preempt_count), 1, 0, false },
	{ "int", "common_pid", offsetof(struct trace_entry, pid), 4, 0, true },
};

const struct trace_field *trace_common_fields(unsigned int *nr)
{
	*nr = ARRAY_SIZE(common_fields);
	return common_fields;
}

enum trace_event_id trace_event_of(unsigned int number)
{
	if (number == TRACE_PRINT_NUMBER)
		return TRACE_print;
	return number >= TRACE_FIRST_NUMBER && number < TRACE_FIRST_NUMBER + NR_TRACE_EVENTS ? number - TRACE_FIRST_NUMBER :
											       NR_TRACE_EVENTS;
}

static const struct trace_field *find_field(const struct trace_field *list, unsigned int nr, const char *name, size_t length)
{
	for (unsigned int i = 0; i < nr; i++)
		if (!strncmp(list[i].name, name, length) && !list[i].name[length])
			return &list[i];
	return NULL;
}

const struct trace_field *trace_field_of(enum trace_event_id id, const char *name, size_t length)
{
	const struct trace_field *list, *found;
	unsigned int nr;

	list = trace_events[id].fields(&nr);
	found = find_field(list, nr, name, length);
	return found ? found : find_field(common_fields, ARRAY_SIZE(common_fields), name, length);
}

s64 trace_field_value(const struct trace_field *field, const void *record)
{
	const void *at = record + field->offset;

	switch (field->size) {
	case 1:
		return *(const u8 *)at;
	case 2:
		return field->is_signed ? *(const s16 *)at : *(const u16 *)at;
	case 4:
		return field->is_signed ? (s64)*(const s32 *)at : (s64)*(const u32 *)at;
	default:
		return *(const s64 *)at;
	}
}
