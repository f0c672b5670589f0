/* fuzz: kernel/trace/filter.c
 *
 * A filter of a trace event, as it is written to events/SYSTEM/NAME/filter, and a record that it judges. A filter that was
 * understood leaves one verdict, looks at nothing behind the record, and is the same when its own text is read again.
 */
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <kernel/trace/filter.h>
#include <tests/fuzz/fuzz.h>

struct record {
	u32	order;
	s64	delta;
	char	comm[16];
};

static const struct trace_field fields[] = {
	{ .type = "unsigned int", .name = "order", .offset = offsetof(struct record, order), .size = 4 },
	{ .type = "long", .name = "delta", .offset = offsetof(struct record, delta), .size = 8, .is_signed = true },
	{ .type = "char", .name = "comm", .offset = offsetof(struct record, comm), .size = 1, .length = 16 },
};

const struct trace_field *trace_field_of(enum trace_event_id id __unused, const char *name, size_t length)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(fields); i++)
		if (strlen(fields[i].name) == length && !strncmp(fields[i].name, name, length))
			return &fields[i];
	return NULL;
}

s64 trace_field_value(const struct trace_field *field, const void *record)
{
	const struct record *r = record;

	return field == &fields[0] ? (s64)r->order : r->delta;
}

/* How many verdicts the steps leave: each comparison one, and each joining step one fewer. */
static int verdicts(const struct trace_filter *filter)
{
	int n = 0;

	for (unsigned int i = 0; i < filter->nr; i++) {
		enum filter_op op = filter->steps[i].op;

		fuzz_check(n > (op == FILTER_BOTH || op == FILTER_EITHER ? 1 : op == FILTER_NOT ? 0 : -1));
		n += op == FILTER_BOTH || op == FILTER_EITHER ? -1 : op == FILTER_NOT ? 0 : 1;
	}
	return n;
}

void fuzz_one(struct fuzz_input *in)
{
	struct trace_filter *filter = fuzz_alloc(sizeof(*filter)), *again = fuzz_alloc(sizeof(*again));
	struct record *record = fuzz_alloc(sizeof(*record));
	unsigned int error;
	size_t size;
	char *text;

	record->order = fuzz_take(in, 1);
	record->delta = fuzz_take(in, 8);
	for (int i = 0; i < 15; i++)
		record->comm[i] = fuzz_take(in, 1);
	size = in->size;
	text = fuzz_alloc(size + 1);
	memcpy(text, in->data, size);
	if (trace_filter_parse(0, text, filter, &error)) {
		fuzz_check(error <= strlen(text));
		return;
	}
	fuzz_check(filter->nr && filter->nr <= FILTER_STEPS && verdicts(filter) == 1);
	fuzz_check(!trace_filter_parse(0, filter->text, again, &error) && again->nr == filter->nr);
	fuzz_check(trace_filter_matches(filter, record) == trace_filter_matches(again, record));
}
