/* kernel/trace/format.c - records as text, and the description of events that other programs read.
 *
 * Both come from one format string (events.h), so that what we print and what a program that reads the binary records
 * prints is the same.
 *
 * Linux: kernel/trace/trace_output.c, trace_events.c.
 */
#include <kernel/trace/ring.h>

#include <kernel/debug/ksyms.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>
#include <kernel/x86/address.h>

#define STRUCT_PAGE_SIZE	64UL
#define PAGE_ARRAY_BASE		0xffffea0000000000UL	/* VMEMMAP_BASE of mm/frame, which stands above us */
#define DEV_MINOR_BITS		20
#define BLOCK_ORDER		9			/* PAGEBLOCK_ORDER of mm/types.h */

bool trace_context = true, trace_irq_info = true, trace_markers = true;

/* A text that grows; what does not fit is cut off. */
struct text {
	char	*buf;
	size_t	size, length;
};

static void __printf(2, 3) add(struct text *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	t->length += vscnprintf(t->buf + t->length, t->size - t->length, format, args);
	va_end(args);
}

/* --- tables of names -------------------------------------------------------------------------------------------------------- */

static struct trace_symbols *all_symbols;

void trace_symbols_register(struct trace_symbols *new)
{
	new->next = all_symbols;
	WRITE_ONCE(all_symbols, new);
}

static const struct trace_symbols *find_symbols(const char *name, size_t length)
{
	for (const struct trace_symbols *s = READ_ONCE(all_symbols); s; s = s->next)
		if (strlen(s->name) == length && !strncmp(s->name, name, length))
			return s;
	return NULL;
}

static void add_flags(struct text *t, const struct trace_symbols *s, u64 value)
{
	bool first = true;

	if (!value && s->none)
		add(t, "%s", s->none);
	for (unsigned int i = 0; i < s->nr; i++) {
		if (!s->flags[i].mask || (value & s->flags[i].mask) != s->flags[i].mask)
			continue;
		add(t, "%s%s", first ? "" : "|", s->flags[i].name);
		value &= ~s->flags[i].mask;
		first = false;
	}
	if (value)
		add(t, "%s0x%llx", first ? "" : "|", value);
	else if (first && !s->none)
		add(t, "0");
}

/* --- one conversion ------------------------------------------------------------------------------------------------------------ */

/* "%-8{zone}": width is "-8", name the text in the braces; "%03ld": width "03", conversion 'd'. */
struct conversion {
	char		width[8];
	char		letter;		/* '{': by name */
	bool		symbol;		/* %ps */
	const char	*name;
	size_t		name_length;
};

/* => at is behind the per cent sign. Returns what is behind the conversion */
static const char *read_conversion(const char *at, struct conversion *c)
{
	size_t n = strspn(at, "-0123456789");

	*c = (struct conversion){ 0 };
	strscpy(c->width, at, min(n + 1, sizeof(c->width)));
	at += n;
	at += strspn(at, "lh");
	c->letter = *at++;
	if (c->letter == '{') {
		c->name = at;
		c->name_length = strcspn(at, "}");
		at += c->name_length + 1;
	} else if (c->letter == 'p' && *at == 's') {
		c->symbol = true;
		at++;
	}
	return at;
}

static bool named(const struct conversion *c, const char *name)
{
	return strlen(name) == c->name_length && !strncmp(c->name, name, c->name_length);
}

static const void *page_of_frame(u64 pfn)
{
	return (const void *)(PAGE_ARRAY_BASE + pfn * STRUCT_PAGE_SIZE);
}

static void add_array(struct text *t, const struct trace_field *field, const void *record)
{
	for (unsigned int i = 0; i < field->length; i++)
		add(t, "%s%lx", i ? ", " : "", ((const unsigned long *)(record + field->offset))[i]);
}

static void add_padded(struct text *t, const char *width, const char *word)
{
	char spec[16];

	snprintf(spec, sizeof(spec), "%%%ss", width);
	add(t, spec, word);
}

static void add_by_name(struct text *t, const struct conversion *c, const struct trace_field *field, const void *record)
{
	const struct trace_symbols *s = find_symbols(c->name, c->name_length);
	u64 value = field->length ? 0 : trace_field_value(field, record);

	if (named(c, "array"))
		add_array(t, field, record);
	else if (named(c, "dev"))
		add(t, "%llu,%llu", value >> DEV_MINOR_BITS, value & (BIT(DEV_MINOR_BITS) - 1));
	else if (named(c, "page"))
		add(t, "%p", page_of_frame(value));
	else if (named(c, "bit"))
		add(t, "%lu", value < 64 ? BIT(value) : 0UL);
	else if (named(c, "below_block"))
		add(t, "%d", value < BLOCK_ORDER);
	else if (s && s->flags)
		add_flags(t, s, value);
	else if (s && value < s->nr && s->names[value])
		add_padded(t, c->width, s->names[value]);
	else
		add(t, "%lld", value);
}

