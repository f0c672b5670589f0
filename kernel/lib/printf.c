/* kernel/lib/printf.c - formatted text.
 *
 * One pass over the format; each conversion is parsed into a struct spec and then put out. The sink counts what would
 * have been written behind the end of the buffer, as C asks for.
 *
 * Linux: lib/vsprintf.c.
 */
#include <kernel/lib/printf.h>

#include <kernel/lib/string.h>

struct sink {
	char	*buf;
	size_t	size;
	size_t	pos;		/* length of the whole text so far */
};

struct spec {
	bool	left, zero, plus, space, alternate, upper;
	int	width;
	int	precision;	/* -1: none given */
	int	length;		/* of an integer: -2 hh, -1 h, 0 int, 1 l z t, 2 ll */
	unsigned int base;
};

static void put(struct sink *s, char c)
{
	if (s->pos < s->size)
		s->buf[s->pos] = c;
	s->pos++;
}

static void put_repeated(struct sink *s, char c, int n)
{
	while (n-- > 0)
		put(s, c);
}

static void put_string(struct sink *s, const struct spec *spec, const char *text)
{
	int len, i;

	if (!text)
		text = "(null)";
	len = (int)strnlen(text, spec->precision < 0 ? (size_t)INT_MAX : (size_t)spec->precision);
	if (!spec->left)
		put_repeated(s, ' ', spec->width - len);
	for (i = 0; i < len; i++)
		put(s, text[i]);
	if (spec->left)
		put_repeated(s, ' ', spec->width - len);
}

static const char *number_prefix(const struct spec *spec, u64 value, bool negative)
{
	if (negative)
		return "-";
	if (spec->plus)
		return "+";
	if (spec->space)
		return " ";
	if (spec->alternate && value && spec->base == 16)
		return spec->upper ? "0X" : "0x";
	if (spec->alternate && spec->base == 8)
		return "0";
	return "";
}

static void put_number(struct sink *s, const struct spec *spec, u64 value, bool negative)
{
	const char *digit = spec->upper ? "0123456789ABCDEF" : "0123456789abcdef";
	const char *prefix = number_prefix(spec, value, negative);
	char digits[24];
	int len = 0, zeros, spaces;
	u64 rest = value;

	/* C: the value 0 with precision 0 has no digits */
	for (; rest || (!len && spec->precision != 0); rest /= spec->base)
		digits[len++] = digit[rest % spec->base];
	zeros = spec->precision - len;
	spaces = spec->width - (int)strlen(prefix) - len - max(zeros, 0);
	if (spec->zero && !spec->left && spec->precision < 0) {
		zeros = spaces;
		spaces = 0;
	}
	if (!spec->left)
		put_repeated(s, ' ', spaces);
	while (*prefix)
		put(s, *prefix++);
	put_repeated(s, '0', zeros);
	while (len)
		put(s, digits[--len]);
	if (spec->left)
		put_repeated(s, ' ', spaces);
}

static const char *parse_flags(const char *fmt, struct spec *spec)
{
	for (;; fmt++) {
		switch (*fmt) {
		case '-': spec->left = true; break;
		case '0': spec->zero = true; break;
		case '+': spec->plus = true; break;
		case ' ': spec->space = true; break;
		case '#': spec->alternate = true; break;
		default: return fmt;
		}
	}
}

static const char *parse_length(const char *fmt, struct spec *spec)
{
	for (;; fmt++) {
		switch (*fmt) {
		case 'h': spec->length--; break;
		case 'l': spec->length++; break;
		case 'z': case 't': case 'j': spec->length = 1; break;
		default: return fmt;
		}
	}
}

static int parse_digits(const char **fmt)
{
	int n = 0;

	for (; **fmt >= '0' && **fmt <= '9'; (*fmt)++)
		n = n * 10 + **fmt - '0';
	return n;
}

/* va_list may be an array type, which decays when passed: hence the pointer to a struct of ours. */
struct args {
	va_list list;
};

