/* kernel/trace/filter.c - which records of an event are wanted. See filter.h. */
#include <kernel/trace/filter.h>

#include <kernel/lib/atomic.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>

/* --- reading the text ---------------------------------------------------------------------------------------------------- */

struct parser {
	enum trace_event_id id;
	const char	*text;		/* what is left */
	struct trace_filter *filter;
	unsigned int	depth;		/* of parentheses */
};

#define MAX_DEPTH	8

static const struct { const char *sign; enum filter_op op; } operators[] = {
	/* Of two that begin alike the longer stands first. */
	{ "==", FILTER_EQ }, { "!=", FILTER_NE }, { "<=", FILTER_LE }, { ">=", FILTER_GE }, { "<", FILTER_LT },
	{ ">", FILTER_GT }, { "&", FILTER_AND_BITS }, { "~", FILTER_GLOB },
};

static void skip_blanks(struct parser *p)
{
	while (*p->text == ' ' || *p->text == '\t' || *p->text == '\n')
		p->text++;
}

static bool take(struct parser *p, const char *sign)
{
	size_t length = strlen(sign);

	skip_blanks(p);
	if (strncmp(p->text, sign, length))
		return false;
	p->text += length;
	return true;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static struct filter_step *add_step(struct parser *p, enum filter_op op)
{
	struct filter_step *step;

	if (p->filter->nr == FILTER_STEPS)
		return NULL;
	step = &p->filter->steps[p->filter->nr++];
	step->op = op;
	return step;
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : 16;
}

static int parse_number(struct parser *p, s64 *number)
{
	bool minus = take(p, "-");
	unsigned int base = !strncmp(p->text, "0x", 2) || !strncmp(p->text, "0X", 2) ? 16 : 10;
	u64 value = 0;

	p->text += base == 16 ? 2 : 0;
	if ((unsigned int)digit(*p->text) >= base)
		return -EINVAL;
	for (; (unsigned int)digit(*p->text) < base; p->text++)
		value = value * base + digit(*p->text);
	*number = minus ? -value : value;
	return is_word(*p->text) ? -EINVAL : 0;
}

/* A text in quotes, or a bare word. */
static int parse_word(struct parser *p, char *word)
{
	char quote = *p->text == '"' || *p->text == '\'' ? *p->text++ : 0;
	size_t n = 0;

	while (quote ? *p->text && *p->text != quote : *p->text && !strchr(" \t\n()&|", *p->text)) {
		if (n == FILTER_WORD - 1)
			return -EINVAL;
		word[n++] = *p->text++;
	}
	word[n] = '\0';
	if (quote && *p->text != quote)
		return -EINVAL;		/* no quote at the end: and nothing behind the end is looked at */
	p->text += quote != 0;
	return n || quote ? 0 : -EINVAL;
}

static bool is_text(const struct trace_field *field)
{
	return field->length && !strcmp(field->type, "char");
}

static int parse_comparison(struct parser *p)
{
	const struct trace_field *field;
	struct filter_step *step;
	unsigned int i;
	size_t n = 0;

	skip_blanks(p);
	while (is_word(p->text[n]))
		n++;
	field = n ? trace_field_of(p->id, p->text, n) : NULL;
	if (!field || (field->length && !is_text(field)))
		return -EINVAL;
	p->text += n;
	for (i = 0; i < ARRAY_SIZE(operators) && !take(p, operators[i].sign); i++)
		;
	if (i == ARRAY_SIZE(operators))
		return -EINVAL;
	step = add_step(p, operators[i].op);
	if (!step)
		return -EINVAL;
	step->field = field;
	skip_blanks(p);
	if (!is_text(field))
		return step->op == FILTER_GLOB ? -EINVAL : parse_number(p, &step->number);
	if (step->op != FILTER_EQ && step->op != FILTER_NE && step->op != FILTER_GLOB)
		return -EINVAL;
	return parse_word(p, step->word);
}

static int parse_expression(struct parser *p);

static int parse_factor(struct parser *p)
{
	int error;

	if (p->depth == MAX_DEPTH)
		return -EINVAL;
	if (take(p, "(")) {
		p->depth++;
		error = parse_expression(p);
		p->depth--;
		return error ? error : take(p, ")") ? 0 : -EINVAL;
	}
	if (!take(p, "!"))
		return parse_comparison(p);
	p->depth++;
	error = parse_factor(p);
	p->depth--;
	return error ? error : add_step(p, FILTER_NOT) ? 0 : -EINVAL;
}

static int parse_term(struct parser *p)
{
	int error = parse_factor(p);

	while (!error && take(p, "&&")) {
		error = parse_factor(p);
		if (!error && !add_step(p, FILTER_BOTH))
			error = -EINVAL;
	}
	return error;
}

static int parse_expression(struct parser *p)
{
	int error = parse_term(p);

	while (!error && take(p, "||")) {
		error = parse_term(p);
		if (!error && !add_step(p, FILTER_EITHER))
			error = -EINVAL;
	}
	return error;
}

int trace_filter_parse(enum trace_event_id id, const char *text, struct trace_filter *filter, unsigned int *error)
{
	struct parser p = { .id = id, .text = text, .filter = filter };
	int result;

	memset(filter, 0, sizeof(*filter));
	if (strscpy(filter->text, text, sizeof(filter->text)) < 0)
		result = -EINVAL;
	else
		result = parse_expression(&p);
	skip_blanks(&p);
	if (!result && *p.text)
		result = -EINVAL;
	*error = p.text - text;
	return result;
}

/* --- judging a record ------------------------------------------------------------------------------------------------------ */

static bool compare_text(const struct filter_step *step, const char *text)
{
	if (step->op == FILTER_GLOB)
		return glob_match(step->word, text);
	return !strcmp(text, step->word) == (step->op == FILTER_EQ);
}

static bool compare_numbers(enum filter_op op, bool is_signed, s64 a, s64 b)
{
	bool less = is_signed ? a < b : (u64)a < (u64)b;

	switch (op) {
	case FILTER_EQ:
		return a == b;
	case FILTER_NE:
		return a != b;
	case FILTER_LT:
		return less;
	case FILTER_LE:
		return less || a == b;
	case FILTER_GT:
		return !less && a != b;
	case FILTER_GE:
		return !less;
	default:
		return a & b;
	}
}

static bool compare(const struct filter_step *step, const void *record)
{
	if (is_text(step->field))
		return compare_text(step, record + step->field->offset);
	return compare_numbers(step->op, step->field->is_signed, trace_field_value(step->field, record), step->number);
}

bool trace_filter_matches(const struct trace_filter *filter, const void *record)
{
	u64 stack = 0;		/* one bit each */

	for (unsigned int i = 0; i < filter->nr; i++) {
		const struct filter_step *step = &filter->steps[i];

		if (step->op == FILTER_NOT)
			stack ^= 1;
		else if (step->op == FILTER_BOTH)
			stack = (stack >> 1) & (stack | ~1ULL);
		else if (step->op == FILTER_EITHER)
			stack = (stack >> 1) | (stack & 1);
		else
			stack = stack << 1 | compare(step, record);
	}
	return stack & 1;
}

/* --- the events' filters ------------------------------------------------------------------------------------------------------ */

static struct trace_filter *filters[NR_TRACE_EVENTS];

const struct trace_filter *trace_filter_of(enum trace_event_id id)
{
	return READ_ONCE(filters[id]);
}

bool trace_filter_wants(enum trace_event_id id, const void *record)
{
	const struct trace_filter *filter = READ_ONCE(filters[id]);

	return !filter || trace_filter_matches(filter, record);
}

struct trace_filter *trace_filter_exchange(enum trace_event_id id, struct trace_filter *filter)
{
	return xchg(&filters[id], filter);
}