static void add_number(struct text *t, const struct conversion *c, const struct trace_field *field, const void *record)
{
	s64 value = trace_field_value(field, record);
	char spec[16];

	/* An int that is printed as unsigned has 32 bits. */
	if (c->letter != 'd' && field->size == 4)
		value = (u32)value;
	snprintf(spec, sizeof(spec), "%%%sll%c", c->width, c->letter);
	add(t, spec, value);
}

/* Only its name: a record names a function, not a place in it. */
static void add_symbol(struct text *t, unsigned long address)
{
	const char *name = ksym_lookup(address, NULL, NULL);

	if (name)
		add(t, "%s", name);
	else
		add(t, "0x%lx", address);
}

static void add_conversion(struct text *t, const struct conversion *c, const struct trace_field *field, const void *record)
{
	if (c->letter == '{') {
		add_by_name(t, c, field, record);
	} else if (c->letter == 's') {
		add(t, "%s", (const char *)record + field->offset);
	} else if (c->symbol) {
		add_symbol(t, trace_field_value(field, record));
	} else if (c->letter == 'p') {
		add(t, "%p", (const void *)trace_field_value(field, record));
	} else {
		add_number(t, c, field, record);
	}
}

/* --- records ---------------------------------------------------------------------------------------------------------------------- */

/* The next name of a list with commas. => NULL at its end */
static const struct trace_field *next_arg(enum trace_event_id id, const char **args)
{
	size_t length = strcspn(*args, ",");
	const struct trace_field *field = length ? trace_field_of(id, *args, length) : NULL;

	*args += length + ((*args)[length] == ',');
	return field;
}

static void add_fields(struct text *t, enum trace_event_id id, const void *record)
{
	const char *format = trace_events[id].format, *args = trace_events[id].args;
	const struct trace_field *field;
	struct conversion c;

	while (*format) {
		size_t plain = strcspn(format, "%");

		add(t, "%.*s", (int)plain, format);
		format += plain;
		if (!*format)
			break;
		format = read_conversion(format + 1, &c);
		field = next_arg(id, &args);
		if (field)
			add_conversion(t, &c, field, record);
	}
}

int trace_format_fields(const struct trace_record *record, char *buf, size_t size)
{
	struct text t = { buf, size, 0 };
	enum trace_event_id id = trace_event_of(record->entry.type);

	if (size)
		*buf = '\0';
	if (id < NR_TRACE_EVENTS)
		add_fields(&t, id, record->data);
	return t.length;
}

static void add_context(struct text *t, const struct trace_record *record)
{
	u64 us = (record->ns + 500) / 1000;	/* rounded, as everybody does who shows these records */
	u8 flags = record->entry.flags;

	add(t, "%16s-%-7d [%03u] ", trace_comm_of(record->entry.pid), record->entry.pid, record->cpu);
	if (READ_ONCE(trace_irq_info))
		add(t, "%c%c%c.. ", flags & TRACE_FLAG_IRQS_OFF ? 'd' : '.', flags & TRACE_FLAG_NEED_RESCHED ? 'N' : '.',
		    flags & TRACE_FLAG_HARDIRQ ? 'h' : '.');
	add(t, "%5llu.%06llu: ", us / 1000000, us % 1000000);
}

int trace_format(const struct trace_record *record, char *buf, size_t size)
{
	struct text t = { buf, size, 0 };
	enum trace_event_id id = trace_event_of(record->entry.type);

	if (size)
		*buf = '\0';
	if (READ_ONCE(trace_context))
		add_context(&t, record);
	if (id == NR_TRACE_EVENTS) {
		add(&t, "unknown event %u", record->entry.type);
		return t.length;
	}
	/* What a program wrote stands alone: its reader looks for "tracing_mark_write: ". */
	if (id != TRACE_print)
		add(&t, "%s: ", trace_events[id].name);
	add_fields(&t, id, record->data);
	return t.length;
}

/* --- the file `format` ---------------------------------------------------------------------------------------------------------- */