/* => the character behind width and precision */
static const char *parse_spec(const char *fmt, struct spec *spec, struct args *args)
{
	fmt = parse_flags(fmt, spec);
	if (*fmt == '*') {
		spec->width = va_arg(args->list, int);
		fmt++;
		if (spec->width < 0) {
			spec->left = true;
			spec->width = -spec->width;
		}
	} else {
		spec->width = parse_digits(&fmt);
	}
	if (*fmt == '.') {
		fmt++;
		if (*fmt == '*') {
			spec->precision = va_arg(args->list, int);
			fmt++;
		} else {
			spec->precision = parse_digits(&fmt);
		}
	}
	return parse_length(fmt, spec);
}

static void put_signed(struct sink *s, struct spec *spec, struct args *args)
{
	s64 value;

	switch (spec->length) {
	case -2: value = (signed char)va_arg(args->list, int); break;
	case -1: value = (short)va_arg(args->list, int); break;
	case 0: value = va_arg(args->list, int); break;
	default: value = va_arg(args->list, s64); break;
	}
	put_number(s, spec, value < 0 ? -(u64)value : (u64)value, value < 0);
}

static void put_unsigned(struct sink *s, struct spec *spec, struct args *args)
{
	u64 value;

	switch (spec->length) {
	case -2: value = (u8)va_arg(args->list, u32); break;
	case -1: value = (u16)va_arg(args->list, u32); break;
	case 0: value = va_arg(args->list, u32); break;
	default: value = va_arg(args->list, u64); break;
	}
	spec->plus = spec->space = false;
	put_number(s, spec, value, false);
}

static void put_char(struct sink *s, const struct spec *spec, char c)
{
	if (!spec->left)
		put_repeated(s, ' ', spec->width - 1);
	put(s, c);
	if (spec->left)
		put_repeated(s, ' ', spec->width - 1);
}

static void put_pointer(struct sink *s, struct spec *spec, const void *pointer)
{
	spec->base = 16;
	spec->precision = 16;
	put(s, '0');
	put(s, 'x');
	put_number(s, spec, (u64)(uintptr_t)pointer, false);
}

static void put_conversion(struct sink *s, char conversion, struct spec *spec, struct args *args)
{
	switch (conversion) {
	case 'd':
	case 'i':
		put_signed(s, spec, args);
		break;
	case 'X':
		spec->upper = true;
		fallthrough;
	case 'x':
		spec->base = 16;
		put_unsigned(s, spec, args);
		break;
	case 'o':
		spec->base = 8;
		put_unsigned(s, spec, args);
		break;
	case 'u':
		put_unsigned(s, spec, args);
		break;
	case 'c':
		put_char(s, spec, (char)va_arg(args->list, int));
		break;
	case 's':
		put_string(s, spec, va_arg(args->list, const char *));
		break;
	case 'p':
		put_pointer(s, spec, va_arg(args->list, const void *));
		break;
	default:		/* %% and what nobody knows: as it stands */
		if (conversion != '%')
			put(s, '%');
		put(s, conversion);
	}
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list list)
{
	struct sink s = { buf, size, 0 };
	struct args args;

	va_copy(args.list, list);
	while (*fmt) {
		struct spec spec = { .precision = -1, .base = 10 };

		if (*fmt != '%') {
			put(&s, *fmt++);
			continue;
		}
		fmt = parse_spec(fmt + 1, &spec, &args);
		if (!*fmt)
			break;
		put_conversion(&s, *fmt++, &spec, &args);
	}
	va_end(args.list);
	if (size)
		buf[min(s.pos, size - 1)] = 0;
	return (int)s.pos;
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int n = vsnprintf(buf, size, fmt, args);

	if (!size)
		return 0;
	return (size_t)n < size ? n : (int)size - 1;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

int sprintf(char *buf, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, INT_MAX, fmt, args);
	va_end(args);
	return n;
}