static void describe_field(struct text *t, const struct trace_field *f)
{
	char array[16] = "";

	if (f->length)
		snprintf(array, sizeof(array), "[%u]", f->length);
	else if (!f->size)
		strscpy(array, "[]", sizeof(array));
	add(t, "\tfield:%s %s%s;\toffset:%u;\tsize:%u;\tsigned:%d;\n", f->type, f->name, array, f->offset, f->size, f->is_signed);
}

/* The format again, with conversions that C's printf knows. */
static void describe_format(struct text *t, const char *format)
{
	struct conversion c;

	while (*format) {
		size_t plain = strcspn(format, "%");
		const char *begin = format + plain;

		add(t, "%.*s", (int)plain, format);
		if (!*begin)
			break;
		format = read_conversion(begin + 1, &c);
		if (c.letter != '{')
			add(t, "%.*s", (int)(format - begin), begin);
		else if (named(&c, "array"))
			add(t, "%%lx, %%lx, %%lx, %%lx, %%lx, %%lx");
		else if (named(&c, "dev"))
			add(t, "%%d,%%d");
		else if (named(&c, "bit") || named(&c, "below_block"))
			add(t, named(&c, "bit") ? "%%lu" : "%%d");
		else
			add(t, named(&c, "page") ? "%%p" : "%%%ss", c.width);
	}
}

static void describe_symbols(struct text *t, const struct trace_symbols *s, const char *field)
{
	if (s->flags && s->none)
		add(t, "REC->%s ? ", field);
	add(t, s->flags ? "__print_flags(REC->%s, \"|\"" : "__print_symbolic(REC->%s", field);
	for (unsigned int i = 0; i < s->nr; i++) {
		if (s->flags)
			add(t, ", { 0x%llx, \"%s\" }", s->flags[i].mask, s->flags[i].name);
		else if (s->names[i])
			add(t, ", { %u, \"%s\" }", i, s->names[i]);
	}
	add(t, ")");
	if (s->flags && s->none)
		add(t, " : \"%s\"", s->none);
}

static void describe_arg(struct text *t, const struct conversion *c, const struct trace_field *f)
{
	const struct trace_symbols *s = c->letter == '{' ? find_symbols(c->name, c->name_length) : NULL;

	add(t, ", ");
	if (c->symbol)
		add(t, "(void *)REC->%s", f->name);
	else if (s)
		describe_symbols(t, s, f->name);
	else if (c->letter != '{')
		add(t, "REC->%s", f->name);
	else if (named(c, "dev"))
		add(t, "((unsigned int) ((REC->%s) >> 20)), ((unsigned int) ((REC->%s) & ((1U << 20) - 1)))", f->name, f->name);
	else if (named(c, "bit"))
		add(t, "1UL << REC->%s", f->name);
	else if (named(c, "below_block"))
		add(t, "REC->%s < (%d)", f->name, BLOCK_ORDER);
	else if (named(c, "page"))
		add(t, "((void *)(0x%lxUL + (REC->%s) * %lu))", PAGE_ARRAY_BASE, f->name, STRUCT_PAGE_SIZE);
	else if (named(c, "array"))
		for (unsigned int i = 0; i < f->length; i++)
			add(t, "%sREC->%s[%u]", i ? ", " : "", f->name, i);
	else
		add(t, "REC->%s", f->name);
}

static void describe_args(struct text *t, enum trace_event_id id)
{
	const char *format = trace_events[id].format, *args = trace_events[id].args;
	const struct trace_field *field;
	struct conversion c;

	for (format += strcspn(format, "%"); *format; format += strcspn(format, "%")) {
		format = read_conversion(format + 1, &c);
		field = next_arg(id, &args);
		if (field)
			describe_arg(t, &c, field);
	}
}

int trace_describe(enum trace_event_id id, char *buf, size_t size)
{
	struct text t = { buf, size, 0 };
	const struct trace_field *fields;
	unsigned int nr, i;

	add(&t, "name: %s\nID: %u\nformat:\n", trace_events[id].name, trace_event_number(id));
	fields = trace_common_fields(&nr);
	for (i = 0; i < nr; i++)
		describe_field(&t, &fields[i]);
	add(&t, "\n");
	fields = trace_events[id].fields(&nr);
	for (i = 0; i < nr; i++)
		describe_field(&t, &fields[i]);
	add(&t, "\nprint fmt: \"");
	describe_format(&t, trace_events[id].format);
	add(&t, "\"");
	describe_args(&t, id);
	add(&t, "\n");
	return t.length;
}
